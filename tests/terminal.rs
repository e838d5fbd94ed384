//! What is only for people at a terminal, and what is for logs.

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
        ["metadata and tags are never encrypted", "20.00 MiB/20.00 MiB", "sealed s3://demo/big"]
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
    assert!(on_a_terminal(&lab, &presign).stdout.contains("neither a browser"));
    let words: Vec<&str> = presign.split(' ').collect();
    assert_eq!(lab.run(&words).succeeds().stderr, "");
}

#[test]
fn raw_keys_are_kept_off_terminals() {
    let lab = Lab::offline();
    let seen = on_a_terminal(&lab, "keygen --format raw");
    assert_eq!(seen.code, Some(2));
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
    done.says(&["HEAD http://", "/demo/x", "answered 200"]);
}
