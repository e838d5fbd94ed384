//! Access control lists, as far as canned ones go: who else than its writer is granted what on an object ("Access
//! control list (ACL) overview"). In buckets of which the owner owns every object, as in new ones, there are none.

use http::HeaderMap;
use s3s::dto::{
    GetBucketOwnershipControlsInput, GetBucketOwnershipControlsOutput, GetObjectAclInput,
    GetObjectAclOutput, Grant, Grantee, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    Permission, Type,
};
use s3s::{S3Request, S3Response};

use crate::refusal::Refusal;
use crate::s3::bucket::buckets::owner;
use crate::s3::{Api, Outcome};

const EVERYBODY: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const WITH_AN_ACCOUNT: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// What `x-amz-acl` grants to others than the owner of bucket and object; `None` for a name that is not known.
fn grants(canned: &str) -> Option<&'static [(&'static str, &'static str)]> {
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
pub(crate) fn check(headers: &HeaderMap, are_allowed: bool) -> Result<(), Refusal> {
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

pub(crate) async fn get_object_acl(
    api: &Api,
    request: S3Request<GetObjectAclInput>,
) -> Outcome<GetObjectAclOutput> {
    let input = request.input;
    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let (_, object) = bucket.find(&input.key, input.version_id.as_deref())?;
    let canned = object.attributes.acl.as_deref().filter(|_| bucket.settings.allows_acls);
    let others = canned.and_then(grants).unwrap_or_default().iter();
    let others = others.map(|(uri, permission)| {
        let group = Grantee {
            type_: Type::from_static(Type::GROUP),
            uri: Some((*uri).to_owned()),
            display_name: None,
            email_address: None,
            id: None,
        };
        grant(group, permission)
    });
    let own = owner();
    let writer = Grantee {
        type_: Type::from_static(Type::CANONICAL_USER),
        id: own.id.clone(),
        display_name: own.display_name.clone(),
        email_address: None,
        uri: None,
    };
    Ok(S3Response::new(GetObjectAclOutput {
        grants: Some([grant(writer, Permission::FULL_CONTROL)].into_iter().chain(others).collect()),
        owner: Some(own),
        ..Default::default()
    }))
}

pub(crate) async fn get_bucket_ownership_controls(
    api: &Api,
    request: S3Request<GetBucketOwnershipControlsInput>,
) -> Outcome<GetBucketOwnershipControlsOutput> {
    let buckets = api.store.lock();
    let ownership = match buckets.bucket(&request.input.bucket)?.settings.allows_acls {
        true => ObjectOwnership::OBJECT_WRITER,
        false => ObjectOwnership::BUCKET_OWNER_ENFORCED,
    };
    let rule = OwnershipControlsRule { object_ownership: ObjectOwnership::from_static(ownership) };
    Ok(S3Response::new(GetBucketOwnershipControlsOutput {
        ownership_controls: Some(OwnershipControls { rules: vec![rule] }),
    }))
}

fn grant(grantee: Grantee, permission: &str) -> Grant {
    Grant { grantee: Some(grantee), permission: Some(permission.to_owned().into()) }
}
