//! Percent-encoding of what travels within a header: tags, and the name of a copy's source.

use std::fmt::Write;

/// The text with everything percent-encoded but what needs it nowhere (RFC 3986 section 2.3).
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte.into());
            }
            // A String takes whatever is written to it.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_letters_digits_and_four_signs_are_encoded() {
        assert_eq!(encoded("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(encoded("a/b +?&=%\u{e4}"), "a%2Fb%20%2B%3F%26%3D%25%C3%A4");
    }
}
