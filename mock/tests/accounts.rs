//! Users of several accounts, and strangers: what policies and ACLs let them do.

use s3seal_mock::{Identity, Server};

use crate::harness::{builder, server};
use crate::raw::{Answer, Raw};

/// Two users of the account that owns the buckets, and one of another account.
fn shared() -> Server {
    let server = builder()
        .identity("OWNER:secret".parse().unwrap())
        .identity("ALICE:secret:123456789012:alice".parse().unwrap())
        .identity("BOB:secret:111111111111:bob".parse().unwrap())
        .start()
        .unwrap();
    for (key, tags) in [("a/one", "kind=open"), ("b/two", "kind=closed")] {
        let put = Raw::put(&format!("/demo/{key}"), b"content").header("x-amz-tagging", tags);
        assert_eq!(put.send(&server).status, 200);
    }
    server
}

fn by(id: &str, raw: Raw) -> Raw {
    raw.access_key(id).secret_key("secret")
}

fn allow(server: &Server, principal: &str, rest: &str) {
    put_policy(server, &format!(r#""Effect":"Allow","Principal":{principal},{rest}"#));
}

fn put_policy(server: &Server, statement: &str) {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{{{statement}}}}}"#);
    let answer = Raw::put("/demo?policy=", text.as_bytes()).send(server);
    assert_eq!(answer.status, 204, "{text}: {}", answer.message());
}

fn unblock(server: &Server) {
    assert_eq!(Raw::delete("/demo?publicAccessBlock=").send(server).status, 204);
}

fn status(answer: &Answer) -> u16 {
    answer.status
}

const ALL: &str = r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::demo/*""#;

#[test]
fn another_account_needs_a_policy() {
    let server = shared();
    let get = || by("BOB", Raw::get("/demo/a/one")).send(&server);
    let refused = get();
    assert_eq!(refused.verdict(), (403, "AccessDenied".to_owned()));
    assert_eq!(
        refused.message(),
        "User: arn:aws:iam::111111111111:user/bob is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::demo/a/one\" because no resource-based policy allows the s3:GetObject action"
    );
    for principal in [
        r#"{"AWS":"111111111111"}"#,
        r#"{"AWS":["arn:aws:iam::111111111111:root"]}"#,
        r#"{"AWS":"arn:aws:iam::111111111111:user/bob"}"#,
    ] {
        allow(&server, principal, ALL);
        assert_eq!(status(&get()), 200, "{principal}");
        let put = by("BOB", Raw::put("/demo/a/one", b"x")).send(&server);
        assert_eq!(status(&put), 403, "reading was allowed, not writing");
    }
    allow(&server, r#"{"AWS":"arn:aws:iam::111111111111:user/carol"}"#, ALL);
    assert_eq!(status(&get()), 403);
    for path in ["/demo?policy=", "/demo?versioning=", "/demo?tagging=", "/demo"] {
        assert_eq!(status(&by("BOB", Raw::get(path)).send(&server)), 403, "{path}");
    }
    let text = br#"{"Version":"2012-10-17","Statement":[]}"#;
    assert_eq!(status(&by("BOB", Raw::put("/demo?policy=", text)).send(&server)), 403);
    assert_eq!(status(&by("ALICE", Raw::get("/demo/b/two")).send(&server)), 200, "the own account");
}

#[test]
fn a_denial_goes_before_any_permission_and_may_name_one_user() {
    let server = shared();
    let statement = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"123456789012"}},{ALL}}},{{"Effect":"Deny","Principal":{{"AWS":"arn:aws:iam::123456789012:user/alice"}},{ALL}}}]}}"#
    );
    assert_eq!(Raw::put("/demo?policy=", statement.as_bytes()).send(&server).status, 204);
    let refused = by("ALICE", Raw::get("/demo/a/one")).send(&server);
    assert_eq!(refused.status, 403);
    assert!(refused.message().contains("user/alice"), "{}", refused.message());
    assert!(refused.message().ends_with("with an explicit deny in a resource-based policy"));
    assert_eq!(Raw::get("/demo/a/one").send(&server).status, 200);
}

#[test]
fn conditions_and_opposites_of_permissions() {
    let bob = r#"{"AWS":"111111111111"}"#;
    let list = |prefix: &str| Raw::get("/demo").param("prefix", prefix);
    let get = |key: &str| Raw::get(&format!("/demo/{key}"));
    let rows: [(&str, Raw, u16); 14] = [
        (
            r#""Action":"s3:ListBucket","Resource":"arn:aws:s3:::demo","Condition":{"StringLike":{"s3:prefix":"a/*"}}"#,
            list("a/x"),
            200,
        ),
        (
            r#""Action":"s3:ListBucket","Resource":"arn:aws:s3:::demo","Condition":{"StringLike":{"s3:prefix":"a/*"}}"#,
            list("b/"),
            403,
        ),
        (
            r#""Action":"s3:ListBucket","Resource":"arn:aws:s3:::demo","Condition":{"StringNotLike":{"s3:prefix":"a/*"}}"#,
            list("b/"),
            200,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}"#,
            get("a/one"),
            200,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
            get("a/one"),
            403,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","::/0"]}}"#,
            get("a/one"),
            200,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/kind":"open"}}"#,
            get("a/one"),
            200,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/kind":"open"}}"#,
            get("b/two"),
            403,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/Kind":"open"}}"#,
            get("a/one"),
            403,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/bob"},"StringEqualsIgnoreCase":{"aws:username":"BOB"}}"#,
            get("a/one"),
            200,
        ),
        (
            r#""Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#,
            get("a/one"),
            403,
        ),
        (r#""NotAction":"s3:PutObject","Resource":"*""#, get("a/one"), 200),
        (r#""NotAction":"s3:Get*","Resource":"*""#, get("a/one"), 403),
        (r#""Action":"s3:*","NotResource":"arn:aws:s3:::demo/a/*""#, get("a/one"), 403),
    ];
    let server = shared();
    for (rest, request, expected) in rows {
        allow(&server, bob, rest);
        assert_eq!(status(&by("BOB", request).send(&server)), expected, "{rest}");
    }
}

#[test]
fn strangers_need_a_public_policy_or_acl_that_nothing_blocks() {
    let server = shared();
    let get = || Raw::get("/demo/a/one").anonymous().send(&server);
    assert_eq!(get().verdict(), (403, "AccessDenied".to_owned()));
    unblock(&server);
    allow(&server, "\"*\"", ALL);
    assert_eq!((get().status, get().body), (200, b"content".to_vec()));
    assert_eq!(Raw::head("/demo/a/one").anonymous().send(&server).status, 200);
    for request in [
        Raw::put("/demo/a/one", b"x"),
        Raw::delete("/demo/a/one"),
        Raw::get("/demo"),
        Raw::get("/"),
        Raw::put("/new", b""),
        Raw::get("/nowhere/key"),
        Raw::get("/demo?policy="),
        Raw::get("/demo?tagging="),
        Raw::post("/demo/up?uploads=", b""),
    ] {
        assert_eq!(request.anonymous().send(&server).verdict(), (403, "AccessDenied".to_owned()));
    }
    let list = b"<Delete><Object><Key>a/one</Key></Object></Delete>";
    let delete = Raw::post("/demo?delete=", list).header("content-md5", "6Bo9mMV0y1wSgOjXhe7LgA==");
    let answer = delete.anonymous().send(&server);
    assert!(matches!(answer.status, 400 | 200) && !answer.code().is_empty(), "{answer:?}");
    assert_eq!(Raw::get("/demo/a/one").send(&server).body, b"content", "nothing was changed");

    let restrict = b"<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    assert_eq!(Raw::put("/demo?publicAccessBlock=", restrict).send(&server).status, 200);
    assert_eq!(get().status, 403);
    assert_eq!(Raw::get("/demo/a/one").send(&server).status, 200);
}

#[test]
fn a_permission_to_write_is_one_for_strangers_too() {
    let server = shared();
    unblock(&server);
    allow(&server, "\"*\"", r#""Action":"s3:PutObject","Resource":"arn:aws:s3:::demo/drop/*""#);
    assert_eq!(Raw::put("/demo/drop/x", b"x").anonymous().send(&server).status, 200);
    assert_eq!(Raw::put("/demo/x", b"x").anonymous().send(&server).status, 403);
    assert_eq!(Raw::get("/demo/drop/x").anonymous().send(&server).status, 403);
}

#[test]
fn an_acl_lets_strangers_read_one_object() {
    let server = shared();
    server.allow_acls("demo", true);
    let put = |key: &str, acl: &str| {
        let put = Raw::put(&format!("/demo/{key}"), b"content").header("x-amz-acl", acl);
        assert_eq!(put.send(&server).status, 200);
    };
    put("open", "public-read");
    put("known", "authenticated-read");
    put("closed", "private");
    let stranger = |key: &str| Raw::get(&format!("/demo/{key}")).anonymous().send(&server).status;
    let bob = |key: &str| by("BOB", Raw::get(&format!("/demo/{key}"))).send(&server).status;
    assert_eq!((stranger("open"), stranger("known"), stranger("closed")), (200, 403, 403));
    assert_eq!((bob("open"), bob("known"), bob("closed")), (200, 200, 403));
    let ignore = b"<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>";
    assert_eq!(Raw::put("/demo?publicAccessBlock=", ignore).send(&server).status, 200);
    assert_eq!((stranger("open"), bob("open")), (403, 403));
}

#[test]
fn the_acl_of_a_bucket_lets_strangers_list_or_write() {
    let server = shared();
    server.allow_acls("demo", true);
    let stranger = |raw: Raw| raw.anonymous().send(&server).status;
    for (acl, list, put) in
        [("private", 403, 403), ("public-read", 200, 403), ("public-read-write", 200, 200)]
    {
        let set = Raw::put("/demo?acl=", b"").header("x-amz-acl", acl).send(&server);
        assert_eq!(set.status, 200, "{}", set.message());
        assert_eq!(stranger(Raw::get("/demo")), list, "{acl}");
        assert_eq!(stranger(Raw::put("/demo/new", b"x")), put, "{acl}");
        assert_eq!(stranger(Raw::get("/demo/a/one")), 403, "{acl}: an object has its own");
    }
    let set = Raw::put("/demo/a/one?acl=", b"").header("x-amz-acl", "public-read").send(&server);
    assert_eq!(set.status, 200, "{}", set.message());
    assert_eq!(stranger(Raw::get("/demo/a/one")), 200);
}

#[test]
fn buckets_belong_to_the_account_that_makes_them() {
    let server = shared();
    assert_eq!(by("BOB", Raw::put("/bobs", b"")).send(&server).status, 200);
    let taken = by("BOB", Raw::put("/demo", b"")).send(&server);
    assert_eq!(taken.verdict(), (409, "BucketAlreadyExists".to_owned()));
    assert_eq!(by("BOB", Raw::get("/")).send(&server).element("Name"), "bobs");
    assert_eq!(Raw::get("/").send(&server).element("Name"), "demo");
    assert_eq!(Raw::put("/bobs/key", b"x").send(&server).status, 403);
    assert_eq!(by("BOB", Raw::put("/bobs/key", b"x")).send(&server).status, 200);
    let expected = |owner: &str| {
        let get = Raw::get("/bobs/key").header("x-amz-expected-bucket-owner", owner);
        by("BOB", get).send(&server).status
    };
    assert_eq!((expected("111111111111"), expected("123456789012")), (200, 403));
    let copy = |source: &str| {
        let copy = Raw::put("/bobs/copy", b"").header("x-amz-copy-source", source);
        by("BOB", copy).send(&server).status
    };
    assert_eq!((copy("/bobs/key"), copy("/demo/a/one")), (200, 403));
}

#[test]
fn whether_an_object_is_absent_is_for_those_who_may_list() {
    let server = shared();
    unblock(&server);
    let get = r#"{"Effect":"Allow","Principal":"*","Action":["s3:GetObject*","s3:PutObject"],"Resource":"arn:aws:s3:::demo/*"}"#;
    let list = r#"{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::demo"}"#;
    let put = |statements: &str| {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        assert_eq!(Raw::put("/demo?policy=", text.as_bytes()).send(&server).status, 204);
    };
    let absent = || {
        [
            Raw::get("/demo/absent"),
            Raw::get("/demo/a/one?versionId=absent"),
            Raw::get("/demo/absent?tagging="),
            Raw::get("/demo/absent?attributes=").header("x-amz-object-attributes", "ETag"),
            Raw::get("/demo/absent?acl="),
            Raw::put("/demo/copy", b"").header("x-amz-copy-source", "/demo/absent"),
        ]
    };
    put(get);
    for request in absent() {
        let answer = by("BOB", request).send(&server);
        assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()));
        assert_eq!(
            answer.message(),
            "User: arn:aws:iam::111111111111:user/bob is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::demo\" because no resource-based policy allows the s3:ListBucket action"
        );
    }
    let stranger = |raw: Raw| raw.anonymous().send(&server).status;
    assert_eq!(stranger(Raw::get("/demo/absent")), 403);
    assert_eq!(stranger(Raw::head("/demo/absent")), 403);
    assert_eq!(stranger(Raw::get("/demo/a/one")), 200);
    assert_eq!(Raw::get("/demo/absent").send(&server).code(), "NoSuchKey", "the owner");
    put(&format!("{get},{list}"));
    for request in absent() {
        let answer = by("BOB", request).send(&server);
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    assert_eq!(stranger(Raw::get("/demo/absent")), 404);
    assert_eq!(stranger(Raw::head("/demo/absent")), 404);
    // Who may do nothing at all is refused for that.
    put(list);
    assert!(by("BOB", Raw::get("/demo/absent")).send(&server).message().contains("s3:GetObject "));
}

#[test]
fn a_policy_and_an_owner_outlive_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let builder = builder().dir(folder.path()).identity("OWNER:secret".parse().unwrap());
        builder.identity("BOB:secret:111111111111:bob".parse().unwrap()).start().unwrap()
    };
    let server = start();
    Raw::put("/demo/key", b"content").send(&server);
    allow(&server, r#"{"AWS":"111111111111"}"#, ALL);
    assert_eq!(by("BOB", Raw::put("/bobs", b"")).send(&server).status, 200);
    drop(server);
    let server = start();
    assert_eq!(by("BOB", Raw::get("/demo/key")).send(&server).status, 200);
    assert_eq!(by("BOB", Raw::put("/demo/key", b"x")).send(&server).status, 403);
    assert_eq!(Raw::get("/bobs").send(&server).status, 403);
}

#[test]
fn what_is_half_signed_is_no_stranger() {
    let server = server();
    unblock(&server);
    allow(&server, "\"*\"", ALL);
    Raw::put("/demo/a/one", b"content").send(&server);
    for query in
        ["X-Amz-Algorithm=AWS4-HMAC-SHA256", "AWSAccessKeyId=x", "X-Amz-Signature=0", "Signature=x"]
    {
        let answer = Raw::get(&format!("/demo/a/one?{query}")).anonymous().send(&server);
        assert!(matches!(answer.status, 400 | 403), "{query}: {answer:?}");
    }
}

#[test]
fn identities_are_read_from_text() {
    for (text, arn) in [
        ("ID:secret", "arn:aws:iam::123456789012:user/mock"),
        ("ID:with:colon", "arn:aws:iam::123456789012:user/mock"),
        ("ID:se:cret:111111111111", "arn:aws:iam::111111111111:user/mock"),
        ("ID:se:cret:111111111111:alice", "arn:aws:iam::111111111111:user/alice"),
    ] {
        let identity: Identity = text.parse().unwrap();
        assert_eq!(identity.arn(), arn, "{text}");
        assert!(!format!("{identity:?}").contains("secret"));
    }
    for text in ["ID", ":secret", "ID:", "ID::111111111111"] {
        assert!(text.parse::<Identity>().is_err(), "{text}");
    }
}
