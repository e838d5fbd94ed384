//! What a request may grant by an ACL, and what an ACL lets a stranger do. A bucket whose owner owns every object, the
//! default, has none. Source: "Access control list (ACL) overview" in the Amazon S3 user guide.

use http::HeaderMap;

use crate::refusal::Refusal;
use crate::settings::{Acl, DEFAULT_ACCOUNT, Ownership, Permission, Requester};
use crate::store::{Bucket, Version};

/// Checks the ACL that CreateBucket asks for, and returns its text: "Controlling ownership of objects and disabling ACLs
/// for your bucket".
pub(crate) fn check_bucket_acl(
    headers: &HeaderMap,
    ownership: Ownership,
) -> Result<Option<String>, Refusal> {
    if asks(headers) && !ownership.allows_acls() && canned(headers) != Some("private") {
        return Err(Refusal::new(
            400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ));
    }
    let acl = Acl::of_headers(headers)?;
    // A new bucket blocks all public access.
    if Acl::stored(acl.as_deref(), DEFAULT_ACCOUNT).is_public() {
        return Err(Refusal::new(
            400,
            "InvalidBucketAclWithBlockPublicAccessError",
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
        ));
    }
    Ok(acl)
}

/// Checks what the headers of a write grant.
pub(crate) fn check_acl(
    headers: &HeaderMap,
    are_allowed: bool,
    public_are_blocked: bool,
) -> Result<(), Refusal> {
    if !asks(headers) {
        return Ok(());
    }
    if !are_allowed && shares(headers) {
        return Err(not_supported());
    }
    let acl = Acl::of_headers(headers)?;
    if public_are_blocked && Acl::stored(acl.as_deref(), DEFAULT_ACCOUNT).is_public() {
        return Err(Refusal::access_denied("Access Denied"));
    }
    Ok(())
}

/// The answer where a bucket has no ACLs.
pub(crate) fn not_supported() -> Refusal {
    Refusal::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
}

/// Whether headers ask for an ACL that is another than the default.
pub(super) fn shares(headers: &HeaderMap) -> bool {
    grants(headers)
        || canned(headers)
            .is_some_and(|acl| !matches!(acl, "private" | "bucket-owner-full-control"))
}

fn asks(headers: &HeaderMap) -> bool {
    grants(headers) || headers.contains_key("x-amz-acl")
}

fn grants(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("x-amz-grant-"))
}

/// `None` also for what cannot be a name.
fn canned(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-acl").and_then(|name| name.to_str().ok())
}

/// Whether the ACL of the bucket or of the object lets a requester do it: "Mapping of ACL permissions and access policy
/// permissions".
pub(super) fn is_shared(
    bucket: &Bucket,
    action: &str,
    key: Option<&str>,
    requester: &Requester,
) -> bool {
    let settings = &bucket.settings;
    if !settings.ownership.allows_acls() {
        return false;
    }
    let of_bucket = match action {
        "s3:ListBucket" | "s3:ListBucketVersions" | "s3:ListBucketMultipartUploads" => {
            Some(Permission::Read)
        }
        "s3:PutObject" | "s3:DeleteObject" => Some(Permission::Write),
        "s3:GetBucketAcl" => Some(Permission::ReadAcp),
        "s3:PutBucketAcl" => Some(Permission::WriteAcp),
        _ => None,
    };
    let of_object = match action {
        "s3:GetObject" => Some(Permission::Read),
        "s3:GetObjectAcl" => Some(Permission::ReadAcp),
        "s3:PutObjectAcl" => Some(Permission::WriteAcp),
        _ => None,
    };
    let allows = |text: Option<&str>, permission| {
        let ignores_public = settings.blocks("IgnorePublicAcls");
        Acl::stored(text, &bucket.owner).allows(requester, permission, ignores_public)
    };
    let version = key.and_then(|key| bucket.current(key));
    of_bucket.is_some_and(|permission| allows(settings.acl.as_deref(), permission))
        || of_object
            .zip(version)
            .is_some_and(|(permission, version)| allows(Version::acl_text(version), permission))
}
