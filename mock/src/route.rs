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
    let has = |name: &str| query.iter().any(|(given, _)| given == name);
    let copies = headers.contains_key("x-amz-copy-source");
    match (method.as_str(), target.bucket.is_some(), target.key.is_some()) {
        ("GET", false, _) => "ListBuckets",
        ("HEAD", true, false) => "HeadBucket",
        ("HEAD", true, true) => "HeadObject",
        ("GET", true, false) => subresource(query, GET_BUCKET).unwrap_or(match list_type(query) {
            Some("2") => "ListObjectsV2",
            _ => "ListObjects",
        }),
        ("PUT", true, false) => subresource(query, PUT_BUCKET).unwrap_or("CreateBucket"),
        ("DELETE", true, false) => subresource(query, DELETE_BUCKET).unwrap_or("DeleteBucket"),
        ("POST", true, false) if has("delete") => "DeleteObjects",
        ("POST", true, false) => "PostObject",
        ("GET", true, true) => subresource(query, GET_OBJECT).unwrap_or("GetObject"),
        ("PUT", true, true) if has("uploadId") && copies => "UploadPartCopy",
        ("PUT", true, true) if has("uploadId") => "UploadPart",
        ("PUT", true, true) => subresource(query, PUT_OBJECT).unwrap_or(if copies {
            "CopyObject"
        } else {
            "PutObject"
        }),
        ("POST", true, true) => subresource(query, POST_OBJECT).unwrap_or("Unknown"),
        ("DELETE", true, true) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", true, true) if has("tagging") => "DeleteObjectTagging",
        ("DELETE", true, true) => "DeleteObject",
        _ => "Unknown",
    }
}

/// Whether the operation's body is a document of the API rather than an object's content.
pub(crate) fn takes_document(operation: &str) -> bool {
    !matches!(operation, "PutObject" | "UploadPart" | "PostObject" | "Unknown")
}

/// Whether [`operation`] can return this name.
pub(crate) fn is_operation(name: &str) -> bool {
    let tables = [GET_BUCKET, PUT_BUCKET, DELETE_BUCKET, GET_OBJECT, PUT_OBJECT, POST_OBJECT];
    tables.iter().flat_map(|table| table.iter()).any(|(_, operation)| *operation == name)
        || matches!(
            name,
            "ListBuckets"
                | "HeadBucket"
                | "HeadObject"
                | "ListObjectsV2"
                | "ListObjects"
                | "CreateBucket"
                | "DeleteBucket"
                | "DeleteObjects"
                | "PostObject"
                | "GetObject"
                | "UploadPartCopy"
                | "UploadPart"
                | "CopyObject"
                | "PutObject"
                | "AbortMultipartUpload"
                | "DeleteObjectTagging"
                | "DeleteObject"
        )
}

type Subresources = &'static [(&'static str, &'static str)];

const GET_BUCKET: Subresources = &[
    ("location", "GetBucketLocation"),
    ("versioning", "GetBucketVersioning"),
    ("versions", "ListObjectVersions"),
    ("uploads", "ListMultipartUploads"),
    ("encryption", "GetBucketEncryption"),
    ("acl", "GetBucketAcl"),
    ("cors", "GetBucketCors"),
    ("lifecycle", "GetBucketLifecycleConfiguration"),
    ("policy", "GetBucketPolicy"),
    ("tagging", "GetBucketTagging"),
    ("object-lock", "GetObjectLockConfiguration"),
    ("ownershipControls", "GetBucketOwnershipControls"),
    ("publicAccessBlock", "GetPublicAccessBlock"),
];
const PUT_BUCKET: Subresources = &[
    ("versioning", "PutBucketVersioning"),
    ("encryption", "PutBucketEncryption"),
    ("acl", "PutBucketAcl"),
    ("cors", "PutBucketCors"),
    ("lifecycle", "PutBucketLifecycleConfiguration"),
    ("policy", "PutBucketPolicy"),
    ("tagging", "PutBucketTagging"),
    ("object-lock", "PutObjectLockConfiguration"),
    ("publicAccessBlock", "PutPublicAccessBlock"),
];
const DELETE_BUCKET: Subresources = &[
    ("encryption", "DeleteBucketEncryption"),
    ("cors", "DeleteBucketCors"),
    ("lifecycle", "DeleteBucketLifecycle"),
    ("policy", "DeleteBucketPolicy"),
    ("tagging", "DeleteBucketTagging"),
];
const GET_OBJECT: Subresources = &[
    ("attributes", "GetObjectAttributes"),
    ("acl", "GetObjectAcl"),
    ("tagging", "GetObjectTagging"),
    ("legal-hold", "GetObjectLegalHold"),
    ("retention", "GetObjectRetention"),
    ("uploadId", "ListParts"),
];
const PUT_OBJECT: Subresources = &[
    ("acl", "PutObjectAcl"),
    ("tagging", "PutObjectTagging"),
    ("legal-hold", "PutObjectLegalHold"),
    ("retention", "PutObjectRetention"),
];
const POST_OBJECT: Subresources = &[
    ("uploads", "CreateMultipartUpload"),
    ("uploadId", "CompleteMultipartUpload"),
    ("restore", "RestoreObject"),
    ("select", "SelectObjectContent"),
];

fn subresource(query: &[(String, String)], names: Subresources) -> Option<&'static str> {
    names
        .iter()
        .find(|(name, _)| query.iter().any(|(given, _)| given == name))
        .map(|(_, operation)| *operation)
}

fn list_type(query: &[(String, String)]) -> Option<&str> {
    query.iter().find(|(name, _)| name == "list-type").map(|(_, value)| value.as_str())
}
