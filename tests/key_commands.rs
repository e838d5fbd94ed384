//! `keygen`, `key show`, `key md5`, and every way to hand over a key.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use s3seal::keys::{Encoding, Format, Key, create_key_file, parse};

use crate::harness::{Lab, Run};

/// The key of the bytes 1, 0 and 2 to 31, and its MD5.
const KEY: &str = "AQACAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MD5: &str = "B5cdas81S8vtaeA886ajLA==";
/// A key that holds slashes, as one in two does.
const SLASHES: &str = "////aB3/xK9+/Qm2Z/t7Ru+Lp4/Hc8Vn/Ys5Ed1Wj/g=";

/// Runs `key md5` to success, for the lines that it prints.
#[track_caller]
fn md5(run: Run) -> String {
    run.succeeds().stdout.trim_end().to_owned()
}

#[test]
fn keygen_prints_the_key_and_nothing_else() {
    let lab = Lab::offline();
    for (format, length) in [("base64", 45), ("hex", 65), ("raw", 32)] {
        let ended = lab.run(["keygen", "--format", format]).succeeds();
        assert_eq!(ended.bytes.len(), length, "{format}");
        assert_eq!(ended.stderr, "", "{format}");
        assert_eq!(parse(&ended.bytes, Format::Auto).unwrap().len(), 1, "{format}");
    }
    assert_ne!(lab.run(["keygen"]).succeeds().bytes, lab.run(["keygen"]).succeeds().bytes);
}

#[test]
fn keygen_writes_a_file_for_its_owner_alone() {
    let lab = Lab::offline();
    let ended = lab.run(["keygen", "-o", "new.key"]).succeeds();
    let path = lab.path("new.key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let key = &parse(text.as_bytes(), Format::Auto).unwrap()[0].key;
    assert!(lines[0].starts_with("# created: 20") && lines[0].ends_with('Z'), "{}", lines[0]);
    assert_eq!(lines[1], format!("# key-md5: {}", key.md5_base64()));
    assert_eq!(lines.len(), 3);
    assert_eq!(ended.stdout, "");
    assert_eq!(ended.stderr, format!("key-MD5: {}\n", key.md5_base64()));
    assert_eq!(lab.run(["keygen", "-q", "-o", "quiet.key"]).succeeds().stderr, "");
}

#[test]
fn keygen_overwrites_nothing() {
    let lab = Lab::offline();
    lab.file("old.key", b"precious");
    lab.run(["keygen", "-o", "old.key"]).fails(9).says(&["never overwritten"]);
    assert_eq!(lab.read("old.key"), b"precious");
    std::os::unix::fs::symlink("old.key", lab.path("link")).unwrap();
    lab.run(["keygen", "-o", "link"]).fails(9).says(&["never overwritten"]);
    lab.run(["keygen", "-o", "none/new.key"]).fails(3).says(&["its folder does not exist"]);
}

#[test]
fn keygen_speaks_json() {
    let lab = Lab::offline();
    let made = lab.run(["keygen", "--json"]).succeeds().json();
    let key = &parse(made["key"].as_str().unwrap().as_bytes(), Format::Base64).unwrap()[0].key;
    assert_eq!(made["op"], "keygen");
    assert_eq!(made["format"], "base64");
    assert_eq!(made["keyMd5"], key.md5_base64());
    assert!(made.get("file").is_none());
    let made = lab.run(["keygen", "--json", "--format", "raw", "-o", "new.key"]).succeeds().json();
    assert_eq!(made["file"], "new.key");
    assert_eq!(made["format"], "raw");
    assert!(made.get("key").is_none());
    assert_eq!(lab.read("new.key").len(), 32);
    lab.run(["keygen", "--json", "--format", "raw"]).fails(2).says(&["do not fit into JSON"]);
}

#[test]
fn every_source_gives_its_key() {
    let lab = Lab::offline();
    lab.private_file("a.key", format!("# mine\n{KEY}\n").as_bytes());
    let absolute = lab.path("a.key").display().to_string();
    let file = format!("file:{absolute}");
    for spec in ["./a.key", "file:a.key", "file://a.key", &absolute, &file, "cmd:cat a.key"] {
        assert_eq!(md5(lab.run(["key", "md5", spec])), MD5, "{spec}");
        assert_eq!(md5(lab.run(["key", "md5", "-k", spec])), MD5, "-k {spec}");
        assert_eq!(md5(lab.run(["key", "md5"]).env("S3SEAL_KEY", spec)), MD5, "{spec}");
    }
    assert_eq!(md5(lab.run(["key", "md5", "env:K"]).env("K", KEY)), MD5);
    assert_eq!(md5(lab.run(["key", "md5", "stdin"]).stdin(KEY.as_bytes())), MD5);
    assert_eq!(md5(lab.run(["key", "md5", "fd:0"]).stdin(KEY.as_bytes())), MD5);
    assert_eq!(md5(lab.run(["key", "md5", "/dev/stdin"]).stdin(KEY.as_bytes())), MD5);
}

#[test]
fn descriptors_and_pipes_give_their_key() {
    let lab = Lab::offline();
    lab.private_file("a.key", KEY.as_bytes());
    for line in [
        "\"$S3SEAL\" key md5 fd:7 7<a.key",
        "cat a.key | \"$S3SEAL\" key md5 fd:7 7<&0",
        "mkfifo pipe && { cat a.key >pipe & } && \"$S3SEAL\" key md5 ./pipe",
    ] {
        assert_eq!(md5(lab.shell(line)), MD5, "{line}");
    }
}

#[test]
fn the_variable_holds_a_source_or_the_key_itself() {
    let lab = Lab::offline();
    let md5_of = |text: &str| parse(text.as_bytes(), Format::Auto).unwrap()[0].key.md5_base64();
    let guide = "23832BAC16516152E560F933F261BF03";
    let file = format!("# created: 2026-01-01T00:00:00Z\n# key-md5: {MD5}\n{KEY}\n");
    for value in [KEY, &KEY[..43], SLASHES, &SLASHES[..43], &"0f".repeat(32), guide, &file] {
        let ended = lab.run(["key", "md5"]).env("S3SEAL_KEY", value).succeeds();
        assert_eq!(ended.stdout.trim_end(), md5_of(value));
        assert_eq!(ended.stderr.contains("S3SEAL_KEY: the 32 bytes"), value == guide);
    }
    assert_eq!(md5(lab.run(["key", "md5"]).env("S3SEAL_KEY", format!("{KEY}\n"))), MD5);
    // An explicit key beats the variable, and an empty variable is none.
    let explicit = lab.run(["key", "md5", "env:K"]).env("K", KEY);
    assert_eq!(md5(explicit.env("S3SEAL_KEY", "stdin")), MD5);
    lab.run(["key", "md5"]).env("S3SEAL_KEY", "").fails(2).says(&["set, but empty"]);
}

#[test]
fn the_variable_is_never_quoted() {
    let lab = Lab::offline();
    let double = "QVFBQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOD0=";
    for (value, code, expected) in [
        (&KEY[..41], 4, "its base64 is damaged"),
        (&SLASHES[5..], 4, "damaged"),
        (&SLASHES[1..], 4, "if it is to be the key itself, it is damaged"),
        (double, 4, "encoded twice"),
        (&format!("\"{SLASHES}\""), 4, "in quotes"),
        (&format!("S3SEAL_KEY={SLASHES}"), 4, "an assignment"),
        (&SLASHES.replacen("Ru", "!", 1)[4..], 4, "is not base64"),
        (&SLASHES.replacen("t7", "t 7", 1)[4..], 4, "is not base64"),
        ("correct horse battery", 4, "character 8 of 21"),
        ("hunter2hunter2", 2, "neither a key nor a key's source"),
        ("none", 2, "--no-key"),
        ("env:NoSuchVariable", 4, "the variable is not set"),
        ("fd:x", 2, "names no file descriptor"),
    ] {
        let ended = lab.run(["key", "md5"]).env("S3SEAL_KEY", value).fails(code).says(&[expected]);
        assert!(ended.stderr.contains("S3SEAL_KEY") || code == 4, "{}", ended.stderr);
        let secret = !value.contains(':') && value != "none";
        assert!(
            !secret || !ended.stderr.contains(&value[value.len() - 12..][..8]),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn a_key_in_argv_is_refused_and_not_repeated() {
    let lab = Lab::offline();
    let hex = "0f".repeat(32);
    let url_safe = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=";
    let short = &SLASHES[5..];
    for value in [KEY, &KEY[..43], SLASHES, &hex, url_safe, "23832BAC16516152E560F933F261BF03"] {
        let ended = lab
            .run(["key", "md5", "-k", value])
            .fails(2)
            .says(&["the key itself is on the command line"]);
        assert!(ended.stderr.contains("S3SEAL_KEY") && ended.stderr.contains("file:PATH"));
        assert!(!ended.stderr.contains(&value[..8]), "{}", ended.stderr);
    }
    let quoted = format!("'{SLASHES}'");
    let spoilt = SLASHES.replacen("Ru", "!", 1);
    for value in [&KEY[1..], short, &hex[1..], &quoted, &spoilt[4..]] {
        let ended = lab.run(["key", "md5", value]).fails(2).says(&["looks like a key"]);
        assert!(!ended.stderr.contains(&value[..8]), "{}", ended.stderr);
    }
    for value in [format!("file:{KEY}"), format!("file:{SLASHES}"), format!("cmd:{KEY} x")] {
        let ended = lab.run(["key", "md5", &value]).fails(4);
        let ours = ended.stderr.lines().filter(|line| !line.starts_with("sh: "));
        assert!(!ours.collect::<String>().contains(&value[5..13]), "{}", ended.stderr);
    }
    lab.run(["key", "md5", &format!("env:{KEY}")])
        .fails(2)
        .says(&["names no environment variable"]);
}

#[test]
fn a_spec_that_is_none_says_what_to_write() {
    let lab = Lab::offline();
    lab.private_file("prod", KEY.as_bytes());
    for (spec, expected) in [
        ("prod", "write file:prod or ./prod"),
        ("none", "--no-key"),
        ("", "is empty"),
        ("--json", "is an option, not a key's source"),
        ("file:", "`file:` names no file"),
        ("env:", "`env:` names no environment variable"),
        ("env:A=b", "`env:` names no environment variable"),
        ("fd:", "`fd:` names no file descriptor"),
        ("fd:three", "`fd:` names no file descriptor"),
        ("cmd: ", "`cmd:` names no command"),
        ("pass:secret", "would show the key"),
        ("fileb://a.key", "--key-format raw"),
        ("vault:backup", "file:PATH, env:NAME"),
    ] {
        lab.run(["key", "md5", "-k", spec]).fails(2).says(&[expected]);
    }
    lab.run(["key", "md5"]).fails(2).says(&["no key to look at"]);
    lab.run(["key", "show"]).fails(2).says(&["no key to look at"]);
    lab.run(["key", "md5", "stdin", "fd:0"])
        .stdin(KEY.as_bytes())
        .fails(2)
        .says(&["cannot both come from stdin"]);
}

#[test]
fn a_source_that_cannot_be_read_is_named() {
    let lab = Lab::offline();
    lab.private_file("empty.key", b"");
    lab.private_file("long.key", "# long\n".repeat(10_000).as_bytes());
    lab.private_file("short.key", b"AAECAwQFBgcICQoLDA0ODw==\n");
    fs::create_dir(lab.path("folder")).unwrap();
    for (spec, expected) in [
        ("./none.key", "file:./none.key: there is no such file"),
        ("~/none.key", "$HOME"),
        ("./folder", "file:./folder: it is a folder"),
        ("./empty.key", "file:./empty.key: it is empty"),
        ("./long.key", "longer than 64 KiB"),
        ("./short.key", "file:./short.key: it decodes to 16 bytes: a 128-bit key"),
        ("env:UNSET", "env:UNSET: the variable is not set"),
        ("env:A_LONG_NAME_OF_A_VARIABLE", "env:A_LONG_NAME_OF_A_VARIABLE: the variable is not set"),
        ("fd:77", "fd:77: this file descriptor is not open"),
        ("stdin", "stdin: it is empty"),
        ("cmd:true", "cmd:true: it is empty"),
        (
            "cmd:echo hush >&2; echo private; exit 3",
            "cmd:echo …: the command failed (exit status: 3)",
        ),
        ("cmd:yes", "cmd:yes: it is longer than 64 KiB"),
    ] {
        let ended = lab.run(["key", "md5", spec]).fails(4).says(&[expected]);
        assert!(!ended.stderr.contains("private"), "{}", ended.stderr);
        assert!(ended.stderr.contains("hint: "), "{}", ended.stderr);
    }
}

#[test]
fn a_command_sees_neither_the_variable_nor_stdin() {
    let lab = Lab::offline();
    let command = format!("cmd:test -z \"$S3SEAL_KEY\" && test -z \"$(cat)\" && echo {KEY}");
    let run = lab.run(["key", "md5", &command]).env("S3SEAL_KEY", SLASHES);
    assert_eq!(md5(run.stdin(b"something")), MD5);
}

#[test]
fn the_mode_of_a_key_file_counts() {
    let lab = Lab::offline();
    lab.private_file("a.key", KEY.as_bytes());
    for (mode, code, expected) in [
        (0o600, 0, ""),
        (0o400, 0, ""),
        (0o640, 0, "warning: file:./a.key: others can read this key file: `chmod 600 ./a.key`"),
        (0o604, 0, "others can read"),
        (0o660, 4, "others can write this key file"),
        (0o602, 4, "others can write this key file"),
    ] {
        fs::set_permissions(lab.path("a.key"), Permissions::from_mode(mode)).unwrap();
        let ended = lab.run(["key", "md5", "./a.key"]).done();
        assert_eq!(ended.code, Some(code), "{mode:o}: {}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{mode:o}: {}", ended.stderr);
        assert_eq!(ended.stderr.is_empty(), expected.is_empty(), "{mode:o}: {}", ended.stderr);
    }
}

#[test]
fn several_keys_keep_their_order_and_come_once() {
    let lab = Lab::offline();
    lab.private_file("two.key", format!("{SLASHES}\n{KEY}\n").as_bytes());
    lab.private_file("one.key", KEY.as_bytes());
    let slashes = parse(SLASHES.as_bytes(), Format::Auto).unwrap()[0].key.md5_base64();
    let both = md5(lab.run(["key", "md5", "-k", "./two.key", "-k", "./one.key"]));
    assert_eq!(both, format!("{slashes}\n{MD5}"));
    let both = md5(lab.run(["key", "md5", "./one.key", "./two.key"]));
    assert_eq!(both, format!("{MD5}\n{slashes}"));
}

#[test]
fn the_format_decides_what_is_ambiguous() {
    let lab = Lab::offline();
    lab.private_file("a.key", b"23832BAC16516152E560F933F261BF03");
    let with = |format| lab.run(["key", "md5", "./a.key", "--key-format", format]);
    assert_eq!(md5(with("raw")), "rjGuMdjLpPV1eRuotNaPMQ==");
    assert_eq!(md5(with("auto")), "rjGuMdjLpPV1eRuotNaPMQ==");
    with("hex").fails(4).says(&["a 128-bit key"]);
    with("base64").fails(4).says(&["a 192-bit key"]);
}

#[test]
fn show_tells_all_but_the_key() {
    let lab = Lab::offline();
    lab.private_file("a.key", format!("{KEY}\n23832BAC16516152E560F933F261BF03\n").as_bytes());
    let shown = lab.run(["key", "show", "./a.key"]).succeeds();
    let text = shown.stdout;
    assert!(text.starts_with(&format!(
        "source:  file:./a.key\nform:    base64\nlength:  256 bits\nkey-MD5: {MD5}\n\nsource:"
    )));
    assert!(text.contains("warning: the 32 bytes of this key are 32 hex digits"), "{text}");
    assert!(!text.contains(KEY) && !text.contains("23832BAC"), "{text}");
    assert_eq!(shown.stderr, "");
    let shown = lab.run(["key", "show", "--reveal", "./a.key"]).succeeds();
    assert!(shown.stdout.contains(&format!("key:     {KEY}\n")));
}

#[test]
fn show_and_md5_speak_json() {
    let lab = Lab::offline();
    lab.private_file("a.key", KEY.as_bytes());
    let shown = lab.run(["key", "show", "--json", "./a.key"]).succeeds().json();
    let expected = serde_json::json!({
        "op": "key-show", "source": "file:./a.key", "form": "base64", "bits": 256,
        "keyMd5": MD5, "warnings": [],
    });
    assert_eq!(shown, expected);
    let shown = lab.run(["key", "show", "--reveal", "--json", "./a.key"]).succeeds().json();
    assert_eq!(shown["key"], KEY);
    let expected = serde_json::json!({"op": "key-md5", "source": "env:K", "keyMd5": MD5});
    let printed = lab.run(["key", "md5", "--json", "env:K"]).env("K", KEY).succeeds().json();
    assert_eq!(printed, expected);
}

#[test]
fn a_key_file_that_cannot_be_finished_leaves_nothing() {
    let lab = Lab::offline();
    let ended = lab.shell("ulimit -f 0; trap '' XFSZ; \"$S3SEAL\" keygen -o new.key").done();
    assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
    assert!(!lab.path("new.key").exists());
    let key = Key::generate().unwrap();
    create_key_file(&lab.path("new.key"), &key, Encoding::Base64).unwrap();
    assert_eq!(md5(lab.run(["key", "md5", "./new.key"])), key.md5_base64());
}
