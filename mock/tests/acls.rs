//! Canned ACLs, in buckets that have them and in those that have none, as new ones.

use aws_sdk_s3::types::{ObjectCannedAcl, ObjectOwnership, Permission};

use crate::harness::{BUCKET, client, refusal, run, server};

#[test]
fn a_new_bucket_has_none() {
    let server = server();
    let client = client(&server);
    run(async {
        let controls = client.get_bucket_ownership_controls().bucket(BUCKET).send().await.unwrap();
        let rules = controls.ownership_controls.unwrap().rules;
        assert_eq!(rules[0].object_ownership, ObjectOwnership::BucketOwnerEnforced);
        let put = || client.put_object().bucket(BUCKET).key("x");
        let refused = put().acl(ObjectCannedAcl::PublicRead).send().await;
        assert_eq!(refusal(refused), (400, "AccessControlListNotSupported".to_owned()));
        put().acl(ObjectCannedAcl::BucketOwnerFullControl).send().await.unwrap();
        let acl = client.get_object_acl().bucket(BUCKET).key("x").send().await.unwrap();
        assert_eq!(acl.grants().len(), 1);
        let absent = client.get_object_acl().bucket(BUCKET).key("absent").send().await;
        assert_eq!(refusal(absent), (404, "NoSuchKey".to_owned()));
    });
}

#[test]
fn an_object_has_the_one_that_its_writer_named_and_a_copy_its_own() {
    let server = server();
    server.allow_acls(BUCKET, true);
    let client = client(&server);
    let others = async |key: &str| {
        let acl = client.get_object_acl().bucket(BUCKET).key(key).send().await.unwrap();
        let owner = acl.owner().unwrap().id().unwrap().to_owned();
        let (own, others) = acl.grants().split_first().unwrap();
        assert_eq!(own.permission(), Some(&Permission::FullControl));
        assert_eq!(own.grantee().unwrap().id(), Some(owner.as_str()));
        let group = |grant: &aws_sdk_s3::types::Grant| {
            let uri = grant.grantee().unwrap().uri().unwrap();
            let name = uri.rsplit('/').next().unwrap().to_owned();
            (name, grant.permission().unwrap().as_str().to_owned())
        };
        others.iter().map(group).collect::<Vec<_>>()
    };
    let granted = |name: &str, permission: &str| (name.to_owned(), permission.to_owned());
    run(async {
        let controls = client.get_bucket_ownership_controls().bucket(BUCKET).send().await.unwrap();
        let rules = controls.ownership_controls.unwrap().rules;
        assert_eq!(rules[0].object_ownership, ObjectOwnership::ObjectWriter);

        let put = || client.put_object().bucket(BUCKET);
        put().key("private").send().await.unwrap();
        assert_eq!(others("private").await, []);
        put().key("public").acl(ObjectCannedAcl::PublicReadWrite).send().await.unwrap();
        let everybody = [granted("AllUsers", "READ"), granted("AllUsers", "WRITE")];
        assert_eq!(others("public").await, everybody);

        let copy = || client.copy_object().bucket(BUCKET).copy_source("demo/public").key("copy");
        copy().send().await.unwrap();
        assert_eq!(others("copy").await, []);
        copy().acl(ObjectCannedAcl::PublicRead).send().await.unwrap();
        assert_eq!(others("copy").await, [granted("AllUsers", "READ")]);

        let create = client.create_multipart_upload().bucket(BUCKET).key("parts");
        let create = create.acl(ObjectCannedAcl::AuthenticatedRead).send().await.unwrap();
        let id = create.upload_id().unwrap();
        let part = client.upload_part().bucket(BUCKET).key("parts").upload_id(id).part_number(1);
        let etag = part.send().await.unwrap().e_tag.unwrap();
        let part = aws_sdk_s3::types::CompletedPart::builder().part_number(1).e_tag(etag).build();
        let parts = aws_sdk_s3::types::CompletedMultipartUpload::builder().parts(part).build();
        let complete = client.complete_multipart_upload().bucket(BUCKET).key("parts");
        complete.upload_id(id).multipart_upload(parts).send().await.unwrap();
        assert_eq!(others("parts").await, [granted("AuthenticatedUsers", "READ")]);

        let unknown = put().key("x").acl(ObjectCannedAcl::from("nobody-knows")).send().await;
        assert_eq!(refusal(unknown), (400, "InvalidArgument".to_owned()));
        let one = put().key("x").grant_read("id=\"a\"").send().await;
        assert_eq!(refusal(one), (501, "NotImplemented".to_owned()));
    });
}
