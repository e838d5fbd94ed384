//! `key recover`: the key that a text once stood for.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use md5::{Digest as _, Md5};
use s3seal_mock::Answer;
use sha2::Sha256;

use crate::harness::{BUCKET, Lab, url};

/// 32 bytes, and ways to write them down.
const KEY: &[u8; 32] = b"\x01\x02\x03abcdefghijklmnopqrstuvwxyz\xff\xfe\xfd";
const BASE64: &str = "AQIDYWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXr//v0=";
const HEX: &str = "0102036162636465666768696a6b6c6d6e6f707172737475767778797afffefd";
/// The hex of 16 bytes, as published guides hand it to aws-cli.
const GUIDE: &str = "23832BAC16516152E560F933F261BF03";
/// The base64 of 24 bytes.
const BASE64_24: &str = "QUJDREVGR0hJSktMTU5PUFFSU1RV+/++";

/// Seals an object with these 32 bytes.
#[track_caller]
fn seal(lab: &Lab, key: &[u8], object: &str) {
    assert_eq!(key.len(), 32);
    let _ = fs::remove_file(lab.path("used.key"));
    lab.private_file("used.key", key);
    let put = ["put", "-k", "./used.key", "--key-format", "raw", "-", &url(object)];
    lab.run(put).stdin(b"content").succeeds();
}

fn in_base64(lab: &Lab, text: &str) -> String {
    lab.shell("base64 | tr -d '\\n'").stdin(text.as_bytes()).succeeds().stdout
}

#[test]
fn every_recipe_is_found_by_its_name() {
    let lab = Lab::new();
    let twice = in_base64(&lab, BASE64);
    let twice_with_newline = in_base64(&lab, &format!("{BASE64}\n"));
    let hex_in_base64 = in_base64(&lab, HEX);
    let guide_in_base64 = in_base64(&lab, &format!("{GUIDE}\n"));
    let base64_in_hex: String = BASE64.bytes().map(|byte| format!("{byte:02x}")).collect();
    let echoed = [&KEY[..], b"\n"].concat();
    let echoed: String = echoed.iter().map(|byte| format!("{byte:02x}")).collect();
    let digits = |text: &str| -> String {
        Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let raw = |text: &str| text.as_bytes().to_vec();
    let sha256 = |text: &str| Sha256::digest(text).to_vec();
    let pass = "correct horse";
    let line = "a pass phrase of 31 characters.";
    let cases: Vec<(String, Vec<u8>, &str)> = vec![
        (BASE64.into(), KEY.to_vec(), "as -k reads it (base64)"),
        (format!("# old\r\n{HEX}\r\n"), KEY.to_vec(), "as -k reads it (hex)"),
        (GUIDE.into(), raw(GUIDE), "as 32 raw bytes (the hex of 16 bytes"),
        (format!("{GUIDE}\n"), raw(GUIDE), "without its line break, as 32 raw bytes (the hex"),
        (format!("{BASE64_24}\r\n"), raw(BASE64_24), "as 32 raw bytes (the base64 of 24 bytes"),
        (line.into(), raw(&format!("{line}\n")), "with a line break (LF), as 32 raw bytes"),
        (line[1..].into(), raw(&format!("{}\r\n", &line[1..])), "with a line break (CRLF), as 32"),
        (format!("{BASE64}\n"), raw(&BASE64[..32]), "the first 32 characters of the text"),
        (guide_in_base64, raw(GUIDE), "decoded from base64 without its line break, as 32 raw"),
        (echoed, KEY.to_vec(), "decoded from hex without its line break, as 32 raw"),
        (twice.clone(), KEY.to_vec(), "decoded from base64, then from base64, as 32 raw"),
        (twice_with_newline, KEY.to_vec(), "decoded from base64, then from base64, as 32 raw"),
        (hex_in_base64, KEY.to_vec(), "decoded from base64, then from hex, as 32 raw"),
        (base64_in_hex, KEY.to_vec(), "decoded from hex, then from base64, as 32 raw"),
        (twice, raw(&BASE64[..32]), "the first 32 characters of the text decoded from base64"),
        (pass.into(), sha256(pass), "SHA-256 of the text"),
        (format!("{pass}\n"), sha256(pass), "SHA-256 of the text without its line break"),
        (pass.into(), sha256("correct horse\n"), "SHA-256 of the text with a line break (LF)"),
        (pass.into(), sha256("correct horse\r\n"), "SHA-256 of the text with a line break (CRLF)"),
        (pass.into(), raw(&digits(pass)), "lower-case hex digits of the MD5 of the text"),
        (
            pass.into(),
            raw(&digits("correct horse\n").to_uppercase()),
            "upper-case hex digits of the MD5 of the text with a line break (LF)",
        ),
    ];
    for (index, (text, key, expected)) in cases.iter().enumerate() {
        let object = index.to_string();
        seal(&lab, key, &object);
        let md5 = lab.run(["key", "md5", "-q", "./used.key"]).succeeds().stdout;
        let run = lab.run(["key", "recover", &url(&object), "--text", "-"]).stdin(text.as_bytes());
        let done = run.succeeds();
        let lines: Vec<&str> = done.stdout.lines().collect();
        assert!(lines[0].starts_with("recipe:  ") && lines[0].contains(expected), "{}", lines[0]);
        assert_eq!(lines[1], format!("key-MD5: {}", md5.trim()));
        assert_eq!(lines.len(), 2, "{}", done.stdout);
        assert!(!done.stdout.contains(&text[..8]), "{}", done.stdout);
    }
}

#[test]
fn what_was_found_becomes_a_key_file() {
    let lab = Lab::new();
    seal(&lab, GUIDE.as_bytes(), "x");
    lab.private_file("old.txt", format!("{GUIDE}\n").as_bytes());
    let recover = ["key", "recover", &url("x"), "--text", "old.txt"];
    lab.run(recover).succeeds().says(&["-o FILE writes this key to a file"]);
    let written = lab.run([&recover[..], &["-o", "found.key"]].concat()).succeeds();
    assert_eq!(written.stderr, "");
    assert_eq!(fs::metadata(lab.path("found.key")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(lab.read("found.key").starts_with(b"# created: "));
    let got = lab.run(["get", "-k", "./found.key", &url("x"), "-"]).succeeds();
    assert_eq!(got.bytes, b"content");
    lab.run([&recover[..], &["-o", "found.key"]].concat()).fails(9).says(&["never overwritten"]);

    let shown = lab.run([&recover[..], &["--reveal"]].concat()).succeeds();
    let base64 = in_base64(&lab, GUIDE);
    assert!(shown.stdout.ends_with(&format!("key:     {base64}\n")), "{}", shown.stdout);
    let item = lab.run([&recover[..], &["--json", "-o", "json.key"]].concat()).succeeds().json();
    let expected = serde_json::json!({
        "op": "key-recover",
        "url": url("x"),
        "recipe": "the text without its line break, as 32 raw bytes (the hex of 16 bytes, as it stands)",
        "keyMd5": "rjGuMdjLpPV1eRuotNaPMQ==",
        "file": "json.key",
    });
    assert_eq!(item, expected);
    let item = lab.run([&recover[..], &["--json", "--reveal"]].concat()).succeeds().json();
    assert_eq!(item["key"], base64);
}

#[test]
fn a_text_that_opens_nothing_is_told_so_and_never_quoted() {
    let lab = Lab::new();
    lab.key("k");
    lab.seal("k", "x", b"content");
    lab.private_file("old.txt", b"correct horse battery staple\n");
    let done = lab.run(["key", "recover", &url("x"), "--text", "old.txt"]).fails(4);
    for word in ["correct", "horse", "staple"] {
        assert!(!done.stderr.contains(word), "{}", done.stderr);
    }
    done.says(&["none of the ", "SHA-256 of the text with a line break (CRLF)", "hint: "]);
    let tried = lab.operations().iter().filter(|operation| *operation == "HeadObject").count();
    assert!(tried < 20, "{tried}");
}

#[test]
fn objects_that_cannot_be_recovered_say_why() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| match request.key.as_deref() {
            Some("denied") => Some(Answer::error(403, "AccessDenied", "Access Denied")),
            _ => None,
        })
    });
    lab.plain("plain", b"content");
    lab.private_file("old.txt", GUIDE.as_bytes());
    for (object, code, expected) in [
        ("plain", 6, "the object is not sealed: it opens without a key"),
        ("absent", 3, "hint: "),
        ("denied", 5, "hint: "),
    ] {
        let done = lab.run(["key", "recover", &url(object), "--text", "old.txt"]).fails(code);
        done.says(&[expected, &url(object)]);
    }
    let asked = lab.server().requests();
    let with_key = |it: &&s3seal_mock::RequestRecord| {
        it.key.as_deref() == Some("denied") && it.operation == "HeadObject"
    };
    assert!(asked.iter().filter(with_key).count() <= 2, "a denial stops the trials");
    lab.run(["key", "recover", "demo/x", "--text", "old.txt"]).fails(2);
}

#[test]
fn a_text_wants_the_care_of_a_key() {
    let lab = Lab::new();
    seal(&lab, GUIDE.as_bytes(), "x");
    let recover = |text: &str| lab.run(["key", "recover", &url("x"), "--text", text]);
    recover(BASE64).fails(2).says(&["in the place of the text's file"]);
    recover("none.txt").fails(4).says(&["there is no such file as --text names"]);
    recover("-").stdin(b" \n").fails(4).says(&["stdin: there is no text in it"]);
    lab.private_file("old.txt", GUIDE.as_bytes());
    for (mode, code, expected) in [
        (0o600, 0, ""),
        (0o644, 0, "warning: file:old.txt: others can read"),
        (0o622, 4, "others can write this key file"),
    ] {
        fs::set_permissions(lab.path("old.txt"), Permissions::from_mode(mode)).unwrap();
        let done = recover("old.txt").exits(code);
        assert!(done.stderr.contains(expected), "{mode:o}: {}", done.stderr);
        assert!(!done.stderr.contains(GUIDE), "{mode:o}: {}", done.stderr);
    }
}

#[test]
fn one_version_can_be_meant() {
    let lab = Lab::new();
    lab.server().set_versioning(BUCKET, true);
    seal(&lab, GUIDE.as_bytes(), "x");
    let (_, version, _) = lab.server().versions(BUCKET).remove(0);
    lab.plain("x", b"replaced");
    lab.private_file("old.txt", GUIDE.as_bytes());
    let recover = ["key", "recover", &url("x"), "--text", "old.txt"];
    lab.run(recover).fails(6).says(&["--version-id"]);
    lab.run([&recover[..], &["--version-id", &version]].concat()).succeeds();
}

#[test]
fn a_text_in_the_place_of_its_file_is_not_repeated() {
    let lab = Lab::new();
    let recover = ["key", "recover", "s3://demo/x", "--text", "hunter2 and more"];
    let failed = lab.run(recover).fails(4).says(&["there is no such file", "--text -"]);
    assert!(!failed.stderr.contains("hunter2"), "{}", failed.stderr);
}
