//! Canned access control lists ("Access control list (ACL) overview"). A bucket whose owner owns every object, the
//! default, has none.

use http::HeaderMap;

use crate::refusal::Refusal;
use crate::settings::Ownership;

const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const WITH_AN_ACCOUNT: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// What a canned ACL grants beside its owner's rights; `None` if its name is unknown.
pub(crate) fn grants(canned: &str) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match canned {
        // One account owns all buckets and objects here.
        "private" | "bucket-owner-read" | "bucket-owner-full-control" => &[],
        "public-read" => &[(EVERYBODY, "READ")],
        "public-read-write" => &[(EVERYBODY, "READ"), (EVERYBODY, "WRITE")],
        "authenticated-read" => &[(WITH_AN_ACCOUNT, "READ")],
        _ => return None,
    })
}

/// Checks the ACL that CreateBucket asks for ("Controlling ownership of objects and disabling ACLs for your bucket").
pub(crate) fn check_bucket_acl(headers: &HeaderMap, ownership: Ownership) -> Result<(), Refusal> {
    let one_by_one = headers.keys().any(|name| name.as_str().starts_with("x-amz-grant-"));
    let canned = headers.get("x-amz-acl").map(|name| String::from_utf8_lossy(name.as_bytes()));
    match canned.as_deref() {
        None | Some("private") if !one_by_one => Ok(()),
        _ if !ownership.allows_acls() => Err(Refusal::new(
            400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )),
        _ if one_by_one => Err(Refusal::not_implemented()),
        // A new bucket blocks all public access.
        Some("public-read" | "public-read-write" | "authenticated-read") => Err(Refusal::new(
            400,
            "InvalidBucketAclWithBlockPublicAccessError",
            "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
        )),
        Some(other) => Err(Refusal::invalid_argument("", "x-amz-acl", other)),
        None => Ok(()),
    }
}

/// Checks what a write grants. Grants in headers of their own are not served.
pub(crate) fn check_acl(
    headers: &HeaderMap,
    are_allowed: bool,
    public_are_blocked: bool,
) -> Result<(), Refusal> {
    let one_by_one = headers.keys().any(|name| name.as_str().starts_with("x-amz-grant-"));
    let canned = headers.get("x-amz-acl").map(|name| String::from_utf8_lossy(name.as_bytes()));
    match canned.as_deref() {
        None | Some("private" | "bucket-owner-full-control") if !one_by_one => Ok(()),
        _ if !are_allowed => Err(Refusal::new(
            400,
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs",
        )),
        _ if one_by_one => Err(Refusal::not_implemented()),
        Some(canned) if grants(canned).is_none() => {
            Err(Refusal::invalid_argument("", "x-amz-acl", canned))
        }
        Some("public-read" | "public-read-write" | "authenticated-read") if public_are_blocked => {
            Err(Refusal::access_denied("Access Denied"))
        }
        _ => Ok(()),
    }
}
