//! What this program has learned about a store, in this run or in earlier ones.
//!
//! - `checksums`: whether the store accepts checksum headers
//! - `copies`: which copies the store makes, and what it does with If-Match on them
//! - `key_tags`: whether the store keeps tags
//! - `proven`: which buckets seal; remembered in the state folder

mod checksums;
mod copies;
mod key_tags;
mod proven;

pub(crate) use checksums::{CHECKSUM_MODE, ChecksumAnswer, Checksums, stored_other_bytes};
pub(crate) use copies::{ConditionalWrite, CopyMethod, IfMatch};
pub(crate) use copies::{Copies, CopyKind, KnownCopies};
pub(crate) use key_tags::KeyTags;
pub(crate) use proven::Proven;

/// What is known of one store, shared by all requests of a run. What was proven is kept for later runs.
#[derive(Debug)]
pub(crate) struct Learned {
    checksums: Checksums,
    key_tags: KeyTags,
    proven: Proven,
    copies: Copies,
}

impl Learned {
    pub(crate) fn new(checksums: Checksums, proven: Proven) -> Learned {
        Learned { checksums, proven, key_tags: KeyTags::default(), copies: Copies::default() }
    }

    pub(crate) fn checksums(&self) -> &Checksums {
        &self.checksums
    }

    pub(crate) fn key_tags(&self) -> &KeyTags {
        &self.key_tags
    }

    pub(crate) fn proven(&self) -> &Proven {
        &self.proven
    }

    pub(crate) fn copies(&self) -> &Copies {
        &self.copies
    }
}
