//! Which objects are looked at, and what exit code is made of what is found.

use s3seal_mock::{Answer, Behavior};

use super::{asked, lab, lab_that_answers, lab_with, rows, states};
use crate::harness::{Lab, url};

/// The names of the objects that are looked at, in their order.
#[track_caller]
fn looked_at(lab: &Lab, arguments: &[&str]) -> Vec<String> {
    let done = lab.run([&["audit", "--json"], arguments].concat()).succeeds();
    let name = |item: &serde_json::Value| item["url"].as_str().unwrap()[10..].to_owned();
    done.json_lines().iter().map(name).collect()
}

#[test]
fn a_prefix_means_all_below_and_an_object_itself() {
    let lab = lab();
    for object in ["a", "p", "p/1", "p/2/x", "p2"] {
        lab.plain(object, b"x");
    }
    assert_eq!(looked_at(&lab, &["s3://demo"]), ["a", "p", "p/1", "p/2/x", "p2"]);
    assert_eq!(looked_at(&lab, &["s3://demo/p/"]), ["p/1", "p/2/x"]);
    assert_eq!(looked_at(&lab, &["s3://demo/p"]), ["p", "p/1", "p/2/x"]);
    assert_eq!(looked_at(&lab, &["s3://demo/p2", "s3://demo/a"]), ["a", "p2"]);
    let filtered = ["--exclude", "*", "--include", "2/*", "s3://demo/p/"];
    assert_eq!(looked_at(&lab, &filtered), ["p/2/x"]);
}

#[test]
fn every_version_may_have_its_own_key() {
    let lab = lab();
    lab.server().set_versioning("demo", true);
    lab.seal("k", "x", b"1");
    lab.plain("x", b"22");
    lab.seal("other", "x", b"333");
    lab.run(["rm", &url("x")]).succeeds();
    assert_eq!(states(&lab, &["-k", "./k", "s3://demo"]), [""; 0]);
    for at in ["s3://demo", "s3://demo/x"] {
        let audit = ["audit", "--json", "--versions", "-k", "./k", at];
        let mut found = lab.run(audit).succeeds().json_lines();
        found.sort_by_key(|item| item["bytes"].as_u64());
        let states: Vec<_> = found.iter().map(|item| item["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["sealed", "sse-s3", "locked"]);
        let ids = lab.server().versions("demo");
        let ids: Vec<_> = ids.iter().rev().take(3).map(|(_, id, _)| id.as_str()).collect();
        let told: Vec<_> = found.iter().map(|item| item["versionId"].as_str().unwrap()).collect();
        assert_eq!(told, ids);
    }
    let table = lab.run(["audit", "--list", "--versions", "-k", "./k", "s3://demo"]).succeeds();
    assert!(rows(&table).iter().skip(1).all(|row| row[4] == "(version"), "{}", table.stdout);
    table.says(&["audited 3 versions (6 B), 1 sealed, 1 locked, 1 sse-s3"]);
}

#[test]
fn of_what_is_older_nothing_is_asked() {
    const LIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>demo</Name><IsTruncated>false</IsTruncated>
        <Contents><Key>2019</Key><LastModified>2019-12-31T23:59:59.000Z</LastModified><Size>1</Size></Contents>
        <Contents><Key>2020</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><Size>1</Size></Contents>
        </ListBucketResult>"#;
    let lab = lab_with(Behavior::Aws, |server| {
        server.interceptor(|request| {
            let lists = request.operation == "ListObjectsV2";
            lists.then(|| Answer::respond(200, &[("Content-Type", "application/xml")], LIST))
        })
    });
    lab.plain("2019", b"x");
    lab.plain("2020", b"x");
    asked(&lab);
    for since in ["2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00"] {
        assert_eq!(looked_at(&lab, &["--since", since, "s3://demo"]), ["2020"]);
        assert_eq!(asked(&lab), ["Head"]);
    }
    assert_eq!(looked_at(&lab, &["--since", "24h", "s3://demo"]), [""; 0]);
    assert_eq!(looked_at(&lab, &["--since", "100y", "s3://demo"]), ["2019", "2020"]);
    for wrong in ["yesterday", "2020-01-01", "2020-01-01T00:00:00"] {
        lab.run(["audit", "--since", wrong, "s3://demo"]).fails(2).says(&["write a duration"]);
    }
}

#[test]
fn the_exit_code_says_what_was_found_where_it_was_asked_for() {
    let lab = lab_that_answers(|request| {
        let is_forbidden = request.key.as_deref() == Some("forbidden");
        is_forbidden.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
    });
    lab.seal("k", "mine", b"x");
    lab.seal("other", "theirs", b"x");
    lab.plain("default", b"x");
    lab.plain("forbidden", b"x");
    lab.run(["put", "--sse", "aws:kms", "-", &url("kms")]).stdin(b"x").succeeds();
    let put = ["put", "--storage-class", "GLACIER", "-k", "./k", "-", &url("cold")];
    lab.run(put).stdin(b"x").succeeds();
    for (states, code) in [
        ("locked", 4),
        ("denied", 5),
        ("sse-s3", 6),
        ("plain,sse-s3,sse-kms", 6),
        ("plain", 0),
        ("archived", 1),
        ("locked,denied", 1),
        ("plain,locked", 4),
    ] {
        let audit = lab.run(["audit", "-k", "./k", "--fail-on", states, "s3://demo"]).exits(code);
        assert_eq!(audit.stdout.lines().count(), 6, "{states}: {}", audit.stdout);
        assert!(!audit.stderr.contains("error"), "{states}: {}", audit.stderr);
    }
    lab.run(["audit", "-k", "./k", "s3://demo"]).succeeds();
    for wrong in ["sealed", "unsealed"] {
        lab.run(["audit", "--fail-on", wrong, "s3://demo"]).fails(2).says(&["locked, sse-s3"]);
    }
}

#[test]
fn any_number_of_objects_is_looked_at_once_each() {
    let lab = lab();
    for index in 0..2_500 {
        lab.deep_file(&format!("many/{index:04}"), b"");
    }
    lab.run(["put", "-q", "-r", "-k", "./k", "many", &url("many")]).succeeds();
    asked(&lab);
    let done = lab.run(["audit", "--list", "-k", "./k", "s3://demo"]).succeeds();
    assert_eq!(done.stdout.matches("sealed ").count(), 2_500);
    assert_eq!(asked(&lab), vec!["Head+"; 2_500]);
    done.says(&["audited 2500 objects, 2500 sealed"]);
}

#[test]
fn what_cannot_be_listed_is_named_and_the_rest_is_looked_at() {
    let lab = lab();
    lab.plain("x", b"x");
    assert_eq!(states(&lab, &["s3://demo/"]), ["sse-s3"]);
    let done = lab.run(["audit", "s3://absent", "s3://demo/nothing", "s3://demo/x"]).exits(3);
    done.says(&["absent", "s3://demo/nothing: there is nothing of this name", "1 sse-s3"]);
    lab.run(["audit", "demo"]).fails(2).says(&["not an s3:// URL"]);
    lab.run(["audit"]).fails(2);
    let empty = self::lab();
    empty.run(["audit", "s3://demo"]).succeeds().says(&["audited 0 objects"]);
    let denied = lab_with(Behavior::Aws, |server| {
        server.interceptor(|_| Some(Answer::error(403, "AccessDenied", "Access Denied")))
    });
    denied.run(["audit", "s3://demo"]).fails(5).says(&["s3:ListBucket"]);
}
