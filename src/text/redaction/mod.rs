//! What no message may quote: the keys of the run ([`scrub`]), and text that could be a key, or enough of one.

use std::borrow::Cow;

mod foreign;
mod known;

pub(crate) use foreign::{is_unsafe, visible};
pub(crate) use known::{MASK, register, register_passing, register_text, scrub};

/// Texts shorter than this are names and words, too short to be (most of) a key: 24 characters of
/// base64 hold 144 bits.
const SECRET_CHARS: usize = 24;
const HALF_CHARS: usize = 20;
/// The bytes of a key, which may be ASCII text.
const KEY_BYTES: usize = 32;

/// Whether the text could be a key or most of one: a line of it is long (24 characters or more) and
/// made of the base64, url-safe base64 and hex alphabets alone, or it is of a raw key's length. White
/// space and quotes around it do not count.
pub fn looks_secret(text: &str) -> bool {
    let is_encoded = |line: &str| {
        let bare = line.trim().trim_matches(['"', '\'', '`']);
        bare.len() >= SECRET_CHARS && bare.bytes().all(is_base64ish)
    };
    text.trim().len() == KEY_BYTES || text.lines().any(is_encoded)
}

/// Whether part of the text could be half a key: a key with a wrong character amid still shows the
/// rest. That is 20 characters or more of base64 on end with a capital among them (paths seldom
/// have that), or as many hex digits.
pub(crate) fn holds_secret(text: &str) -> bool {
    let long = |run: &&str| run.len() >= HALF_CHARS;
    let mut base64 = text.split(|c: char| !u8::try_from(c).is_ok_and(is_base64ish)).filter(long);
    let mut hex = text.split(|c: char| !c.is_ascii_hexdigit()).filter(long);
    hex.next().is_some() || base64.any(|run| run.contains(|c: char| c.is_ascii_uppercase()))
}

/// Whether the byte occurs in base64, in either alphabet, padding included.
pub(crate) fn is_base64ish(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte)
}

/// The text of a store, with [`MASK`] in the place of all that looks like (part of) a key: 20 characters or more of
/// base64 on end that change between capitals, small letters and digits as only random text does, or as many
/// hexadecimal digits.
pub(crate) fn mask_key_text(text: &str) -> Cow<'_, str> {
    // Some stores repeat headers percent-encoded.
    let is_end = |c: char| c != '%' && !u8::try_from(c).is_ok_and(is_base64ish);
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
    // Random base64 changes at two of three places; names in capitals and small letters at one of four.
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
    fn ordinary_words_of_stores_stay() {
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
