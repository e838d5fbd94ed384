//! What a store does not have, in its own words: the option to leave out, never that it does not seal.

use s3seal_mock::{Answer, Behavior, RequestRecord};

use super::{NOT_IMPLEMENTED, named, one_cause};
use crate::harness::{BUCKET, Lab, url};

/// A lab with the key `k`, whose bucket has proven that it seals, and a store that answers so.
fn lab_that_answers(
    answer: impl Fn(&RequestRecord) -> Option<Answer> + Send + Sync + 'static,
) -> Lab {
    let lab = Lab::with(|server| server.interceptor(answer));
    lab.key("k");
    lab.file("file", b"content");
    lab.believe_in_the_bucket();
    lab
}

#[test]
fn a_header_that_a_store_does_not_know_is_named_by_its_option() {
    let b2 = |name: &str| format!("Unsupported header '{name}' received for this API call.");
    let r2 = |name: &str| format!("Header '{name}' with value 'a=b' not implemented");
    for (status, code, words) in
        [(400, "InvalidArgument", &b2 as &dyn Fn(&str) -> String), (501, "NotImplemented", &r2)]
    {
        for (header, hint, exit) in [
            ("x-amz-tagging", "leave out --tagging", 1),
            ("x-amz-storage-class", "leave out --storage-class", 1),
            ("x-amz-request-payer", "leave out --request-payer", 1),
            ("x-amz-unheard-of", "proxy", 1),
            ("x-amz-server-side-encryption-customer-algorithm", "a store that does", 6),
        ] {
            let words = words(header);
            let lab = lab_that_answers(move |_| Some(Answer::error(status, code, &words)));
            let says = if exit == 6 { "does not implement SSE-C" } else { header };
            for arguments in [
                &["put", "-k", "./k", "file", "s3://demo/x"][..],
                &["get", "-k", "./k", "s3://demo/x", "out"],
                &["head", "-k", "./k", "s3://demo/x"],
                &["key", "verify", "-k", "./k", "s3://demo/x"],
            ] {
                let done = lab.run(arguments).done();
                one_cause(&done, &format!("{header} {arguments:?}"), exit, says, hint);
            }
            let shown = lab.run(["get", "-k", "./k", "s3://demo/x", "out", "--json"]).exits(exit);
            assert_eq!(shown.error()["code"], code);
        }
    }
}

#[test]
fn conditions_on_writes_that_a_store_does_not_know_are_the_cause() {
    let lab = named("B2").empty();
    lab.file("large", &vec![0; 9 << 20]);
    lab.seal("k", "there", b"content");
    let at = url("new");
    for file in ["file", "large"] {
        for key in [&["-k", "./k"][..], &["--no-key"]] {
            let put = ["put", file, &at, "--if-none-match", "*", "--part-size", "8MiB"];
            let done = lab.run([&put[..], key].concat()).done();
            let what = format!("{file} {key:?}");
            one_cause(&done, &what, 1, "no conditions on writes", "leave out --if-none-match");
        }
    }
    let etag = lab.server().object(BUCKET, "there").unwrap().etag;
    let put = lab.run(["put", "-k", "./k", "file", &url("there"), "--if-match", &etag]).done();
    one_cause(&put, "if-match", 1, "no conditions on writes", "leave out --if-match");
    // What is there already needs no condition to be left alone.
    let put = lab.run(["put", "-k", "./k", "file", &url("there"), "--if-none-match", "*"]);
    put.fails(9).says(&["exists already"]);
    lab.holds_only(&["there"]);
    // The store that forgets the condition is asked first.
    let garage = named("Garage").empty();
    garage.seal("k", "there", b"content");
    let put = ["put", "-k", "./w", "file", &url("there"), "--if-none-match", "*"];
    garage.run(put).fails(9).says(&["exists already"]);
    garage.run(["get", "-k", "./k", &url("there"), "out"]).succeeds();
}

/// A 501 to a write without a condition is about the key: nothing else of it is new to any store.
#[test]
fn a_store_that_knows_no_keys_says_so_of_a_conditional_write_too() {
    let lab = lab_that_answers(|request| {
        request.has_key().then(|| Answer::error(501, "NotImplemented", NOT_IMPLEMENTED))
    });
    std::fs::remove_dir_all(lab.path("state")).unwrap();
    let put = lab.run(["put", "-k", "./k", "file", &url("x"), "--if-none-match", "*"]).done();
    one_cause(&put, "put", 6, "does not implement SSE-C", "a store that does");
    lab.holds_only(&[]);
}

#[test]
fn tags_that_a_store_does_not_keep_are_left_out_or_refused_by_name() {
    let lab = named("B2").empty();
    let put = lab.run(["put", "-k", "./k", "--tagging", "a=b", "file", &url("x")]).done();
    one_cause(&put, "put", 1, "x-amz-tagging", "leave out --tagging");
    let put = lab.run(["put", "-k", "./k", "--tag-key", "file", &url("x")]).succeeds();
    put.says(&["the store keeps no tags"]);
}

#[test]
fn a_store_without_versions_says_so() {
    let lab = named("Garage").empty();
    lab.seal("k", "x", b"content");
    let at = url("x");
    for arguments in [
        &["ls", "--versions", "s3://demo"][..],
        &["rm", "-q", "--all-versions", &at],
        &["audit", "-q", "--versions", "-k", "./k", "s3://demo"],
    ] {
        let done = lab.run(arguments).done();
        let hint = "leave out --versions, or --all-versions";
        one_cause(&done, &format!("{arguments:?}"), 1, "keeps no versions", hint);
    }
    lab.holds_only(&["x"]);
}

#[test]
fn whoever_may_not_list_versions_is_told_which_permission_that_takes() {
    let lab = lab_that_answers(|request| {
        request.operation.starts_with("List").then(|| Answer::error(403, "AccessDenied", ""))
    });
    for (arguments, says, permission) in [
        (&["ls", "s3://demo"][..], "list the bucket", "grant s3:ListBucket,"),
        (&["ls", "--versions", "s3://demo"], "bucket's versions", "grant s3:ListBucketVersions,"),
    ] {
        one_cause(&lab.run(arguments).done(), "ls", 5, says, permission);
    }
}

#[test]
fn what_is_not_implemented_is_no_trouble_that_passes() {
    for (status, code) in
        [(501, "NotImplemented"), (405, "MethodNotAllowed"), (501, "XNotImplemented")]
    {
        let lab = lab_that_answers(move |_| Some(Answer::error(status, code, NOT_IMPLEMENTED)));
        let at = url("x");
        for (arguments, says, hint) in [
            (&["rm", "-r", "-q", "--incomplete", &at][..], "unfinished uploads", "cleared away"),
            (&["rm", &at], code, "--version-id"),
            (&["put", "--no-key", "file", &at], code, "--tagging"),
            (&["get", &at, "-"], code, "--version-id"),
        ] {
            let done = lab.run(arguments).done();
            one_cause(&done, &format!("{status} {arguments:?}"), 1, says, hint);
        }
        let asked = lab.server().requests().len();
        assert_eq!(asked, 4, "nothing is asked twice");
    }
}

#[test]
fn values_that_a_store_does_not_take_are_named_by_their_option() {
    let canned = "Unsupported value for canned acl 'public-read'";
    for (code, message, says, hint) in [
        ("AccessControlListNotSupported", "The bucket does not allow ACLs", "ACLs", "--acl"),
        ("InvalidArgument", canned, "ACLs", "--acl"),
        ("InvalidStorageClass", "is not valid", "storage class", "leave out --storage-class"),
    ] {
        let lab = lab_that_answers(move |_| Some(Answer::error(400, code, message)));
        for key in [&["-k", "./k"][..], &["--no-key"]] {
            let done = lab.run([&["put", "file", "s3://demo/x"], key].concat()).done();
            one_cause(&done, &format!("{code} {key:?}"), 1, says, hint);
        }
    }
}

/// Ceph and MinIO: Ceph has no words for it, and a HEAD has none anywhere.
#[test]
fn keys_that_are_taken_over_https_alone_are_not_called_wrong() {
    let secure = "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.";
    for (manner, message) in [(Behavior::Ceph, ""), (Behavior::Aws, secure)] {
        let lab = Lab::with(|server| {
            // What is there has come over https.
            server.interceptor(move |request| {
                let reads = matches!(request.operation, "GetObject" | "HeadObject");
                (reads && request.has_key()).then(|| Answer::error(400, "InvalidRequest", message))
            })
        });
        lab.key("k");
        lab.key("w");
        lab.seal("k", "sealed", b"content");
        let at = url("sealed");
        for arguments in [
            &["get", &at, "-"][..],
            &["head", &at],
            &["key", "verify", &at],
            &["audit", "-q", &at],
            &["cp", &at, "s3://demo/copy"],
            &["mv", &at, "s3://demo/copy"],
        ] {
            for keys in [&["-k", "./k"][..], &["-k", "./w", "-k", "./k"]] {
                let done = lab.run([arguments, keys].concat()).done();
                let what = format!("{manner} {arguments:?} {keys:?}");
                one_cause(&done, &what, 6, "over https only: nothing was read", "https endpoint");
            }
        }
        let put = Lab::with(|server| server.behave(manner).require_tls(true));
        put.key("k");
        put.file("file", b"content");
        let done = put.run(["put", "-k", "./k", "file", &at]).done();
        one_cause(&done, manner.name(), 6, "over https only: nothing was stored", "https endpoint");
    }
}
