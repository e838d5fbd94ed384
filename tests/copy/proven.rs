//! No copy counts as sealed that is not proven to be, and no plaintext is published to find out.

use s3seal_mock::{Answer, Behavior, RequestRecord, Tampering};

use crate::copy::{Rig, SEALING};
use crate::harness::url;

fn is_trial(request: &RequestRecord) -> bool {
    request.key.as_deref().is_some_and(|key| key.contains(".s3seal/trial-"))
}

/// Copies what was not sealed, into what is.
const SEAL: [&str; 5] = ["cp", "--source-key", "none", "-k", "./new"];

#[test]
fn a_store_that_copies_into_plaintext_is_tried_with_a_throw_away_object() {
    let rig = Rig::at(Behavior::Ceph);
    rig.lab.plain("x", b"content");
    // What the bucket has proven of writes says nothing of copies.
    rig.lab.believe_in_the_bucket();
    rig.lab.run([&SEAL[..], &[&url("x"), &url("y")]].concat()).succeeds();
    let requests = rig.lab.server().requests();
    let copies: Vec<_> = requests.iter().filter(|it| it.operation == "CopyObject").collect();
    assert!(!copies.is_empty() && copies.into_iter().all(is_trial));
    assert_eq!(rig.content("y"), b"content");
    rig.lab.holds_only(&["x", "y"]);
}

#[test]
fn what_a_store_has_shown_is_remembered() {
    // Garage answers 404 to the copy of a small object, which says nothing of larger ones.
    let unsure = [Behavior::Ceph, Behavior::Garage];
    for manner in SEALING.into_iter().filter(|manner| !unsure.contains(manner)) {
        let rig = Rig::at(manner);
        rig.lab.plain("x", b"content");
        rig.lab.run([&SEAL[..], &[&url("x"), &url("y")]].concat()).succeeds();
        rig.lab.server().clear_requests();
        rig.lab.run([&SEAL[..], &[&url("x"), &url("z")]].concat()).succeeds();
        assert!(!rig.lab.server().requests().iter().any(is_trial), "{manner}");
        assert_eq!(rig.count("CopyObject"), 1, "{manner}");
    }
}

#[test]
fn many_copies_need_one_trial() {
    let rig = Rig::new();
    for object in ["t/a", "t/b", "t/c", "t/d"] {
        rig.lab.plain(object, b"content");
    }
    rig.lab.server().clear_requests();
    rig.lab.run([&SEAL[..], &["-r", &url("t"), &url("u")]].concat()).succeeds();
    assert_eq!(rig.count("CopyObject"), 5);
}

/// A store that has shown that it can, and stores one copy in plaintext all the same.
#[test]
fn a_copy_that_landed_in_plaintext_is_taken_back_and_made_anew() {
    let rig = Rig::at(Behavior::Ceph);
    rig.lab.plain("x", b"content");
    rig.lab.believe_in_the_bucket();
    believe_in_copies(&rig);
    let done = rig.lab.run([&SEAL[..], &[&url("x"), &url("y")]].concat()).succeeds();
    assert!(done.stderr.contains("went through this machine"), "{}", done.stderr);
    let operations = rig.lab.operations();
    let place = |operation: &str| operations.iter().position(|it| it == operation);
    assert!(place("CopyObject") < place("DeleteObject"), "{operations:?}");
    assert_eq!(rig.content("y"), b"content");
    rig.lab.holds_only(&["x", "y"]);
}

#[test]
fn plaintext_that_cannot_be_removed_is_named() {
    let rig = Rig::with(|server| {
        server.behave(Behavior::Ceph).tls(true).interceptor(|request| {
            let is_delete = request.operation == "DeleteObject";
            is_delete.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.plain("x", b"content");
    believe_in_copies(&rig);
    let cp = rig.lab.run([&SEAL[..], &[&url("x"), &url("y")]].concat()).fails(6);
    cp.says(&["plaintext remains at s3://demo/y", "remove it yourself"]);
}

/// Without an echo both questions are asked: with the key, and without.
#[test]
fn a_copy_without_an_echo_is_looked_at_twice() {
    let rig = Rig::at(Behavior::SeaweedFs);
    rig.lab.seal("old", "x", b"content");
    believe_in_copies(&rig);
    rig.lab.server().clear_requests();
    rig.cp(&url("x"), &url("y")).succeeds();
    let requests = rig.lab.server().requests();
    let after = requests.iter().skip_while(|it| it.operation != "CopyObject").skip(1);
    let asked: Vec<_> = after.map(|it| (it.operation, it.has_key())).collect();
    assert_eq!(asked, [("HeadObject", true), ("GetObject", false)]);
}

/// As LocalStack does: it echoes a key that it has not used.
#[test]
fn an_echo_of_a_head_alone_proves_nothing() {
    let rig = Rig::with(|server| {
        server.behave(Behavior::Ceph).tls(true).interceptor(|request| {
            let is_asked = request.operation == "HeadObject" && request.key.as_deref() == Some("y");
            let md5 = request.header("x-amz-server-side-encryption-customer-key-md5")?;
            is_asked.then(|| {
                Tampering::new()
                    .with_header("x-amz-server-side-encryption-customer-algorithm", "AES256")
                    .with_header("x-amz-server-side-encryption-customer-key-MD5", md5)
                    .into()
            })
        })
    });
    rig.lab.plain("x", b"content");
    believe_in_copies(&rig);
    let done = rig.lab.run([&SEAL[..], &[&url("x"), &url("y")]].concat()).succeeds();
    assert!(done.stderr.contains("went through this machine"), "{}", done.stderr);
    assert_eq!(rig.sealed_with("y"), Some(rig.new_md5.clone()));
}

#[test]
fn a_copy_that_may_not_be_looked_at_is_kept_and_named() {
    let rig = Rig::with(|server| {
        server.behave(Behavior::SeaweedFs).interceptor(|request| {
            let is_read = matches!(request.operation, "HeadObject" | "GetObject");
            let is_copy = request.key.as_deref() == Some("y");
            (is_read && is_copy).then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    let cp = rig.mv(&url("x"), &url("y")).fails(6);
    cp.says(&["cannot be proven", "it was kept", "s3:GetObject", "s3://demo/y"]);
    rig.lab.holds_only(&["x", "y"]);
}

#[test]
fn a_trial_that_cannot_be_cleaned_up_is_told() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_delete = request.operation == "DeleteObject";
            is_delete.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    let cp = rig.cp(&url("x"), &url("y")).succeeds();
    assert_eq!(cp.stderr.matches("could not be deleted: delete it").count(), 2, "{}", cp.stderr);
}

/// As if an earlier run had seen the store copy.
fn believe_in_copies(rig: &Rig) {
    let endpoint = rig.lab.server().endpoint();
    let lines = ["", " copies plain to sealed", " copies sealed to sealed"];
    let lines = lines.map(|it| format!("{endpoint} demo{it}\n"));
    std::fs::create_dir_all(rig.lab.path("state/s3seal")).unwrap();
    rig.lab.file("state/s3seal/proven-buckets", lines.concat().as_bytes());
}
