//! Checks a key-MD5 in the form that S3 requires. If it is wrong, finds out which of the usual mistakes produced it.

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::key::core::{Key, decode_base64, decode_hex, is_hex};

/// The lengths of digests in bytes.
const MD5_BYTES: usize = 16;
const SHA1_BYTES: usize = 20;
const SHA256_BYTES: usize = 32;
/// The line breaks that are often hashed or encoded by mistake: those of `echo` and files, and of Windows files.
const ENDINGS: [(&str, &str); 3] = [("", ""), ("\n", " with a newline"), ("\r\n", " with CRLF")];

/// Compares an MD5 with the key's.
/// Errors: `Kind::Key` that names the mistake and the right MD5, which is no secret. The given text is not quoted: it
/// may be the key.
pub(super) fn check(key: &Key, given: &str) -> Result<(), Failure> {
    let right = key.md5_base64();
    if given == right {
        return Ok(());
    }
    Err(Failure::key(explain(key, given)).hint(format!(
        "the right one is {right}, made by `printf %s \"$KEY\" | base64 -d | openssl md5 -binary | base64`"
    )))
}

fn explain(key: &Key, given: &str) -> String {
    let is_key = super::decode_key(given).is_some_and(|(found, _)| found == *key);
    if is_key || given.trim_end().as_bytes() == key.bytes() {
        return "it holds the key itself, not the key's MD5".to_owned();
    }
    let Some(WrittenDigest { digest, how }) = WrittenDigest::read(given) else {
        let length = given.chars().count();
        return format!("it is no MD5: base64 of one has 24 characters, and it has {length}");
    };
    let of = match digest.len() {
        MD5_BYTES => hashed_form(key, &digest),
        SHA1_BYTES => return format!("it is a SHA-1, written as {how}, and S3 wants an MD5"),
        SHA256_BYTES => {
            return format!(
                "it has the length of a SHA-256, written as {how}, and S3 wants an MD5"
            );
        }
        length => return format!("it is {how} of {length} bytes, and an MD5 has 16 bytes"),
    };
    match of {
        Some(of) => format!(
            "it is the MD5 of {of}, written as {how}; S3 wants the MD5 of the key's 32 bytes, written as base64 of \
             its 16 bytes"
        ),
        None => {
            format!("it is an MD5, written as {how}, but not this key's: another key's, perhaps")
        }
    }
}

/// A digest, and a description of its encoding.
struct WrittenDigest {
    digest: Zeroizing<Vec<u8>>,
    how: String,
}

impl WrittenDigest {
    /// Decodes the text, several times if needed, to a digest.
    fn read(text: &str) -> Option<WrittenDigest> {
        let bare = text.trim_end_matches(['\r', '\n']);
        let (_, ending) = ENDINGS.into_iter().find(|(end, _)| &text[bare.len()..] == *end)?;
        let written =
            |digest, how: &str| Some(WrittenDigest { digest, how: format!("{how}{ending}") });
        if let Some(digest) = decode_digest(bare) {
            let case =
                if bare.contains(|c: char| c.is_ascii_uppercase()) { " in capitals" } else { "" };
            return written(digest, &format!("hex text{case}"));
        }
        let words: Vec<&str> = bare.split_whitespace().collect();
        if let [first, .., last] = words.as_slice() {
            if let Some(digest) = decode_digest(first) {
                return written(digest, "the whole line of md5sum");
            }
            return written(decode_digest(last)?, "the whole line of openssl");
        }
        let (bytes, form) = decode_base64(bare).ok()?;
        let inner = std::str::from_utf8(&bytes).ok().and_then(WrittenDigest::read);
        match inner {
            Some(inner) => written(inner.digest, &format!("base64 of {}", inner.how)),
            None => written(bytes, &form.to_string()),
        }
    }
}

fn decode_digest(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let lengths = [MD5_BYTES, SHA1_BYTES, SHA256_BYTES];
    decode_hex(text).filter(|digest| lengths.contains(&digest.len()))
}

/// The form of the key that the digest is the MD5 of.
fn hashed_form(key: &Key, digest: &[u8]) -> Option<String> {
    let hex = key.hex();
    let raw = Zeroizing::new(key.bytes().to_vec());
    let text = std::str::from_utf8(&raw).unwrap_or_default();
    let mut inputs = vec![
        ("the key's base64 text", Zeroizing::new(key.base64().as_bytes().to_vec())),
        ("the key's hex text", Zeroizing::new(hex.as_bytes().to_vec())),
        ("the key's hex text in capitals", Zeroizing::new(hex.to_uppercase().into_bytes())),
    ];
    if is_hex(text) {
        inputs.extend(
            decode_hex(text).map(|bytes| ("the 16 bytes that the key is the hex of", bytes)),
        );
    }
    inputs.extend(
        decode_base64(text)
            .ok()
            .map(|(bytes, _)| ("the bytes that the key is the base64 of", bytes)),
    );
    inputs.insert(0, ("the key's 32 bytes", raw.clone()));
    let all = inputs.iter().flat_map(|input| ENDINGS.map(|ending| (input, ending)));
    all.into_iter().find_map(|((name, bytes), (end, ending))| {
        let md5 = Md5::new().chain_update(&**bytes).chain_update(end).finalize();
        (md5[..] == *digest).then(|| format!("{name}{ending}"))
    })
}
