//! What a store cannot do, and what it does with objects that only doctor knows, is not the user's mistake.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use s3seal_mock::{Answer, RequestRecord};

use super::objects::gated;
use super::{FOLDER, check, checks, doctor, ends, names};
use crate::harness::{Done, Lab};

fn lab(answer: impl Fn(&RequestRecord) -> Option<Answer> + Send + Sync + 'static) -> Lab {
    Lab::with(|server| server.tls(true).interceptor(answer))
}

/// Nothing that was said sends the user to look for a mistake.
#[track_caller]
fn blames_no_user(done: &Done) {
    for it in checks(done) {
        let said = it.to_string();
        for words in ["check the bucket", "the key is wrong", "other writers", "another client"] {
            assert!(!said.contains(words), "{said}");
        }
    }
}

#[test]
fn copies_that_are_not_made_are_a_warning_however_it_is_said() {
    for (status, code) in [
        (404, "NoSuchKey"),
        (400, "InvalidRequest"),
        (409, "InvalidObjectState"),
        (412, "PreconditionFailed"),
        (500, "InternalError"),
        (501, "NotImplemented"),
    ] {
        let lab = lab(move |request| {
            (request.operation == "CopyObject").then(|| Answer::error(status, code, "No."))
        });
        let done = doctor(&lab).env("AWS_MAX_ATTEMPTS", "1").succeeds();
        assert_eq!(names(&done, "warn"), ["copy", "copy-in-place", "copy-plain"], "{code}");
        ends(&done, "copy", "warn", "does not copy", "downloads and uploads instead");
        blames_no_user(&done);
        lab.holds_only(&[]);
    }
}

#[test]
fn an_object_that_is_not_found_again_is_the_stores_fault() {
    let name = |request: &RequestRecord, end: &str| {
        request.key.as_deref().is_some_and(|key| key.ends_with(end))
    };
    for (status, code, says) in [
        (404, "NoSuchKey", "does not find what it has stored"),
        (403, "AccessDenied", "may not"),
        (412, "PreconditionFailed", "only this one knows"),
    ] {
        let lab = lab(move |request| {
            (request.operation == "GetObject" && name(request, "-sealed"))
                .then(|| Answer::error(status, code, "No."))
        });
        let done = doctor(&lab).done();
        assert_eq!(done.code, Some(if status == 403 { 5 } else { 7 }), "{code}: {}", done.stdout);
        assert_eq!(names(&done, "fail"), ["read"], "{code}");
        ends(&done, "read", "fail", says, "");
        blames_no_user(&done);
        lab.holds_only(&[]);
    }
    let lost = lab(move |request| {
        (request.operation == "UploadPart" && name(request, "-parts"))
            .then(|| Answer::error(404, "NoSuchUpload", "The upload does not exist."))
    });
    let done = doctor(&lost).exits(7);
    ends(&done, "multipart", "fail", "does not find the upload", "the store is at fault");
    blames_no_user(&done);
}

#[test]
fn a_setting_that_a_store_lacks_is_no_absent_bucket() {
    let lab = lab(|request| {
        (request.operation == "GetBucketEncryption")
            .then(|| Answer::error(404, "NoSuchConfiguration", "No."))
    });
    let done = doctor(&lab).succeeds();
    ends(&done, "bucket", "pass", "demo is there", "");
    ends(&done, "sse-c", "skip", "does not show", "");
}

#[test]
fn a_wrong_key_that_is_answered_with_trouble_is_a_warning() {
    // The first GET is with the right key.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let lab = lab(move |request| {
        let is_read = request.operation == "GetObject"
            && request.key.as_deref().is_some_and(|key| key.ends_with("-sealed"));
        (is_read && count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1)
            .then(|| Answer::error(500, "InternalError", "No."))
    });
    let done = doctor(&lab).env("AWS_MAX_ATTEMPTS", "1").succeeds();
    ends(&done, "wrong-key", "warn", "it answers 500 InternalError", "");
}

#[test]
fn versions_and_object_lock_are_shown() {
    let lab = Lab::with(|server| server.tls(true).versioned_bucket("kept"));
    ends(&doctor(&lab).succeeds(), "versioning", "pass", "none are kept", "");
    let done = lab.run(["doctor", "--json", "s3://kept"]).succeeds();
    ends(&done, "versioning", "pass", "keeps the versions", "");
    let answered = |status: &'static str| {
        let body = format!(
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status></VersioningConfiguration>"
        );
        move |request: &RequestRecord| {
            (request.operation == "GetBucketVersioning")
                .then(|| Answer::respond(200, &[("Content-Type", "application/xml")], body.clone()))
        }
    };
    ends(
        &doctor(&self::lab(answered("Suspended"))).succeeds(),
        "versioning",
        "pass",
        "suspended",
        "",
    );
    let versions = answered("Enabled");
    let locked = self::lab(move |request| {
        let body = "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
        let lock = request.operation == "GetObjectLockConfiguration";
        let lock = lock.then(|| Answer::respond(200, &[("Content-Type", "application/xml")], body));
        lock.or_else(|| versions(request))
    });
    let done = doctor(&locked).succeeds();
    ends(&done, "versioning", "warn", "(GOVERNANCE, 30 days)", "another bucket for trials");
    let refused = self::lab(|request| {
        (request.operation == "GetBucketVersioning")
            .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
    });
    ends(
        &doctor(&refused).succeeds(),
        "versioning",
        "skip",
        "may not read the bucket's versioning",
        "",
    );
}

#[test]
fn a_store_that_accepts_connections_and_does_not_answer() {
    let lab = Lab::offline();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let done = lab
        .run(["doctor", "--json", "--time-limit", "1", "--endpoint-url", &endpoint, FOLDER])
        .env("AWS_ACCESS_KEY_ID", "id")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .exits(8);
    ends(&done, "endpoint", "fail", "no answer within 1 s", "--time-limit");
    ends(&done, "credentials", "pass", "AWS_ACCESS_KEY_ID", "");
    ends(&done, "write", "skip", "`endpoint` failed", "");
}

#[test]
fn a_check_that_gets_no_answer_ends_with_its_time() {
    let mut gate = None;
    let lab = Lab::with(|server| {
        let (server, its_gate) = gated(server.tls(true), "GetObject");
        gate = Some(its_gate);
        server
    });
    let mut command = lab.run(["doctor", "--time-limit", "1", FOLDER]).into_command();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut lines = lines.skip_while(|line| !line.starts_with("fail  read "));
    assert!(lines.next().unwrap().ends_with("no answer within 1 s"));
    assert!(lines.next().unwrap().contains("--time-limit"));
    // The server answers again before the objects are deleted.
    drop(gate);
    let last = lines.last().unwrap();
    assert!(last.starts_with("pass  cleanup ") && last.ends_with("nothing is left"), "{last}");
    assert_eq!(child.wait().unwrap().code(), Some(8));
    lab.holds_only(&[]);
}

#[test]
fn a_store_that_has_fallen_silent_is_not_asked_for_long() {
    let lab = lab(|request| {
        let is_put = request.operation == "PutObject";
        is_put.then_some(Answer::Reset)
    });
    let done = doctor(&lab).env("AWS_MAX_ATTEMPTS", "1").exits(8);
    assert_eq!(names(&done, "fail"), ["put", "copy-plain"]);
    ends(&done, "conditions", "skip", "`copy-plain` failed", "");
    ends(&done, "cleanup", "pass", "", "");
    lab.holds_only(&[]);
}

/// The store waits until the lines before the write were read: a run that keeps them back gets no answer.
#[test]
fn each_line_is_printed_when_its_check_is_done() {
    let mut gate = None;
    let lab = Lab::with(|server| {
        let (server, its_gate) = gated(server.tls(true), "CreateMultipartUpload");
        gate = Some(its_gate);
        server
    });
    let mut command = lab.run(["doctor", FOLDER]).into_command();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let before: Vec<String> =
        lines.by_ref().take_while(|line| !line.starts_with("pass  sse-c ")).collect();
    assert!(before[0].starts_with("pass  config "), "{before:?}");
    drop(gate);
    let after: Vec<String> = lines.collect();
    assert!(after[0].starts_with("pass  write "), "{after:?}");
    assert!(child.wait().unwrap().success());
    assert_eq!(check_of(&after, "cleanup"), 1);
}

fn check_of(lines: &[String], check: &str) -> usize {
    lines.iter().filter(|line| line.contains(&format!("  {check} "))).count()
}

#[test]
fn a_store_that_does_not_seal_is_named_at_the_end() {
    let lab = Lab::with(|server| server.behave(s3seal_mock::Behavior::IgnoresSseC));
    for quiet in [&[][..], &["-q"]] {
        let done = lab.run([&["doctor", FOLDER], quiet].concat()).exits(6);
        let done = done.says(&["warning: store nothing here that must be sealed: see `write`"]);
        assert!(done.stdout.contains("fail  write"), "{}", done.stdout);
    }
    let done = doctor(&lab).exits(6);
    assert_eq!(check(&done, "write")["status"], "fail");
}
