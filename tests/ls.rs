//! `ls`: names a line each, one level or all, versions, and any number of them.

use s3seal_mock::{Answer, Behavior};

use crate::harness::{Lab, url};

fn lab() -> Lab {
    let lab = Lab::new();
    for object in ["a", "a.b", "p", "p/1", "p/2/x", "p/2/y", "p2", "z/ä +%"] {
        lab.plain(object, b"four");
    }
    lab
}

fn lines(lab: &Lab, arguments: &[&str]) -> Vec<String> {
    let listed = lab.run([&["ls"], arguments].concat()).succeeds().stdout;
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn one_level_or_all_below() {
    let lab = lab();
    assert_eq!(lines(&lab, &["s3://demo"]), ["a", "a.b", "p", "p/", "p2", "z/"]);
    assert_eq!(lines(&lab, &["s3://demo/p/"]), ["1", "2/"]);
    assert_eq!(lines(&lab, &["-r", "s3://demo/p/"]), ["1", "2/x", "2/y"]);
    // An object, and what is below it as a folder; not what merely begins so.
    assert_eq!(lines(&lab, &["s3://demo/p"]), ["p", "1", "2/"]);
    assert_eq!(lines(&lab, &["s3://demo/a"]), ["a"]);
    assert_eq!(lines(&lab, &["s3://demo/z", "s3://demo/a"]), ["ä +%", "a"]);
    assert_eq!(lines(&lab, &["-r", "--exclude", "*", "--include", "*x", "s3://demo"]), ["p/2/x"]);
    let all = lines(&lab, &["-r", "s3://demo"]);
    assert_eq!(all, ["a", "a.b", "p", "p/1", "p/2/x", "p/2/y", "p2", "z/ä +%"]);
    lab.marker("m/", b"");
    lab.plain("m/x", b"four");
    assert_eq!(lines(&lab, &["s3://demo/m/"]), ["./", "x"]);
}

#[test]
fn long_lines_and_json_say_more() {
    let lab = lab();
    let long = lines(&lab, &["--long", "s3://demo/p"]);
    let words: Vec<Vec<&str>> = long.iter().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0][1..], ["4", "STANDARD", "p"]);
    assert!(words[0][0].ends_with('Z') && words[0][0].starts_with("20"), "{long:?}");
    assert_eq!(words[2], ["2/"]);
    let json = lab.run(["ls", "--json", "s3://demo/p/"]).succeeds().json_lines();
    assert_eq!(json.len(), 2);
    assert_eq!((&json[0]["op"], &json[0]["url"]), (&"ls".into(), &url("p/1").into()));
    assert_eq!((&json[0]["type"], &json[0]["bytes"]), (&"object".into(), &4.into()));
    assert!(json[0]["etag"].is_string() && json[0]["lastModified"].is_string());
    assert_eq!((&json[1]["type"], &json[1]["url"]), (&"folder".into(), &url("p/2/").into()));
    assert!(json[1].get("bytes").is_none() && json[1].get("lastModified").is_none());
}

#[test]
fn versions_and_what_hides_them() {
    let lab = Lab::new();
    lab.server().set_versioning("demo", true);
    lab.plain("x", b"one");
    lab.plain("x", b"three");
    lab.plain("x/y", b"below");
    lab.run(["rm", &url("x")]).succeeds();
    assert_eq!(lines(&lab, &["s3://demo"]), ["x/"]);
    let versions = lines(&lab, &["--versions", "s3://demo/x"]);
    assert_eq!(versions.len(), 4, "{versions:?}");
    assert!(versions[0].ends_with(", latest, delete marker)"), "{versions:?}");
    assert!(
        versions[1].starts_with("x  (version ") && versions[3].starts_with("y  "),
        "{versions:?}"
    );
    let json = lab.run(["ls", "--json", "-r", "--versions", "s3://demo"]).succeeds();
    let json: Vec<serde_json::Value> =
        json.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sizes: Vec<_> = json.iter().map(|it| it["bytes"].as_u64()).collect();
    assert_eq!(sizes, [None, Some(5), Some(3), Some(5)]);
    let latest: Vec<_> = json.iter().map(|it| it["isLatest"].as_bool().unwrap()).collect();
    assert_eq!(latest, [true, false, false, true]);
}

#[test]
fn any_number_fits_and_names_are_harmless() {
    let lab = Lab::new();
    for index in 0..1100 {
        lab.deep_file(&format!("many/{index:04}"), b"");
    }
    lab.deep_file("evil/\u{1b}[2J", b"");
    lab.run(["put", "-r", "--no-key", "many", &url("many")]).succeeds();
    lab.run(["put", "-r", "--no-key", "evil", &url("evil")]).succeeds();
    let all = lines(&lab, &["s3://demo/many"]);
    assert_eq!(all.len(), 1100);
    assert!(all.is_sorted());
    let shown = lab.run(["ls", "s3://demo/evil/"]).succeeds().stdout;
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn nothing_more_is_asked_for_once_nobody_reads() {
    let lab = Lab::new();
    for index in 0..2100 {
        lab.deep_file(&format!("many/{index:04}"), b"");
    }
    lab.run(["put", "-r", "--no-key", "many", &url("many")]).succeeds();
    lab.server().clear_requests();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut ls = lab.run(["ls", "-r", "s3://demo"]).into_command();
    assert!(ls.stdout(writer).status().expect("it runs").success());
    assert_eq!(lab.operations(), ["ListObjectsV2"]);
}

#[test]
fn what_cannot_be_listed_is_named() {
    let lab = Lab::new();
    assert_eq!(lines(&lab, &["s3://demo"]), [""; 0]);
    lab.run(["ls", "s3://demo/absent"]).fails(3).says(&["nothing of this name"]);
    lab.run(["ls", "s3://absent"]).fails(3).says(&["absent"]);
    lab.run(["ls", "demo"]).fails(2).says(&["not an s3:// URL"]);
    let denied = Lab::with(|server| {
        server.interceptor(|_| Some(Answer::error(403, "AccessDenied", "Access Denied")))
    });
    denied.run(["ls", "s3://demo"]).fails(5).says(&["s3:ListBucket"]);
    for manner in [Behavior::SeaweedFs, Behavior::Ceph, Behavior::Garage] {
        let lab = Lab::with(|server| server.behave(manner));
        lab.plain("p/x", b"four");
        assert_eq!(lines(&lab, &["s3://demo"]), ["p/"], "{manner:?}");
    }
}

#[test]
fn sizes_for_people_and_totals() {
    let lab = Lab::new();
    lab.plain("a", &[0; 1536]);
    lab.plain("p/b", &[0; 512]);
    let human = lab.run(["ls", "-r", "--human", "s3://demo"]).succeeds().stdout;
    assert!(human.contains(" 1.5 KiB ") && human.contains(" 512 B "), "{human}");
    let total = lab.run(["ls", "-r", "--summarize", "s3://demo"]).succeeds().stdout;
    assert!(total.ends_with("Total objects: 2\nTotal size: 2.0 KiB (2048 bytes)\n"), "{total}");
    let json = lab.run(["ls", "-r", "--summarize", "--json", "s3://demo"]).succeeds().stdout;
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(last, serde_json::json!({"op": "ls-summary", "objects": 2, "bytes": 2048}));
    let filtered = ["ls", "-r", "--summarize", "--exclude", "*", "--include", "a", "s3://demo"];
    assert!(lab.run(filtered).succeeds().stdout.contains("Total objects: 1"));
}
