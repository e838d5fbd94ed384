//! Deletes: by the thousand in one request, and never more than was asked for.

use s3seal_mock::Answer;

use crate::harness::{BUCKET, Lab, url};

fn with_objects(lab: &Lab, objects: &[&str]) {
    for object in objects {
        lab.plain(object, b"x");
    }
    lab.server().clear_requests();
}

fn versioned() -> Lab {
    let lab = Lab::new();
    lab.server().set_versioning(BUCKET, true);
    lab
}

/// A page of a listing: a thousand keys from this one on, or what is left of them.
fn page(from: usize, all: usize) -> String {
    let keys = (from..all.min(from + 1000)).map(|index| {
        format!("<Contents><Key>p/{index}</Key><Size>0</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>")
    });
    let next = from + 1000;
    let more = format!("<NextContinuationToken>{next}</NextContinuationToken>");
    let (truncated, more) = if next < all { (true, more) } else { (false, String::new()) };
    format!(
        "<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{more}{}</ListBucketResult>",
        keys.collect::<String>()
    )
}

#[test]
fn two_and_a_half_thousand_objects_are_three_lists_and_three_deletes() {
    // They need not be there: to delete what is not succeeds.
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let from =
                request.query_param("continuation-token").map_or(0, |it| it.parse().unwrap());
            (request.operation == "ListObjectsV2")
                .then(|| Answer::respond(200, &[], page(from, 2500)))
        })
    });
    lab.run(["rm", "-r", &url("p")]).succeeds().says(&["deleted 2500 objects"]);
    let mut operations = lab.operations();
    operations.sort();
    assert_eq!(operations, [["DeleteObjects"; 3], ["ListObjectsV2"; 3]].concat());
    for request in lab.server().requests().iter().filter(|it| it.operation == "DeleteObjects") {
        assert!(request.header("content-md5").is_some(), "{request:?}");
        assert!(request.header("x-amz-checksum-crc32").is_none(), "{request:?}");
        assert!(request.header("x-amz-sdk-checksum-algorithm").is_none(), "{request:?}");
    }
}

#[test]
fn a_prefix_spares_what_is_merely_called_alike() {
    let lab = Lab::new();
    with_objects(&lab, &["p", "p/a", "p/b/c", "p2", "p2/a"]);
    lab.run(["rm", "-r", &url("p")]).succeeds().says(&["deleted 2 objects"]);
    lab.holds_only(&["p", "p2", "p2/a"]);
    lab.run(["rm", "-r", &url("absent")]).succeeds().says(&["deleted 0 objects"]);
}

#[test]
fn filters_choose_what_is_deleted() {
    let lab = Lab::new();
    with_objects(&lab, &["p/a.tmp", "p/b", "p/c/d.tmp"]);
    lab.run(["rm", "-r", &url("p"), "--exclude", "*", "--include", "*.tmp"]).succeeds();
    lab.holds_only(&["p/b"]);
    lab.run(["rm", &url("p/b"), "--exclude", "*"]).fails(2).says(&["-r"]);
}

#[test]
fn emptying_a_bucket_wants_a_word_more() {
    let lab = Lab::new();
    with_objects(&lab, &["a", "b/c"]);
    for bucket in ["s3://demo", "s3://demo/"] {
        lab.run(["rm", "-r", bucket]).fails(2).says(&["empty the bucket demo", "--all"]);
    }
    lab.run(["rm", "s3://demo"]).fails(2).says(&["-r"]);
    lab.run(["rm", "--all", &url("a")]).fails(2);
    lab.holds_only(&["a", "b/c"]);
    lab.run(["rm", "-r", "--dry-run", "s3://demo"]).succeeds();
    lab.holds_only(&["a", "b/c"]);
    lab.run(["rm", "-r", "--all", "s3://demo"]).succeeds().says(&["deleted 2 objects"]);
    lab.holds_only(&[]);
}

#[test]
fn a_dry_run_deletes_nothing() {
    let lab = Lab::new();
    with_objects(&lab, &["p/a", "p/b"]);
    lab.run(["rm", "-r", "--dry-run", &url("p")]).succeeds().says(&[
        "would delete s3://demo/p/a",
        "would delete s3://demo/p/b",
        "would delete 2 objects",
    ]);
    assert_eq!(lab.operations(), ["ListObjectsV2"]);
    lab.run(["rm", "--dry-run", &url("p/a"), &url("p/b")]).succeeds();
    let items = lab.run(["rm", "-r", "--json", "--dry-run", &url("p")]).succeeds().json_lines();
    assert_eq!(items[1], serde_json::json!({"op": "rm", "url": url("p/b"), "dryRun": true}));
    lab.holds_only(&["p/a", "p/b"]);
}

#[test]
fn several_objects_of_a_bucket_are_one_request() {
    let lab = Lab::with(|server| server.bucket("other"));
    with_objects(&lab, &["a", "b <&>\"'", "c"]);
    lab.run(["rm", &url("a"), &url("b <&>\"'"), &url("absent"), "s3://other/x"])
        .succeeds()
        .says(&["now absent: s3://demo/a (the store does not say", "now absent: s3://other/x"]);
    let mut operations = lab.operations();
    operations.sort();
    assert_eq!(operations, ["DeleteObject", "DeleteObjects"]);
    lab.holds_only(&["c"]);
}

#[test]
fn keys_that_xml_cannot_carry_are_deleted_one_by_one() {
    let lab = Lab::new();
    with_objects(&lab, &["p/a", "p/b", "p/\u{1}", "p/\r\n", "p/c+d%20", "p/ \u{e4}"]);
    lab.run(["rm", "-r", &url("p")]).succeeds().says(&["deleted 6 objects"]);
    lab.holds_only(&[]);
    let operations = lab.operations();
    assert_eq!(operations.iter().filter(|it| *it == "DeleteObject").count(), 2, "{operations:?}");
}

#[test]
fn a_store_without_multi_object_delete_is_served_one_by_one() {
    for (status, code) in [(501, "NotImplemented"), (405, "MethodNotAllowed")] {
        let lab = Lab::with(|server| {
            server.interceptor(move |request| {
                let refused = request.operation == "DeleteObjects";
                refused.then(|| Answer::error(status, code, "not here"))
            })
        });
        with_objects(&lab, &["p/a", "p/b"]);
        lab.run(["rm", "-r", &url("p")]).succeeds().says(&["deleted 2 objects"]);
        lab.holds_only(&[]);
    }
}

#[test]
fn each_object_that_cannot_be_deleted_is_told() {
    let answer = "<DeleteResult>\
        <Error><Key>p/b</Key><Code>AccessDenied</Code><Message>no</Message></Error>\
        <Error><Key>p/c</Key><Code>InternalError</Code><Message>later</Message></Error>\
        <Error><Key>p/d</Key><Code>NoSuchKey</Code><Message>gone</Message></Error>\
        </DeleteResult>";
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            (request.operation == "DeleteObjects").then(|| Answer::respond(200, &[], answer))
        })
    });
    with_objects(&lab, &["p/a", "p/b", "p/c", "p/d"]);
    let done = lab.run(["rm", "-r", "--json", &url("p")]).exits(5);
    assert_eq!(done.json_lines().len(), 3);
    assert_eq!(done.error()["url"], url("p/b"));
    assert_eq!(done.error()["code"], "AccessDenied");
    // What failed for the moment was tried again.
    assert!(lab.server().object(BUCKET, "p/c").is_none());
}

#[test]
fn a_refused_request_fails_each_object() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let refused = request.operation == "DeleteObjects";
            refused.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    with_objects(&lab, &["p/a", "p/b"]);
    lab.run(["rm", "-r", &url("p")]).fails(5).says(&[
        "s3://demo/p/a: ",
        "s3:DeleteObject",
        "2 failed",
    ]);
}

#[test]
fn versions_are_hidden_or_deleted_for_good() {
    let lab = versioned();
    let versions = |key: &str| {
        let all = lab.server().versions(BUCKET);
        all.into_iter().filter(|(found, ..)| found == key).count()
    };
    with_objects(&lab, &["p/a", "p/a", "p/b", "p/ab", "q"]);
    let items = lab.run(["rm", "-r", "--json", &url("p")]).succeeds().json_lines();
    assert_eq!(items[0]["deleteMarker"], true, "{items:?}");
    assert!(items[0]["versionId"].is_string(), "{items:?}");
    assert_eq!((versions("p/a"), versions("p/b"), versions("q")), (3, 2, 1));
    lab.run(["rm", "--all-versions", "--dry-run", &url("p/a")]).succeeds().says(&["(version "]);
    assert_eq!(versions("p/a"), 3);
    lab.run(["rm", "--all-versions", &url("p/a")]).succeeds().says(&["deleted 3 versions"]);
    assert_eq!((versions("p/a"), versions("p/ab")), (0, 2));
    lab.run(["rm", "--all-versions", "-r", "--all", "s3://demo"])
        .succeeds()
        .says(&["deleted 5 versions"]);
    assert!(lab.server().versions(BUCKET).is_empty());
    lab.run(["rm", "-r", "--version-id", "x", &url("p")]).fails(2);
}

#[test]
fn many_versions_of_one_key_are_paged_through() {
    let lab = versioned();
    let script = "i=0; while [ $i -lt 11 ]; do \"$S3SEAL\" put -q --no-key -r tree s3://demo/p || exit 1; i=$((i+1)); done";
    for index in 0..100 {
        lab.deep_file(&format!("tree/{index}"), b"");
    }
    lab.shell(script).succeeds();
    lab.run(["rm", "-r", "--all-versions", &url("p")]).succeeds().says(&["deleted 1100 versions"]);
    assert!(lab.server().versions(BUCKET).is_empty());
}

#[test]
fn an_error_about_an_object_that_was_not_named_is_no_success() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let body = "<DeleteResult><Error><Key>normalised/b</Key><Code>AccessDenied</Code></Error></DeleteResult>";
            (request.operation == "DeleteObjects")
                .then(|| Answer::respond(200, &[("Content-Type", "application/xml")], body))
        })
    });
    with_objects(&lab, &["a", "b"]);
    lab.run(["rm", &url("a"), &url("b")]).succeeds();
    lab.holds_only(&[]);
    assert_eq!(lab.operations(), ["DeleteObjects", "DeleteObject", "DeleteObject"]);
}

/// As a shell variable that is not set leaves it: not the newest version, and no version either.
#[test]
fn an_empty_version_is_no_version() {
    let lab = Lab::new();
    lab.plain("x", b"content");
    for command in [
        &["rm", "--version-id", "", "s3://demo/x"][..],
        &["get", "--version-id", "", "s3://demo/x", "out"],
        &["s3api", "delete-object", "--bucket", "demo", "--key", "x", "--version-id", ""],
    ] {
        lab.run(command).fails(2).says(&["--version-id"]);
    }
    lab.holds_only(&["x"]);
}
