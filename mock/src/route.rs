//! Which bucket, key and operation the head of a request names.

use http::{HeaderMap, Method};

/// What a request is about.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
}

impl Target {
    /// Reads path-style and virtual-hosted-style addresses. `path` is still percent-encoded.
    pub(crate) fn of(headers: &HeaderMap, path: &str) -> Self {
        let decoded =
            urlencoding::decode(path).map_or_else(|_| path.to_owned(), |path| path.into_owned());
        let rest = decoded.strip_prefix('/').unwrap_or(&decoded);
        let (bucket, key) = match host(headers).and_then(host_bucket) {
            Some(bucket) => (bucket, rest),
            None => rest.split_once('/').unwrap_or((rest, "")),
        };
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self { bucket: text(bucket), key: text(key) }
    }
}

pub(crate) fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get("host").and_then(|host| host.to_str().ok())
}

/// The bucket of a virtual-hosted-style name under `localhost`.
pub(crate) fn host_bucket(host: &str) -> Option<&str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix(".localhost").filter(|bucket| !bucket.is_empty())
}

/// The parameters of a query, decoded, in their order.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        urlencoding::decode(&spaced).map(|text| text.into_owned()).unwrap_or(spaced)
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// The S3 API's name for the operation; `"Unknown"` where there is none.
pub(crate) fn operation(
    method: &Method,
    target: &Target,
    query: &[(String, String)],
    headers: &HeaderMap,
) -> &'static str {
    let level = match target {
        Target { bucket: None, .. } => Level::Root,
        Target { key: None, .. } => Level::Bucket,
        _ => Level::Object,
    };
    let has = |name: &str| name.is_empty() || query.iter().any(|(given, _)| given == name);
    let row = OPERATIONS.iter().find(|(row_method, row_level, subresource, _)| {
        method == row_method && *row_level == level && has(subresource)
    });
    let operation = row.map_or("Unknown", |(.., operation)| operation);
    let is_copy = headers.contains_key("x-amz-copy-source");
    let variant = VARIANTS.iter().find(|(plain, _)| *plain == operation).filter(|_| {
        if operation == "ListObjects" {
            query.iter().find(|(name, _)| name == "list-type").is_some_and(|(_, kind)| kind == "2")
        } else {
            is_copy
        }
    });
    variant.map_or(operation, |(_, variant)| variant)
}

/// Whether the operation's body is a document of the API rather than an object's content.
pub(crate) fn takes_document(operation: &str) -> bool {
    !matches!(operation, "PutObject" | "UploadPart" | "PostObject" | "Unknown")
}

/// Whether [`operation`] can return this name.
pub(crate) fn is_operation(name: &str) -> bool {
    OPERATIONS.iter().any(|(.., operation)| *operation == name)
        || VARIANTS.iter().any(|(_, variant)| *variant == name)
}

#[derive(PartialEq, Eq)]
enum Level {
    Root,
    Bucket,
    Object,
}

/// Method, level, subresource in the query (`""`: none of those above) and operation; the first match counts.
const OPERATIONS: &[(&str, Level, &str, &str)] = &[
    ("GET", Level::Root, "", "ListBuckets"),
    ("GET", Level::Bucket, "location", "GetBucketLocation"),
    ("GET", Level::Bucket, "versioning", "GetBucketVersioning"),
    ("GET", Level::Bucket, "versions", "ListObjectVersions"),
    ("GET", Level::Bucket, "uploads", "ListMultipartUploads"),
    ("GET", Level::Bucket, "encryption", "GetBucketEncryption"),
    ("GET", Level::Bucket, "acl", "GetBucketAcl"),
    ("GET", Level::Bucket, "cors", "GetBucketCors"),
    ("GET", Level::Bucket, "lifecycle", "GetBucketLifecycleConfiguration"),
    ("GET", Level::Bucket, "policy", "GetBucketPolicy"),
    ("GET", Level::Bucket, "tagging", "GetBucketTagging"),
    ("GET", Level::Bucket, "object-lock", "GetObjectLockConfiguration"),
    ("GET", Level::Bucket, "ownershipControls", "GetBucketOwnershipControls"),
    ("GET", Level::Bucket, "publicAccessBlock", "GetPublicAccessBlock"),
    ("GET", Level::Bucket, "", "ListObjects"),
    ("HEAD", Level::Bucket, "", "HeadBucket"),
    ("PUT", Level::Bucket, "versioning", "PutBucketVersioning"),
    ("PUT", Level::Bucket, "encryption", "PutBucketEncryption"),
    ("PUT", Level::Bucket, "acl", "PutBucketAcl"),
    ("PUT", Level::Bucket, "cors", "PutBucketCors"),
    ("PUT", Level::Bucket, "lifecycle", "PutBucketLifecycleConfiguration"),
    ("PUT", Level::Bucket, "policy", "PutBucketPolicy"),
    ("PUT", Level::Bucket, "tagging", "PutBucketTagging"),
    ("PUT", Level::Bucket, "object-lock", "PutObjectLockConfiguration"),
    ("PUT", Level::Bucket, "publicAccessBlock", "PutPublicAccessBlock"),
    ("PUT", Level::Bucket, "", "CreateBucket"),
    ("DELETE", Level::Bucket, "encryption", "DeleteBucketEncryption"),
    ("DELETE", Level::Bucket, "cors", "DeleteBucketCors"),
    ("DELETE", Level::Bucket, "lifecycle", "DeleteBucketLifecycle"),
    ("DELETE", Level::Bucket, "policy", "DeleteBucketPolicy"),
    ("DELETE", Level::Bucket, "tagging", "DeleteBucketTagging"),
    ("DELETE", Level::Bucket, "", "DeleteBucket"),
    ("POST", Level::Bucket, "delete", "DeleteObjects"),
    ("POST", Level::Bucket, "", "PostObject"),
    ("GET", Level::Object, "attributes", "GetObjectAttributes"),
    ("GET", Level::Object, "acl", "GetObjectAcl"),
    ("GET", Level::Object, "tagging", "GetObjectTagging"),
    ("GET", Level::Object, "legal-hold", "GetObjectLegalHold"),
    ("GET", Level::Object, "retention", "GetObjectRetention"),
    ("GET", Level::Object, "uploadId", "ListParts"),
    ("GET", Level::Object, "", "GetObject"),
    ("HEAD", Level::Object, "", "HeadObject"),
    ("PUT", Level::Object, "uploadId", "UploadPart"),
    ("PUT", Level::Object, "acl", "PutObjectAcl"),
    ("PUT", Level::Object, "tagging", "PutObjectTagging"),
    ("PUT", Level::Object, "legal-hold", "PutObjectLegalHold"),
    ("PUT", Level::Object, "retention", "PutObjectRetention"),
    ("PUT", Level::Object, "", "PutObject"),
    ("POST", Level::Object, "uploads", "CreateMultipartUpload"),
    ("POST", Level::Object, "uploadId", "CompleteMultipartUpload"),
    ("POST", Level::Object, "restore", "RestoreObject"),
    ("POST", Level::Object, "select", "SelectObjectContent"),
    ("DELETE", Level::Object, "uploadId", "AbortMultipartUpload"),
    ("DELETE", Level::Object, "tagging", "DeleteObjectTagging"),
    ("DELETE", Level::Object, "", "DeleteObject"),
];

/// Operations that another parameter or header turns into others.
const VARIANTS: [(&str, &str); 3] = [
    ("ListObjects", "ListObjectsV2"),
    ("UploadPart", "UploadPartCopy"),
    ("PutObject", "CopyObject"),
];
