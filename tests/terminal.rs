//! What is only for people at a terminal, and what is for logs.

use std::num::NonZeroU16;
use std::process::Command;

use crate::harness::{Done, Lab, PROGRAM, noise, url};

/// Runs the program on a terminal of its own (util-linux's `script`); both outputs come as one.
fn on_a_terminal(lab: &Lab, arguments: &str) -> Done {
    let mut script = Command::new("script");
    script.args(["-qec", &format!("'{PROGRAM}' {arguments}"), "/dev/null"]);
    let output = lab.prepared(script).env("TERM", "xterm").output().expect("script runs");
    Done::from(output)
}

#[test]
fn progress_and_notes_are_for_terminals() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("big", &noise(20 << 20));
    let put = format!("put -k ./k --metadata a=1 big {}", url("big"));
    let seen = on_a_terminal(&lab, &put);
    assert_eq!(seen.code, Some(0), "{}", seen.stdout);
    for shown in
        ["metadata and tags are never encrypted", "20.0 MiB/20.0 MiB", "sealed s3://demo/big"]
    {
        assert!(seen.stdout.contains(shown), "`{shown}` is not in: {}", seen.stdout);
    }
    let quiet = on_a_terminal(&lab, &format!("-q {put}"));
    assert_eq!(quiet.stdout, "");
    let words: Vec<&str> = put.split(' ').collect();
    let piped = lab.run(&words).succeeds();
    assert_eq!(piped.stderr.lines().count(), 1, "{}", piped.stderr);
    assert!(!piped.stderr.contains('\u{1b}') && !piped.stderr.contains("MiB/"));

    let presign = format!("presign -k ./k {} --headers-file h", url("big"));
    assert!(on_a_terminal(&lab, &presign).stdout.contains("a browser does not send them"));
    let words: Vec<&str> = presign.split(' ').collect();
    assert_eq!(lab.run(&words).succeeds().stderr, "");
}

#[test]
fn bars_are_for_people_who_want_them() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("big", &noise(20 << 20));
    let put = format!("put -k ./k big {}", url("big"));
    for silent in ["--progress none", "--no-progress", "--progress plain", "--json"] {
        let seen = on_a_terminal(&lab, &format!("{silent} {put}"));
        assert_eq!(seen.code, Some(0), "{}", seen.stdout);
        assert!(!seen.stdout.contains("MiB/"), "{silent}: {}", seen.stdout);
    }
}

/// The lines that stay on the terminal.
fn screen(output: &str) -> Vec<String> {
    let (rows, columns) = (NonZeroU16::new(1000).unwrap(), NonZeroU16::new(1000).unwrap());
    let mut screen = vt100::Parser::new(rows, columns, 0);
    screen.process(output.as_bytes());
    let lines = screen.screen().rows(0, columns.get());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn what_is_said_meanwhile_does_not_tear_the_bars() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("big", &noise(40 << 20));
    let seen = on_a_terminal(&lab, &format!("put -v -k ./k big {}", url("big")));
    let lines = screen(&seen.stdout);
    assert!(lines.len() > 5, "{lines:?}");
    for line in lines {
        let whole = [" ms, attempt 1", "sealed s3://", REMINDER].iter().any(|it| line.contains(it));
        assert!(whole && !line.contains("MiB/"), "{line:?}");
    }
}

#[test]
fn raw_keys_are_kept_off_terminals() {
    let lab = Lab::offline();
    let seen = on_a_terminal(&lab, "keygen --format raw");
    assert_eq!(seen.code, Some(2));
    lab.key("k");
    let seen = on_a_terminal(&lab, "key convert ./k --as aws");
    assert_eq!(seen.code, Some(2));
    assert!(seen.stdout.contains("garble"), "{}", seen.stdout);
}

#[test]
fn a_conversion_on_a_terminal_says_how_it_is_used() {
    let lab = Lab::offline();
    lab.key("k");
    let seen = on_a_terminal(&lab, "key convert ./k --as curl");
    assert!(seen.stdout.contains("once it is in FILE: curl -H @FILE"), "{}", seen.stdout);
}

const REMINDER: &str = "keep a copy of the key with the MD5 ";
const REMINDED: &str = "state/s3seal/reminded";

#[test]
fn a_new_key_wants_a_copy_and_that_is_said_once() {
    let lab = Lab::new();
    let seen = on_a_terminal(&lab, "keygen -o made");
    assert!(seen.stdout.contains(REMINDER), "{}", seen.stdout);
    let md5 = lab.key("k");
    lab.file("f", b"data");
    let put = |key: &str| on_a_terminal(&lab, &format!("put -k ./{key} f {}", url("x"))).stdout;
    assert!(put("k").contains(&format!("{REMINDER}{md5}")), "the first put of a key");
    assert!(!put("k").contains(REMINDER), "the second");
    assert!(!put("made").contains(REMINDER), "keygen has said it");
    let told = lab.read(REMINDED);
    for word in [md5.as_bytes(), md5.trim_end_matches('=').as_bytes(), b"./k"] {
        assert!(!told.windows(word.len()).any(|found| found == word), "it tells of the key");
    }
    // Whoever has lost the file is reminded again, and it does not grow for ever.
    lab.file(REMINDED, "not JSON\n".repeat(500).as_bytes());
    assert!(put("k").contains(REMINDER));
    assert_eq!(lab.read(REMINDED).split(|byte| *byte == b'\n').count(), 65);
    assert!(!put("k").contains(REMINDER));
}

#[test]
fn a_synced_folder_reminds_and_a_dry_run_does_not() {
    let lab = Lab::new();
    lab.key("k");
    lab.deep_file("tree/a", b"data");
    let sync = format!("sync -k ./k tree {}", url("t"));
    assert!(!on_a_terminal(&lab, &format!("{sync} --dry-run")).stdout.contains(REMINDER));
    assert!(on_a_terminal(&lab, &sync).stdout.contains(REMINDER));
}

#[test]
fn of_derived_keys_the_master_wants_a_copy() {
    let lab = Lab::new();
    let md5 = lab.key("master");
    lab.file("f", b"data");
    let put = |object: &str| {
        on_a_terminal(&lab, &format!("put -k ./master --derive-as s3://demo f {}", url(object)))
    };
    assert!(put("a").stdout.contains(&format!("{REMINDER}{md5}")));
    assert!(!put("b").stdout.contains(REMINDER), "another key of the same master");
}

#[test]
fn scripts_are_not_reminded() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("f", b"data");
    let put = format!("put -k ./k f {}", url("x"));
    for silent in ["-q", "--json"] {
        assert!(!on_a_terminal(&lab, &format!("{silent} {put}")).stdout.contains(REMINDER));
    }
    let words: Vec<&str> = put.split(' ').collect();
    assert!(!lab.run(&words).succeeds().stderr.contains(REMINDER));
    assert!(!lab.path(REMINDED).exists(), "and the person who comes later is");
}

#[test]
fn names_cannot_steer_the_terminal() {
    let lab = Lab::new();
    lab.key("k");
    let name = "x\u{1b}[2J\u{202e}y\r";
    lab.file("f", b"data");
    // The first write to a bucket would have the name in XML, which has no such characters.
    lab.seal("k", "first", b"");
    let put = lab.run(["put", "-k", "./k", "f", &url(name)]).succeeds();
    let head = lab.run(["head", "-k", "./k", &url(name)]).succeeds();
    let failed = lab.run(["head", "-k", "./k", &url(&format!("{name}-absent"))]).exits(3);
    for text in [put.stderr, head.stdout, failed.stderr] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
        assert!(text.contains("\\u{1b}[2J"), "{text:?}");
    }
}

#[test]
fn logs_name_each_request_and_its_status() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"data");
    let done = lab.run(["head", "-v", "-k", "./k", &url("x")]).succeeds();
    done.says(&["HEAD http://", "/demo/x: 200, ", " ms, attempt 1"]);
}

#[test]
fn a_terminal_gets_colours_and_indented_json() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"data");
    let json = on_a_terminal(&lab, &format!("head --json -k ./k {}", url("x"))).stdout;
    assert!(json.starts_with("{\r\n  \"") && !json.contains('\u{1b}'), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["ContentLength"], 4);
    let head = on_a_terminal(&lab, &format!("head -k ./k {}", url("x"))).stdout;
    assert!(head.contains("\u{1b}[32msealed, key "), "{head:?}");
    let plain = on_a_terminal(&lab, &format!("head --color never -k ./k {}", url("x"))).stdout;
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    for help in ["-h", "put -h", "help keys"] {
        assert!(on_a_terminal(&lab, help).stdout.contains("\u{1b}[1m"), "{help}");
    }
    let absent = on_a_terminal(&lab, &format!("head -k ./k {}", url("absent"))).stdout;
    assert!(absent.contains("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m s3://"), "{absent:?}");
}
