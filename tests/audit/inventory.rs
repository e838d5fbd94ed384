//! Audits of what an S3 Inventory lists, which spare the listing and most requests for objects.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};

use super::shares::names;
use super::{asked, lab, lab_with};
use crate::harness::{Lab, Run, url};
use s3seal_mock::Behavior;

pub(crate) const COLUMNS: &str = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, \
                       StorageClass, EncryptionStatus";

pub(crate) fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A row for an object's only version.
pub(crate) fn row(key: &str, encryption: &str) -> String {
    version(key, "", true, encryption)
}

fn version(key: &str, id: &str, is_latest: bool, encryption: &str) -> String {
    let date = "2026-11-22T05:26:21.000Z";
    format!(
        "\"demo\",\"{key}\",\"{id}\",\"{is_latest}\",\"false\",\"7\",\"{date}\",\"STANDARD\",\"{encryption}\"\n"
    )
}

/// Writes an inventory as a store does, below `inv/`, and returns the manifest's path.
pub(crate) fn inventory(lab: &Lab, schema: &str, files: &[Vec<u8>]) -> String {
    let mut listed = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let key = format!("inv/demo/daily/data/{index}.csv.gz");
        lab.deep_file(&key, file);
        let md5: String = Md5::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
        listed.push(serde_json::json!({"key": key, "size": file.len(), "MD5checksum": md5}));
    }
    let manifest = serde_json::json!({
        "sourceBucket": "demo", "destinationBucket": "arn:aws:s3:::lists", "version": "2016-11-30",
        "creationTimestamp": "1764000000000", "fileFormat": "CSV", "fileSchema": schema,
        "files": listed,
    });
    let path = "inv/demo/daily/2026-11-23T01-00Z/manifest.json";
    lab.deep_file(path, manifest.to_string().as_bytes());
    path.to_owned()
}

fn audit(lab: &Lab, manifest: &str, more: &[&str]) -> Run {
    lab.run([&["audit", "--json", "-k", "./k", "--inventory", manifest], more].concat())
}

#[test]
fn only_what_is_sealed_is_asked_for() {
    let lab = lab_with(Behavior::Aws, |server| server.bucket("lists"));
    for (object, key) in [("a b/mine", "k"), ("theirs", "other")] {
        lab.seal(key, object, b"x");
    }
    lab.plain("default", b"x");
    let rows: String = [
        ("a+b%2Fmine", "SSE-C"),
        ("theirs", "SSE-C"),
        ("default", "SSE-S3"),
        ("kms", "SSE-KMS"),
        ("double", "DSSE-KMS"),
        ("old", "NOT-SSE"),
    ]
    .map(|(key, encryption)| row(key, encryption))
    .concat();
    let manifest = inventory(&lab, COLUMNS, &[zipped(&rows)]);
    lab.run(["put", "-q", "-r", "--no-key", "inv", "s3://lists/inv"]).succeeds();
    for manifest in [manifest.clone(), format!("s3://lists/{manifest}")] {
        asked(&lab);
        let found = audit(&lab, &manifest, &["s3://demo"]).succeeds().json_lines();
        let told: Vec<_> = found
            .iter()
            .map(|it| (it["url"].as_str().unwrap(), it["state"].as_str().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("s3://demo/a b/mine", "sealed"),
                ("s3://demo/default", "sse-s3"),
                ("s3://demo/double", "sse-kms"),
                ("s3://demo/kms", "sse-kms"),
                ("s3://demo/old", "plain"),
                ("s3://demo/theirs", "locked"),
            ]
        );
        assert_eq!(found[1]["bytes"], 7);
        assert_eq!(found[1]["lastModified"], "2026-11-22T05:26:21Z");
        assert!(!lab.operations().iter().any(|it| it.starts_with("List")), "nothing is listed");
        let asked = asked(&lab);
        let about_objects = asked.iter().filter(|it| it.contains('+')).count();
        assert_eq!(about_objects, 2, "{asked:?}");
        // The manifest and the data file; whether the locked one is sealed at all.
        let others = if manifest.starts_with("s3") { 3 } else { 1 };
        assert_eq!(asked.len(), 2 + others, "{asked:?}");
    }
}

#[test]
fn prefix_filters_and_shares_choose_from_an_inventory() {
    let lab = lab();
    let rows: String =
        ["a", "p", "p%2F1", "p%2F2%2Fx", "p2", "z"].map(|key| row(key, "SSE-S3")).concat();
    let (first, second) = rows.split_at(rows.find("\"demo\",\"p%2F2").unwrap());
    let manifest = inventory(&lab, COLUMNS, &[zipped(first), zipped(second)]);
    let found = |more: &[&str]| names(&audit(&lab, &manifest, more).succeeds());
    assert_eq!(found(&["s3://demo"]), ["a", "p", "p/1", "p/2/x", "p2", "z"]);
    assert_eq!(found(&["s3://demo/p/"]), ["p/1", "p/2/x"]);
    assert_eq!(found(&["s3://demo/p"]), ["p", "p/1", "p/2/x"]);
    assert_eq!(found(&["--exclude", "2/*", "s3://demo/p"]), ["p", "p/1"]);
    assert_eq!(found(&["--since", "2026-11-22T05:26:21Z", "s3://demo/p2"]), ["p2"]);
    assert_eq!(found(&["--since", "2026-11-22T05:26:22Z", "s3://demo/p2"]), [""; 0]);
    let mut shares =
        [found(&["--shard", "1/2", "s3://demo"]), found(&["--shard", "2/2", "s3://demo"])];
    assert!(shares.iter().all(|share| !share.is_empty()), "{shares:?}");
    let mut all = shares.each_mut().map(std::mem::take).concat();
    all.sort();
    assert_eq!(all, ["a", "p", "p/1", "p/2/x", "p2", "z"]);
    let none = audit(&lab, &manifest, &["s3://demo/none"]).fails(3);
    none.says(&["the inventory lists nothing of this name", "s3://demo/none"]);
}

#[test]
fn versions_are_told_where_they_are_wanted_and_delete_markers_never() {
    let lab = lab();
    lab.server().set_versioning("demo", true);
    lab.seal("k", "x", b"1");
    lab.seal("other", "x", b"22");
    let ids = lab.server().versions("demo");
    let [newer, older] = [&ids[0].1, &ids[1].1];
    let marker = version("gone", "m", true, "").replacen("\"false\"", "\"true\"", 1);
    let rows = [
        version("x", newer, true, "SSE-C"),
        version("x", older, false, "SSE-C"),
        marker,
        version("gone", "g", false, "SSE-S3"),
        version("never-versioned", "", true, "SSE-S3"),
    ];
    let manifest = inventory(&lab, COLUMNS, &[zipped(&rows.concat())]);
    let told = |more: &[&str]| {
        let told = |it: &serde_json::Value| {
            let text = |name: &str| it[name].as_str().unwrap_or("-").to_owned();
            (text("url")[10..].to_owned(), text("versionId"), text("state"))
        };
        let found = audit(&lab, &manifest, more).succeeds().json_lines();
        let mut told: Vec<_> = found.iter().map(told).collect();
        told.sort_by(|one, other| one.2.cmp(&other.2).then(one.cmp(other)));
        told
    };
    let expect = |rows: &[(&str, &str, &str)]| {
        let owned = |(a, b, c): &(&str, &str, &str)| ((*a).into(), (*b).into(), (*c).into());
        rows.iter().map(owned).collect::<Vec<(String, String, String)>>()
    };
    assert_eq!(
        told(&["s3://demo"]),
        expect(&[("x", "-", "locked"), ("never-versioned", "-", "sse-s3")])
    );
    assert_eq!(
        told(&["--versions", "s3://demo"]),
        expect(&[
            ("x", newer, "locked"),
            ("x", older, "sealed"),
            ("gone", "g", "sse-s3"),
            ("never-versioned", "null", "sse-s3"),
        ])
    );
}

#[test]
fn data_files_lie_where_they_were_fetched_to() {
    let lab = lab();
    inventory(&lab, COLUMNS, &[zipped(&row("x", "SSE-S3"))]);
    let manifest = lab.read("inv/demo/daily/2026-11-23T01-00Z/manifest.json");
    let data = lab.read("inv/demo/daily/data/0.csv.gz");
    lab.deep_file("flat/manifest.json", &manifest);
    lab.deep_file("flat/0.csv.gz", &data);
    lab.deep_file("whole/manifest.json", &manifest);
    lab.deep_file("whole/inv/demo/daily/data/0.csv.gz", &data);
    for place in ["flat/manifest.json", "./whole/manifest.json"] {
        assert_eq!(names(&audit(&lab, place, &["s3://demo"]).succeeds()), ["x"]);
    }
    lab.deep_file("alone/manifest.json", &manifest);
    let alone = audit(&lab, "alone/manifest.json", &["s3://demo"]).fails(3);
    alone.says(&["0.csv.gz is not beside alone/manifest.json", "s3:// URL"]);
    let text = String::from_utf8(manifest).unwrap().replace("inv/demo/daily/data", "inv/../..");
    lab.deep_file("astray/manifest.json", text.as_bytes());
    audit(&lab, "astray/manifest.json", &["s3://demo"]).fails(1).says(&["leads to another folder"]);
}

#[test]
fn fewer_columns_cost_requests_or_options() {
    let lab = lab();
    lab.seal("k", "x", b"123");
    lab.plain("y", b"1234");
    let rows = "\"demo\",\"x\",\"SSE-C\"\n\"demo\",\"y\",\"SSE-S3\"\n\"demo\",\"gone\",\"SSE-C\"\n";
    let manifest = inventory(&lab, "Bucket, Key, EncryptionStatus", &[zipped(rows)]);
    asked(&lab);
    let done = audit(&lab, &manifest, &["s3://demo"]).succeeds();
    let found = done.json_lines();
    assert_eq!((&found[0]["state"], &found[0]["bytes"]), (&"sealed".into(), &3.into()));
    assert_eq!((&found[1]["state"], found[1].get("bytes")), (&"sse-s3".into(), None));
    assert_eq!(found.len(), 2);
    assert_eq!(asked(&lab).iter().filter(|it| it.contains('+')).count(), 2);
    let refused =
        [("--versions", "does not list versions"), ("--since=1h", "when objects were written")];
    for (option, words) in refused {
        audit(&lab, &manifest, &[option, "s3://demo"]).fails(2).says(&[words, "LastModifiedDate"]);
    }
    let bare = inventory(&lab, "Bucket, Key", &[zipped("\"demo\",\"y\"\n")]);
    let found = audit(&lab, &bare, &["s3://demo"]).succeeds().json_lines();
    assert_eq!((&found[0]["state"], &found[0]["bytes"]), (&"sse-s3".into(), &4.into()));
}

#[test]
fn an_archived_object_is_asked_for_all_the_same() {
    let lab = lab();
    let put = ["put", "--storage-class", "GLACIER", "--no-key", "-", &url("cold")];
    lab.run(put).stdin(b"x").succeeds();
    let rows = row("cold", "SSE-S3").replace("STANDARD", "GLACIER");
    let manifest = inventory(&lab, COLUMNS, &[zipped(&rows)]);
    let found = audit(&lab, &manifest, &["s3://demo"]).succeeds().json_lines();
    assert_eq!(found[0]["state"], "archived");
}

#[test]
fn a_damaged_inventory_is_no_shorter_one() {
    let lab = lab_with(Behavior::Aws, |server| server.bucket("lists"));
    let rows: String = (0..2_000).map(|index| row(&format!("{index:04}"), "SSE-S3")).collect();
    let whole = zipped(&rows);
    let cut = whole[..whole.len() / 2].to_vec();
    for (file, words) in [
        (cut.clone(), "damaged"),
        (zipped(&rows[..rows.len() - 60]), "columns, not 9"),
        (zipped(&rows[..rows.len() - 3]), "within a quoted field"),
        (rows.clone().into_bytes(), "damaged"),
    ] {
        let manifest = inventory(&lab, COLUMNS, &[file]);
        let done = audit(&lab, &manifest, &["s3://demo"]).exits(7);
        done.says(&[words, "0.csv.gz", "wait for the next inventory"]);
    }
    let manifest = inventory(&lab, COLUMNS, &[whole]);
    let text = String::from_utf8(lab.read(&manifest)).unwrap();
    let other = text.replacen("MD5checksum\":\"", "MD5checksum\":\"0", 1);
    lab.file(&manifest, other.as_bytes());
    let done = audit(&lab, &manifest, &["s3://demo"]).exits(7);
    done.says(&["not the one that its manifest has the MD5 of", "of its own day"]);
    lab.file("inv/demo/daily/data/0.csv.gz", &cut);
    lab.run(["put", "-q", "-r", "--no-key", "inv", "s3://lists/inv"]).succeeds();
    let remote = format!("s3://lists/{manifest}");
    let done = audit(&lab, &remote, &["s3://demo"]).exits(7);
    done.says(&["s3://lists/inv/demo/daily/data/0.csv.gz", "damaged"]);
    lab.run(["rm", "s3://lists/inv/demo/daily/data/0.csv.gz"]).succeeds();
    audit(&lab, &remote, &["s3://demo"])
        .fails(3)
        .says(&["s3://lists/inv/demo/daily/data/0.csv.gz"]);
}

#[test]
fn what_is_wrong_with_an_inventory_is_said() {
    let lab = lab();
    let manifest = inventory(&lab, COLUMNS, &[zipped(&row("x", "SSE-S3"))]);
    let text = String::from_utf8(lab.read(&manifest)).unwrap();
    let refused = |manifest: &str, more: &[&str], code, words: &[&str]| {
        audit(&lab, manifest, more).fails(code).says(words);
    };
    refused(&manifest, &["s3://other"], 2, &["of the bucket demo, and the URL names other"]);
    refused(&manifest, &["s3://demo/a", "s3://demo/b"], 2, &["--inventory", "as the one URL"]);
    refused(&manifest, &["--files-from", "list", "s3://demo"], 2, &["cannot be used with"]);
    refused("none.json", &["s3://demo"], 3, &["there is no file none.json", "check the path"]);
    refused("s3://demo/none.json", &["s3://demo"], 3, &["s3://demo/none.json"]);
    refused("s3://demo", &["s3://demo"], 2, &["names a bucket, not an object"]);
    refused("inv", &["s3://demo"], 1, &["cannot be read", "give a manifest.json"]);
    lab.file("orc.json", text.replace("\"CSV\"", "\"ORC\"").as_bytes());
    refused("orc.json", &["s3://demo"], 2, &["format is ORC", "output format CSV"]);
    lab.file("no.json", b"Bucket,Key");
    refused("no.json", &["s3://demo"], 2, &["no.json: this is no manifest", "written last"]);
    lab.file("keyless.json", text.replace("Key,", "Name,").as_bytes());
    refused("keyless.json", &["s3://demo"], 2, &["no column Key"]);
    lab.seal("k", "sealed.json", text.as_bytes());
    refused("s3://demo/sealed.json", &["s3://demo"], 4, &["s3://demo/sealed.json"]);
}
