//! How many bytes go into which part. Pure arithmetic within S3's limits (AWS, "Amazon S3 multipart
//! upload limits").

use std::ops::Range;

use crate::failure::Failure;
use crate::text::size;

/// The smallest part but the last, in bytes.
pub(crate) const SMALLEST_PART: u64 = 5 * MIB;
/// The largest part, in bytes.
pub(crate) const LARGEST_PART: u64 = 5 * 1024 * MIB;
/// The most parts that an object can be made of.
pub(crate) const MOST_PARTS: u64 = 10_000;
/// Up to this many bytes one request is enough, both ways.
pub(super) const ONE_REQUEST: u64 = 16 * MIB;

const MIB: u64 = 1 << 20;
const USUAL_PART: u64 = 8 * MIB;

/// Reads the size of a part, as [`size::parse`] does.
///
/// # Errors
/// A sentence, where it is no size or S3 allows no such part.
pub(crate) fn parse_part_size(text: &str) -> Result<u64, String> {
    let bytes = size::parse(text)?;
    if (SMALLEST_PART..=LARGEST_PART).contains(&bytes) {
        Ok(bytes)
    } else {
        Err("a part is 5 MiB to 5 GiB".to_owned())
    }
}

/// The size of every part but the last, for an object of `bytes` bytes.
///
/// # Errors
/// [`Kind::Usage`] where the object does not fit into 10,000 parts of the size that was asked for.
pub(super) fn part_size(bytes: u64, asked: Option<u64>) -> Result<u64, Failure> {
    let needed = bytes.div_ceil(MOST_PARTS);
    match asked {
        Some(asked) if asked < needed => Err(Failure::usage(format!(
            "{bytes} bytes do not fit into {MOST_PARTS} parts of {asked} bytes"
        ))
        .hint(format!("give --part-size {}MiB or more, or leave it out", needed.div_ceil(MIB)))),
        Some(asked) => Ok(asked),
        None if needed > LARGEST_PART => {
            Err(Failure::usage(format!("{bytes} bytes are more than an object can hold"))
                .hint("split the file"))
        }
        None => Ok(needed.div_ceil(MIB).saturating_mul(MIB).max(USUAL_PART)),
    }
}

/// The size of part `number` (from 1) of a stream whose length nobody knows: the usual size for the
/// first 40 GiB, then four times as much every thousand parts, so that memory stays small for as long
/// as possible and 10,000 parts are enough for anything.
pub(super) fn stream_part_size(number: u64, asked: Option<u64>) -> u64 {
    const STEADY: u64 = 5_000;
    const STEP: u64 = 1_000;
    if let Some(asked) = asked {
        return asked;
    }
    let steps = number.saturating_sub(1).saturating_sub(STEADY - STEP) / STEP;
    (USUAL_PART << (2 * steps)).min(LARGEST_PART)
}

/// The bytes of part `index` (from 0) of `bytes` bytes in parts of `part`; its end excluded.
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
        let total: u128 = (1..=MOST_PARTS).map(|n| u128::from(stream_part_size(n, None))).sum();
        assert!(total > 5 << 40, "{total}");
        assert_eq!(stream_part_size(1, None), USUAL_PART);
        assert_eq!(stream_part_size(5_000, None), USUAL_PART);
        assert_eq!(stream_part_size(5_001, None), 4 * USUAL_PART);
        assert_eq!(stream_part_size(10_000, None), LARGEST_PART);
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
        assert_eq!(part_size(80 << 30, Some(SMALLEST_PART)).unwrap_err().exit_code(), 2);
        assert_eq!(part_size(u64::MAX, None).unwrap_err().exit_code(), 2);
    }

    proptest! {
        #[test]
        fn parts_cover_every_byte_once(bytes in 0u64..(60 << 40)) {
            let Ok(part) = part_size(bytes, None) else {
                prop_assert!(bytes > MOST_PARTS * LARGEST_PART);
                return Ok(());
            };
            prop_assert!((SMALLEST_PART..=LARGEST_PART).contains(&part));
            let count = bytes.div_ceil(part);
            prop_assert!(count <= MOST_PARTS);
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
