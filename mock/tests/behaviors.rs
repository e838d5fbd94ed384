//! What other stores do differently: every row of the table in the book, store by store.

use s3seal_mock::{Behavior, Server};

use crate::harness::{BUCKET, Key, ONE, TWO, builder, data};
use crate::raw::{Answer, Raw};

const ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";
const MD5: &str = "x-amz-server-side-encryption-customer-key-md5";
const SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer-";
const SEAWEEDFS: Behavior = Behavior::SeaweedFs;
const CEPH: Behavior = Behavior::Ceph;
const GARAGE: Behavior = Behavior::Garage;

/// Over TLS, without which Ceph takes no key. `/demo/sealed` is sealed with the first key, `/demo/plain` is not.
fn store(behavior: Behavior) -> Server {
    let server = builder().behave(behavior).tls(true).start().unwrap();
    let sealed = Raw::put("/demo/sealed", b"secret").sse_c(ONE).send(&server);
    assert_eq!((sealed.status, sealed.header(MD5)), (200, Some(ONE.md5)));
    assert_eq!(Raw::put("/demo/plain", b"secret").send(&server).status, 200);
    server
}

fn sealed_with(server: &Server, key: &str) -> Option<String> {
    server.object(BUCKET, key).unwrap().key_md5
}

fn create(server: &Server, key: Option<Key>) -> (Answer, String) {
    let raw = Raw::post("/demo/parts?uploads=", b"");
    let answer = key.into_iter().fold(raw, Raw::sse_c).send(server);
    let id = answer.element("UploadId");
    (answer, id)
}

fn part(server: &Server, id: &str, key: Option<Key>, body: &[u8]) -> Answer {
    let raw = Raw::put("/demo/parts", body).param("partNumber", "1").param("uploadId", id);
    key.into_iter().fold(raw, Raw::sse_c).send(server)
}

fn complete(server: &Server, id: &str, part: &Answer) -> Answer {
    let etag = part.header("etag").unwrap();
    let body = format!(
        "<CompleteMultipartUpload><Part><ETag>{etag}</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"
    );
    Raw::post("/demo/parts", body.as_bytes()).param("uploadId", id).send(server)
}

fn copy(from: &str, to: &str, source: Option<Key>, target: Option<Key>) -> Raw {
    let raw =
        Raw::put(&format!("/demo/{to}"), b"").header("x-amz-copy-source", &format!("/demo/{from}"));
    let raw = source.into_iter().fold(raw, with_source_key);
    target.into_iter().fold(raw, Raw::sse_c)
}

fn with_source_key(raw: Raw, key: Key) -> Raw {
    raw.header(&format!("{SOURCE}algorithm"), "AES256")
        .header(&format!("{SOURCE}key"), key.base64)
        .header(&format!("{SOURCE}key-md5"), key.md5)
}

fn verdict(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn every_behavior_has_a_name_that_reads_back() {
    for behavior in Behavior::ALL {
        assert_eq!(behavior.to_string().parse(), Ok(*behavior));
    }
    let error = "nowhere".parse::<Behavior>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown behavior \"nowhere\": one of aws, aws-blocked, seaweedfs, ceph, garage, minio, ovh, b2, storagegrid, ignores-sse-c"
    );
}

#[test]
fn a_wrong_key_and_none() {
    for (behavior, wrong, missing) in [
        (SEAWEEDFS, verdict(403, "AccessDenied"), verdict(400, "InvalidArgument")),
        (CEPH, verdict(400, "InvalidArgument"), verdict(400, "InvalidArgument")),
        (GARAGE, verdict(400, "InvalidRequest"), verdict(400, "InvalidRequest")),
    ] {
        let server = store(behavior);
        assert_eq!(
            Raw::get("/demo/sealed").sse_c(TWO).send(&server).verdict(),
            wrong,
            "{behavior}"
        );
        assert_eq!(Raw::get("/demo/sealed").send(&server).verdict(), missing, "{behavior}");
        assert_eq!(Raw::head("/demo/sealed").sse_c(TWO).send(&server).status, wrong.0);
        assert_eq!(Raw::head("/demo/sealed").send(&server).status, missing.0);
    }
}

#[test]
fn the_right_key_opens_and_is_echoed() {
    for (behavior, echoes) in [(SEAWEEDFS, 2), (CEPH, 1), (GARAGE, 1)] {
        let server = store(behavior);
        for request in [Raw::get("/demo/sealed"), Raw::head("/demo/sealed")] {
            let answer = request.sse_c(ONE).send(&server);
            assert_eq!((answer.status, answer.header(ALGORITHM)), (200, Some("AES256")));
            let echo: Vec<_> =
                answer.headers.iter().filter(|(name, _)| name == MD5).map(|(_, v)| v).collect();
            assert_eq!(echo, vec![ONE.md5; echoes], "{behavior}");
        }
        assert_eq!(Raw::get("/demo/sealed").sse_c(ONE).send(&server).body, b"secret");
    }
}

#[test]
fn seaweedfs_shows_the_md5_of_what_is_sealed() {
    let md5 = "5ebe2294ecd0e0f08eab7690d2a6ee69";
    for (behavior, shown) in [(SEAWEEDFS, true), (CEPH, false), (GARAGE, false)] {
        let server = store(behavior);
        assert_eq!(server.object(BUCKET, "sealed").unwrap().etag == md5, shown, "{behavior}");
        let (_, id) = create(&server, Some(ONE));
        let etag = part(&server, &id, Some(ONE), b"secret").header("etag").map(str::to_owned);
        assert_eq!(etag == Some(format!("\"{md5}\"")), shown, "{behavior}");
    }
}

#[test]
fn a_key_for_a_plain_object() {
    for (behavior, expected) in [
        (SEAWEEDFS, verdict(200, "")),
        (CEPH, verdict(200, "")),
        (GARAGE, verdict(400, "InvalidRequest")),
    ] {
        let answer = Raw::get("/demo/plain").sse_c(ONE).send(&store(behavior));
        assert_eq!((answer.verdict(), answer.header(MD5)), (expected, None), "{behavior}");
    }
}

#[test]
fn create_echoes_except_on_seaweedfs() {
    for (behavior, echo) in [(SEAWEEDFS, None), (CEPH, Some(ONE.md5)), (GARAGE, Some(ONE.md5))] {
        let (answer, _) = create(&store(behavior), Some(ONE));
        assert_eq!((answer.status, answer.header(MD5)), (200, echo), "{behavior}");
    }
}

#[test]
fn a_part_without_the_key_of_its_upload() {
    for behavior in [CEPH, GARAGE] {
        let server = store(behavior);
        let (_, id) = create(&server, Some(ONE));
        let answer = part(&server, &id, None, b"secret");
        assert_eq!(answer.verdict(), verdict(400, "InvalidRequest"), "{behavior}");
    }
    let server = store(SEAWEEDFS);
    let (_, id) = create(&server, Some(ONE));
    let answer = part(&server, &id, None, b"secret");
    assert_eq!((answer.status, answer.header(MD5)), (200, None));
    assert_eq!(complete(&server, &id, &answer).status, 200);
    let read = Raw::get("/demo/parts").sse_c(ONE).send(&server);
    assert_eq!(read.verdict(), verdict(500, "InternalError"), "nobody can read it any more");
}

#[test]
fn a_part_with_a_key_in_a_plain_upload() {
    let server = store(SEAWEEDFS);
    let (_, id) = create(&server, None);
    let answer = part(&server, &id, Some(ONE), b"secret");
    assert_eq!((answer.status, answer.header(MD5)), (200, Some(ONE.md5)));
    assert_eq!(complete(&server, &id, &answer).status, 200);
    assert_eq!(sealed_with(&server, "parts").as_deref(), Some(ONE.md5));
    assert_eq!(Raw::get("/demo/parts").sse_c(ONE).send(&server).body, b"secret");

    let server = store(CEPH);
    let (_, id) = create(&server, None);
    let answer = part(&server, &id, Some(ONE), b"secret");
    assert_eq!((answer.status, answer.header(MD5)), (200, None));
    assert_eq!(complete(&server, &id, &answer).status, 200);
    assert_eq!(server.raw_at_rest(BUCKET, "parts").unwrap(), b"secret", "in plaintext");

    let server = store(GARAGE);
    let (_, id) = create(&server, None);
    let answer = part(&server, &id, Some(ONE), b"secret");
    assert_eq!(answer.verdict(), verdict(400, "InvalidRequest"));
}

#[test]
fn complete_without_the_key_where_a_checksum_is_in_use() {
    for (behavior, status) in [(SEAWEEDFS, 200), (CEPH, 200), (GARAGE, 400)] {
        let server = store(behavior);
        let created = Raw::post("/demo/parts?uploads=", b"")
            .sse_c(ONE)
            .header("x-amz-checksum-algorithm", "CRC64NVME")
            .send(&server);
        let id = created.element("UploadId");
        let part = part(&server, &id, Some(ONE), b"secret");
        assert_eq!(complete(&server, &id, &part).status, status, "{behavior}");
    }
}

#[test]
fn a_copy_to_another_key() {
    for (behavior, status, echo) in
        [(SEAWEEDFS, 200, None), (CEPH, 501, None), (GARAGE, 200, Some(TWO.md5))]
    {
        let server = store(behavior);
        let answer = copy("sealed", "copy", Some(ONE), Some(TWO)).send(&server);
        assert_eq!((answer.status, answer.header(MD5)), (status, echo), "{behavior}");
        if status == 200 {
            assert_eq!(sealed_with(&server, "copy").as_deref(), Some(TWO.md5));
        }
    }
}

#[test]
fn a_copy_in_place() {
    for (behavior, plainly, replacing) in
        [(SEAWEEDFS, 400, 200), (CEPH, 400, 501), (GARAGE, 200, 200)]
    {
        let server = store(behavior);
        let rekey = || copy("sealed", "sealed", Some(ONE), Some(TWO));
        assert_eq!(rekey().send(&server).status, plainly, "{behavior}");
        let server = store(behavior);
        let answer = rekey().header("x-amz-metadata-directive", "REPLACE").send(&server);
        assert_eq!(answer.status, replacing, "{behavior}");
    }
}

#[test]
fn a_copy_that_shall_seal() {
    for (behavior, echo, sealed) in [
        (SEAWEEDFS, None, Some(ONE.md5)),
        (CEPH, None, None),
        (GARAGE, Some(ONE.md5), Some(ONE.md5)),
    ] {
        let server = store(behavior);
        Raw::put("/demo/plain", &data(4000)).send(&server);
        let answer = copy("plain", "copy", None, Some(ONE)).send(&server);
        assert_eq!((answer.status, answer.header(MD5)), (200, echo), "{behavior}");
        assert_eq!(sealed_with(&server, "copy").as_deref(), sealed, "{behavior}");
    }
    let server = store(GARAGE);
    let answer = copy("plain", "copy", None, Some(ONE)).send(&server);
    assert_eq!(answer.verdict(), verdict(404, "NoSuchKey"), "a small object");
    assert!(server.object(BUCKET, "copy").is_none());
    assert_eq!(copy("plain", "copy", None, None).send(&server).status, 200);
}

#[test]
fn a_copy_with_a_wrong_source_key() {
    for (behavior, status) in [(SEAWEEDFS, 500), (CEPH, 501), (GARAGE, 400)] {
        let answer = copy("sealed", "copy", Some(TWO), Some(TWO)).send(&store(behavior));
        assert_eq!(answer.status, status, "{behavior}");
        let keyless = copy("sealed", "copy", None, Some(TWO)).send(&store(behavior));
        assert_eq!(keyless.status, if behavior == CEPH { 501 } else { 400 }, "{behavior}");
    }
}

#[test]
fn a_part_copied_between_sealed_objects() {
    for (behavior, status) in [(SEAWEEDFS, 501), (CEPH, 400), (GARAGE, 200)] {
        let server = store(behavior);
        let (_, id) = create(&server, Some(TWO));
        let answer = copy("sealed", "parts", Some(ONE), Some(TWO))
            .param("partNumber", "1")
            .param("uploadId", &id)
            .send(&server);
        assert_eq!(answer.status, status, "{behavior}");
    }
}

#[test]
fn tags_and_versions() {
    for (behavior, status) in [(SEAWEEDFS, 200), (CEPH, 200), (GARAGE, 501)] {
        let server = store(behavior);
        assert_eq!(Raw::get("/demo/sealed?tagging=").send(&server).status, status, "{behavior}");
        let versioning =
            b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let answer = Raw::put("/demo?versioning=", versioning).send(&server);
        assert_eq!(answer.status, status, "{behavior}");
    }
}

/// `hello` in one chunk, and its CRC32 behind it.
fn with_unsigned_trailer() -> Raw {
    let body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    Raw::put("/demo/trailer", body)
        .payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", "5")
        .header("x-amz-trailer", "x-amz-checksum-crc32")
}

#[test]
fn an_unsigned_checksum_trailer() {
    for (behavior, encoding) in [(SEAWEEDFS, Some("aws-chunked")), (GARAGE, None)] {
        let server = store(behavior);
        assert_eq!(with_unsigned_trailer().send(&server).status, 200, "{behavior}");
        let read = Raw::get("/demo/trailer").send(&server);
        assert_eq!(
            (read.body.as_slice(), read.header("content-encoding")),
            (&b"hello"[..], encoding)
        );
    }
    assert_eq!(with_unsigned_trailer().send(&store(CEPH)).status, 411, "over https");
    let server = builder().behave(CEPH).start().unwrap();
    let answer = with_unsigned_trailer().send(&server);
    assert_eq!(answer.verdict(), verdict(400, "XAmzContentSHA256Mismatch"));
}

#[test]
fn a_signed_checksum_trailer() {
    for (behavior, code, message) in [
        (CEPH, "XAmzContentSHA256Mismatch", ""),
        (GARAGE, "InvalidRequest", "Bad request: Invalid payload signature"),
    ] {
        let request = Raw::put("/demo/trailer", b"")
            .payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
            .header("x-amz-decoded-content-length", "0");
        let answer = request.send(&store(behavior));
        assert_eq!((answer.verdict(), answer.message()), (verdict(400, code), message.to_owned()));
    }
}

#[test]
fn ceph_returns_no_checksum() {
    for (behavior, returned) in [(SEAWEEDFS, true), (CEPH, false), (GARAGE, true)] {
        let request = Raw::get("/demo/plain").header("x-amz-checksum-mode", "ENABLED");
        let answer = request.send(&store(behavior));
        assert_eq!(answer.header("x-amz-checksum-crc64nvme").is_some(), returned, "{behavior}");
    }
}

#[test]
fn presigned_with_the_algorithm_alone() {
    for (behavior, expected) in [
        (SEAWEEDFS, verdict(403, "SignatureDoesNotMatch")),
        (CEPH, verdict(200, "")),
        (GARAGE, verdict(400, "InvalidRequest")),
    ] {
        let answer = Raw::get("/demo/sealed")
            .presigned_for(60)
            .header(ALGORITHM, "AES256")
            .unsigned_header("x-amz-server-side-encryption-customer-key", ONE.base64)
            .unsigned_header(MD5, ONE.md5)
            .send(&store(behavior));
        assert_eq!(answer.verdict(), expected, "{behavior}");
    }
}

#[test]
fn presigned_with_all_three() {
    for behavior in [SEAWEEDFS, CEPH, GARAGE] {
        let request = Raw::get("/demo/sealed").presigned_for(60).sse_c(ONE);
        assert_eq!(request.send(&store(behavior)).body, b"secret", "{behavior}");
    }
}

#[test]
fn presigned_with_the_key_in_the_query() {
    for (behavior, status) in [(SEAWEEDFS, 200), (CEPH, 200), (GARAGE, 403)] {
        let server = store(behavior);
        let answer = Raw::put("/demo/hoisted", b"secret")
            .presigned_for(60)
            .param(ALGORITHM, "AES256")
            .param("x-amz-server-side-encryption-customer-key", ONE.base64)
            .param(MD5, ONE.md5)
            .send(&server);
        assert_eq!((answer.status, answer.header(MD5)), (status, None), "{behavior}");
        let expected = (status == 200).then(|| b"secret".to_vec());
        assert_eq!(
            server.raw_at_rest(BUCKET, "hoisted"),
            expected,
            "{behavior}: plaintext or nothing"
        );
    }
}

#[test]
fn a_key_over_plain_http() {
    for (behavior, expected) in [
        (SEAWEEDFS, verdict(200, "")),
        (CEPH, verdict(400, "InvalidRequest")),
        (GARAGE, verdict(200, "")),
    ] {
        let server = builder().behave(behavior).start().unwrap();
        let answer = Raw::put("/demo/sealed", b"secret").sse_c(ONE).send(&server);
        assert_eq!((answer.verdict(), answer.message()), (expected, String::new()), "{behavior}");
    }
}

#[test]
fn if_none_match_on_a_key_that_is_there() {
    for (behavior, status) in [(SEAWEEDFS, 412), (CEPH, 412), (GARAGE, 200)] {
        let server = store(behavior);
        let answer = Raw::put("/demo/plain", b"other").header("if-none-match", "*").send(&server);
        assert_eq!(answer.status, status, "{behavior}");
    }
}

#[test]
fn if_match_on_a_copy() {
    for (behavior, status) in [(SEAWEEDFS, 412), (CEPH, 200), (GARAGE, 200)] {
        let server = store(behavior);
        let raw = copy("plain", "plain", None, None).header("x-amz-metadata-directive", "REPLACE");
        assert_eq!(raw.header("if-match", "\"other\"").send(&server).status, status, "{behavior}");
    }
}

#[test]
fn a_range_outside_without_the_key() {
    for (behavior, status) in [(SEAWEEDFS, 416), (CEPH, 400), (GARAGE, 400)] {
        let server = store(behavior);
        let answer = Raw::get("/demo/sealed").header("range", "bytes=20-30").send(&server);
        assert_eq!(answer.status, status, "{behavior}");
    }
}

#[test]
fn a_part_number() {
    let (first, last) = (data(5 << 20), b"last".to_vec());
    for (behavior, status, len) in
        [(SEAWEEDFS, 206, 4), (CEPH, 200, (5 << 20) + 4), (GARAGE, 206, 4)]
    {
        let server = store(behavior);
        let (_, id) = create(&server, None);
        let mut list = String::new();
        for (number, body) in [(1, &first), (2, &last)] {
            let answer = Raw::put("/demo/parts", body)
                .param("partNumber", &number.to_string())
                .param("uploadId", &id)
                .send(&server);
            let etag = answer.header("etag").unwrap();
            list += &format!("<Part><ETag>{etag}</ETag><PartNumber>{number}</PartNumber></Part>");
        }
        let body = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
        let done = Raw::post("/demo/parts", body.as_bytes()).param("uploadId", &id).send(&server);
        assert_eq!(done.status, 200);
        let answer = Raw::get("/demo/parts?partNumber=2").send(&server);
        assert_eq!((answer.status, answer.body.len()), (status, len), "{behavior}");
    }
}

#[test]
fn a_keyless_read_of_what_the_client_has() {
    for (behavior, status) in [(SEAWEEDFS, 304), (CEPH, 304), (GARAGE, 400)] {
        let server = store(behavior);
        let etag = format!("\"{}\"", server.object(BUCKET, "sealed").unwrap().etag);
        let answer = Raw::get("/demo/sealed").header("if-none-match", &etag).send(&server);
        assert_eq!(answer.status, status, "{behavior}");
    }
}
