//! Copies within the store.
//!
//! - `ability`: whether the store can be trusted to copy, found out with throw-away objects
//! - `parts`: UploadPartCopy
//! - `proof`: whether a copy is sealed and holds the bytes of its source
//! - `same_bytes`: the comparison of lengths and checksums
//! - `source`: the source of a copy
//! - `throw_away`: objects that are written for a trial and deleted again
//! - `whole`: CopyObject

mod ability;
mod parts;
mod proof;
mod same_bytes;
mod source;
mod throw_away;
mod whole;

pub(crate) use parts::CopiedPart;
pub(crate) use proof::{Compared, Copied};
pub(crate) use source::{CopySource, Holder};
pub(crate) use throw_away::{
    Leftovers, ThrowAways, as_source, collect, is_throw_away, plain_write,
};
pub(crate) use whole::{Copy, MOST_BYTES_OF_ONE_COPY};
