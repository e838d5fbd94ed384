//! `sync`.

use std::fs;
use std::time::{Duration, SystemTime};

use super::Recording;
use crate::harness::Lab;

/// A file written an hour ago.
fn old_file(lab: &Lab, name: &str, content: &[u8]) {
    let file = fs::File::options().write(true).open(lab.deep_file(name, content)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
}

#[test]
fn sync() {
    let mut it = Recording::new("sync");
    for name in ["up/a", "up/b/c", "up/d"] {
        old_file(&it.lab, name, name.as_bytes());
    }
    it.run_several("up, as it would be", "sync -k ./k1 --dry-run up s3://demo/p");
    it.run_several("up", "sync -k ./k1 --concurrency 1 up s3://demo/p");
    it.run_several("up again, with nothing to do", "sync -k ./k1 --concurrency 1 up s3://demo/p");
    old_file(&it.lab, "up/a", b"longer than before");
    fs::remove_file(it.lab.path("up/d")).unwrap();
    it.run_several(
        "up, with one that changed and one that is gone",
        "sync -k ./k1 --concurrency 1 up s3://demo/p",
    );
    it.run_several(
        "deletions up, as they would be",
        "sync -k ./k1 --delete --dry-run up s3://demo/p",
    );
    it.run_several("deletions up", "sync -k ./k1 --delete --concurrency 1 up s3://demo/p");
    it.run_several("down, as it would be", "sync -k ./k1 --dry-run s3://demo/p down");
    it.run_several("down", "sync -k ./k1 -k ./k2 --concurrency 1 s3://demo/p down");
    it.run_several(
        "down again, with nothing to do",
        "sync -k ./k1 --concurrency 1 s3://demo/p down",
    );
    it.lab.file("down/more", b"more");
    it.run_several(
        "deletions down, as they would be",
        "sync -k ./k1 --delete --dry-run s3://demo/p down",
    );
    it.run_several("deletions down", "sync -k ./k1 --delete --concurrency 1 s3://demo/p down");
    it.run_several("down with another key", "sync -k ./k2 --concurrency 1 s3://demo/p elsewhere");
    it.run("from no folder", "sync -k ./k1 absent s3://demo/p");
    it.run("from no bucket", "sync -k ./k1 s3://absent/p down");
    it.run("deletions for want of a source", "sync -k ./k1 --delete s3://demo/absent down");
    it.run("without a key", "sync up s3://demo/p");
    it.run_several("denied", "sync -k ./k1 --concurrency 1 up s3://demo/denied");
    it.matches_committed();
}
