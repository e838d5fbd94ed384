//! The strength of 32 bytes as a key: which are no secret, and which are probably a key that was cut short.

use super::encoding::{KEY_BYTES, decode_base64, is_hex, is_printable_ascii};
use crate::failure::{Advice, Failure};

const ADVICE: &str = "`s3seal keygen` makes 256 random bits";
/// The longest period in bytes of a repetition that can be guessed.
const SHORT_PERIOD: usize = 8;

/// Why a key is refused for writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The bytes follow a pattern that can be guessed.
    Pattern,
    /// The bytes are 32 characters of base64 or hex, most often part of a longer key.
    CutShort,
}

impl Unfit {
    /// The failure for a write with such a key, called `label` in the message.
    pub(crate) fn refuse(self, label: &str) -> Failure {
        match self {
            Unfit::Pattern => Failure::key(format!(
                "{label}: the bytes of this key follow a pattern that can be guessed, so it protects nothing and does not seal"
            ))
            .hint(format!("{ADVICE}; what it has sealed can still be opened with it")),
            Unfit::CutShort => Failure::key(format!(
                "{label}: this key is 32 characters of base64 or hex text, most often a key of 32 bytes that was cut short, so it does not seal"
            ))
            .hint(Advice::CheckWholeKey(ADVICE)),
        }
    }
}

/// Why the key is refused for writing. `is_declared_raw`: the user declared these 32 bytes to be the key.
pub(super) fn unfit(bytes: &[u8; KEY_BYTES], is_declared_raw: bool) -> Option<Unfit> {
    if is_pattern(bytes) {
        Some(Unfit::Pattern)
    } else if !is_declared_raw && is_cut_short(bytes) {
        Some(Unfit::CutShort)
    } else {
        None
    }
}

/// Why these 32 bytes are probably not 256 random bits.
pub(super) fn weakness(bytes: &[u8; KEY_BYTES]) -> Option<String> {
    if is_one_byte(bytes) {
        return Some(format!("all bytes of this key are the same: it protects nothing; {ADVICE}"));
    }
    if is_pattern(bytes) {
        return Some(format!(
            "the bytes of this key follow a pattern that can be guessed: it protects nothing; {ADVICE}"
        ));
    }
    text_weakness(bytes)
}

/// Whether deriving keys from these 32 bytes is refused. Counting bytes are allowed: the published test vectors use them, and
/// existing objects must remain readable. Like any pattern, they are refused for writing.
pub(crate) fn is_weak_master(bytes: &[u8; KEY_BYTES]) -> bool {
    is_one_byte(bytes) || text_weakness(bytes).is_some()
}

fn is_one_byte(bytes: &[u8; KEY_BYTES]) -> bool {
    bytes.iter().all(|byte| *byte == bytes[0])
}

/// Why a key that is text is weak.
fn text_weakness(bytes: &[u8; KEY_BYTES]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    if is_printable_ascii(text.trim_end().as_bytes()) && text.ends_with(['\n', '\r']) {
        return Some(format!(
            "the 32 bytes of this key are a line of text with its line break: weak; {ADVICE}"
        ));
    }
    if !is_printable_ascii(bytes) {
        return None;
    }
    let varied = [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit]
        .iter()
        .all(|class| bytes.iter().any(class));
    Some(if is_hex(text) {
        format!(
            "the 32 bytes of this key are 32 hex digits as ASCII text, probably the hex of 16 \
             bytes: weak, no better than a 128-bit key; {ADVICE}"
        )
    } else if varied && decode_base64(text).is_ok() {
        format!(
            "the 32 bytes of this key are 32 base64 characters as ASCII text, probably the base64 \
             of 24 bytes or the start of a longer one: weak, no better than a 192-bit key; {ADVICE}"
        )
    } else {
        format!(
            "the 32 bytes of this key are ASCII text: weak, easier to guess than 256 random bits; \
             {ADVICE}"
        )
    })
}

/// Whether each byte differs from the one before by the same step (all zero, one repeated byte, counting up or down), or a
/// few bytes repeat.
fn is_pattern(bytes: &[u8; KEY_BYTES]) -> bool {
    let step = bytes[1].wrapping_sub(bytes[0]);
    let is_sequence = bytes.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    let repeats =
        |period| bytes[period..].iter().zip(bytes).all(|(later, earlier)| later == earlier);
    is_sequence || (1..=SHORT_PERIOD).any(repeats)
}

/// Whether the 32 characters, without a final line break, are base64 or hex text. Decimal digits alone do not count: only
/// one in three million random keys that are cut to 32 hex digits has no letter.
fn is_cut_short(bytes: &[u8; KEY_BYTES]) -> bool {
    let text = bytes.trim_ascii_end();
    let is_encoded = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    text.len() + 2 >= KEY_BYTES
        && text.iter().all(is_encoded)
        && !text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_unfit() {
        let counting: [u8; KEY_BYTES] = std::array::from_fn(|at| at as u8);
        let down: [u8; KEY_BYTES] = std::array::from_fn(|at| 250 - at as u8);
        let wraps: [u8; KEY_BYTES] = std::array::from_fn(|at| (at as u8).wrapping_add(240));
        for bytes in
            [[0; 32], [0xfb; 32], counting, down, wraps, *b"abcdabcdabcdabcdabcdabcdabcdabcd"]
        {
            assert_eq!(unfit(&bytes, true), Some(Unfit::Pattern), "{bytes:?}");
            assert!(weakness(&bytes).is_some(), "{bytes:?}");
        }
    }

    #[test]
    fn text_that_looks_cut_short_is_fit_if_declared_raw() {
        for text in [
            b"23832BAC16516152E560F933F261BF03",
            b"0123456789abcdef0123456789abcdef",
            b"q83vASNFZ4mrze8BI0VniavN7wEjRWeJ",
            b"q83vASNFZ4mrze8BI0VniavN7wE_RWeJ",
            b"q83vASNFZ4mrze8BI0VniavN7wEjRWe\n",
        ] {
            assert_eq!(unfit(text, false), Some(Unfit::CutShort));
            assert_eq!(unfit(text, true), None);
        }
        for text in [b"01234567890123456789012345678901", b"correct horse battery staple 123"] {
            assert_eq!(unfit(text, false), None);
        }
    }
}
