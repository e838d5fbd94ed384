//! What this program has learned of a store, in this run or in earlier ones: whether it knows checksum headers, keeps
//! tags, seals in which buckets, and makes which copies.

mod checksums;
mod copies;
mod key_tags;
mod proven;

pub(crate) use checksums::{CHECKSUM_MODE, Checksums, Said, other_checksum};
pub(crate) use copies::{ConditionalWrite, CopyMethod};
pub(crate) use copies::{Copies, KnownCopies, Route};
pub(crate) use key_tags::KeyTags;
pub(crate) use proven::Proven;
