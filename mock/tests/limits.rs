//! What a client may ask of the server's memory and patience, and what a body may claim of itself.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use s3seal_mock::Server;

use crate::harness::{BUCKET, builder, data, server};
use crate::raw::{Answer, Raw};

/// Far more than a healthy server needs to answer; a test that passes does not wait so long.
const LONG: Duration = Duration::from_secs(20);

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.addr()).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream
}

fn rest(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    assert!(
        !matches!(&ended, Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)),
        "the server let one wait"
    );
    Answer::parse(&bytes)
}

fn message(server: &Server, request: Raw) -> Vec<u8> {
    request.message(server, &server.addr().to_string())
}

fn impatient() -> Server {
    builder().patience(Duration::from_millis(200)).start().unwrap()
}

#[test]
fn headers_have_a_limit() {
    let server = server();
    let long = "x".repeat(8192);
    let refused = Raw::get("/demo/key").header("x-amz-meta-long", &long).send(&server);
    assert_eq!(refused.verdict(), (400, "RequestHeaderSectionTooLarge".to_owned()));
    assert_eq!(refused.element("MaxSizeAllowed"), "8192");
    let fits = Raw::get("/demo/key").header("x-custom", &long[..7000]).send(&server);
    assert_eq!(fits.code(), "NoSuchKey");
    // Beyond what is read into memory, and beyond what is counted.
    let huge = Raw::get("/demo/key").header("x-custom", &"x".repeat(4 << 20)).send(&server);
    assert!(matches!(huge.status, 0 | 431), "{}", huge.status);
    let many: Vec<_> = (0..500).map(|n| (format!("x-{n}"), "v")).collect();
    let many =
        many.iter().fold(Raw::get("/demo/key"), |raw, (name, value)| raw.header(name, value));
    assert!(matches!(many.send(&server).status, 0 | 431));
    assert_eq!(Raw::get("/demo/key").send(&server).code(), "NoSuchKey");
}

#[test]
fn a_body_above_5_gib_is_refused_before_it_is_sent() {
    let server = server();
    for (name, path) in
        [("content-length", "/demo/key"), ("x-amz-decoded-content-length", "/demo/key")]
    {
        let request =
            Raw::put(path, b"").header(name, "5368709121").header("expect", "100-continue");
        let mut stream = connect(&server);
        stream.write_all(&message(&server, request)).unwrap();
        let refused = rest(&mut stream);
        assert_eq!(refused.verdict(), (400, "EntityTooLarge".to_owned()));
        assert_eq!(refused.element("MaxSizeAllowed"), "5368709120");
    }
}

#[test]
fn a_body_that_ends_early_is_not_kept() {
    let server = server();
    let body = data(1000);
    let request = Raw::put("/demo/key", &body)
        .header("content-length", "1001")
        .payload_hash("UNSIGNED-PAYLOAD");
    let mut stream = connect(&server);
    stream.write_all(&message(&server, request)).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    // Nobody may be there to hear it.
    let answer = rest(&mut stream);
    assert!(matches!(answer.status, 0 | 400), "{}", answer.status);
    assert!(server.object_keys(BUCKET).is_empty());
}

#[test]
fn what_follows_a_body_is_no_part_of_it() {
    let server = server();
    let request = Raw::put("/demo/key", b"0123456789")
        .header("content-length", "5")
        .payload_hash("UNSIGNED-PAYLOAD");
    let mut stream = connect(&server);
    stream.write_all(&message(&server, request)).unwrap();
    assert_eq!(rest(&mut stream).status, 200);
    assert_eq!(server.raw_at_rest(BUCKET, "key").unwrap(), b"01234");
}

#[test]
fn a_chunked_body_is_as_long_as_it_says() {
    let server = server();
    let chunked = |chunks: &str, len: &str| {
        Raw::put("/demo/key", chunks.as_bytes())
            .header("content-encoding", "aws-chunked")
            .header("x-amz-decoded-content-length", len)
            .header("x-amz-trailer", "x-amz-checksum-crc32")
            .payload_hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .send(&server)
    };
    // CRC-32 of "abcdef".
    let trailer = "x-amz-checksum-crc32:S4457w==\r\n\r\n";
    let good = format!("3\r\nabc\r\n3\r\ndef\r\n0\r\n{trailer}");
    for len in ["5", "7", "0"] {
        let answer = chunked(&good, len);
        assert_eq!(answer.verdict(), (400, "IncompleteBody".to_owned()), "{len}");
        assert!(server.object_keys(BUCKET).is_empty(), "{len}");
    }
    for (chunks, why) in [
        ("3\r\nabc\r\n3\r\nde".to_owned(), "cut"),
        (format!("3\r\nabcdef\r\n0\r\n{trailer}"), "a chunk longer than it says"),
        (format!("z\r\nabcdef\r\n0\r\n{trailer}"), "no number"),
        (format!("ffffffffffffffffff\r\nabcdef\r\n0\r\n{trailer}"), "too large a number"),
    ] {
        assert_eq!(chunked(&chunks, "6").status, 400, "{why}");
        assert!(server.object_keys(BUCKET).is_empty(), "{why}");
    }
    assert_eq!(chunked(&good, "6").status, 200);
    assert_eq!(server.raw_at_rest(BUCKET, "key").unwrap(), b"abcdef");
}

#[test]
fn a_signed_chunk_that_would_fill_the_memory_is_not_implemented() {
    let server = server();
    let head = format!("{:x};chunk-signature={}\r\n", (16 << 20) + 1, "0".repeat(64));
    let answer = Raw::put("/demo/key", head.as_bytes())
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", "16777217")
        .payload_hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        .send(&server);
    assert_eq!(answer.verdict(), (501, "NotImplemented".to_owned()));
}

#[test]
fn a_sender_that_stands_still_is_dropped() {
    let server = impatient();
    for path in ["/demo/key", "/demo/key?tagging="] {
        let request = Raw::put(path, b"01234")
            .header("content-length", "1000")
            .payload_hash("UNSIGNED-PAYLOAD");
        let mut stream = connect(&server);
        stream.write_all(&message(&server, request)).unwrap();
        assert_eq!(rest(&mut stream).verdict(), (400, "RequestTimeout".to_owned()), "{path}");
    }
    assert!(server.object_keys(BUCKET).is_empty());
}

#[test]
fn a_head_that_never_ends_is_dropped() {
    let server = impatient();
    for begun in ["", "GET /demo/key HTTP/1.1\r\nx-slow: "] {
        let mut stream = connect(&server);
        stream.write_all(begun.as_bytes()).unwrap();
        assert!(matches!(rest(&mut stream).status, 0 | 408));
    }
}

#[test]
fn a_reader_that_stands_still_is_dropped() {
    // More than the system's buffers take.
    let body = data(32 << 20);
    // The server can only be seen to give up by what it answers to others: it has one place.
    let server = builder().patience(Duration::from_secs(3)).max_connections(1).start().unwrap();
    let mut first = [0; 1];
    assert_eq!(Raw::put("/demo/key", &body).send(&server).status, 200);
    let mut stream = connect(&server);
    stream.write_all(&message(&server, Raw::get("/demo/key"))).unwrap();
    stream.read_exact(&mut first).unwrap();
    let mut other = connect(&server);
    other.write_all(&message(&server, Raw::head("/demo/key"))).unwrap();
    assert_eq!(rest(&mut other).status, 200);
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received);
    assert!(received.len() < body.len());
}

/// A request whose connection is kept, answered.
fn kept_alive(server: &Server, stream: &mut TcpStream) {
    let request = message(server, Raw::head("/demo/key"));
    let kept = String::from_utf8(request).unwrap().replace("connection: close\r\n", "");
    stream.write_all(kept.as_bytes()).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    assert!(answer.starts_with(b"HTTP/1.1 404"), "{}", answer.escape_ascii());
}

/// Whether the connection that was idle for longest is closed for a third one, and both others are served. The server
/// counts an answer as sent a moment after the client has read it: now and then the second connection is the later one.
fn the_longest_idle_yields() -> bool {
    let server = builder().max_connections(2).start().unwrap();
    let mut idle = [connect(&server), connect(&server)];
    idle.iter_mut().for_each(|stream| kept_alive(&server, stream));
    // Now the second one is idle for longer.
    kept_alive(&server, &mut idle[0]);
    let mut third = connect(&server);
    kept_alive(&server, &mut third);
    idle[1].set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    if idle[1].read(&mut [0]).ok() != Some(0) {
        return false;
    }
    kept_alive(&server, &mut idle[0]);
    kept_alive(&server, &mut third);
    true
}

#[test]
fn the_connection_that_was_idle_for_longest_yields() {
    assert!((0..5).any(|_| the_longest_idle_yields()));
}

#[test]
fn silent_connections_and_endless_heads_keep_no_one_out() {
    for tls in [false, true] {
        let server = builder().tls(tls).max_connections(16).start().unwrap();
        let crowd: Vec<_> = (0..64)
            .map(|n| {
                let mut stream = connect(&server);
                if n % 2 == 0 {
                    // It may have had to yield already.
                    let _ = stream.write_all(b"GET /demo/key HTTP/1.1\r\nx-slow: ");
                }
                stream
            })
            .collect();
        // The default patience is a minute; this answer comes before any of them loses it.
        for _ in 0..4 {
            let started = std::time::Instant::now();
            assert_eq!(Raw::get("/demo/key").send(&server).status, 404);
            assert!(started.elapsed() < LONG);
        }
        drop(crowd);
    }
}

#[test]
fn connections_that_are_busy_are_waited_for() {
    let server = builder().max_connections(2).start().unwrap();
    let mut busy = [connect(&server), connect(&server)];
    for (n, stream) in busy.iter_mut().enumerate() {
        let request = Raw::put(&format!("/demo/{n}"), b"01234").payload_hash("UNSIGNED-PAYLOAD");
        let begun = message(&server, request.header("expect", "100-continue"));
        stream.write_all(&begun[..begun.len() - 5]).unwrap();
        // The answer says that the request is being served.
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    }
    let mut third = connect(&server);
    third.write_all(&message(&server, Raw::head("/demo/0"))).unwrap();
    for stream in &mut busy {
        stream.write_all(b"01234").unwrap();
        assert_eq!(rest(stream).status, 200);
    }
    assert_eq!(rest(&mut third).status, 200);
}

#[test]
fn an_answer_on_its_way_is_not_cut_off_for_a_newcomer() {
    let server = builder().max_connections(1).start().unwrap();
    // More than the system's buffers take.
    let body = data(32 << 20);
    assert_eq!(Raw::put("/demo/key", &body).send(&server).status, 200);
    let get = String::from_utf8(message(&server, Raw::get("/demo/key"))).unwrap();
    let mut first = connect(&server);
    first.write_all(get.replace("connection: close\r\n", "").as_bytes()).unwrap();
    first.read_exact(&mut [0]).unwrap();
    let mut second = connect(&server);
    second.write_all(&message(&server, Raw::head("/demo/key"))).unwrap();
    let mut received = Vec::new();
    while received.len() < body.len() || !received.ends_with(&body[body.len() - 64..]) {
        let mut piece = [0; 1 << 16];
        match first.read(&mut piece).unwrap() {
            0 => panic!("cut off after {} bytes", received.len()),
            len => received.extend_from_slice(&piece[..len]),
        }
    }
    assert_eq!(rest(&mut second).status, 200);
}

#[test]
fn a_body_above_5_gib_is_refused_whoever_counts() {
    let server = server();
    let upload = Raw::post("/demo/big?uploads=", b"").send(&server).element("UploadId");
    let part = format!("/demo/big?partNumber=1&uploadId={upload}");
    for path in ["/demo/key", &part] {
        for headers in [
            &[("content-length", "5368709121")][..],
            &[("content-length", "9223372036854775807")],
            &[("x-amz-decoded-content-length", "5368709121"), ("content-length", "0")],
            &[("x-amz-decoded-content-length", "5"), ("content-length", "6368709121")],
        ] {
            // Nobody is asked to send anything.
            let request = Raw::put(path, b"").headers(headers).payload_hash("UNSIGNED-PAYLOAD");
            let mut stream = connect(&server);
            stream.write_all(&message(&server, request)).unwrap();
            let refused = rest(&mut stream);
            assert_eq!(refused.verdict(), (400, "EntityTooLarge".to_owned()), "{path} {headers:?}");
        }
    }
}
