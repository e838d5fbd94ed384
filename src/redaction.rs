//! What no message may quote: text that could be a key, or enough of one.

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
pub fn holds_secret(text: &str) -> bool {
    let long = |run: &&str| run.len() >= HALF_CHARS;
    let mut base64 = text.split(|c: char| !u8::try_from(c).is_ok_and(is_base64ish)).filter(long);
    let mut hex = text.split(|c: char| !c.is_ascii_hexdigit()).filter(long);
    hex.next().is_some() || base64.any(|run| run.contains(|c: char| c.is_ascii_uppercase()))
}

/// Whether the byte occurs in base64, in either alphabet, padding included.
pub fn is_base64ish(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte)
}
