//! HTTP byte ranges (RFC 9110 section 14): single ranges, as in S3.

use std::ops::Range;
use std::str::FromStr;

/// The value of a `Range` header: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ByteRange {
    Between { first: u64, last: u64 },
    From(u64),
    Last(u64),
}

impl FromStr for ByteRange {
    type Err = String;

    fn from_str(text: &str) -> Result<ByteRange, String> {
        let wrong = || "write it bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT".to_owned();
        let (first, last) =
            text.strip_prefix("bytes=").and_then(|it| it.split_once('-')).ok_or_else(wrong)?;
        let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        match (first, last) {
            ("", count) => Ok(ByteRange::Last(number(count)?)),
            (first, "") => Ok(ByteRange::From(number(first)?)),
            (first, last) => match (number(first)?, number(last)?) {
                (first, last) if first > last => Err("the range ends before it begins".to_owned()),
                (first, last) => Ok(ByteRange::Between { first, last }),
            },
        }
    }
}

impl ByteRange {
    /// The range in an object of `total` bytes, the end excluded. None if it is outside of the object.
    pub(crate) fn within(self, total: u64) -> Option<Range<u64>> {
        let range = match self {
            ByteRange::Between { first, last } => first..last.saturating_add(1).min(total),
            ByteRange::From(first) => first..total,
            ByteRange::Last(count) => total.saturating_sub(count)..total,
        };
        (range.start < range.end).then_some(range)
    }
}

/// Parses a `Content-Range` header: `bytes 100-199/1234` is the range 100..200 and the total 1234.
pub(crate) fn parse_content_range(content_range: &str) -> Option<(Range<u64>, u64)> {
    let (range, total) = content_range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total): (u64, u64, u64) =
        (first.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
    (first <= last && last < total).then(|| (first..last + 1, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (text, bytes) in [
            ("bytes=0-0", Some(0..1)),
            ("bytes=5-", Some(5..10)),
            ("bytes=-5", Some(5..10)),
            ("bytes=-50", Some(0..10)),
            ("bytes=0-99", Some(0..10)),
            ("bytes=10-", None),
            ("bytes=-0", None),
        ] {
            assert_eq!(text.parse::<ByteRange>().unwrap().within(10), bytes, "{text}");
        }
        for text in ["", "0-5", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,3-4"] {
            assert!(text.parse::<ByteRange>().is_err(), "{text}");
        }
    }
}
