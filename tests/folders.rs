//! Folders go up and come down as they are: nothing outside the destination, nothing mangled, nothing lost
//! in silence.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use crate::harness::{BUCKET, Lab, Run, url};

fn put_folder(lab: &Lab, folder: &str, dest: &str) -> Run {
    lab.run(["put", "-k", "./k", "-r", folder, &url(dest)])
}

fn get_folder(lab: &Lab, source: &str, folder: &str) -> Run {
    lab.run(["get", "-k", "./k", "-r", &url(source), folder])
}

/// A lab with a key, and objects that are not sealed.
fn with_objects(objects: &[&str]) -> Lab {
    let lab = Lab::new();
    for object in objects {
        lab.plain(object, object.as_bytes());
    }
    lab
}

#[test]
fn a_folder_comes_back_as_it_was() {
    let lab = Lab::new();
    lab.key("k");
    for (name, content) in
        [("a", "1"), ("d/b", "22"), ("d/e/c c", ""), ("d.x", "dot"), ("\u{e4}\n", "odd")]
    {
        lab.deep_file(&format!("tree/{name}"), content.as_bytes());
    }
    put_folder(&lab, "tree", "p").succeeds().says(&["sealed 5 objects (9 B)"]);
    lab.holds_only(&["p/a", "p/d.x", "p/d/b", "p/d/e/c c", "p/\u{e4}\n"]);
    assert!(lab.server().object(BUCKET, "p/a").unwrap().sealed);
    get_folder(&lab, "p/", "back").succeeds().says(&["opened 5 objects (9 B)"]);
    assert_eq!(lab.tree("back"), lab.tree("tree"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back(
        names in prop::collection::btree_set("([ab ]|\\.{3}|~|\u{e4}|%2F|\\+|\\\\|\u{1}){1,3}(/[ab.-]{1,2}x){0,2}", 1..20),
        size in 0usize..3000,
    ) {
        let lab = Lab::new();
        lab.key("k");
        // Some stores' answers to multipart uploads repeat the key, and XML cannot carry each.
        lab.believe_in_the_bucket();
        for (index, name) in names.iter().enumerate() {
            let path = lab.path(&format!("tree/{name}"));
            // What the file system cannot hold beside another was never there.
            if fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.is_dir() {
                let _ = fs::write(path, vec![index as u8; size]);
            }
        }
        let tree = lab.tree("tree");
        put_folder(&lab, "tree", "p").succeeds();
        let keys: Vec<_> = tree.keys().map(|name| format!("p/{name}")).collect();
        prop_assert_eq!(lab.server().object_keys(BUCKET), keys);
        get_folder(&lab, "p", "back").succeeds();
        prop_assert_eq!(lab.tree("back"), tree);
    }
}

#[test]
fn a_folder_wants_r() {
    let lab = with_objects(&["p/a"]);
    lab.key("k");
    lab.deep_file("tree/a", b"");
    lab.run(["put", "-k", "./k", "tree", &url("")]).fails(2).says(&["is a folder", "-r"]);
    lab.run(["get", "-k", "./k", "s3://demo"]).fails(2).says(&["bucket", "-r"]);
    lab.run(["get", "-k", "./k", &url("p/"), "."]).fails(2).says(&["-r"]);
    for option in ["--include", "--exclude"] {
        lab.run(["put", "-k", "./k", "k", &url("x"), option, "*"]).fails(2).says(&["-r"]);
    }
}

#[test]
fn a_prefix_spares_what_is_merely_called_alike() {
    let lab = with_objects(&["p", "p/a", "p2", "p2/a"]);
    get_folder(&lab, "p", "back").env("S3SEAL_KEY", "none").done();
    lab.run(["get", "-r", &url("p"), "back"]).succeeds();
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_prefix_with_nothing_below_is_not_found() {
    let lab = with_objects(&["p"]);
    lab.run(["get", "-r", &url("p"), "back"]).fails(3).says(&["nothing below", "s3://demo/p/"]);
    lab.run(["get", "-r", "s3://absent", "back"]).fails(3).says(&["bucket does not exist"]);
    // But a filter may leave nothing.
    lab.plain("p/a", b"");
    lab.run(["get", "-r", &url("p"), "back", "--exclude", "*"]).succeeds();
}

#[test]
fn no_key_leads_out_of_the_destination() {
    let bad = ["p/../up", "p//etc/x", "p/a/../../b", "p/./c", "p/a//b", "p/a/.."];
    let lab = with_objects(&[&bad[..], &["p/good", "p/...", "p/~"]].concat());
    let done = lab.run(["get", "-r", &url("p"), "in/back"]).exits(1);
    for key in bad {
        assert!(done.stderr.contains(&format!("{}: ", url(key))), "{key}: {}", done.stderr);
    }
    done.says(&["opened 3 objects", "6 failed"]);
    assert_eq!(lab.tree("in").into_keys().collect::<Vec<_>>(), ["back/...", "back/good", "back/~"]);
    assert!(!lab.path("up").exists() && !lab.path("b").exists());
}

#[test]
fn long_names_are_reported() {
    let long = format!("p/{}", "x".repeat(256));
    let lab = with_objects(&[&long, "p/a"]);
    lab.run(["get", "-r", &url("p"), "back"]).exits(1).says(&["255 bytes", "1 failed"]);
    assert_eq!(lab.tree("back").len(), 1);

    let deep = ["y".repeat(250).as_str(); 4].join("/");
    lab.deep_file(&format!("tree/{deep}/{}", "z".repeat(20)), b"");
    lab.deep_file("tree/ok", b"");
    lab.run(["put", "--no-key", "-r", "tree", &url("q")]).exits(2).says(&["1024", "1 failed"]);
    assert!(lab.server().object(BUCKET, "q/ok").is_some());
}

#[test]
fn an_empty_object_that_ends_in_a_slash_is_a_folder() {
    let lab = Lab::new();
    lab.marker("p/", b"");
    lab.marker("p/d/e/", b"");
    lab.plain("p/d/x", b"x");
    lab.marker("p/f/", b"bytes");
    lab.run(["get", "-r", &url("p"), "back"]).exits(1).says(&["s3://demo/p/f/: ", "1 failed"]);
    assert!(lab.path("back/d/e").is_dir());
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["d/x"]);
}

#[test]
fn files_that_would_have_to_be_folders_are_reported() {
    let lab = with_objects(&["p/a", "p/a.b", "p/a/b", "p/c/d"]);
    lab.run(["get", "-r", &url("p"), "back"]).exits(1).says(&[
        "s3://demo/p/a/b: ",
        "`a` is an object as well",
        "opened 3 objects",
    ]);
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["a", "a.b", "c/d"]);
    // What is there already stands in the way, too.
    lab.deep_file("there/c", b"mine");
    lab.deep_file("there/a/mine", b"mine");
    lab.run(["get", "-r", &url("p"), "there", "--exclude", "a/b"]).exits(1).says(&[
        "there/c is a file",
        "there/a is a folder",
        "opened 1 object ",
    ]);
    assert_eq!(lab.read("there/c"), b"mine");
}

#[test]
fn symbolic_links_in_the_destination_lead_nowhere() {
    let lab = with_objects(&["p/d/a", "p/f", "p/ok"]);
    fs::create_dir_all(lab.path("back")).unwrap();
    fs::create_dir_all(lab.path("outside")).unwrap();
    lab.file("precious", b"mine");
    symlink(lab.path("outside"), lab.path("back/d")).unwrap();
    symlink(lab.path("precious"), lab.path("back/f")).unwrap();
    lab.run(["get", "-r", &url("p"), "back"]).exits(1).says(&[
        "s3://demo/p/d/a: ",
        "back/f is a symbolic link",
        "2 failed",
    ]);
    assert!(lab.tree("outside").is_empty());
    assert_eq!(lab.read("precious"), b"mine");
    // The destination itself may be one: it is named.
    symlink(lab.path("outside"), lab.path("link")).unwrap();
    lab.run(["get", "-r", &url("p"), "link"]).succeeds();
    assert_eq!(lab.tree("outside").len(), 3);
}

#[test]
fn symbolic_links_in_the_source_are_followed_on_request() {
    let lab = Lab::new();
    lab.deep_file("outside/x", b"x");
    lab.deep_file("tree/a", b"a");
    symlink("../outside", lab.path("tree/folder")).unwrap();
    symlink("a", lab.path("tree/file")).unwrap();
    symlink("tree", lab.path("named")).unwrap();
    let put = |more: &[&str]| lab.run([&["put", "--no-key", "-r"], more].concat());
    put(&["named", &url("p")]).succeeds().says(&["stored 1 object ", "2 skipped"]);
    lab.holds_only(&["p/a"]);
    put(&["--follow-symlinks", "tree", &url("p")]).succeeds();
    lab.holds_only(&["p/a", "p/file", "p/folder/x"]);
    symlink(".", lab.path("tree/loop")).unwrap();
    put(&["--follow-symlinks", "tree", &url("q")]).exits(1).says(&["loop", "lies in", "1 failed"]);
    symlink("nowhere", lab.path("tree/broken")).unwrap();
    put(&["--follow-symlinks", "--exclude", "*", "tree", &url("r")]).done().says(&["broken"]);
}

#[test]
fn what_is_neither_file_nor_folder_is_skipped() {
    let lab = Lab::new();
    lab.deep_file("tree/a", b"a");
    let fifo = std::process::Command::new("mkfifo").arg(lab.path("tree/fifo")).status().unwrap();
    assert!(fifo.success());
    lab.run(["put", "--no-key", "-r", "tree", &url("p")])
        .succeeds()
        .says(&["note: tree/fifo is neither", "1 skipped"]);
    lab.holds_only(&["p/a"]);
}

#[test]
fn names_that_are_no_utf8_are_reported() {
    let lab = Lab::new();
    lab.deep_file("tree/a", b"a");
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff");
    fs::write(lab.path("tree").join(odd), b"").unwrap();
    lab.run(["put", "--no-key", "-r", "tree", &url("p")]).exits(1).says(&["UTF-8", "1 failed"]);
    lab.holds_only(&["p/a"]);
}

#[test]
fn the_last_filter_decides() {
    let lab = Lab::new();
    for name in ["a.sql", "b.txt", "tmp/c.sql", "d/e.sql"] {
        lab.deep_file(&format!("tree/{name}"), b"");
    }
    let put = |dest: &str, filters: &[&str]| {
        let dest = url(dest);
        lab.run([&["put", "--no-key", "-r", "tree", &dest], filters].concat()).succeeds();
        let keys = lab.server().object_keys(BUCKET);
        let prefix = dest.trim_start_matches("s3://demo/").to_owned() + "/";
        keys.iter()
            .filter_map(|key| key.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let only_sql = ["--exclude", "*", "--include", "*.sql", "--exclude", "tmp/*"];
    assert_eq!(put("one", &only_sql), ["a.sql", "d/e.sql"]);
    assert!(put("two", &["--include", "*.sql", "--exclude", "*"]).is_empty());
    lab.run([&["get", "-r", &url("one"), "back"][..], &["--exclude", "d/*"]].concat()).succeeds();
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["a.sql"]);
    // What is no class is itself: of no name here.
    assert_eq!(put("three", &["--exclude", "a["]).len(), 4);
}

#[test]
fn modification_times_come_back() {
    let lab = Lab::new();
    lab.key("k");
    let file = fs::File::options().write(true).open(lab.deep_file("tree/a", b"a")).unwrap();
    let modified = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
    file.set_modified(modified).unwrap();
    lab.run(["put", "-k", "./k", "--preserve", "-r", "tree", &url("p")]).succeeds();
    let stored = lab.server().object(BUCKET, "p/a").unwrap();
    assert_eq!(stored.metadata["mtime"], "1700000000.123456789");
    let modified_of = |name: &str| fs::metadata(lab.path(name)).unwrap().modified().unwrap();
    lab.run(["get", "-k", "./k", "--preserve", "-r", &url("p"), "back"]).succeeds();
    assert_eq!(modified_of("back/a"), modified);
    lab.run(["get", "-k", "./k", "--preserve", &url("p/a"), "one"]).succeeds();
    assert_eq!(modified_of("one"), modified);
    lab.run(["get", "-k", "./k", &url("p/a"), "now"]).succeeds();
    assert_ne!(modified_of("now"), modified);
}

#[test]
fn a_dry_run_does_nothing() {
    let lab = Lab::new();
    lab.deep_file("tree/a", b"a");
    lab.plain("p/b", b"b");
    lab.server().clear_requests();
    let put = ["put", "--no-key", "--dry-run", "-r", "tree", &url("p")];
    lab.run(put).succeeds().says(&["would store tree/a as s3://demo/p/a", "would store 1 object"]);
    assert!(lab.operations().is_empty());
    let get = ["get", "--dry-run", "-r", &url("p"), "back"];
    lab.run(get).succeeds().says(&["would fetch s3://demo/p/b into back/b"]);
    assert_eq!(lab.operations(), ["ListObjectsV2"]);
    assert!(!lab.path("back").exists());
    let json = lab.run(get.iter().chain(&["--json"])).succeeds().json();
    assert_eq!(
        json,
        serde_json::json!({"op": "get", "url": url("p/b"), "file": "back/b", "dryRun": true})
    );
    let json = lab.run(put.iter().chain(&["--json"])).succeeds().json();
    assert_eq!(json["dryRun"], true);
}

#[test]
fn a_list_names_what_is_meant() {
    let lab = Lab::new();
    for name in ["a", "d/b", "c", "odd name"] {
        lab.deep_file(&format!("tree/{name}"), name.as_bytes());
    }
    let list = "d/b\n\nodd name\n../k\nabsent\n";
    let put = lab.run(["put", "--no-key", "--files-from", "-", "tree", &url("p")]);
    put.stdin(list.as_bytes()).exits(1).says(&[
        "s3://demo/p/../k: ",
        "there is no file tree/absent",
        "stored 2 objects",
        "2 failed",
    ]);
    lab.holds_only(&["p/d/b", "p/odd name"]);
    lab.server().clear_requests();
    lab.file("list", b"d/b\nabsent\n");
    lab.run(["get", "--files-from", "list", &url("p"), "back"])
        .exits(3)
        .says(&["s3://demo/p/absent"]);
    assert_eq!(lab.tree("back").into_keys().collect::<Vec<_>>(), ["d/b"]);
    assert!(!lab.operations().contains(&"ListObjectsV2".to_owned()), "{:?}", lab.operations());
    lab.run(["get", "--files-from", "absent", &url("p"), "back"])
        .exits(3)
        .says(&["the list absent"]);
    lab.run(["put", "--no-key", "--files-from", "list", "k", "l", &url("p")]).fails(2);
    lab.key("k");
    lab.run(["put", "-k", "stdin", "--files-from", "-", "tree", &url("p")]).fails(2);
}
