//! API documents and heads of requests: their limits, and the checksums of documents.

use aws_lc_rs::digest;
use http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use s3s::Body;

use crate::body::{Declared, RequestBody, broken_body};
use crate::checksum::Algorithm;
use crate::context::{PartChecksum, RequestContext};
use crate::encoding;
use crate::refusal::Refusal;
use crate::xml::Element;

/// The largest document of the API, in bytes: a list of 10,000 parts stays far below.
const MAX_DOCUMENT: usize = 20 << 20;

/// Reads an API document whole and compares it with its checksums, which the S3 layer does not.
pub(crate) async fn read_document(
    head: &Parts,
    body: RequestBody,
    operation: &str,
    context: &RequestContext,
) -> Result<Body, Refusal> {
    let bytes = Limited::new(body, MAX_DOCUMENT)
        .collect()
        .await
        .map_err(|error| {
            if error.is::<LengthLimitError>() {
                too_large()
            } else {
                broken_body(&error.to_string())
            }
        })?
        .to_bytes();
    let sha256 = head.headers.get("x-amz-content-sha256").and_then(|value| value.to_str().ok());
    if sha256.is_some_and(|value| value.starts_with("STREAMING-")) {
        return Ok(bytes.into());
    }
    if let Some(expected) = sha256.filter(|value| *value != "UNSIGNED-PAYLOAD") {
        let computed = encoding::hex(digest::digest(&digest::SHA256, &bytes).as_ref());
        if !computed.eq_ignore_ascii_case(expected) {
            return Err(broken_body("Sha256Mismatch")
                .detail("ClientComputedContentSHA256", expected)
                .detail("S3ComputedContentSHA256", computed));
        }
    }
    // On CompleteMultipartUpload the checksum headers are about the object.
    if !bytes.is_empty()
        && !matches!(operation, "CompleteMultipartUpload" | "CreateMultipartUpload" | "CopyObject")
    {
        let declared = Declared::of(&head.headers)?;
        if operation == "DeleteObjects" && !declared.has_digest() {
            return Err(Refusal::invalid_request(
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
            ));
        }
        declared.verify(&bytes)?;
    }
    if operation == "CompleteMultipartUpload" {
        context.set_part_checksums(carried_checksums(&bytes));
    }
    Ok(bytes.into())
}

/// The checksums of the parts in the document of CompleteMultipartUpload that the types of the S3 layer lack. A document
/// that cannot be read is refused by that layer.
fn carried_checksums(document: &[u8]) -> Vec<PartChecksum> {
    let carried = || Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_carried());
    let text = String::from_utf8_lossy(document);
    if !carried().any(|algorithm| text.contains(&format!("Checksum{}", algorithm.name()))) {
        return Vec::new();
    }
    let Ok(root) = Element::parse(document, "CompleteMultipartUpload") else { return Vec::new() };
    let mut found = Vec::new();
    for part in root.all("Part") {
        let number = part.texts("PartNumber").first().and_then(|number| number.parse().ok());
        for algorithm in carried() {
            let values = part.texts(&format!("Checksum{}", algorithm.name()));
            found.extend(
                number.zip(values.into_iter().next()).map(|(number, value)| PartChecksum {
                    number,
                    algorithm,
                    value,
                }),
            );
        }
    }
    found
}

fn too_large() -> Refusal {
    Refusal::new(400, "MaxMessageLengthExceeded", "Your request was too large.")
        .detail("MaxMessageLengthBytes", MAX_DOCUMENT.to_string())
}

/// Headers are limited to 8 KB: "PutObject" in the Amazon S3 API reference.
pub(crate) fn check_size(head: &Parts) -> Result<(), Refusal> {
    const MAX: usize = 8192;
    // A header line also has a colon, a space and two characters at its end.
    let size: usize =
        head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size <= MAX {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "RequestHeaderSectionTooLarge",
        "Your request header section exceeds the maximum allowed size.",
    )
    .detail("MaxSizeAllowed", MAX.to_string()))
}
