//! Where downloaded bytes go: a file that is published whole or not at all, or a stream; and the task that publishes files.
//!
//! - `publish`: publishes finished files in batches
//! - `target`: the target of a download: a file or a stream

mod publish;
mod target;

pub(crate) use publish::Publisher;
pub(crate) use target::{NewFile, PublishOptions, Stream, Target};
