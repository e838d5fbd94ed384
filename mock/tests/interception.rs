//! Trouble made on purpose, and the log of requests.

use std::sync::atomic::{AtomicBool, Ordering};

use s3seal_mock::{Answer, Reply, Server, Tampering};

use crate::harness::{BUCKET, builder, client, data, run};
use crate::raw::Raw;

fn once(operation: &'static str, answer: Answer) -> Server {
    let done = AtomicBool::new(false);
    builder()
        .interceptor(move |request| {
            (request.operation == operation && !done.swap(true, Ordering::Relaxed))
                .then(|| answer.clone())
        })
        .start()
        .unwrap()
}

#[test]
fn answered_without_effect() {
    let server =
        once("PutObject", Answer::error(503, "SlowDown", "Please reduce your request rate."));
    let answer = Raw::put("/demo/key", &data(3_000_000)).send(&server);
    assert_eq!(answer.verdict(), (503, "SlowDown".to_owned()));
    assert!(server.object_keys(BUCKET).is_empty());
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 200);
    let statuses: Vec<_> = server.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(503), Some(200)]);
}

#[test]
fn dropped_without_effect_or_after_it() {
    let server = once("PutObject", Answer::Reset);
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 0);
    assert!(server.object_keys(BUCKET).is_empty());
    assert_eq!(server.requests()[0].status, None);

    let server = once("PutObject", Tampering::new().then_reset().into());
    assert_eq!(Raw::put("/demo/key", b"data").send(&server).status, 0);
    assert_eq!(server.object_keys(BUCKET), ["key"]);
}

#[test]
fn another_answer_than_what_happened() {
    let reply =
        Reply::error(500, "InternalError", "We encountered an internal error. Please try again.");
    let server = once("PutObject", Tampering::new().then_respond(reply).into());
    assert_eq!(
        Raw::put("/demo/key", b"data").send(&server).verdict(),
        (500, "InternalError".to_owned())
    );
    assert_eq!(server.object_keys(BUCKET), ["key"]);
}

#[test]
fn headers_are_changed() {
    let tampering = Tampering::new().without_header("ETag").with_header("x-extra", "1");
    let server = once("PutObject", tampering.into());
    let answer = Raw::put("/demo/key", b"data").send(&server);
    assert_eq!(
        (answer.status, answer.header("etag"), answer.header("x-extra")),
        (200, None, Some("1"))
    );
}

#[test]
fn bodies_are_cut_and_damaged() {
    let content = data(300_000);
    let server = once("GetObject", Tampering::new().cut_body_after(100_000).into());
    Raw::put("/demo/key", &content).send(&server);
    let cut = Raw::get("/demo/key").send(&server);
    assert_eq!((cut.status, cut.header("content-length")), (200, Some("300000")));
    assert_eq!(cut.body, content[..100_000]);
    assert_eq!(Raw::get("/demo/key").send(&server).body, content);

    let server = once("GetObject", Tampering::new().flip_bit_at(200_000).into());
    Raw::put("/demo/key", &content).send(&server);
    let mut expected = content.clone();
    expected[200_000] ^= 1;
    assert_eq!(Raw::get("/demo/key").send(&server).body, expected);
}

#[test]
fn the_log_tells_operations_and_connections() {
    let server = builder().start().unwrap();
    let s3 = client(&server);
    run(async {
        s3.put_object().bucket(BUCKET).key("key").send().await.unwrap();
        s3.head_object().bucket(BUCKET).key("key").send().await.unwrap();
        let id = s3.create_multipart_upload().bucket(BUCKET).key("key").send().await.unwrap();
        let id = id.upload_id().unwrap();
        s3.upload_part()
            .bucket(BUCKET)
            .key("key")
            .upload_id(id)
            .part_number(1)
            .send()
            .await
            .unwrap();
        s3.abort_multipart_upload().bucket(BUCKET).key("key").upload_id(id).send().await.unwrap();
        s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        s3.delete_object().bucket(BUCKET).key("key").send().await.unwrap();
    });
    let requests = server.requests();
    let operations: Vec<_> = requests.iter().map(|request| request.operation).collect();
    let expected = [
        "PutObject",
        "HeadObject",
        "CreateMultipartUpload",
        "UploadPart",
        "AbortMultipartUpload",
        "ListObjectsV2",
        "DeleteObject",
    ];
    assert_eq!(operations, expected);
    assert!(
        requests.iter().all(|request| request.connection == 1),
        "one connection serves them all"
    );
    assert_eq!(requests[3].query_param("partNumber").as_deref(), Some("1"));
    server.clear_requests();
    assert!(server.requests().is_empty());
}

#[test]
fn a_dropped_server_is_gone() {
    let server = builder().start().unwrap();
    let addr = server.addr();
    server.shutdown();
    assert!(std::net::TcpStream::connect(addr).is_err());
}
