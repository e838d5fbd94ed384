//! Part sizes within S3's limits (AWS, "Amazon S3 multipart upload limits"). Pure arithmetic.

use std::ops::Range;

use crate::failure::{Advice, Failure};
use crate::text::size;

/// In bytes; the last part may be smaller.
pub(crate) const MIN_PART_SIZE: u64 = 5 * MIB;
/// In bytes.
pub(crate) const MAX_PART_SIZE: u64 = 5 * 1024 * MIB;
pub(crate) const MAX_PARTS: u64 = 10_000;
/// Objects up to this size, in bytes, are uploaded or downloaded in one request.
pub(super) const MAX_SINGLE_REQUEST: u64 = 16 * MIB;

const MIB: u64 = 1 << 20;
const DEFAULT_PART_SIZE: u64 = 8 * MIB;

/// Parses a part size as [`size::parse`] does, and checks it against S3's limits.
pub(crate) fn parse_part_size(text: &str) -> Result<u64, String> {
    let bytes = size::parse(text)?;
    if (MIN_PART_SIZE..=MAX_PART_SIZE).contains(&bytes) {
        Ok(bytes)
    } else {
        Err("a part is 5 MiB to 5 GiB".to_owned())
    }
}

/// The size of every part but the last, for an object of `bytes` bytes.
/// Errors: `Kind::Usage` if the object does not fit into 10,000 parts of the requested size.
pub(super) fn part_size(bytes: u64, requested: Option<u64>) -> Result<u64, Failure> {
    let needed = bytes.div_ceil(MAX_PARTS);
    match requested {
        Some(requested) if requested < needed => Err(Failure::usage(format!(
            "{bytes} bytes do not fit into {MAX_PARTS} parts of {requested} bytes"
        ))
        .hint(Advice::LargerParts(needed.div_ceil(MIB)))),
        Some(requested) => Ok(requested),
        None if needed > MAX_PART_SIZE => {
            Err(Failure::usage(format!("{bytes} bytes are more than an object can hold"))
                .hint("split the file"))
        }
        None => Ok(needed.div_ceil(MIB).saturating_mul(MIB).max(DEFAULT_PART_SIZE)),
    }
}

/// The size of part `number` (from 1) of a stream of unknown length: the default size for the first
/// 40 GiB, then four times as much every thousand parts. So memory use stays small as long as
/// possible, and 10,000 parts hold the largest object that S3 stores.
pub(super) fn stream_part_size(number: u64, requested: Option<u64>) -> u64 {
    const STEADY: u64 = 5_000;
    const STEP: u64 = 1_000;
    if let Some(requested) = requested {
        return requested;
    }
    let steps = number.saturating_sub(1).saturating_sub(STEADY - STEP) / STEP;
    (DEFAULT_PART_SIZE << (2 * steps)).min(MAX_PART_SIZE)
}

/// The byte range of part `index` (from 0) of `bytes` bytes in parts of `part` bytes.
pub(super) fn range(index: u64, bytes: u64, part: u64) -> Range<u64> {
    let start = index.saturating_mul(part).min(bytes);
    start..bytes.min(start.saturating_add(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn streams_of_any_length_fit() {
        let total: u128 = (1..=MAX_PARTS).map(|n| u128::from(stream_part_size(n, None))).sum();
        assert!(total > 5 << 40, "{total}");
        assert_eq!(stream_part_size(1, None), DEFAULT_PART_SIZE);
        assert_eq!(stream_part_size(5_000, None), DEFAULT_PART_SIZE);
        assert_eq!(stream_part_size(5_001, None), 4 * DEFAULT_PART_SIZE);
        assert_eq!(stream_part_size(10_000, None), MAX_PART_SIZE);
    }

    #[test]
    fn sizes_are_read_with_units() {
        for (text, size) in [
            ("8388608", 8 * MIB),
            ("8MiB", 8 * MIB),
            ("8MB", 8 * MIB),
            ("8m", 8 * MIB),
            ("1 GiB", 1 << 30),
        ] {
            assert_eq!(parse_part_size(text), Ok(size), "{text}");
        }
        for text in [
            "",
            "MiB",
            "8X",
            "4MiB",
            "6GiB",
            "-8MiB",
            "99999999999999999999",
            "18446744073709551615K",
        ] {
            assert!(parse_part_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        assert_eq!(part_size(80 << 30, Some(MIN_PART_SIZE)).unwrap_err().exit_code(), 2);
        assert_eq!(part_size(u64::MAX, None).unwrap_err().exit_code(), 2);
    }

    proptest! {
        #[test]
        fn parts_cover_every_byte_once(bytes in 0u64..(60 << 40)) {
            let Ok(part) = part_size(bytes, None) else {
                prop_assert!(bytes > MAX_PARTS * MAX_PART_SIZE);
                return Ok(());
            };
            prop_assert!((MIN_PART_SIZE..=MAX_PART_SIZE).contains(&part));
            let count = bytes.div_ceil(part);
            prop_assert!(count <= MAX_PARTS);
            let mut at = 0;
            for index in 0..count {
                let range = range(index, bytes, part);
                prop_assert_eq!(range.start, at);
                prop_assert!(range.end > at && range.end - at <= part);
                at = range.end;
            }
            prop_assert_eq!(at, bytes);
        }
    }
}
