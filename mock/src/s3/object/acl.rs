//! GetObjectAcl.

use s3s::dto::{GetObjectAclInput, GetObjectAclOutput, Grant, Grantee, Permission, Type};
use s3s::{S3Request, S3Response};

use crate::auth::grants;
use crate::s3::api::{Api, Outcome};
use crate::s3::output::owner;

pub(crate) async fn get_object_acl(
    api: &Api,
    request: S3Request<GetObjectAclInput>,
) -> Outcome<GetObjectAclOutput> {
    let input = request.input;
    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let (version, _) = bucket.find(&input.key, input.version_id.as_deref())?;
    let canned = version.canned_acl().filter(|_| bucket.settings.ownership.allows_acls());
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

fn grant(grantee: Grantee, permission: &str) -> Grant {
    Grant { grantee: Some(grantee), permission: Some(permission.to_owned().into()) }
}
