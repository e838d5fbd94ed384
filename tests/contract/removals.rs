//! `rm`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use s3seal_mock::Answer;

use super::Recording;
use super::recording::VERSIONED;
use crate::harness::url;

#[test]
fn rm() {
    let mut it = Recording::with("rm", |server| server.versioned_bucket(VERSIONED));
    for name in ["a", "b", "p/a", "p/b", "p2", "q/a", "q/b"] {
        it.lab.plain(name, b"content");
    }
    it.run("what would be done", "rm --dry-run s3://demo/a");
    it.run("one object", "rm s3://demo/a");
    it.run("what is not there", "rm s3://demo/a");
    it.run("several objects", "rm s3://demo/b s3://demo/p2");
    it.run("a folder, as it would be", "rm -r --dry-run s3://demo/p");
    it.run("a folder", "rm -r s3://demo/p");
    it.run("a folder, but not all", "rm -r --exclude * --include a s3://demo/q");
    it.run("an empty folder", "rm -r s3://demo/absent");
    it.run("what is denied", "rm s3://demo/denied/a");
    it.run("unavailable", "rm --max-attempts 1 s3://demo/down/a");
    it.run("a bucket", "rm s3://demo");
    it.run("a whole bucket, without --all", "rm -r s3://demo");
    it.run("in no bucket", "rm s3://absent/a");
    for content in ["one", "two"] {
        it.lab
            .run(["put", "-q", "--no-key", "-", "s3://vault/x"])
            .stdin(content.as_bytes())
            .succeeds();
    }
    it.run("where versions are kept", "rm s3://vault/x");
    it.run("all versions, as they would go", "rm --all-versions --dry-run s3://vault/x");
    let oldest = it.lab.server().versions("vault").last().expect("a version").1.clone();
    it.mask(&oldest, "OLDEST");
    it.run("one version", &format!("rm --version-id {oldest} s3://vault/x"));
    it.run("all versions", "rm --all-versions s3://vault/x");
    it.run("a whole bucket", "rm -r --all s3://demo");
    it.matches_committed();
}

#[test]
fn rm_incomplete() {
    let begins = Arc::new(AtomicBool::new(true));
    let begins_only = begins.clone();
    let mut it = Recording::with("rm-incomplete", |server| {
        server.interceptor(move |request| {
            let fails = ["UploadPart", "AbortMultipartUpload"].contains(&request.operation)
                && begins_only.load(Ordering::SeqCst);
            fails.then(|| Answer::error(403, "AccessDenied", "no"))
        })
    });
    for name in ["a", "p/b"] {
        it.lab.run(["put", "-k", "./k1", "small", &url(name)]).exits(5);
    }
    begins.store(false, Ordering::SeqCst);
    it.lab.plain(".s3seal/trial-0123456789abcdef", b"left by a killed run");
    it.run("as it would be", "rm --incomplete --dry-run s3://demo");
    it.run("only old ones", "rm --incomplete --older-than 1h s3://demo");
    it.run("of one object", "rm --incomplete s3://demo/a");
    it.run("of the bucket", "rm --incomplete s3://demo");
    it.run("of no bucket", "rm --incomplete s3://absent");
    it.matches_committed();
}
