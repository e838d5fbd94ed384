//! Copies in trouble: nothing is half-done, and what cannot be gone on with is told.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use s3seal_mock::{Answer, Behavior, Tampering};

use crate::copy::Rig;
use crate::harness::{noise, url};

/// The proof that copies work is not what these tests are about.
fn is_of_y(request: &s3seal_mock::RequestRecord, operation: &str) -> bool {
    request.operation == operation && request.key.as_deref() == Some("y")
}

#[test]
fn a_source_that_is_replaced_meanwhile_is_not_copied() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            is_of_y(request, "CopyObject")
                .then(|| Answer::error(412, "PreconditionFailed", "x-amz-copy-source-If-Match"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.mv(&url("x"), &url("y")).fails(9).says(&["the source was replaced", "s3://demo/x"]);
    rig.lab.holds_only(&["x"]);
    let requests = rig.lab.server().requests();
    let copies = requests.iter().filter(|it| it.operation == "CopyObject");
    assert!(copies.clone().count() > 0);
    assert!(copies.into_iter().all(|it| it.header("x-amz-copy-source-if-match").is_some()));
}

/// The server honours the condition by itself where the bytes go through this machine.
#[test]
fn a_source_that_is_replaced_before_it_is_downloaded_is_not_copied() {
    let rig = Rig::with(|server| {
        server.behave(Behavior::Ceph).tls(true).interceptor(|request| {
            let is_read = request.operation == "HeadObject" && request.key.as_deref() == Some("x");
            is_read.then(|| Tampering::new().with_header("etag", "\"another\"").into())
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.mv(&url("x"), &url("y")).fails(9).says(&["the source was replaced", "s3://demo/x"]);
    rig.lab.holds_only(&["x"]);
}

#[test]
fn a_denied_copy_names_what_is_missing() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            is_of_y(request, "CopyObject")
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.mv(&url("x"), &url("y")).fails(5).says(&["s3:PutObject", "s3:GetObjectTagging"]);
    rig.lab.holds_only(&["x"]);
}

#[test]
fn tags_that_may_not_be_read_are_not_lost_silently() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            (request.operation == "GetObjectTagging")
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.cp(&url("x"), &url("y")).fails(5).says(&["s3:GetObjectTagging", "--tagging"]);
    let cp = ["cp", "--source-key", "./old", "-k", "./new", "--tagging", "a=1", &url("x")];
    rig.lab.run([&cp[..], &[&url("y")]].concat()).succeeds();
}

#[test]
fn a_source_that_vanishes_is_told_as_such() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            is_of_y(request, "CopyObject").then(|| Answer::error(404, "NoSuchKey", "gone"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.cp(&url("x"), &url("y")).fails(3).says(&["there is no such object", "s3://demo/x"]);
}

#[test]
fn a_store_in_trouble_is_not_taken_for_one_that_cannot_copy() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            is_of_y(request, "CopyObject").then(|| Answer::error(503, "SlowDown", "no"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.cp(&url("x"), &url("y")).env("AWS_MAX_ATTEMPTS", "1").fails(8);
    rig.lab.holds_only(&["x"]);
}

#[test]
fn a_store_that_cannot_copy_is_told_of_once() {
    for status in [400, 405, 501] {
        let rig = Rig::with(|server| {
            server.interceptor(move |request| {
                let is_real = request.operation == "CopyObject"
                    && request
                        .key
                        .as_deref()
                        .is_some_and(|key| key.starts_with("u/") && key.len() < 5);
                is_real.then(|| Answer::error(status, "Whatever", "no"))
            })
        });
        for object in ["t/a", "t/b", "t/c"] {
            rig.lab.seal("old", object, b"content");
        }
        let cp = ["cp", "--source-key", "./old", "-k", "./new", "-r", &url("t"), &url("u")];
        let done = rig.lab.run(cp).env("AWS_MAX_ATTEMPTS", "1").succeeds();
        assert_eq!(done.stderr.matches("went through this machine").count(), 1, "{}", done.stderr);
        assert_eq!(rig.content("u/c"), b"content", "{status}");
    }
}

#[test]
fn a_lost_answer_leaves_it_open_whether_the_copy_was_made() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            is_of_y(request, "CopyObject").then(|| Tampering::new().then_reset().into())
        })
    });
    rig.lab.seal("old", "x", b"content");
    let mv = rig.mv(&url("x"), &url("y")).env("AWS_MAX_ATTEMPTS", "1").fails(8);
    mv.says(&["may have been made all the same", "s3seal head s3://demo/y"]);
    assert!(rig.lab.server().object("demo", "x").is_some());
}

#[test]
fn a_connection_that_breaks_while_bytes_go_through_is_gone_on_with() {
    let cuts = AtomicUsize::new(0);
    let rig = Rig::with(|server| {
        server.behave(Behavior::Ceph).tls(true).interceptor(move |request| {
            let is_read = request.operation == "GetObject" && request.key.as_deref() == Some("x");
            (is_read && cuts.fetch_add(1, Ordering::SeqCst) < 2)
                .then(|| Tampering::new().cut_body_after(5 << 20).into())
        })
    });
    let content = noise(17 << 20);
    rig.lab.seal("old", "x", &content);
    rig.cp(&url("x"), &url("y")).succeeds();
    assert!(rig.content("y") == content);
}

/// The store keeps checksums, and copies nothing.
#[test]
fn what_arrives_damaged_is_not_published() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| match request.operation {
            "CopyObject" => Some(Answer::error(501, "NotImplemented", "no")),
            "GetObject" if request.has_key() => Some(Tampering::new().flip_bit_at(3).into()),
            _ => None,
        })
    });
    rig.lab.seal("old", "x", &noise(9 << 20));
    rig.mv(&url("x"), &url("y")).fails(7).says(&["checksums differ", "s3://demo/x"]);
    rig.lab.holds_only(&["x"]);
}

#[test]
fn a_copy_of_another_checksum_is_told_as_damaged() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_read = request.operation == "HeadObject" && request.key.as_deref() == Some("x");
            is_read.then(|| {
                Tampering::new().with_header("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=").into()
            })
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.mv(&url("x"), &url("y"))
        .fails(7)
        .says(&["another checksum than its source", "s3://demo/y"]);
    assert!(rig.lab.server().object("demo", "x").is_some());
}

/// The server interrupts the program in the middle of the work that its environment names.
#[test]
fn a_move_that_is_interrupted_leaves_the_source_and_nothing_unfinished() {
    for manner in [Behavior::Aws, Behavior::Ceph] {
        let child = std::sync::Arc::new(std::sync::OnceLock::<u32>::new());
        let pid = child.clone();
        let is_signalled = AtomicBool::new(false);
        let rig = Rig::with(|server| {
            server.behave(manner).tls(true).interceptor(move |request| {
                let is_late = is_of_y(request, "CopyObject") || is_of_y(request, "UploadPart");
                is_late.then(|| {
                    // A second signal ends the program at once.
                    if !is_signalled.swap(true, Ordering::SeqCst) {
                        let pid = pid.wait().to_string();
                        let kill = std::process::Command::new("kill").args(["-INT", &pid]).status();
                        assert!(kill.expect("kill").success());
                    }
                    Answer::error(503, "SlowDown", "no")
                })
            })
        });
        rig.lab.seal("old", "x", &noise(9 << 20));
        let mut command = rig.mv(&url("x"), &url("y")).into_command();
        command.stderr(std::process::Stdio::piped());
        let running = command.spawn().expect("the program starts");
        child.set(running.id()).expect("once");
        let done = running.wait_with_output().expect("the program ends");
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(130), "{manner}: {told}");
        assert!(told.contains("interrupted by SIGINT"), "{told}");
        rig.lab.holds_only(&["x"]);
    }
}

/// A copy carries two keys, and a store may repeat either in its answer.
#[test]
fn neither_key_is_repeated_though_the_store_repeats_it() {
    let keys = Arc::new(Mutex::new(String::new()));
    let told = keys.clone();
    let rig = Rig::with(|server| {
        server.interceptor(move |request| {
            let words = told.lock().unwrap().clone();
            is_of_y(request, "CopyObject").then(|| Answer::error(422, "Whatever", &words))
        })
    });
    let text = |name: &str| {
        let file = String::from_utf8(rig.lab.read(name)).unwrap();
        file.lines().last().unwrap().to_owned()
    };
    let (old, new) = (text("old"), text("new"));
    rig.lab.believe_in_the_bucket();
    rig.lab.seal("old", "x", b"content");
    for json in [&[][..], &["--json"]] {
        for (seal, sent) in
            [(&["-k", "./new"][..], format!("{old} and {new}")), (&["--no-key"], old.clone())]
        {
            *keys.lock().unwrap() = sent;
            let (from, to) = (url("x"), url("y"));
            let cp = ["cp", "-vvv", "--source-key", "./old", &from, &to];
            let done = rig.lab.run([&cp[..], seal, json].concat()).exits(1);
            for key in [&old, &new] {
                assert!(!done.stderr.contains(&key[..20]), "{}", done.stderr);
            }
        }
    }
}

#[test]
fn a_source_key_has_the_same_time_as_any_and_one_derived_key_is_for_one_object() {
    let rig = Rig::new();
    rig.lab.seal("old", "t/a", b"content");
    let cp = ["cp", "--key-timeout", "1", "--source-key", "cmd:exec 2>&-; sleep 9", "-k", "./new"];
    rig.lab
        .run([&cp[..], &[&url("t/a"), &url("y")]].concat())
        .fails(4)
        .says(&["did not end within 1 s"]);
    let all = ["cp", "-r", "--source-key", "./old", "-k", "./new", "--derive-as", "s3://demo/one"];
    rig.lab.run([&all[..], &[&url("t"), &url("u")]].concat()).fails(2).says(&["names one object"]);
}
