//! What other stores do differently from Amazon S3 that can be decided from a request's head or seen in an answer's:
//! one function for each habit. What depends on the object is in `s3/manners.rs`.
//!
//! Status codes, codes and effects were measured on SeaweedFS 4.48, Ceph RGW 16.2 and Garage 2.5; the wording of
//! messages is that of their sources. What was not measured is answered as Amazon S3 does.

use http::{HeaderMap, HeaderName, HeaderValue, Response};

use crate::manner::Manner;
use crate::refusal::Refusal;
use crate::ssec;

const UNSIGNED_TRAILER: &[u8] = b"STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const SIGNED_TRAILER: &[u8] = b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

const ECHO_ALGORITHM: HeaderName =
    HeaderName::from_static("x-amz-server-side-encryption-customer-algorithm");
const ECHO_MD5: HeaderName =
    HeaderName::from_static("x-amz-server-side-encryption-customer-key-md5");

impl Manner {
    /// SSE-C values hoisted into a presigned query: SeaweedFS and Ceph do not see them, and store plaintext.
    pub(crate) fn overlooks_hoisted_keys(self) -> bool {
        matches!(self, Self::SeaweedFs | Self::Ceph)
    }

    /// Ceph takes `x-amz-*` headers that a presigned URL did not sign.
    pub(crate) fn trusts_unsigned_headers(self) -> bool {
        self == Self::Ceph
    }

    /// The answer to an `x-amz-*` header that was not signed.
    pub(crate) fn unsigned_header(self, refusal: Refusal) -> Refusal {
        match self {
            Self::SeaweedFs => Refusal::signature_does_not_match(),
            Self::Garage => bad_request("An `x-amz-*` header is not signed"),
            _ => refusal,
        }
    }

    /// Ceph refuses keys over plain http unless `rgw_crypt_require_ssl` is switched off.
    pub(crate) fn requires_tls(self) -> bool {
        self == Self::Ceph
    }

    /// The answer to a key that came over plain http.
    pub(crate) fn insecure(self) -> Refusal {
        match self {
            Self::Ceph => Refusal::invalid_request(""),
            _ => ssec::insecure(),
        }
    }

    /// SeaweedFS shows the MD5 of the plaintext as the ETag of what is sealed.
    pub(crate) fn shows_md5_of_sealed(self) -> bool {
        self == Self::SeaweedFs
    }

    /// SeaweedFS answers 416 to a range outside the object, such as any of an empty one, whatever the key.
    pub(crate) fn looks_at_ranges_first(self) -> bool {
        self == Self::SeaweedFs
    }

    /// Whether `If-Match` and `If-None-Match` on a copy are held against what it takes the place of ("CopyObject" in the
    /// Amazon S3 API reference).
    pub(crate) fn looks_at_copy_conditions(self) -> bool {
        matches!(self, Self::Aws | Self::AwsBlocked | Self::SeaweedFs)
    }

    /// Whether `partNumber` selects a part of a GET.
    pub(crate) fn knows_part_numbers(self) -> bool {
        self != Self::Ceph
    }

    /// SeaweedFS wants `x-amz-metadata-directive: REPLACE` for any copy onto itself.
    pub(crate) fn copies_in_place_with_metadata_only(self) -> bool {
        self == Self::SeaweedFs
    }

    /// Whether CompleteMultipartUpload looks at the key at all.
    pub(crate) fn asks_for_key_on_complete(self) -> bool {
        !matches!(self, Self::SeaweedFs | Self::Ceph)
    }

    /// SeaweedFS stores the `Content-Encoding: aws-chunked` of an upload with an unsigned trailer.
    pub(crate) fn keeps_chunked(self, headers: &HeaderMap) -> bool {
        self == Self::SeaweedFs && payload_is(headers, UNSIGNED_TRAILER)
    }

    /// # Errors
    /// An operation that the store does not have, or a transfer encoding that it cannot read.
    pub(crate) fn check_head(
        self,
        operation: &str,
        headers: &HeaderMap,
        tls: bool,
    ) -> Result<(), Refusal> {
        let (unsigned, signed) =
            (payload_is(headers, UNSIGNED_TRAILER), payload_is(headers, SIGNED_TRAILER));
        match self {
            Self::Ceph if unsigned && tls => Err(Refusal::new(411, "MissingContentLength", "")),
            Self::Ceph if unsigned || signed => {
                Err(Refusal::new(400, "XAmzContentSHA256Mismatch", ""))
            }
            Self::Garage if signed => Err(bad_request("Invalid payload signature")),
            Self::Garage if absent_from_garage(operation) => Err(Refusal::not_implemented()),
            _ => Ok(()),
        }
    }

    /// UploadPartCopy with a key on either side.
    ///
    /// # Errors
    /// SeaweedFS and Ceph cannot do it.
    pub(crate) fn check_part_copy(self, headers: &HeaderMap) -> Result<(), Refusal> {
        let keyed = ssec::Headers::of(headers, ssec::PREFIX).any()
            || ssec::Headers::of(headers, ssec::SOURCE_PREFIX).any();
        match self {
            Self::SeaweedFs if keyed => Err(Refusal::not_implemented()),
            Self::Ceph if keyed => Err(Refusal::invalid_request("")),
            _ => Ok(()),
        }
    }

    /// Brings the head of an answer into the store's form.
    pub(crate) fn retouch<B>(self, operation: &str, response: &mut Response<B>) {
        let headers = response.headers_mut();
        match (self, operation) {
            (Self::SeaweedFs, "CreateMultipartUpload" | "CopyObject") => {
                headers.remove(ECHO_ALGORITHM);
                headers.remove(ECHO_MD5);
            }
            // Sent twice, with the same value.
            (Self::SeaweedFs, "GetObject" | "HeadObject") => {
                let echo: Option<HeaderValue> = headers.get(ECHO_MD5).cloned();
                headers.extend(echo.map(|echo| (ECHO_MD5, echo)));
            }
            (Self::Ceph, _) => {
                let sums: Vec<_> = headers
                    .keys()
                    .filter(|name| name.as_str().starts_with("x-amz-checksum-"))
                    .cloned()
                    .collect();
                for name in sums {
                    headers.remove(name);
                }
            }
            _ => {}
        }
    }
}

/// Garage calls every mistake a bad request, in words of its own.
pub(crate) fn bad_request(why: &str) -> Refusal {
    Refusal::invalid_request(format!("Bad request: {why}"))
}

fn absent_from_garage(operation: &str) -> bool {
    matches!(
        operation,
        "GetObjectTagging"
            | "PutObjectTagging"
            | "DeleteObjectTagging"
            | "PutBucketVersioning"
            | "ListObjectVersions"
    )
}

fn payload_is(headers: &HeaderMap, kind: &[u8]) -> bool {
    headers.get("x-amz-content-sha256").is_some_and(|value| value.as_bytes() == kind)
}
