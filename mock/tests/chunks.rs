//! Signed chunks of an `aws-chunked` body, with a signer of the tests' own.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use aws_lc_rs::{digest, hmac};
use s3seal_mock::Server;

use crate::harness::{BUCKET, server};
use crate::raw::{Answer, Raw, hex};

/// A body under way: each chunk is signed with the signature before it.
struct Chunks<'a> {
    server: &'a Server,
    head: String,
    signature: String,
    body: String,
}

impl<'a> Chunks<'a> {
    /// `len` is that of the body on the wire.
    fn new(server: &'a Server, decoded: usize, len: usize) -> Self {
        let request = Raw::put("/demo/key", b"")
            .header("content-encoding", "aws-chunked")
            .header("x-amz-decoded-content-length", &decoded.to_string())
            .header("content-length", &len.to_string())
            .payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        let head = request.message(server, &server.addr().to_string());
        let head = String::from_utf8(head).unwrap();
        let signature = after(&head, "Signature=")[..64].to_owned();
        Self { server, head, signature, body: String::new() }
    }

    fn sign(&mut self, content: &str) -> String {
        let date = &after(&self.head, "x-amz-date: ")[..16];
        let sha256 = |text: &str| hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        let region = self.server.region();
        let to_sign = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{date}\n{}/{region}/s3/aws4_request\n{}\n{}\n{}",
            &date[..8],
            self.signature,
            sha256(""),
            sha256(content)
        );
        let mut key = format!("AWS4{}", self.server.secret_key()).into_bytes();
        for step in [&date[..8], region, "s3", "aws4_request", &to_sign] {
            let signer = hmac::Key::new(hmac::HMAC_SHA256, &key);
            key = hmac::sign(&signer, step.as_bytes()).as_ref().to_vec();
        }
        self.signature = hex(&key);
        self.signature.clone()
    }

    /// A chunk whose size is written like this.
    fn sized(mut self, size: &str, content: &str) -> Self {
        let signature = self.sign(content);
        self.body.push_str(&format!("{size};chunk-signature={signature}\r\n{content}\r\n"));
        self
    }

    fn chunk(self, content: &str) -> Self {
        let size = format!("{:x}", content.len());
        self.sized(&size, content)
    }

    fn text(mut self, text: &str) -> Self {
        self.body.push_str(text);
        self
    }

    fn send(&self) -> Answer {
        let mut stream = TcpStream::connect(self.server.addr()).unwrap();
        let message = format!("{}{}", self.head, self.body);
        let _ = stream.write_all(message.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Answer::parse(&answer)
    }
}

fn after<'a>(text: &'a str, before: &str) -> &'a str {
    &text[text.find(before).unwrap() + before.len()..]
}

/// Sends what `make` makes, with the right length in its head.
fn send(server: &Server, decoded: usize, make: impl Fn(Chunks<'_>) -> Chunks<'_>) -> Answer {
    let len = make(Chunks::new(server, decoded, 0)).body.len();
    make(Chunks::new(server, decoded, len)).send()
}

#[test]
fn signed_chunks_make_an_object() {
    let server = server();
    let answer = send(&server, 6, |chunks| chunks.chunk("abc").chunk("def").chunk(""));
    assert_eq!(answer.status, 200, "{}", answer.message());
    assert_eq!(server.raw_at_rest(BUCKET, "key").unwrap(), b"abcdef");
    assert_eq!(send(&server, 0, |chunks| chunks.chunk("")).status, 200);
}

#[test]
fn the_last_chunk_must_come_and_be_signed() {
    let server = server();
    let incomplete = (400, "IncompleteBody".to_owned());
    assert_eq!(send(&server, 3, |chunks| chunks.chunk("abc")).verdict(), incomplete);
    assert_eq!(send(&server, 0, |chunks| chunks).verdict(), incomplete);
    let unsigned = send(&server, 3, |chunks| chunks.chunk("abc").text("0\r\n\r\n"));
    assert_eq!(unsigned.verdict(), incomplete);
    let cut = send(&server, 3, |chunks| chunks.chunk("abc").text("0;chunk-signature="));
    assert_eq!(cut.verdict(), incomplete);
    let wrong = "0".repeat(64);
    let wrong = format!("0;chunk-signature={wrong}\r\n\r\n");
    let forged = send(&server, 3, |chunks| chunks.chunk("abc").text(&wrong));
    assert_eq!(forged.verdict(), (403, "SignatureDoesNotMatch".to_owned()));
    assert!(server.object_keys(BUCKET).is_empty());
}

#[test]
fn a_size_is_hex_digits_and_nothing_else() {
    let server = server();
    for size in ["+3", "-3", " 3", "3 ", "0x3", "3h", "", "\t3", "3,"] {
        let answer = send(&server, 3, |chunks| chunks.sized(size, "abc").chunk(""));
        assert_eq!(answer.verdict(), (400, "IncompleteBody".to_owned()), "{size:?}");
        let last =
            send(&server, 3, |chunks| chunks.chunk("abc").sized(&size.replace('3', "0"), ""));
        assert_eq!(last.verdict(), (400, "IncompleteBody".to_owned()), "{size:?} at the end");
        let unsigned = format!("{size}\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n");
        let unsigned = Raw::put("/demo/key", unsigned.as_bytes())
            .header("content-encoding", "aws-chunked")
            .header("x-amz-decoded-content-length", "3")
            .header("x-amz-trailer", "x-amz-checksum-crc32")
            .payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .send(&server);
        assert_eq!(unsigned.status, 400, "{size:?}");
    }
    let length = Raw::put("/demo/key", b"3\r\nabc\r\n0\r\n\r\n")
        .header("x-amz-decoded-content-length", "+3")
        .payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .send(&server);
    assert!((400..500).contains(&length.status), "{}", length.status);
    assert!(server.object_keys(BUCKET).is_empty());
    for size in ["3", "003", "00000003"] {
        let answer = send(&server, 3, |chunks| chunks.sized(size, "abc").chunk(""));
        assert_eq!(answer.status, 200, "{size:?}: {}", answer.message());
    }
}
