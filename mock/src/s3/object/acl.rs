//! GetObjectAcl.

use s3s::dto::{GetObjectAclInput, GetObjectAclOutput, Grant, Grantee as ListedGrantee, Type};
use s3s::{S3Request, S3Response};

use crate::s3::api::{Api, Outcome};
use crate::s3::output::owner;
use crate::settings::{Acl, Grantee, display_name};

pub(crate) async fn get_object_acl(
    api: &Api,
    request: S3Request<GetObjectAclInput>,
) -> Outcome<GetObjectAclOutput> {
    let input = request.input;
    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let (version, _) = bucket.find(&input.key, input.version_id.as_deref())?;
    let text = version.acl_text().filter(|_| bucket.settings.ownership.allows_acls());
    let grants = Acl::stored(text, &bucket.owner).0.into_iter().map(|grant| Grant {
        grantee: Some(listed(grant.grantee)),
        permission: Some(grant.permission.name().to_owned().into()),
    });
    Ok(S3Response::new(GetObjectAclOutput {
        grants: Some(grants.collect()),
        owner: Some(owner(&bucket.owner)),
        ..Default::default()
    }))
}

fn listed(grantee: Grantee) -> ListedGrantee {
    let (type_, id, uri) = match grantee {
        Grantee::Account(id) => (Type::CANONICAL_USER, Some(id), None),
        Grantee::Group(uri) => (Type::GROUP, None, Some(uri)),
    };
    ListedGrantee {
        type_: Type::from_static(type_),
        display_name: id.as_deref().and_then(display_name).map(str::to_owned),
        id,
        uri,
        email_address: None,
    }
}
