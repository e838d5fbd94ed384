//! ACLs, canned and granted one by one, in buckets that have them and in those that have none, as new ones.

use aws_sdk_s3::types::{ObjectCannedAcl, ObjectOwnership, Permission};

use s3seal_mock::Server;

use crate::harness::{BUCKET, builder, client, refusal, run, server};
use crate::raw::{Answer, Raw};

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
        assert_eq!(refusal(one), (400, "InvalidArgument".to_owned()));
    });
}

const OWN: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

/// Three accounts, of which the first owns a bucket with ACLs that nothing blocks, and the canonical IDs of the others.
fn three() -> (Server, String, String) {
    let server = builder()
        .identity("OWNER:secret".parse().unwrap())
        .identity("BOB:secret:111111111111:bob".parse().unwrap())
        .identity("CAROL:secret:222222222222:carol".parse().unwrap())
        .start()
        .unwrap();
    server.allow_acls(BUCKET, true);
    let id = |user| by(user, Raw::get("/")).send(&server).element("ID");
    let (bob, carol) = (id("BOB"), id("CAROL"));
    assert!(bob.len() == 64 && bob != carol && bob != OWN, "{bob} {carol}");
    (server, bob, carol)
}

fn by(user: &str, raw: Raw) -> Raw {
    raw.access_key(user).secret_key("secret")
}

fn document(owner: &str, grants: &[(&str, &str)]) -> Vec<u8> {
    let grant = |(who, permission): &(&str, &str)| {
        let (kind, who) = match who.split_once(':') {
            None => ("CanonicalUser", format!("<ID>{who}</ID>")),
            Some(("http", _)) => ("Group", format!("<URI>{who}</URI>")),
            Some((name, text)) => ("AmazonCustomerByEmail", format!("<{name}>{text}</{name}>")),
        };
        format!(
            "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\">{who}</Grantee><Permission>{permission}</Permission></Grant>"
        )
    };
    let grants: String = grants.iter().map(grant).collect();
    format!(
        "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>{owner}</ID></Owner><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
    )
    .into_bytes()
}

/// Grantee and permission of each grant of an answer.
fn granted(answer: &Answer) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let between = |text: &str, before: &str, after: &str| {
        text.split_once(before).and_then(|(_, rest)| Some(rest.split_once(after)?.0.to_owned()))
    };
    let grants = text.split("<Grant>").skip(1).map(|grant| {
        let who = between(grant, "<ID>", "<").or_else(|| between(grant, "<URI>", "<"));
        (who.unwrap(), between(grant, "<Permission>", "<").unwrap())
    });
    grants.collect()
}

fn pairs(grants: &[(&str, &str)]) -> Vec<(String, String)> {
    grants.iter().map(|(who, what)| ((*who).to_owned(), (*what).to_owned())).collect()
}

#[test]
fn grants_in_headers_are_kept_returned_and_obeyed() {
    let (server, bob, carol) = three();
    let put = Raw::put("/demo/key", b"content")
        .header("x-amz-grant-read", &format!("id=\"{bob}\", id={carol}"))
        .header("x-amz-grant-read-acp", &format!("id=\"{carol}\""));
    assert_eq!(put.send(&server).status, 200);
    let acl = Raw::get("/demo/key?acl=").send(&server);
    let expected = [(&*bob, "READ"), (&*carol, "READ"), (&*carol, "READ_ACP")];
    assert_eq!(granted(&acl), pairs(&expected), "the owner is not added");
    let status = |user: &str, raw: Raw| by(user, raw).send(&server).status;
    assert_eq!(status("BOB", Raw::get("/demo/key")), 200);
    assert_eq!(status("BOB", Raw::head("/demo/key")), 200);
    assert_eq!(status("BOB", Raw::get("/demo/key?acl=")), 403);
    assert_eq!(status("CAROL", Raw::get("/demo/key?acl=")), 200);
    for request in [
        Raw::put("/demo/key", b"x"),
        Raw::delete("/demo/key"),
        Raw::get("/demo"),
        Raw::get("/demo/other"),
        Raw::put("/demo/key?acl=", b"").header("x-amz-acl", "public-read"),
    ] {
        assert_eq!(status("CAROL", request), 403);
    }
    assert_eq!(Raw::get("/demo/key").anonymous().send(&server).status, 403);
    // By its own operation; FULL_CONTROL is every right on the object.
    let full =
        Raw::put("/demo/key?acl=", b"").header("x-amz-grant-full-control", &format!("id={bob}"));
    assert_eq!(full.send(&server).status, 200);
    assert_eq!(status("CAROL", Raw::get("/demo/key")), 403);
    let share = || Raw::put("/demo/key?acl=", b"").header("x-amz-acl", "public-read");
    assert_eq!(status("BOB", share()), 200);
    assert_eq!(Raw::get("/demo/key").anonymous().send(&server).status, 200);
    // Of a multipart upload, and a copy has its own.
    let create =
        Raw::post("/demo/parts?uploads=", b"").header("x-amz-grant-read", &format!("id={bob}"));
    let upload = create.send(&server).element("UploadId");
    let etag = Raw::put(&format!("/demo/parts?partNumber=1&uploadId={upload}"), b"x").send(&server);
    let etag = etag.header("etag").unwrap();
    let parts = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let complete = Raw::post(&format!("/demo/parts?uploadId={upload}"), parts.as_bytes());
    assert_eq!(complete.send(&server).status, 200);
    assert_eq!(status("BOB", Raw::get("/demo/parts")), 200);
    let copy = Raw::put("/demo/copy", b"").header("x-amz-copy-source", "/demo/parts");
    assert_eq!(copy.send(&server).status, 200);
    assert_eq!(status("BOB", Raw::get("/demo/copy")), 403);
    // Ownership that knows no ACLs makes them void.
    server.allow_acls(BUCKET, false);
    assert_eq!(status("BOB", Raw::get("/demo/parts")), 403);
    let acl = Raw::get("/demo/parts?acl=").send(&server);
    assert_eq!(granted(&acl), pairs(&[(OWN, "FULL_CONTROL")]));
}

#[test]
fn a_document_grants_rights_to_a_bucket() {
    let (server, bob, carol) = three();
    let put = |path: &str, owner: &str, grants: &[(&str, &str)]| {
        Raw::put(path, &document(owner, grants)).send(&server)
    };
    let status = |user: &str, raw: Raw| by(user, raw).send(&server).status;
    Raw::put("/demo/key", b"content").send(&server);
    for (permission, list, write, read_acl, write_acl) in [
        ("READ", 200, 403, 403, 403),
        ("WRITE", 403, 200, 403, 403),
        ("READ_ACP", 403, 403, 200, 403),
        ("WRITE_ACP", 403, 403, 403, 200),
        ("FULL_CONTROL", 200, 200, 200, 200),
    ] {
        let grants = [(OWN, "FULL_CONTROL"), (&*bob, permission)];
        let own = document(OWN, &grants);
        assert_eq!(put("/demo?acl=", OWN, &grants).status, 200, "{permission}");
        assert_eq!(granted(&Raw::get("/demo?acl=").send(&server)), pairs(&grants));
        let asked = [
            (Raw::get("/demo"), list),
            (Raw::get("/demo?versions="), list),
            (Raw::put("/demo/new", b"x"), write),
            (Raw::get("/demo?acl="), read_acl),
            (Raw::put("/demo?acl=", &own), write_acl),
            (Raw::get("/demo/key"), 403),
        ];
        for (at, (request, expected)) in asked.into_iter().enumerate() {
            assert_eq!(status("BOB", request), expected, "{permission}, request {at}");
        }
        assert_eq!(status("CAROL", Raw::get("/demo")), 403, "{permission}");
    }
    // Public grants, and what takes them back.
    let public = [(ALL_USERS, "READ"), (&*bob, "READ")];
    assert_eq!(put("/demo/key?acl=", OWN, &public).status, 200);
    assert_eq!(Raw::get("/demo/key").anonymous().send(&server).status, 200);
    let switch = |name: &str| {
        let text = format!(
            "<PublicAccessBlockConfiguration><{name}>true</{name}></PublicAccessBlockConfiguration>"
        );
        assert_eq!(Raw::put("/demo?publicAccessBlock=", text.as_bytes()).send(&server).status, 200);
    };
    switch("IgnorePublicAcls");
    assert_eq!(Raw::get("/demo/key").anonymous().send(&server).status, 403);
    assert_eq!(status("CAROL", Raw::get("/demo/key")), 403);
    assert_eq!(status("BOB", Raw::get("/demo/key")), 200, "one account is not the public");
    switch("BlockPublicAcls");
    assert_eq!(put("/demo/key?acl=", OWN, &public).verdict(), (403, "AccessDenied".to_owned()));
    assert_eq!(put("/demo/key?acl=", OWN, &public[1..]).status, 200);
    let header = Raw::put("/demo/x", b"").header("x-amz-grant-read", &format!("uri={ALL_USERS}"));
    assert_eq!(header.send(&server).verdict(), (403, "AccessDenied".to_owned()));

    let wrong = |grants: &[(&str, &str)]| put("/demo?acl=", OWN, grants).verdict();
    assert_eq!(wrong(&[("x", "READ")]), (400, "InvalidArgument".to_owned()));
    assert_eq!(wrong(&[("http://example.com", "READ")]), (400, "InvalidArgument".to_owned()));
    assert_eq!(wrong(&[(&bob, "EVERYTHING")]), (400, "MalformedACLError".to_owned()));
    assert_eq!(wrong(&[("EmailAddress:a@b", "READ")]), (405, "MethodNotAllowed".to_owned()));
    assert_eq!(put("/demo?acl=", &carol, &[]).verdict(), (403, "AccessDenied".to_owned()));
    let both = Raw::put("/demo?acl=", &document(OWN, &[])).header("x-amz-acl", "private");
    assert_eq!(both.send(&server).verdict(), (400, "UnexpectedContent".to_owned()));
    let both = Raw::put("/demo/x", b"").header("x-amz-acl", "private");
    let both = both.header("x-amz-grant-read", &format!("id={bob}")).send(&server);
    assert_eq!(both.verdict(), (400, "InvalidRequest".to_owned()));
    // Nobody at all, not even the owner: who still can change it.
    assert_eq!(put("/demo?acl=", OWN, &[]).status, 200);
    assert_eq!(granted(&Raw::get("/demo?acl=").send(&server)), []);
    assert_eq!(put("/demo?acl=", OWN, &[(OWN, "FULL_CONTROL")]).status, 200);
}

#[test]
fn a_new_bucket_and_a_folder_keep_grants() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let builder = builder().dir(folder.path()).identity("OWNER:secret".parse().unwrap());
        builder.identity("BOB:secret:111111111111:bob".parse().unwrap()).start().unwrap()
    };
    let server = start();
    let bob = by("BOB", Raw::get("/")).send(&server).element("ID");
    let create = Raw::put("/granted", b"").header("x-amz-object-ownership", "ObjectWriter");
    let create = create.header("x-amz-grant-write", &format!("id={bob}"));
    assert_eq!(create.send(&server).status, 200);
    let put = Raw::put("/granted/key", b"content").header("x-amz-grant-read", &format!("id={bob}"));
    assert_eq!(put.send(&server).status, 200);
    let set = Raw::put("/granted/set", b"content");
    assert_eq!(set.send(&server).status, 200);
    let set = Raw::put("/granted/set?acl=", b"").header("x-amz-grant-read", &format!("id={bob}"));
    assert_eq!(set.send(&server).status, 200);
    drop(server);
    let server = start();
    let status = |raw: Raw| by("BOB", raw).send(&server).status;
    assert_eq!(status(Raw::put("/granted/new", b"x")), 200);
    assert_eq!(status(Raw::get("/granted/key")), 200);
    assert_eq!(status(Raw::get("/granted/set")), 200);
    assert_eq!(status(Raw::get("/granted/new")), 403);
    let acl = by("BOB", Raw::get("/granted?acl=")).send(&server);
    assert_eq!(acl.verdict(), (403, "AccessDenied".to_owned()));
    // An account's own buckets are shown as its own.
    assert_eq!(status(Raw::put("/bobs", b"")), 200);
    let acl = by("BOB", Raw::get("/bobs?acl=")).send(&server);
    assert_eq!(granted(&acl), pairs(&[(&*bob, "FULL_CONTROL")]));
}

#[test]
fn headers_of_a_write_need_permissions_of_their_own() {
    let (server, ..) = three();
    let allow = |actions: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"111111111111"}},"Action":{actions},"Resource":"arn:aws:s3:::demo/*"}}}}"#
        );
        assert_eq!(Raw::put("/demo?policy=", text.as_bytes()).send(&server).status, 204);
    };
    let put = |name: &str, value: &str| {
        by("BOB", Raw::put("/demo/key", b"x").header(name, value)).send(&server).status
    };
    for (name, value, action) in [
        ("x-amz-tagging", "a=b", "s3:PutObjectTagging"),
        ("x-amz-acl", "public-read", "s3:PutObjectAcl"),
        ("x-amz-grant-read", &format!("id={OWN}"), "s3:PutObjectAcl"),
    ] {
        allow(r#""s3:PutObject""#);
        assert_eq!(put("content-type", "text/plain"), 200);
        assert_eq!(put(name, value), 403, "{name}");
        allow(&format!(r#"["s3:PutObject","{action}"]"#));
        assert_eq!(put(name, value), 200, "{name}");
    }
    allow(r#""s3:PutObject""#);
    assert_eq!(put("x-amz-acl", "bucket-owner-full-control"), 200);
}
