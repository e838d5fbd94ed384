//! `--shard` of `put`, `get`, `sync`, `cp`, `mv` and `rm`: several machines share the files or objects of one folder.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use s3seal_mock::Answer;

use crate::harness::{BUCKET, Done, Lab, url};

/// The number of shares.
const SHARES: usize = 3;

/// What each share of a command reports with `--json`: names below a folder, in order.
type Shares = Vec<Vec<String>>;

fn lab() -> Lab {
    let lab = Lab::new();
    lab.key("k");
    lab
}

/// Files in several folders, with names of several scripts.
fn tree(lab: &Lab, folder: &str) -> Vec<String> {
    let mut names: Vec<String> = (0..20).map(|index| format!("{index:02}/file {index}")).collect();
    names.extend(["top", "ä/ö", "a+b%20c", "deep/er/down/x"].map(str::to_owned));
    for name in &names {
        lab.deep_file(&format!("{folder}/{name}"), name.as_bytes());
    }
    names.sort();
    names
}

/// The names that a run reports, by the object's URL or, for local deletions, by the file.
fn names(done: &Done, below: &str) -> Vec<String> {
    let name = |item: &serde_json::Value| {
        let text = item["url"].as_str().or(item["file"].as_str()).expect("a name");
        text.strip_prefix(below).unwrap_or_else(|| panic!("{text} is below {below}")).to_owned()
    };
    let mut names: Vec<_> = done.json_lines().iter().map(name).collect();
    names.sort();
    names
}

/// Runs every share of a command line, and returns the names below a URL or folder that each has reported.
fn shares(lab: &Lab, line: &str, below: &str) -> Shares {
    let share = |index: usize| {
        let shard = format!("{index}/{SHARES}");
        let words = line.split(' ').chain(["--json", "--shard", &shard]);
        let done = lab.run(words).succeeds().says(&[&format!("share {shard}\n")]);
        names(&done, below)
    };
    (1..=SHARES).map(share).collect()
}

fn all(shares: &Shares) -> Vec<String> {
    let mut all = shares.concat();
    all.sort();
    all
}

/// The files below a folder.
fn files(lab: &Lab, folder: &str) -> Vec<String> {
    lab.tree(folder).into_keys().collect()
}

#[test]
fn the_shares_of_each_command_do_everything_once() {
    let lab = lab();
    let expected = tree(&lab, "tree");
    let put = shares(&lab, "put -r -k ./k tree s3://demo/p/", &url("p/"));
    assert_eq!(all(&put), expected);
    assert!(put.iter().all(|share| share.len() > 2), "{put:?}");
    // A name is in the same share everywhere, whatever the folder is called.
    for (line, below) in [
        ("get -r -k ./k s3://demo/p back", url("p/")),
        ("cp -r -k ./k s3://demo/p s3://demo/copy", url("copy/")),
        ("sync -k ./k tree s3://demo/synced", url("synced/")),
        ("sync -k ./k s3://demo/synced fetched", url("synced/")),
        ("mv -r -k ./k s3://demo/copy s3://demo/moved", url("moved/")),
        ("mv -r -k ./k s3://demo/moved moved", url("moved/")),
        ("rm -r s3://demo/synced", url("synced/")),
    ] {
        assert_eq!(shares(&lab, line, &below), put, "{line}");
    }
    for folder in ["back", "fetched", "moved"] {
        assert_eq!(lab.tree(folder), lab.tree("tree"), "{folder}");
    }
    assert_eq!(shares(&lab, "mv -r -k ./k moved s3://demo/again", &url("again/")), put);
    assert!(files(&lab, "moved").is_empty());
    let left = lab.server().object_keys(BUCKET).len();
    assert_eq!(left, 2 * expected.len(), "below p/ and again/");
}

#[test]
fn the_names_of_a_list_are_shared_alike() {
    let lab = lab();
    let expected = tree(&lab, "tree");
    lab.file("list", expected.join("\n").as_bytes());
    let put = shares(&lab, "put -k ./k --files-from list tree s3://demo/p/", &url("p/"));
    assert_eq!(all(&put), expected);
    let get = shares(&lab, "get -k ./k --files-from list s3://demo/p back", &url("p/"));
    assert_eq!(get, put);
    assert_eq!(lab.tree("back"), lab.tree("tree"));
}

#[test]
fn in_a_job_array_each_task_stores_its_share() {
    let lab = lab();
    let expected = tree(&lab, "tree");
    for task in 0..4 {
        lab.run(["put", "-q", "-r", "-k", "./k", "--shard", "auto", "tree", &url("")])
            .env("AWS_BATCH_JOB_ARRAY_INDEX", task.to_string())
            .env("AWS_BATCH_JOB_ARRAY_SIZE", "4")
            .succeeds();
    }
    assert_eq!(lab.server().object_keys(BUCKET), expected);
}

#[test]
fn files_named_beside_a_folder_are_shared_too() {
    let lab = lab();
    for name in ["a", "b", "c", "d", "e"] {
        lab.file(name, name.as_bytes());
    }
    let put = shares(&lab, "put -r -k ./k a b c d e s3://demo/", &url(""));
    assert_eq!(all(&put), ["a", "b", "c", "d", "e"]);
}

#[test]
fn a_share_deletes_only_what_is_its_own() {
    let lab = lab();
    let expected = tree(&lab, "tree");
    let put = shares(&lab, "put -r -k ./k tree s3://demo/p/", &url("p/"));
    let kept = "top";
    for name in expected.iter().filter(|name| *name != kept) {
        std::fs::remove_file(lab.path(&format!("tree/{name}"))).unwrap();
    }
    // Two of the shares have nothing in the source, which is not empty nevertheless.
    let without_kept = |share: &Vec<String>| -> Vec<String> {
        share.iter().filter(|name| *name != kept).cloned().collect()
    };
    let expected: Shares = put.iter().map(without_kept).collect();
    let planned =
        shares(&lab, "sync -k ./k --delete --size-only --dry-run tree s3://demo/p", &url("p/"));
    assert_eq!(planned, expected);
    let deleted = shares(&lab, "sync -k ./k --delete --size-only tree s3://demo/p", &url("p/"));
    assert_eq!(deleted, expected);
    lab.holds_only(&["p/top"]);
    // And down: what the files stand for has the same names.
    let local = tree(&lab, "local");
    let down = shares(&lab, "sync -k ./k --delete --size-only s3://demo/p local", "local/");
    assert_eq!(down, expected);
    assert_eq!((files(&lab, "local"), local.len()), (vec![kept.to_owned()], 24));
}

#[test]
fn the_limits_on_deletions_count_within_a_share() {
    let lab = lab();
    tree(&lab, "tree");
    lab.run(["put", "-q", "-r", "-k", "./k", "tree", &url("p/")]).succeeds();
    let gone = ["00/file 0", "01/file 1", "top"];
    for name in gone {
        std::fs::remove_file(lab.path(&format!("tree/{name}"))).unwrap();
    }
    let sync = |more: &[&str]| {
        let sync = ["sync", "-q", "-k", "./k", "--delete", "--max-delete", "2", "tree"];
        lab.run([&sync[..], more, &[&url("p")]].concat())
    };
    sync(&[]).fails(2).says(&["3 items would be deleted", "nothing was deleted"]);
    for shard in ["1/2", "2/2"] {
        sync(&["--shard", shard]).succeeds();
    }
    assert_eq!(lab.server().object_keys(BUCKET).len(), 21);
}

#[test]
fn an_empty_source_is_refused_in_every_share() {
    let lab = lab();
    tree(&lab, "tree");
    lab.run(["put", "-q", "-r", "-k", "./k", "tree", &url("p/")]).succeeds();
    let before = lab.server().object_keys(BUCKET);
    std::fs::create_dir(lab.path("empty")).unwrap();
    // A key is no source either: it is left out.
    std::fs::create_dir(lab.path("keys")).unwrap();
    std::fs::copy(lab.path("k"), lab.path("keys/k")).unwrap();
    for index in 1..=SHARES {
        let shard = format!("{index}/{SHARES}");
        for (key, folder) in [("./k", "empty"), ("./keys/k", "keys")] {
            let sync = ["sync", "-k", key, "--delete", "--shard", &shard, folder, &url("p")];
            lab.run(sync).fails(2).says(&["nothing to compare in the source", "--allow-empty"]);
        }
        for command in ["get", "cp"] {
            let words = [command, "-r", "-k", "./k", "--shard", &shard, &url("absent"), &url("x")];
            let dest = if command == "get" { "back" } else { words[7] };
            lab.run([&words[..7], &[dest]].concat()).fails(3).says(&["there is nothing below it"]);
        }
    }
    assert_eq!(lab.server().object_keys(BUCKET), before);
}

#[test]
fn an_empty_share_is_no_failure() {
    let lab = lab();
    lab.deep_file("tree/one", b"1");
    let without_work = |line: &str| {
        let run = |shard: &str, more: &[&str]| {
            let words = line.split(' ').chain(["--shard", shard]).chain(more.iter().copied());
            lab.run(words).succeeds()
        };
        let notes = |done: Done, shard: &str| {
            let note = format!("note: there is nothing to do in share {shard}\n");
            done.stderr.matches(&note).count()
        };
        // With --json, too, nothing else would be said. `rotate` and `audit` hash the whole key.
        [("1/2", &["--dry-run"][..]), ("2/2", &["--dry-run", "--json"])]
            .map(|(shard, more)| notes(run(shard, more), shard))
            .iter()
            .sum::<usize>()
    };
    assert_eq!(without_work("put -r -k ./k tree s3://demo/p/"), 1);
    lab.run(["put", "-q", "-r", "-k", "./k", "tree", &url("p/")]).succeeds();
    for line in [
        "get -r -k ./k s3://demo/p back",
        "cp -r -k ./k s3://demo/p s3://demo/q",
        "mv -r -k ./k s3://demo/p s3://demo/q",
        "sync -k ./k s3://demo/p back",
        "rm -r s3://demo/p",
    ] {
        assert_eq!(without_work(line), 1, "{line}");
    }
    // The other shares may have moved everything before the last one looks.
    let moved = shares(&lab, "mv -r -k ./k s3://demo/p s3://demo/q", &url("q/"));
    assert_eq!(all(&moved), ["one"]);
    let again = shares(&lab, "mv -r -k ./k s3://demo/p s3://demo/q", &url("q/"));
    assert_eq!(all(&again), [""; 0]);
    lab.run(["mv", "-r", "-k", "./k", &url("p"), &url("q")]).fails(3);
}

#[test]
fn a_share_is_one_of_a_folder() {
    let lab = lab();
    lab.file("file", b"content");
    lab.seal("k", "x", b"content");
    for line in [
        "put -k ./k file s3://demo/y",
        "get -k ./k s3://demo/x out",
        "cp -k ./k s3://demo/x s3://demo/y",
        "mv -k ./k s3://demo/x s3://demo/y",
        "cp -k ./k file s3://demo/y",
        "rm s3://demo/x",
        "rm --all-versions s3://demo/x",
        "rm --incomplete s3://demo/",
    ] {
        let words = line.split(' ').chain(["--shard", "1/2"]);
        let done = lab.run(words).fails(2);
        done.says(&["--shard takes a share of a folder, and none is named", "add -r"]);
    }
    lab.run(["sync", "-k", "./k", "--shard", "3/2", ".", &url("")]).fails(2).says(&["I from 1"]);
    lab.holds_only(&["x"]);
}

#[test]
fn names_of_different_shares_conflict_all_the_same() {
    let lab = lab();
    // `a` and `a/b` cannot both be files, and two shares have one each.
    lab.seal("k", "p/a", b"file");
    lab.seal("k", "p/a/b", b"in a folder");
    let codes: BTreeMap<&str, Option<i32>> = ["1/2", "2/2"]
        .map(|shard| {
            let done = lab.run(["get", "-r", "-k", "./k", "--shard", shard, &url("p"), "back"]);
            let done = done.done();
            if done.code == Some(1) {
                assert!(done.stderr.contains("its folder `a` is an object as well"), "{done:?}");
            }
            (shard, done.code)
        })
        .into();
    assert_eq!(codes.values().collect::<BTreeSet<_>>(), [&Some(0), &Some(1)].into(), "{codes:?}");
    assert_eq!(files(&lab, "back"), ["a"]);
}

#[test]
fn all_versions_of_an_object_are_in_one_share() {
    let lab = Lab::with(|server| server.versioned_bucket("vault"));
    lab.key("k");
    for name in ["a", "b", "c", "d"] {
        lab.file("file", name.as_bytes());
        for _ in 0..2 {
            lab.run(["put", "-q", "-k", "./k", "file", &format!("s3://vault/p/{name}")]).succeeds();
        }
    }
    let removed = shares(&lab, "rm -r --all-versions s3://vault/p", "s3://vault/p/");
    assert_eq!(all(&removed), ["a", "a", "b", "b", "c", "c", "d", "d"]);
    let distinct = |share: &Vec<String>| share.iter().collect::<BTreeSet<_>>().len();
    assert_eq!(removed.iter().map(distinct).sum::<usize>(), 4, "{removed:?}");
    assert!(lab.server().versions("vault").is_empty());
}

#[test]
fn unfinished_uploads_are_shared_out() {
    let may_end = Arc::new(AtomicBool::new(false));
    let ends = may_end.clone();
    let lab = Lab::with(|server| {
        server.interceptor(move |request| {
            let fails = ["UploadPart", "AbortMultipartUpload"].contains(&request.operation)
                && !ends.load(Ordering::SeqCst);
            fails.then(|| Answer::error(403, "AccessDenied", "no"))
        })
    });
    lab.key("k");
    let uploads = ["a", "b", "c", "d", "e"];
    for name in uploads {
        let put = lab.run(["put", "-k", "./k", "-", &url(&format!("p/{name}"))]).stdin(b"content");
        put.exits(5).says(&["could not be aborted"]);
    }
    may_end.store(true, Ordering::SeqCst);
    let aborted = shares(&lab, "rm -r --incomplete s3://demo/p", &url("p/"));
    assert_eq!(all(&aborted), uploads);
    assert!(aborted.iter().all(|share| share.len() < uploads.len()), "{aborted:?}");
    assert!(lab.server().uploads(BUCKET).is_empty());
}
