//! Which keys are tried, in which order, and how often.

use s3seal_mock::Behavior;

use super::{asked, lab, lab_with, states};
use crate::harness::{Lab, Run, url};

/// One rule for the whole bucket: `new` seals, and two old keys are retired.
const RETIRED: &str = "key = \"new\"\nretired = [\"old\", \"oldest\"]\n";

/// Gives the lab the keys `new`, `old` and `oldest` in a ring, and a rule for the bucket.
fn ring(lab: &Lab, derive: &str, rule: &str) {
    let mut config = String::new();
    for name in ["new", "old", "oldest"] {
        lab.key(name);
        config += &format!("[keys.{name}]\nsource = \"./{name}\"\n{derive}\n");
    }
    let endpoint = lab.server().endpoint();
    config += &format!("[[rules]]\nendpoint = \"{endpoint}\"\nprefix = \"s3://demo\"\n{rule}");
    lab.file("config.toml", config.as_bytes());
}

fn run(lab: &Lab, arguments: &[&str]) -> Run {
    lab.run(arguments).env("S3SEAL_CONFIG", lab.path("config.toml"))
}

/// The names of the keys that open the objects, in the order of their URLs.
#[track_caller]
fn names(lab: &Lab) -> Vec<Option<String>> {
    let items = run(lab, &["audit", "--json", "s3://demo"]).succeeds().json_lines();
    items.iter().map(|it| it["keyName"].as_str().map(str::to_owned)).collect()
}

/// How many requests showed each key since the last time.
fn shown(lab: &Lab, names: &[&str]) -> Vec<usize> {
    let requests = lab.server().requests();
    lab.server().clear_requests();
    let md5s = names.iter().map(|name| run(lab, &["key", "md5", name]).succeeds().stdout);
    let count = |md5: String| {
        requests.iter().filter(|request| request.key_md5() == Some(md5.trim())).count()
    };
    md5s.map(count).collect()
}

#[test]
fn retired_keys_are_told_by_name_and_each_key_is_shown_once() {
    for manner in [Behavior::Aws, Behavior::SeaweedFs, Behavior::Ceph, Behavior::Garage] {
        let lab = lab_with(manner, |server| server);
        ring(&lab, "", RETIRED);
        lab.seal("oldest", "x", b"x");
        shown(&lab, &[]);
        assert_eq!(names(&lab), [Some("oldest".to_owned())], "{manner}");
        assert_eq!(shown(&lab, &["new", "old", "oldest"]), [1, 1, 1], "{manner}");
        lab.seal("other", "x", b"x");
        shown(&lab, &[]);
        assert_eq!(names(&lab), [None], "{manner}");
        assert_eq!(shown(&lab, &["new", "old", "oldest"]), [1, 1, 1], "{manner}");
    }
}

#[test]
fn a_key_that_is_named_twice_is_shown_once() {
    let lab = lab();
    ring(&lab, "", RETIRED);
    std::fs::copy(lab.path("new"), lab.path("oldest")).unwrap();
    lab.seal("other", "x", b"x");
    shown(&lab, &[]);
    assert_eq!(names(&lab), [None]);
    assert_eq!(shown(&lab, &["new", "old"]), [1, 1]);
}

#[test]
fn the_key_that_opened_the_last_object_goes_first() {
    let lab = lab();
    ring(&lab, "", RETIRED);
    for index in 0..100 {
        lab.deep_file(&format!("tree/{index:02}"), b"x");
    }
    lab.run(["put", "-r", "-k", "./oldest", "tree", &url("t/")]).succeeds();
    asked(&lab);
    run(&lab, &["audit", "s3://demo"]).succeeds();
    let requests = asked(&lab);
    let opened = requests.iter().filter(|it| *it == "Head+").count();
    // Those under way before the first one is opened cannot know, and a store nearby gets few at once.
    assert!((100..100 + 2 * 32).contains(&opened), "{opened} requests with a key");
}

#[test]
fn a_tag_spares_trials() {
    let lab = lab();
    ring(&lab, "", RETIRED);
    lab.run(["put", "-k", "./oldest", "--tag-key", "-", &url("x")]).stdin(b"x").succeeds();
    asked(&lab);
    assert_eq!(names(&lab), [Some("oldest".to_owned())]);
    assert_eq!(asked(&lab), ["Head+", "Get", "GetObjectTagging", "Head+"]);
}

#[test]
fn each_object_has_its_derived_key() {
    let lab = lab();
    ring(&lab, "derive = true", RETIRED);
    for object in ["a", "b"] {
        run(&lab, &["put", "-", &url(object)]).stdin(b"x").succeeds();
    }
    asked(&lab);
    let items = run(&lab, &["audit", "--json", "s3://demo"]).succeeds().json_lines();
    assert_eq!(asked(&lab), ["Head+", "Head+"]);
    assert_eq!((&items[0]["keyName"], &items[1]["keyName"]), (&"new".into(), &"new".into()));
    assert_ne!(items[0]["keyMd5"], items[1]["keyMd5"]);
    let derived = run(&lab, &["key", "derive", "-k", "new", "--json", &url("a")]).succeeds().json();
    assert_eq!(items[0]["keyMd5"], derived["keyMd5"]);
}

#[test]
fn no_key_goes_where_no_rule_sends_it() {
    let lab = lab_with(Behavior::Aws, |server| server.bucket("elsewhere"));
    ring(&lab, "", RETIRED);
    lab.run(["put", "-k", "./new", "-", "s3://elsewhere/x"]).stdin(b"x").succeeds();
    asked(&lab);
    let audit = run(&lab, &["audit", "--json", "s3://elsewhere"]).succeeds().json();
    assert_eq!(audit["state"], "locked");
    assert_eq!(asked(&lab), ["Head", "Get"]);
}

#[test]
fn a_key_of_the_ring_that_is_gone_is_no_locked_object() {
    let lab = lab();
    ring(&lab, "", "key = \"new\"\n");
    lab.seal("new", "x", b"x");
    std::fs::remove_file(lab.path("new")).unwrap();
    let audit = run(&lab, &["audit", "s3://demo"]);
    audit.fails(4).says(&["the key `new`", "no such file"]);
}

#[test]
fn keys_do_not_cross_the_network_in_clear() {
    let lab = lab();
    let audit = ["audit", "-k", "./k", "--endpoint-url", "http://192.0.2.1", "s3://demo"];
    lab.run(audit).fails(6).says(&["in clear"]);
    lab.plain("x", b"x");
    assert_eq!(states(&lab, &["s3://demo"]), ["sse-s3"]);
}
