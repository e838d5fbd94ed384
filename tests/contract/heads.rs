//! `head`, `audit` and `key verify`: what looks at objects without reading them.

use super::Recording;
use super::recording::VERSIONED;
use crate::harness::Lab;

fn stocked(lab: &Lab) {
    lab.seal("k1", "p/a", b"content");
    lab.seal("k2", "p/b", b"content");
    lab.seal("k3", "p/c", b"content");
    lab.plain("p/plain", b"content");
    for (options, object) in [
        ("-k ./k1 --tag-key", "tagged"),
        ("--sse aws:kms", "p/kms"),
        ("-k ./k1 --cache-control no-cache --metadata a=1 --tagging t=1", "attributes"),
    ] {
        let line = format!("put -q {options} small s3://demo/{object}");
        lab.run(line.split(' ')).succeeds();
    }
}

#[test]
fn head() {
    let mut it = Recording::new("head");
    stocked(&it.lab);
    it.run("with its key", "head -k ./k1 s3://demo/p/a");
    it.run("with attributes", "head -k ./k1 s3://demo/attributes");
    it.run("with another key", "head -k ./k2 s3://demo/p/a");
    it.run("with three keys, of which the last fits", "head -k ./k3 -k ./k2 -k ./k1 s3://demo/p/a");
    it.run("with three keys and a tag", "head -k ./k3 -k ./k2 -k ./k1 s3://demo/tagged");
    it.run("with two keys that do not fit", "head -k ./k3 -k ./k2 s3://demo/p/a");
    it.run("without its key", "head s3://demo/p/a");
    it.run("a plain object with two keys", "head -k ./k1 -k ./k2 s3://demo/p/plain");
    it.run("a plain object that may be plain", "head -k ./k1 --allow-plain s3://demo/p/plain");
    it.run("a plain object without a key", "head s3://demo/p/plain");
    it.run("with a key of KMS", "head s3://demo/p/kms");
    it.run("what is not there", "head -k ./k1 -k ./k2 s3://demo/absent");
    it.run("what is denied", "head -k ./k1 -k ./k2 s3://demo/denied/a");
    it.run("unavailable", "head -k ./k1 --max-attempts 1 s3://demo/down/a");
    it.run("on a condition that does not hold", "head -k ./k1 --if-match abc s3://demo/p/a");
    it.run("a version that is not there", "head -k ./k1 --version-id absent s3://demo/p/a");
    it.run(
        "several: the key that has opened the last one comes first",
        "head -k ./k1 -k ./k2 s3://demo/p/b s3://demo/p/b s3://demo/p/a s3://demo/p/a",
    );
    it.run(
        "several, one of them missing",
        "head -k ./k1 s3://demo/absent s3://demo/p/a s3://demo/p/b",
    );
    it.matches_committed();
}

#[test]
fn audit() {
    let mut it = Recording::with("audit", |server| server.versioned_bucket(VERSIONED));
    stocked(&it.lab);
    it.run_results("with two keys", "audit -k ./k1 -k ./k2 s3://demo/p/");
    it.run_several(
        "one object, with three keys, of which the last fits",
        "audit -k ./k3 -k ./k2 -k ./k1 s3://demo/p/a",
    );
    it.run_several(
        "one object, with three keys and a tag",
        "audit -k ./k3 -k ./k2 -k ./k1 s3://demo/tagged",
    );
    it.run_several(
        "one object, with two keys that do not fit",
        "audit -k ./k3 -k ./k2 s3://demo/p/a",
    );
    it.run_several("one plain object", "audit -k ./k1 -k ./k2 s3://demo/p/plain");
    it.run_several("without a key", "audit s3://demo/p/");
    it.run_several(
        "with a state that must not be",
        "audit -k ./k1 --fail-on sse-s3,locked s3://demo/p/",
    );
    it.run_several("what is not there", "audit -k ./k1 s3://demo/absent");
    it.run_several("what is denied", "audit -k ./k1 s3://demo/denied/a");
    it.run_several("no bucket", "audit -k ./k1 s3://absent");
    it.run_several("no key file", "audit -k ./absent s3://demo/p/");
    for key in ["k1", "k2"] {
        it.lab.run(format!("put -q -k ./{key} small s3://vault/x").split(' ')).succeeds();
    }
    it.lab.run(["rm", "-q", "s3://vault/x"]).succeeds();
    it.run_several("totals", "audit -k ./k1 -k ./k2 --summary s3://demo/p/");
    it.run_several("every version", "audit -k ./k1 --versions s3://vault");
    it.matches_committed();
}

#[test]
fn key_verify() {
    let mut it = Recording::new("key-verify");
    stocked(&it.lab);
    it.run("one key each", "key verify -k ./k1 s3://demo/p/a");
    it.run("two keys, two objects", "key verify -k ./k1 -k ./k2 s3://demo/p/a s3://demo/p/b");
    it.run("three keys and a tag", "key verify -k ./k3 -k ./k2 -k ./k1 s3://demo/tagged");
    it.run("keys that do not fit", "key verify -k ./k3 -k ./k2 s3://demo/p/a");
    it.run("a plain object", "key verify -k ./k1 -k ./k2 s3://demo/p/plain");
    it.run("what is not there", "key verify -k ./k1 -k ./k2 s3://demo/absent");
    it.run("what is denied", "key verify -k ./k1 -k ./k2 s3://demo/denied/a");
    it.run(
        "several, of which some do not open",
        "key verify -k ./k1 s3://demo/p/b s3://demo/absent s3://demo/p/a",
    );
    it.run("no key", "key verify s3://demo/p/a");
    it.run("no object", "key verify -k ./k1 s3://demo");
    it.pipe("a list", b"s3://demo/p/a\ns3://demo/p/c\n", "key verify -k ./k1 --files-from -");
    it.matches_committed();
}
