//! `doctor`: of every situation it names the one cause, and of its trials nothing is left.

mod causes;
mod config;
mod objects;
mod settings;
mod stores;

use s3seal_mock::{Answer, Behavior};
use serde_json::Value;

use crate::harness::{BUCKET, Done, Lab, Run, url};

/// All checks, in the order in which they are told.
const CHECKS: [&str; 24] = [
    "config",
    "rules",
    "keys",
    "rule-endpoints",
    "credentials",
    "endpoint",
    "tls",
    "clock",
    "bucket",
    "versioning",
    "sse-c",
    "write",
    "read",
    "wrong-key",
    "no-key",
    "checksums",
    "put",
    "multipart",
    "copy",
    "copy-in-place",
    "copy-plain",
    "conditions",
    "presigned",
    "cleanup",
];
/// Those that depend on config.toml, which most labs lack.
const OF_CONFIG: [&str; 3] = ["rules", "keys", "rule-endpoints"];
const FOLDER: &str = "s3://demo/folder";

fn doctor(lab: &Lab) -> Run {
    lab.run(["doctor", "--json", FOLDER])
}

/// The checks in the order in which they were told.
#[track_caller]
fn checks(done: &Done) -> Vec<Value> {
    done.stdout
        .lines()
        .map(|line| {
            assert!(line.starts_with(r#"{"op":"doctor","check":""#), "{line}");
            serde_json::from_str(line).expect("a line of JSON")
        })
        .collect()
}

/// What was said of one check.
#[track_caller]
fn check(done: &Done, name: &str) -> Value {
    let found: Vec<_> = checks(done).into_iter().filter(|it| it["check"] == name).collect();
    let [one] = found.as_slice() else { panic!("{name}: {}", done.stdout) };
    one.clone()
}

/// The names of the checks that ended so.
fn names(done: &Done, status: &str) -> Vec<String> {
    let found = checks(done).into_iter().filter(|it| it["status"] == status);
    found.map(|it| it["check"].as_str().expect("a name").to_owned()).collect()
}

/// A check must have ended so, in these words, and with this hint where one is expected.
#[track_caller]
fn ends(done: &Done, name: &str, status: &str, says: &str, hint: &str) {
    let it = check(done, name);
    assert_eq!(it["status"], status, "{name}: {}", done.stdout);
    assert!(it["message"].as_str().unwrap().contains(says), "`{says}` is not in {it}");
    match status {
        "warn" | "fail" => assert!(it["hint"].as_str().unwrap().contains(hint), "{it}"),
        _ => assert!(it.get("hint").is_none(), "{it}"),
    }
}

#[test]
fn each_store_is_described_as_it_is() {
    type Row = (Behavior, i32, &'static [&'static str], Option<&'static str>);
    let table: [Row; 10] = [
        (Behavior::Aws, 0, &[], None),
        (Behavior::AwsBlocked, 5, &[], Some("sse-c")),
        (Behavior::SeaweedFs, 0, &[], None),
        (Behavior::Ceph, 0, &["checksums", "copy", "copy-in-place", "copy-plain"], None),
        // A copy that seals does not find a small plain object.
        (Behavior::Garage, 0, &["copy-plain", "conditions"], None),
        (Behavior::Minio, 0, &[], None),
        (Behavior::Ovh, 0, &[], None),
        (Behavior::B2, 0, &["checksums", "conditions"], None),
        (Behavior::StorageGrid, 0, &[], None),
        (Behavior::IgnoresSseC, 6, &[], Some("write")),
    ];
    assert_eq!(table.map(|row| row.0), Behavior::ALL);
    for (manner, code, warns, fails) in table {
        let lab = Lab::with(|server| server.behave(manner).tls(true));
        let done = doctor(&lab).exits(code);
        assert_eq!(names(&done, "warn"), warns, "{manner}");
        assert_eq!(names(&done, "fail"), Vec::from_iter(fails), "{manner}");
        lab.holds_only(&[]);
        // What was proven once is no reason not to prove it again.
        lab.believe_in_the_bucket();
        let done = doctor(&lab).exits(code);
        assert_eq!(names(&done, "fail"), Vec::from_iter(fails), "{manner}");
        lab.holds_only(&[]);
    }
}

#[test]
fn every_check_has_one_line() {
    let lab = Lab::new();
    let told = |done: Done| -> Vec<String> {
        checks(&done).iter().map(|it| it["check"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(told(doctor(&lab).exits(0)), CHECKS);
    assert_eq!(told(lab.run(["doctor", "--json"]).exits(0)), CHECKS);
    lab.server().block_sse_c(BUCKET, true);
    assert_eq!(told(doctor(&lab).exits(5)), CHECKS);

    let done = lab.run(["doctor", FOLDER]).exits(5);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(lines.len(), CHECKS.len() + 2, "and a fix of tls and of sse-c: {}", done.stdout);
    assert!(lines[0].starts_with("pass  config          "), "{}", lines[0]);
    let fix =
        "      fix: an administrator of the bucket can allow it: `s3seal bucket allow s3://demo`";
    assert!(lines.contains(&fix), "{}", done.stdout);
    assert_eq!(done.stderr.lines().last(), Some("pass 6, warn 1, fail 1, skip 16"));
    assert!(lab.run(["doctor", "-q", FOLDER]).exits(5).stderr.is_empty());
}

#[test]
fn a_store_that_does_not_seal_is_told_first_of_all() {
    let lab = Lab::with(|server| server.behave(Behavior::IgnoresSseC));
    let done = doctor(&lab).exits(6);
    assert_eq!(checks(&done)[0]["check"], "write");
    ends(&done, "write", "fail", "ignored the key", "use one that does");
    assert_eq!(names(&done, "skip").len(), 14);
    let done = lab.run(["doctor", FOLDER]).exits(6);
    let line = done.stdout.lines().find(|line| line.starts_with("fail  write")).unwrap();
    assert!(line.contains("plaintext"), "{line}");
    assert!(
        !lab.operations().iter().any(|it| it == "CompleteMultipartUpload" || it == "PutObject")
    );
    lab.holds_only(&[]);
}

#[test]
fn without_a_folder_the_connection_alone_is_checked() {
    for manner in [Behavior::Aws, Behavior::AwsBlocked, Behavior::IgnoresSseC] {
        let lab = Lab::with(|server| server.behave(manner).tls(true));
        let done = lab.run(["doctor", "--json"]).succeeds();
        let passed = ["config", "credentials", "endpoint", "tls", "clock"];
        assert_eq!(names(&done, "pass"), passed, "{manner}");
        assert_eq!(names(&done, "skip").len(), CHECKS.len() - passed.len(), "{manner}");
        assert_eq!(lab.operations(), ["ListBuckets"], "{manner}");
    }
}

#[test]
fn what_is_no_folder_is_refused() {
    let lab = Lab::new();
    for wrong in ["demo", "https://store.example/demo", "s3://", "s3://x--use1-az4--x-s3"] {
        lab.run(["doctor", wrong]).fails(2).says(&["hint: "]);
    }
    assert!(lab.server().requests().is_empty());
}

/// The trials go below the folder, with keys that were made for them.
#[test]
fn nothing_of_the_users_is_touched() {
    let lab = Lab::with(|server| server.tls(true));
    lab.key("k");
    lab.seal("k", "folder", b"mine");
    lab.seal("k", "folder/mine", b"mine");
    let config = format!(
        "[keys.asks]\nsource = \"cmd:touch {}\"\n[[rules]]\nendpoint = \"{}\"\nprefix = \"s3://demo\"\nkey = \"asks\"\n",
        lab.path("asked").display(),
        lab.server().endpoint()
    );
    lab.deep_file(".config/s3seal/config.toml", config.as_bytes());
    lab.server().clear_requests();
    doctor(&lab).env("S3SEAL_KEY", "file:k").succeeds();
    assert!(!lab.path("asked").exists(), "no command of the config file was run");
    let md5 = lab.run(["key", "md5", "./k"]).succeeds().stdout.trim().to_owned();
    for request in lab.server().requests() {
        assert_ne!(request.key_md5(), Some(md5.as_str()), "{request:?}");
        if let Some(key) = request.key.as_deref().filter(|key| !key.is_empty()) {
            assert!(key.starts_with(".s3seal/trial-"), "{request:?}");
        }
    }
    lab.holds_only(&["folder", "folder/mine"]);
}

/// Whether the first sealed write goes as a multipart upload, so that the proof comes before anything is published.
fn proves_first(lab: &Lab) -> bool {
    lab.key("k");
    lab.server().clear_requests();
    lab.run(["put", "-k", "./k", "-", &url("x")]).stdin(b"content").succeeds();
    let writes = lab.operations();
    assert!(writes.iter().any(|it| it == "PutObject" || it == "CreateMultipartUpload"));
    !writes.iter().any(|it| it == "PutObject")
}

#[test]
fn what_it_has_proven_is_not_proven_again() {
    let lab = Lab::new();
    doctor(&lab).succeeds();
    assert!(!proves_first(&lab));
    assert_eq!(lab.operations(), ["PutObject"]);
    let lab = Lab::new();
    assert!(proves_first(&lab), "without it");
}

#[test]
fn what_has_failed_proves_nothing() {
    // What comes in parts is sealed; what comes at once is refused.
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let is_trial = request.key.as_deref().is_some_and(|key| key.ends_with("-put"));
            (is_trial && request.operation == "PutObject")
                .then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    doctor(&lab).exits(5);
    assert!(proves_first(&lab));
}
