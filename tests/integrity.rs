//! What is read is what was written, or the failure says so; a file appears whole or not at all.

use std::fs;
use std::io::Write;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use s3seal_mock::{Answer, Behavior, Builder, RequestRecord, Tampering};

use crate::harness::{BUCKET, Lab, PROGRAM, noise, url};

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
    for (bytes, ranged) in [(1000, false), (BIG, true)] {
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
fn a_part_that_was_not_asked_for_is_refused() {
    for content_range in
        ["bytes 5-9/10", "bytes 0-9/10", "bytes 18446744073709551615-0/1", "nonsense"]
    {
        let (lab, _) = tampered(10, move |_| {
            Some(Tampering::new().with_header("Content-Range", content_range))
        });
        lab.file("out", b"before");
        let get = lab.run(["get", "-k", "./k", "--range", "bytes=0-4", &url("x"), "out"]);
        get.exits(7).says(&["another range"]);
        untouched(&lab);
    }
    let (lab, _) = tampered(10, |_| Some(Tampering::new().without_header("Content-Range")));
    lab.run(["get", "-k", "./k", "--range", "bytes=0-4", &url("x"), "-"]).exits(7);
}

#[test]
fn an_answer_without_a_length_is_no_empty_file() {
    // As proxies answer that recode bodies.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let store = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            std::io::Read::read_exact(&mut connection, &mut byte).unwrap();
            request.push(byte[0]);
        }
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        connection.write_all(answer.as_bytes()).unwrap();
    });
    let lab = Lab::new();
    lab.file("out", b"before");
    let get = lab.run(["get", &url("x"), "out"]).env("AWS_ENDPOINT_URL", endpoint);
    get.exits(7).says(&["how long"]);
    untouched(&lab);
    store.join().unwrap();
}

#[test]
fn a_store_that_refuses_checksum_headers_is_served_without() {
    // As B2 does.
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let about = |name: &str| {
                name.starts_with("x-amz-checksum") || name.starts_with("x-amz-sdk-checksum")
            };
            let refused = request.headers().any(|(name, _)| about(name));
            refused.then(|| {
                Answer::error(
                    400,
                    "InvalidArgument",
                    "Unsupported header 'x-amz-checksum-mode' received for this API call.",
                )
            })
        })
    });
    lab.key("k");
    lab.key("other");
    let content = noise(20 << 20);
    lab.file("big", &content);
    lab.run(["put", "-k", "./k", "big", &url("big")]).succeeds().says(&["takes no checksums"]);
    lab.file("small", &noise(32));
    lab.run(["put", "-k", "./k", "small", &url("small")]).succeeds();
    lab.server().clear_requests();
    lab.run(["get", "-k", "./k", "-k", "./other", &url("big"), "out"]).succeeds();
    assert!(lab.read("out") == content);
    lab.run(["head", "-k", "./k", "-k", "./other", &url("small")]).succeeds();
    let sent: std::collections::BTreeSet<_> = lab
        .server()
        .requests()
        .iter()
        .filter_map(|request| request.key_md5().map(str::to_owned))
        .collect();
    assert_eq!(sent.len(), 1, "the second key was never needed");
    lab.run(["get", "-k", "./other", &url("small"), "out"]).exits(4);
    lab.run(["head", &url("small")]).exits(4);
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
fn an_error_within_a_success_keeps_its_cause() {
    // Complete begins to answer before it knows how it will end.
    for (code, exit) in [("PreconditionFailed", 9), ("InternalError", 8), ("BadDigest", 7)] {
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
                (request.operation == "CompleteMultipartUpload")
                    .then(|| Answer::respond(200, &[], body))
            })
        });
        lab.key("k");
        lab.file("x", b"x");
        let put = lab.run(["put", "-k", "./k", "x", &url("x")]).env("AWS_MAX_ATTEMPTS", "1");
        put.exits(exit);
        lab.holds_only(&[]);
    }
}

#[test]
fn a_signal_while_a_key_is_read_ends_the_program() {
    for command in ["put", "get"] {
        let lab = Lab::new();
        let made = lab.prepared(std::process::Command::new("mkfifo")).arg("fifo").status();
        assert!(made.unwrap().success());
        lab.file("x", b"x");
        let source = "cmd:touch started; cat fifo";
        let arguments = match command {
            "put" => ["put", "-k", source, "x", &url("x")],
            _ => ["get", "-k", source, &url("x"), "out"],
        };
        let mut child = lab.run(arguments).into_command().stderr(Stdio::null()).spawn().unwrap();
        while !lab.path("started").exists() {
            std::thread::yield_now();
        }
        signal(&child, "-TERM");
        assert!(!child.wait().unwrap().success());
        // Lets the key's command end as well.
        fs::write(lab.path("fifo"), "").unwrap();
    }
}

#[test]
fn a_name_that_means_standard_output_elsewhere_is_a_file_here() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "folder/-", b"data");
    assert_eq!(lab.run(["get", "-k", "./k", &url("folder/-")]).succeeds().stdout, "");
    assert_eq!(lab.read("-"), b"data");
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

/// Tells when a request of one operation has arrived, and holds it, and all that follow, until it is
/// dropped.
struct Gate {
    arrived: mpsc::Receiver<()>,
    _hold: mpsc::Sender<()>,
}

fn gated(server: Builder, operation: &'static str) -> (Builder, Gate) {
    let (tell, arrived) = mpsc::channel();
    let (hold, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let server = server.interceptor(move |request| {
        if request.operation == operation && tell.send(()).is_ok() {
            // An error means that the gate is open.
            let _ = wait.lock().unwrap().recv();
        }
        None
    });
    (server, Gate { arrived, _hold: hold })
}

fn signal(child: &Child, name: &str) {
    let kill = std::process::Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

#[test]
fn an_interrupted_upload_is_aborted() {
    for (name, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let mut gate = None;
        let lab = Lab::with(|server| {
            let (server, its_gate) = gated(server, "AbortMultipartUpload");
            gate = Some(its_gate);
            server
        });
        let gate = gate.unwrap();
        lab.key("k");
        // Whoever runs the tests may have been started with hangups ignored.
        let mut env = lab.prepared(std::process::Command::new("env"));
        let put = env.args(["--default-signal=HUP", PROGRAM, "put", "-k", "./k", "-", &url("x")]);
        let mut child = put.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The pipe stays open, so the upload cannot be complete.
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(&noise(9 << 20)).unwrap();
        while !lab.operations().iter().any(|operation| operation == "UploadPart") {
            std::thread::yield_now();
        }
        signal(&child, name);
        gate.arrived.recv().unwrap();
        drop(gate);
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
    drop(gate);
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
        let (server, its_gate) = gated(server.behave(Behavior::IgnoresSseC), "DeleteObject");
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
    drop(gate);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(6), "{}", String::from_utf8_lossy(&ended.stderr));
    lab.holds_only(&[]);
}
