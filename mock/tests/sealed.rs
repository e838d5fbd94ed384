//! Where SSE-C is blocked, ignored or not needed, and who gets to see the key.

use s3seal_mock::{Behavior, Server};

use crate::harness::{BUCKET, Key, ONE, TWO, builder, server};
use crate::raw::{Answer, Raw};

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const KEY: &str = "x-amz-server-side-encryption-customer-key";
const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";

fn all(key: Key) -> Vec<(&'static str, &'static str)> {
    vec![(ALGORITHM, "AES256"), (KEY, key.base64), (KEY_MD5, key.md5)]
}

fn stocked() -> Server {
    let server = server();
    assert_eq!(Raw::put("/demo/sealed", b"secret").sse_c(ONE).send(&server).status, 200);
    assert_eq!(Raw::put("/demo/plain", b"open").send(&server).status, 200);
    server
}

#[test]
fn a_blocking_bucket_refuses_every_sealed_write_and_no_read() {
    let server = stocked();
    server.block_sse_c(BUCKET, true);
    let message = "User: arn:aws:iam::123456789012:user/mock is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::demo/new\" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type";
    for headers in [
        all(ONE),
        vec![(ALGORITHM, "AES256"), (KEY, "AQEB"), (KEY_MD5, "AQEB")],
        vec![(ALGORITHM, "AES256")],
    ] {
        let answer = Raw::put("/demo/new", b"data").headers(&headers).send(&server);
        assert_eq!(answer.verdict(), (403, "AccessDenied".to_owned()));
        assert_eq!(answer.message(), message);
    }
    assert_eq!(Raw::post("/demo/new?uploads=", b"").sse_c(ONE).send(&server).status, 403);
    assert_eq!(Raw::get("/demo/sealed").sse_c(ONE).send(&server).status, 200);
    assert_eq!(Raw::put("/demo/new", b"data").send(&server).status, 200);
    server.block_sse_c(BUCKET, false);
    assert_eq!(Raw::put("/demo/new", b"data").sse_c(ONE).send(&server).status, 200);

    let blocked = builder().behave(Behavior::AwsBlocked).start().unwrap();
    assert_eq!(Raw::put("/demo/new", b"data").sse_c(ONE).send(&blocked).message(), message);
}

#[test]
fn a_store_that_ignores_sse_c_stores_plaintext() {
    let server = builder().behave(Behavior::IgnoresSseC).start().unwrap();
    let answer = Raw::put("/demo/key", b"not so secret").sse_c(ONE).send(&server);
    assert_eq!(
        (answer.status, answer.header(ALGORITHM), answer.header(KEY_MD5)),
        (200, None, None)
    );
    assert_eq!(server.raw_at_rest(BUCKET, "key").unwrap(), b"not so secret");
    let read = Raw::get("/demo/key").sse_c(TWO).send(&server);
    assert_eq!(
        (read.status, read.body.as_slice(), read.header(KEY_MD5)),
        (200, &b"not so secret"[..], None)
    );
}

#[test]
fn plain_http_is_refused_where_tls_is_required() {
    let server = builder().require_tls(true).start().unwrap();
    let answer = Raw::put("/demo/key", b"data").sse_c(ONE).send(&server);
    assert_eq!(answer.verdict(), (400, "InvalidRequest".to_owned()));
    assert_eq!(
        answer.message(),
        "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection."
    );
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 200);
}

#[test]
fn neither_delete_nor_tags_need_a_key() {
    let server = stocked();
    assert_eq!(Raw::get("/demo/sealed?tagging=").send(&server).status, 200);
    assert_eq!(Raw::delete("/demo/sealed").send(&server).status, 204);
    assert_eq!(server.object_keys(BUCKET), ["plain"]);
}

#[test]
fn each_version_has_its_own_key() {
    let server = Server::builder().versioned_bucket("vault").start().unwrap();
    let first = Raw::put("/vault/key", b"one").sse_c(ONE).send(&server);
    let second = Raw::put("/vault/key", b"two").sse_c(TWO).send(&server);
    let path = |answer: &Answer| {
        format!("/vault/key?versionId={}", answer.header("x-amz-version-id").unwrap())
    };
    assert_eq!(Raw::get(&path(&first)).sse_c(ONE).send(&server).body, b"one");
    assert_eq!(Raw::get(&path(&second)).sse_c(TWO).send(&server).body, b"two");
    assert_eq!(Raw::get(&path(&first)).sse_c(TWO).send(&server).status, 403);
}

#[test]
fn keys_do_not_show_in_the_log() {
    let server = stocked();
    let requests = server.requests();
    let sealed = &requests[0];
    assert!(sealed.has_key());
    assert_eq!((sealed.key_md5(), sealed.header(KEY)), (Some(ONE.md5), None));
    assert!(!format!("{requests:?} {server:?}").contains(ONE.base64));
    assert!(!format!("{server:?}").contains(server.secret_key()));
}

#[test]
fn parts_are_copied_from_one_key_to_another() {
    let server = stocked();
    let id = Raw::post("/demo/big?uploads=", b"").sse_c(TWO).send(&server).element("UploadId");
    let copy = |range: &str| {
        Raw::put(&format!("/demo/big?partNumber=1&uploadId={id}"), b"")
            .header("x-amz-copy-source", "demo/sealed")
            .header("x-amz-copy-source-range", range)
            .sse_c(TWO)
    };
    let source = [
        ("x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256"),
        ("x-amz-copy-source-server-side-encryption-customer-key", ONE.base64),
        ("x-amz-copy-source-server-side-encryption-customer-key-md5", ONE.md5),
    ];
    assert_eq!(copy("bytes=1-3").send(&server).verdict(), (400, "InvalidRequest".to_owned()));
    let beyond = copy("bytes=1-6").headers(&source).send(&server);
    assert_eq!(beyond.verdict(), (400, "InvalidArgument".to_owned()));
    let copied = copy("bytes=1-3").headers(&source).send(&server);
    assert_eq!((copied.status, copied.header(KEY_MD5)), (200, Some(TWO.md5)));
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        copied.element("ETag")
    );
    let done = Raw::post(&format!("/demo/big?uploadId={id}"), list.as_bytes()).send(&server);
    assert_eq!(done.status, 200, "{}", done.message());
    assert_eq!(Raw::get("/demo/big").sse_c(TWO).send(&server).body, b"ecr");
}
