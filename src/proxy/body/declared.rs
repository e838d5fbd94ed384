//! What the headers of a request declare about its body, and whether the body is as declared.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use md5::Md5;
use sha2::{Digest, Sha256};

use super::checksum::Checksum;
use crate::proxy::auth::PayloadKind;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;

/// The largest object that one request can write, in bytes (AWS, "Amazon S3 multipart upload limits").
const MOST_BYTES: u64 = 5 << 30;

/// What a body must be.
pub(in crate::proxy) struct Declared {
    /// Without its framing, in bytes.
    pub(in crate::proxy) length: u64,
    sha256: Option<(Sha256, [u8; 32])>,
    md5: Option<(Md5, Vec<u8>)>,
    /// A checksum in a header: the header's name, and its value.
    checksum: Option<(Checksum, String, String)>,
    /// The checksum that the trailer will hold: the name of its header.
    trailer: Option<(Checksum, String)>,
    seen: u64,
}

impl Declared {
    /// `is_object`: whether the checksum headers are about the body. Those of CompleteMultipartUpload are about the object.
    /// Errors: `MissingContentLength`, `InvalidDigest`, `EntityTooLarge`, and `InvalidRequest` for checksums that
    /// contradict each other.
    pub(in crate::proxy) fn by(
        request: &Request,
        payload: PayloadKind,
        is_object: bool,
    ) -> Result<Declared, Refused> {
        let sha256 = match payload {
            PayloadKind::Sha256(digest) => Some((Sha256::new(), digest)),
            _ => None,
        };
        let md5 = match request.headers.get("content-md5") {
            None => None,
            Some(value) => {
                let digest = BASE64_STANDARD.decode(value.as_bytes()).ok();
                let digest = digest.filter(|it| it.len() == 16).ok_or_else(|| {
                    Refused::invalid("InvalidDigest", "The Content-MD5 you specified was invalid.")
                })?;
                Some((Md5::new(), digest))
            }
        };
        let mut checksum = None;
        for (name, value) in request.headers.iter().filter(|_| is_object) {
            let Some(algorithm) = Checksum::of_header(name.as_str()) else { continue };
            if checksum.is_some() {
                return Err(Refused::invalid(
                    "InvalidRequest",
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
                ));
            }
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            checksum = Some((algorithm, name.as_str().to_owned(), value));
        }
        let trailer = match request.header("x-amz-trailer") {
            None => None,
            Some(names) => {
                let name = names.trim().to_ascii_lowercase();
                let algorithm = Checksum::of_header(&name).ok_or_else(|| {
                    Refused::invalid(
                        "InvalidRequest",
                        "The value specified in the x-amz-trailer header is not supported",
                    )
                })?;
                Some((algorithm, name))
            }
        };
        let length = length(request, payload)?;
        Ok(Declared { length, sha256, md5, checksum, trailer, seen: 0 })
    }

    /// The name of the trailer's checksum header, and the length of its value in bytes.
    pub(super) fn trailer_form(&self) -> Option<(String, usize)> {
        self.trailer.as_ref().map(|(checksum, name)| (name.clone(), checksum.text_length()))
    }

    /// Takes the next bytes of the body.
    /// Errors: `InvalidRequest` if there are more than declared.
    pub(super) fn update(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.seen += bytes.len() as u64;
        if self.seen > self.length {
            return Err(Refused::invalid("InvalidRequest", "The body is longer than declared."));
        }
        if let Some((hash, _)) = &mut self.sha256 {
            hash.update(bytes);
        }
        if let Some((hash, _)) = &mut self.md5 {
            hash.update(bytes);
        }
        if let Some((checksum, ..)) = &mut self.checksum {
            checksum.update(bytes);
        }
        if let Some((checksum, _)) = &mut self.trailer {
            checksum.update(bytes);
        }
        Ok(())
    }

    /// Checks the whole body. Returns the checksum of the trailer, as a header: its name and value.
    /// Errors: `IncompleteBody`, `XAmzContentSHA256Mismatch`, `BadDigest`.
    pub(super) fn finish(
        &mut self,
        trailers: &[(String, String)],
    ) -> Result<Option<(String, String)>, Refused> {
        if self.seen < self.length {
            return Err(Refused::invalid(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            ));
        }
        if let Some((hash, expected)) = self.sha256.take()
            && hash.finalize()[..] != expected
        {
            return Err(Refused::invalid(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ));
        }
        if let Some((hash, expected)) = self.md5.take()
            && hash.finalize()[..] != expected
        {
            return Err(Refused::invalid(
                "BadDigest",
                "The Content-MD5 you specified did not match what we received.",
            ));
        }
        if let Some((checksum, name, expected)) = self.checksum.take()
            && checksum.finish() != expected
        {
            return Err(bad_checksum(&name));
        }
        let Some((checksum, name)) = self.trailer.take() else { return Ok(None) };
        let value = checksum.finish();
        match trailers.iter().find(|(it, _)| *it == name) {
            Some((_, expected)) if *expected == value => Ok(Some((name, value))),
            Some(_) => Err(bad_checksum(&name)),
            None => Err(Refused::invalid(
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published schema.",
            )),
        }
    }
}

fn bad_checksum(header: &str) -> Refused {
    let name = header.trim_start_matches("x-amz-checksum-").to_ascii_uppercase();
    let message = format!("The {name} you specified did not match the calculated checksum.");
    Refused::invalid("BadDigest", message)
}

/// The length of the body without its framing, in bytes.
fn length(request: &Request, payload: PayloadKind) -> Result<u64, Refused> {
    let is_chunked = matches!(payload, PayloadKind::Chunked { .. });
    let name = if is_chunked { "x-amz-decoded-content-length" } else { CONTENT_LENGTH.as_str() };
    let length = match request.header(name) {
        Some(text) => text.parse().ok(),
        None if !is_chunked && !request.headers.contains_key(TRANSFER_ENCODING) => Some(0),
        None => None,
    };
    match length {
        None => Err(Refused::new(
            411,
            "MissingContentLength",
            "You must provide the Content-Length HTTP header.",
        )
        .because("malformed")),
        Some(length) if length > MOST_BYTES => Err(Refused::invalid(
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
        )),
        Some(length) => Ok(length),
    }
}
