//! Sync copies what changed and nothing else, and deletes only what it knows to be gone.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use s3seal_mock::Answer;

use crate::harness::{BUCKET, Lab, Run, url};

/// A lab with a key and a folder of these files, written an hour ago.
fn lab_with(files: &[&str]) -> Lab {
    let lab = Lab::new();
    lab.key("k");
    for name in files {
        write(&lab, name, name.as_bytes());
    }
    lab
}

fn write(lab: &Lab, name: &str, content: &[u8]) {
    let path = lab.deep_file(&format!("tree/{name}"), content);
    touch(&path, SystemTime::now() - Duration::from_secs(3600));
}

fn touch(path: &std::path::Path, time: SystemTime) {
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn up(lab: &Lab, more: &[&str]) -> Run {
    lab.run([&["sync", "-k", "./k", "tree", &url("p")], more].concat())
}

fn down(lab: &Lab, more: &[&str]) -> Run {
    lab.run([&["sync", "-k", "./k", &url("p"), "back"], more].concat())
}

#[test]
fn only_what_changed_goes_up() {
    let lab = lab_with(&["a", "a.b", "a0", "d/x", "d/y"]);
    up(&lab, &[]).succeeds().says(&["sealed 5 objects"]);
    lab.holds_only(&["p/a", "p/a.b", "p/a0", "p/d/x", "p/d/y"]);
    lab.server().clear_requests();
    up(&lab, &[]).succeeds().says(&["sealed 0 objects, 5 unchanged"]);
    assert_eq!(lab.operations(), ["ListObjectsV2"]);

    write(&lab, "a", b"longer");
    write(&lab, "new", b"");
    touch(&lab.path("tree/d/x"), SystemTime::now() + Duration::from_secs(3600));
    let items = up(&lab, &["--json"]).succeeds().json_lines();
    let urls: Vec<_> = items.iter().map(|item| item["url"].as_str().unwrap()).collect();
    assert_eq!(urls, [url("p/a"), url("p/d/x"), url("p/new")]);
    up(&lab, &["--size-only"]).succeeds().says(&["sealed 0 objects, 6 unchanged"]);
    up(&lab, &["--dry-run"]).succeeds().says(&["would store tree/d/x as s3://demo/p/d/x"]);
}

#[test]
fn only_what_changed_comes_down() {
    let lab = lab_with(&["a", "a.b", "d/x"]);
    up(&lab, &[]).succeeds();
    down(&lab, &["--dry-run"]).succeeds().says(&["would fetch s3://demo/p/a into back/a"]);
    assert!(!lab.path("back").exists());
    down(&lab, &[]).succeeds().says(&["opened 3 objects"]);
    assert_eq!(lab.tree("back"), lab.tree("tree"));
    lab.server().clear_requests();
    down(&lab, &[]).succeeds().says(&["opened 0 objects, 3 unchanged"]);
    assert_eq!(lab.operations(), ["ListObjectsV2"]);
    lab.file("back/a", b"of another size");
    touch(&lab.path("back/d/x"), SystemTime::UNIX_EPOCH);
    down(&lab, &["--size-only"]).succeeds().says(&["opened 1 object "]);
    down(&lab, &[]).succeeds().says(&["opened 1 object (3 B), 2 unchanged"]);
    assert_eq!(lab.tree("back"), lab.tree("tree"));
    lab.run(["sync", &url("p"), "plain"]).exits(4).says(&["sealed", "3 failed"]);
}

#[test]
fn nothing_is_deleted_unasked_or_excluded() {
    let lab = lab_with(&["a", "keep/k"]);
    up(&lab, &[]).succeeds();
    for gone in ["p/gone", "p/gone.tmp", "p2/other"] {
        lab.plain(gone, b"");
    }
    up(&lab, &[]).succeeds();
    up(&lab, &["--delete", "--dry-run"])
        .succeeds()
        .says(&["would delete s3://demo/p/gone", "2 would be deleted"]);
    assert_eq!(lab.server().object_keys(BUCKET).len(), 5);
    up(&lab, &["--delete", "--exclude", "*.tmp"]).succeeds().says(&["2 unchanged, 1 deleted"]);
    lab.holds_only(&["p/a", "p/gone.tmp", "p/keep/k", "p2/other"]);
    fs::remove_dir_all(lab.path("tree/keep")).unwrap();
    up(&lab, &["--delete", "--exclude", "keep/*", "--exclude", "gone*"]).succeeds();
    lab.holds_only(&["p/a", "p/gone.tmp", "p/keep/k", "p2/other"]);
    up(&lab, &["--delete"]).succeeds().says(&["2 deleted"]);
    lab.holds_only(&["p/a", "p2/other"]);
}

#[test]
fn what_the_store_has_not_is_deleted_here() {
    let lab = lab_with(&["a", "d/x"]);
    up(&lab, &[]).succeeds();
    down(&lab, &[]).succeeds();
    for extra in ["back/extra", "back/d/extra", "back/keep.tmp"] {
        lab.deep_file(extra, b"");
    }
    symlink("a", lab.path("back/link")).unwrap();
    down(&lab, &["--delete", "--dry-run"]).succeeds().says(&["would delete back/extra"]);
    let items = down(&lab, &["--delete", "--exclude", "*.tmp", "--json"]).succeeds().json_lines();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item["op"] == "rm" && item["file"].is_string()), "{items:?}");
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["a", "d/x", "keep.tmp"]);
    assert!(fs::symlink_metadata(lab.path("back/link")).is_ok(), "links are nobody's business");
}

#[test]
fn what_cannot_be_read_deletes_nothing() {
    let lab = lab_with(&["a", "d/x"]);
    up(&lab, &[]).succeeds();
    lab.plain("p/gone", b"");
    let keeps = |done: crate::harness::Done| {
        done.says(&["nothing was deleted"]);
        assert!(lab.server().object(BUCKET, "p/gone").is_some());
        assert!(lab.server().object(BUCKET, "p/d/x").is_some());
    };
    symlink("..", lab.path("tree/d/loop")).unwrap();
    keeps(up(&lab, &["--delete", "--follow-symlinks"]).exits(1));
    fs::remove_file(lab.path("tree/d/loop")).unwrap();
    let odd = lab.path("tree").join(std::ffi::OsStr::from_bytes(b"zz\xff"));
    fs::write(&odd, b"").unwrap();
    keeps(up(&lab, &["--delete"]).exits(1));
    fs::remove_file(odd).unwrap();
    fs::set_permissions(lab.path("tree/d"), fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads everything.
    if fs::read_dir(lab.path("tree/d")).is_err() {
        keeps(up(&lab, &["--delete"]).exits(1));
    }
    fs::set_permissions(lab.path("tree/d"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::remove_dir_all(lab.path("tree")).unwrap();
    up(&lab, &["--delete"]).fails(3).says(&["no folder tree"]);
    assert_eq!(lab.server().object_keys(BUCKET).len(), 3);
}

/// A store whose listing says that `p/a` is there and that there is more, and then denies it.
fn with_broken_listing() -> Lab {
    let page = "<ListBucketResult><IsTruncated>true</IsTruncated>\
        <Contents><Key>p/a</Key><Size>1</Size><LastModified>2020-01-01T00:00:00Z</LastModified></Contents>\
        <NextContinuationToken>more</NextContinuationToken></ListBucketResult>";
    Lab::with(|server| {
        server.interceptor(move |request| {
            let answer = match request.query_param("continuation-token") {
                Some(_) => Answer::error(403, "AccessDenied", "Access Denied"),
                None => Answer::respond(200, &[], page),
            };
            (request.operation == "ListObjectsV2").then_some(answer)
        })
    })
}

#[test]
fn a_listing_that_breaks_deletes_nothing() {
    let lab = with_broken_listing();
    for name in ["a", "a.extra", "extra"] {
        lab.deep_file(&format!("back/{name}"), b"1");
    }
    let sync = lab.run(["sync", "--delete", &url("p"), "back"]);
    sync.exits(5).says(&["list the bucket", "s3:ListBucket"]);
    assert_eq!(lab.tree("back").len(), 3);
}

#[test]
fn a_listing_that_breaks_copies_nothing_twice() {
    let lab = with_broken_listing();
    lab.key("k");
    lab.plain("p/a", b"1");
    for name in ["a", "b", "c"] {
        write(&lab, name, b"1");
    }
    lab.server().clear_requests();
    up(&lab, &["--size-only"]).fails(5).says(&["list the bucket"]);
    assert_eq!(lab.operations(), ["ListObjectsV2"; 2]);
}

#[test]
fn a_store_that_lists_out_of_order_deletes_nothing() {
    let item = |key: &str| {
        format!(
            "<Contents><Key>p/{key}</Key><Size>1</Size><LastModified>2020-01-01T00:00:00Z</LastModified></Contents>"
        )
    };
    let body = format!(
        "<ListBucketResult><IsTruncated>false</IsTruncated>{}{}</ListBucketResult>",
        item("a/x"),
        item("a.b")
    );
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            (request.operation == "ListObjectsV2").then(|| Answer::respond(200, &[], body.clone()))
        })
    });
    for name in ["a.b", "a/x", "extra"] {
        lab.deep_file(&format!("back/{name}"), b"1");
    }
    lab.run(["sync", "--delete", &url("p"), "back"]).exits(1).says(&["in order"]);
    assert_eq!(lab.tree("back").len(), 3);
}

#[test]
fn one_failure_stops_no_other() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let hit = request.key.as_deref() == Some("p/b");
            hit.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    lab.key("k");
    for name in ["a", "b", "c"] {
        write(&lab, name, b"");
    }
    up(&lab, &[]).fails(5).says(&["s3://demo/p/b: ", "sealed 2 objects", "1 failed"]);
}

#[test]
fn sync_is_between_a_folder_and_a_store() {
    let lab = lab_with(&["a"]);
    lab.run(["sync", "-k", "./k", "tree", "back"]).fails(2).says(&["rsync"]);
    lab.run(["sync", "-k", "./k", "absent", &url("p")]).fails(3).says(&["no folder absent"]);
    lab.run(["sync", "-k", "./k", &url("p"), "k"]).fails(2).says(&["k is no folder"]);
    lab.run(["sync", "tree", &url("p")]).fails(2).says(&["no key was given"]);
    lab.run(["sync", "--no-key", "tree", &url("p")]).succeeds().says(&["stored 1 object"]);
}

#[test]
fn folder_markers_are_left_alone() {
    let lab = lab_with(&["d/x"]);
    up(&lab, &[]).succeeds();
    lab.marker("p/", b"");
    lab.marker("p/d/", b"");
    lab.marker("p/empty/", b"");
    up(&lab, &["--delete"]).succeeds().says(&["1 unchanged"]);
    down(&lab, &["--delete"]).succeeds().says(&["opened 1 object "]);
    assert_eq!(lab.server().object_keys(BUCKET).len(), 4);
}

/// A renamed file that could not be stored under its new name is still stored under the old one.
#[test]
fn what_cannot_be_copied_deletes_nothing() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let is_new =
                request.operation == "PutObject" && request.key.as_deref() == Some("p/new");
            is_new.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    lab.key("k");
    write(&lab, "old", b"content");
    write(&lab, "kept", b"");
    up(&lab, &[]).succeeds();
    fs::rename(lab.path("tree/old"), lab.path("tree/new")).unwrap();
    let run = up(&lab, &["--delete"]).exits(5);
    run.says(&["nothing was deleted, because not everything could be copied"]);
    lab.holds_only(&["p/kept", "p/old"]);
}

#[test]
fn what_a_skipped_link_stands_for_is_not_deleted() {
    let lab = lab_with(&["a"]);
    lab.deep_file("elsewhere/x", b"x");
    symlink("../elsewhere", lab.path("tree/link")).unwrap();
    up(&lab, &["--follow-symlinks"]).succeeds();
    lab.holds_only(&["p/a", "p/link/x"]);
    lab.plain("p/gone", b"");
    let done = up(&lab, &["--delete"]).succeeds();
    done.says(&["1 item was not deleted", "--follow-symlinks", "1 skipped", "1 deleted"]);
    lab.holds_only(&["p/a", "p/link/x"]);
    fs::remove_file(lab.path("tree/link")).unwrap();
    up(&lab, &["--delete"]).succeeds();
    lab.holds_only(&["p/a"]);
}

#[test]
fn files_in_the_making_are_neither_stored_nor_deleted() {
    let lab = lab_with(&["a", ".s3seal-0123456789abcdef.part"]);
    up(&lab, &[]).succeeds();
    lab.holds_only(&["p/a"]);
    let partial = lab.deep_file("back/.s3seal-0123456789abcdef.part", b"half");
    // As the process has it that fills it; without one it would be removed.
    let lock = fs::File::open(&partial).unwrap();
    lock.lock().unwrap();
    lab.deep_file("back/extra", b"");
    down(&lab, &["--delete"]).succeeds();
    assert!(partial.exists() && !lab.path("back/extra").exists());
}
