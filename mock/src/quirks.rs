//! What other stores do differently from Amazon S3: a table with a row of [`Quirks`] for each store.
//!
//! Status codes, codes and effects were measured on SeaweedFS 4.48, Ceph RGW 16.2 and Garage 2.5; messages are those of
//! their sources. What was not measured is answered as Amazon S3 does. A new store is a variant of [`Behavior`] (also in
//! [`Behavior::ALL`]) and a row. A new kind of quirk is a field, its value for Amazon, and the place that obeys it: search
//! for a field that exists, such as those that `s3`, `auth` and `body` ask.

use std::fmt;
use std::str::FromStr;

use crate::refusal::ErrorReply;

/// Which store's answers the server gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Behavior {
    /// Amazon S3, in a bucket that allows SSE-C.
    #[default]
    Aws,
    /// Amazon S3 where every bucket blocks SSE-C writes, the default of new buckets since April 2026.
    AwsBlocked,
    /// SeaweedFS 4.48: seals, but echoes nothing on Create and Copy, and takes parts without the upload's key.
    SeaweedFs,
    /// Ceph's RADOS gateway 16.2: plain http refused, no checksums, and copies that ignore the key.
    Ceph,
    /// Garage 2.5: no versions, no tags, and every mistake is an `InvalidRequest`.
    Garage,
    /// MinIO and its heirs: no key over plain http, and any key opens an empty object.
    Minio,
    /// OVHcloud's Object Storage (Swift): other words for a missing key.
    Ovh,
    /// Backblaze B2: no checksums, tags and conditions on writes.
    B2,
    /// NetApp StorageGRID: a sealed object is not there for a HEAD without its key.
    StorageGrid,
    /// A store that does not know SSE-C: the headers are ignored, objects land in plaintext, nothing is echoed.
    IgnoresSseC,
}

impl Behavior {
    /// Every behavior, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::Aws,
        Self::AwsBlocked,
        Self::SeaweedFs,
        Self::Ceph,
        Self::Garage,
        Self::Minio,
        Self::Ovh,
        Self::B2,
        Self::StorageGrid,
        Self::IgnoresSseC,
    ];

    /// The name used on command lines.
    pub fn name(self) -> &'static str {
        self.quirks().name
    }

    pub(crate) fn quirks(self) -> &'static Quirks {
        match self {
            Self::Aws => &AWS,
            Self::AwsBlocked => &AWS_BLOCKED,
            Self::SeaweedFs => &SEAWEEDFS,
            Self::Ceph => &CEPH,
            Self::Garage => &GARAGE,
            Self::Minio => &MINIO,
            Self::Ovh => &OVH,
            Self::B2 => &B2,
            Self::StorageGrid => &STORAGEGRID,
            Self::IgnoresSseC => &IGNORES_SSE_C,
        }
    }
}

impl fmt::Display for Behavior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Behavior {
    type Err = UnknownBehavior;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.iter().copied();
        all.find(|one| one.name() == name).ok_or_else(|| UnknownBehavior(name.to_owned()))
    }
}

/// The name given is no [`Behavior`]; the message lists the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownBehavior(String);

impl fmt::Display for UnknownBehavior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Behavior::ALL.iter().map(|behavior| behavior.name()).collect();
        write!(f, "unknown behavior {:?}: one of {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownBehavior {}

/// How a store answers. An error that is `None` is answered as Amazon S3 does.
pub(crate) struct Quirks {
    /// The name on command lines.
    name: &'static str,
    /// Whether SSE-C headers are ignored: objects land in plaintext, nothing is echoed.
    pub(crate) ignores_sse_c: bool,
    /// Whether new buckets block SSE-C writes.
    pub(crate) blocks_sse_c: bool,
    /// Operations answered with 501.
    pub(crate) missing_operations: &'static [&'static str],

    /// What the names of headers begin with that are refused.
    pub(crate) refused_headers: &'static [&'static str],
    /// Whether `If-Match` and `If-None-Match` of a write are answered with 501.
    pub(crate) refuses_write_conditions: bool,
    /// The answer to DeleteObjects without `Content-MD5`.
    pub(crate) missing_content_md5: Option<ErrorReply>,

    /// Whether keys over plain http are refused however the server is set up.
    pub(crate) requires_tls: bool,
    /// The answer to a key over plain http.
    pub(crate) insecure_key: ErrorReply,
    /// Whether SSE-C values in a presigned query are overlooked, so that the object lands in plaintext.
    pub(crate) overlooks_query_keys: bool,
    /// Whether a presigned request may have `x-amz-*` headers that were not signed.
    pub(crate) trusts_unsigned_headers: bool,
    /// The answer to an `x-amz-*` header that was not signed.
    pub(crate) unsigned_header: Option<ErrorReply>,
    /// The answer to a body with an unsigned trailer, over plain http and over TLS.
    pub(crate) unsigned_trailer: Option<ErrorReply>,
    pub(crate) unsigned_trailer_over_tls: Option<ErrorReply>,
    /// The answer to a body with a signed trailer.
    pub(crate) signed_trailer: Option<ErrorReply>,
    /// Whether `Content-Encoding: aws-chunked` of an upload with an unsigned trailer is stored.
    pub(crate) keeps_aws_chunked: bool,

    /// The answer to a key that is not the base64 of 32 bytes.
    pub(crate) malformed_key: Option<ErrorReply>,
    /// Whether the base64 of a key may lack its padding.
    pub(crate) takes_unpadded_keys: bool,
    /// Whether any key opens an empty object, for GetObject and CopyObject.
    pub(crate) any_key_opens_empty: bool,
    /// Whether HEAD without a key answers 404 for a sealed object.
    pub(crate) hides_sealed_from_head: bool,
    /// The answers to a read whose key does not fit.
    pub(crate) read_errors: KeyErrors,
    /// The answers to a copy whose source key does not fit.
    pub(crate) source_errors: KeyErrors,
    /// Whether a key for a plain object is not looked at.
    pub(crate) ignores_key_of_plain_object: bool,
    /// Whether a matching `If-None-Match` of a sealed object needs no key.
    pub(crate) not_modified_without_key: bool,
    /// Whether a range outside the object is refused before the key is looked at.
    pub(crate) checks_range_before_key: bool,
    /// Whether `partNumber` selects a part of a GET or HEAD.
    pub(crate) serves_part_numbers: bool,
    /// Operations whose answers do not echo the key.
    pub(crate) unechoed_operations: &'static [&'static str],
    /// Whether GET and HEAD echo the MD5 of the key twice.
    pub(crate) echoes_md5_twice: bool,
    /// Whether no answer has a checksum.
    pub(crate) hides_checksums: bool,

    /// Whether the ETag of what is sealed by an upload is the MD5 of its plaintext.
    pub(crate) shows_md5_of_sealed: bool,
    /// Whether `If-None-Match: *` does not keep a write from overwriting.
    pub(crate) ignores_if_none_match: bool,

    /// Whether a part without the upload's key is stored in plaintext; the object cannot be read later.
    pub(crate) takes_parts_without_key: bool,
    /// What becomes of a part with a key in an upload without.
    pub(crate) keyed_part_of_plain_upload: KeyedPart,
    /// The answer to a part whose key is not that of the upload.
    pub(crate) other_part_key: Option<ErrorReply>,
    /// The answer to UploadPartCopy with a key on either side.
    pub(crate) part_copy_with_key: Option<ErrorReply>,
    /// Whether CompleteMultipartUpload looks at the key.
    pub(crate) checks_key_on_complete: bool,

    /// Whether sealed objects can be copied and copies be sealed. Otherwise a sealed source is refused with 501, and a
    /// target key is ignored: the copy lands in plaintext.
    pub(crate) copies_with_keys: bool,
    /// Up to how many bytes a plain object is not found by a copy that seals it.
    pub(crate) unsealable_size: Option<u64>,
    /// Whether a copy onto itself needs `x-amz-metadata-directive: REPLACE` even if it changes the encryption.
    pub(crate) copy_in_place_needs_replace: bool,
    /// Whether `If-Match` and `If-None-Match` of a copy are compared with the object that it overwrites.
    pub(crate) checks_copy_conditions: bool,
}

/// The answers to a key that does not fit the object.
pub(crate) struct KeyErrors {
    pub(crate) missing: ErrorReply,
    pub(crate) wrong: ErrorReply,
    /// The object is not sealed.
    pub(crate) superfluous: ErrorReply,
}

/// What becomes of a part with a key in an upload without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyedPart {
    Refused,
    /// The upload becomes sealed with this key.
    SealsUpload,
    /// The part is stored in plaintext, and nothing is echoed.
    StoredPlain,
}

/// Source: "Using server-side encryption with customer-provided keys (SSE-C)" in the Amazon S3 user guide.
const AWS_KEY_ERRORS: KeyErrors = KeyErrors {
    missing: invalid_request(
        "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
    ),
    wrong: ErrorReply(
        403,
        "AccessDenied",
        "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.",
    ),
    superfluous: invalid_request("The encryption parameters are not applicable to this object."),
};

const AWS: Quirks = Quirks {
    name: "aws",
    ignores_sse_c: false,
    blocks_sse_c: false,
    missing_operations: &[],
    refused_headers: &[],
    refuses_write_conditions: false,
    missing_content_md5: None,
    requires_tls: false,
    insecure_key: invalid_request(
        "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.",
    ),
    overlooks_query_keys: false,
    trusts_unsigned_headers: false,
    unsigned_header: None,
    unsigned_trailer: None,
    unsigned_trailer_over_tls: None,
    signed_trailer: None,
    keeps_aws_chunked: false,
    malformed_key: None,
    takes_unpadded_keys: false,
    any_key_opens_empty: false,
    hides_sealed_from_head: false,
    read_errors: AWS_KEY_ERRORS,
    source_errors: AWS_KEY_ERRORS,
    ignores_key_of_plain_object: false,
    not_modified_without_key: false,
    checks_range_before_key: false,
    serves_part_numbers: true,
    unechoed_operations: &[],
    echoes_md5_twice: false,
    hides_checksums: false,
    shows_md5_of_sealed: false,
    ignores_if_none_match: false,
    takes_parts_without_key: false,
    keyed_part_of_plain_upload: KeyedPart::Refused,
    other_part_key: None,
    part_copy_with_key: None,
    checks_key_on_complete: true,
    copies_with_keys: true,
    unsealable_size: None,
    copy_in_place_needs_replace: false,
    checks_copy_conditions: true,
};

const AWS_BLOCKED: Quirks = Quirks { name: "aws-blocked", blocks_sse_c: true, ..AWS };

const SEAWEEDFS: Quirks = Quirks {
    name: "seaweedfs",
    overlooks_query_keys: true,
    unsigned_header: Some(ErrorReply::SIGNATURE_DOES_NOT_MATCH),
    keeps_aws_chunked: true,
    read_errors: KeyErrors {
        missing: invalid_argument(
            "Requests specifying Server Side Encryption with Customer provided keys must provide the customer key.",
        ),
        wrong: ErrorReply(403, "AccessDenied", "Access Denied."),
        ..AWS_KEY_ERRORS
    },
    source_errors: KeyErrors {
        missing: invalid_request("Invalid Request"),
        wrong: SEAWEEDFS_INTERNAL_ERROR,
        ..AWS_KEY_ERRORS
    },
    ignores_key_of_plain_object: true,
    not_modified_without_key: true,
    checks_range_before_key: true,
    unechoed_operations: &["CreateMultipartUpload", "CopyObject"],
    echoes_md5_twice: true,
    shows_md5_of_sealed: true,
    takes_parts_without_key: true,
    keyed_part_of_plain_upload: KeyedPart::SealsUpload,
    part_copy_with_key: Some(ErrorReply::NOT_IMPLEMENTED),
    checks_key_on_complete: false,
    copy_in_place_needs_replace: true,
    ..AWS
};

/// SeaweedFS also answers this to a read of an object with a part that came without the key.
pub(crate) const SEAWEEDFS_INTERNAL_ERROR: ErrorReply =
    ErrorReply(500, "InternalError", "We encountered an internal error, please try again.");

const CEPH: Quirks = Quirks {
    name: "ceph",
    // Unless `rgw_crypt_require_ssl` is switched off.
    requires_tls: true,
    insecure_key: invalid_request(""),
    overlooks_query_keys: true,
    trusts_unsigned_headers: true,
    unsigned_trailer: Some(CEPH_TRAILER),
    unsigned_trailer_over_tls: Some(ErrorReply(411, "MissingContentLength", "")),
    signed_trailer: Some(CEPH_TRAILER),
    read_errors: KeyErrors {
        missing: invalid_argument(
            "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.",
        ),
        wrong: invalid_argument(
            "The calculated MD5 hash of the key did not match the hash that was provided.",
        ),
        ..AWS_KEY_ERRORS
    },
    ignores_key_of_plain_object: true,
    not_modified_without_key: true,
    serves_part_numbers: false,
    hides_checksums: true,
    keyed_part_of_plain_upload: KeyedPart::StoredPlain,
    part_copy_with_key: Some(invalid_request("")),
    checks_key_on_complete: false,
    copies_with_keys: false,
    checks_copy_conditions: false,
    ..AWS
};

const CEPH_TRAILER: ErrorReply = ErrorReply(400, "XAmzContentSHA256Mismatch", "");

const GARAGE: Quirks = Quirks {
    name: "garage",
    missing_operations: &[
        "GetObjectTagging",
        "PutObjectTagging",
        "DeleteObjectTagging",
        "PutBucketVersioning",
        "ListObjectVersions",
    ],
    unsigned_header: Some(invalid_request("Bad request: An `x-amz-*` header is not signed")),
    signed_trailer: Some(invalid_request("Bad request: Invalid payload signature")),
    read_errors: GARAGE_KEY_ERRORS,
    source_errors: GARAGE_KEY_ERRORS,
    ignores_if_none_match: true,
    other_part_key: Some(invalid_request(
        "Bad request: The encryption key is not that of the upload",
    )),
    // Measured in 2026-11; what is larger than an inline block is copied.
    unsealable_size: Some(3072),
    checks_copy_conditions: false,
    ..AWS
};

const GARAGE_KEY_ERRORS: KeyErrors = KeyErrors {
    missing: invalid_request("Bad request: Object is encrypted"),
    wrong: invalid_request(
        "Bad request: Invalid encryption key, could not decrypt object metadata.",
    ),
    superfluous: invalid_request("Bad request: Trying to decrypt a plaintext object"),
};

/// Documented: 403 for a wrong or malformed key, no keys over plain http, unpadded keys (`mc --enc-c`), DeleteObjects with
/// `Content-MD5` only; any key for an empty object: issue 82 of its heir silo, 2026-11.
const MINIO: Quirks = Quirks {
    name: "minio",
    requires_tls: true,
    missing_content_md5: Some(ErrorReply(
        400,
        "MissingContentMD5",
        "Missing required header for this request: Content-Md5.",
    )),
    malformed_key: Some(ErrorReply(403, "AccessDenied", "Access Denied.")),
    takes_unpadded_keys: true,
    any_key_opens_empty: true,
    read_errors: KeyErrors {
        wrong: ErrorReply(403, "AccessDenied", "Access Denied."),
        ..AWS_KEY_ERRORS
    },
    ..AWS
};

/// Documented by OVHcloud.
const OVH: Quirks = Quirks {
    name: "ovh",
    read_errors: KeyErrors {
        missing: ErrorReply(
            400,
            "BadRequest",
            "Missing X-Amz-Server-Side-Encryption-Customer-Key header",
        ),
        ..AWS_KEY_ERRORS
    },
    ..AWS
};

/// Documented by Backblaze.
const B2: Quirks = Quirks {
    name: "b2",
    missing_operations: &["GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"],
    refused_headers: &["x-amz-checksum-", "x-amz-sdk-checksum-", "x-amz-trailer", "x-amz-tagging"],
    refuses_write_conditions: true,
    hides_checksums: true,
    ..AWS
};

/// Documented by NetApp.
const STORAGEGRID: Quirks = Quirks { name: "storagegrid", hides_sealed_from_head: true, ..AWS };

const IGNORES_SSE_C: Quirks =
    Quirks { name: "ignores-sse-c", ignores_sse_c: true, checks_copy_conditions: false, ..AWS };

const fn invalid_request(message: &'static str) -> ErrorReply {
    ErrorReply(400, "InvalidRequest", message)
}

const fn invalid_argument(message: &'static str) -> ErrorReply {
    ErrorReply(400, "InvalidArgument", message)
}
