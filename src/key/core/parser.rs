//! The parser of key text, for every source. Messages describe the text (lengths, positions, what it resembles) and never
//! quote it.

use super::diagnosis;
use super::encoding::{
    Form, Format, KEY_BYTES, decode_base64, decode_hex, is_hex, is_printable_ascii,
};
use super::material::Key;
use super::strength::{Unfit, unfit, weakness};
use crate::failure::Failure;

/// A key that was read from text.
#[derive(Debug, Clone)]
pub struct ParsedKey {
    pub key: Key,
    pub form: Form,
    /// Warnings for the owner, such as that the key is weak; one line each.
    pub warnings: Vec<String>,
    /// Why the key is refused for writing. It may still open what it sealed.
    pub unfit: Option<Unfit>,
}

/// Turns the content of a source into keys, at least one.
pub(crate) type Parser = fn(&[u8], Format) -> Result<Vec<ParsedKey>, Failure>;

/// Whether the text is a key in base64 or hexadecimal; if so, no output shows it from then on. Raw keys are excluded: any
/// name of 32 characters could be one.
pub(crate) fn is_encoded_key(text: &[u8]) -> bool {
    [Format::Base64, Format::Hex].into_iter().any(|format| parse(text, format).is_ok())
}

/// Parses key text, and returns at least one key. Exactly 32 bytes, untrimmed, are a raw key: one random key in eight
/// contains a newline. Anything else is text with one key per line. Blank lines, lines that begin with `#`, a byte order
/// mark and CRLF are ignored.
/// Errors: `Kind::Key` that describes the problem and quotes nothing.
pub fn parse(bytes: &[u8], format: Format) -> Result<Vec<ParsedKey>, Failure> {
    let raw = match format {
        Format::Raw => true,
        Format::Auto => bytes.len() == KEY_BYTES,
        Format::Base64 | Format::Hex => false,
    };
    if raw {
        let key = Key::from_slice(bytes).ok_or_else(|| diagnosis::not_raw_key(bytes))?;
        return Ok(vec![found(key, Form::Raw, format)]);
    }
    if let Some(failure) = diagnosis::recognise_file(bytes) {
        return Err(failure);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| diagnosis::not_raw_key(bytes))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let one_line = text.trim_end().lines().count() <= 1;
    let mut keys: Vec<ParsedKey> = Vec::new();
    let mut md5_comment = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            md5_comment = comment.trim().strip_prefix("key-md5:").map(str::trim).or(md5_comment);
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let key = parse_line(line, format).and_then(|found| check_md5(found, md5_comment.take()));
        keys.push(key.map_err(|failure| {
            if one_line {
                failure
            } else {
                diagnosis::with_context(&format!("line {}", index + 1), failure)
            }
        })?);
    }
    if keys.windows(2).any(|pair| pair.iter().all(is_half)) {
        return Err(diagnosis::split_key());
    }
    if keys.is_empty() { Err(diagnosis::no_key(!text.trim().is_empty())) } else { Ok(keys) }
}

/// Compares a key with the key-MD5 in the comment above it, as key files of this program have it: a mistyped key must be
/// reported before it seals anything.
fn check_md5(found: ParsedKey, comment: Option<&str>) -> Result<ParsedKey, Failure> {
    if comment.is_none_or(|md5| md5 == found.key.md5_base64()) {
        Ok(found)
    } else {
        Err(diagnosis::wrong_md5_comment(&found.key))
    }
}

/// Whether the key is 32 hex digits used as ASCII: two such lines are probably the halves of one key.
fn is_half(found: &ParsedKey) -> bool {
    found.form == Form::Ascii && std::str::from_utf8(found.key.bytes()).is_ok_and(is_hex)
}

/// Parses a trimmed line that is neither empty nor a comment.
fn parse_line(line: &str, format: Format) -> Result<ParsedKey, Failure> {
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
        && is_printable_ascii(line.as_bytes())
        && let Some(key) = Key::from_slice(line.as_bytes())
    {
        return Ok(found(key, Form::Ascii, format));
    }
    Err(diagnosis::diagnose_key_text(line, format))
}

/// `Format::Raw` means that the user declared any 32 characters to be the key.
fn found(key: Key, form: Form, format: Format) -> ParsedKey {
    let warnings = weakness(key.bytes()).into_iter().collect();
    let unfit = unfit(key.bytes(), format == Format::Raw);
    ParsedKey { key, form, warnings, unfit }
}
