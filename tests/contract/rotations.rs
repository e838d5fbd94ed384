//! `rotate`.

use super::Recording;
use super::recording::VERSIONED;
use s3seal_mock::Behavior;

fn stock(it: &Recording) {
    for (key, object) in [("k1", "t/a"), ("k1", "t/b"), ("k3", "t/other")] {
        it.lab.seal(key, object, b"content");
    }
    it.lab.plain("t/plain", b"content");
}

#[test]
fn rotate() {
    let mut it = Recording::new("rotate");
    stock(&it);
    it.run_several(
        "what would be done",
        "rotate --from ./k1 --to ./k2 --concurrency 1 --dry-run s3://demo/t/",
    );
    it.run_several("below a prefix", "rotate --from ./k1 --to ./k2 --concurrency 1 s3://demo/t/");
    it.run_results("again", "rotate --from ./k1 --to ./k2 --concurrency 1 s3://demo/t/");
    it.run("one object that is current", "rotate --from ./k1 --to ./k2 s3://demo/t/a");
    it.run("one object back", "rotate --from ./k2 --to ./k1 s3://demo/t/a");
    it.run("with several old keys", "rotate --from ./k3 --from ./k2 --to ./k1 s3://demo/t/b");
    it.run("with old keys that do not fit", "rotate --from ./k2 --to ./k3 s3://demo/t/a");
    it.run("one plain object", "rotate --from ./k1 --to ./k2 s3://demo/t/plain");
    it.run_several("what is plain", "rotate --from none --to ./k2 --concurrency 1 s3://demo/t/");
    it.run("unsealed", "rotate --from ./k1 --to none s3://demo/t/a");
    it.run_several(
        "to another place",
        "rotate --from ./k1 --to ./k2 --dest s3://demo/u/ s3://demo/t/",
    );
    it.lab.run("put -q -k ./k1 --tag-key --metadata a=1 --tagging t=1 --cache-control no-cache small s3://demo/tagged".split(' ')).succeeds();
    it.run("with attributes and tags", "rotate --from ./k1 --to ./k2 s3://demo/tagged");
    it.lab.file("list", b"b\nabsent\n");
    it.run_several(
        "what a list names",
        "rotate --from ./k1 --to ./k2 --concurrency 1 --files-from list s3://demo/t/",
    );
    it.run("what is not there", "rotate --from ./k1 --to ./k2 s3://demo/absent");
    it.run("what is denied", "rotate --from ./k1 --to ./k2 s3://demo/denied/a");
    it.run("unavailable", "rotate --from ./k1 --to ./k2 --max-attempts 1 s3://demo/down/a");
    it.run_several("no key", "rotate s3://demo/t/");
    it.run_several("the same key", "rotate --from ./k1 --to ./k1 s3://demo/t/");
    it.matches_committed();
}

#[test]
fn rotate_versions() {
    let mut it = Recording::with("rotate-versions", |server| server.versioned_bucket(VERSIONED));
    for (key, object) in [
        ("k1", "x"),
        ("k1", "x"),
        ("k1", "y"),
        ("k2", "y"),
        ("k3", "z"),
        ("k1", "z"),
        ("k1", "deleted"),
    ] {
        it.lab.run(format!("put -q -k ./{key} small s3://vault/{object}").split(' ')).succeeds();
    }
    it.lab.run(["rm", "-q", "s3://vault/deleted"]).succeeds();
    let rotate = "rotate --from ./k1 --to ./k2 --concurrency 1";
    it.run_results(
        "all as it would be",
        &format!("{rotate} --delete-old-versions --dry-run s3://vault"),
    );
    it.run_several("former versions left alone", &format!("{rotate} --all-versions s3://vault/x"));
    it.run_several(
        "former versions of a current one left alone",
        &format!("{rotate} --all-versions s3://vault/y"),
    );
    it.run_several(
        "former versions of a current one deleted",
        &format!("{rotate} --delete-old-versions s3://vault/y"),
    );
    it.run_results(
        "former versions of another key",
        &format!("{rotate} --delete-old-versions s3://vault/z"),
    );
    it.run_several(
        "former versions of what is deleted",
        &format!("{rotate} --delete-old-versions s3://vault/deleted"),
    );
    it.run_results("all", &format!("{rotate} --delete-old-versions s3://vault"));
    it.matches_committed();
}

#[test]
fn rotate_elsewhere() {
    for (name, manner) in [
        ("rotate-seaweedfs", Behavior::SeaweedFs),
        ("rotate-ceph", Behavior::Ceph),
        ("rotate-garage", Behavior::Garage),
    ] {
        let mut it = Recording::with(name, |server| {
            server.behave(manner).tls(manner != Behavior::SeaweedFs)
        });
        stock(&it);
        let rotate = "rotate --from ./k1 --to ./k2 --concurrency 1";
        for object in ["a", "a", "plain", "other"] {
            it.run("one object", &format!("{rotate} s3://demo/t/{object}"));
        }
        it.run("with several old keys", "rotate --from ./k3 --from ./k2 --to ./k1 s3://demo/t/a");
        it.run_results("below a prefix", &format!("{rotate} s3://demo/t/"));
        it.matches_committed();
    }
}
