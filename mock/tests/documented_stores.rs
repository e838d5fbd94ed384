//! What stores do differently that are known from their documents: every row of the second table in the book.

use s3seal_mock::{Behavior, Server};

use crate::harness::{BUCKET, ONE, TWO, builder};
use crate::raw::Raw;

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const KEY: &str = "x-amz-server-side-encryption-customer-key";
const KEY_MD5: &str = "x-amz-server-side-encryption-customer-key-md5";
const SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer-";

fn store(behavior: Behavior) -> Server {
    let server = builder().behave(behavior).tls(true).start().unwrap();
    assert_eq!(Raw::put("/demo/sealed", b"secret").sse_c(ONE).send(&server).status, 200);
    assert_eq!(Raw::put("/demo/empty", b"").sse_c(ONE).send(&server).status, 200);
    server
}

fn denied() -> (u16, String) {
    (403, "AccessDenied".to_owned())
}

#[test]
fn minio_takes_no_key_over_plain_http() {
    let server = builder().behave(Behavior::Minio).start().unwrap();
    let answer = Raw::put("/demo/key", b"secret").sse_c(ONE).send(&server);
    assert_eq!(answer.verdict(), (400, "InvalidRequest".to_owned()));
    assert!(answer.message().contains("secure connection"), "{}", answer.message());
    assert!(server.object(BUCKET, "key").is_none());
}

#[test]
fn minio_denies_wrong_and_malformed_keys_and_takes_unpadded_ones() {
    let server = store(Behavior::Minio);
    assert_eq!(Raw::get("/demo/sealed").sse_c(TWO).send(&server).verdict(), denied());
    for malformed in ["AQEB", "not base64!", ""] {
        let with = |raw: Raw| raw.header(ALGORITHM, "AES256").header(KEY, malformed);
        let put = with(Raw::put("/demo/bad", b"x")).header(KEY_MD5, ONE.md5).send(&server);
        assert_eq!(put.verdict(), denied(), "{malformed}");
        assert_eq!(with(Raw::get("/demo/sealed")).send(&server).verdict(), denied(), "{malformed}");
    }
    assert!(server.object(BUCKET, "bad").is_none());
    let unpadded = ONE.base64.trim_end_matches('=');
    let with =
        |raw: Raw| raw.header(ALGORITHM, "AES256").header(KEY, unpadded).header(KEY_MD5, ONE.md5);
    assert_eq!(with(Raw::put("/demo/new", b"secret")).send(&server).status, 200);
    assert_eq!(Raw::get("/demo/new").sse_c(ONE).send(&server).body, b"secret");
    assert_eq!(with(Raw::get("/demo/sealed")).send(&server).body, b"secret");
    let amazon = store(Behavior::Aws);
    assert_eq!(with(Raw::put("/demo/new", b"secret")).send(&amazon).status, 400);
}

#[test]
fn minio_opens_an_empty_object_with_any_key() {
    let server = store(Behavior::Minio);
    let got = Raw::get("/demo/empty").sse_c(TWO).send(&server);
    assert_eq!((got.status, got.body.len()), (200, 0));
    assert_eq!(Raw::head("/demo/empty").sse_c(TWO).send(&server).status, 403);
    assert_eq!(Raw::get("/demo/empty").send(&server).status, 400, "there has to be a key");
    let copy = Raw::put("/demo/copy", b"")
        .header("x-amz-copy-source", "/demo/empty")
        .header(&format!("{SOURCE}algorithm"), "AES256")
        .header(&format!("{SOURCE}key"), TWO.base64)
        .header(&format!("{SOURCE}key-md5"), TWO.md5)
        .send(&server);
    assert_eq!(copy.status, 200, "{}", copy.message());
    let amazon = store(Behavior::Aws);
    assert_eq!(Raw::get("/demo/empty").sse_c(TWO).send(&amazon).verdict(), denied());
}

#[test]
fn minio_wants_the_md5_of_a_list_of_deletions() {
    let server = store(Behavior::Minio);
    let list = b"<Delete><Object><Key>sealed</Key></Object></Delete>";
    let by_checksum = Raw::post("/demo?delete=", list)
        .header("x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        .send(&server);
    assert_eq!(by_checksum.verdict(), (400, "MissingContentMD5".to_owned()));
    assert!(server.object(BUCKET, "sealed").is_some());
}

#[test]
fn ovh_names_the_missing_key() {
    let server = store(Behavior::Ovh);
    let got = Raw::get("/demo/sealed").send(&server);
    assert_eq!(got.verdict(), (400, "BadRequest".to_owned()));
    assert_eq!(got.message(), "Missing X-Amz-Server-Side-Encryption-Customer-Key header");
    assert_eq!(Raw::get("/demo/sealed").sse_c(TWO).send(&server).verdict(), denied());
}

#[test]
fn b2_takes_neither_checksums_nor_tags_nor_conditions() {
    let server = store(Behavior::B2);
    for (name, value) in [
        ("x-amz-checksum-mode", "ENABLED"),
        ("x-amz-checksum-crc32", "NhCmhg=="),
        ("x-amz-sdk-checksum-algorithm", "CRC32"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-tagging", "a=b"),
    ] {
        let put = Raw::put("/demo/key", b"hello").header(name, value).send(&server);
        assert_eq!(put.verdict(), (400, "InvalidArgument".to_owned()), "{name}");
        assert!(put.message().contains(&format!("Unsupported header '{name}'")), "{name}");
    }
    let put = Raw::put("/demo/key", b"hello").header("if-none-match", "*").send(&server);
    assert_eq!(put.verdict(), (501, "NotImplemented".to_owned()));
    assert_eq!(Raw::get("/demo/sealed?tagging=").send(&server).status, 501);
    assert!(server.object(BUCKET, "key").is_none());
    let put = Raw::put("/demo/key", b"hello").send(&server);
    assert_eq!((put.status, put.header("x-amz-checksum-crc64nvme")), (200, None));
    let got = Raw::get("/demo/key").header("if-match", "\"other\"").send(&server);
    assert_eq!(got.status, 412, "reads have conditions");
}

#[test]
fn storagegrid_hides_a_sealed_object_from_a_head_without_its_key() {
    let server = store(Behavior::StorageGrid);
    assert_eq!(Raw::head("/demo/sealed").send(&server).status, 404);
    assert_eq!(Raw::head("/demo/sealed").sse_c(TWO).send(&server).status, 403);
    let head = Raw::head("/demo/sealed").sse_c(ONE).send(&server);
    assert_eq!((head.status, head.header(KEY_MD5)), (200, Some(ONE.md5)));
    assert_eq!(Raw::get("/demo/sealed").send(&server).status, 400);
}
