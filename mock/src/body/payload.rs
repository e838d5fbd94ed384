//! How a body is transferred, as `x-amz-content-sha256` says.

use http::HeaderMap;

use crate::quirks::Quirks;
use crate::refusal::Refusal;

const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const SIGNED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

pub(crate) fn is_chunked(headers: &HeaderMap) -> bool {
    payload(headers).is_some_and(|payload| payload.starts_with("STREAMING-"))
}

/// Whether the store keeps `Content-Encoding: aws-chunked`.
pub(crate) fn keeps_aws_chunked(quirks: &Quirks, headers: &HeaderMap) -> bool {
    quirks.keeps_aws_chunked && payload(headers) == Some(UNSIGNED_TRAILER)
}

/// Refuses a trailer that the store cannot read.
pub(crate) fn check_trailer(
    quirks: &Quirks,
    headers: &HeaderMap,
    tls: bool,
) -> Result<(), Refusal> {
    let error = match payload(headers) {
        Some(UNSIGNED_TRAILER) if tls => quirks.unsigned_trailer_over_tls,
        Some(UNSIGNED_TRAILER) => quirks.unsigned_trailer,
        Some(SIGNED_TRAILER) => quirks.signed_trailer,
        _ => None,
    };
    error.map_or(Ok(()), |error| Err(error.into()))
}

fn payload(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-content-sha256").and_then(|value| value.to_str().ok())
}
