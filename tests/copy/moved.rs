//! `mv`: the source goes once its copy is proven, and stays whenever anything fails.

use s3seal_mock::{Answer, Behavior};

use crate::copy::{Rig, SEALING};
use crate::harness::{Lab, url};

#[test]
fn what_was_moved_is_gone_at_any_store() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.seal("old", "x", b"content");
        rig.mv(&url("x"), &url("y")).succeeds().says(&["moved s3://demo/x to s3://demo/y"]);
        rig.lab.holds_only(&["y"]);
        assert_eq!(rig.content("y"), b"content", "{manner}");
    }
}

#[test]
fn a_folder_is_moved() {
    let rig = Rig::new();
    for object in ["t/a", "t/b"] {
        rig.lab.seal("old", object, b"content");
    }
    let mv = ["mv", "--json", "--source-key", "./old", "-k", "./new", "-r", &url("t"), &url("u")];
    let items = rig.lab.run(mv).succeeds().json_lines();
    assert_eq!((&items[0]["op"], &items[0]["source"]), (&"mv".into(), &url("t/a").into()));
    rig.lab.holds_only(&["u/a", "u/b"]);
}

#[test]
fn a_file_is_gone_once_it_is_stored_and_an_object_once_it_is_fetched() {
    let rig = Rig::new();
    rig.lab.file("file", b"content");
    rig.lab.deep_file("tree/a", b"a");
    rig.lab.run(["mv", "-k", "./new", "file", &url("x")]).succeeds();
    rig.lab.run(["mv", "-k", "./new", "-r", "--exclude", "b", "tree", &url("t")]).succeeds();
    assert!(!rig.lab.path("file").exists() && !rig.lab.path("tree/a").exists());
    rig.lab.holds_only(&["t/a", "x"]);
    rig.lab.run(["mv", "-k", "./new", &url("x"), "out"]).succeeds();
    assert_eq!(rig.lab.read("out"), b"content");
    rig.lab.run(["mv", "-k", "./new", "-r", &url("t"), "back"]).succeeds();
    rig.lab.holds_only(&[]);
}

#[test]
fn nothing_is_deleted_where_the_other_side_fails() {
    let rig = Rig::at(Behavior::AwsBlocked);
    rig.lab.file("file", b"content");
    rig.lab.plain("x", b"content");
    rig.lab.run(["mv", "-k", "./new", "file", &url("y")]).fails(5).says(&["blocks SSE-C"]);
    let mv = ["mv", "--source-key", "none", "-k", "./new", &url("x"), &url("y")];
    rig.lab.run(mv).fails(5).says(&["blocks SSE-C"]);
    rig.lab.run(["mv", "-k", "./new", &url("x"), "out"]).fails(6);
    assert!(rig.lab.path("file").exists() && !rig.lab.path("out").exists());
    rig.lab.holds_only(&["x"]);
}

#[test]
fn of_several_versions_the_one_that_was_moved_goes() {
    let lab = Lab::with(|server| server.versioned_bucket("vault"));
    lab.key("k");
    for content in ["one", "two"] {
        lab.run(["put", "-k", "./k", "-", "s3://vault/x"]).stdin(content.as_bytes()).succeeds();
    }
    lab.run(["mv", "-k", "./k", "s3://vault/x", "s3://vault/y"]).succeeds();
    let read = |object: &str| lab.run(["get", "-k", "./k", object, "-"]).succeeds().bytes;
    assert_eq!((read("s3://vault/y"), read("s3://vault/x")), (b"two".into(), b"one".into()));
    assert!(lab.server().versions("vault").iter().all(|(_, _, is_marker)| !is_marker));
}

/// A store that knows no conditions on deletes, and a writer who comes in between.
#[test]
fn a_source_that_somebody_has_replaced_stays() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_guarded =
                request.operation == "DeleteObject" && request.header("if-match").is_some();
            is_guarded.then(|| Answer::error(412, "PreconditionFailed", "no"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.mv(&url("x"), &url("y"))
        .fails(9)
        .says(&["it arrived, but the source is still there", "replaced"]);
    rig.lab.holds_only(&["x", "y"]);
}

#[test]
fn a_source_that_may_not_be_deleted_stays_and_is_named() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_source =
                request.operation == "DeleteObject" && request.key.as_deref() == Some("x");
            is_source.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.lab.seal("old", "x", b"content");
    let failed = rig.mv(&url("x"), &url("y")).fails(5);
    failed.says(&["the source is still there", "s3:DeleteObject", "s3://demo/x"]);
    assert_eq!(rig.content("y"), b"content");
}

/// Somebody writes to the file once all of it was read.
#[test]
fn a_file_that_has_changed_since_it_was_stored_stays() {
    let file = std::sync::Arc::new(std::sync::OnceLock::<std::path::PathBuf>::new());
    let path = file.clone();
    let rig = Rig::with(|server| {
        server.interceptor(move |request| {
            if request.operation == "CompleteMultipartUpload" {
                std::fs::write(path.wait(), b"written since").expect("the file can be written");
            }
            None
        })
    });
    file.set(rig.lab.file("file", b"content")).expect("once");
    rig.lab.run(["mv", "-k", "./new", "file", &url("x")]).exits(9).says(&["has changed since"]);
    assert_eq!(rig.lab.read("file"), b"written since");
    assert_eq!(rig.content("x"), b"content");
}

#[test]
fn only_files_are_moved_and_into_files_alone() {
    let rig = Rig::new();
    rig.lab.seal("new", "x", b"content");
    rig.lab.file("file", b"content");
    std::os::unix::fs::symlink("file", rig.lab.path("link")).unwrap();
    rig.lab.run(["mv", "-k", "./new", "link", &url("y")]).fails(2).says(&["no regular file"]);
    assert!(rig.lab.path("link").exists());
    rig.lab
        .run(["mv", "-k", "./new", &url("x"), "/dev/null"])
        .fails(2)
        .says(&["a stream's reader"]);
    rig.lab.holds_only(&["x"]);
}

#[test]
fn no_source_takes_the_place_of_another_that_waits() {
    let rig = Rig::new();
    for (object, content) in [("a/sub/x", b"A"), ("c/sub/x", b"C")] {
        rig.lab.seal("new", object, content);
    }
    for op in ["cp", "mv"] {
        let run = |dest: &str| {
            rig.lab.run([op, "-r", "-k", "./new", &url("a/"), &url("c/sub/"), &url(dest)])
        };
        run("c/").fails(2).says(&["could take the place of another source"]);
        run("c/sub/deep/").fails(2);
        let objects = [op, "-k", "./new", &url("a/sub/x"), &url("c/sub/x"), &url("c/sub/")];
        rig.lab.run(objects).fails(2);
        // An access point may be of the same bucket.
        let alias = "s3://mine-abc-s3alias/a/sub/x";
        rig.lab.run([op, "-k", "./new", &url("a/sub/x"), alias]).fails(2).says(&["onto itself"]);
        rig.lab.run([op, "-k", "./new", "-r", "s3://mine-abc-s3alias/a", &url("a/b")]).fails(2);
    }
    assert_eq!(rig.content("c/sub/x"), b"C");
    rig.lab.holds_only(&["a/sub/x", "c/sub/x"]);
}

#[test]
fn a_marker_of_the_folder_itself_has_no_place_in_a_buckets_root() {
    let rig = Rig::new();
    rig.lab.marker("p/", b"");
    rig.lab.seal("new", "p/a", b"content");
    let cp = ["cp", "-r", "-k", "./new", "--allow-plain", &url("p/"), "s3://other/"];
    rig.lab.run(cp).succeeds().says(&["copied 1 object"]);
}

#[test]
fn a_delete_whose_answer_is_lost_has_deleted() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_source = request.key.as_deref() == Some("x");
            (request.operation == "DeleteObject" && is_source)
                .then(|| Answer::error(404, "NoSuchKey", "The specified key does not exist."))
        })
    });
    rig.lab.seal("old", "x", b"content");
    rig.mv(&url("x"), &url("y")).succeeds();
}

#[test]
fn the_null_version_is_moved_by_its_name() {
    let rig = Rig::new();
    rig.lab.plain("x", b"older");
    rig.lab.server().set_versioning("demo", true);
    rig.lab.plain("x", b"newer");
    let mv =
        ["mv", "--source-key", "none", "-k", "./new", "--version-id", "null", &url("x"), &url("y")];
    rig.lab.run(mv).succeeds();
    assert_eq!(rig.content("y"), b"older");
    rig.lab.run(["get", &url("x"), "out"]).succeeds();
    assert_eq!(rig.lab.read("out"), b"newer");
}
