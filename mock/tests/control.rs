//! What is asked of the server itself.

use std::net::Ipv4Addr;
use std::time::Duration;

use s3seal_mock::Server;
use serde_json::{Value, json};

use crate::harness::{BUCKET, ONE, builder, server};
use crate::raw::{Answer, Raw};

fn ask(server: &Server, method: &'static str, path: &str, document: &str) -> Answer {
    Raw::new(method, path)
        .body(document.as_bytes())
        .header("content-length", &document.len().to_string())
        .anonymous()
        .send(server)
}

fn document(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn its_health_needs_no_credentials_and_is_no_request_of_s3() {
    let server = builder().fault("reset=1".parse().unwrap()).start().unwrap();
    let answer = ask(&server, "GET", "/-/health", "");
    assert_eq!((answer.status, document(&answer)["status"].clone()), (200, json!("ok")));
    assert!(server.requests().is_empty());
}

#[test]
fn nothing_else_is_answered_unless_it_was_asked_for_at_the_start() {
    let server = server();
    Raw::put("/demo/key", b"content").send(&server);
    for (method, path) in [
        ("POST", "/-/reset"),
        ("GET", "/-/requests"),
        ("GET", "/-/faults"),
        ("POST", "/-/clock"),
        ("GET", "/-/none"),
    ] {
        assert_eq!(ask(&server, method, path, "").status, 403, "{path}");
    }
    assert_eq!(server.object_keys(BUCKET), ["key"]);
}

#[test]
fn a_bucket_in_the_host_name_has_its_own_objects_there() {
    let server = builder().control(true).start().unwrap();
    let host = format!("demo.localhost:{}", server.addr().port());
    assert_eq!(Raw::put("/-/health", b"content").send_to(&server, &host).status, 200);
    assert_eq!(server.object_keys(BUCKET), ["-/health"]);
}

#[test]
fn web_pages_cannot_control_it() {
    let server = builder().control(true).start().unwrap();
    Raw::put("/demo/key", b"content").send(&server);
    let page = Raw::new("POST", "/-/reset").header("origin", "https://example.com").anonymous();
    assert_eq!(page.send(&server).status, 403);
    let rebound = Raw::new("POST", "/-/reset").anonymous().send_to(&server, "example.com");
    assert_eq!(rebound.status, 403);
    assert_eq!(server.object_keys(BUCKET), ["key"]);
}

#[test]
fn it_can_be_controlled_on_loopback_only() {
    let error =
        builder().control(true).addr((Ipv4Addr::UNSPECIFIED, 0).into()).start().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("not a loopback address"), "{error}");
}

#[test]
fn a_reset_brings_back_the_start() {
    let init = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(init.path().join("given/folder")).unwrap();
    std::fs::write(init.path().join("given/folder/file"), "content").unwrap();
    let fault = || "internal-error=1@GetObject".parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for dir in [None, Some(folder.path())] {
        let mut builder = builder().control(true).init(init.path()).fault(fault());
        if let Some(dir) = dir {
            builder = builder.dir(dir);
        }
        let server = builder.start().unwrap();
        Raw::put("/demo/key", b"content").send(&server);
        Raw::put("/other", b"").send(&server);
        Raw::put("/given/folder/file", b"changed").send(&server);
        Raw::new("POST", "/demo/key?uploads=").send(&server);
        ask(&server, "DELETE", "/-/faults", "");
        ask(&server, "POST", "/-/clock", "{\"advanceSeconds\": 100000}");
        assert_eq!(Raw::get("/demo/key").send(&server).status, 200);

        assert_eq!(ask(&server, "POST", "/-/reset", "").status, 204);
        assert!(server.requests().is_empty());
        assert_eq!(Raw::get("/given/folder/file").send(&server).status, 500, "the fault is back");
        ask(&server, "DELETE", "/-/faults", "");
        assert_eq!(Raw::get("/given/folder/file").send(&server).body, b"content");
        assert_eq!(Raw::head("/other").send(&server).status, 404);
        assert!(server.object_keys(BUCKET).is_empty() && server.uploads(BUCKET).is_empty());
        assert_eq!(document(&ask(&server, "GET", "/-/clock", ""))["offsetSeconds"], json!(0));
    }
}

#[test]
fn the_log_of_requests_is_shown_without_secrets_and_emptied() {
    let server = builder().control(true).start().unwrap();
    Raw::put("/demo/key", b"content").sse_c(ONE).send(&server);
    Raw::get("/demo/key").presigned_for(60).send(&server);
    let answer = ask(&server, "GET", "/-/requests", "");
    let shown = document(&answer);
    assert_eq!(shown[0]["operation"], json!("PutObject"));
    assert_eq!((&shown[0]["status"], &shown[0]["hasKey"]), (&json!(200), &json!(true)));
    assert_eq!((&shown[1]["key"], &shown[1]["status"]), (&json!("key"), &json!(400)));
    let text = String::from_utf8(answer.body).unwrap();
    for secret in [ONE.base64, "Signature=0", server.secret_key()] {
        assert!(!text.contains(secret), "{text}");
    }
    let authorization = shown[0]["headers"]["authorization"].as_str().unwrap();
    assert!(authorization.contains("REDACTED"), "{authorization}");
    assert_eq!(ask(&server, "DELETE", "/-/requests", "").status, 204);
    assert_eq!(document(&ask(&server, "GET", "/-/requests", "")), json!([]));
}

#[test]
fn faults_can_be_set_and_taken_back() {
    let server = builder().control(true).seed(3).start().unwrap();
    let set = ask(&server, "PUT", "/-/faults", "{\"faults\": [\"slow-down=1@GetObject\"]}");
    let expected = json!({"seed": 3, "faults": ["slow-down=1@GetObject"]});
    assert_eq!((set.status, document(&set)), (200, expected.clone()));
    assert_eq!(Raw::get("/demo/key").send(&server).verdict(), (503, "SlowDown".to_owned()));
    for wrong in [
        "",
        "[]",
        "{\"faults\": [\"slow-down=2\"]}",
        "{\"faults\": [1]}",
        "{\"faults\": []}x",
        "{\"faults\": [], \"seed\": -1}",
        "{\"fault\": []}",
        "{\"faults\": [], \"sed\": 1}",
    ] {
        assert_eq!(ask(&server, "PUT", "/-/faults", wrong).status, 400, "{wrong}");
    }
    assert_eq!(document(&ask(&server, "GET", "/-/faults", "")), expected);
    let long = format!("{{\"faults\": [\"{}\"]}}", "x".repeat(70_000));
    assert_eq!(ask(&server, "PUT", "/-/faults", &long).status, 400);
    assert_eq!(ask(&server, "POST", "/-/faults", "").status, 405);
    assert_eq!(ask(&server, "GET", "/-/fault", "").status, 404);
    server.set_faults(Vec::new());
    assert_eq!(Raw::get("/demo/key").send(&server).status, 404);
}

#[test]
fn the_clock_moves_what_objects_see_and_not_what_signatures_see() {
    let server = builder().control(true).start().unwrap();
    let moved = ask(&server, "POST", "/-/clock", "{\"now\": \"2040-01-31T00:00:00Z\"}");
    assert!(document(&moved)["now"].as_str().unwrap().starts_with("2040-01-3"), "{moved:?}");
    assert_eq!(Raw::put("/demo/key", b"content").send(&server).status, 200);
    let modified = Raw::head("/demo/key").send(&server);
    assert!(modified.header("last-modified").unwrap().contains(" Jan 2040"), "{modified:?}");
    server.advance(Duration::from_secs(366 * 86_400));
    assert_eq!(Raw::put("/demo/key", b"content").send(&server).status, 200);
    let modified = Raw::head("/demo/key").send(&server);
    assert!(modified.header("last-modified").unwrap().contains(" 2041 "), "{modified:?}");
    for wrong in [
        "",
        "{}",
        "{\"now\": 1}",
        "{\"advanceSeconds\": -1}",
        "{\"advanceSeconds\": 1, \"now\": \"2040-01-31T00:00:00Z\"}",
    ] {
        assert_eq!(ask(&server, "POST", "/-/clock", wrong).status, 400, "{wrong}");
    }
    server.advance(Duration::MAX);
    let answer = Raw::put("/demo/key", b"content").send(&server);
    assert_eq!(answer.status, 200, "the end of the calendar");
    assert_eq!(Raw::get("/demo").send(&server).status, 200);
}

#[test]
fn a_folder_of_folders_becomes_buckets() {
    let init = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(init.path().join("demo/a")).unwrap();
    std::fs::create_dir_all(init.path().join("second")).unwrap();
    std::fs::write(init.path().join("demo/a/b.txt"), "content").unwrap();
    let server = builder().init(init.path()).start().unwrap();
    let got = Raw::get("/demo/a/b.txt").header("x-amz-checksum-mode", "ENABLED").send(&server);
    assert_eq!((got.status, got.body.as_slice()), (200, &b"content"[..]));
    assert_eq!(got.header("etag"), Some("\"9a0364b9e99bb480dd25e1f0284c8555\""));
    let put = Raw::put("/demo/b", b"content").send(&server);
    let sum = "x-amz-checksum-crc64nvme";
    assert_eq!(got.header(sum), put.header(sum));
    assert_eq!(Raw::head("/second").send(&server).status, 200);
    drop(server);

    let folder = tempfile::tempdir().unwrap();
    let start = || builder().init(init.path()).dir(folder.path()).start();
    Raw::delete("/demo/a/b.txt").send(&start().unwrap());
    assert!(start().unwrap().object_keys(BUCKET).is_empty(), "what was deleted stays so");

    std::fs::write(init.path().join("file"), "").unwrap();
    let error = builder().init(init.path()).start().unwrap_err();
    assert!(error.to_string().contains("each folder becomes a bucket"), "{error}");
    std::fs::remove_file(init.path().join("file")).unwrap();
    std::fs::create_dir(init.path().join("No_Bucket")).unwrap();
    let error = builder().init(init.path()).start().unwrap_err();
    assert!(error.to_string().contains("not a bucket name"), "{error}");
    let error = builder().init(init.path().join("none")).start().unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
}
