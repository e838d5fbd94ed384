//! Stores a body while it arrives, and compares it with every checksum its sender gave.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::{HeaderMap, HeaderValue};
use md5::{Digest as _, Md5};
use s3s::TrailingHeaders;
use s3s::dto::StreamingBlob;

use super::incoming::IDLE;
use super::rechunk::TOO_LARGE;
use crate::checksum::{Algorithm, Hasher};
use crate::encoding;
use crate::random;
use crate::refusal::Refusal;
use crate::ssec::CustomerKey;
use crate::store::{Blob, Slot, SlotKey, Store};

/// The largest body of one PutObject or UploadPart, in bytes.
pub(crate) const MAX_SIZE: u64 = 5 << 30;

/// How many bytes chunk headers may add to such a body: a chunk has at least 8 KiB ("Signature calculations:
/// Transferring payload in multiple chunks"), and its header some 90 bytes.
const CHUNK_HEADS: u64 = MAX_SIZE / 64;

/// What a request's headers say about its body.
#[derive(Default)]
pub(crate) struct Declared {
    /// Bytes of content, if known before the body.
    len: Option<u64>,
    content_md5: Option<Vec<u8>>,
    /// The algorithm, and the value unless it is in a trailer.
    checksum: Option<(Algorithm, Option<Vec<u8>>)>,
    /// The number of parts, which the composite checksum of an object ends with.
    count: Option<u32>,
}

impl Declared {
    /// What the headers of an upload declare: it needs a length, within the limit.
    pub(crate) fn for_upload(headers: &HeaderMap) -> Result<Self, Refusal> {
        let number = |name| text(headers, name).map(whole_number);
        let (decoded, sent) = (number("x-amz-decoded-content-length"), number("content-length"));
        let len = decoded.or(sent).flatten().ok_or_else(|| {
            Refusal::new(
                411,
                "MissingContentLength",
                "You must provide the Content-Length HTTP header.",
            )
        })?;
        let sent = sent.flatten().unwrap_or_default();
        if len > MAX_SIZE || sent > MAX_SIZE + CHUNK_HEADS {
            return Err(Refusal::new(
                400,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
            )
            .detail("ProposedSize", len.max(sent).to_string())
            .detail("MaxSizeAllowed", MAX_SIZE.to_string()));
        }
        Ok(Self { len: Some(len), ..Self::of(headers)? })
    }

    /// What the headers of CompleteMultipartUpload declare of the whole object: a composite checksum may end with `-N`.
    pub(crate) fn of_object(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut headers = headers.clone();
        let mut count = None;
        for name in Algorithm::ALL.map(Algorithm::header) {
            let Some((value, parts)) = text(&headers, name).and_then(|v| v.split_once('-')) else {
                continue;
            };
            let number = whole_number(parts).and_then(|number| u32::try_from(number).ok());
            let (Some(number), Ok(value)) = (number, HeaderValue::from_str(value)) else {
                continue;
            };
            count = Some(number);
            headers.insert(name, value);
        }
        Ok(Self { count, ..Self::of(&headers)? })
    }

    /// As [`Declared::for_upload`], without a length.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let content_md5 = text(headers, "content-md5").map(md5_value).transpose()?;
        let mut given = Vec::new();
        for algorithm in Algorithm::ALL {
            if let Some(value) = text(headers, algorithm.header()) {
                let value = algorithm.decode(value).ok_or_else(|| invalid_value(algorithm))?;
                given.push((algorithm, Some(value)));
            }
        }
        for name in headers.get_all("x-amz-trailer").iter().filter_map(|value| value.to_str().ok())
        {
            given.extend(
                name.split(',')
                    .filter_map(|name| Algorithm::from_header(name.trim()))
                    .map(|a| (a, None)),
            );
        }
        if given.len() > 1 {
            return Err(Refusal::invalid_request(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            ));
        }
        let checksum = given.pop();
        if checksum.is_none() && text(headers, "x-amz-sdk-checksum-algorithm").is_some() {
            return Err(Refusal::invalid_request(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
            ));
        }
        Ok(Self { len: None, content_md5, checksum, count: None })
    }

    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.checksum.as_ref().map(|(algorithm, _)| *algorithm)
    }

    /// The declared checksum, unless it is in a trailer.
    pub(crate) fn value(&self) -> Option<&[u8]> {
        self.checksum.as_ref().and_then(|(_, value)| value.as_deref())
    }

    /// The number of parts, if the checksum named it.
    pub(crate) fn count(&self) -> Option<u32> {
        self.count
    }

    pub(crate) fn has_digest(&self) -> bool {
        self.content_md5.is_some() || self.checksum.is_some()
    }

    /// Compares with a body that is in memory.
    pub(crate) fn verify(&self, body: &[u8]) -> Result<(), Refusal> {
        let mut hashes = Hashes::new(self, false, None);
        hashes.update(body);
        hashes.finish(self, None).map(drop)
    }
}

/// How the body of an upload, or the source of a copy, becomes a part.
pub(crate) struct Intake<'a> {
    pub(crate) store: &'a Store,
    pub(crate) declared: &'a Declared,
    pub(crate) trailers: Option<&'a TrailingHeaders>,
    /// The key that the part is sealed with.
    pub(crate) key: Option<&'a CustomerKey>,
    /// What the part is sealed for.
    pub(crate) slot: Slot<'a>,
    /// Whether the ETag is the MD5 of the content; otherwise it is random.
    pub(crate) etag_is_md5: bool,
    /// What is computed for the object itself, beside what the sender declared.
    pub(crate) algorithm: Option<Algorithm>,
}

/// A part that was received.
pub(crate) struct Received {
    pub(crate) blob: Arc<Blob>,
    pub(crate) etag: String,
    /// What the sender declared: raw value of its algorithm.
    pub(crate) declared: Option<(Algorithm, Vec<u8>)>,
    /// Raw value of [`Intake::algorithm`].
    pub(crate) checksum: Option<Vec<u8>>,
}

impl Intake<'_> {
    /// Reads `body` to its end. Nothing is kept of one that ends early, has a bad signature, or differs from what was
    /// declared.
    pub(crate) async fn take(
        self,
        body: impl Stream<Item = Result<Bytes, Refusal>> + Send,
    ) -> Result<Received, Refusal> {
        let mut hashes = Hashes::new(self.declared, self.etag_is_md5, self.algorithm);
        let key = self.key.map(|key| SlotKey::new(key, self.slot));
        let mut writer = self.store.writer(key.as_ref()).map_err(storage_failed)?;
        let mut len = 0;
        let mut body = pin!(body);
        while let Some(data) = body.next().await {
            let data = data?;
            len += data.len() as u64;
            if self.declared.len.is_some_and(|declared| len > declared) {
                return Err(broken_body("longer than it was said to be"));
            }
            hashes.update(&data);
            writer.push(&data).map_err(storage_failed)?;
        }
        if self.declared.len.is_some_and(|declared| len != declared) {
            return Err(broken_body("shorter than it was said to be"));
        }
        let sums = hashes.finish(self.declared, self.trailers)?;
        let md5 = sums.md5.filter(|_| self.etag_is_md5);
        Ok(Received {
            blob: writer.finish().map_err(storage_failed)?,
            etag: md5.map_or_else(random::hex::<16>, |md5| encoding::hex(&md5)),
            declared: sums.declared,
            checksum: sums.own,
        })
    }
}

/// The body of a PutObject or UploadPart.
pub(crate) fn upload_body(
    body: Option<StreamingBlob>,
) -> impl Stream<Item = Result<Bytes, Refusal>> + Send {
    let data = stream::iter(body).flatten();
    data.map(|data| data.map_err(|error| broken_body(&error.to_string())))
}

/// What was computed over a body.
struct Sums {
    md5: Option<Vec<u8>>,
    declared: Option<(Algorithm, Vec<u8>)>,
    own: Option<Vec<u8>>,
}

/// The hashes of a body; a checksum that is both declared and wanted is computed once.
struct Hashes {
    md5: Option<Md5>,
    declared: Option<Hasher>,
    own: Option<Hasher>,
    own_is_declared: bool,
}

impl Hashes {
    fn new(declared: &Declared, want_md5: bool, own: Option<Algorithm>) -> Self {
        let own_is_declared = own.is_some() && own == declared.algorithm();
        Self {
            md5: (want_md5 || declared.content_md5.is_some()).then(Md5::new),
            declared: declared.algorithm().map(Hasher::new),
            own: own.filter(|_| !own_is_declared).map(Hasher::new),
            own_is_declared,
        }
    }

    fn update(&mut self, data: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(data);
        }
        for hasher in [&mut self.declared, &mut self.own].into_iter().flatten() {
            hasher.update(data);
        }
    }

    fn finish(
        self,
        declared: &Declared,
        trailers: Option<&TrailingHeaders>,
    ) -> Result<Sums, Refusal> {
        let md5 = self.md5.map(|md5| md5.finalize().to_vec());
        if let (Some(expected), Some(computed)) = (&declared.content_md5, &md5)
            && expected != computed
        {
            return Err(Refusal::new(
                400,
                "BadDigest",
                "The Content-MD5 you specified did not match what we received.",
            )
            .detail("ExpectedDigest", encoding::base64(expected))
            .detail("CalculatedDigest", encoding::base64(computed)));
        }
        let computed = self.declared.map(|hasher| (hasher.algorithm(), hasher.finish()));
        if let (Some((algorithm, given)), Some((_, computed))) = (&declared.checksum, &computed) {
            let expected = match given {
                Some(value) => value.clone(),
                None => trailer(*algorithm, trailers)?,
            };
            if expected != *computed {
                return Err(bad_digest(*algorithm));
            }
        }
        let own = match &computed {
            Some((_, value)) if self.own_is_declared => Some(value.clone()),
            _ => self.own.map(Hasher::finish),
        };
        Ok(Sums { md5, declared: computed, own })
    }
}

/// The answer if the store fails. The cause, such as a path or a full disk, does not concern the client.
pub(crate) fn storage_failed(_: std::io::Error) -> Refusal {
    Refusal::internal_error()
}

/// The answer to a checksum that does not match the data.
pub(crate) fn bad_digest(algorithm: Algorithm) -> Refusal {
    let name = algorithm.name();
    Refusal::new(
        400,
        "BadDigest",
        format!("The {name} you specified did not match the calculated checksum."),
    )
}

/// The answer to a body that did not arrive as declared. The causes are errors of the S3 layer.
pub(crate) fn broken_body(cause: &str) -> Refusal {
    if cause.contains("Sha256Mismatch") {
        Refusal::new(
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    } else if cause.contains("SignatureMismatch") {
        Refusal::signature_does_not_match()
    } else if cause.contains(IDLE) {
        Refusal::new(
            400,
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.",
        )
        .header("connection", "close")
    } else if cause.contains(TOO_LARGE) {
        Refusal::not_implemented()
    } else {
        Refusal::new(
            400,
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header.",
        )
    }
}

/// The answer to a checksum header whose value is malformed.
fn invalid_value(algorithm: Algorithm) -> Refusal {
    Refusal::invalid_request(format!("Value for {} header is invalid.", algorithm.header()))
}

fn trailer(algorithm: Algorithm, trailers: Option<&TrailingHeaders>) -> Result<Vec<u8>, Refusal> {
    let value = trailers
        .and_then(|trailers| trailers.read(|headers| headers.get(algorithm.header()).cloned()).flatten())
        .ok_or_else(|| {
            Refusal::new(
                400,
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published schema.",
            )
        })?;
    value
        .to_str()
        .ok()
        .and_then(|value| algorithm.decode(value))
        .ok_or_else(|| invalid_value(algorithm))
}

fn md5_value(value: &str) -> Result<Vec<u8>, Refusal> {
    encoding::from_base64(value).filter(|md5| md5.len() == 16).ok_or_else(|| {
        Refusal::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
            .detail("Content-MD5", value)
    })
}

/// Accepts digits only; `parse` alone would accept a sign.
fn whole_number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
