//! An object's ACL: whether it grants access to others. No copy takes over an ACL (AWS, "CopyObject").

use aws_sdk_s3::types::{Grant, ObjectOwnership, Owner, Permission};

use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::wire::Store;

impl Store {
    /// Whether objects of this bucket can have effective ACLs: they cannot in new buckets, nor in stores without ACLs.
    /// Errors: `Kind::Denied` without `s3:GetBucketOwnershipControls`, `Kind::NotFound` for the bucket, and so on.
    pub(crate) async fn acls_matter(&self, bucket: &Location) -> Result<bool, Failure> {
        let result = self
            .send(|client| client.get_bucket_ownership_controls().bucket(&bucket.bucket).send())
            .await;
        match result {
            Ok(output) => {
                let rules = output.ownership_controls.map(|it| it.rules).unwrap_or_default();
                let enforced = ObjectOwnership::BucketOwnerEnforced;
                Ok(!rules.iter().any(|rule| rule.object_ownership == enforced))
            }
            // Buckets older than this setting have no configuration.
            Err(refusal) if refusal.is("OwnershipControlsNotFoundError") => Ok(true),
            Err(refusal) if matches!(refusal.status, Some(400 | 405 | 501)) => Ok(false),
            Err(refusal) => {
                let about = Circumstances { action: Action::ReadOwnership, at: bucket, key: None };
                Err(diagnose(self, &refusal, &about))
            }
        }
    }

    /// Whether an object's ACL grants any permission to anyone but its owner.
    /// Errors: `Kind::Denied` without `s3:GetObjectAcl`, `Kind::NotFound`, and so on.
    pub(crate) async fn grants_to_others(&self, at: &Location) -> Result<bool, Failure> {
        let result = self
            .send(|client| client.get_object_acl().bucket(&at.bucket).key(&at.key).send())
            .await;
        match result {
            Ok(output) => {
                let owner = output.owner.as_ref().and_then(Owner::id);
                Ok(output.grants().iter().any(|grant| !is_owners(grant, owner)))
            }
            Err(refusal) => {
                let about = Circumstances { action: Action::ReadAcl, at, key: None };
                Err(diagnose(self, &refusal, &about))
            }
        }
    }
}

/// Whether this is the grant that every owner has.
fn is_owners(grant: &Grant, owner: Option<&str>) -> bool {
    let grantee = grant.grantee().and_then(|grantee| grantee.id());
    grantee.is_some() && grantee == owner && grant.permission() == Some(&Permission::FullControl)
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use aws_sdk_s3::config::{BehaviorVersion, Region};
    use aws_types::SdkConfig;
    use s3seal_mock::{Answer, Builder, Server};

    use super::*;
    use crate::store::object::attributes::{Attributed, Attributes};
    use crate::store::wire::http::Trust;
    use crate::store::wire::{Access, Connect, Retry};
    use aws_sdk_s3::primitives::SdkBody as RequestBody;

    fn served(set_up: impl FnOnce(Builder) -> Builder) -> (Server, Store) {
        let server = set_up(Server::builder().bucket("demo")).start().unwrap();
        let keys = Credentials::new(server.access_key(), server.secret_key(), None, None, "test");
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(server.region().to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .build();
        let store = Store::from_access(Access {
            options: &Connect::default(),
            shared,
            trust: Trust::load(None, None).unwrap(),
            retry: Retry::configured(Some(1), None).unwrap(),
            endpoint: Some(server.endpoint().to_owned()),
            path_style: true,
            presigned: None,
        });
        (server, store)
    }

    fn at(url: &str) -> Location {
        url.parse().unwrap()
    }

    async fn put(store: &Store, key: &str, acl: Option<&str>) {
        let attributes = Attributes { acl: acl.map(str::to_owned), ..Attributes::default() };
        let request = store.client().put_object().bucket("demo").key(key);
        let body = RequestBody::from("x").into();
        request.attributed(&attributes, None).body(body).send().await.unwrap();
    }

    #[tokio::test]
    async fn grants_are_found_where_they_count() {
        let (server, store) = served(|server| server);
        assert!(!store.acls_matter(&at("s3://demo")).await.unwrap(), "as in new buckets");
        put(&store, "private", None).await;
        assert!(!store.grants_to_others(&at("s3://demo/private")).await.unwrap());

        server.allow_acls("demo", true);
        assert!(store.acls_matter(&at("s3://demo")).await.unwrap());
        for (acl, others) in [
            ("private", false),
            ("bucket-owner-full-control", false),
            ("public-read", true),
            ("authenticated-read", true),
        ] {
            put(&store, acl, Some(acl)).await;
            let at = at(&format!("s3://demo/{acl}"));
            assert_eq!(store.grants_to_others(&at).await.unwrap(), others, "{acl}");
        }
    }

    #[tokio::test]
    async fn stores_without_the_setting_are_understood() {
        for (status, code, matter) in [
            (404, "OwnershipControlsNotFoundError", true),
            (501, "NotImplemented", false),
            (405, "MethodNotAllowed", false),
            (400, "InvalidRequest", false),
        ] {
            let (_server, store) = served(|server| {
                server.interceptor(move |_| Some(Answer::error(status, code, "no")))
            });
            assert_eq!(store.acls_matter(&at("s3://demo")).await.unwrap(), matter, "{code}");
        }
    }

    #[tokio::test]
    async fn a_denial_names_the_permission() {
        let (_server, store) = served(|server| {
            server.interceptor(|_| Some(Answer::error(403, "AccessDenied", "Access Denied")))
        });
        let ownership = store.acls_matter(&at("s3://demo")).await.unwrap_err();
        let acl = store.grants_to_others(&at("s3://demo/x")).await.unwrap_err();
        for (failure, permission) in
            [(ownership, "s3:GetBucketOwnershipControls"), (acl, "s3:GetObjectAcl")]
        {
            assert_eq!(failure.exit_code(), 5);
            assert!(
                failure.detail().hint.as_ref().unwrap().to_string().contains(permission),
                "{failure:?}"
            );
        }
        let (_server, store) = served(|server| server);
        let absent = store.acls_matter(&at("s3://absent")).await.unwrap_err();
        assert_eq!(absent.exit_code(), 3);
        let absent = store.grants_to_others(&at("s3://demo/absent")).await.unwrap_err();
        assert_eq!(absent.exit_code(), 3);
    }

    #[test]
    fn what_an_owner_is_granted_is_nothing_to_others() {
        use aws_sdk_s3::types::{Grantee, Type};
        let grant = |id: Option<&str>, permission| {
            let grantee = Grantee::builder().r#type(Type::CanonicalUser);
            let grantee = grantee.set_id(id.map(str::to_owned)).build().unwrap();
            Grant::builder().grantee(grantee).permission(permission).build()
        };
        assert!(is_owners(&grant(Some("me"), Permission::FullControl), Some("me")));
        assert!(!is_owners(&grant(Some("you"), Permission::FullControl), Some("me")));
        assert!(!is_owners(&grant(Some("me"), Permission::Read), Some("me")));
        assert!(!is_owners(&grant(None, Permission::FullControl), None));
    }
}
