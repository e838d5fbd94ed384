//! Checks that an answer holds the bytes that were requested: a part must never pass for the whole object, nor one
//! range for another.

use std::ops::Range;

use super::metadata::ObjectMetadata;
use crate::failure::{Advice, Failure};
use crate::text::range::{ByteRange, parse_content_range};

/// Which version and range of an object to read, and on which conditions.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadOptions {
    /// Read this version instead of the newest
    pub(crate) version_id: Option<String>,
    /// An HTTP range such as `bytes=0-99`; the whole object if absent.
    pub(crate) range: Option<String>,
    /// Read only if the object's ETag is this one
    pub(crate) if_match: Option<String>,
    /// Read only if the object's ETag is not this one
    pub(crate) if_none_match: Option<String>,
    /// Accept an object that is not sealed although a key is given
    pub(crate) allow_plain: bool,
}

impl ReadOptions {
    /// Whether a range is requested.
    pub(crate) fn is_part(&self) -> bool {
        self.range.is_some()
    }

    /// The requested bytes of an object of `total` bytes, end excluded. None if the range is malformed or outside the
    /// object (RFC 9110 section 14.1.2).
    pub(crate) fn part_of(&self, total: u64) -> Option<Range<u64>> {
        let Some(range) = &self.range else { return Some(0..total) };
        range.parse::<ByteRange>().ok()?.within(total)
    }
}

/// The largest size of an object in bytes: S3 allows 50 TB (AWS, "Amazon S3 objects overview"); other stores may count
/// in TiB.
pub(crate) const MOST_BYTES: u64 = 50 << 40;

const OK: u16 = 200;
const PARTIAL_CONTENT: u16 = 206;

/// The bytes of an object that an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Offsets from the object's first byte, end excluded.
    pub range: Range<u64>,
    /// The size of the whole object in bytes.
    pub total: u64,
}

impl Extent {
    /// The number of bytes in the answer.
    pub(crate) fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }

    fn from_header(content_range: &str) -> Option<Extent> {
        parse_content_range(content_range).map(|(range, total)| Extent { range, total })
    }

    /// The extent of the answer to a GET with this status; it must match what `wanted` requests.
    /// Errors: `Kind::Integrity` if the answer holds other bytes, or does not say which.
    pub(super) fn of(
        status: u16,
        metadata: &ObjectMetadata,
        wanted: &ReadOptions,
    ) -> Result<Extent, Failure> {
        let Some(bytes) = metadata.content_length else {
            return Err(Failure::integrity("the store does not say how long the object is")
                .hint("a proxy in between may recode answers: go around it"));
        };
        check_size(metadata)?;
        let named = metadata.content_range.as_deref().map(Extent::from_header);
        if !wanted.is_part() {
            let whole = Extent { range: 0..bytes, total: bytes };
            return match (status, named) {
                (OK, None) => Ok(whole),
                (OK | PARTIAL_CONTENT, Some(Some(extent))) if extent == whole => Ok(whole),
                _ => Err(Failure::integrity(
                    "the store sent a part of the object, though all of it was asked for",
                )
                .hint("the store, or a proxy in between, cuts answers: go around it")),
            };
        }
        let is_requested =
            |extent: &Extent| wanted.part_of(extent.total).as_ref() == Some(&extent.range);
        match (status, named.flatten()) {
            (PARTIAL_CONTENT, Some(extent))
                if is_requested(&extent)
                    && extent.bytes() == bytes
                    && extent.total <= MOST_BYTES =>
            {
                Ok(extent)
            }
            _ => Err(another_range().hint(Advice::FetchWhole)),
        }
    }
}

/// The extent that a 206 answer names. Its Content-Length is not checked: the reader counts the bytes, and requests
/// missing ones again.
pub(super) fn named_part(status: u16, metadata: &ObjectMetadata) -> Option<Extent> {
    let named = metadata.content_range.as_deref().and_then(Extent::from_header);
    named.filter(|_| status == PARTIAL_CONTENT)
}

/// The failure for an answer with other bytes than the requested range.
pub(super) fn another_range() -> Failure {
    Failure::integrity("the store answered with another range than was asked for")
}

/// Refuses impossible sizes before a transfer is planned with them, and HEAD answers that describe only a part.
pub(super) fn check_head(metadata: &ObjectMetadata) -> Result<(), Failure> {
    check_size(metadata)?;
    let whole = metadata.content_length.map(|bytes| Extent { range: 0..bytes, total: bytes });
    match metadata.content_range.as_deref().map(Extent::from_header) {
        Some(extent) if extent != whole => Err(Failure::integrity(
            "the store describes a part of the object, though all of it was asked for",
        )
        .hint("the store, or a proxy in between, cuts answers: go around it")),
        _ => Ok(()),
    }
}

fn check_size(metadata: &ObjectMetadata) -> Result<(), Failure> {
    match metadata.content_length {
        Some(bytes) if bytes > MOST_BYTES => Err(Failure::integrity(format!(
            "the store says that the object has {bytes} bytes, more than any object can have"
        ))
        .hint("the store's answer is wrong: check the endpoint, and what is in between")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(
        status: u16,
        content_range: Option<&str>,
        bytes: Option<u64>,
        range: Option<&str>,
    ) -> Option<Extent> {
        let metadata = ObjectMetadata {
            content_length: bytes,
            content_range: content_range.map(str::to_owned),
            ..ObjectMetadata::default()
        };
        let wanted = ReadOptions { range: range.map(str::to_owned), ..ReadOptions::default() };
        Extent::of(status, &metadata, &wanted).ok()
    }

    #[test]
    fn only_all_of_an_object_is_the_whole() {
        let whole = Some(Extent { range: 0..10, total: 10 });
        assert_eq!(extent(200, None, Some(10), None), whole);
        assert_eq!(extent(206, Some("bytes 0-9/10"), Some(10), None), whole);
        for (status, content_range, bytes) in [
            (206, Some("bytes 0-9/100"), Some(10)),
            (206, Some("bytes 0-9/10"), Some(9)),
            (206, Some("bytes 1-9/10"), Some(9)),
            (206, Some("bytes 0-9/*"), Some(10)),
            (206, None, Some(10)),
            (203, None, Some(10)),
            (204, None, Some(0)),
            (200, Some("bytes 0-9/100"), Some(10)),
            (200, None, None),
            (200, None, Some(MOST_BYTES + 1)),
        ] {
            assert_eq!(
                extent(status, content_range, bytes, None),
                None,
                "{status} {content_range:?}"
            );
        }
    }

    #[test]
    fn a_range_is_the_one_that_was_asked_for() {
        let range = Some("bytes=2-5");
        let requested = Some(Extent { range: 2..6, total: 10 });
        assert_eq!(extent(206, Some("bytes 2-5/10"), Some(4), range), requested);
        for (status, content_range, bytes) in [
            (200, Some("bytes 2-5/10"), Some(4)),
            (200, None, Some(10)),
            (206, None, Some(4)),
            (206, Some("bytes 2-6/10"), Some(5)),
            (206, Some("bytes 2-5/10"), Some(5)),
            (206, Some("bytes 18446744073709551615-0/1"), Some(4)),
            (206, Some("nonsense"), Some(4)),
        ] {
            assert_eq!(
                extent(status, content_range, bytes, range),
                None,
                "{status} {content_range:?}"
            );
        }
    }
}
