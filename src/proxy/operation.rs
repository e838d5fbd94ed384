//! Which operation of S3 a request is, and what is done with it. Whatever is not in this table is refused: an operation
//! that is not known here might write plaintext.

use http::Method;

use super::refused::Refused;
use super::request::Request;

/// What is done with an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// PutObject: sealed and proven.
    Put,
    CreateUpload,
    /// UploadPart: sealed and proven.
    UploadPart,
    CompleteUpload,
    /// CopyObject: opened, sealed and proven.
    Copy,
    /// UploadPartCopy: opened, sealed and proven.
    CopyPart,
    /// GetObject and HeadObject: opened.
    Read,
    /// GetObjectAttributes: opened.
    Attributes,
    /// ListParts: with the key, which Amazon wants if the upload has a checksum algorithm.
    ListParts,
    /// Relayed as it is.
    Relay,
}

/// An operation by its name in Amazon's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) treatment: Treatment,
}

const fn operation(name: &'static str, treatment: Treatment) -> Operation {
    Operation { name, treatment }
}

const fn relayed(name: &'static str) -> Operation {
    operation(name, Treatment::Relay)
}

/// Subresources of a bucket: the names of their operations without `GetBucket`, `PutBucket` and `DeleteBucket`.
const OF_BUCKETS: &[(&str, &str, &str)] = &[
    ("abac", "GetBucketAbac", "PutBucketAbac"),
    ("accelerate", "GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration"),
    ("acl", "GetBucketAcl", "PutBucketAcl"),
    ("analytics", "GetBucketAnalyticsConfiguration", "PutBucketAnalyticsConfiguration"),
    ("cors", "GetBucketCors", "PutBucketCors"),
    ("encryption", "GetBucketEncryption", "PutBucketEncryption"),
    (
        "intelligent-tiering",
        "GetBucketIntelligentTieringConfiguration",
        "PutBucketIntelligentTieringConfiguration",
    ),
    ("lifecycle", "GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration"),
    ("logging", "GetBucketLogging", "PutBucketLogging"),
    ("metrics", "GetBucketMetricsConfiguration", "PutBucketMetricsConfiguration"),
    ("notification", "GetBucketNotification", "PutBucketNotificationConfiguration"),
    ("object-lock", "GetObjectLockConfiguration", "PutObjectLockConfiguration"),
    ("ownershipControls", "GetBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("policy", "GetBucketPolicy", "PutBucketPolicy"),
    ("publicAccessBlock", "GetPublicAccessBlock", "PutPublicAccessBlock"),
    ("requestPayment", "GetBucketRequestPayment", "PutBucketRequestPayment"),
    ("tagging", "GetBucketTagging", "PutBucketTagging"),
    ("versioning", "GetBucketVersioning", "PutBucketVersioning"),
    ("website", "GetBucketWebsite", "PutBucketWebsite"),
];

/// Subresources of an object that can be read and written without its key.
const OF_OBJECTS: &[(&str, &str, &str)] = &[
    ("acl", "GetObjectAcl", "PutObjectAcl"),
    ("legal-hold", "GetObjectLegalHold", "PutObjectLegalHold"),
    ("retention", "GetObjectRetention", "PutObjectRetention"),
    ("tagging", "GetObjectTagging", "PutObjectTagging"),
];

/// What writes plaintext, or lets the store write it, and why it is refused.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "PUT",
        "replication",
        "PutBucketReplication: the store would write objects elsewhere by itself",
    ),
    ("PUT", "logging", "PutBucketLogging: the store would write logs in plaintext"),
    (
        "PUT",
        "analytics",
        "PutBucketAnalyticsConfiguration: the store would write lists in plaintext",
    ),
    (
        "PUT",
        "inventory",
        "PutBucketInventoryConfiguration: the store would write lists in plaintext",
    ),
    ("POST", "select", "SelectObjectContent: its answer cannot be proven"),
    ("PUT", "encryption", "UpdateObjectEncryption: it replaces the seal"),
    ("PUT", "renameObject", "RenameObject: directory buckets have no SSE-C"),
    ("GET", "session", "CreateSession: directory buckets have no SSE-C"),
    (
        "POST",
        "metadataConfiguration",
        "CreateBucketMetadataConfiguration: it writes tables in plaintext",
    ),
    (
        "POST",
        "metadataTable",
        "CreateBucketMetadataTableConfiguration: it writes tables in plaintext",
    ),
];

impl Operation {
    /// Errors: `NotImplemented` for what cannot be sealed, and for what is unknown.
    pub(super) fn of(request: &Request) -> Result<Operation, Refused> {
        let found = match (&request.bucket, request.key.is_empty()) {
            (None, _) if request.method == Method::GET => Some(relayed("ListBuckets")),
            (None, _) => None,
            (Some(_), true) => of_bucket(request),
            (Some(_), false) => of_object(request),
        };
        if let Some(refused) = refused(request, found.is_some()) {
            return Err(refused);
        }
        found.ok_or_else(|| {
            if request.method == Method::POST && request.bucket.is_some() && request.key.is_empty()
            {
                let why =
                    "a form carries no key of yours, and its fields are signed by another user";
                return Refused::not_implemented("PostObject", why);
            }
            let what = format!("this {} request", request.method);
            Refused::not_implemented(
                &what,
                "it is none of the operations that are known to be safe",
            )
        })
    }
}

/// The refusal of what is known to write plaintext. A bucket's encryption may be set, an object's may not.
fn refused(request: &Request, is_known: bool) -> Option<Refused> {
    let is_of_it = |(method, name, _): &&(&str, &str, &str)| {
        request.method.as_str() == *method && request.has_parameter(name)
    };
    let (_, name, why) = REFUSED.iter().find(is_of_it)?;
    if is_known && *name == "encryption" && request.key.is_empty() {
        return None;
    }
    let (operation, why) = why.split_once(": ").unwrap_or((why, ""));
    Some(Refused::not_implemented(operation, why))
}

fn of_bucket(request: &Request) -> Option<Operation> {
    let subresource = OF_BUCKETS.iter().find(|(name, ..)| request.has_parameter(name));
    match (&request.method, subresource) {
        (&Method::OPTIONS, _) => Some(relayed("CorsPreflight")),
        (&Method::HEAD, _) => Some(relayed("HeadBucket")),
        (&Method::GET, Some((_, get, _))) => Some(relayed(get)),
        (&Method::GET, None) => Some(relayed(if request.has_parameter("versions") {
            "ListObjectVersions"
        } else if request.has_parameter("uploads") {
            "ListMultipartUploads"
        } else if request.has_parameter("list-type") {
            "ListObjectsV2"
        } else if request.has_parameter("location") {
            "GetBucketLocation"
        } else {
            "ListObjects"
        })),
        (&Method::PUT, Some((name, _, put))) => {
            request.has_only(&[name, "id"]).then_some(relayed(put))
        }
        (&Method::PUT, None) => request.has_only(&[]).then_some(relayed("CreateBucket")),
        (&Method::DELETE, Some(_)) => Some(relayed("DeleteBucketConfiguration")),
        (&Method::DELETE, None) => Some(relayed("DeleteBucket")),
        (&Method::POST, None) if request.has_parameter("delete") => {
            request.has_only(&["delete"]).then_some(relayed("DeleteObjects"))
        }
        _ => None,
    }
}

fn of_object(request: &Request) -> Option<Operation> {
    use Treatment::{Attributes, CompleteUpload, Copy, CopyPart, CreateUpload, ListParts, Put};
    use Treatment::{Read, UploadPart};
    let subresource = OF_OBJECTS.iter().find(|(name, ..)| request.has_parameter(name));
    let has_upload = request.has_parameter("uploadId");
    let copies = request.headers.contains_key("x-amz-copy-source");
    match (&request.method, subresource) {
        (&Method::OPTIONS, _) => Some(relayed("CorsPreflight")),
        (&Method::HEAD, _) => Some(operation("HeadObject", Read)),
        (&Method::GET, Some((_, get, _))) => Some(relayed(get)),
        (&Method::GET, None) if has_upload => Some(operation("ListParts", ListParts)),
        (&Method::GET, None) if request.has_parameter("attributes") => {
            Some(operation("GetObjectAttributes", Attributes))
        }
        (&Method::GET, None) if request.has_parameter("torrent") => {
            Some(relayed("GetObjectTorrent"))
        }
        (&Method::GET, None) => Some(operation("GetObject", Read)),
        (&Method::PUT, Some((name, _, put))) => {
            let known = !copies && request.has_only(&[name, "versionId"]);
            known.then_some(relayed(put))
        }
        (&Method::PUT, None) if has_upload && request.has_parameter("partNumber") => {
            let known = request.has_only(&["uploadId", "partNumber"]);
            let part = operation("UploadPart", UploadPart);
            known.then_some(if copies { operation("UploadPartCopy", CopyPart) } else { part })
        }
        (&Method::PUT, None) => {
            let put = operation("PutObject", Put);
            let known = request.has_only(&[]);
            known.then_some(if copies { operation("CopyObject", Copy) } else { put })
        }
        (&Method::POST, None) if request.has_parameter("uploads") => {
            let known = request.has_only(&["uploads"]);
            known.then_some(operation("CreateMultipartUpload", CreateUpload))
        }
        (&Method::POST, None) if has_upload => {
            let known = request.has_only(&["uploadId"]);
            known.then_some(operation("CompleteMultipartUpload", CompleteUpload))
        }
        (&Method::POST, None) if request.has_parameter("restore") => {
            request.has_only(&["restore", "versionId"]).then_some(relayed("RestoreObject"))
        }
        (&Method::DELETE, Some(_)) => Some(relayed("DeleteObjectTagging")),
        (&Method::DELETE, None) if has_upload => Some(relayed("AbortMultipartUpload")),
        (&Method::DELETE, None) => Some(relayed("DeleteObject")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::Request as HttpRequest;

    use super::*;

    fn found(method: &str, uri: &str, headers: &[&str]) -> Result<&'static str, String> {
        let mut request = HttpRequest::builder().method(method).uri(uri);
        for name in headers {
            request = request.header(*name, "/b/k");
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let request = Request::of(head).unwrap();
        Operation::of(&request)
            .map(|it| it.name)
            .map_err(|it| format!("{} {}", it.status, it.message))
    }

    #[test]
    fn operations_are_known_by_method_and_query() {
        for (method, uri, name) in [
            ("GET", "/", "ListBuckets"),
            ("GET", "/b?list-type=2&prefix=a", "ListObjectsV2"),
            ("GET", "/b/?uploads", "ListMultipartUploads"),
            ("PUT", "/b", "CreateBucket"),
            ("PUT", "/b?encryption", "PutBucketEncryption"),
            ("POST", "/b?delete", "DeleteObjects"),
            ("PUT", "/b/k", "PutObject"),
            ("PUT", "/b/k?x-id=PutObject&X-Amz-Signature=1", "PutObject"),
            ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"),
            ("POST", "/b/k?uploads", "CreateMultipartUpload"),
            ("POST", "/b/k?uploadId=u", "CompleteMultipartUpload"),
            ("GET", "/b/k?uploadId=u", "ListParts"),
            ("GET", "/b/k?versionId=v", "GetObject"),
            ("GET", "/b/k?attributes", "GetObjectAttributes"),
            ("PUT", "/b/k?tagging", "PutObjectTagging"),
            ("DELETE", "/b/k?uploadId=u", "AbortMultipartUpload"),
        ] {
            assert_eq!(found(method, uri, &[]).as_deref(), Ok(name), "{method} {uri}");
        }
        assert_eq!(found("PUT", "/b/k", &["x-amz-copy-source"]), Ok("CopyObject"));
        let part = found("PUT", "/b/k?partNumber=1&uploadId=u", &["x-amz-copy-source"]);
        assert_eq!(part, Ok("UploadPartCopy"));
    }

    #[test]
    fn what_cannot_be_sealed_is_refused_by_name() {
        for (method, uri, name) in [
            ("POST", "/b", "PostObject"),
            ("POST", "/b/k?select&select-type=2", "SelectObjectContent"),
            ("PUT", "/b?replication", "PutBucketReplication"),
            ("PUT", "/b?inventory&id=1", "PutBucketInventoryConfiguration"),
            ("PUT", "/b/k?encryption", "UpdateObjectEncryption"),
            ("PUT", "/b/k?renameObject", "RenameObject"),
            ("PUT", "/b/k?append&position=3", "this PUT request"),
            ("PUT", "/b?unheardOf", "this PUT request"),
            ("PUT", "/b/k?legal-hold&partNumber=1&uploadId=u", "this PUT request"),
            ("PUT", "/b/k?tagging&acl", "this PUT request"),
            ("POST", "/b/k?uploads&uploadId=u", "this POST request"),
            ("POST", "/b/k?restore&uploads", "this POST request"),
            ("PUT", "/b?logging", "PutBucketLogging"),
            ("PATCH", "/b/k", "this PATCH request"),
        ] {
            let refused = found(method, uri, &[]).unwrap_err();
            assert!(
                refused.starts_with("501") && refused.contains(name),
                "{method} {uri}: {refused}"
            );
        }
    }
}
