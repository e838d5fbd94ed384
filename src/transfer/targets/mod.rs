//! Where downloaded bytes go: a file that is published whole or not at all, or a stream; and the task that publishes files.

mod publish;
mod target;

pub(crate) use publish::Publisher;
pub(crate) use target::{NewFile, PublishOptions, Stream, Target};
