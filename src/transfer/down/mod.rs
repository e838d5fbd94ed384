//! Downloads: parallel ranges into a file, or one stream of bytes in order.

mod download;
mod object_reader;
mod read_ahead;
mod reader;

pub(crate) use download::{Downloaded, Verified};
pub(crate) use object_reader::{ChunkSender, ObjectReader, send_all};
pub(crate) use reader::Reader;
