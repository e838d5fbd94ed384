//! `rotate`: what an old key sealed is sealed with a new one, in its place, and nothing is lost on the way.

use s3seal_mock::{Behavior, Builder};
use serde_json::Value;

use crate::harness::{Done, Lab, Run, url};

mod acls;
mod command_line;
mod fire;
mod inventoried;
mod overwriting;
mod races;
mod resumed;
mod versions;
mod writers;

/// The manners that seal what they are given, over TLS where keys are taken over nothing else.
const SEALING: [Behavior; 4] =
    [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph, Behavior::Garage];

/// A lab with the keys `old`, `new` and `other`.
struct Rig {
    lab: Lab,
    old_md5: String,
    new_md5: String,
}

impl Rig {
    fn with(set_up: impl FnOnce(Builder) -> Builder) -> Rig {
        Rig::of(Lab::with(set_up))
    }

    fn of(lab: Lab) -> Rig {
        let [old_md5, new_md5, _] = ["old", "new", "other"].map(|name| lab.key(name));
        Rig { lab, old_md5, new_md5 }
    }

    fn at(manner: Behavior) -> Rig {
        Rig::with(|server| behaving(server, manner))
    }

    fn new() -> Rig {
        Rig::at(Behavior::Aws)
    }

    /// From the old key to the new.
    fn rotate<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Run {
        self.rotate_keys("./old", "./new", arguments)
    }

    fn rotate_keys<'a>(
        &self,
        from: &'a str,
        to: &'a str,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Run {
        self.lab.run(["rotate", "--from", from, "--to", to].into_iter().chain(arguments))
    }

    /// The MD5 of the key that seals an object; none where it is plain.
    #[track_caller]
    fn sealed_with(&self, object: &str) -> Option<String> {
        self.lab.server().object("demo", object).expect("an object").key_md5
    }

    #[track_caller]
    fn content(&self, key: &str, object: &str) -> Vec<u8> {
        self.lab.run(["get", "-k", key, &url(object), "-"]).succeeds().bytes
    }

    /// How many of these operations were asked for, trials apart; forgets all of them.
    fn count(&self, operation: &str) -> usize {
        let requests = self.lab.server().requests();
        self.lab.server().clear_requests();
        let is_trial = |key: &str| key.contains(".s3seal/trial-");
        requests
            .iter()
            .filter(|it| it.operation == operation && !it.key.as_deref().is_some_and(is_trial))
            .count()
    }
}

fn behaving(server: Builder, manner: Behavior) -> Builder {
    match manner {
        Behavior::Ceph | Behavior::Garage => server.behave(manner).tls(true),
        _ => server.behave(manner),
    }
}

/// The results of a run with `--json`, by the objects' keys.
fn results(done: &Done) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let key = |item: &Value| text(&item["url"]).replace("s3://demo/", "");
    done.json_lines().iter().map(|item| (key(item), text(&item["result"]))).collect()
}

#[test]
fn objects_get_the_new_key_in_their_places_at_any_store() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.seal("old", "t/a", b"one");
        rig.lab.seal("old", "t/b", b"");
        rig.lab.seal("new", "t/c", b"three");
        rig.lab.seal("old", "other", b"spared");
        let done = rig.rotate([&url("t/")[..]]).succeeds();
        done.says(&["rotated 2 objects (3 B)", "1 as they should be", "LastModified"]);
        assert_eq!(rig.content("./new", "t/a"), b"one", "{manner}");
        assert_eq!(rig.content("./new", "t/b"), b"", "{manner}");
        assert_eq!(rig.content("./new", "t/c"), b"three", "{manner}");
        assert_eq!(rig.sealed_with("other"), Some(rig.old_md5.clone()), "{manner}");
        rig.lab.holds_only(&["other", "t/a", "t/b", "t/c"]);
        rig.count("");
        rig.rotate([&url("t/")[..]]).succeeds().says(&["rotated 0 objects, 3 as they should be"]);
        assert_eq!((rig.count("CopyObject"), rig.count("UploadPart")), (0, 0), "{manner}");
    }
}

/// Two requests where the store says how many tags there are, three where it does not: a look, the tags, the copy.
#[test]
fn few_requests_are_enough() {
    let rig = Rig::new();
    for object in ["a", "b", "c", "d"] {
        rig.lab.seal("old", object, b"content");
    }
    rig.lab.server().clear_requests();
    rig.rotate(["s3://demo"]).succeeds();
    let requests = rig.lab.server().requests();
    let own = requests.iter().filter(|it| it.key.as_deref().is_some_and(|key| key.len() == 1));
    assert_eq!(own.count(), 4 * 3);
    assert_eq!(rig.count("ListObjectsV2"), 1);
    rig.rotate(["s3://demo"]).succeeds();
    // The first few go to the old key first.
    let looks = rig.count("HeadObject");
    assert!((4..=8).contains(&looks), "{looks}");
}

#[test]
fn what_an_object_has_besides_its_bytes_stays() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        let put = [
            "put",
            "-k",
            "./old",
            "--metadata",
            "a=1,b=2",
            "--content-type",
            "text/x",
            "--cache-control",
            "no-cache",
            "--content-disposition",
            "inline",
            "--content-encoding",
            "gzip",
            "--storage-class",
            "STANDARD_IA",
            "--tagging",
            "t=1&u=2",
            "-",
            "s3://demo/x",
        ];
        let put = put
            .into_iter()
            .filter(|it| manner != Behavior::Garage || !matches!(*it, "--tagging" | "t=1&u=2"));
        rig.lab.run(put).stdin(b"content").succeeds();
        let before = rig.lab.server().object("demo", "x").unwrap();
        rig.rotate([&url("x")[..]]).succeeds();
        let after = rig.lab.server().object("demo", "x").unwrap();
        assert_eq!(after.key_md5, Some(rig.new_md5.clone()), "{manner}");
        assert_eq!(after.metadata, before.metadata, "{manner}");
        assert_eq!(after.content_type, "text/x", "{manner}");
        assert_eq!(after.cache_control.as_deref(), Some("no-cache"), "{manner}");
        assert_eq!(after.content_disposition.as_deref(), Some("inline"), "{manner}");
        assert_eq!(after.content_encoding.as_deref(), Some("gzip"), "{manner}");
        assert_eq!(after.storage_class, before.storage_class, "{manner}");
        assert_eq!(after.tags, before.tags, "{manner}");
    }
}

#[test]
fn the_tag_that_tells_the_key_tells_the_new_one() {
    let rig = Rig::new();
    for (object, tags) in [("tagged", &["--tag-key", "--tagging", "a=1"][..]), ("plain", &[])] {
        let at = url(object);
        let put = [&["put", "-k", "./old", "-", &at], tags].concat();
        rig.lab.run(put).stdin(b"content").succeeds();
    }
    rig.rotate(["s3://demo"]).succeeds();
    let tags = rig.lab.server().object("demo", "tagged").unwrap().tags;
    let own = ("s3seal-key-md5".to_owned(), rig.new_md5.clone());
    assert_eq!(tags, [("a".to_owned(), "1".to_owned()), own]);
    assert!(rig.lab.server().object("demo", "plain").unwrap().tags.is_empty());
}

#[test]
fn what_is_not_sealed_is_told_and_left_alone() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.seal("old", "a", b"one");
        rig.lab.plain("b", b"two");
        let done = rig.rotate(["--json", "s3://demo"]).succeeds();
        let expected = [("a", "rotated"), ("b", "plain")];
        assert_eq!(results(&done), expected.map(|(key, result)| (key.into(), result.into())));
        assert_eq!(rig.sealed_with("b"), None, "{manner}");
        let told = rig.rotate(["s3://demo"]).succeeds();
        told.says(&["s3://demo/b: not sealed, and left alone", "--from none"]);
    }
}

#[test]
fn plain_objects_are_sealed_and_sealed_ones_unsealed_where_that_is_said() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.plain("a", b"one");
        rig.lab.plain("empty", b"");
        rig.lab.seal("old", "b", b"two");
        rig.lab.seal("other", "c", b"three");
        let done = rig.rotate_keys("none", "./new", ["--json", "s3://demo"]).succeeds();
        let expected = [("a", "rotated"), ("b", "sealed"), ("c", "sealed"), ("empty", "rotated")];
        assert_eq!(results(&done), expected.map(|(key, result)| (key.into(), result.into())));
        assert_eq!(rig.content("./new", "a"), b"one", "{manner}");
        assert_eq!(rig.sealed_with("empty"), Some(rig.new_md5.clone()), "{manner}");
        assert_eq!(rig.sealed_with("b"), Some(rig.old_md5.clone()), "{manner}");
        // Both at once.
        rig.lab.plain("d", b"four");
        let both = ["rotate", "--from", "none", "--from", "./old", "--to", "./new", "s3://demo/"];
        rig.lab.run(both).exits(4).says(&["s3://demo/c", "rotated 2 objects"]);
        assert_eq!(rig.content("./new", "b"), b"two", "{manner}");
        assert_eq!(rig.content("./new", "d"), b"four", "{manner}");
        rig.rotate_keys("./new", "none", [&url("a")[..], &url("d")]).succeeds();
        assert_eq!(rig.sealed_with("a"), None, "{manner}");
        assert_eq!(rig.lab.run(["get", &url("a"), "-"]).succeeds().bytes, b"one", "{manner}");
        rig.lab.holds_only(&["a", "b", "c", "d", "empty"]);
    }
}

#[test]
fn what_another_key_sealed_is_a_failure_and_the_rest_is_done() {
    for manner in SEALING {
        let rig = Rig::at(manner);
        rig.lab.seal("other", "a", b"theirs");
        rig.lab.seal("old", "b", b"ours");
        let done = rig.rotate(["s3://demo"]).exits(4);
        done.says(&["s3://demo/a", "rotated 1 object", "1 failed"]);
        assert_eq!(rig.content("./new", "b"), b"ours", "{manner}");
        assert_eq!(rig.content("./other", "a"), b"theirs", "{manner}");
    }
}

#[test]
fn json_says_from_which_key_to_which() {
    let rig = Rig::new();
    rig.lab.seal("old", "x", b"content");
    let item = rig.rotate(["--json", "s3://demo/x"]).succeeds().json();
    assert_eq!(item["op"], "rotate");
    assert_eq!(item["result"], "rotated");
    assert_eq!(item["bytes"], 7);
    assert_eq!(item["sealed"], true);
    assert_eq!(item["keyMd5"], rig.new_md5);
    assert_eq!(item["keyName"], "file:./new");
    assert_eq!(item["fromKeyMd5"], rig.old_md5);
    let etag = rig.lab.server().object("demo", "x").unwrap().etag;
    assert_eq!(item["etag"], format!("\"{etag}\""));
    let item = rig.rotate(["--json", "s3://demo/x"]).succeeds().json();
    assert_eq!((&item["result"], &item["keyMd5"]), (&"current".into(), &rig.new_md5.into()));
}

#[test]
fn a_dry_run_changes_nothing() {
    let rig = Rig::new();
    rig.lab.seal("old", "a", b"one");
    rig.lab.plain("b", b"two");
    rig.lab.server().clear_requests();
    let done = rig.rotate(["--dry-run", "s3://demo"]).succeeds();
    done.says(&["would rotate s3://demo/a: from key-MD5", "would rotate 1 object", "1 not sealed"]);
    let item = &rig.rotate(["--dry-run", "--json", "s3://demo"]).succeeds().json_lines()[0];
    assert_eq!((&item["result"], &item["dryRun"]), (&"rotated".into(), &true.into()));
    let requests = rig.lab.server().requests();
    assert!(requests.iter().all(|it| matches!(it.method.as_str(), "HEAD" | "GET")));
    assert_eq!(rig.sealed_with("a"), Some(rig.old_md5.clone()));
}

#[test]
fn copies_may_go_to_another_prefix() {
    for manner in [Behavior::Aws, Behavior::Ceph] {
        let rig = Rig::at(manner);
        rig.lab.seal("old", "t/a", b"one");
        rig.lab.seal("old", "t/sub/b", b"two");
        let dest = ["--dest", "s3://demo/u/", "s3://demo/t/"];
        rig.rotate(dest).succeeds().says(&["rotated 2 objects"]);
        assert_eq!(rig.content("./new", "u/sub/b"), b"two");
        assert_eq!(rig.content("./old", "t/a"), b"one");
        rig.lab.holds_only(&["t/a", "t/sub/b", "u/a", "u/sub/b"]);
        // Without a checksum nobody knows whether it is the same.
        let is_known = manner == Behavior::Aws;
        let again = if is_known { "rotated 0 objects, 2 as they should be" } else { "rotated 2" };
        rig.rotate(dest).succeeds().says(&[again]);
        rig.lab.seal("old", "t/a", b"of another size");
        let again = if is_known { "1 as they should be" } else { "rotated 2" };
        rig.rotate(dest).succeeds().says(&[again]);
        assert_eq!(rig.content("./new", "u/a"), b"of another size");
        // One object to one.
        rig.rotate(["--dest", "s3://demo/v", "s3://demo/t/a"]).succeeds();
        assert_eq!(rig.content("./new", "v"), b"of another size");
    }
}

#[test]
fn rules_say_which_keys_are_meant() {
    let rig = Rig::new();
    let config = format!(
        "[keys.old]\nsource = \"./old\"\n[keys.new]\nsource = \"./new\"\n[keys.other]\nsource = \"./other\"\nderive = true\n\
         [[rules]]\nendpoint = \"{0}\"\nprefix = \"s3://demo/a/\"\nkey = \"new\"\nretired = [\"old\"]\n\
         [[rules]]\nendpoint = \"{0}\"\nprefix = \"s3://demo/b/\"\nkey = \"other\"\nretired = [\"old\"]\n",
        rig.lab.server().endpoint()
    );
    rig.lab.file("config.toml", config.as_bytes());
    let run = |arguments: &[&str]| {
        rig.lab.run(arguments).env("S3SEAL_CONFIG", rig.lab.path("config.toml"))
    };
    rig.lab.seal("old", "a/x", b"one");
    rig.lab.seal("old", "b/x", b"two");
    let items = run(&["rotate", "--json", "s3://demo/a/", "s3://demo/b/"]).succeeds().json_lines();
    assert_eq!(items[0]["keyName"], "new");
    assert_eq!(items[0]["fromKeyMd5"], rig.old_md5);
    assert_eq!(items[1]["keyName"], "other");
    assert_eq!(rig.content("./new", "a/x"), b"one");
    assert_eq!(run(&["get", "s3://demo/b/x", "-"]).succeeds().bytes, b"two");
    run(&["rotate", "s3://demo/b/"]).succeeds().says(&["1 as they should be"]);
    // Away from the rules, by name.
    run(&["rotate", "--from", "new", "--to", "old", "s3://demo/a/"]).succeeds();
    assert_eq!(rig.content("./old", "a/x"), b"one");
    // An object without a rule has no key to go to.
    rig.lab.seal("old", "c", b"three");
    run(&["rotate", "s3://demo/c"]).fails(2).says(&["no rule of", "s3://demo/c"]);
    // Of what a listing finds, some may not be meant: it is counted.
    rig.lab.seal("old", "d/e", b"four");
    let whole = run(&["rotate", "s3://demo/"]).succeeds();
    assert_eq!(whole.stderr.matches("no rule of config.toml").count(), 1, "{}", whole.stderr);
    whole.says(&["s3://demo/c and 1 more", "2 without a rule and left alone"]);
    let whole = run(&["rotate", "--json", "s3://demo/"]).succeeds().json_lines();
    assert_eq!(whole.iter().filter(|item| item["result"] == "no-rule").count(), 2);
    assert_eq!(rig.content("./old", "c"), b"three");
}

#[test]
fn shares_of_a_job_array_do_each_object_once() {
    let rig = Rig::new();
    let objects: Vec<String> = (0..20).map(|number| format!("o{number:02}")).collect();
    for object in &objects {
        rig.lab.seal("old", object, object.as_bytes());
    }
    let mut all = Vec::new();
    for share in ["1/3", "2/3", "3/3"] {
        let done = rig.rotate(["--json", "--shard", share, "s3://demo"]).succeeds();
        let share = results(&done);
        assert!(!share.is_empty() && share.iter().all(|(_, result)| result == "rotated"));
        all.extend(share.into_iter().map(|(key, _)| key));
    }
    all.sort();
    assert_eq!(all, objects);
}

#[test]
fn archived_objects_and_object_locks_are_told() {
    let rig = Rig::with(|server| {
        server.interceptor(|request| {
            let is_locked =
                request.operation == "HeadObject" && request.key.as_deref() == Some("locked");
            is_locked.then(|| {
                s3seal_mock::Tampering::new()
                    .with_header("x-amz-object-lock-mode", "COMPLIANCE")
                    .with_header("x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z")
                    .with_header("x-amz-object-lock-legal-hold", "ON")
                    .into()
            })
        })
    });
    let put = ["put", "-k", "./old", "--storage-class", "GLACIER", "-", "s3://demo/cold"];
    rig.lab.run(put).stdin(b"cold").succeeds();
    rig.lab.seal("old", "locked", b"locked");
    let done = rig.rotate(["s3://demo"]).succeeds();
    let done = done.says(&["s3://demo/cold: archived, and left alone: restore it"]);
    done.says(&["s3://demo/locked: its retention (COMPLIANCE until 2030-01-01", "legal hold"]);
    assert_eq!(rig.sealed_with("cold"), Some(rig.old_md5.clone()));
    assert_eq!(rig.sealed_with("locked"), Some(rig.new_md5.clone()));
}
