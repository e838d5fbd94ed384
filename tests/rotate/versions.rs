//! History: told of, never sealed anew, deleted where that is said and proven to be safe.

use s3seal_mock::{Answer, Builder};

use super::Rig;
use crate::harness::Lab;

/// Two versions with the old key, and one with another; then one that is gone.
fn rig(set_up: impl FnOnce(Builder) -> Builder) -> Rig {
    let rig = Rig::of(Lab::with(|server| set_up(server.versioned_bucket("vault"))));
    for (key, object, content) in [
        ("old", "x", "one"),
        ("other", "x", "two"),
        ("old", "x", "three"),
        ("old", "deleted", "four"),
        ("new", "fresh", "five"),
    ] {
        let at = format!("s3://vault/{object}");
        let put = ["put", "-k", &format!("./{key}"), "-", &at];
        rig.lab.run(put).stdin(content.as_bytes()).succeeds();
    }
    rig.lab.run(["rm", "s3://vault/deleted"]).succeeds();
    rig
}

/// The key-MD5s of all versions that are objects, newest first.
fn versions(rig: &Rig, object: &str) -> Vec<String> {
    let keys = ["-k", "./old", "-k", "./new", "-k", "./other"];
    let audit = [&["audit", "--json", "--versions"], &keys[..], &["s3://vault"]].concat();
    let done = rig.lab.run(audit).succeeds();
    let lines: Vec<serde_json::Value> =
        done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let all = rig.lab.server().versions("vault");
    let own = all.iter().filter(|(key, _, is_marker)| key == object && !is_marker);
    own.map(|(_, id, _)| {
        let line = lines.iter().find(|it| it["versionId"] == id.as_str()).expect("a version");
        line["keyMd5"].as_str().unwrap_or_default().to_owned()
    })
    .collect()
}

#[test]
fn rotation_adds_a_version_and_says_that_the_former_ones_remain() {
    let rig = rig(|server| server);
    let done = rig.rotate(["s3://vault"]).succeeds();
    done.says(&["former versions of 1 objects still need their old keys", "--all-versions"]);
    let x = versions(&rig, "x");
    assert_eq!((x.len(), &x[0], &x[1]), (4, &rig.new_md5, &rig.old_md5));
    assert_eq!(rig.lab.server().versions("vault").len(), 4 + 2 + 1, "no trial is left");
}

#[test]
fn former_versions_that_need_an_old_key_are_listed_and_left_alone() {
    let rig = rig(|server| server);
    let done = rig.rotate(["--json", "--all-versions", "s3://vault"]).succeeds();
    let items = done.json_lines();
    let olds: Vec<_> = items.iter().filter(|it| it["result"] == "old-version").collect();
    let urls: Vec<_> = olds.iter().map(|it| it["url"].as_str().unwrap()).collect();
    assert_eq!(urls, ["s3://vault/deleted", "s3://vault/x", "s3://vault/x"]);
    assert!(olds.iter().all(|it| it["keyMd5"] == rig.old_md5 && it["versionId"].is_string()));
    assert_eq!(versions(&rig, "x").len(), 4);
    let told = rig.rotate(["--all-versions", "s3://vault"]).succeeds();
    told.says(&["still needs an old key", "3 former versions left alone"]);
}

#[test]
fn former_versions_are_deleted_once_the_newest_is_proven() {
    let rig = rig(|server| server);
    let planned =
        rig.rotate(["--json", "--dry-run", "--delete-old-versions", "s3://vault"]).succeeds();
    let would_go = |it: &&serde_json::Value| it["result"] == "deleted-version";
    let planned = planned.json_lines();
    let would_go: Vec<_> = planned.iter().filter(would_go).collect();
    // What is the newest now is a former one by then.
    assert_eq!(would_go.len(), 2);
    assert!(would_go.iter().all(|it| it["dryRun"] == true && it["url"] == "s3://vault/x"));
    assert_eq!(versions(&rig, "x").len(), 3);

    let done = rig.rotate(["--json", "--delete-old-versions", "s3://vault"]).succeeds();
    let items = done.json_lines();
    let of = |result: &str| -> Vec<&str> {
        let found = items.iter().filter(|it| it["result"] == result);
        found.map(|it| it["url"].as_str().unwrap()).collect()
    };
    assert_eq!(of("deleted-version"), ["s3://vault/x", "s3://vault/x"]);
    // Behind a delete marker history is all that is left.
    assert_eq!(of("old-version"), ["s3://vault/deleted"]);
    let other = rig.lab.run(["key", "md5", "./other"]).succeeds().stdout;
    assert_eq!(versions(&rig, "x"), [&rig.new_md5, other.trim()]);
    assert_eq!(versions(&rig, "deleted"), [&*rig.old_md5]);
    assert_eq!(versions(&rig, "fresh"), [&*rig.new_md5]);
}

/// The newest is not rotated: nothing behind it may go.
#[test]
fn nothing_is_deleted_behind_what_still_needs_the_old_key() {
    let rig = rig(|server| {
        server.interceptor(|request| {
            (request.operation == "CopyObject" && request.key.as_deref() == Some("x"))
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    rig.rotate(["--delete-old-versions", "s3://vault"]).exits(5);
    assert_eq!(versions(&rig, "x").len(), 3);
}

#[test]
fn a_version_that_may_not_be_deleted_is_a_failure_that_names_it() {
    let rig = rig(|server| {
        server.interceptor(|request| {
            let is_of_x = request.key.as_deref() == Some("x");
            (request.operation == "DeleteObject" && is_of_x)
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    let done = rig.rotate(["--delete-old-versions", "s3://vault"]).exits(5);
    done.says(&["is still there", "s3:DeleteObject"]);
    assert_eq!(versions(&rig, "x").len(), 4);
}

#[test]
fn plain_history_can_go_once_the_newest_is_sealed() {
    let rig = Rig::of(Lab::with(|server| server.versioned_bucket("vault")));
    for content in ["one", "two"] {
        let put = ["put", "--no-key", "-", "s3://vault/x"];
        rig.lab.run(put).stdin(content.as_bytes()).succeeds();
    }
    let done = rig.rotate_keys("none", "./new", ["--delete-old-versions", "s3://vault/"]);
    done.succeeds().says(&["that was not sealed, deleted", "2 former versions deleted"]);
    assert_eq!(versions(&rig, "x"), [&*rig.new_md5]);
    assert_eq!(rig.lab.run(["get", "-k", "./new", "s3://vault/x", "-"]).succeeds().bytes, b"two");
}

/// A copy would become the version `null`, and what was that is gone.
#[test]
fn suspended_versions_are_not_written_over() {
    let rig = Rig::of(Lab::with(|server| server.versioned_bucket("vault")));
    rig.lab.run(["put", "-k", "./old", "-", "s3://vault/x"]).stdin(b"one").succeeds();
    rig.lab.server().set_versioning("vault", false);
    rig.rotate(["s3://vault/"]).exits(1).says(&["suspended versions", "--dest"]);
    assert_eq!(rig.lab.server().versions("vault").len(), 1);
    // What was written since is that version.
    rig.lab.run(["put", "-k", "./old", "-", "s3://vault/x"]).stdin(b"two").succeeds();
    rig.rotate(["s3://vault/"]).succeeds();
    assert_eq!(rig.lab.run(["get", "-k", "./new", "s3://vault/x", "-"]).succeeds().bytes, b"two");
}

/// A store that does not look at If-Match may have buried what somebody has just written.
#[test]
fn nothing_is_deleted_where_a_writer_may_have_been_overtaken() {
    let rig = Rig::of(Lab::with(|server| server.versioned_bucket("vault")));
    std::fs::create_dir_all(rig.lab.path("state/s3seal")).unwrap();
    let line = format!("{} vault lacks guards\n", rig.lab.server().endpoint());
    rig.lab.file("state/s3seal/proven-buckets", line.as_bytes());
    for content in ["one", "two"] {
        let put = ["put", "-k", "./old", "-", "s3://vault/x"];
        rig.lab.run(put).stdin(content.as_bytes()).succeeds();
    }
    let done = rig.rotate(["--delete-old-versions", "s3://vault/"]).succeeds();
    done.says(&["former versions are not deleted here", "2 former versions left alone"]);
    assert_eq!(rig.lab.server().versions("vault").len(), 3);
}

#[test]
fn history_that_is_not_sealed_is_warned_of() {
    let rig = Rig::of(Lab::with(|server| server.versioned_bucket("vault")));
    rig.lab.run(["put", "--no-key", "-", "s3://vault/x"]).stdin(b"one").succeeds();
    let done = rig.rotate_keys("none", "./new", ["s3://vault/"]).succeeds();
    done.says(&["warning: 1 former versions are still there unsealed", "--delete-old-versions"]);
}
