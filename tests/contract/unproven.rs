//! A store that ignores keys: what was not sealed is taken back, and nothing is read as if it were.

use super::Recording;
use super::recording::VERSIONED;
use crate::harness::noise;
use s3seal_mock::Behavior;

#[test]
fn unproven() {
    let mut it = Recording::with("unproven", |server| {
        server.behave(Behavior::IgnoresSseC).versioned_bucket(VERSIONED)
    });
    it.lab.plain("plain", b"content");
    it.run("the first write", "put -k ./k1 small s3://demo/a");
    it.run("a copy", "cp --source-key none -k ./k1 s3://demo/plain s3://demo/copy");
    it.run("a rotation", "rotate --from none --to ./k1 s3://demo/plain");
    it.run("read with a key", "get -k ./k1 s3://demo/plain out");
    it.run("looked at with two keys", "head -k ./k1 -k ./k2 s3://demo/plain");
    it.run_several("audited", "audit -k ./k1 s3://demo/plain");
    it.lab.believe_in_the_bucket();
    it.run("a write where the bucket has proven that it seals", "put -k ./k1 small s3://demo/a");
    it.run("in the place of another object", "put -k ./k1 small s3://demo/plain");
    it.lab.file("large", &noise((5 << 20) + 5));
    it.run_several(
        "in parts",
        "put -k ./k1 --concurrency 1 --part-size 5MiB large s3://demo/large",
    );
    let proven = format!("{} {VERSIONED}\n", it.lab.server().endpoint());
    it.lab.file("state/s3seal/proven-buckets", proven.as_bytes());
    it.run("where versions are kept", "put -k ./k1 small s3://vault/a");
    it.matches_committed();
}
