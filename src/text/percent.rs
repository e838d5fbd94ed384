//! Percent-encoding (RFC 3986 section 2.1): of names and tags in headers, of URLs, and of names in listings.

use std::fmt::Write;

/// Percent-encodes everything except unreserved characters (RFC 3986 section 2.3).
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte.into());
            }
            // Writing to a String cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// Decodes part of a URL. A `%` without two digits is kept; bytes that are no UTF-8 become U+FFFD.
pub(crate) fn decoded(text: &str) -> String {
    decode(text, false).unwrap_or_else(|lenient| lenient)
}

/// Decodes part of a URL. None if it is malformed, or no UTF-8.
pub(crate) fn strictly_decoded(text: &str) -> Option<String> {
    decode(text, false).ok()
}

/// Decodes the value of an HTML form, where a space may be a `+`: stores encode names in listings this way. The error is the
/// text decoded as [`decoded`] does, if it is malformed or no UTF-8.
pub(crate) fn form_decoded(text: &str) -> Result<String, String> {
    decode(text, true)
}

/// The byte of the two leading hexadecimal digits.
pub(crate) fn byte(digits: &[u8]) -> Option<u8> {
    let hex = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    Some((hex(0)? << 4 | hex(1)?) as u8)
}

fn decode(text: &str, plus_is_space: bool) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut is_well_formed = true;
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(match first {
            b'+' if plus_is_space => b' ',
            b'%' if let Some(byte) = byte(after) => {
                rest = &after[2..];
                byte
            }
            other => {
                is_well_formed &= *other != b'%';
                *other
            }
        });
    }
    match String::from_utf8(bytes) {
        Ok(text) if is_well_formed => Ok(text),
        Ok(text) => Err(text),
        Err(error) => Err(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_letters_digits_and_four_signs_are_encoded() {
        assert_eq!(encoded("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(encoded("a/b +?&=%\u{e4}"), "a%2Fb%20%2B%3F%26%3D%25%C3%A4");
    }

    #[test]
    fn urls_are_decoded() {
        assert_eq!(decoded("a%20b%C3%A4+%zz%4"), "a b\u{e4}+%zz%4");
    }

    #[test]
    fn names_are_decoded() {
        for (encoded, plain) in [
            ("a/b", Ok("a/b")),
            ("a+b%2Bc%20d", Ok("a b+c d")),
            ("%00%0a%C3%A4", Ok("\0\nä")),
            ("100%", Err("100%")),
            ("%4", Err("%4")),
            ("%zz%4%+5", Err("%zz%4% 5")),
            ("%ff", Err("\u{fffd}")),
        ] {
            let found = form_decoded(encoded);
            assert_eq!(found.as_deref().map_err(|it| it.as_str()), plain, "{encoded}");
        }
    }
}
