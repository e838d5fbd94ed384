//! What is asked of an object that is read.

use std::ops::Range;

use crate::text::range::ByteRange;

/// Which version of an object to read, on which conditions, and how much of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadOptions {
    /// Read this version instead of the newest
    pub(crate) version_id: Option<String>,
    /// An HTTP range such as `bytes=0-99`; all of it where absent.
    pub(crate) range: Option<String>,
    /// Read it only if its ETag is this one
    pub(crate) if_match: Option<String>,
    /// Read it only if its ETag is not this one
    pub(crate) if_none_match: Option<String>,
    /// Accept an object that is not sealed although a key is given
    pub(crate) allow_plain: bool,
    /// Whether other keys have shown that it is sealed.
    pub(crate) is_sealed: bool,
}

impl ReadOptions {
    /// Whether less than the whole object is asked for.
    pub(crate) fn is_part(&self) -> bool {
        self.range.is_some()
    }

    /// The bytes asked for, of an object of `total` bytes; its end excluded. None where the range is
    /// none or lies outside (RFC 9110 section 14.1.2).
    pub(crate) fn part_of(&self, total: u64) -> Option<Range<u64>> {
        let Some(range) = &self.range else { return Some(0..total) };
        range.parse::<ByteRange>().ok()?.within(total)
    }
}
