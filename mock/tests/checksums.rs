//! Digests and checksums: compared, stored, returned.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType};

use crate::harness::{BUCKET, ONE, client, run, server};
use crate::raw::Raw;

/// Of "hello".
const VALUES: [(&str, &str); 10] = [
    ("crc32", "NhCmhg=="),
    ("crc32c", "mnG7TA=="),
    ("crc64nvme", "M3eFcAZSQlc="),
    ("sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
    ("sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
    (
        "sha512",
        "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==",
    ),
    ("md5", "XUFAKrxLKna5cZ2REBfFkg=="),
    // By another implementation of xxHash, in Python.
    ("xxhash64", "JseCfYifbaM="),
    ("xxhash3", "lVXoVVxi3P0="),
    ("xxhash128", "tenBrQcbPn/Hec+qXlI4GA=="),
];

#[test]
fn header_checksums() {
    let server = server();
    for (name, value) in VALUES {
        let header = format!("x-amz-checksum-{name}");
        let answer = Raw::put("/demo/key", b"hello").header(&header, value).send(&server);
        assert_eq!((answer.status, answer.header(&header)), (200, Some(value)), "{name}");
        assert_eq!(answer.header("x-amz-checksum-type"), Some("FULL_OBJECT"));

        let wrong = Raw::put("/demo/bad", b"hullo").header(&header, value).send(&server);
        let upper = name.to_uppercase();
        assert_eq!(wrong.verdict(), (400, "BadDigest".to_owned()), "{name}");
        assert_eq!(
            wrong.message(),
            format!("The {upper} you specified did not match the calculated checksum.")
        );
        let invalid = Raw::put("/demo/bad", b"hello").header(&header, "AA").send(&server);
        assert_eq!(invalid.message(), format!("Value for {header} header is invalid."), "{name}");

        let got = Raw::get("/demo/key").header("x-amz-checksum-mode", "ENABLED").send(&server);
        assert_eq!(got.header(&header), Some(value), "{name}");
        let unasked = Raw::get("/demo/key").send(&server);
        assert_eq!(unasked.header(&header), None, "{name}");
    }
    assert!(server.object(BUCKET, "bad").is_none());
}

#[test]
fn a_checksum_is_computed_where_none_is_given_and_a_range_has_none() {
    let server = server();
    let put = Raw::put("/demo/key", b"hello").sse_c(ONE).send(&server);
    assert_eq!(put.header("x-amz-checksum-crc64nvme"), Some(VALUES[2].1));
    let get = || Raw::get("/demo/key").sse_c(ONE).header("x-amz-checksum-mode", "ENABLED");
    assert_eq!(get().send(&server).header("x-amz-checksum-crc64nvme"), Some(VALUES[2].1));
    let range = get().header("range", "bytes=0-4").send(&server);
    assert_eq!((range.status, range.header("x-amz-checksum-crc64nvme")), (206, None));
}

#[test]
fn digests_of_the_request() {
    let server = server();
    let rows = [
        (
            Raw::put("/demo/key", b"hello").header("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
            200,
            "",
        ),
        (
            Raw::put("/demo/key", b"hullo").header("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
            400,
            "BadDigest",
        ),
        (Raw::put("/demo/key", b"hello").header("content-md5", "hello"), 400, "InvalidDigest"),
        (
            Raw::put("/demo/key", b"hello").payload_hash(&"0".repeat(64)),
            400,
            "XAmzContentSHA256Mismatch",
        ),
        (Raw::put("/demo/key", b"hello").payload_hash("UNSIGNED-PAYLOAD"), 200, ""),
        (
            Raw::put("/demo/key", b"hello").header("x-amz-sdk-checksum-algorithm", "CRC32"),
            400,
            "InvalidRequest",
        ),
        (
            Raw::put("/demo/key", b"hello")
                .header("x-amz-checksum-crc32", VALUES[0].1)
                .header("x-amz-checksum-crc32c", VALUES[1].1),
            400,
            "InvalidRequest",
        ),
        (
            Raw::put("/demo?versioning=", b"<x/>").payload_hash(&"0".repeat(64)),
            400,
            "XAmzContentSHA256Mismatch",
        ),
    ];
    for (index, (request, status, code)) in rows.into_iter().enumerate() {
        assert_eq!(request.send(&server).verdict(), (status, code.to_owned()), "row {index}");
    }
}

fn chunked(body: &[u8], trailer: &str) -> Raw {
    let mut encoded = format!("{:x}\r\n", body.len()).into_bytes();
    encoded.extend_from_slice(body);
    encoded.extend_from_slice(format!("\r\n0\r\n{trailer}\r\n\r\n").as_bytes());
    Raw::put("/demo/key", &encoded)
        .payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", &body.len().to_string())
        .header("x-amz-trailer", "x-amz-checksum-crc32")
}

#[test]
fn trailers_of_every_algorithm() {
    let server = server();
    for (name, value) in VALUES {
        let header = format!("x-amz-checksum-{name}");
        let put = |body: &[u8]| {
            let mut encoded = format!("{:x}\r\n", body.len()).into_bytes();
            encoded.extend_from_slice(body);
            encoded.extend_from_slice(format!("\r\n0\r\n{header}:{value}\r\n\r\n").as_bytes());
            Raw::put("/demo/key", &encoded)
                .payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
                .header("x-amz-decoded-content-length", &body.len().to_string())
                .header("x-amz-trailer", &header)
                .send(&server)
        };
        let good = put(b"hello");
        assert_eq!((good.status, good.header(&header)), (200, Some(value)), "{name}");
        assert_eq!(put(b"hullo").verdict(), (400, "BadDigest".to_owned()), "{name}");
    }
}

#[test]
fn a_completion_with_checksums_of_newer_kinds_is_judged_like_any_other() {
    let server = server();
    server.set_versioning(BUCKET, true);
    let begin = || {
        let id = Raw::new("POST", "/demo/key?uploads=")
            .header("x-amz-checksum-algorithm", "XXHASH3")
            .header("x-amz-server-side-encryption", "aws:kms")
            .send(&server)
            .element("UploadId");
        let part = Raw::put(&format!("/demo/key?partNumber=1&uploadId={id}"), b"hello")
            .header("x-amz-checksum-xxhash3", "lVXoVVxi3P0=")
            .send(&server);
        (id, part.header("etag").unwrap().to_owned())
    };
    let (id, etag) = begin();
    let document = |number: &str, etag: &str, more: &str| {
        format!(
            "<CompleteMultipartUpload><Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><ChecksumXXHASH3>lVXoVVxi3P0=</ChecksumXXHASH3></Part>{more}</CompleteMultipartUpload>"
        )
    };
    let complete =
        |document: &str| Raw::post(&format!("/demo/key?uploadId={id}"), document.as_bytes());
    let good = document("1", &etag, "");
    let rows = [
        (complete(&document("x", &etag, "")), 400, "MalformedXML"),
        (complete(&document("1", &etag, "<Other/>")), 400, "MalformedXML"),
        (complete(&document("1", "\"0\"", "")), 400, "InvalidPart"),
        (complete(&good).header("if-match", "\"0\""), 404, "NoSuchKey"),
        (complete(&good).header("x-amz-mp-object-size", "4"), 400, "InvalidRequest"),
        (complete(&good).header("x-amz-mp-object-size", "x"), 400, "InvalidArgument"),
        (complete(&good).header("x-amz-checksum-type", "FULL_OBJECT"), 400, "InvalidRequest"),
        (complete(&good).header("content-md5", "AAAA"), 400, "InvalidDigest"),
        (complete(&good).secret_key("other"), 403, "SignatureDoesNotMatch"),
        (complete(&good).anonymous(), 403, "AccessDenied"),
    ];
    for (request, status, code) in rows {
        assert_eq!(request.send(&server).verdict(), (status, code.to_owned()));
    }
    let done = complete(&good).header("x-amz-mp-object-size", "5").header("if-none-match", "*");
    let done = done.send(&server);
    assert_eq!(done.status, 200, "{}", done.message());
    assert_eq!(done.header("x-amz-server-side-encryption"), Some("aws:kms"));
    assert!(done.header("x-amz-version-id").is_some());
    assert_eq!(
        done.element("ETag"),
        server.object(BUCKET, "key").map(|it| format!("\"{}\"", it.etag)).unwrap()
    );
    assert_eq!(Raw::get("/demo/key").send(&server).body, b"hello");
}

#[test]
fn trailers() {
    let server = server();
    let good = chunked(b"hello", "x-amz-checksum-crc32:NhCmhg==").send(&server);
    assert_eq!(
        (good.status, good.header("x-amz-checksum-crc32")),
        (200, Some("NhCmhg==")),
        "{}",
        good.message()
    );
    let got = Raw::get("/demo/key").send(&server);
    assert_eq!((got.body.as_slice(), got.header("content-encoding")), (&b"hello"[..], None));
    let wrong = chunked(b"hullo", "x-amz-checksum-crc32:NhCmhg==").send(&server);
    assert_eq!(wrong.verdict(), (400, "BadDigest".to_owned()));
    assert_eq!(
        Raw::get("/demo/key").send(&server).body,
        b"hello",
        "what is refused changes nothing"
    );
}

#[test]
fn the_sdk_s_own_trailer_uploads() {
    let server = server();
    let s3 = client(&server);
    let file = std::env::temp_dir().join(format!("s3seal-mock-{}", std::process::id()));
    std::fs::write(&file, b"hello").unwrap();
    run(async {
        let body = ByteStream::from_path(&file).await.unwrap();
        let put = s3
            .put_object()
            .bucket(BUCKET)
            .key("key")
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .body(body);
        assert_eq!(put.send().await.unwrap().checksum_sha256(), Some(VALUES[4].1));
        let head = s3
            .head_object()
            .bucket(BUCKET)
            .key("key")
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await
            .unwrap();
        assert_eq!(head.checksum_sha256(), Some(VALUES[4].1));
        assert_eq!(head.checksum_type(), Some(&ChecksumType::FullObject));
    });
    std::fs::remove_file(&file).unwrap();
}
