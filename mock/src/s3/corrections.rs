//! What Amazon S3 writes otherwise than the S3 layer does, corrected in the text of its answers.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use crate::checksum::Algorithm;

/// Corrects the document that answers `operation`.
pub(super) fn corrected(operation: &str, document: Bytes) -> Bytes {
    let Ok(text) = std::str::from_utf8(&document) else { return document };
    let mut text = std::borrow::Cow::Borrowed(text);
    if operation == "GetObjectAttributes" {
        // The only ETag without quotes: "GetObjectAttributes" in the Amazon S3 API reference.
        text = text
            .replace("<ETag>&quot;", "<ETag>")
            .replace("&quot;</ETag>", "</ETag>")
            .replace("<ETag>\"", "<ETag>")
            .replace("\"</ETag>", "</ETag>")
            .into();
    }
    if text.contains("<ChecksumSHA256>") {
        text = renamed(&text).into();
    }
    if text.contains(is_not_xml) {
        text = referenced(&text).into();
    }
    match text {
        std::borrow::Cow::Borrowed(_) => document,
        std::borrow::Cow::Owned(text) => text.into(),
    }
}

/// Gives the checksums that are carried in the fields of SHA-256 their own names.
fn renamed(text: &str) -> String {
    let (open, close) = ("<ChecksumSHA256>", "</ChecksumSHA256>");
    let mut pieces = text.split(open);
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (field, rest) = piece.split_once(close).unwrap_or((piece, ""));
        let (algorithm, value) = Algorithm::of_carried(field);
        let name = algorithm.name();
        let _ = write!(written, "<Checksum{name}>{value}</Checksum{name}>{rest}");
    }
    written
}

/// The same in the headers of an answer.
pub(super) fn rename_checksum(headers: &mut HeaderMap) {
    let sha256 = Algorithm::Sha256.header();
    let field = headers.get(sha256).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (algorithm, value) = Algorithm::of_carried(field);
    if let (true, Ok(value)) = (algorithm.is_carried(), HeaderValue::from_str(value)) {
        headers.remove(sha256);
        headers.insert(algorithm.header(), value);
    }
}

/// Characters that XML 1.0 cannot hold, or changes (a carriage return). Names of objects may have any of them.
fn is_not_xml(c: char) -> bool {
    (c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\u{7f}'))
        || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Amazon S3 writes these as character references, which XML 1.0 parsers refuse: they have to ask for
/// `encoding-type=url` ("ListObjectsV2" in the Amazon S3 API reference).
fn referenced(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if is_not_xml(c) {
            let _ = write!(written, "&#x{:x};", u32::from(c));
        } else {
            written.push(c);
        }
    }
    written
}
