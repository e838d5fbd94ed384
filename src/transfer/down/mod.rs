//! Downloads: parallel ranges into a file, or one stream of bytes in order.
//!
//! - `reader`: reads a range in order, across broken connections
//! - `ranges`: which ranges have been fetched
//! - `file_ranges`: fills a file with parallel ranges
//! - `read_ahead`: downloads chunks of a large object ahead of the reader
//! - `object_reader`: an object as [`std::io::Read`] for blocking code
//! - `download`: downloads an object to a target

mod download;
mod file_ranges;
mod object_reader;
mod ranges;
mod read_ahead;
mod reader;

pub(crate) use download::{Downloaded, Verified};
pub(crate) use object_reader::{ChunkSender, ObjectReader, send_all};
pub(crate) use reader::Reader;
