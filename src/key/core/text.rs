//! The one parser of key text: whatever a user keeps a key in, it comes through here.
//!
//! Messages describe the text (lengths, positions, what it resembles) and never quote any of it.

use super::encoding::{Form, Format, KEY_BYTES, decode_base64, decode_hex, is_hex, is_typed};
use super::foreign;
use super::material::Key;
use super::strength::{Unfit, unfit, weakness};
use crate::failure::Failure;

/// A key that was read, and what is to be said about it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The key.
    pub key: Key,
    /// How it was written.
    pub form: Form,
    /// What its owner should know, such as that it is weak; one line each.
    pub warnings: Vec<String>,
    /// Why it seals nothing, though it may open what it sealed.
    pub unfit: Option<Unfit>,
}

/// Whether the text is a key in base64 or hexadecimal, which no output shows from then on. What could only be a raw
/// key is not meant: any name of 32 characters could be one.
pub(crate) fn is_written_key(text: &[u8]) -> bool {
    [Format::Base64, Format::Hex].into_iter().any(|format| parse(text, format).is_ok())
}

/// Reads keys. Exactly 32 bytes are a raw key, before any trimming: one random key in eight holds a
/// newline. Anything else is text with one key a line, where blank lines, lines that begin with
/// `#`, a byte order mark and CRLF mean nothing. At least one key comes back.
///
/// # Errors
/// [`Kind::Key`] that says exactly what is wrong, and quotes none of it.
pub fn parse(bytes: &[u8], format: Format) -> Result<Vec<Found>, Failure> {
    let raw = match format {
        Format::Raw => true,
        Format::Auto => bytes.len() == KEY_BYTES,
        Format::Base64 | Format::Hex => false,
    };
    if raw {
        let key = Key::from_slice(bytes).ok_or_else(|| foreign::not_raw(bytes))?;
        return Ok(vec![found(key, Form::Raw, format)]);
    }
    if let Some(failure) = foreign::recognise_file(bytes) {
        return Err(failure);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| foreign::not_raw(bytes))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let one_line = text.trim_end().lines().count() <= 1;
    let mut keys: Vec<Found> = Vec::new();
    let mut said_md5 = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            said_md5 = comment.trim().strip_prefix("key-md5:").map(str::trim).or(said_md5);
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let key = parse_line(line, format).and_then(|found| check_md5(found, said_md5.take()));
        keys.push(key.map_err(|failure| {
            if one_line {
                failure
            } else {
                foreign::said_of(&format!("line {}", index + 1), failure)
            }
        })?);
    }
    if keys.windows(2).any(|pair| pair.iter().all(is_half)) {
        return Err(foreign::two_halves());
    }
    if keys.is_empty() { Err(foreign::no_key(!text.trim().is_empty())) } else { Ok(keys) }
}

/// Compares a key with the MD5 that a comment above it gives, as this program writes it into key files: who
/// mistypes a key should learn of it before anything is sealed with it.
fn check_md5(found: Found, said: Option<&str>) -> Result<Found, Failure> {
    if said.is_none_or(|md5| md5 == found.key.md5_base64()) {
        Ok(found)
    } else {
        Err(foreign::not_as_said(&found.key))
    }
}

/// Whether it is 32 hex digits taken as they stand: of two such lines each is half a key, most likely.
fn is_half(found: &Found) -> bool {
    found.form == Form::Ascii && std::str::from_utf8(found.key.bytes()).is_ok_and(is_hex)
}

/// The key on a trimmed line that is neither empty nor a comment.
fn parse_line(line: &str, format: Format) -> Result<Found, Failure> {
    if format != Format::Base64
        && let Some(key) = decode_hex(line).and_then(|bytes| Key::from_slice(&bytes))
    {
        return Ok(found(key, Form::Hex, format));
    }
    if format != Format::Hex
        && let Ok((bytes, form)) = decode_base64(line)
        && let Some(key) = Key::from_slice(&bytes)
    {
        return Ok(found(key, form, format));
    }
    if format == Format::Auto
        && is_typed(line.as_bytes())
        && let Some(key) = Key::from_slice(line.as_bytes())
    {
        return Ok(found(key, Form::Ascii, format));
    }
    Err(foreign::diagnose_key_text(line, format))
}

/// With `--key-format raw` the user says that 32 characters are meant to be the key.
fn found(key: Key, form: Form, format: Format) -> Found {
    let warnings = weakness(key.bytes()).into_iter().collect();
    let unfit = unfit(key.bytes(), format == Format::Raw);
    Found { key, form, warnings, unfit }
}
