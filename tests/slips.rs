//! Nothing is lost by a slip: an empty source, a mistyped name, a variable that is not set.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use s3seal_mock::Answer;

use crate::harness::{BUCKET, Lab, Run, url};

fn sync(lab: &Lab, source: &str, dest: &str, more: &[&str]) -> Run {
    lab.run([&["sync", "--no-key", "--delete", source, dest], more].concat())
}

/// A lab with these files in `tree`, and these objects below `p/`.
fn lab_with(files: &[&str], objects: &[&str]) -> Lab {
    let lab = Lab::new();
    fs::create_dir(lab.path("tree")).unwrap();
    for name in files {
        lab.deep_file(&format!("tree/{name}"), b"x");
    }
    for name in objects {
        lab.plain(&format!("p/{name}"), b"x");
    }
    lab.server().clear_requests();
    lab
}

#[test]
fn an_empty_source_deletes_nothing_in_the_store() {
    let lab = lab_with(&[], &["a", "b"]);
    fs::create_dir(lab.path("tree/folder")).unwrap();
    for more in [&[][..], &["--dry-run"]] {
        sync(&lab, "tree", &url("p"), more).fails(2).says(&[
            "nothing to compare in the source tree",
            "would be deleted (2 items): nothing was deleted",
            "--allow-empty",
        ]);
        lab.holds_only(&["p/a", "p/b"]);
    }
    let done = sync(&lab, "tree", &url("p"), &["--json"]).fails(2);
    assert_eq!(done.error()["kind"], "usage");
    // Nor where there is nothing to delete yet: what works once should work again.
    sync(&lab, "tree", &url("empty"), &[]).fails(2).says(&["--allow-empty"]);
    sync(&lab, "tree", &url("p"), &["--allow-empty"]).succeeds().says(&["2 deleted"]);
    lab.holds_only(&[]);
}

#[test]
fn an_empty_source_deletes_nothing_here() {
    let lab = lab_with(&["a", "d/b"], &["a"]);
    for more in [&[][..], &["--dry-run"]] {
        sync(&lab, &url("tpyo/"), "tree", more).fails(2).says(&[
            "nothing to compare in the source s3://demo/tpyo/",
            "(2 items): nothing was deleted",
            "--allow-empty",
        ]);
        assert_eq!(lab.tree("tree").len(), 2);
    }
    sync(&lab, "s3://absent/p", "tree", &[]).fails(3).says(&["bucket does not exist"]);
    assert_eq!(lab.tree("tree").len(), 2);
    sync(&lab, &url("tpyo"), "tree", &["--allow-empty"]).succeeds().says(&["2 deleted"]);
    assert!(lab.tree("tree").is_empty());
}

/// What filters leave out at both ends is not compared, so nothing of the source is left.
#[test]
fn a_source_that_is_filtered_out_is_empty() {
    let lab = lab_with(&["a.log"], &["a.log", "b"]);
    sync(&lab, "tree", &url("p"), &["--exclude", "*.log"]).fails(2).says(&["(1 item)"]);
    lab.holds_only(&["p/a.log", "p/b"]);
}

#[test]
fn more_than_the_limit_is_not_deleted() {
    let lab = lab_with(&["a", "new"], &["a", "b", "c", "d"]);
    for limit in ["2", "0", "59%"] {
        let done = sync(&lab, "tree", &url("p"), &["--max-delete", limit]).fails(2);
        done.says(&["3 items would be deleted", "the limit allows", "nothing was deleted"]);
        assert!(lab.server().object(BUCKET, "p/b").is_some());
    }
    // What was new has been stored all the same.
    assert!(lab.server().object(BUCKET, "p/new").is_some());
    for wrong in ["101%", "x", ""] {
        sync(&lab, "tree", &url("p"), &["--max-delete", wrong]).fails(2).says(&["--max-delete"]);
    }
    lab.run(["sync", "--no-key", "--max-delete", "1", "tree", &url("p")]).fails(2);
    // Of the five that are there now, three are 60 percent.
    sync(&lab, "tree", &url("p"), &["--max-delete", "59%"]).fails(2).says(&["59% of 5"]);
    sync(&lab, "tree", &url("p"), &["--max-delete", "60%"]).succeeds().says(&[
        "deleted s3://demo/p/b",
        "deleted s3://demo/p/c",
        "3 deleted",
    ]);
    lab.holds_only(&["p/a", "p/new"]);

    for name in ["x", "y"] {
        lab.deep_file(&format!("tree/{name}"), b"x");
    }
    sync(&lab, &url("p"), "tree", &["--max-delete", "1"]).fails(2).says(&["2 items"]);
    assert_eq!(lab.tree("tree").len(), 4);
    let done = sync(&lab, &url("p"), "tree", &["--max-delete", "2"]).succeeds();
    done.says(&["deleted tree/x", "deleted tree/y", "2 deleted"]);
}

/// A file system that is unmounted while the files are uploaded leaves an empty folder.
#[test]
fn a_source_that_empties_meanwhile_deletes_nothing() {
    let lab = Lab::new();
    let tree = lab.path("tree");
    let emptied = tree.clone();
    let server = s3seal_mock::Server::builder().bucket(BUCKET).interceptor(move |request| {
        if request.operation == "PutObject" && request.key.as_deref() == Some("p/new") {
            fs::remove_dir_all(&emptied).unwrap();
            fs::create_dir(&emptied).unwrap();
        }
        None
    });
    let server = server.start().unwrap();
    let run = |args: &[&str]| {
        lab.run(args)
            .env("AWS_ENDPOINT_URL", server.endpoint())
            .env("AWS_ACCESS_KEY_ID", server.access_key())
            .env("AWS_SECRET_ACCESS_KEY", server.secret_key())
            .env("AWS_REGION", server.region())
    };
    for name in ["a", "old"] {
        let path = lab.deep_file(&format!("tree/{name}"), b"x");
        // Times of objects have whole seconds: a file of the same second would be sent again.
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    }
    run(&["put", "--no-key", "-r", "tree", &url("p")]).succeeds();
    fs::remove_file(tree.join("old")).unwrap();
    fs::write(tree.join("new"), b"x").unwrap();
    let done = run(&["sync", "--no-key", "--delete", "tree", &url("p")]).fails(2);
    done.says(&["nothing to compare", "nothing was deleted"]);
    assert_eq!(server.object_keys(BUCKET), ["p/a", "p/new", "p/old"]);
}

#[test]
fn a_source_that_is_no_folder_is_named() {
    let lab = lab_with(&[], &["a"]);
    lab.file("file", b"x");
    sync(&lab, "file", &url("p"), &[]).fails(2).says(&["file is no folder", "s3seal put"]);
    sync(&lab, "", &url("p"), &[]).fails(2).says(&["empty text", "variable"]);
    sync(&lab, "absent", &url("p"), &[]).fails(3).says(&["no folder absent"]);
    lab.holds_only(&["p/a"]);
}

/// Deletions are planned by a second listing; one that breaks in the middle plans nothing.
#[test]
fn a_second_listing_that_breaks_deletes_nothing() {
    let listings = AtomicU32::new(0);
    let page = |more: bool| {
        let next = if more { "<NextContinuationToken>more</NextContinuationToken>" } else { "" };
        format!(
            "<ListBucketResult><IsTruncated>{more}</IsTruncated>{next}<Contents><Key>p/m</Key><Size>1</Size>\
             <LastModified>2020-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>"
        )
    };
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            if request.operation != "ListObjectsV2" {
                return None;
            }
            if request.query_param("continuation-token").is_some() {
                return Some(Answer::error(403, "AccessDenied", "Access Denied"));
            }
            let is_first = listings.fetch_add(1, Ordering::Relaxed) == 0;
            Some(Answer::respond(200, &[], page(!is_first)))
        })
    });
    for name in ["a", "m", "z"] {
        lab.deep_file(&format!("tree/{name}"), b"1");
    }
    let done = sync(&lab, &url("p"), "tree", &[]).exits(5);
    done.says(&["list the bucket", "nothing was deleted, because not everything could be read"]);
    assert_eq!(lab.tree("tree").len(), 3);
}

/// Most often all that is below it is meant.
#[test]
fn a_name_that_ends_in_a_slash_is_looked_at_first() {
    let lab = lab_with(&[], &["folder/a", "folder/b", "one/x", "other"]);
    let rm = |more: &[&str]| lab.run([&["rm"], more].concat());
    let folder = url("p/folder/");
    for more in [&[][..], &["--dry-run"], &["--all-versions"]] {
        rm(&[&[folder.as_str()][..], more].concat()).exits(3).says(&[
            "s3://demo/p/folder/: there is no object of this name, and 2 objects are below it",
            "-r",
        ]);
    }
    rm(&[&url("p/one/")]).fails(3).says(&["1 object is below it"]);
    rm(&[&url("p/none/")]).fails(3).says(&["nothing is below it", "check the name"]);
    lab.server().clear_requests();
    let done = rm(&["--json", &folder, &url("p/other")]).exits(3);
    assert_eq!(done.json()["url"], url("p/other"));
    assert_eq!(done.error()["url"], folder);
    assert_eq!(lab.operations(), ["ListObjectsV2", "DeleteObject"]);
    lab.holds_only(&["p/folder/a", "p/folder/b", "p/one/x"]);

    // An object that is called so is deleted, and nothing below it.
    for more in [&[][..], &["--all-versions"]] {
        lab.marker("p/folder/", b"");
        rm(&[&[folder.as_str()][..], more].concat()).succeeds();
        lab.holds_only(&["p/folder/a", "p/folder/b", "p/one/x"]);
    }
}

#[test]
fn what_is_below_a_name_is_counted_as_far_as_one_page_goes() {
    let keys = (0..1000).map(|index| {
        format!(
            "<Contents><Key>p/{index:04}</Key><Size>0</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
        )
    });
    let body = format!(
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>{}</ListBucketResult>",
        keys.collect::<String>()
    );
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            (request.operation == "ListObjectsV2").then(|| Answer::respond(200, &[], body.clone()))
        })
    });
    lab.run(["rm", &url("p/")]).fails(3).says(&["at least 1000 objects are below it"]);
    assert_eq!(lab.operations(), ["ListObjectsV2"]);
}

/// Who may delete need not be allowed to list.
#[test]
fn a_name_that_cannot_be_looked_at_is_deleted() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            (request.operation == "ListObjectsV2")
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    lab.marker("p/", b"");
    lab.run(["rm", &url("p/")]).succeeds().says(&["now absent: s3://demo/p/"]);
    lab.holds_only(&[]);
}

#[test]
fn an_absent_object_is_not_called_deleted() {
    let lab = lab_with(&[], &["a"]);
    let done = lab.run(["rm", &url("absent"), &url("p/a")]).succeeds();
    let done = done.says(&["now absent: s3://demo/absent (the store does not say whether"]);
    assert!(!done.stderr.contains("deleted"), "{}", done.stderr);
    lab.holds_only(&[]);
    lab.server().set_versioning(BUCKET, true);
    lab.run(["rm", &url("absent")]).succeeds().says(&["hid (any versions are still there)"]);
}

/// As a variable that is not set leaves it.
#[test]
fn an_unset_variable_empties_nothing() {
    let lab = lab_with(&["f"], &["a"]);
    lab.file("f", b"x");
    for (command, code) in [
        (&["rm", "-r", "s3://demo/"][..], 2),
        (&["rm", "-r", "--all-versions", "s3://demo/"], 2),
        (&["rm", "s3://demo/"], 2),
        (&["rm", "--all-versions", "s3://demo/"], 2),
        (&["rm", ""], 2),
        (&["rm", "-r", "s3://"], 2),
        (&["rm", "-r", "s3:///p"], 2),
        (&["rm", "-r", "s3://demo//"], 0),
        (&["mv", "-r", "--no-key", "s3://demo/absent/", "s3://demo/q/"], 3),
        (&["mv", "-r", "s3://demo/absent/", "tree"], 3),
        (&["mv", "--no-key", "", "s3://demo/q"], 2),
        (&["cp", "-r", "--no-key", "s3://demo/absent/", "s3://demo/q/"], 3),
        (&["put", "-r", "--no-key", "", "s3://demo/q/"], 2),
    ] {
        lab.run(command).exits(code);
        lab.holds_only(&["p/a"]);
        assert_eq!(lab.read("f"), b"x", "{command:?}");
    }
}

#[test]
fn a_source_of_key_files_alone_empties_no_destination() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "d/1", b"content");
    std::fs::create_dir(lab.path("keys")).unwrap();
    std::fs::rename(lab.path("k"), lab.path("keys/k")).unwrap();
    lab.run(["sync", "-k", "./keys/k", "--delete", "keys", "s3://demo/d"]).exits(2);
    lab.holds_only(&["d/1"]);
}

#[test]
fn a_key_file_that_is_spared_is_no_deletion() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "p/new", b"content");
    lab.deep_file("d/old", b"old");
    std::fs::rename(lab.path("k"), lab.path("d/k")).unwrap();
    let sync = ["sync", "-k", "./d/k", "--delete", "--max-delete", "1", "s3://demo/p", "d"];
    lab.run(sync).succeeds().says(&["not deleted"]);
    assert!(lab.path("d/k").exists() && !lab.path("d/old").exists());
}

#[test]
fn what_is_skipped_has_no_place_in_the_order_of_keys() {
    use std::os::unix::ffi::OsStrExt;
    let lab = Lab::new();
    lab.key("k");
    lab.deep_file("s/b\u{e9}", b"one");
    lab.deep_file("s/z", b"two");
    for name in [&b"b\x80"[..], b"\xfe", b"\xff"] {
        let link = lab.path("s").join(std::ffi::OsStr::from_bytes(name));
        std::os::unix::fs::symlink("x", link).unwrap();
    }
    let aside = format!("s/.s3seal-{}", "0".repeat(32));
    lab.deep_file(&format!("{aside}.moved"), b"aside");
    lab.deep_file(&format!("{aside}-own.moved"), b"aside");
    let done = lab.run(["sync", "-k", "./k", "s", "s3://demo/n"]).succeeds();
    done.says(&[".moved was put aside by an interrupted `mv`", ".moved is s/own, put aside by"]);
    lab.holds_only(&["n/b\u{e9}", "n/z"]);
}
