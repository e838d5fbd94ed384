//! Nothing is overwritten before the store has shown on an object that nobody needs what it would make of it.

use s3seal_mock::{Answer, Behavior, RequestRecord, Tampering};

use super::{Rig, SEALING, behaving};
use crate::harness::{noise, url};

fn is_trial(request: &RequestRecord) -> bool {
    request.key.as_deref().is_some_and(|key| key.contains(".s3seal/trial-"))
}

#[test]
fn the_first_copy_is_of_a_throw_away_object_which_is_read_back() {
    let rig = Rig::new();
    rig.lab.seal("old", "x", b"content");
    rig.lab.server().clear_requests();
    rig.rotate(["s3://demo/"]).succeeds();
    let requests = rig.lab.server().requests();
    let copies: Vec<_> = requests.iter().filter(|it| it.operation == "CopyObject").collect();
    assert!(is_trial(copies[0]) && !is_trial(copies.last().unwrap()));
    let reads = requests.iter().filter(|it| it.operation == "GetObject" && is_trial(it));
    assert_eq!(reads.count(), 1);
    rig.lab.holds_only(&["x"]);
    // Shown once, it is remembered.
    rig.lab.seal("old", "y", b"content");
    rig.lab.server().clear_requests();
    rig.rotate(["s3://demo/"]).succeeds();
    assert!(!rig.lab.server().requests().iter().any(is_trial));
}

/// The trial's copy is as it should be to whoever does not read it.
#[test]
fn a_store_that_damages_what_it_copies_is_found_out() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_read = request.operation == "GetObject" && is_trial(request);
            is_read.then(|| Tampering::new().flip_bit_at(3).into())
        })
    });
    rig.lab.seal("old", "x", b"content");
    let done = rig.rotate([&url("x")[..]]).succeeds();
    done.says(&["through this machine"]);
    assert_eq!(rig.content("./new", "x"), b"content");
    assert_eq!(rig.count("CopyObject"), 0);
    rig.lab.holds_only(&["x"]);
}

/// Ceph answers 200 to a copy that shall seal, and stores plaintext.
#[test]
fn a_store_that_copies_into_plaintext_overwrites_nothing() {
    let rig = Rig::at(Behavior::Ceph);
    rig.lab.plain("x", b"content");
    rig.rotate_keys("none", "./new", [&url("x")[..]]).succeeds();
    assert_eq!(rig.count("CopyObject"), 0);
    assert_eq!(rig.content("./new", "x"), b"content");
    rig.lab.holds_only(&["x"]);
}

/// What went through this machine takes the place of the original only once it is proven, whatever the bucket has
/// proven before.
#[test]
fn a_store_that_ignores_keys_loses_nothing() {
    let rig = Rig::at(Behavior::IgnoresSseC);
    rig.lab.plain("x", b"content");
    rig.lab.believe_in_the_bucket();
    let done = rig.rotate_keys("none", "./new", [&url("x")[..]]).fails(6);
    done.says(&["ignored the key", "nothing was published"]);
    rig.lab.holds_only(&["x"]);
    assert_eq!(rig.lab.run(["get", &url("x"), "-"]).succeeds().bytes, b"content");
}

/// It has shown that it can, and does not: what it made is the only one there is.
#[test]
fn plaintext_in_the_place_of_the_original_is_kept_and_named() {
    let rig = Rig::at(Behavior::Ceph);
    rig.lab.plain("x", b"content");
    let endpoint = rig.lab.server().endpoint().to_owned();
    std::fs::create_dir_all(rig.lab.path("state/s3seal")).unwrap();
    let line = format!("{endpoint} demo copies plain to sealed in-place\n");
    rig.lab.file("state/s3seal/proven-buckets", line.as_bytes());
    let done = rig.rotate_keys("none", "./new", ["s3://demo/x"]).fails(6);
    done.says(&["it is plaintext now, and was kept", "s3://demo/x"]);
    assert_eq!(rig.lab.run(["get", &url("x"), "-"]).succeeds().bytes, b"content");
    assert_eq!(rig.count("DeleteObject"), 0);
}

#[test]
fn large_objects_are_copied_in_parts_where_the_store_can() {
    let content = noise(12 << 20);
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.seal("old", "x", &content);
        rig.lab.server().clear_requests();
        rig.rotate(["--part-size", "5MiB", "s3://demo/x"]).succeeds();
        let requests = rig.lab.server().requests();
        let own = requests.iter().filter(|it| !is_trial(it));
        let parts = own.filter(|it| it.operation == "UploadPartCopy").count();
        let can = matches!(manner, Behavior::Aws | Behavior::Garage);
        assert_eq!(parts, if can { 3 } else { 0 }, "{manner}");
        assert!(rig.content("./new", "x") == content, "{manner}");
        assert_eq!(rig.lab.server().object("demo", "x").unwrap().parts, Some(3), "{manner}");
        rig.lab.holds_only(&["x"]);
    }
}

/// Whether a store copies the pieces of a large object is tried out on a large one.
#[test]
fn a_large_object_has_a_trial_of_its_own() {
    let rig = Rig::new();
    rig.lab.seal("old", "a", b"small");
    rig.lab.seal("old", "b", &noise(9 << 20));
    rig.lab.server().clear_requests();
    rig.rotate(["s3://demo/"]).succeeds();
    let requests = rig.lab.server().requests();
    let trials = requests.iter().filter(|it| is_trial(it) && it.operation == "CopyObject");
    // One of each size, and one that must be refused.
    assert_eq!(trials.count(), 3);
    let parts = requests.iter().filter(|it| is_trial(it) && it.operation == "UploadPart");
    assert_eq!(parts.count(), 2);
    rig.lab.holds_only(&["a", "b"]);
}

/// As LocalStack does: it echoes the key of a part, and does not use it.
#[test]
fn parts_that_a_store_copies_without_their_key_are_found_out() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_read = request.operation == "GetObject" && is_trial(request);
            is_read.then(|| Tampering::new().flip_bit_at(6_000_000).into())
        })
    });
    let content = noise(6 << 20);
    rig.lab.seal("old", "x", &content);
    rig.rotate(["--part-size", "5MiB", "s3://demo/x"]).succeeds().says(&["through this machine"]);
    assert_eq!(rig.count("UploadPartCopy"), 0);
    assert!(rig.content("./new", "x") == content);
    rig.lab.holds_only(&["x"]);
}

#[test]
fn a_part_that_fails_leaves_the_original_and_no_upload() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_second = request.query_param("partNumber").as_deref() == Some("2");
            (request.operation == "UploadPartCopy" && is_second && !is_trial(request))
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    let content = noise(12 << 20);
    rig.lab.seal("old", "x", &content);
    rig.rotate(["--part-size", "5MiB", "s3://demo/x"]).fails(5).says(&["s3:PutObject"]);
    rig.lab.holds_only(&["x"]);
    assert!(rig.content("./old", "x") == content);
}

#[test]
fn a_trial_that_cannot_be_cleaned_up_is_told() {
    let rig = Rig::with(|server| {
        behaving(server, Behavior::Aws).interceptor(|request| {
            let is_delete = request.operation == "DeleteObject";
            is_delete.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.rotate(["s3://demo/x"]).succeeds().says(&["could not be deleted: delete it"]);
}

/// Nobody knows the keys of those that a killed run has left behind, or of those that another run needs just now.
#[test]
fn throw_away_objects_are_passed_over() {
    let rig = Rig::new();
    rig.lab.seal("other", "t/.s3seal-trial-0123456789abcdef", b"left");
    rig.lab.seal("old", "t/x", b"content");
    let done = rig.rotate([&url("t/")[..]]).succeeds();
    done.says(&["rotated 1 object", "1 skipped"]);
    let audit = ["audit", "--fail-on", "locked", "-k", "./new", "s3://demo"];
    rig.lab.run(audit).succeeds().says(&["1 skipped"]);
}

/// That the new key opens it does not make good what the store has damaged.
#[test]
fn a_damaged_copy_is_removed_again_and_nothing_behind_it_is_deleted() {
    let rig = Rig::with(|server| {
        server.versioned_bucket("vault").interceptor(|request| {
            let is_look = request.operation == "HeadObject" && request.key.as_deref() == Some("x");
            is_look.then(|| {
                Tampering::new().with_header("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=").into()
            })
        })
    });
    for bucket in ["vault", "demo"] {
        let at = format!("s3://{bucket}/x");
        rig.lab.run(["put", "-k", "./old", "-", &at]).stdin(b"content").succeeds();
    }
    let before = rig.lab.server().versions("vault");
    let done = rig.rotate(["--delete-old-versions", "s3://vault/"]).exits(7);
    done.says(&["another checksum than its source", "was removed again", "1 failed"]);
    assert_eq!(rig.lab.server().versions("vault"), before);
    // Of what keeps no versions there is no other.
    let done = rig.rotate(["s3://demo/"]).exits(7);
    done.says(&["compare it with a backup"]);
    rig.lab.holds_only(&["x"]);
}

/// One object's trouble is not the store's.
#[test]
fn one_copy_that_fails_sends_one_object_through_this_machine() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_bad = request.operation == "CopyObject" && request.key.as_deref() == Some("b");
            is_bad.then(|| Answer::respond(500, &[], ""))
        })
    });
    for object in ["a", "b", "c", "d"] {
        rig.lab.seal("old", object, object.as_bytes());
    }
    rig.lab.server().clear_requests();
    rig.rotate(["--concurrency", "1", "s3://demo/"]).succeeds().says(&["rotated 4 objects"]);
    assert_eq!(rig.content("./new", "b"), b"b");
    assert_eq!(rig.count("UploadPart"), 1);
}
