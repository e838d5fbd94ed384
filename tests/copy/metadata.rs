//! What is kept of a source, or refused by name where it cannot be: metadata that no header can carry, encryption with
//! KMS on either side, and keys that are derived for another name.

use s3seal_mock::{RequestRecord, Tampering};

use crate::harness::{Lab, url};

/// A lab whose object `x` has two entries of metadata that no header can carry.
fn missing() -> Lab {
    let counts = |request: &RequestRecord| {
        let is_look = request.operation == "HeadObject" && request.key.as_deref() == Some("x");
        is_look.then(|| Tampering::new().with_header("x-amz-missing-meta", "2").into())
    };
    let lab = Lab::with(|server| server.interceptor(counts));
    lab.key("k");
    lab.seal("k", "x", b"content");
    lab
}

#[test]
fn head_says_that_metadata_is_missing() {
    let lab = missing();
    let head = lab.run(["head", "-k", "./k", &url("x")]).succeeds().stdout;
    assert!(head.contains("2 entries that no header can carry"), "{head}");
    let head = lab.run(["head", "--json", "-k", "./k", &url("x")]).succeeds().json();
    assert_eq!(head["MissingMeta"], 2);
}

#[test]
fn what_no_header_can_carry_is_kept_by_the_store_or_not_lost_in_silence() {
    let lab = missing();
    // The store takes over all of it.
    lab.run(["cp", "-k", "./k", &url("x"), &url("y")]).succeeds();
    let copies = lab.server().requests();
    let copy = copies.iter().rfind(|it| it.operation == "CopyObject").expect("a copy");
    assert_ne!(copy.header("x-amz-metadata-directive"), Some("REPLACE"));
    // One header more, and the store would replace all of it with what it could tell.
    let cp = ["cp", "-k", "./k", "--content-type", "text/x", "s3://demo/x", "s3://demo/z"];
    lab.run(cp).fails(1).says(&["2 of its metadata", "would be lost", "hint: "]);
    // A condition that the store does not know of copies takes the bytes through this machine.
    let conditional = ["mv", "-k", "./k", "--if-none-match", "*", "s3://demo/x", "s3://demo/z"];
    lab.run(conditional).fails(1).says(&["2 of its metadata", "would be lost", "hint: "]);
    lab.holds_only(&["x", "y"]);
}

#[test]
fn kms_is_on_either_side_of_a_copy() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "sealed", b"content");
    let kms = ["--sse", "aws:kms", "--sse-kms-key-id", "1234abcd-12ab-34cd-56ef-1234567890ab"];
    let head = |options: &[&str], object: &str| {
        let url = url(object);
        let head = [&["head", "--json"], options, &[&url]].concat();
        lab.run(head).succeeds().json()
    };
    let to_kms = [&["cp", "--source-key", "./k"], &kms[..], &["s3://demo/sealed", "s3://demo/kms"]];
    lab.run(to_kms.concat()).succeeds();
    let found = head(&[], "kms");
    assert_eq!(found["ServerSideEncryption"], "aws:kms");
    assert!(found["SSEKMSKeyId"].as_str().unwrap().ends_with(kms[3]), "{found}");
    // And back; a source of KMS is not sealed.
    let back = ["cp", "-k", "./k", "s3://demo/kms", "s3://demo/back"];
    lab.run(back).fails(6).says(&["not sealed", "hint: "]);
    for plain in [&["--source-key", "none"][..], &["--allow-plain"]] {
        lab.run(back.iter().copied().chain(plain.iter().copied())).succeeds();
        assert!(head(&["-k", "./k"], "back")["SSECustomerKeyMD5"].is_string());
    }
    let sync = [&["sync", "--source-key", "./k"], &kms[..], &["s3://demo/", "s3://demo/"]];
    lab.run(sync.concat()).fails(2).says(&["overlap"]);
    lab.seal("k", "p/x", b"content");
    let sync = [&["sync", "--source-key", "./k"], &kms[..], &["s3://demo/p", "s3://demo/q"]];
    lab.run(sync.concat()).succeeds().says(&["copied 1 object"]);
    assert_eq!(head(&[], "q/x")["ServerSideEncryption"], "aws:kms");
    let mv = [&["mv", "--source-key", "none"], &kms[..], &["s3://demo/q/x", "s3://demo/moved"]];
    lab.run(mv.concat()).succeeds();
    lab.holds_only(&["back", "kms", "moved", "p/x", "sealed"]);
}

#[test]
fn a_source_has_the_key_of_another_name() {
    let lab = Lab::with(|server| server.bucket("replica"));
    lab.key("master");
    let put = ["put", "-k", "./master", "--derive-as", "s3://origin", "-", "s3://replica/x"];
    lab.run(put).stdin(b"content").succeeds();
    let copy = ["-k", "./master", "--derive-as", "s3://demo"];
    let from = ["--source-derive-as", "s3://origin", "s3://replica/x", "s3://demo/x"];
    lab.run([&["cp"], &copy[..], &from].concat()).succeeds();
    let get = ["get", "-k", "./master", "--derive-as", "s3://demo", "s3://demo/x", "-"];
    assert_eq!(lab.run(get).succeeds().bytes, b"content");
    // The source's own key, and the name of one object for several.
    let own = ["cp", "--source-key", "./master", "--no-key", "s3://replica/x", "s3://demo/y"];
    lab.run(own).fails(4);
    lab.run([&own[..], &["--source-derive-as", "s3://origin/x"]].concat()).succeeds();
    let several = ["cp", "-r", "-k", "./master", "--source-derive-as", "s3://origin/x"];
    lab.run([&several[..], &["s3://replica/", "s3://demo/z/"]].concat())
        .fails(2)
        .says(&["names one object", "hint: "]);
    let none = ["--source-key", "none", "--source-derive-as", "s3://origin"];
    lab.run([&["cp", "-k", "./master"], &none[..], &["s3://replica/x", "s3://demo/z"]].concat())
        .fails(2)
        .says(&["--source-derive-as", "hint: "]);
    // A file has no source key.
    lab.file("file", b"content");
    lab.run(["cp", "-k", "./master", "--source-derive-as", "s3://origin", "file", "s3://demo/z"])
        .fails(2);
}
