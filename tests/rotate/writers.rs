//! Somebody else writes while objects are rotated: neither content is lost, and what is told is so.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use s3seal_mock::{Answer, Behavior, Builder, RequestRecord, Tampering};

use super::Rig;
use crate::harness::url;

/// Longer than anything here takes: whoever waits so long waits for ever.
const PATIENCE: Duration = Duration::from_secs(50);

fn is_of_x(request: &RequestRecord, operation: &str) -> bool {
    request.operation == operation && request.key.as_deref() == Some("x")
}

/// Holds the first such request until the other end says so.
fn held(
    server: Builder,
    operation: &'static str,
) -> (Builder, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (tell, arrived) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let (wait, is_first) = (Mutex::new(wait), AtomicBool::new(true));
    let server = server.interceptor(move |request| {
        if is_of_x(request, operation) && is_first.swap(false, Ordering::SeqCst) {
            let _ = tell.send(());
            let _ = tokio::task::block_in_place(|| wait.lock().unwrap().recv_timeout(PATIENCE));
        }
        None
    });
    (server, arrived, go)
}

/// Rotates `x`, which somebody seals anew with this key while `operation` is on its way.
#[track_caller]
fn overtaken(manner: Behavior, operation: &'static str, key: &str) -> Rig {
    let mut ends = None;
    let rig = Rig::with(|server| {
        let (server, arrived, go) = held(super::behaving(server, manner), operation);
        ends = Some((arrived, go));
        server
    });
    let (arrived, go) = ends.unwrap();
    // One request for a write.
    rig.lab.believe_in_the_bucket();
    rig.lab.seal("old", "x", b"before");
    std::thread::scope(|scope| {
        let rotation = scope.spawn(|| rig.rotate(["--json", "s3://demo/x"]).succeeds().json());
        arrived.recv_timeout(PATIENCE).expect("a request arrives");
        rig.lab.seal(key, "x", b"meanwhile");
        go.send(()).unwrap();
        let item = rotation.join().unwrap();
        let expected = if key == "new" { "current" } else { "rotated" };
        assert_eq!(item["result"], expected, "{manner} {operation}");
        assert_eq!(item["keyMd5"], rig.new_md5);
    });
    assert_eq!(rig.content("./new", "x"), b"meanwhile", "{manner} {operation}");
    rig.lab.holds_only(&["x"]);
    rig
}

#[test]
fn what_is_written_before_the_copy_is_not_lost() {
    overtaken(Behavior::Aws, "CopyObject", "old");
    overtaken(Behavior::Aws, "CopyObject", "new");
    overtaken(Behavior::SeaweedFs, "CopyObject", "old");
    // Source and destination are one: either condition holds it.
    overtaken(Behavior::Garage, "CopyObject", "old");
}

#[test]
fn what_is_written_while_the_bytes_go_through_this_machine_is_not_lost() {
    for key in ["old", "new"] {
        overtaken(Behavior::Ceph, "CompleteMultipartUpload", key);
    }
}

/// The copy's source and its destination are looked at apart: between the two somebody writes.
#[test]
fn amazon_is_asked_to_look_at_what_is_overwritten() {
    let rig = Rig::new();
    rig.lab.seal("old", "x", b"content");
    let etag = rig.lab.server().object("demo", "x").unwrap().etag;
    rig.lab.server().clear_requests();
    rig.rotate(["s3://demo/x"]).succeeds();
    let requests = rig.lab.server().requests();
    let copy = requests.iter().find(|it| is_of_x(it, "CopyObject")).unwrap();
    assert_eq!(copy.header("if-match"), Some(&format!("\"{etag}\"")[..]));
    assert_eq!(copy.header("x-amz-copy-source-if-match"), copy.header("if-match"));
}

#[test]
fn a_store_that_does_not_look_is_told_of() {
    let told = "in spite of its condition (If-Match)";
    let rig = Rig::at(Behavior::Garage);
    rig.lab.seal("old", "x", b"content");
    rig.rotate(["s3://demo/x"]).succeeds().says(&["warning", told]);
    for manner in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph] {
        let rig = Rig::at(manner);
        rig.lab.seal("old", "x", b"content");
        let done = rig.rotate(["s3://demo/x"]).succeeds();
        assert!(!done.stderr.contains(told), "{manner} {}", done.stderr);
    }
}

/// Such a store has overwritten nothing in spite of a condition: the objects were replaced without one.
#[test]
fn a_store_that_refuses_the_condition_is_not_said_to_ignore_it() {
    let refusing = |manner, operation: &'static str, status, code: &'static str| {
        Rig::with(move |server| {
            super::behaving(server, manner).interceptor(move |request| {
                let is_refused =
                    request.operation == operation && request.header("if-match").is_some();
                is_refused.then(|| Answer::error(status, code, "no conditions here"))
            })
        })
    };
    for (rig, what) in [
        (Rig::at(Behavior::B2), "b2"),
        (refusing(Behavior::Aws, "CopyObject", 501, "NotImplemented"), "copy, 501"),
        (refusing(Behavior::Aws, "CopyObject", 400, "InvalidArgument"), "copy, 400"),
        (refusing(Behavior::Ceph, "CompleteMultipartUpload", 501, "NotImplemented"), "upload"),
    ] {
        rig.lab.server().set_versioning("demo", true);
        rig.lab.seal("old", "x", b"content");
        let done = rig.rotate(["--delete-old-versions", "s3://demo/"]).succeeds();
        let done = done.says(&[
            "refuses writes with a condition (If-Match)",
            "replaced without one",
            "former versions are not deleted here",
        ]);
        assert!(!done.stderr.contains("in spite of"), "{what}: {}", done.stderr);
        assert_eq!(rig.content("./new", "x"), b"content", "{what}");
    }
}

/// The copy was made and nobody heard of it: the next attempt meets what the first one made.
#[test]
fn a_copy_whose_answer_was_lost_counts_as_made() {
    for manner in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Garage] {
        let lost = AtomicUsize::new(0);
        let rig = Rig::with(|server| {
            super::behaving(server, manner).interceptor(move |request| {
                let is_lost =
                    is_of_x(request, "CopyObject") && lost.fetch_add(1, Ordering::SeqCst) == 0;
                is_lost.then(|| Tampering::new().then_reset().into())
            })
        });
        rig.lab.seal("old", "x", b"content");
        let item = rig.rotate(["--json", "s3://demo/x"]).succeeds().json();
        assert_eq!(item["keyMd5"], rig.new_md5, "{manner}");
        assert_eq!(rig.content("./new", "x"), b"content", "{manner}");
        rig.lab.holds_only(&["x"]);
    }
}

#[test]
fn an_object_that_never_rests_is_given_up_and_left_alone() {
    let rig = Rig::with(|server| {
        let heads = AtomicUsize::new(0);
        server.interceptor(move |request| {
            if is_of_x(request, "CopyObject") {
                return Some(Answer::error(412, "PreconditionFailed", "changed"));
            }
            let number = heads.fetch_add(1, Ordering::SeqCst);
            is_of_x(request, "HeadObject")
                .then(|| Tampering::new().with_header("etag", &format!("\"{number}\"")).into())
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.rotate(["s3://demo/x"]).fails(9).says(&["again and again", "s3://demo/x"]);
    assert_eq!(rig.content("./old", "x"), b"content");
}

#[test]
fn what_was_deleted_meanwhile_is_gone() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| match is_of_x(request, "HeadObject") {
            true => Some(Answer::respond(404, &[], "")),
            false => is_of_x(request, "GetObject")
                .then(|| Answer::error(404, "NoSuchKey", "The key does not exist.")),
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.lab.server().clear_requests();
    let done = rig.rotate(["--json", "s3://demo/"]).succeeds();
    assert_eq!(done.json()["result"], "gone");
    rig.rotate([&url("x")[..]]).fails(3).says(&["there is no object of this name"]);
}

/// What is not known of a store is no reason to leave the condition out.
#[test]
fn a_trial_that_breaks_off_leaves_the_condition_where_it_is() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_trial = request.key.as_deref().is_some_and(|it| it.contains(".s3seal/trial-"));
            let has_condition = request.header("if-match").is_some();
            (is_trial && has_condition && request.operation == "CopyObject")
                .then(|| Answer::error(503, "ServiceUnavailable", "later"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.lab.server().clear_requests();
    rig.rotate(["--max-attempts", "1", "s3://demo/x"]).succeeds();
    let requests = rig.lab.server().requests();
    let copy = requests.iter().find(|it| is_of_x(it, "CopyObject")).expect("a copy");
    assert!(copy.header("if-match").is_some());
}

/// In a bucket that keeps versions the one that was read stays as it was, whatever comes after it.
#[test]
fn a_newer_version_is_noticed_where_the_bytes_go_through_this_machine() {
    let mut ends = None;
    let rig = Rig::with(|server| {
        let (server, arrived, go) = held(super::behaving(server, Behavior::Ceph), "UploadPart");
        ends = Some((arrived, go));
        server
    });
    rig.lab.server().set_versioning("demo", true);
    let (arrived, go) = ends.unwrap();
    rig.lab.believe_in_the_bucket();
    // As if this store did not look at If-Match.
    std::fs::write(
        rig.lab.path("state/s3seal/proven-buckets"),
        format!("{0} demo\n", rig.lab.server().endpoint()),
    )
    .unwrap();
    rig.lab.seal("old", "x", b"before");
    std::thread::scope(|scope| {
        let rotation = scope.spawn(|| rig.rotate(["s3://demo/x"]).succeeds());
        arrived.recv_timeout(PATIENCE).expect("a request arrives");
        rig.lab.seal("old", "x", b"meanwhile");
        go.send(()).unwrap();
        rotation.join().unwrap();
    });
    assert_eq!(rig.content("./new", "x"), b"meanwhile");
    let copies = rig.lab.server().requests();
    let completes = copies.iter().filter(|it| is_of_x(it, "CompleteMultipartUpload"));
    assert_eq!(completes.count(), 1, "the first was given up before");
}

/// Only what is the same counts as the copy.
#[test]
fn another_object_of_the_same_size_is_no_copy() {
    let rig = Rig::new();
    rig.lab.seal("old", "t/x", b"content");
    rig.lab.seal("new", "u/x", b"another");
    rig.rotate(["--dest", "s3://demo/u/", "s3://demo/t/"]).succeeds().says(&["rotated 1 object"]);
    assert_eq!(rig.content("./new", "u/x"), b"content");
}
