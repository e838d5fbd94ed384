//! What is checked after the signature and before the operation: the bucket's policy, ACLs, and headers that would be
//! ignored silently.

use std::sync::Arc;

use http::HeaderMap;
use s3s::S3Result;
use s3s::access::{S3Access, S3AccessContext};
use s3s::path::S3Path;

use super::acl::check_acl;
use super::authenticator::check_owner;
use crate::context::RequestContext;
use crate::refusal::Refusal;
use crate::route::query_pairs;
use crate::settings::PolicyContext;
use crate::ssec::{PREFIX, SOURCE_PREFIX};
use crate::store::{Buckets, Store};

const ENCRYPTION: &str = "x-amz-server-side-encryption";
const KMS_KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// Asks the policy before every operation of the S3 layer.
pub(crate) struct PolicyCheck {
    pub(crate) store: Arc<Store>,
}

#[async_trait::async_trait]
impl S3Access for PolicyCheck {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let context = RequestContext::of(cx.extensions_mut()).clone();
        let (bucket, key) = match cx.s3_path() {
            S3Path::Root => ("", None),
            S3Path::Bucket { bucket } => (&**bucket, None),
            S3Path::Object { bucket, key } => (&**bucket, Some(&**key)),
        };
        let query = query_pairs(cx.uri().query().unwrap_or_default());
        let verdict = match cx.credentials() {
            None => Err(Refusal::access_denied("Access Denied")),
            Some(_) => check_access(
                &self.store,
                &AccessRequest {
                    operation: cx.s3_op().name(),
                    bucket,
                    key,
                    query: &query,
                    headers: cx.headers(),
                    tls: context.connection.tls,
                },
            ),
        };
        context.keep_refusal(verdict)
    }
}

/// A request, as policies and ACLs see it.
pub(crate) struct AccessRequest<'a> {
    pub(crate) operation: &'a str,
    pub(crate) bucket: &'a str,
    pub(crate) key: Option<&'a str>,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) tls: bool,
}

impl AccessRequest<'_> {
    fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Later requests of a multipart upload have the encryption of CreateMultipartUpload: their own headers name SSE-C
    /// at most, and those of CompleteMultipartUpload nothing.
    fn context(&self, buckets: &Buckets) -> PolicyContext {
        let upload = self.param("uploadId").and_then(|id| {
            buckets.bucket(self.bucket).ok()?.upload(self.key.unwrap_or_default(), id).ok()
        });
        match upload {
            Some(upload) => PolicyContext {
                customer_algorithm: upload.encryption.customer_algorithm(),
                encryption: upload.encryption.method(),
                kms_key_id: upload.encryption.kms_key_id(),
                secure_transport: self.tls,
            },
            None => PolicyContext {
                customer_algorithm: self.header(&format!("{PREFIX}algorithm")),
                encryption: self.header(ENCRYPTION),
                kms_key_id: self.header(KMS_KEY_ID),
                secure_transport: self.tls,
            },
        }
    }
}

/// Asks the policies of the bucket and of a copy's source, and refuses headers that are not served.
pub(crate) fn check_access(store: &Store, request: &AccessRequest<'_>) -> Result<(), Refusal> {
    let buckets = store.lock();
    let context = request.context(&buckets);
    if let Some(action) = action(request.operation, request.param("versionId").is_some()) {
        permit(&buckets, &action, request.bucket, request.key, &context)?;
    }
    check_owner(request.headers, "x-amz-source-expected-bucket-owner")?;
    if matches!(request.operation, "CopyObject" | "UploadPartCopy")
        && let Some((bucket, key, versioned)) =
            request.header("x-amz-copy-source").as_deref().and_then(source)
    {
        let action = if versioned { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let context = PolicyContext {
            customer_algorithm: request.header(&format!("{SOURCE_PREFIX}algorithm")),
            secure_transport: request.tls,
            ..PolicyContext::default()
        };
        permit(&buckets, action, &bucket, Some(&key), &context)?;
    }
    let settings = buckets.bucket(request.bucket).ok().map(|bucket| &bucket.settings);
    let has_lock = settings.is_some_and(|settings| settings.lock.is_some());
    let blocks = settings.is_some_and(|settings| settings.blocks("BlockPublicAcls"));
    let allows_acls = settings.is_some_and(|settings| settings.ownership.allows_acls());
    // CreateBucket has rules of its own.
    if request.operation != "CreateBucket" {
        check_acl(request.headers, allows_acls, blocks)?;
    }
    drop(buckets);
    check_headers(request.headers, has_lock)
}

/// Refuses `action` where the bucket's policy denies it.
pub(crate) fn permit(
    buckets: &Buckets,
    action: &str,
    bucket: &str,
    key: Option<&str>,
    context: &PolicyContext,
) -> Result<(), Refusal> {
    let Some(policy) =
        buckets.bucket(bucket).ok().and_then(|bucket| bucket.settings.policy.as_ref())
    else {
        return Ok(());
    };
    let resource = match key {
        None => format!("arn:aws:s3:::{bucket}"),
        Some(key) => format!("arn:aws:s3:::{bucket}/{key}"),
    };
    if !policy.denies(action, &resource, context) {
        return Ok(());
    }
    Err(Refusal::access_denied(format!(
        "User: arn:aws:iam::123456789012:user/mock is not authorized to perform: {action} on resource: \"{resource}\" with an explicit deny in a resource-based policy"
    )))
}

/// The permission an operation needs: "Required permissions for Amazon S3 API operations". `None` for operations
/// without a bucket, and for the policy itself, which its owner can always replace.
fn action(operation: &str, versioned: bool) -> Option<String> {
    if let Some((_, action)) = ACTIONS.iter().find(|(name, _)| *name == operation) {
        return Some(format!("s3:{action}"));
    }
    let action = match operation {
        "PostObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "PutObject",
        "HeadObject" => "GetObject",
        "ListParts" => "ListMultipartUploadParts",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "PutBucketEncryption" | "DeleteBucketEncryption" => "PutEncryptionConfiguration",
        "GetBucketCors" => "GetBucketCORS",
        "PutBucketCors" | "DeleteBucketCors" => "PutBucketCORS",
        "PutObject"
        | "GetObject"
        | "GetObjectAttributes"
        | "GetObjectAcl"
        | "GetObjectTagging"
        | "PutObjectTagging"
        | "DeleteObject"
        | "DeleteObjectTagging"
        | "AbortMultipartUpload"
        | "GetBucketLocation"
        | "GetBucketTagging"
        | "PutBucketTagging"
        | "GetBucketLogging"
        | "PutBucketLogging"
        | "GetBucketWebsite"
        | "PutBucketWebsite"
        | "DeleteBucketWebsite"
        | "GetBucketRequestPayment"
        | "PutBucketRequestPayment"
        | "PutBucketOwnershipControls"
        | "GetBucketOwnershipControls"
        | "GetBucketVersioning"
        | "PutBucketVersioning"
        | "DeleteBucket" => operation,
        // DeleteObjects asks for each key by itself.
        _ => return None,
    };
    // As in `s3:GetObjectVersionTagging`.
    if versioned && action != "PutObject" {
        return Some(format!("s3:{}", action.replace("Object", "ObjectVersion")));
    }
    Some(format!("s3:{action}"))
}

/// Headers of directory buckets. A general purpose bucket refuses them: ignored, they would let a conditional delete
/// delete ("DeleteObject", "AbortMultipartUpload", "PutObject" and "RenameObject" in the Amazon S3 API reference).
const DIRECTORY_BUCKETS_ONLY: [&str; 5] = [
    "x-amz-if-match-size",
    "x-amz-if-match-last-modified-time",
    "x-amz-if-match-initiated-time",
    "x-amz-write-offset-bytes",
    "x-amz-rename-source",
];
const BYPASS: &str = "x-amz-bypass-governance-retention";

/// Actions whose names do not follow from those of their operations, and actions that are the same for every version.
const ACTIONS: &[(&str, &str)] = &[
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    ("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
    ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    ("GetBucketNotificationConfiguration", "GetBucketNotification"),
    ("PutBucketNotificationConfiguration", "PutBucketNotification"),
    ("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    ("PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"),
    ("GetBucketReplication", "GetReplicationConfiguration"),
    ("PutBucketReplication", "PutReplicationConfiguration"),
    ("DeleteBucketReplication", "PutReplicationConfiguration"),
    ("DeleteBucketTagging", "PutBucketTagging"),
    ("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    ("GetBucketIntelligentTieringConfiguration", "GetIntelligentTieringConfiguration"),
    ("ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration"),
    ("PutBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"),
    ("DeleteBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"),
    ("GetBucketInventoryConfiguration", "GetInventoryConfiguration"),
    ("ListBucketInventoryConfigurations", "GetInventoryConfiguration"),
    ("PutBucketInventoryConfiguration", "PutInventoryConfiguration"),
    ("DeleteBucketInventoryConfiguration", "PutInventoryConfiguration"),
    ("GetBucketAnalyticsConfiguration", "GetAnalyticsConfiguration"),
    ("ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration"),
    ("PutBucketAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    ("DeleteBucketAnalyticsConfiguration", "PutAnalyticsConfiguration"),
    ("GetBucketMetricsConfiguration", "GetMetricsConfiguration"),
    ("ListBucketMetricsConfigurations", "GetMetricsConfiguration"),
    ("PutBucketMetricsConfiguration", "PutMetricsConfiguration"),
    ("DeleteBucketMetricsConfiguration", "PutMetricsConfiguration"),
    ("GetObjectRetention", "GetObjectRetention"),
    ("PutObjectRetention", "PutObjectRetention"),
    ("GetObjectLegalHold", "GetObjectLegalHold"),
    ("PutObjectLegalHold", "PutObjectLegalHold"),
];

/// Refuses headers that this server would ignore.
fn check_headers(headers: &HeaderMap, has_lock: bool) -> Result<(), Refusal> {
    let is_lock = |name: &str| name.starts_with("x-amz-object-lock-");
    if !has_lock && headers.keys().any(|name| is_lock(name.as_str())) {
        return Err(Refusal::invalid_request("Bucket is missing Object Lock Configuration"));
    }
    if let Some(value) = headers.get(BYPASS).filter(|_| !has_lock) {
        return Err(Refusal::invalid_argument(
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets",
            BYPASS,
            &String::from_utf8_lossy(value.as_bytes()),
        ));
    }
    match DIRECTORY_BUCKETS_ONLY.iter().find(|name| headers.contains_key(**name)) {
        Some(name) => Err(Refusal::unsupported_header(name)),
        None => Ok(()),
    }
}

/// Bucket and key of `x-amz-copy-source`, and whether it names a version.
fn source(header: &str) -> Option<(String, String, bool)> {
    let (path, version) = header.split_once("?versionId=").unwrap_or((header, ""));
    let path = urlencoding::decode(path).ok()?.into_owned();
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/')?;
    Some((bucket.to_owned(), key.to_owned(), !version.is_empty()))
}
