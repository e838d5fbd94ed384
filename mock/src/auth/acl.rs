//! Access control lists, as far as canned ones go: what they grant on an object beside its owner's rights ("Access
//! control list (ACL) overview"). In buckets whose owner owns every object, as in new ones, there are none.

use http::HeaderMap;

use crate::refusal::Refusal;

const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const WITH_AN_ACCOUNT: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// What `x-amz-acl` grants to others than the owner of bucket and object; `None` for a name that is not known.
pub(crate) fn grants(canned: &str) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match canned {
        // Here one account owns all, so that its grants as the bucket's owner are nothing new.
        "private" | "bucket-owner-read" | "bucket-owner-full-control" => &[],
        "public-read" => &[(EVERYBODY, "READ")],
        "public-read-write" => &[(EVERYBODY, "READ"), (EVERYBODY, "WRITE")],
        "authenticated-read" => &[(WITH_AN_ACCOUNT, "READ")],
        _ => return None,
    })
}

/// What a write grants, as far as its bucket has ACLs.
///
/// # Errors
/// `AccessControlListNotSupported` for a grant in a bucket without; `InvalidArgument` for a name that is not known;
/// `NotImplemented` for grants one by one.
pub(crate) fn check_acl(headers: &HeaderMap, are_allowed: bool) -> Result<(), Refusal> {
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
        _ => Ok(()),
    }
}
