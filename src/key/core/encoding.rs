//! The encodings of 32 bytes: the variants of base64, hex (RFC 4648), and the raw bytes.

use std::fmt::{self, Write as _};

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use base64::{DecodeError, DecodeSliceError, Engine as _};
use schemars::JsonSchema;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::text::redaction::is_base64_byte;

/// The length of a key in bytes: S3 accepts only AES-256 keys (AWS, "Using server-side encryption with customer-provided
/// keys").
pub(crate) const KEY_BYTES: usize = 32;

/// How to read key text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Detected: 32 bytes, base64, hex, or 32 ASCII characters.
    #[default]
    Auto,
    /// Base64 of 32 bytes: padded, unpadded or url-safe.
    Base64,
    /// 64 hexadecimal digits.
    Hex,
    /// Exactly 32 bytes.
    Raw,
}

impl Format {
    /// The format with this name in `config.toml`.
    pub(crate) fn named(name: &str) -> Option<Format> {
        match name {
            "auto" => Some(Format::Auto),
            "base64" => Some(Format::Base64),
            "hex" => Some(Format::Hex),
            "raw" => Some(Format::Raw),
            _ => None,
        }
    }
}

/// The form in which a key was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The 32 bytes themselves.
    Raw,
    /// Base64 with padding (RFC 4648, section 4).
    Base64,
    /// Base64 without its padding.
    Base64Unpadded,
    /// The url-safe alphabet, with or without padding (RFC 4648, section 5).
    Base64Url,
    /// 64 hexadecimal digits (RFC 4648, section 8), in either case.
    Hex,
    /// 32 ASCII characters, used directly as the 32 bytes.
    Ascii,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Form::Raw => "raw bytes",
            Form::Base64 => "base64",
            Form::Base64Unpadded => "base64 without padding",
            Form::Base64Url => "url-safe base64",
            Form::Hex => "hex",
            Form::Ascii => "32 ASCII characters",
        })
    }
}

/// Whether the text is certainly a key: base64, url-safe base64 or hex of 32 bytes.
pub(super) fn is_key(text: &str) -> bool {
    let text = text.trim();
    decode_hex(text).is_some_and(|bytes| bytes.len() == KEY_BYTES)
        || decode_base64(text).is_ok_and(|(bytes, _)| bytes.len() == KEY_BYTES)
}

/// Why a text is not base64.
pub(crate) enum Base64Error {
    /// The character at this byte index is invalid.
    Character(usize),
    /// Both `+` or `/` and `-` or `_` occur.
    Alphabets,
    /// There is padding, but not the amount that the length requires.
    Padding,
    /// No base64 has this number of characters.
    Length,
    /// The last character has bits set that hold no data.
    SpareBits,
}

/// Decodes base64: padded or not, in the standard or the url-safe alphabet.
pub(crate) fn decode_base64(text: &str) -> Result<(Zeroizing<Vec<u8>>, Form), Base64Error> {
    let digits = text.trim_end_matches('=');
    if let Some(index) = digits.bytes().position(|byte| !is_base64_byte(byte) || byte == b'=') {
        return Err(Base64Error::Character(index));
    }
    let padding = text.len() - digits.len();
    let url_safe = digits.contains(['-', '_']);
    if url_safe && digits.contains(['+', '/']) {
        return Err(Base64Error::Alphabets);
    }
    if digits.len() % 4 == 1 {
        return Err(Base64Error::Length);
    }
    if padding != 0 && padding != (4 - digits.len() % 4) % 4 {
        return Err(Base64Error::Padding);
    }
    let engine = if url_safe { URL_SAFE_NO_PAD } else { STANDARD_NO_PAD };
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(digits.len())]);
    let length = engine.decode_slice(digits, &mut bytes).map_err(|error| match error {
        DecodeSliceError::DecodeError(DecodeError::InvalidByte(index, _)) => {
            Base64Error::Character(index)
        }
        DecodeSliceError::DecodeError(DecodeError::InvalidLastSymbol { .. }) => {
            Base64Error::SpareBits
        }
        _ => Base64Error::Length,
    })?;
    bytes.truncate(length);
    let form = match (url_safe, padding) {
        (true, _) => Form::Base64Url,
        (false, 0) if !digits.len().is_multiple_of(4) => Form::Base64Unpadded,
        (false, _) => Form::Base64,
    };
    Ok((bytes, form))
}

/// Decodes an even number of hexadecimal digits.
pub(crate) fn decode_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if !text.len().is_multiple_of(2) || !is_hex(text) {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    for pair in pairs {
        bytes.push(digit(pair[0])? << 4 | digit(pair[1])?);
    }
    Some(bytes)
}

/// The bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    // Full capacity from the start: a string that grows leaves copies in memory.
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(digits, "{byte:02x}").expect("writing to a String cannot fail");
    }
    digits
}

/// Whether the text is hexadecimal digits and nothing else.
pub(crate) fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(crate) fn is_printable_ascii(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
}
