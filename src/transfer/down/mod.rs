//! Downloads: parallel ranges into a file, or one stream in order.

mod download;
mod in_order;
mod object_reader;
mod reader;

pub(crate) use download::{Downloaded, Verified};
pub(crate) use object_reader::{ObjectReader, Pieces, send_all};
pub(crate) use reader::Reader;
