//! What is checked after the signature and before the operation: the bucket's policy, ACLs, and headers that would be
//! ignored silently.

use std::sync::Arc;

use http::HeaderMap;
use s3s::S3Result;
use s3s::access::{S3Access, S3AccessContext};
use s3s::path::S3Path;

use super::acl::{check_acl, is_shared, shares};
use super::action::action;
use crate::context::RequestContext;
use crate::refusal::Refusal;
use crate::route::query_pairs;
use crate::settings::{Caller, Policy, PolicyContext, Requester, Verdict};
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
        let verdict = check_access(
            &self.store,
            &AccessRequest {
                operation: cx.s3_op().name(),
                bucket,
                key,
                query: &query,
                headers: cx.headers(),
                context: &context,
            },
        );
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
    pub(crate) context: &'a RequestContext,
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
    fn policy_context(&self, buckets: &Buckets) -> PolicyContext {
        let mut properties = sender_context(self.context);
        let upload = self.param("uploadId").and_then(|id| {
            buckets.bucket(self.bucket).ok()?.upload(self.key.unwrap_or_default(), id).ok()
        });
        let (algorithm, encryption, kms_key_id) = match upload {
            Some(upload) => (
                upload.encryption.customer_algorithm(),
                upload.encryption.method(),
                upload.encryption.kms_key_id(),
            ),
            None => (
                self.header(&format!("{PREFIX}algorithm")),
                self.header(ENCRYPTION),
                self.header(KMS_KEY_ID),
            ),
        };
        properties.set(CUSTOMER_ALGORITHM, algorithm);
        properties.set("s3:x-amz-server-side-encryption", encryption);
        properties.set("s3:x-amz-server-side-encryption-aws-kms-key-id", kms_key_id);
        properties.set("s3:x-amz-acl", self.header("x-amz-acl"));
        for name in ["prefix", "delimiter", "versionId"] {
            properties.set(&format!("s3:{name}"), self.param(name).map(str::to_owned));
        }
        set_tags(&mut properties, buckets, self.bucket, self.key, self.param("versionId"));
        properties
    }
}

const CUSTOMER_ALGORITHM: &str = "s3:x-amz-server-side-encryption-customer-algorithm";

/// What policies can ask of the sender of a request.
pub(crate) fn sender_context(context: &RequestContext) -> PolicyContext {
    let mut properties = PolicyContext::default();
    let connection = context.connection;
    properties.set("aws:SecureTransport", Some(connection.tls.to_string()));
    properties.set("aws:SourceIp", Some(connection.peer.to_canonical().to_string()));
    let requester = context.requester();
    properties.set("aws:PrincipalArn", requester.principal_arn());
    properties.set("aws:PrincipalAccount", requester.account().map(str::to_owned));
    if let Requester::User { name, .. } = requester {
        properties.set("aws:username", Some(name.clone()));
    }
    properties
}

/// The tags of the object that a request is about.
fn set_tags(
    properties: &mut PolicyContext,
    buckets: &Buckets,
    bucket: &str,
    key: Option<&str>,
    version: Option<&str>,
) {
    let found = key.and_then(|key| buckets.bucket(bucket).ok()?.find(key, version).ok());
    for (name, value) in found.map(|(version, _)| version.tags.as_slice()).unwrap_or_default() {
        properties.set_tag(name, value);
    }
}

/// Asks the policies of the bucket and of a copy's source, and refuses headers that are not served.
pub(crate) fn check_access(store: &Store, request: &AccessRequest<'_>) -> Result<(), Refusal> {
    let buckets = store.lock();
    let properties = request.policy_context(&buckets);
    let caller = request.context.caller();
    let subject = Subject { caller, properties: &properties };
    check_owner(&buckets, request.bucket, request.header("x-amz-expected-bucket-owner"))?;
    match action(request.operation, request.param("versionId").is_some()) {
        Some(action) => {
            permit(&buckets, &action, request.bucket, request.key, subject)?;
            if NEED_AN_OBJECT.contains(&request.operation) {
                hide_absence(
                    &buckets,
                    request.bucket,
                    request.key,
                    request.param("versionId"),
                    subject,
                )?;
            }
        }
        None => check_special(&buckets, request, subject)?,
    }
    for action in of_headers(request) {
        permit(&buckets, action, request.bucket, request.key, subject)?;
    }
    if matches!(request.operation, "CopyObject" | "UploadPartCopy")
        && let Some((bucket, key, version)) =
            request.header("x-amz-copy-source").as_deref().and_then(source)
    {
        let expected = request.header("x-amz-source-expected-bucket-owner");
        check_owner(&buckets, &bucket, expected)?;
        let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let mut properties = sender_context(request.context);
        let algorithm = request.header(&format!("{SOURCE_PREFIX}algorithm"));
        properties.set(CUSTOMER_ALGORITHM, algorithm);
        set_tags(&mut properties, &buckets, &bucket, Some(&key), version.as_deref());
        let subject = Subject { caller, properties: &properties };
        permit(&buckets, action, &bucket, Some(&key), subject)?;
        hide_absence(&buckets, &bucket, Some(&key), version.as_deref(), subject)?;
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

/// What the headers of a write ask for beyond it, and need a permission of its own for: "PutObject" and "DeleteObject" in
/// the Amazon S3 API reference.
fn of_headers(request: &AccessRequest<'_>) -> Vec<&'static str> {
    let has = |name: &str| request.headers.contains_key(name);
    let is_write = matches!(
        request.operation,
        "PutObject" | "PostObject" | "CopyObject" | "CreateMultipartUpload"
    );
    let needed = [
        (is_write && shares(request.headers), "s3:PutObjectAcl"),
        (is_write && has("x-amz-tagging"), "s3:PutObjectTagging"),
        (is_write && has("x-amz-object-lock-mode"), "s3:PutObjectRetention"),
        (is_write && has("x-amz-object-lock-legal-hold"), "s3:PutObjectLegalHold"),
        (has(BYPASS) && request.key.is_some(), "s3:BypassGovernanceRetention"),
    ];
    needed.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, action)| action).collect()
}

/// Refuses a request that expects the bucket to belong to another account.
fn check_owner(buckets: &Buckets, bucket: &str, expected: Option<String>) -> Result<(), Refusal> {
    match (buckets.bucket(bucket), expected) {
        (Ok(bucket), Some(expected)) if bucket.owner != expected => denied(),
        _ => Ok(()),
    }
}

/// Operations that no bucket's policy is asked about; that of a session is.
fn check_special(
    buckets: &Buckets,
    request: &AccessRequest<'_>,
    subject: Subject<'_>,
) -> Result<(), Refusal> {
    let bucket = buckets.bucket(request.bucket);
    let requester = &subject.caller.requester;
    // Each of its keys is asked about by itself.
    if request.operation == "DeleteObjects" && bucket.is_ok() {
        return Ok(());
    }
    if *requester == Requester::Anonymous {
        return denied();
    }
    // A bucket's owner can always replace its policy, and no other account can.
    match bucket {
        Ok(bucket)
            if request.operation != "CreateBucket"
                && requester.account() != Some(&bucket.owner) =>
        {
            return denied();
        }
        _ => {}
    }
    let (action, resource) = match request.operation {
        "ListBuckets" => ("s3:ListAllMyBuckets".to_owned(), "*".to_owned()),
        operation => (format!("s3:{operation}"), format!("arn:aws:s3:::{}", request.bucket)),
    };
    match subject.session_verdict(&action, &resource) {
        Verdict::Allowed => Ok(()),
        verdict => Err(subject.refused(&action, &resource, verdict, "session")),
    }
}

fn denied() -> Result<(), Refusal> {
    Err(Refusal::access_denied("Access Denied"))
}

/// Who asks, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) properties: &'a PolicyContext,
}

impl Subject<'_> {
    /// What the policy of the caller's session says; without one, all is allowed.
    fn session_verdict(&self, action: &str, resource: &str) -> Verdict {
        let Caller { requester, session_policy } = self.caller;
        session_policy.as_ref().map_or(Verdict::Allowed, |policy| {
            policy.verdict(requester, action, resource, self.properties)
        })
    }

    /// The answer where policies of a kind deny an action, or do not allow it.
    fn refused(&self, action: &str, resource: &str, verdict: Verdict, kind: &str) -> Refusal {
        let Some(arn) = self.caller.requester.arn() else {
            return Refusal::access_denied("Access Denied");
        };
        let why = match verdict {
            Verdict::Denied => format!("with an explicit deny in a {kind} policy"),
            _ => format!("because no {kind} policy allows the {action} action"),
        };
        Refusal::access_denied(format!(
            "User: {arn} is not authorized to perform: {action} on resource: \"{resource}\" {why}"
        ))
    }
}

/// Refuses `action` where a policy denies it, where the caller's session policy does not allow it, and where neither the
/// bucket's policy nor an ACL allow it to a stranger: "How Amazon S3 authorizes a request", and "Session policies" in the
/// IAM user guide. Every user and role may do anything in the buckets of the own account.
pub(crate) fn permit(
    buckets: &Buckets,
    action: &str,
    bucket: &str,
    key: Option<&str>,
    subject: Subject<'_>,
) -> Result<(), Refusal> {
    let requester = &subject.caller.requester;
    let resource = match key {
        None => format!("arn:aws:s3:::{bucket}"),
        Some(key) => format!("arn:aws:s3:::{bucket}/{key}"),
    };
    let refused = |verdict, kind| Err(subject.refused(action, &resource, verdict, kind));
    let in_session = subject.session_verdict(action, &resource);
    let Ok(bucket) = buckets.bucket(bucket) else {
        return match in_session {
            _ if *requester == Requester::Anonymous => denied(),
            Verdict::Allowed => Ok(()),
            verdict => refused(verdict, "session"),
        };
    };
    let policy = bucket.settings.policy.as_ref();
    let verdict = policy.map_or(Verdict::Silent, |policy| {
        policy.verdict(requester, action, &resource, subject.properties)
    });
    let is_owner = requester.account() == Some(&bucket.owner);
    let is_restricted =
        bucket.settings.blocks("RestrictPublicBuckets") && policy.is_some_and(Policy::is_public);
    match (verdict, in_session) {
        (Verdict::Denied, _) => refused(verdict, "resource-based"),
        (_, Verdict::Denied | Verdict::Silent) => refused(in_session, "session"),
        _ if is_owner => Ok(()),
        (Verdict::Allowed, _) if !is_restricted => Ok(()),
        _ if is_shared(bucket, action, key, requester) => Ok(()),
        _ => refused(Verdict::Silent, "resource-based"),
    }
}

/// Operations that answer NoSuchKey where there is no object.
const NEED_AN_OBJECT: [&str; 11] = [
    "GetObject",
    "HeadObject",
    "GetObjectAttributes",
    "GetObjectAcl",
    "PutObjectAcl",
    "GetObjectTagging",
    "PutObjectTagging",
    "GetObjectRetention",
    "PutObjectRetention",
    "GetObjectLegalHold",
    "PutObjectLegalHold",
];

/// Refuses to say that an object is absent to those who may not list the bucket: "Permissions" of GetObject in the Amazon
/// S3 API reference.
fn hide_absence(
    buckets: &Buckets,
    bucket: &str,
    key: Option<&str>,
    version: Option<&str>,
    subject: Subject<'_>,
) -> Result<(), Refusal> {
    let found = buckets.bucket(bucket).and_then(|it| it.find(key.unwrap_or_default(), version));
    match found {
        Err(refusal) if refusal.status == http::StatusCode::NOT_FOUND => {
            permit(buckets, "s3:ListBucket", bucket, None, subject)
        }
        _ => Ok(()),
    }
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

/// Bucket, key and version of `x-amz-copy-source`.
fn source(header: &str) -> Option<(String, String, Option<String>)> {
    let (path, version) = header.split_once("?versionId=").unwrap_or((header, ""));
    let path = urlencoding::decode(path).ok()?.into_owned();
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/')?;
    let version = (!version.is_empty()).then(|| version.to_owned());
    Some((bucket.to_owned(), key.to_owned(), version))
}
