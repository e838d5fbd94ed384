//! Presigned URLs at every store: whoever has one and the right key reads and writes; whoever has not is told what to
//! ask for.

use s3seal_mock::Answer;

use super::{at_each, named, one_cause};
use crate::harness::{Lab, url};

fn presign(lab: &Lab, arguments: &[&str], object: &str) -> String {
    let at = url(object);
    let presign = lab.run([&["presign"], arguments, &[&at]].concat());
    presign.succeeds().stdout.trim_end().to_owned()
}

#[test]
fn the_right_key_opens_and_every_mistake_has_the_same_cause() {
    at_each(|store| {
        let lab = store.stocked();
        let sealed = presign(&lab, &["-k", "./k"], "sealed");
        assert_eq!(lab.run(["get", "-k", "./k", &sealed, "-"]).succeeds().stdout, "content");
        let put = presign(&lab, &["-k", "./k", "--method", "PUT"], "new");
        lab.run(["put", "-k", "./k", "file", &put]).succeeds();
        assert!(lab.server().object("demo", "new").unwrap().sealed, "{}", store.name);

        // It is sealed, or was, when somebody signed this.
        let of_plain = presign(&lab, &["-k", "./k"], "plain");
        let without = presign(&lab, &["--no-key"], "sealed");
        let denied = presign(&lab, &["-k", "./k"], "denied");
        let absent = presign(&lab, &["-k", "./k"], "absent");
        let k = &["-k", "./k"][..];
        for (what, link, key, exit, says, hint) in [
            ("wrong key", &sealed, &["-k", "./w"][..], 4, "another key", "ask the sender"),
            ("no key", &sealed, &[], 4, "no key was given", "-k"),
            ("plain", &of_plain, k, 6, "not sealed", "another user may have replaced it"),
            ("unsigned", &without, &[], 4, "wants a key", "`s3seal presign -k KEY`"),
            ("denied", &denied, k, 5, "may not read", "s3:GetObject"),
            ("absent", &absent, k, 3, "no such object", "ask the sender"),
        ] {
            let done = lab.run([&["get", link.as_str(), "-"], key].concat()).done();
            one_cause(&done, &format!("{} {what}", store.name), exit, says, hint);
        }
        let put = presign(&lab, &["-k", "./k", "--method", "PUT"], "newer");
        let done = lab.run(["put", "-k", "./w", "file", &put]).done();
        one_cause(&done, store.name, 4, "another key", "ask the sender");
    });
}

#[test]
fn a_header_that_was_signed_and_the_store_does_not_know_is_named() {
    let lab = named("B2").stocked();
    for (key, object) in [(&["-k", "./k"][..], "sealed"), (&["--no-key"], "plain")] {
        let link = presign(&lab, &[key, &["--checksum"]].concat(), object);
        let key = if object == "plain" { &[] } else { key };
        let done = lab.run([&["get", link.as_str(), "-"], key].concat()).done();
        let hint = "ask the sender of the URL for one that is signed without it";
        one_cause(&done, object, 1, "x-amz-checksum-mode", hint);
    }
    let link = presign(&lab, &["-k", "./k", "--method", "PUT", "--tagging", "a=b"], "new");
    let done = lab.run(["put", "-k", "./k", "--tagging", "a=b", "file", &link]).done();
    one_cause(&done, "tags", 1, "x-amz-tagging", "signed without it");
    let link = presign(&lab, &["-k", "./k", "--method", "PUT"], "new");
    let done = lab.run(["put", "-k", "./k", "--if-none-match", "*", "file", &link]).done();
    one_cause(&done, "condition", 1, "no conditions on writes", "leave out --if-none-match");
}

/// As Ceph refuses it: without a word.
#[test]
fn a_key_that_is_taken_over_https_alone_wants_another_url() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            request.has_key().then(|| Answer::error(400, "InvalidRequest", ""))
        })
    });
    lab.key("k");
    lab.file("file", b"content");
    for (method, outcome) in [("GET", "read"), ("PUT", "stored")] {
        let link = presign(&lab, &["-k", "./k", "--method", method], "x");
        let arguments = match method {
            "GET" => ["get", &link, "-"],
            _ => ["put", "file", &link],
        };
        let done = lab.run([&arguments[..], &["-k", "./k"]].concat()).done();
        let says = format!("over https only: nothing was {outcome}");
        one_cause(&done, method, 6, &says, "ask the sender of the URL for an https one");
    }
}
