//! The live proof: what a store does wrong is seen, and nothing is left, whatever happens.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};

use s3seal_mock::{Answer, Behavior, Builder, Reply, RequestRecord, Tampering};

use super::{FOLDER, check, checks, doctor, ends, names};
use crate::harness::{Done, Lab};

const MD5_HEADER: &str = "x-amz-server-side-encryption-customer-key-md5";
const CONTENT: &str = "whoever reads this has the key";

fn lab(answer: impl Fn(&RequestRecord) -> Option<Answer> + Send + Sync + 'static) -> Lab {
    Lab::with(|server| server.tls(true).interceptor(answer))
}

fn is_of(request: &RequestRecord, operation: &str, name: &str) -> bool {
    request.operation == operation && request.key.as_deref().is_some_and(|it| it.ends_with(name))
}

/// The check must have failed so, be told first, and nothing be left.
#[track_caller]
fn alarms(lab: &Lab, name: &str) -> Done {
    let done = doctor(lab).exits(6);
    assert_eq!(checks(&done)[0]["check"], name, "{}", done.stdout);
    assert_eq!(names(&done, "fail"), [name], "{}", done.stdout);
    lab.holds_only(&[]);
    done
}

#[test]
fn a_put_that_is_not_proven_is_an_alarm() {
    alarms(
        &lab(|request| {
            let put = is_of(request, "PutObject", "-put");
            put.then(|| Tampering::new().without_header(MD5_HEADER).into())
        }),
        "put",
    );
}

#[test]
fn a_store_that_opens_to_any_key_is_an_alarm() {
    // The first GET is with the right key; the second with a wrong one.
    let given = |wanted: usize| {
        let count = AtomicUsize::new(0);
        lab(move |request| {
            let is_read = is_of(request, "GetObject", "-sealed");
            (is_read && count.fetch_add(1, Ordering::SeqCst) == wanted)
                .then(|| Answer::respond(200, &[("ETag", "\"e\"")], CONTENT))
        })
    };
    alarms(&given(1), "wrong-key");
    // Its refusal of a wrong key is looked into without one.
    let keyless = lab(|request| {
        (is_of(request, "GetObject", "-sealed")
            && !request.has_key()
            && request.header("range").is_none())
        .then(|| Answer::respond(200, &[("ETag", "\"e\"")], CONTENT))
    });
    alarms(&keyless, "no-key");
}

#[test]
fn other_bytes_than_were_written_are_a_failure() {
    let spoilt = |name: &'static str| {
        lab(move |request| {
            is_of(request, "GetObject", name).then(|| Tampering::new().flip_bit_at(3).into())
        })
    };
    let read = spoilt("-sealed");
    let done = doctor(&read).exits(7);
    ends(&done, "read", "fail", "other bytes", "");
    read.holds_only(&[]);
    let parts = spoilt("-parts");
    let done = doctor(&parts).exits(7);
    assert_eq!(names(&done, "fail"), ["multipart"]);
    // The rest does not depend on it.
    ends(&done, "presigned", "pass", "", "");
    parts.holds_only(&[]);
}

#[test]
fn checksums_that_a_store_refuses_or_forgets_are_a_warning() {
    let refusing = lab(|request| {
        let named = request.headers().any(|(name, _)| name.starts_with("x-amz-checksum"));
        named.then(|| {
            Answer::error(400, "InvalidArgument", "Unsupported header 'x-amz-checksum-mode'")
        })
    });
    let done = doctor(&refusing).succeeds();
    ends(&done, "checksums", "warn", "refuses", "sha256sum");
    refusing.holds_only(&[]);
    let lab = Lab::with(|server| server.tls(true));
    for variable in ["AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"] {
        let done = doctor(&lab).env(variable, "when_required").succeeds();
        ends(&done, "checksums", "skip", "as the AWS settings say", "");
    }
}

#[test]
fn presigned_urls_that_are_refused_are_a_failure() {
    for method in ["GET", "PUT"] {
        let lab = lab(move |request| {
            (request.query.contains("X-Amz-Signature") && request.method == method)
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        });
        let done = doctor(&lab).exits(5);
        assert_eq!(names(&done, "fail"), ["presigned"], "{method}");
        lab.holds_only(&[]);
    }
}

#[test]
fn a_bucket_that_takes_nothing_unsealed_is_fine() {
    let lab = lab(|request| {
        let plain = request.operation == "PutObject" && !request.has_key();
        plain.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
    });
    let done = doctor(&lab).succeeds();
    ends(&done, "copy-plain", "skip", "nothing may be stored here without a key", "");
    lab.holds_only(&[]);
}

#[test]
fn a_copy_that_may_not_be_made_is_a_failure() {
    let lab = lab(|request| {
        (request.operation == "CopyObject")
            .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
    });
    let done = doctor(&lab).exits(5);
    assert_eq!(names(&done, "fail"), ["copy", "copy-in-place", "copy-plain"]);
    ends(&done, "copy", "fail", "may not", "s3:PutObject");
    lab.holds_only(&[]);
}

#[test]
fn conditions_that_are_refused_are_a_warning() {
    let lab = lab(|request| {
        request.header("if-match").is_some().then(|| {
            Answer::error(501, "NotImplemented", "A header you provided is not implemented")
        })
    });
    let done = doctor(&lab).succeeds();
    ends(&done, "conditions", "warn", "If-Match is refused", "two writers");
    lab.holds_only(&[]);
}

#[test]
fn every_version_is_deleted() {
    for manner in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph] {
        let lab = Lab::with(|server| server.behave(manner).tls(true).versioned_bucket("kept"));
        let done = lab.run(["doctor", "--json", "s3://kept"]).succeeds();
        ends(&done, "cleanup", "pass", "nothing is left", "");
        assert_eq!(lab.server().versions("kept"), [], "{manner}");
        assert_eq!(lab.server().uploads("kept"), [], "{manner}");
    }
}

#[test]
fn what_cannot_be_deleted_is_named() {
    let lab = Lab::with(|server| {
        server.tls(true).versioned_bucket("kept").interceptor(|request| {
            (request.operation == "DeleteObject")
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    for (url, hint) in
        [(FOLDER, "s3:DeleteObject,"), ("s3://kept/folder", "s3:DeleteObjectVersion")]
    {
        let done = lab.run(["doctor", "--json", url]).succeeds();
        ends(&done, "cleanup", "warn", "left behind: ", hint);
        let said = check(&done, "cleanup")["message"].to_string();
        let bucket = url.trim_start_matches("s3://").split('/').next().unwrap();
        let left = lab.server().object_keys(bucket);
        assert!(!left.is_empty());
        for key in left {
            assert!(said.contains(&format!("s3://{bucket}/{key}")), "{key}: {said}");
        }
    }
}

/// Whoever may not list cannot look; what was written is deleted all the same.
#[test]
fn without_the_right_to_list_nothing_is_left_either() {
    let listing = ["ListObjectsV2", "ListObjectVersions", "ListMultipartUploads"];
    let lab = lab(move |request| {
        listing
            .contains(&request.operation)
            .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
    });
    let done = doctor(&lab).succeeds();
    let said = check(&done, "cleanup")["message"].as_str().unwrap().to_owned();
    assert!(said.ends_with("were deleted"), "{said}");
    lab.holds_only(&[]);
}

/// An answer that got lost: nobody knows what was written, so somebody has to look.
#[test]
fn what_was_lost_sight_of_is_found() {
    for operation in ["CreateMultipartUpload", "CompleteMultipartUpload", "PutObject", "CopyObject"]
    {
        let struck = AtomicBool::new(false);
        let lab = Lab::with(|server| {
            server.tls(true).interceptor(move |request| {
                (request.operation == operation && !struck.swap(true, Ordering::SeqCst))
                    .then(|| Tampering::new().then_respond(Reply::error(500, "X", "x")).into())
            })
        });
        let done = doctor(&lab).env("AWS_MAX_ATTEMPTS", "1").done();
        ends(&done, "cleanup", "pass", "nothing is left", "");
        lab.holds_only(&[]);
    }
}

#[test]
fn after_a_signal_nothing_is_left() {
    for operation in [
        "ListObjectsV2",
        "CreateMultipartUpload",
        "UploadPart",
        "CompleteMultipartUpload",
        "GetObject",
        "PutObject",
        "CopyObject",
    ] {
        let mut gate = None;
        let lab = Lab::with(|server| {
            let (server, its_gate) = gated(server.tls(true), operation);
            gate = Some(its_gate);
            server
        });
        let gate = gate.unwrap();
        let mut run = doctor(&lab).into_command();
        let child = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        gate.arrived.recv().unwrap();
        interrupt(&child);
        drop(gate);
        let ended = Done::from(child.wait_with_output().unwrap());
        assert_eq!(ended.code, Some(130), "{operation}: {}{}", ended.stdout, ended.stderr);
        let ended = ended.says(&["SIGINT"]);
        assert!(names(&ended, "fail").is_empty(), "{operation}: {}", ended.stdout);
        lab.holds_only(&[]);
    }
}

fn interrupt(child: &Child) {
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

/// Tells when the first request of one operation has arrived, and holds it until the gate is dropped.
pub(super) struct Gate {
    arrived: mpsc::Receiver<()>,
    _hold: mpsc::Sender<()>,
}

pub(super) fn gated(server: Builder, operation: &'static str) -> (Builder, Gate) {
    let (tell, arrived) = mpsc::channel();
    let (hold, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = server.interceptor(move |request| {
        if request.operation == operation && tell.send(()).is_ok() {
            // An error means that the gate is open.
            let _ = wait.lock().unwrap().recv();
        }
        None
    });
    (server, Gate { arrived, _hold: hold })
}
