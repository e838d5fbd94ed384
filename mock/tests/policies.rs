//! Bucket policies, as far as they are evaluated.

use base64::Engine as _;

use crate::harness::{ONE, builder, server};
use crate::raw::{Answer, Raw};

const DENY_PLAIN: &str = r#"{"Version":"2012-10-17","Statement":{"Sid":"SealedOnly","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::demo/*","Condition":{"Null":{"s3:x-amz-server-side-encryption-customer-algorithm":"true"}}}}"#;
const KEY: &str = "x-amz-copy-source";

fn policy(text: &str) -> Raw {
    Raw::put("/demo?policy=", text.as_bytes())
}

fn statement(fields: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::demo","arn:aws:s3:::demo/*"],{fields}}}]}}"#
    )
}

fn assert_denied(answer: &Answer, action: &str, resource: &str) {
    assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()));
    assert_eq!(
        answer.message(),
        format!(
            "User: arn:aws:iam::123456789012:user/mock is not authorized to perform: {action} on resource: \"arn:aws:s3:::{resource}\" with an explicit deny in a resource-based policy"
        )
    );
}

#[test]
fn writes_without_sse_c_are_denied_and_sealed_ones_are_not() {
    let server = server();
    assert_eq!(Raw::put("/demo/plain", b"x").send(&server).status, 200);
    assert_eq!(policy(DENY_PLAIN).send(&server).status, 204);
    let denied = [
        ("new", Raw::put("/demo/new", b"x")),
        ("new", Raw::post("/demo/new?uploads=", b"")),
        ("new", Raw::put("/demo/new", b"").header(KEY, "/demo/plain")),
    ];
    for (key, request) in denied {
        assert_denied(&request.send(&server), "s3:PutObject", &format!("demo/{key}"));
    }
    assert_eq!(server.object_keys("demo"), ["plain"]);
    assert_eq!(Raw::get("/demo/plain").send(&server).status, 200, "reads go on");
    assert_eq!(Raw::put("/demo/sealed", b"x").sse_c(ONE).send(&server).status, 200);
    let copy = Raw::put("/demo/copy", b"").header(KEY, "/demo/plain").sse_c(ONE);
    assert_eq!(copy.send(&server).status, 200);
}

#[test]
fn a_sealed_upload_passes_to_its_end() {
    let server = server();
    assert_eq!(policy(DENY_PLAIN).send(&server).status, 204);
    let upload = Raw::post("/demo/big?uploads=", b"").sse_c(ONE).send(&server).element("UploadId");
    let part = Raw::put("/demo/big?partNumber=1", b"part").param("uploadId", &upload).sse_c(ONE);
    let etag = part.send(&server).header("etag").unwrap().to_owned();
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    // Complete brings no key, and needs none.
    let answer = Raw::post("/demo/big", list.as_bytes()).param("uploadId", &upload).send(&server);
    assert_eq!(answer.status, 200, "{}", answer.message());
    assert!(server.object("demo", "big").unwrap().sealed);
}

#[test]
fn conditions() {
    let rows = [
        (r#""Condition":{"Bool":{"aws:SecureTransport":"false"}}"#, None, 403),
        (r#""Condition":{"Bool":{"aws:SecureTransport":true}}"#, None, 200),
        (
            r#""Condition":{"StringEquals":{"s3:x-amz-server-side-encryption":["aws:kms"]}}"#,
            Some("aws:kms"),
            403,
        ),
        (
            r#""Condition":{"StringEquals":{"s3:x-amz-server-side-encryption":["aws:kms"]}}"#,
            Some("AES256"),
            200,
        ),
        (
            r#""Condition":{"StringEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}"#,
            None,
            200,
        ),
        // A value that is absent differs from all.
        (
            r#""Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}"#,
            None,
            403,
        ),
        (
            r#""Condition":{"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"}}"#,
            None,
            403,
        ),
        (
            r#""Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}"#,
            Some("aws:kms"),
            200,
        ),
        (
            r#""Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}}"#,
            None,
            200,
        ),
        (r#""Sid":"all""#, None, 403),
    ];
    for (fields, sse, status) in rows {
        let server = server();
        assert_eq!(policy(&statement(fields)).send(&server).status, 204, "{fields}");
        let mut put = Raw::put("/demo/key", b"x");
        if let Some(sse) = sse {
            put = put.header("x-amz-server-side-encryption", sse);
        }
        assert_eq!(put.send(&server).status, status, "{fields} {sse:?}");
    }
    let secure = builder().tls(true).start().unwrap();
    assert!(secure.endpoint().starts_with("https"), "the other side is asked by the Python client");
}

#[test]
fn every_operation_is_asked_for() {
    let server = server();
    assert_eq!(Raw::put("/demo/key", b"x").send(&server).status, 200);
    let deny = statement(r#""Sid":"all""#);
    assert_eq!(policy(&deny).send(&server).status, 204);
    let rows = [
        (Raw::get("/demo/key"), "s3:GetObject", "demo/key"),
        (Raw::get("/demo/key?versionId=null"), "s3:GetObjectVersion", "demo/key"),
        (Raw::delete("/demo/key"), "s3:DeleteObject", "demo/key"),
        (Raw::get("/demo?list-type=2"), "s3:ListBucket", "demo"),
        (Raw::get("/demo?uploads="), "s3:ListBucketMultipartUploads", "demo"),
        (Raw::get("/demo/key?tagging="), "s3:GetObjectTagging", "demo/key"),
        (Raw::get("/demo?encryption="), "s3:GetEncryptionConfiguration", "demo"),
        (Raw::put("/demo?cors=", b"x"), "s3:PutBucketCORS", "demo"),
        (Raw::put("/demo/copy", b"").header(KEY, "/demo/key"), "s3:PutObject", "demo/copy"),
    ];
    for (request, action, resource) in rows {
        assert_denied(&request.send(&server), action, resource);
    }
    let several = b"<Delete><Object><Key>key</Key></Object></Delete>";
    let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, several);
    let sum = base64::engine::general_purpose::STANDARD.encode(sum);
    let request = Raw::post("/demo?delete=", several).header("x-amz-checksum-sha256", &sum);
    let answer = request.send(&server);
    assert_eq!(answer.verdict(), (200, "AccessDenied".to_owned()), "for each key of its own");
    assert_eq!(server.object_keys("demo"), ["key"]);
    // Its owner can always take a policy back.
    let read = Raw::get("/demo?policy=").send(&server);
    assert_eq!((read.status, read.body), (200, deny.into_bytes()));
    assert_eq!(Raw::delete("/demo?policy=").send(&server).status, 204);
    assert_eq!(
        Raw::get("/demo?policy=").send(&server).verdict(),
        (404, "NoSuchBucketPolicy".to_owned())
    );
    assert_eq!(Raw::get("/demo/key").send(&server).status, 200);
}

#[test]
fn what_is_not_evaluated_is_refused_when_it_is_put() {
    let server = server();
    let not_implemented = [
        statement(r#""Condition":{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}"#),
        statement(r#""Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#),
        statement(r#""Condition":{"ForAnyValue:StringEquals":{"s3:prefix":"a"}}"#),
        DENY_PLAIN.replace("\"Principal\"", "\"NotPrincipal\""),
        DENY_PLAIN.replace(r#""*","#, r#"{"AWS":"arn:aws:sts::123456789012:federated-user/a"},"#),
        DENY_PLAIN.replace(r#""*","#, r#"{"Service":"logging.s3.amazonaws.com"},"#),
    ];
    for text in not_implemented {
        assert_eq!(
            policy(&text).send(&server).verdict(),
            (501, "NotImplemented".to_owned()),
            "{text}"
        );
    }
    let malformed = [
        "nonsense".to_owned(),
        "[]".to_owned(),
        DENY_PLAIN.replace("2012-10-17", "2013"),
        DENY_PLAIN.replace("Deny", "Maybe"),
        DENY_PLAIN.replace(":::demo", ":::other"),
        DENY_PLAIN.replace(r#""true""#, r#""yes""#),
        DENY_PLAIN.replace("s3:PutObject", "ec2:Run"),
        statement(r#""Surprise":1"#),
        statement(r#""NotAction":"s3:GetObject""#),
        statement(r#""Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}"#),
        DENY_PLAIN.replace(r#""*","#, r#"{"AWS":"someone"},"#),
    ];
    for text in malformed {
        assert_eq!(
            policy(&text).send(&server).verdict(),
            (400, "MalformedPolicy".to_owned()),
            "{text}"
        );
    }
    assert_eq!(Raw::get("/demo?policy=").send(&server).status, 404);
    let public = DENY_PLAIN.replace("Deny", "Allow");
    let refused = policy(&public).send(&server);
    assert_eq!(refused.verdict(), (403, "AccessDenied".to_owned()), "it would be public");
    assert!(refused.message().contains("BlockPublicPolicy"), "{}", refused.message());
    let own = DENY_PLAIN
        .replace("Deny", "Allow")
        .replace(r#""*","#, r#"{"AWS":"arn:aws:iam::123456789012:root"},"#);
    assert_eq!(policy(&own).send(&server).status, 204);
    assert_eq!(Raw::put("/demo/plain", b"x").send(&server).status, 200);
}

#[test]
fn several_identities_and_nobody() {
    let server = builder().user("AKIAFIRST", "one").user("AKIASECOND", "two").start().unwrap();
    let get = |id: &str, secret: &str| {
        let list = Raw::get("/demo").access_key(id).secret_key(secret);
        list.send(&server).verdict()
    };
    let wrong = (403, "SignatureDoesNotMatch".to_owned());
    assert_eq!((get("AKIAFIRST", "one").0, get("AKIASECOND", "two").0), (200, 200));
    assert_eq!((get("AKIAFIRST", "two"), get("AKIASECOND", "one")), (wrong.clone(), wrong));
    assert_eq!(get("AKIATHIRD", "one"), (403, "InvalidAccessKeyId".to_owned()));
    let nobody = Raw::get("/demo").anonymous().send(&server);
    assert_eq!(nobody.verdict(), (403, "AccessDenied".to_owned()));
}

#[test]
fn headers_whose_neglect_would_be_a_false_success() {
    let server = server();
    let put = |name: &str, value: &str| {
        Raw::put("/demo/key", b"x").header(name, value).send(&server).verdict()
    };
    assert_eq!(
        (put("x-amz-acl", "private").0, put("x-amz-acl", "bucket-owner-full-control").0),
        (200, 200)
    );
    let no_acl = (400, "AccessControlListNotSupported".to_owned());
    assert_eq!(put("x-amz-acl", "public-read"), no_acl);
    assert_eq!(put("x-amz-grant-read", "id=\"a\""), no_acl);
    assert_eq!(put("x-amz-object-lock-mode", "GOVERNANCE"), (400, "InvalidRequest".to_owned()));
    assert_eq!(put("x-amz-write-offset-bytes", "1"), (501, "NotImplemented".to_owned()));
}
