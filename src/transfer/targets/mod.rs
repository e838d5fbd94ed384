//! Where downloaded bytes go: a file that is published whole or not at all, or a stream.
//!
//! - `target`: the target of a download: a file or a stream

mod target;

pub(crate) use target::{NewFile, PublishOptions, Stream, Target};
