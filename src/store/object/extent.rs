//! Which bytes of an object an answer holds, compared with those that were asked for: a part must never pass for the
//! whole, nor one range for another.

use std::ops::Range;

use super::metadata::ObjectMetadata;
use crate::failure::{Advice, Failure};
use crate::text::range::{ByteRange, parse_content_range};

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

/// The most bytes that an object can have: S3 takes 50 TB (AWS, "Amazon S3 objects overview"); other stores may
/// count in TiB.
pub(crate) const MOST_BYTES: u64 = 50 << 40;

const OK: u16 = 200;
const PARTIAL_CONTENT: u16 = 206;

/// The bytes of an object that an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    /// From the object's first byte, the end excluded.
    pub range: Range<u64>,
    /// How many bytes the whole object has.
    pub total: u64,
}

impl Extent {
    /// How many bytes the answer holds.
    pub(crate) fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }

    fn from_header(content_range: &str) -> Option<Extent> {
        parse_content_range(content_range).map(|(range, total)| Extent { range, total })
    }

    /// The extent of the answer to a GET with this status, which must be what `wanted` asks for.
    /// Errors: [`Kind::Integrity`] where the answer holds something else, or does not say what.
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
                (OK | PARTIAL_CONTENT, Some(Some(said))) if said == whole => Ok(whole),
                _ => Err(Failure::integrity(
                    "the store sent a part of the object, though all of it was asked for",
                )
                .hint("the store, or a proxy in between, cuts answers: go around it")),
            };
        }
        let asked = |said: &Extent| wanted.part_of(said.total).as_ref() == Some(&said.range);
        match (status, named.flatten()) {
            (PARTIAL_CONTENT, Some(said))
                if asked(&said) && said.bytes() == bytes && said.total <= MOST_BYTES =>
            {
                Ok(said)
            }
            _ => Err(another_range().hint(Advice::FetchWhole)),
        }
    }
}

/// The part of an object that an answer says it holds. Its Content-Length is not checked: the reader counts the bytes,
/// and requests the rest where some are missing.
pub(super) fn named_part(status: u16, metadata: &ObjectMetadata) -> Option<Extent> {
    let named = metadata.content_range.as_deref().and_then(Extent::from_header);
    named.filter(|_| status == PARTIAL_CONTENT)
}

/// The answer to a request for a range is about other bytes.
pub(super) fn another_range() -> Failure {
    Failure::integrity("the store answered with another range than was asked for")
}

/// Refuses sizes that no object can have, before anything is planned with them, and what a HEAD says of a part.
pub(super) fn check_head(metadata: &ObjectMetadata) -> Result<(), Failure> {
    check_size(metadata)?;
    let whole = metadata.content_length.map(|bytes| Extent { range: 0..bytes, total: bytes });
    match metadata.content_range.as_deref().map(Extent::from_header) {
        Some(said) if said != whole => Err(Failure::integrity(
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
        let asked = Some(Extent { range: 2..6, total: 10 });
        assert_eq!(extent(206, Some("bytes 2-5/10"), Some(4), range), asked);
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
