//! Bodies: verified before their last byte goes to the store, so that a bad one never becomes an object.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::io::Write as _;
use std::net::TcpStream;

use super::client::{Proxy, Reply, Request, sha256, signed_chunks, unsigned_chunks};
use crate::harness::{BUCKET, Lab, noise};

const SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const CRC32: &str = "x-amz-checksum-crc32";

/// A small body is collected, a large one passes as it arrives.
const SIZES: [usize; 3] = [0, 1000, 700_000];

fn lab() -> Lab {
    let lab = Lab::new();
    lab.key("k");
    lab.believe_in_the_bucket();
    lab
}

fn crc32(bytes: &[u8]) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    BASE64_STANDARD.encode(crc.sum().to_be_bytes())
}

/// A request whose body is in chunks.
fn chunked(content: &str, target: &str, length: usize, has_trailer: bool) -> Request {
    let request = Request { content: content.to_owned(), ..Request::new("PUT", target) }
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", &length.to_string());
    if has_trailer { request.header("x-amz-trailer", CRC32) } else { request }
}

/// Content in pieces of uneven lengths.
fn pieces(content: &[u8]) -> Vec<&[u8]> {
    content.chunks(65_537).collect()
}

#[track_caller]
fn has_stored_nothing(lab: &Lab) {
    assert!(lab.server().object_keys(BUCKET).is_empty(), "{:?}", lab.server().object_keys(BUCKET));
    assert!(lab.server().uploads(BUCKET).is_empty(), "an upload is left");
}

#[test]
fn the_framing_of_chunks_is_taken_off() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    for length in SIZES {
        let content = noise(length);
        let crc = crc32(&content);
        for (kind, has_trailer) in
            [(SIGNED, false), (SIGNED_TRAILER, true), (UNSIGNED_TRAILER, true)]
        {
            let request = chunked(kind, "/demo/x", length, has_trailer);
            let trailer = has_trailer.then_some((CRC32, crc.as_str()));
            let body = match kind {
                UNSIGNED_TRAILER => unsigned_chunks(&pieces(&content), (CRC32, &crc)),
                _ => signed_chunks(&request, &proxy.endpoint, &pieces(&content), trailer),
            };
            let reply = proxy.send(&request.body(body));
            assert_eq!(reply.status, 200, "{kind} {length}: {reply:?}");
            proxy.holds(&lab, "x", &content);
            let head = lab.run(["head", "-k", "./k", "--json", "s3://demo/x"]).succeeds().json();
            assert!(head.get("ContentEncoding").is_none_or(|it| it.is_null()), "{head}");
            if has_trailer && length <= 1000 {
                assert_eq!(head["ChecksumCRC32"], crc.as_str(), "a short trailer becomes a header");
            }
        }
    }
}

/// The first write to a bucket goes as an upload, which announces no checksum: the trailer is verified here.
#[test]
fn the_trailer_of_a_first_write_stays_here() {
    for length in [1000, 700_000] {
        let lab = Lab::with(|server| server.tls(true));
        lab.key("k");
        let proxy = Proxy::start(&lab);
        let content = noise(length);
        let send = |crc: &str| {
            let request = chunked(UNSIGNED_TRAILER, "/demo/x", length, true);
            proxy.send(&request.body(unsigned_chunks(&pieces(&content), (CRC32, crc))))
        };
        send(&crc32(b"other")).is(400, "BadDigest");
        has_stored_nothing(&lab);
        let reply = send(&crc32(&content));
        assert_eq!(reply.status, 200, "{reply:?}");
        proxy.holds(&lab, "x", &content);
        let parts = lab.server().requests();
        let part = parts.iter().rfind(|it| it.operation == "UploadPart").unwrap();
        assert!(part.header(CRC32).is_none() && part.header("x-amz-trailer").is_none());
    }
}

/// Amazon wants the checksum of each part if the upload has announced one. Over TLS clients send it behind the part.
#[test]
fn a_checksum_behind_a_large_part_is_passed_on() {
    let lab = Lab::with(|server| server.tls(true));
    lab.key("k");
    lab.believe_in_the_bucket();
    let proxy = Proxy::start(&lab);
    let content = noise(6_000_000);
    let crc = crc32(&content);
    let create =
        Request::new("POST", "/demo/x?uploads").header("x-amz-checksum-algorithm", "CRC32");
    let create = String::from_utf8(proxy.send(&create).body).unwrap();
    let (_, id) = create.split_once("<UploadId>").unwrap();
    let id = id.split('<').next().unwrap();
    let target = format!("/demo/x?partNumber=1&uploadId={id}");
    let part = |crc: &str| {
        chunked(UNSIGNED_TRAILER, &target, content.len(), true)
            .header("x-amz-sdk-checksum-algorithm", "CRC32")
            .body(unsigned_chunks(&pieces(&content), (CRC32, crc)))
    };
    let first = proxy.send(&part(&crc));
    // The first attempt tells that the store wants it; clients repeat a 503.
    let done = if first.status == 503 { proxy.send(&part(&crc)) } else { first };
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!(done.header(CRC32), Some(crc.to_lowercase().as_str()));
    proxy.send(&part(&crc32(b"other"))).is(400, "BadDigest");
    let etag = done.header("etag").unwrap();
    let list = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag><ChecksumCRC32>{crc}</ChecksumCRC32></Part></CompleteMultipartUpload>"
    );
    let complete = Request::new("POST", &format!("/demo/x?uploadId={id}")).body(list);
    proxy.send(&complete).is(200, "");
    proxy.holds(&lab, "x", &content);
}

#[test]
fn a_bad_chunk_never_becomes_an_object() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    for length in [1000, 700_000] {
        let content = noise(length);
        let crc = crc32(&content);
        let send = |request: Request, body: Vec<u8>, status: u16, code: &str| {
            proxy.send(&request.body(body)).is(status, code);
            has_stored_nothing(&lab);
        };
        let parts = pieces(&content);
        let signed = || chunked(SIGNED, "/demo/x", length, false);
        let good = |request: &Request| signed_chunks(request, &proxy.endpoint, &parts, None);

        // The last byte of the object: all chunks before it are right.
        let request = signed();
        let mut body = good(&request);
        let at = body.windows(4).rposition(|it| it == b"\r\n0;").unwrap() - 1;
        body[at] ^= 1;
        send(request, body, 403, "SignatureDoesNotMatch");
        // The signature of the empty chunk.
        let request = signed();
        let mut body = good(&request);
        let at = body.len() - 10;
        body[at] = if body[at] == b'0' { b'1' } else { b'0' };
        send(request, body, 403, "SignatureDoesNotMatch");
        // The order of the chunks.
        if parts.len() > 2 {
            let request = signed();
            let mut swapped = parts.clone();
            swapped.swap(0, 1);
            let body = good(&request);
            let first = body[..parts[0].len()].to_vec();
            let mut other = signed_chunks(&request, &proxy.endpoint, &swapped, None);
            other[..first.len()].copy_from_slice(&first);
            send(request, other, 403, "SignatureDoesNotMatch");
        }
        // The trailer.
        let trailed = |kind| chunked(kind, "/demo/x", length, true);
        let wrong = crc32(b"other");
        let body = unsigned_chunks(&parts, (CRC32, &wrong));
        send(trailed(UNSIGNED_TRAILER), body, 400, "BadDigest");
        let body = unsigned_chunks(&parts, ("x-amz-checksum-sha1", &crc));
        send(trailed(UNSIGNED_TRAILER), body, 400, "MalformedTrailerError");
        let request = trailed(SIGNED_TRAILER);
        let body = signed_chunks(&request, &proxy.endpoint, &parts, Some((CRC32, &wrong)));
        send(request, body, 400, "BadDigest");
        let request = trailed(SIGNED_TRAILER);
        let body = signed_chunks(&request, &proxy.endpoint, &parts, Some((CRC32, &crc)));
        let text = String::from_utf8_lossy(&body).into_owned();
        let (_, signature) = text.rsplit_once("trailer-signature:").unwrap();
        let mut body = body;
        let at = body.len() - signature.len();
        body[at] = if body[at] == b'0' { b'1' } else { b'0' };
        send(request, body, 403, "SignatureDoesNotMatch");
        // The lengths.
        for declared in [length - 1, length + 1] {
            let request = chunked(SIGNED, "/demo/x", declared, false);
            let body = good(&request);
            let code = if declared < length { "InvalidRequest" } else { "IncompleteBody" };
            send(request, body, 400, code);
        }
        // The framing.
        let request = signed();
        let mut body = good(&request);
        body.truncate(body.len() - 2);
        send(request, body, 400, "IncompleteBody");
        let body = b"zz;chunk-signature=0\r\n".to_vec();
        send(signed(), body, 400, "InvalidRequest");
        let body = vec![b'1'; 10_000];
        send(signed(), body, 400, "InvalidRequest");
    }
}

#[test]
fn what_is_declared_is_verified() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    // Of "hello": xxhsum, openssl and Amazon's own examples give the same.
    let values = [
        ("x-amz-checksum-crc32", crc32(b"hello")),
        ("x-amz-checksum-crc32c", "mnG7TA==".to_owned()),
        ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=".to_owned()),
        ("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=".to_owned()),
        ("content-md5", "XUFAKrxLKna5cZ2REBfFkg==".to_owned()),
    ];
    for (name, value) in &values {
        let put = || Request::new("PUT", "/demo/x").body("hello");
        let reply = proxy.send(&put().header(name, value));
        assert_eq!(reply.status, 200, "{name}: {reply:?}");
        lab.run(["rm", "s3://demo/x"]).succeeds();
        let reply = proxy.send(&put().body("hallo").header(name, value));
        reply.is(400, "BadDigest");
        has_stored_nothing(&lab);
    }
    let large = noise(700_000);
    let put = || Request::new("PUT", "/demo/x").body(large.clone());
    proxy.send(&put().header(CRC32, &crc32(b"other"))).is(400, "BadDigest");
    proxy
        .send(&Request { content: sha256(b"other"), ..put() })
        .is(400, "XAmzContentSHA256Mismatch");
    proxy.send(&put().header("content-md5", "eA==")).is(400, "InvalidDigest");
    let two = put()
        .header(CRC32, &crc32(&large))
        .header("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=");
    proxy.send(&two).is(400, "InvalidRequest");
    has_stored_nothing(&lab);
    assert_eq!(proxy.send(&Request { content: sha256(&large), ..put() }).status, 200);
    proxy.holds(&lab, "x", &large);
}

#[test]
fn a_length_is_required() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    let request = Request::new("PUT", "/demo/x").header("transfer-encoding", "chunked");
    proxy.send(&request.body("5\r\nhello\r\n0\r\n\r\n")).is(411, "MissingContentLength");
    let huge = Request::new("PUT", "/demo/x");
    let head =
        huge.signed(&proxy.endpoint).replace("content-length: 0", "content-length: 6000000000");
    proxy.exchange(&head, b"").is(400, "EntityTooLarge");
    has_stored_nothing(&lab);
}

/// The body of a refused request is not asked for.
#[test]
fn a_client_that_asks_first_is_told_first() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    let content = noise(700_000);
    let asks = |key: &str| {
        let request = Request::new("PUT", key).body(content.clone());
        request.signed(&proxy.endpoint).replacen("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n", 1)
    };
    let refused = proxy.exchange(&asks("/demo/x").replacen("/demo/x", "/demo/y", 1), b"");
    refused.is(403, "SignatureDoesNotMatch");

    let mut stream = TcpStream::connect(proxy.addr).unwrap();
    stream.write_all(asks("/demo/x").as_bytes()).unwrap();
    let mut first = [0; 25];
    std::io::Read::read_exact(&mut stream, &mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&content).unwrap();
    assert_eq!(Reply::read(stream).status, 200);
    proxy.holds(&lab, "x", &content);
}

/// boto3 and aws-cli take a final answer in the place of `100 Continue` for that of their next request on the connection.
#[test]
fn a_connection_ends_with_an_answer_that_was_not_asked_for() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    for (key, body) in [("/demo/empty", ""), ("/absent/x", "content")] {
        let request = Request::new("PUT", key).body(body);
        let head = request.signed(&proxy.endpoint).replacen(
            "connection: close",
            "expect: 100-continue",
            1,
        );
        // Without the body: the answer comes to its end although the client keeps the connection.
        let reply = proxy.exchange(&head, b"");
        assert_eq!(reply.header("connection"), Some("close"), "{reply:?}");
    }
}

/// A client that goes away in the middle leaves nothing.
#[test]
fn half_a_body_is_no_object() {
    let lab = lab();
    let proxy = Proxy::start(&lab);
    for sent in [0, 1000, 300_000] {
        let content = noise(700_000);
        let request = Request::new("PUT", "/demo/x").body(content.clone());
        let mut stream = TcpStream::connect(proxy.addr).unwrap();
        stream.write_all(request.signed(&proxy.endpoint).as_bytes()).unwrap();
        stream.write_all(&content[..sent]).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let _ = std::io::Read::read_to_end(&mut stream, &mut answer);
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        has_stored_nothing(&lab);
    }
}
