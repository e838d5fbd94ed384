//! `key convert` and `key show --as sheet`: the same key, written for others.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use s3seal::keys::{Format, parse};

use crate::harness::{Lab, url};

/// The key of the bytes 1, 0 and 2 to 31, and its MD5.
const KEY: &str = "AQACAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MD5: &str = "B5cdas81S8vtaeA886ajLA==";
const DIALECTS: [&str; 17] = [
    "aws",
    "s3api",
    "rclone",
    "mc",
    "s3fs",
    "curl",
    "env",
    "velero",
    "terraform",
    "object-store",
    "clickhouse",
    "nextcloud",
    "thanos",
    "pgbackrest",
    "litestream",
    "tempo",
    "duckdb",
];

fn lab_with_key() -> Lab {
    let lab = Lab::offline();
    lab.private_file("a.key", KEY.as_bytes());
    lab
}

#[test]
fn a_file_is_what_stdout_would_be_and_its_owners_alone() {
    let lab = lab_with_key();
    for dialect in DIALECTS {
        let convert = ["key", "convert", "./a.key", "--as", dialect];
        let printed = lab.run(convert).succeeds();
        assert_eq!(printed.stderr, "", "{dialect}");
        let written = lab.run([&convert[..], &["-o", dialect]].concat()).succeeds();
        assert_eq!(written.stdout, "", "{dialect}");
        assert_eq!(written.stderr.lines().count(), 1, "{}", written.stderr);
        assert!(written.stderr.starts_with("use it: ") && written.stderr.contains(dialect));
        assert_eq!(lab.read(dialect), printed.bytes, "{dialect}");
        let mode = fs::metadata(lab.path(dialect)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{dialect}");
        let again = lab.run([&convert[..], &["-o", dialect]].concat()).fails(9);
        again.says(&["never overwritten"]);
        assert_eq!(lab.run([&convert[..], &["-o", "-"]].concat()).succeeds().bytes, printed.bytes);
    }
    lab.run(["key", "convert", "./a.key", "--as", "aws", "-o", "none/x"]).fails(3);
}

#[test]
fn the_files_name_is_one_word_of_the_command_line() {
    let lab = lab_with_key();
    let convert = ["key", "convert", "./a.key", "--as", "aws", "-o", "my key"];
    lab.run(convert).succeeds().says(&["fileb://'my key'"]);
    let quiet = lab.run(["-q", "key", "convert", "./a.key", "--as", "aws", "-o", "b"]).succeeds();
    assert_eq!(quiet.stderr, "");
}

#[test]
fn what_is_converted_is_still_the_key() {
    let lab = lab_with_key();
    for dialect in ["aws", "mc", "s3fs", "velero", "thanos"] {
        lab.run(["key", "convert", "./a.key", "--as", dialect, "-o", dialect]).succeeds();
        let md5 = lab.run(["key", "md5", &format!("./{dialect}")]).succeeds().stdout;
        assert_eq!(md5.trim(), MD5, "{dialect}");
    }
    let line = "env \"$(\"$S3SEAL\" key convert ./a.key --as env)\" \"$S3SEAL\" key md5";
    assert_eq!(lab.shell(line).succeeds().stdout.trim(), MD5);
}

#[test]
fn curl_opens_a_sealed_object_with_its_headers() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"content");
    lab.run(["key", "convert", "./k", "--as", "curl", "-o", "headers"]).succeeds();
    let link = lab.run(["presign", "-q", "-k", "./k", &url("x")]).succeeds().stdout;
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--max-time", "60", "-H", "@headers"]);
    let fetched = lab.prepared(curl).env_remove("AWS_ENDPOINT_URL").args([link.trim()]).output();
    assert_eq!(fetched.expect("curl").stdout, b"content");
}

#[test]
fn of_several_keys_the_first_counts_but_for_s3fs() {
    let lab = lab_with_key();
    lab.key("old");
    let both = ["key", "convert", "-k", "./a.key", "-k", "./old", "--as"];
    let first = lab.run([&both[..], &["aws"]].concat()).succeeds();
    first.says(&["there are 2 keys, and only the first is written"]);
    let all = lab.run([&both[..], &["s3fs"]].concat()).succeeds();
    assert_eq!(all.stderr, "");
    let found = parse(&all.bytes, Format::Base64).unwrap();
    let old = &parse(&lab.read("old"), Format::Auto).unwrap()[0].key;
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].key.md5_base64().as_str(), &found[1].key), (MD5, old));
}

/// s3fs 1.90 does not start with such a key alone, and leaves it out among others.
#[test]
fn a_key_that_s3fs_skips_is_warned_of() {
    let lab = lab_with_key();
    lab.private_file("zero.key", b"AAACAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    let both = ["key", "convert", "-k", "./a.key", "-k", "./zero.key", "--as"];
    for arguments in [&["s3fs"][..], &["s3fs", "-o", "file"], &["s3fs", "--json"]] {
        let done = lab.run([&both[..], arguments].concat()).succeeds();
        let done = done.says(&["warning: s3fs 1.90 skips `file:./zero.key`", "first byte is 0"]);
        assert_eq!(done.stderr.matches("warning").count(), 1, "{}", done.stderr);
    }
    // Other tools take it.
    for dialect in DIALECTS.iter().filter(|name| **name != "s3fs") {
        let convert = ["key", "convert", "./zero.key", "--as", dialect];
        assert_eq!(lab.run(convert).succeeds().stderr, "", "{dialect}");
    }
}

#[test]
fn conversions_speak_json() {
    let lab = lab_with_key();
    let printed = lab.run(["--json", "key", "convert", "./a.key", "--as", "env"]).succeeds().json();
    let expected = serde_json::json!({
        "op": "key-convert", "as": "env", "keyMd5": MD5, "text": format!("S3SEAL_KEY={KEY}\n"),
    });
    assert_eq!(printed, expected);
    let written =
        lab.run(["--json", "key", "convert", "./a.key", "--as", "aws", "-o", "b"]).succeeds();
    let expected =
        serde_json::json!({"op": "key-convert", "as": "aws", "keyMd5": MD5, "file": "b"});
    assert_eq!(written.json(), expected);
    assert_eq!(written.stderr, "");
    let raw = lab.run(["--json", "key", "convert", "./a.key", "--as", "aws"]).fails(2);
    raw.says(&["do not fit into JSON", "-o FILE"]);
}

#[test]
fn a_conversion_needs_a_key_and_a_tool() {
    let lab = lab_with_key();
    lab.run(["key", "convert", "--as", "aws"]).fails(2).says(&["no key to look at"]);
    lab.run(["key", "convert", "./a.key"]).fails(2).says(&["--as <TOOL>"]);
    lab.run(["key", "convert", "./a.key", "--as", "s3cmd"]).fails(2).says(&["possible values"]);
    lab.run(["key", "convert", "./none", "--as", "aws"]).fails(4).says(&["no such file"]);
}

#[test]
fn a_sheet_is_a_key_file_and_says_how_to_restore() {
    let lab = Lab::new();
    let md5 = lab.key("k");
    lab.seal("k", "x", b"content");
    let sheet = lab.run(["key", "show", "--as", "sheet", "./k"]).succeeds();
    assert_eq!(sheet.stderr, "");
    lab.private_file("sheet.txt", &sheet.bytes);
    let shown = lab.run(["key", "md5", "./sheet.txt"]).succeeds();
    assert_eq!((shown.stdout.trim(), shown.stderr.as_str()), (md5.as_str(), ""));
    for said in [&*md5, "s3seal get -k ./restored.key", "s3seal key md5", "# printed: 20"] {
        assert!(sheet.stdout.contains(said), "{said}");
    }
    assert!(!sheet.stdout.contains("./k"), "where the key was is nobody's business");

    // As somebody would type it.
    let typed: Vec<&str> =
        sheet.stdout.lines().skip_while(|line| !line.contains("typed:")).collect();
    let digits: String = typed[2..4].iter().flat_map(|line| line[1..].split_whitespace()).collect();
    lab.private_file("restored.key", digits.as_bytes());
    let restored = lab.run(["get", "-k", "./restored.key", &url("x"), "-"]).succeeds();
    assert_eq!(restored.bytes, b"content");
}

#[test]
fn a_sheet_is_for_paper() {
    let lab = lab_with_key();
    lab.run(["--json", "key", "show", "--as", "sheet", "./a.key"])
        .fails(2)
        .says(&["a page of text, not JSON"]);
    lab.run(["key", "show", "--as", "sheet", "--reveal", "./a.key"])
        .fails(2)
        .says(&["cannot be used with"]);
    lab.run(["key", "show", "--as", "sheet"]).fails(2).says(&["no key to look at"]);
}

/// A manifest is made to be kept and applied: never on stdout, and in a file that only its owner can read.
#[test]
fn a_manifest_goes_into_a_file_only() {
    let lab = lab_with_key();
    let convert = ["key", "convert", "./a.key", "--as", "k8s-secret"];
    for more in [&[][..], &["-o", "-"], &["--json"]] {
        lab.run([&convert[..], more].concat()).fails(2).says(&["belongs into a file", "-o FILE"]);
    }
    lab.run([&convert[..], &["-o", "secret.yaml"]].concat()).succeeds().says(&["kubectl apply"]);
    let mode = fs::metadata(lab.path("secret.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = String::from_utf8(lab.read("secret.yaml")).unwrap();
    assert!(
        text.contains("kind: Secret") && text.contains(&format!("  s3seal.key: {KEY}\n")),
        "{text}"
    );
}
