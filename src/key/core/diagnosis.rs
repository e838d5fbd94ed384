//! Explains what a text without a usable key probably is, and what to do. Nothing here quotes the text: it may be most of a
//! secret, or another secret.

use super::encoding::{self, Base64Error, Format, KEY_BYTES};
use super::material::Key;
use crate::failure::{Advice, Failure};

const KEYGEN: &str = "make one with `s3seal keygen`";
const ACCEPTED: &str = "a key is base64 of 32 bytes, 64 hex digits, or exactly 32 raw bytes";

/// The failure for a whole source that is recognised as something other than keys.
pub(super) fn recognise_file(bytes: &[u8]) -> Option<Failure> {
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let zeros = |start: usize| bytes.iter().skip(start).step_by(2).all(|byte| *byte == 0);
    if bytes.len() > 1 && bytes.len().is_multiple_of(2) && (marked || zeros(0) != zeros(1)) {
        return Some(
            Failure::key("the text is UTF-16")
                .hint("save it as UTF-8 (in PowerShell: `Out-File -Encoding ascii`)"),
        );
    }
    // Only the beginning is checked: the body of an age file is binary.
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
    let start = start.trim_start_matches('\u{feff}').trim();
    let has_line = |prefix: &str| start.lines().any(|line| line.trim().starts_with(prefix));
    if start.starts_with("age-encryption.org/") || has_line("-----BEGIN AGE ENCRYPTED FILE") {
        return Some(
            Failure::key("the text is encrypted with age")
                .hint("let age decrypt it: `cmd:age -d -i IDENTITY FILE` as the key's source"),
        );
    }
    if has_line("AGE-SECRET-KEY-") {
        return Some(
            Failure::key("the text is an age identity, not an SSE-C key")
                .hint(format!("{KEYGEN}; an age identity can protect the file it is kept in")),
        );
    }
    if has_line("-----BEGIN ") {
        return Some(
            Failure::key("the text is PEM (a certificate or an asymmetric key)")
                .hint(format!("SSE-C wants a symmetric key of 32 bytes: {KEYGEN}")),
        );
    }
    let end = bytes.trim_ascii_end().last();
    if (start.starts_with('{') && end == Some(&b'}'))
        || (start.starts_with('[') && end == Some(&b']'))
    {
        return Some(
            Failure::key("the text is JSON")
                .hint("give the key alone, for instance by `cmd:jq -r .FIELD FILE`"),
        );
    }
    None
}

pub(super) fn no_key(has_comments: bool) -> Failure {
    let message = if has_comments {
        "there are only comments and blank lines, no key"
    } else {
        "it is empty, there is no key"
    };
    Failure::key(message).hint(format!("{ACCEPTED}; {KEYGEN}"))
}

/// The failure for a key that was split over two lines.
pub(super) fn split_key() -> Failure {
    Failure::key("two lines have 32 hex digits each: together they are one key, most likely")
        .hint("join them into one line of 64 digits; if they are two keys, put each into a file of its own")
}

pub(super) fn wrong_md5_comment(key: &Key) -> Failure {
    Failure::key(format!(
        "the comment above the key names another key-MD5 than it has ({})",
        key.md5_base64()
    ))
    .hint("the key was mistyped, or taken from elsewhere: compare it with the original; without the comment any key is taken")
}

/// The failure for a raw key that has not 32 bytes.
pub(crate) fn not_raw_key(bytes: &[u8]) -> Failure {
    let count = bytes.len();
    let ending = ["\r\n", "\n"]
        .into_iter()
        .find(|end| bytes.ends_with(end.as_bytes()) && count == KEY_BYTES + end.len());
    if count == 0 {
        return no_key(false);
    }
    if ending.is_some() {
        return Failure::key(format!("it has {count} bytes: 32 and a line break"))
            .hint("cut the line break off: `head -c 32 FILE`");
    }
    Failure::key(format!("it has {count} raw bytes{}; a raw key has exactly 32", bits(count)))
        .hint(format!("{ACCEPTED}; {KEYGEN}"))
}

/// Puts a context before the failure's message: `line 3: …`.
pub(crate) fn with_context(context: &str, mut failure: Failure) -> Failure {
    let detail = failure.detail_mut();
    detail.message = format!("{context}: {}", detail.message);
    failure
}

/// The failure for a line that is no key in this format.
pub(crate) fn diagnose_key_text(line: &str, format: Format) -> Failure {
    let known = other_format(line).or_else(|| recognise_line(line)).or_else(|| nested(line));
    known.unwrap_or_else(|| match format {
        Format::Hex => wrong_hex(line),
        Format::Base64 => wrong_base64(line),
        Format::Auto | Format::Raw if encoding::is_hex(line) => wrong_hex(line),
        Format::Auto | Format::Raw => wrong_base64(line),
    })
}

/// The failure for a line whose form is recognised.
fn recognise_line(line: &str) -> Option<Failure> {
    let spare = format!("give the key alone; {ACCEPTED}");
    let own = format!("SSE-C wants a key of its own: {KEYGEN}");
    let starts_with_any =
        |prefixes: &[&str]| prefixes.iter().any(|prefix| line.starts_with(prefix));
    let (what, hint) = if is_uuid(line) {
        ("it is a UUID: an identifier of 16 bytes, not a key", own)
    } else if line.starts_with("age1") && line.len() > 50 {
        ("it is an age recipient: a public key, not an SSE-C key", own)
    } else if starts_with_any(&["ssh-", "ecdsa-sha2-", "sk-ssh-"]) && line.contains(' ') {
        ("it is an SSH public key, not an SSE-C key", own)
    } else if line.starts_with("arn:") {
        ("it is an ARN: it names a key that AWS holds (SSE-KMS)", own)
    } else if line.len() == 20 && starts_with_any(&["AKIA", "ASIA"]) {
        ("it has the form of an AWS access key ID, not of an SSE-C key", own)
    } else if line.len() == 40 && !encoding::is_hex(line) && encoding::decode_base64(line).is_ok() {
        ("it has the form of an AWS secret access key (40 characters), not of an SSE-C key", own)
    } else if line.len() > 1
        && ["\"", "'", "`"].iter().any(|q| line.starts_with(q) && line.ends_with(q))
    {
        ("it is in quotes", "take the quotes away".to_owned())
    } else if is_assignment(line) {
        ("it is an assignment (NAME=value)", spare)
    } else if is_spaced_hex(line) {
        ("its 64 hex digits have other characters among them", "leave only the digits".to_owned())
    } else {
        return None;
    };
    Some(Failure::key(what).hint(hint))
}

/// The failure for a key in another format than the requested one.
fn other_format(line: &str) -> Option<Failure> {
    let form = if encoding::decode_hex(line).is_some() { "hex" } else { "base64" };
    encoding::is_key(line).then(|| {
        Failure::key(format!("it is a key in {form}, and another format was asked for"))
            .hint(Advice::NameKeyFormat(form.to_string()))
    })
}

/// The failure for a key that was encoded twice.
fn nested(line: &str) -> Option<Failure> {
    let (outer, bytes) = match encoding::decode_hex(line) {
        Some(bytes) => ("hex", bytes),
        None => ("base64", encoding::decode_base64(line).ok()?.0),
    };
    if bytes.len() == KEY_BYTES + 1 && bytes.ends_with(b"\n") {
        return Some(
            Failure::key(format!("it is the {outer} of 33 bytes: 32 and a newline"))
                .hint("a newline was encoded with the key: encode with `printf %s`, not `echo`"),
        );
    }
    let inner = std::str::from_utf8(&bytes).ok()?;
    let inner = if !encoding::is_key(inner) {
        return None;
    } else if encoding::is_hex(inner.trim()) {
        "hex"
    } else {
        "base64"
    };
    let twice = if outer == inner { " (encoded twice)" } else { "" };
    let decode = if outer == "hex" { "xxd -r -p" } else { "base64 -d" };
    Some(Failure::key(format!("it is the {outer} of the {inner} of a key{twice}")).hint(format!(
        "decode it once (`{decode}`) and keep the result, that is the key; `aws s3api` adds an \
             encoding of its own"
    )))
}

fn wrong_hex(line: &str) -> Failure {
    let count = line.chars().count();
    if let Some(index) = line.chars().position(|c| !c.is_ascii_hexdigit()) {
        return Failure::key(format!(
            "character {} of {count}{} is not a hex digit",
            index + 1,
            class(line, index)
        ))
        .hint("a key in hex is 64 of the digits 0-9 and a-f");
    }
    if count % 2 == 1 {
        return Failure::key(format!(
            "it has {count} hex digits: an odd number, so one is missing or too many"
        ))
        .hint("a key in hex has 64 digits");
    }
    wrong_length(&format!("its {count} hex digits are"), count / 2)
}

fn wrong_base64(line: &str) -> Failure {
    let count = line.chars().count();
    let copy = "copy the key again, whole: base64 of 32 bytes has 44 characters, the last a `=`";
    match encoding::decode_base64(line) {
        Ok((bytes, _)) => wrong_length("it decodes to", bytes.len()),
        Err(Base64Error::Character(at)) => {
            let index = line.char_indices().take_while(|(start, _)| *start < at).count();
            Failure::key(format!(
                "character {} of {count}{} is not base64",
                index + 1,
                class(line, index)
            ))
            .hint(Advice::RecoverKey(ACCEPTED))
        }
        Err(Base64Error::Alphabets) => Failure::key(
            "it mixes the base64 alphabets: `+` or `/` belongs to one, `-` or `_` to the other",
        )
        .hint(copy),
        Err(Base64Error::Padding) => Failure::key(format!(
            "its base64 is damaged: the padding does not fit the length ({count} characters)"
        ))
        .hint(copy),
        Err(Base64Error::Length) => Failure::key(format!(
            "its base64 is damaged: of {count} characters one is missing or too many"
        ))
        .hint(copy),
        Err(Base64Error::SpareBits) => Failure::key(format!(
            "its base64 is damaged: the last of {count} characters has bits that belong to no \
             byte, so the text was cut off or mistyped"
        ))
        .hint(copy),
    }
}

fn wrong_length(subject: &str, count: usize) -> Failure {
    let bytes = if count == 1 { "byte" } else { "bytes" };
    Failure::key(format!(
        "{subject} {count} {bytes}{}; SSE-C needs 256 bits (32 bytes)",
        bits(count)
    ))
    .hint(format!("copy an existing key again, whole; for a new one, {KEYGEN}"))
}

/// `: a 128-bit key`, for the usual lengths of other keys.
fn bits(count: usize) -> String {
    match count {
        16 | 24 | 64 => format!(": a {}-bit key", 8 * count),
        _ => String::new(),
    }
}

/// Describes the character at this index if it may be invisible or confusing.
fn class(line: &str, index: usize) -> &'static str {
    match line.chars().nth(index) {
        Some(c) if c.is_whitespace() => " (white space)",
        Some('"' | '\'' | '`') => " (a quote)",
        Some('=') => " (padding before the end)",
        Some(c) if c.is_control() => " (a control character)",
        Some(c) if !c.is_ascii() => " (not ASCII)",
        _ => "",
    }
}

fn is_uuid(line: &str) -> bool {
    let lengths = line.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && line.split('-').all(encoding::is_hex)
}

fn is_assignment(line: &str) -> bool {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let Some((name, value)) = line.split_once('=') else { return false };
    let name = name.trim_end();
    !name.is_empty()
        && !value.trim_start_matches('=').is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        // A longer `name` is a key in base64, and its `=` is padding with text after it.
        && name.len() < base64::encoded_len(KEY_BYTES, false).unwrap_or(usize::MAX)
}

/// `0x…`, `aa:bb:…`, `aa bb …` and the like.
fn is_spaced_hex(line: &str) -> bool {
    let line = line.strip_prefix("0x").or(line.strip_prefix("0X")).unwrap_or(line);
    let digits = line.chars().filter(|c| !matches!(c, ' ' | ':' | '-'));
    line.len() >= 2 * KEY_BYTES
        && digits.clone().count() == 2 * KEY_BYTES
        && digits.clone().all(|c| c.is_ascii_hexdigit())
}
