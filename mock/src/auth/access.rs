//! What is decided once the signature holds and before an operation begins: the bucket's policy, and headers whose
//! silent neglect would be a false success.

use std::sync::Arc;

use http::HeaderMap;
use s3s::access::{S3Access, S3AccessContext};
use s3s::path::S3Path;
use s3s::{S3Response, S3Result};

use crate::manner::Manner;
use crate::refusal::Refusal;
use crate::route::query_pairs;
use crate::s3::notes;
use crate::s3::object::acl;
use crate::settings::policy::Context;
use crate::ssec::{PREFIX, SOURCE_PREFIX};
use crate::store::{Buckets, Store};

const ENCRYPTION: &str = "x-amz-server-side-encryption";
const KMS_KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// Asks the policy before every operation of the S3 layer.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) store: Arc<Store>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let notes = notes(cx.extensions_mut())?;
        let (bucket, key) = match cx.s3_path() {
            S3Path::Root => ("", None),
            S3Path::Bucket { bucket } => (&**bucket, None),
            S3Path::Object { bucket, key } => (&**bucket, Some(&**key)),
        };
        let query = query_pairs(cx.uri().query().unwrap_or_default());
        let verdict = match cx.credentials() {
            None => Err(Refusal::access_denied("Access Denied")),
            Some(_) => check(
                &self.store,
                &Asked {
                    operation: cx.s3_op().name(),
                    bucket,
                    key,
                    query: &query,
                    headers: cx.headers(),
                    tls: notes.connection.tls,
                },
            ),
        };
        notes.settle(verdict.map(S3Response::new)).map(drop)
    }
}

/// A request, as a policy sees it.
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'a str,
    pub(crate) bucket: &'a str,
    pub(crate) key: Option<&'a str>,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) tls: bool,
}

impl Asked<'_> {
    fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Requests after the first of a multipart upload are judged by how the upload began: they name no encryption
    /// other than SSE-C, and CompleteMultipartUpload not even that.
    fn context(&self, buckets: &Buckets) -> Context {
        let upload = self.param("uploadId").and_then(|id| {
            buckets.bucket(self.bucket).ok()?.upload(self.key.unwrap_or_default(), id).ok()
        });
        match upload {
            Some(upload) => Context {
                customer_algorithm: upload.encryption.customer_algorithm(),
                encryption: upload.encryption.method(),
                kms_key_id: upload.encryption.kms_key_id(),
                secure_transport: self.tls,
            },
            None => Context {
                customer_algorithm: self.header(&format!("{PREFIX}algorithm")),
                encryption: self.header(ENCRYPTION),
                kms_key_id: self.header(KMS_KEY_ID),
                secure_transport: self.tls,
            },
        }
    }
}

/// # Errors
/// `AccessDenied` by the policy of the bucket or of a copy's source; what a header asks for is not served.
pub(crate) fn check(store: &Store, asked: &Asked<'_>) -> Result<(), Refusal> {
    let buckets = store.lock();
    let context = asked.context(&buckets);
    // DeleteObjects asks for every key, when it comes to it.
    if let Some(action) = action(asked.operation, asked.param("versionId").is_some())
        && asked.operation != "DeleteObjects"
    {
        permit(&buckets, action, asked.bucket, asked.key, &context)?;
    }
    if matches!(asked.operation, "CopyObject" | "UploadPartCopy")
        && let Some((bucket, key, versioned)) =
            asked.header("x-amz-copy-source").as_deref().and_then(source)
    {
        let action = if versioned { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let context = Context {
            customer_algorithm: asked.header(&format!("{SOURCE_PREFIX}algorithm")),
            secure_transport: asked.tls,
            ..Context::default()
        };
        permit(&buckets, action, &bucket, Some(&key), &context)?;
    }
    let settings = buckets.bucket(asked.bucket).ok().map(|bucket| &bucket.settings);
    let allows_acls = settings.is_some_and(|settings| settings.allows_acls);
    acl::check(asked.headers, allows_acls)?;
    drop(buckets);
    check_headers(asked.headers)
}

/// # Errors
/// `AccessDenied` where the bucket's policy denies `action`.
pub(crate) fn permit(
    buckets: &Buckets,
    action: &str,
    bucket: &str,
    key: Option<&str>,
    context: &Context,
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

/// How a new bucket is set up in this manner.
pub(crate) fn blocks_sse_c_at_first(manner: Manner) -> bool {
    manner == Manner::AwsBlocked
}

/// The permission an operation needs: "Required permissions for Amazon S3 API operations". `None` for what concerns
/// no bucket, and for the policy itself, which its owner can always take back.
fn action(operation: &str, versioned: bool) -> Option<&'static str> {
    Some(match (operation, versioned) {
        (
            "PutObject"
            | "PostObject"
            | "CopyObject"
            | "CreateMultipartUpload"
            | "UploadPart"
            | "UploadPartCopy"
            | "CompleteMultipartUpload",
            _,
        ) => "s3:PutObject",
        ("GetObject" | "HeadObject", false) => "s3:GetObject",
        ("GetObject" | "HeadObject", true) => "s3:GetObjectVersion",
        ("GetObjectAttributes", false) => "s3:GetObjectAttributes",
        ("GetObjectAttributes", true) => "s3:GetObjectVersionAttributes",
        ("DeleteObject" | "DeleteObjects", false) => "s3:DeleteObject",
        ("DeleteObject" | "DeleteObjects", true) => "s3:DeleteObjectVersion",
        ("GetObjectAcl", false) => "s3:GetObjectAcl",
        ("GetObjectAcl", true) => "s3:GetObjectVersionAcl",
        ("GetBucketOwnershipControls", _) => "s3:GetBucketOwnershipControls",
        ("GetObjectTagging", false) => "s3:GetObjectTagging",
        ("GetObjectTagging", true) => "s3:GetObjectVersionTagging",
        ("PutObjectTagging", false) => "s3:PutObjectTagging",
        ("PutObjectTagging", true) => "s3:PutObjectVersionTagging",
        ("DeleteObjectTagging", false) => "s3:DeleteObjectTagging",
        ("DeleteObjectTagging", true) => "s3:DeleteObjectVersionTagging",
        ("AbortMultipartUpload", _) => "s3:AbortMultipartUpload",
        ("ListParts", _) => "s3:ListMultipartUploadParts",
        ("ListMultipartUploads", _) => "s3:ListBucketMultipartUploads",
        ("ListObjects" | "ListObjectsV2" | "HeadBucket", _) => "s3:ListBucket",
        ("ListObjectVersions", _) => "s3:ListBucketVersions",
        ("GetBucketLocation", _) => "s3:GetBucketLocation",
        ("GetBucketVersioning", _) => "s3:GetBucketVersioning",
        ("PutBucketVersioning", _) => "s3:PutBucketVersioning",
        ("GetBucketEncryption", _) => "s3:GetEncryptionConfiguration",
        ("PutBucketEncryption" | "DeleteBucketEncryption", _) => "s3:PutEncryptionConfiguration",
        ("GetBucketCors", _) => "s3:GetBucketCORS",
        ("PutBucketCors" | "DeleteBucketCors", _) => "s3:PutBucketCORS",
        ("DeleteBucket", _) => "s3:DeleteBucket",
        _ => return None,
    })
}

/// Headers of operations that take others as they are.
fn check_headers(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.keys().any(|name| name.as_str().starts_with("x-amz-object-lock-")) {
        return Err(Refusal::invalid_request("Bucket is missing Object Lock Configuration"));
    }
    if headers.contains_key("x-amz-write-offset-bytes") {
        return Err(Refusal::not_implemented());
    }
    Ok(())
}

/// Bucket, key and whether a version is named, of `x-amz-copy-source`.
fn source(header: &str) -> Option<(String, String, bool)> {
    let (path, version) = header.split_once("?versionId=").unwrap_or((header, ""));
    let path = urlencoding::decode(path).ok()?.into_owned();
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/')?;
    Some((bucket.to_owned(), key.to_owned(), !version.is_empty()))
}
