//! What is read is what was written, or the failure says so; a file appears whole or not at all.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use s3seal_mock::{Answer, Builder, Manner, RequestRecord, Tampering};

use crate::harness::{BUCKET, Lab, noise, url};

const BIG: usize = 40 << 20;

/// A lab whose server tampers with GETs, and that holds `x` of `bytes` bytes.
fn tampered(
    bytes: usize,
    with: impl Fn(&RequestRecord) -> Option<Tampering> + Send + Sync + 'static,
) -> (Lab, Vec<u8>) {
    let lab = Lab::with(|server| {
        server.interceptor(move |request| match request.operation {
            "GetObject" => with(request).map(Answer::from),
            _ => None,
        })
    });
    lab.key("k");
    let content = noise(bytes);
    lab.file("source", &content);
    lab.run(["put", "-k", "./k", "source", &url("x")]).succeeds();
    (lab, content)
}

/// The target is what it was, and nothing else was left beside it.
#[track_caller]
fn untouched(lab: &Lab) {
    assert_eq!(lab.read("out"), b"before");
    let left: Vec<_> = fs::read_dir(lab.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".s3seal"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_flipped_bit_is_found_and_the_file_is_untouched() {
    for (bytes, ranged) in [(1000, false), (BIG, false), (BIG, true)] {
        let (lab, _) = tampered(bytes, move |request| {
            (request.header("range").is_some() == ranged).then(|| Tampering::new().flip_bit_at(500))
        });
        lab.file("out", b"before");
        lab.run(["get", "-k", "./k", &url("x"), "out"]).exits(7).says(&["checksums differ"]);
        untouched(&lab);
        if !ranged {
            lab.run(["get", "-k", "./k", &url("x"), "-"]).exits(7);
        }
    }
}

#[test]
fn a_broken_connection_is_continued_where_it_broke() {
    for bytes in [100_000, BIG] {
        let cut = AtomicU32::new(0);
        let (lab, content) = tampered(bytes, move |_| {
            let cuts = cut.fetch_add(1, Ordering::SeqCst) < 3;
            cuts.then(|| Tampering::new().cut_body_after(50_000))
        });
        lab.run(["get", "-k", "./k", &url("x"), "out"]).succeeds();
        assert!(lab.read("out") == content);
        assert!(lab.run(["get", "-k", "./k", &url("x"), "-"]).succeeds().bytes == content);
        let requests = lab.server().requests();
        let again = requests.iter().find(|request| request.header("range").is_some());
        assert!(again.is_some_and(|request| request.header("if-match").is_some()));
    }
}

#[test]
fn a_connection_that_always_breaks_is_given_up() {
    let (lab, _) = tampered(1000, |_| Some(Tampering::new().cut_body_after(0)));
    lab.file("out", b"before");
    lab.run(["get", "-k", "./k", &url("x"), "out"]).exits(8).says(&["broke off"]);
    untouched(&lab);
}

#[test]
fn an_object_replaced_meanwhile_is_noticed() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let ranged = request.operation == "GetObject" && request.header("range").is_some();
            ranged.then(|| Answer::error(412, "PreconditionFailed", "replaced"))
        })
    });
    lab.key("k");
    lab.file("source", &noise(BIG));
    lab.run(["put", "-k", "./k", "source", &url("x")]).succeeds();
    lab.file("out", b"before");
    lab.run(["get", "-k", "./k", &url("x"), "out"]).exits(9).says(&["replaced while"]);
    untouched(&lab);
}

#[test]
fn a_range_that_was_not_asked_for_is_refused() {
    let (lab, _) = tampered(BIG, |request| {
        let ranged = request.header("range").is_some();
        ranged.then(|| Tampering::new().with_header("Content-Range", "bytes 0-9/41943040"))
    });
    lab.file("out", b"before");
    lab.run(["get", "-k", "./k", &url("x"), "out"]).exits(7).says(&["another range"]);
    untouched(&lab);
}

#[test]
fn a_missing_checksum_is_told_and_is_no_failure() {
    let (lab, content) =
        tampered(1000, |_| Some(Tampering::new().without_header("x-amz-checksum-crc64nvme")));
    lab.run(["get", "-k", "./k", &url("x"), "out"]).succeeds().says(&["keeps no checksum"]);
    assert!(lab.read("out") == content);
    let got = lab.run(["get", "-k", "./k", "--json", &url("x"), "out"]).succeeds().json();
    assert_eq!(got["verified"], false);
}

#[test]
fn other_peoples_checksums_are_verified_too() {
    // Of "123456789": the check values in the catalogues of these algorithms.
    for (header, value) in [
        ("x-amz-checksum-crc32", "y/Q5Jg=="),
        ("x-amz-checksum-crc32c", "4waSgw=="),
        ("x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
    ] {
        for (content, code) in [("123456789", 0), ("123456780", 7)] {
            let lab = Lab::with(|server| {
                server.interceptor(move |request| {
                    let other = || {
                        Tampering::new()
                            .without_header("x-amz-checksum-crc64nvme")
                            .with_header(header, value)
                    };
                    (request.operation == "GetObject").then(|| other().into())
                })
            });
            lab.key("k");
            lab.seal("k", "x", content.as_bytes());
            lab.run(["get", "-k", "./k", &url("x"), "out"]).exits(code);
        }
    }
}

#[test]
fn damage_on_the_way_up_is_found_by_the_store() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            (request.operation == "UploadPart")
                .then(|| Answer::error(400, "BadDigest", "did not match"))
        })
    });
    lab.key("k");
    lab.file("x", b"x");
    lab.run(["put", "-k", "./k", "x", &url("x")]).exits(7);
    lab.holds_only(&[]);
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"x");
    let requests = lab.server().requests();
    let sent =
        |operation: &str| requests.iter().find(|request| request.operation == operation).unwrap();
    assert!(sent("UploadPart").header("x-amz-checksum-crc64nvme").is_some());
    assert!(sent("CompleteMultipartUpload").header("x-amz-checksum-crc64nvme").is_some());
    assert_eq!(sent("CreateMultipartUpload").header("x-amz-checksum-algorithm"), Some("CRC64NVME"));
}

#[test]
fn targets_that_cannot_be_written_are_told() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"data");
    lab.run(["get", "-k", "./k", &url("x"), "absent/out"])
        .exits(3)
        .says(&["folder does not exist"]);
    lab.run(["get", "-k", "./k", &url("x"), "/dev/full"])
        .exits(1)
        .says(&["no space left for /dev/full"]);
    lab.run(["get", "-k", "./k", &url("a/.."), "."])
        .exits(2)
        .says(&["no name that a file could have"]);
    lab.run(["put", "-k", "./k", "absent", &url("y")]).exits(3).says(&["no file absent"]);
    lab.run(["put", "-k", "./k", ".", &url("y")]).exits(2).says(&["is a folder"]);
    lab.run(["get", "-k", "./k", "--json", &url("x"), "-"]).exits(2).says(&["both"]);
    lab.run(["put", "-k", "stdin", "-", &url("y")]).exits(2).says(&["both"]);
}

/// Tells when a request of one operation has arrived, and holds it until the answer may go on.
struct Gate {
    arrived: mpsc::Receiver<()>,
    go_on: mpsc::Sender<()>,
}

fn gated(server: Builder, operation: &'static str) -> (Builder, Gate) {
    let (tell, arrived) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = server.interceptor(move |request| {
        if request.operation == operation && tell.send(()).is_ok() {
            // An error means that the test is over.
            let _ = wait.lock().unwrap().recv();
        }
        None
    });
    (server, Gate { arrived, go_on })
}

fn signal(child: &Child, name: &str) {
    let kill = std::process::Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

#[test]
fn an_interrupted_upload_is_aborted() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut gate = None;
        let lab = Lab::with(|server| {
            let (server, its_gate) = gated(server, "AbortMultipartUpload");
            gate = Some(its_gate);
            server
        });
        let gate = gate.unwrap();
        lab.key("k");
        let mut put = lab.run(["put", "-k", "./k", "-", &url("x")]).into_command();
        let mut child = put.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The pipe stays open, so the upload cannot be complete.
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(&noise(9 << 20)).unwrap();
        while !lab.operations().iter().any(|operation| operation == "UploadPart") {
            std::thread::yield_now();
        }
        signal(&child, name);
        gate.arrived.recv().unwrap();
        gate.go_on.send(()).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{}", String::from_utf8_lossy(&ended.stderr));
        lab.holds_only(&[]);
        drop(pipe);
    }
}

#[test]
fn an_interrupted_download_leaves_the_file_as_it_was() {
    let mut gate = None;
    let lab = Lab::with(|server| {
        let (server, its_gate) = gated(server, "GetObject");
        gate = Some(its_gate);
        server
    });
    let gate = gate.unwrap();
    lab.key("k");
    lab.seal("k", "x", b"data");
    lab.file("out", b"before");
    let mut get = lab.run(["get", "-k", "./k", &url("x"), "out"]).into_command();
    let child = get.stderr(Stdio::piped()).spawn().unwrap();
    gate.arrived.recv().unwrap();
    signal(&child, "-INT");
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    gate.go_on.send(()).unwrap();
    untouched(&lab);
    assert!(lab.server().object(BUCKET, "x").is_some());
}

#[test]
fn a_file_that_changes_between_its_parts_is_not_stored() {
    let path = std::sync::Arc::new(std::sync::Mutex::new(None::<std::path::PathBuf>));
    let shared = path.clone();
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            if request.operation == "UploadPart"
                && let Some(path) = shared.lock().unwrap().take()
            {
                fs::OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
            }
            None
        })
    });
    lab.key("k");
    *path.lock().unwrap() = Some(lab.file("x", &noise(20 << 20)));
    lab.run(["put", "-k", "./k", "x", &url("x")]).exits(7).says(&["changed while it was read"]);
    lab.holds_only(&[]);
}

#[test]
fn an_interrupt_does_not_keep_plaintext_from_being_removed() {
    let mut gate = None;
    let lab = Lab::with(|server| {
        let (server, its_gate) = gated(server.behave(Manner::IgnoresSseC), "DeleteObject");
        gate = Some(its_gate);
        server
    });
    let gate = gate.unwrap();
    lab.believe_in_the_bucket();
    lab.key("k");
    lab.file("x", b"secret");
    let mut put = lab.run(["put", "-k", "./k", "x", &url("x")]).into_command();
    let child = put.stderr(Stdio::piped()).spawn().unwrap();
    gate.arrived.recv().unwrap();
    signal(&child, "-INT");
    gate.go_on.send(()).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(6), "{}", String::from_utf8_lossy(&ended.stderr));
    lab.holds_only(&[]);
}
