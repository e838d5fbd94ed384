//! `cp` and `mv`.

use super::Recording;
use super::recording::VERSIONED;
use crate::harness::noise;
use s3seal_mock::Behavior;

#[test]
fn cp() {
    let mut it = Recording::new("cp");
    it.lab.seal("k1", "a", b"content");
    it.lab.plain("plain", b"content");
    it.run("the first copy tries the store out", "cp -k ./k1 s3://demo/a s3://demo/b");
    it.run("the next one", "cp -k ./k1 s3://demo/a s3://demo/b");
    it.run("from one key to another", "cp --source-key ./k1 -k ./k2 s3://demo/a s3://demo/c");
    it.run(
        "with several keys for the source",
        "cp --source-key ./k3 --source-key ./k1 -k ./k2 s3://demo/a s3://demo/c",
    );
    it.run(
        "with several keys, of which the second opens the source",
        "cp -k ./k2 -k ./k1 s3://demo/a s3://demo/d",
    );
    it.run("with a key that does not open the source", "cp -k ./k2 s3://demo/a s3://demo/e");
    it.run("onto itself with another key", "cp --source-key ./k1 -k ./k2 s3://demo/b s3://demo/b");
    it.run(
        "of what is plain to a sealed one",
        "cp --source-key none -k ./k1 s3://demo/plain s3://demo/sealed",
    );
    it.run("of what is plain, where it must not be", "cp -k ./k1 s3://demo/plain s3://demo/sealed");
    it.run("of what may be plain", "cp -k ./k1 --allow-plain s3://demo/plain s3://demo/sealed");
    it.run("to a plain one", "cp --source-key ./k1 --no-key s3://demo/a s3://demo/public");
    it.run("from plain to plain", "cp --source-key none --no-key s3://demo/plain s3://demo/public");
    it.run("to the store's key", "cp --source-key ./k1 --sse AES256 s3://demo/a s3://demo/sse");
    it.run(
        "with other attributes",
        "cp -k ./k1 --cache-control no-cache --tagging t=1 s3://demo/a s3://demo/f",
    );
    it.run("with a tag of its key", "cp -k ./k1 --tag-key s3://demo/a s3://demo/g");
    it.run(
        "on a condition that does not hold",
        "cp -k ./k1 --if-none-match * s3://demo/a s3://demo/b",
    );
    it.run("what would be done", "cp -k ./k1 --dry-run s3://demo/a s3://demo/b");
    it.run("of what is not there", "cp -k ./k1 s3://demo/absent s3://demo/b");
    it.run("of what is denied", "cp -k ./k1 s3://demo/denied/a s3://demo/b");
    it.run("unavailable", "cp -k ./k1 --max-attempts 1 s3://demo/down/a s3://demo/b");
    it.run("without a key", "cp s3://demo/a s3://demo/b");
    it.run("between files", "cp -k ./k1 small other");
    for name in ["tree/a", "tree/b/c"] {
        it.lab.seal("k1", name, name.as_bytes());
    }
    it.run_several("a folder", "cp -k ./k1 -r --concurrency 1 s3://demo/tree/ s3://demo/copy/");
    it.run_several(
        "a folder, as it would be",
        "cp -k ./k1 -r --dry-run s3://demo/tree/ s3://demo/copy/",
    );
    it.run("a file to an object", "cp -k ./k1 small s3://demo/from-file");
    it.run("an object to a file", "cp -k ./k1 s3://demo/a to-file");
    it.matches_committed();
}

/// Above 5 GiB a copy goes in parts, and where a store's copies ignore the key the bytes go through this machine.
#[test]
fn cp_elsewhere() {
    for (name, manner) in [
        ("cp-seaweedfs", Behavior::SeaweedFs),
        ("cp-ceph", Behavior::Ceph),
        ("cp-garage", Behavior::Garage),
    ] {
        let mut it = Recording::with(name, |server| {
            server.behave(manner).tls(manner != Behavior::SeaweedFs)
        });
        it.lab.seal("k1", "a", b"content");
        it.lab.file("large", &noise((5 << 20) + 5));
        it.lab.run("put -q -k ./k1 --part-size 5MiB large s3://demo/large".split(' ')).succeeds();
        it.run("the first copy", "cp -k ./k1 s3://demo/a s3://demo/b");
        it.run("the next one", "cp -k ./k1 s3://demo/a s3://demo/b");
        it.run("from one key to another", "cp --source-key ./k1 -k ./k2 s3://demo/a s3://demo/c");
        it.run("with a key that does not open the source", "cp -k ./k2 s3://demo/a s3://demo/c");
        it.run("of a large object", "cp -k ./k1 --concurrency 1 s3://demo/large s3://demo/copy");
        it.matches_committed();
    }
}

#[test]
fn mv() {
    let mut it = Recording::with("mv", |server| server.versioned_bucket(VERSIONED));
    for name in ["a", "c", "d", "tree/a", "tree/b/c"] {
        it.lab.seal("k1", name, name.as_bytes());
    }
    it.lab.run("put -q -k ./k1 small s3://vault/a".split(' ')).succeeds();
    it.run("the first one", "mv -k ./k1 s3://demo/a s3://demo/b");
    it.run("from one key to another", "mv --source-key ./k1 -k ./k2 s3://demo/b s3://demo/e");
    it.run("in a bucket that keeps versions", "mv -k ./k1 s3://vault/a s3://vault/b");
    it.run("with a key that does not open it", "mv -k ./k2 s3://demo/c s3://demo/f");
    it.run("onto itself", "mv -k ./k1 s3://demo/c s3://demo/c");
    it.run("what would be done", "mv -k ./k1 --dry-run s3://demo/c s3://demo/f");
    it.run("of what is not there", "mv -k ./k1 s3://demo/absent s3://demo/f");
    it.run_several("a folder", "mv -k ./k1 -r --concurrency 1 s3://demo/tree/ s3://demo/moved/");
    it.lab.file("file", b"content");
    it.run("a file to an object", "mv -k ./k1 file s3://demo/from-file");
    it.run("an object to a file", "mv -k ./k1 s3://demo/d to-file");
    it.matches_committed();
}
