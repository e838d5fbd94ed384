//! Where downloaded bytes go: a file that appears whole or not at all, or a stream; and the threads that publish files.

mod publish;
mod target;

pub(crate) use publish::Publisher;
pub(crate) use target::{Arrival, NewFile, Stream, Target};
