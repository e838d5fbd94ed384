//! Removes from messages the keys of the run ([`scrub`]), and text that may be a key or a large part of one.

use std::borrow::Cow;

mod secrets;
mod visible;

pub(crate) use secrets::{MASK, register, register_text, register_transient, scrub};
pub(crate) use visible::{is_unsafe, visible};

/// Shorter texts are too short to be most of a key: 24 characters of base64 hold 144 bits.
const SECRET_CHARS: usize = 24;
const HALF_CHARS: usize = 20;
/// The length of a raw key, which may be ASCII text.
const KEY_BYTES: usize = 32;

/// Whether the text may be a key or most of one: it has a line of 24 or more characters of the base64, url-safe base64 and
/// hex alphabets alone, or the length of a raw key. Surrounding white space and quotes are ignored.
pub fn looks_secret(text: &str) -> bool {
    let is_encoded = |line: &str| {
        let bare = line.trim().trim_matches(['"', '\'', '`']);
        bare.len() >= SECRET_CHARS && bare.bytes().all(is_base64_byte)
    };
    text.trim().len() == KEY_BYTES || text.lines().any(is_encoded)
}

/// Whether part of the text may be half a key, such as the rest of a key with one wrong character: 20 or more consecutive
/// characters of base64 with a capital among them (rare in paths), or as many hex digits.
pub(crate) fn holds_secret(text: &str) -> bool {
    let long = |run: &&str| run.len() >= HALF_CHARS;
    let mut base64 = text.split(|c: char| !u8::try_from(c).is_ok_and(is_base64_byte)).filter(long);
    let mut hex = text.split(|c: char| !c.is_ascii_hexdigit()).filter(long);
    hex.next().is_some() || base64.any(|run| run.contains(|c: char| c.is_ascii_uppercase()))
}

/// Whether the byte occurs in base64, in either alphabet, padding included.
pub(crate) fn is_base64_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte)
}

/// Masks everything in a store's text that looks like a key or part of one: 20 or more consecutive characters of base64 that
/// alternate between capitals, small letters and digits as only random text does, or as many hexadecimal digits.
pub(crate) fn mask_key_text(text: &str) -> Cow<'_, str> {
    // Some stores repeat headers percent-encoded.
    let is_end = |c: char| c != '%' && !u8::try_from(c).is_ok_and(is_base64_byte);
    let secrets: Vec<&str> = text.split(is_end).filter(|run| is_random(run)).collect();
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let masked = secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK));
    Cow::Owned(masked)
}

/// Whether a run of base64 characters is long and mixed enough to be random.
fn is_random(run: &str) -> bool {
    if run.len() < HALF_CHARS {
        return false;
    }
    let class = |byte: u8| match byte {
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    };
    let classes: Vec<u8> = run.bytes().map(class).filter(|class| *class != 0).collect();
    let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    // The class changes at two of three positions in random base64, and at one of four in names in camel case.
    changes * 5 >= run.len() * 2 || is_hex(run)
}

fn is_hex(run: &str) -> bool {
    run.split(|c: char| !c.is_ascii_hexdigit()).any(|run| {
        run.len() >= HALF_CHARS
            && run.contains(|c: char| c.is_ascii_digit())
            && run.contains(|c: char| c.is_ascii_alphabetic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_text_in_messages_is_masked() {
        for secret in [
            "+xecQD7SgW+qBchbd+Etk0q2D9xoMY70Ir1ZBsN6HuU=",
            "+xecQD7SgW+qBchbd+Et",
            "fb179c403ed2816faa05c85b77e12d93",
        ] {
            let message = format!("the header was '{secret}', and is wrong");
            assert_eq!(mask_key_text(&message), format!("the header was '{MASK}', and is wrong"));
        }
    }

    #[test]
    fn ordinary_messages_are_unchanged() {
        for message in [
            "User: arn:aws:sts::123456789012:assumed-role/MyRoleName/session is not authorized to perform: s3:PutObject",
            "The specified key does not exist: backups/2026-11-28/Database-Dump-Nightly.sql",
            "Supported value: AES256. x-amz-server-side-encryption-customer-algorithm",
            "AuthorizationHeaderMalformed 12345678901234567890",
        ] {
            assert_eq!(mask_key_text(message), message);
        }
    }
}
