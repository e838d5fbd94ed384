//! `get`: which keys are shown to the store for an object, in which order, and how often.

use super::Recording;
use crate::harness::{Lab, noise};
use s3seal_mock::Behavior;

/// Objects of two keys, a plain one, and a large one of each kind.
fn stocked(lab: &Lab) {
    lab.seal("k1", "a", b"content");
    lab.seal("k2", "b", b"content");
    lab.plain("plain", b"content");
    lab.run(["put", "-k", "./k1", "--tag-key", "small", "s3://demo/tagged"]).succeeds();
}

const OPENING: [(&str, &str); 16] = [
    ("with its key", "-k ./k1 s3://demo/a"),
    ("with another key", "-k ./k2 s3://demo/a"),
    ("with two keys, of which the first fits", "-k ./k1 -k ./k2 s3://demo/a"),
    ("with two keys, of which the second fits", "-k ./k2 -k ./k1 s3://demo/a"),
    ("with three keys, of which the last fits", "-k ./k3 -k ./k2 -k ./k1 s3://demo/a"),
    ("with three keys and a tag", "-k ./k3 -k ./k2 -k ./k1 s3://demo/tagged"),
    ("with two keys that do not fit", "-k ./k3 -k ./k2 s3://demo/a"),
    ("with two keys that do not fit, and a tag", "-k ./k3 -k ./k2 s3://demo/tagged"),
    ("without its key", "s3://demo/a"),
    ("a plain object with a key", "-k ./k1 s3://demo/plain"),
    ("a plain object with two keys", "-k ./k1 -k ./k2 s3://demo/plain"),
    ("a plain object that may be plain", "-k ./k1 -k ./k2 --allow-plain s3://demo/plain"),
    ("a plain object without a key", "s3://demo/plain"),
    ("what is not there, with two keys", "-k ./k1 -k ./k2 s3://demo/absent"),
    ("what is not there, without a key", "s3://demo/absent"),
    ("what is denied, with two keys", "-k ./k1 -k ./k2 s3://demo/denied/a"),
];

#[test]
fn get() {
    let mut it = Recording::new("get");
    stocked(&it.lab);
    for (title, line) in OPENING {
        it.run(title, &format!("get {line} out"));
    }
    it.run("unavailable", "get -k ./k1 --max-attempts 1 s3://demo/down/a out");
    it.run("some of it", "get -k ./k1 --range bytes=1-3 s3://demo/a out");
    it.run(
        "some of it, with the second key",
        "get -k ./k2 -k ./k1 --range bytes=1-3 s3://demo/a out",
    );
    it.run("what lies outside of it", "get -k ./k1 --range bytes=100-200 s3://demo/a out");
    it.run("on a condition that does not hold", "get -k ./k1 --if-match abc s3://demo/a out");
    it.run("with a version that is not there", "get -k ./k1 --version-id absent s3://demo/a out");
    it.run("what is there already", "get -k ./k1 --no-clobber s3://demo/a out");
    it.run("what would be done", "get -k ./k1 --dry-run s3://demo/a out");
    it.run("to standard output", "get -k ./k1 s3://demo/a -");
    it.run("into no folder", "get -k ./k1 s3://demo/a absent/out");
    it.run("no object", "get -k ./k1 s3://demo/ out");
    it.lab.seal("k1", "damaged/a", b"content");
    it.run("what is damaged", "get -k ./k1 s3://demo/damaged/a damaged");
    for name in ["tree/a", "tree/b/c"] {
        it.lab.seal("k1", name, name.as_bytes());
    }
    it.lab.plain("tree/plain", b"plain");
    it.run_several("a folder", "get -k ./k1 -k ./k2 -r --concurrency 1 s3://demo/tree folder");
    it.run_several("a folder, as it would be", "get -k ./k1 -r --dry-run s3://demo/tree folder");
    it.run_several(
        "a folder again",
        "get -k ./k1 -r --concurrency 1 --no-clobber s3://demo/tree folder",
    );
    it.run_several(
        "several objects, one of them missing",
        "get -k ./k1 --concurrency 1 s3://demo/a s3://demo/absent folder",
    );
    it.lab.file("list", b"b/c\nabsent\n");
    it.run_several(
        "what a list names",
        "get -k ./k1 --concurrency 1 --files-from list s3://demo/tree listed",
    );
    it.matches_committed();
}

#[test]
fn get_large() {
    let mut it = Recording::new("get-large");
    it.lab.file("large", &noise((5 << 20) + 5));
    it.lab.run("put -q -k ./k1 --part-size 5MiB large s3://demo/large".split(' ')).succeeds();
    it.lab.run("put -q --no-key --part-size 5MiB large s3://demo/plain".split(' ')).succeeds();
    it.run("with its key", "get -k ./k1 --concurrency 1 s3://demo/large out");
    it.run(
        "with two keys, of which the second fits",
        "get -k ./k2 -k ./k1 --concurrency 1 s3://demo/large out",
    );
    it.run("without its key", "get --concurrency 1 s3://demo/large out");
    it.run("a plain object", "get --concurrency 1 s3://demo/plain out");
    it.run("a plain object with a key", "get -k ./k1 --concurrency 1 s3://demo/plain out");
    it.run(
        "a part of it",
        "get -k ./k1 --concurrency 1 --range bytes=0-4999999 s3://demo/large out",
    );
    it.matches_committed();
}

/// Other stores tell a wrong key from a missing one in other ways.
#[test]
fn get_elsewhere() {
    for (name, manner) in [
        ("get-seaweedfs", Behavior::SeaweedFs),
        ("get-ceph", Behavior::Ceph),
        ("get-garage", Behavior::Garage),
    ] {
        let mut it = Recording::with(name, |server| {
            server.behave(manner).tls(manner != Behavior::SeaweedFs)
        });
        it.lab.seal("k1", "a", b"content");
        it.lab.plain("plain", b"content");
        for (title, line) in OPENING.into_iter().filter(|(_, line)| !line.contains("tagged")) {
            it.run(title, &format!("get {line} out"));
        }
        it.matches_committed();
    }
}
