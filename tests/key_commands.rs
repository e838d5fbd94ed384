//! `keygen`, `key show`, `key md5`, and every way to hand over a key.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use s3seal::key::{Encoding, Format, Key, file, parse};
use serde_json::Value;

/// The key of the bytes 0 to 31, and its MD5.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const MD5: &str = "tP/LI3N87DFaSk0aoqYgzg==";
/// A key that holds slashes, as one in two does.
const SLASHES: &str = "////aB3/xK9+/Qm2Z/t7Ru+Lp4/Hc8Vn/Ys5Ed1Wj/g=";

/// One private folder, and a program that sees nothing else of this machine's settings.
struct Run {
    home: tempfile::TempDir,
}

/// A run of the program to come.
struct Call {
    command: Command,
    input: Vec<u8>,
}

/// What a run of the program left.
struct Ended {
    code: i32,
    stdout: Vec<u8>,
    stderr: String,
}

#[test]
fn keygen_prints_the_key_and_nothing_else() {
    let run = Run::new();
    for (format, length) in [("base64", 45), ("hex", 65), ("raw", 32)] {
        let ended = run.with(&["keygen", "--format", format]).done();
        assert_eq!(ended.stdout.len(), length, "{format}");
        assert_eq!(ended.stderr, "", "{format}");
        assert_eq!(parse(&ended.stdout, Format::Auto).unwrap().len(), 1, "{format}");
    }
    assert_ne!(run.with(&["keygen"]).done().stdout, run.with(&["keygen"]).done().stdout);
}

#[test]
fn keygen_writes_a_file_for_its_owner_alone() {
    let run = Run::new();
    let ended = run.with(&["keygen", "-o", "new.key"]).done();
    let path = run.path("new.key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let key = &parse(text.as_bytes(), Format::Auto).unwrap()[0].key;
    assert!(lines[0].starts_with("# created: 20") && lines[0].ends_with('Z'), "{}", lines[0]);
    assert_eq!(lines[1], format!("# key-md5: {}", key.md5_base64()));
    assert_eq!(lines.len(), 3);
    assert_eq!(ended.stdout, b"");
    assert!(ended.stderr.contains(&key.md5_base64()) && ended.stderr.contains("lost"));
    assert!(!ended.stderr.contains(lines[2]));
    assert_eq!(run.with(&["keygen", "-q", "-o", "quiet.key"]).done().stderr, "");
}

#[test]
fn keygen_overwrites_nothing() {
    let run = Run::new();
    fs::write(run.path("old.key"), "precious").unwrap();
    run.with(&["keygen", "-o", "old.key"]).fails(9, "never overwritten");
    assert_eq!(fs::read_to_string(run.path("old.key")).unwrap(), "precious");
    std::os::unix::fs::symlink("elsewhere", run.path("link")).unwrap();
    run.with(&["keygen", "-o", "link"]).fails(9, "never overwritten");
    run.with(&["keygen", "-o", "none/new.key"]).fails(3, "its folder does not exist");
}

#[test]
fn keygen_speaks_json() {
    let run = Run::new();
    let made = run.with(&["keygen", "--json"]).json();
    let key = &parse(made["key"].as_str().unwrap().as_bytes(), Format::Base64).unwrap()[0].key;
    assert_eq!(made["op"], "keygen");
    assert_eq!(made["format"], "base64");
    assert_eq!(made["keyMd5"], key.md5_base64());
    assert!(made.get("file").is_none());
    let made = run.with(&["keygen", "--json", "--format", "raw", "-o", "new.key"]).json();
    assert_eq!(made["file"], "new.key");
    assert_eq!(made["format"], "raw");
    assert!(made.get("key").is_none());
    assert_eq!(fs::read(run.path("new.key")).unwrap().len(), 32);
    run.with(&["keygen", "--json", "--format", "raw"]).fails(2, "do not fit into JSON");
}

#[test]
fn every_source_gives_its_key() {
    let run = Run::new();
    run.write("a.key", &format!("# mine\n{KEY}\n"));
    let absolute = run.path("a.key").display().to_string();
    let file = format!("file:{absolute}");
    for spec in ["./a.key", "file:a.key", "file://a.key", &absolute, &file, "cmd:cat a.key"] {
        assert_eq!(run.with(&["key", "md5", spec]).md5(), MD5, "{spec}");
        assert_eq!(run.with(&["key", "md5", "-k", spec]).md5(), MD5, "-k {spec}");
        assert_eq!(run.with(&["key", "md5"]).env("S3SEAL_KEY", spec).md5(), MD5, "{spec}");
    }
    assert_eq!(run.with(&["key", "md5", "env:K"]).env("K", KEY).md5(), MD5);
    assert_eq!(run.with(&["key", "md5", "stdin"]).stdin(KEY).md5(), MD5);
    assert_eq!(run.with(&["key", "md5", "fd:0"]).stdin(KEY).md5(), MD5);
    assert_eq!(run.with(&["key", "md5", "/dev/stdin"]).stdin(KEY).md5(), MD5);
}

#[test]
fn descriptors_and_pipes_give_their_key() {
    let run = Run::new();
    run.write("a.key", KEY);
    for line in [
        "\"$S3SEAL\" key md5 fd:7 7<a.key",
        "cat a.key | \"$S3SEAL\" key md5 fd:7 7<&0",
        "mkfifo pipe && { cat a.key >pipe & } && \"$S3SEAL\" key md5 ./pipe",
    ] {
        assert_eq!(run.shell(line).md5(), MD5, "{line}");
    }
}

#[test]
fn the_variable_holds_a_source_or_the_key_itself() {
    let run = Run::new();
    let md5_of = |text: &str| parse(text.as_bytes(), Format::Auto).unwrap()[0].key.md5_base64();
    let guide = "23832BAC16516152E560F933F261BF03";
    let file = format!("# created: 2026-01-01T00:00:00Z\n# key-md5: {MD5}\n{KEY}\n");
    for value in [KEY, &KEY[..43], SLASHES, &SLASHES[..43], &"0f".repeat(32), guide, &file] {
        let ended = run.with(&["key", "md5"]).env("S3SEAL_KEY", value).done();
        assert_eq!(ended.md5(), md5_of(value));
        assert_eq!(ended.stderr.contains("S3SEAL_KEY: the 32 bytes"), value == guide);
    }
    assert_eq!(run.with(&["key", "md5"]).env("S3SEAL_KEY", &format!("{KEY}\n")).md5(), MD5);
    // An explicit key beats the variable, and an empty variable is none.
    let explicit = run.with(&["key", "md5", "env:K"]).env("K", KEY);
    assert_eq!(explicit.env("S3SEAL_KEY", "stdin").md5(), MD5);
    run.with(&["key", "md5"]).env("S3SEAL_KEY", "").fails(2, "no key to look at");
}

#[test]
fn the_variable_is_never_quoted() {
    let run = Run::new();
    let double = "QUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOD0=";
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
        let ended = run.with(&["key", "md5"]).env("S3SEAL_KEY", value).fails(code, expected);
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
    let run = Run::new();
    let hex = "0f".repeat(32);
    let url_safe = "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=";
    let short = &SLASHES[5..];
    for value in [KEY, &KEY[..43], SLASHES, &hex, url_safe, "23832BAC16516152E560F933F261BF03"] {
        let ended = run
            .with(&["key", "md5", "-k", value])
            .fails(2, "the key itself is on the command line");
        assert!(ended.stderr.contains("S3SEAL_KEY") && ended.stderr.contains("file:PATH"));
        assert!(!ended.stderr.contains(&value[..8]), "{}", ended.stderr);
    }
    let quoted = format!("'{SLASHES}'");
    let spoilt = SLASHES.replacen("Ru", "!", 1);
    for value in [&KEY[1..], short, &hex[1..], &quoted, &spoilt[4..]] {
        let ended = run.with(&["key", "md5", value]).fails(2, "looks like a key");
        assert!(!ended.stderr.contains(&value[..8]), "{}", ended.stderr);
    }
    for value in [format!("file:{KEY}"), format!("file:{SLASHES}"), format!("cmd:{KEY} x")] {
        let ended = run.with(&["key", "md5", &value]).fails(4, "");
        let ours = ended.stderr.lines().filter(|line| !line.starts_with("sh: "));
        assert!(!ours.collect::<String>().contains(&value[5..13]), "{}", ended.stderr);
    }
    run.with(&["key", "md5", &format!("env:{KEY}")]).fails(2, "names no environment variable");
}

#[test]
fn a_spec_that_is_none_says_what_to_write() {
    let run = Run::new();
    run.write("prod", KEY);
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
        run.with(&["key", "md5", "-k", spec]).fails(2, expected);
    }
    run.with(&["key", "md5"]).fails(2, "no key to look at");
    run.with(&["key", "show"]).fails(2, "no key to look at");
    run.with(&["key", "md5", "stdin", "fd:0"]).stdin(KEY).fails(2, "cannot both come from stdin");
}

#[test]
fn a_source_that_cannot_be_read_is_named() {
    let run = Run::new();
    run.write("empty.key", "");
    run.write("long.key", &"# long\n".repeat(10_000));
    run.write("short.key", "AAECAwQFBgcICQoLDA0ODw==\n");
    fs::create_dir(run.path("folder")).unwrap();
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
        let ended = run.with(&["key", "md5", spec]).fails(4, expected);
        assert!(!ended.stderr.contains("private"), "{}", ended.stderr);
        assert!(ended.stderr.contains("hint: "), "{}", ended.stderr);
    }
}

#[test]
fn a_command_sees_neither_the_variable_nor_stdin() {
    let run = Run::new();
    let command = format!("cmd:test -z \"$S3SEAL_KEY\" && test -z \"$(cat)\" && echo {KEY}");
    let run = run.with(&["key", "md5", &command]).env("S3SEAL_KEY", SLASHES);
    assert_eq!(run.stdin("something").md5(), MD5);
}

#[test]
fn the_mode_of_a_key_file_counts() {
    let run = Run::new();
    run.write("a.key", KEY);
    for (mode, code, expected) in [
        (0o600, 0, ""),
        (0o400, 0, ""),
        (0o640, 0, "warning: file:./a.key: others can read this key file: `chmod 600 ./a.key`"),
        (0o604, 0, "others can read"),
        (0o660, 4, "others can write this key file"),
        (0o602, 4, "others can write this key file"),
    ] {
        fs::set_permissions(run.path("a.key"), Permissions::from_mode(mode)).unwrap();
        let ended = run.with(&["key", "md5", "./a.key"]).end();
        assert_eq!(ended.code, code, "{mode:o}: {}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{mode:o}: {}", ended.stderr);
        assert_eq!(ended.stderr.is_empty(), expected.is_empty(), "{mode:o}: {}", ended.stderr);
    }
}

#[test]
fn several_keys_keep_their_order_and_come_once() {
    let run = Run::new();
    run.write("two.key", &format!("{SLASHES}\n{KEY}\n"));
    run.write("one.key", KEY);
    let slashes = parse(SLASHES.as_bytes(), Format::Auto).unwrap()[0].key.md5_base64();
    let both = run.with(&["key", "md5", "-k", "./two.key", "-k", "./one.key"]).done();
    assert_eq!(both.md5(), format!("{slashes}\n{MD5}"));
    let both = run.with(&["key", "md5", "./one.key", "./two.key"]).done();
    assert_eq!(both.md5(), format!("{MD5}\n{slashes}"));
}

#[test]
fn the_format_decides_what_is_ambiguous() {
    let run = Run::new();
    run.write("a.key", "23832BAC16516152E560F933F261BF03");
    let with = |format| run.with(&["key", "md5", "./a.key", "--key-format", format]);
    assert_eq!(with("raw").md5(), "rjGuMdjLpPV1eRuotNaPMQ==");
    assert_eq!(with("auto").md5(), "rjGuMdjLpPV1eRuotNaPMQ==");
    with("hex").fails(4, "a 128-bit key");
    with("base64").fails(4, "a 192-bit key");
}

#[test]
fn show_tells_all_but_the_key() {
    let run = Run::new();
    run.write("a.key", &format!("{KEY}\n23832BAC16516152E560F933F261BF03\n"));
    let shown = run.with(&["key", "show", "./a.key"]).done();
    let text = String::from_utf8(shown.stdout).unwrap();
    assert!(text.starts_with(&format!(
        "source:  file:./a.key\nform:    base64\nlength:  256 bits\nkey-MD5: {MD5}\n\nsource:"
    )));
    assert!(text.contains("warning: the 32 bytes of this key are 32 hex digits"), "{text}");
    assert!(!text.contains(KEY) && !text.contains("23832BAC"), "{text}");
    assert_eq!(shown.stderr, "");
    let shown = run.with(&["key", "show", "--reveal", "./a.key"]).done();
    assert!(String::from_utf8(shown.stdout).unwrap().contains(&format!("key:     {KEY}\n")));
}

#[test]
fn show_and_md5_speak_json() {
    let run = Run::new();
    run.write("a.key", KEY);
    let shown = run.with(&["key", "show", "--json", "./a.key"]).json();
    let expected = serde_json::json!({
        "op": "key-show", "source": "file:./a.key", "form": "base64", "bits": 256,
        "keyMd5": MD5, "warnings": [],
    });
    assert_eq!(shown, expected);
    assert_eq!(run.with(&["key", "show", "--reveal", "--json", "./a.key"]).json()["key"], KEY);
    let expected = serde_json::json!({"op": "key-md5", "source": "env:K", "keyMd5": MD5});
    assert_eq!(run.with(&["key", "md5", "--json", "env:K"]).env("K", KEY).json(), expected);
}

#[test]
fn a_key_file_that_cannot_be_finished_leaves_nothing() {
    let run = Run::new();
    let ended = run.shell("ulimit -f 0; trap '' XFSZ; \"$S3SEAL\" keygen -o new.key").end();
    assert_ne!(ended.code, 0);
    assert!(!run.path("new.key").exists());
    let key = Key::generate().unwrap();
    file::create(&run.path("new.key"), &key, Encoding::Base64).unwrap();
    assert_eq!(run.with(&["key", "md5", "./new.key"]).md5(), key.md5_base64());
}

impl Run {
    fn new() -> Run {
        Run { home: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A file in the folder, for its owner alone.
    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(0o600)).unwrap();
    }

    /// The program with these arguments.
    fn with(&self, arguments: &[&str]) -> Call {
        let mut command = Command::new(env!("CARGO_BIN_EXE_s3seal"));
        command.args(arguments);
        self.call(command)
    }

    /// A line of shell that runs the program as `"$S3SEAL"`.
    fn shell(&self, line: &str) -> Call {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        self.call(command).env("S3SEAL", env!("CARGO_BIN_EXE_s3seal"))
    }

    fn call(&self, mut command: Command) -> Call {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", self.home.path());
        command.current_dir(self.home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Call { command, input: Vec::new() }
    }
}

impl Call {
    fn env(mut self, name: &str, value: &str) -> Call {
        self.command.env(name, value);
        self
    }

    fn stdin(mut self, text: &str) -> Call {
        self.input = text.into();
        self
    }

    /// Runs it, however it ends.
    fn end(mut self) -> Ended {
        let mut child = self.command.spawn().unwrap();
        // A program that reads no stdin may be gone before all is written.
        let _ = child.stdin.take().unwrap().write_all(&self.input);
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs it to success.
    fn done(self) -> Ended {
        let ended = self.end();
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended
    }

    /// Runs it to this exit code, nothing on stdout, and this on stderr.
    fn fails(self, code: i32, expected: &str) -> Ended {
        let ended = self.end();
        assert_eq!(ended.code, code, "{}", ended.stderr);
        assert_eq!(ended.stdout, b"", "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "`{expected}` is not in: {}", ended.stderr);
        ended
    }

    /// Runs it to success, for the lines of stdout.
    fn md5(self) -> String {
        self.done().md5()
    }

    /// Runs it to success, for the one JSON object on stdout.
    fn json(self) -> Value {
        serde_json::from_slice(&self.done().stdout).unwrap()
    }
}

impl Ended {
    /// The lines of stdout.
    fn md5(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end().to_owned()
    }
}
