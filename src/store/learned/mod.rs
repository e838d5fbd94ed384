//! What this program has learned of a store, in this run or in earlier ones: whether it knows checksum headers, keeps
//! tags, seals in which buckets, and makes which copies.

mod checksums;
mod copies;
mod key_tags;
mod proven;

pub(in crate::store) use checksums::{CHECKSUM_MODE, Checksums, Said, other_checksum};
pub(in crate::store) use copies::{Copies, Known, Route};
pub use copies::{Guard, Way};
pub(in crate::store) use key_tags::KeyTags;
pub(in crate::store) use proven::Proven;
