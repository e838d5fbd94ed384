//! HTTP ranges of bytes (RFC 9110 section 14): one stretch, as S3 takes it.

use std::ops::Range;
use std::str::FromStr;

/// What a `Range` header asks for: `bytes=0-99`, `bytes=100-` or `bytes=-100`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Asked {
    Between { first: u64, last: u64 },
    From(u64),
    Last(u64),
}

impl FromStr for Asked {
    type Err = String;

    fn from_str(text: &str) -> Result<Asked, String> {
        let wrong = || "write it bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT".to_owned();
        let (first, last) =
            text.strip_prefix("bytes=").and_then(|it| it.split_once('-')).ok_or_else(wrong)?;
        let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        match (first, last) {
            ("", count) => Ok(Asked::Last(number(count)?)),
            (first, "") => Ok(Asked::From(number(first)?)),
            (first, last) => match (number(first)?, number(last)?) {
                (first, last) if first > last => Err("the range ends before it begins".to_owned()),
                (first, last) => Ok(Asked::Between { first, last }),
            },
        }
    }
}

impl Asked {
    /// The bytes of an object of `total` bytes, the end excluded. None where the range lies outside.
    pub(crate) fn within(self, total: u64) -> Option<Range<u64>> {
        let range = match self {
            Asked::Between { first, last } => first..last.saturating_add(1).min(total),
            Asked::From(first) => first..total,
            Asked::Last(count) => total.saturating_sub(count)..total,
        };
        (range.start < range.end).then_some(range)
    }
}

/// What a `Content-Range` header such as `bytes 100-199/1234` says: the range 100..200, and the total 1234.
pub(crate) fn answered(content_range: &str) -> Option<(Range<u64>, u64)> {
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
            assert_eq!(text.parse::<Asked>().unwrap().within(10), bytes, "{text}");
        }
        for text in ["", "0-5", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,3-4"] {
            assert!(text.parse::<Asked>().is_err(), "{text}");
        }
    }
}
