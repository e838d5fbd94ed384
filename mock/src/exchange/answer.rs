//! How answers look: errors, ready-made answers, and what a test or a store changes.

use std::io;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use s3s::Body;

use crate::answer::{Reply, Tampering};
use crate::quirks::Quirks;
use crate::refusal::Refusal;

const ECHO_ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const ECHO_MD5: HeaderName =
    HeaderName::from_static("x-amz-server-side-encryption-customer-key-md5");

pub(crate) fn refused(refusal: &Refusal, request_id: &str, resource: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = refusal.status;
    *response.headers_mut() = refusal.headers();
    if refusal.status != StatusCode::NOT_MODIFIED {
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/xml"));
        *response.body_mut() = Bytes::from(refusal.to_xml(request_id, resource)).into();
    }
    response
}

pub(crate) fn ready_made(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

pub(crate) fn change_headers(response: &mut Response<Body>, tampering: &Tampering) {
    for name in &tampering.without {
        response.headers_mut().remove(name.as_str());
    }
    for (name, value) in &tampering.with {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}

pub(crate) fn dropped() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "dropped by the interceptor")
}

/// Brings the head of an answer into the store's form.
pub(crate) fn show_quirks(quirks: &Quirks, operation: &str, headers: &mut HeaderMap) {
    if quirks.unechoed_operations.contains(&operation) {
        headers.remove(ECHO_ALGORITHM);
        headers.remove(ECHO_MD5);
    }
    if quirks.echoes_md5_twice && matches!(operation, "GetObject" | "HeadObject") {
        let echo: Option<HeaderValue> = headers.get(ECHO_MD5).cloned();
        headers.extend(echo.map(|echo| (ECHO_MD5, echo)));
    }
    if quirks.hides_checksums {
        let is_sum = |name: &&HeaderName| name.as_str().starts_with("x-amz-checksum-");
        let sums: Vec<_> = headers.keys().filter(is_sum).cloned().collect();
        for name in sums {
            headers.remove(name);
        }
    }
}
