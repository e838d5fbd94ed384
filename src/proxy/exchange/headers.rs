//! Which headers pass. What belongs to one connection, to the client's signature or to the framing of its body does not.

use std::borrow::Cow;

use http::header::{CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};

use crate::proxy::body::is_checksum_header;
use crate::proxy::request::Request;
use crate::store::wire::Store;
use crate::text::redaction::scrub;

/// Headers of a connection (RFC 9110 section 7.6.1).
const OF_CONNECTION: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers of a request that are the client's and the proxy's affair.
const OF_CLIENT: &[&str] = &[
    "host",
    "authorization",
    "content-length",
    "date",
    "expect",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-security-token",
    "x-amz-trailer",
];

/// Headers of a refusal that clients act on.
const OF_REFUSALS: &[&str] = &[
    "content-range",
    "date",
    "etag",
    "last-modified",
    "retry-after",
    "x-amz-bucket-region",
    "x-amz-delete-marker",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-amz-version-id",
];

/// The headers of a request as the store gets them, without those of the seal that are added later. Checksums are left
/// out if the store refuses them.
pub(super) fn to_store(request: &Request, store: &Store) -> HeaderMap {
    let sends_checksums = !store.learned().checksums().are_refused();
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 6);
    for (name, value) in &request.headers {
        let text = name.as_str();
        let stays = OF_CONNECTION.contains(&text)
            || OF_CLIENT.contains(&text)
            || text.starts_with("amz-sdk-")
            // It announces a checksum that follows in a header or a trailer: it comes back with a trailer.
            || text == "x-amz-sdk-checksum-algorithm"
            || (!sends_checksums && is_checksum_header(text));
        if !stays {
            headers.append(name.clone(), value.clone());
        }
    }
    remove_chunked(&mut headers);
    headers
}

/// `aws-chunked` names the framing of the client's body, which was taken off.
fn remove_chunked(headers: &mut HeaderMap) {
    let Some(encoding) = headers.get(CONTENT_ENCODING).and_then(|it| it.to_str().ok()) else {
        return;
    };
    if !encoding.contains("aws-chunked") {
        return;
    }
    let others: Vec<&str> =
        encoding.split(',').map(str::trim).filter(|it| *it != "aws-chunked").collect();
    match HeaderValue::from_str(&others.join(", ")) {
        Ok(others) if !others.is_empty() => drop(headers.insert(CONTENT_ENCODING, others)),
        _ => drop(headers.remove(CONTENT_ENCODING)),
    }
}

/// The headers of an answer as the client gets them.
pub(super) fn to_client(headers: &HeaderMap) -> HeaderMap {
    let mut passed = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let text = name.as_str();
        // No store has a reason to repeat a key. One that does must not hand it to the client.
        let is_key = text.ends_with("server-side-encryption-customer-key");
        if !OF_CONNECTION.contains(&text) && !is_key && !holds_key(value) {
            passed.append(name.clone(), value.clone());
        }
    }
    passed
}

/// The headers of a refusal as the client gets them.
pub(super) fn of_refusal(headers: &HeaderMap) -> HeaderMap {
    let mut passed = HeaderMap::new();
    for name in OF_REFUSALS {
        if let Some(value) = headers.get(*name).filter(|value| !holds_key(value)) {
            passed.insert(HeaderName::from_static(name), value.clone());
        }
    }
    passed
}

/// Whether a value contains a key of this run.
fn holds_key(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|text| matches!(scrub(text), Cow::Owned(_)))
}

/// The names and values of the user metadata of a request.
pub(super) fn metadata_of(request: &Request) -> Vec<(String, String)> {
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = name.as_str().strip_prefix("x-amz-meta-")?;
        Some((name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
    };
    request.headers.iter().filter_map(pair).collect()
}
