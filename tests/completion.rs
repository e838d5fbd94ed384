//! Live completion: what a shell is offered, what it costs, and what it never shows. The shells themselves:
//! `tests/stores/completion.sh`.

use std::io::Read as _;
use std::net::TcpListener;

use s3seal_mock::Answer;

use crate::harness::{Done, Lab, Run};

/// A run that has sent what zsh sends for these words, the last of which is at the cursor.
fn asked(lab: &Lab, words: &[&str]) -> Run {
    let line: String = words.iter().map(|word| format!("{word}\0")).collect();
    lab.run(["completions", "zsh", "--candidates"]).stdin(line.as_bytes())
}

/// The candidates: with their spaces, without their help.
#[track_caller]
fn values(run: Run) -> Vec<String> {
    let done = run.succeeds();
    assert_eq!(done.stderr, "");
    done.stdout
        .lines()
        .map(|line| {
            let fields: Vec<_> = line.split('\t').collect();
            assert_eq!(fields.len(), 4, "{line}");
            format!("{}{}", fields[1], fields[0])
        })
        .collect()
}

#[track_caller]
fn offers(lab: &Lab, words: &[&str], expected: &[&str]) {
    assert_eq!(values(asked(lab, words)), expected, "{words:?}");
}

const CONFIG: &str = "home/config.toml";

/// A lab with objects, and a config.toml whose key's command leaves a trace.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.key("k");
    for object in ["db/2025/a.sql", "db/2026/a.sql", "db/notes.txt", "top.txt"] {
        lab.seal("k", object, b"x");
    }
    let endpoint = lab.server().endpoint().to_owned();
    let config = format!(
        "[keys.backup-2026]\nsource = \"cmd:touch was-run\"\n\
         [keys.backup-2024]\nsource = \"env:OLD_KEY\"\n\
         [[rules]]\nendpoint = \"{endpoint}\"\nprefix = \"s3://archive/db\"\nkey = \"backup-2026\"\n\
         [[rules]]\nendpoint = \"https://elsewhere.example\"\nprefix = \"s3://not-here\"\nkey = \"backup-2026\"\n"
    );
    lab.deep_file(CONFIG, config.as_bytes());
    lab.server().clear_requests();
    lab
}

fn configured(lab: &Lab, words: &[&str]) -> Run {
    asked(lab, words).env("S3SEAL_CONFIG", lab.path(CONFIG))
}

#[test]
fn objects_cost_one_request_without_a_key() {
    let lab = lab();
    let key = String::from_utf8(lab.read("k")).unwrap();
    let key = key.lines().last().unwrap();
    let words = ["s3seal", "-v", "get", "-k", "./k", "-k", "cmd:touch was-run", "s3://demo/db/"];
    let run = configured(&lab, &words).env("S3SEAL_KEY", key);
    assert_eq!(
        values(run),
        ["s3://demo/db/2025/", "s3://demo/db/2026/", "s3://demo/db/notes.txt "]
    );
    let requests = lab.server().requests();
    assert_eq!(lab.operations(), ["ListObjectsV2"]);
    let query = &requests[0].query;
    assert!(query.contains("max-keys=200") && query.contains("delimiter=%2F"), "{query}");
    assert!(!requests[0].has_key());
    assert!(requests[0].header("x-amz-server-side-encryption-customer-algorithm").is_none());
    assert!(!lab.path("was-run").exists());
}

#[test]
fn buckets_are_those_of_the_account_and_of_rules_for_the_store() {
    let lab = lab();
    assert_eq!(
        values(configured(&lab, &["s3seal", "ls", "s3://"])),
        ["s3://archive/", "s3://demo/"]
    );
    assert_eq!(lab.operations(), ["ListBuckets"]);
    offers(&lab, &["s3seal", "bucket", "status", "s3://d"], &["s3://demo "]);
    offers(&lab, &["s3seal", "bucket", "status", "s3://demo/"], &[]);
    offers(&lab, &["s3seal", "ls", "s3"], &["s3://"]);
}

#[test]
fn a_bucket_of_a_rule_is_offered_where_the_account_must_not_list_buckets() {
    let lab = Lab::with(|server| {
        server.interceptor(|request| {
            let is_denied = request.operation == "ListBuckets";
            is_denied.then(|| Answer::error(403, "AccessDenied", "Access Denied"))
        })
    });
    let endpoint = lab.server().endpoint().to_owned();
    let rule = format!(
        "[keys.k]\nsource = \"./k\"\n[[rules]]\nendpoint = \"{endpoint}\"\nprefix = \"s3://archive\"\nkey = \"k\"\n"
    );
    lab.deep_file(CONFIG, rule.as_bytes());
    assert_eq!(values(configured(&lab, &["s3seal", "ls", "s3://"])), ["s3://archive/"]);
    offers(&lab, &["s3seal", "ls", "s3://"], &[]);
    assert_eq!(lab.operations(), ["ListBuckets", "ListBuckets"]);
}

#[test]
fn options_of_the_line_say_how_the_store_is_reached() {
    let lab = lab();
    let endpoint = lab.server().endpoint().to_owned();
    let typed =
        ["s3seal", "--endpoint-url", &endpoint, "get", "--no-sign-request", "--no-such-option"];
    let words = [&typed[..5], &["s3://demo/t"]].concat();
    let elsewhere =
        |words: &[&str]| asked(&lab, words).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    assert_eq!(values(elsewhere(&words)), Vec::<String>::new(), "anonymous requests are refused");
    assert!(lab.server().requests()[0].header("authorization").is_none());
    let words = [&typed[..4], &["s3://demo/t"]].concat();
    assert_eq!(values(elsewhere(&words)), ["s3://demo/top.txt "]);
    let words = [&typed[..4], &typed[5..], &["s3://demo/t"]].concat();
    assert_eq!(values(elsewhere(&words)), ["s3://demo/top.txt "], "a mistake in the line");

    lab.server().clear_requests();
    let words = ["s3seal", "ls", "--no-such-option", "--endpoint-url", &endpoint, "s3://demo/t"];
    offers(&lab, &words, &[]);
    offers(&lab, &["s3seal", "ls", "--read-timeout", "soon", "s3://demo/t"], &[]);
    assert!(lab.operations().is_empty(), "an option of the connection was not read");

    let credentials = format!(
        "[profile p]\naws_access_key_id = {}\naws_secret_access_key = {}\nendpoint_url = {endpoint}\nregion = us-east-1\n",
        lab.server().access_key(),
        lab.server().secret_key()
    );
    let config = lab.file("aws", credentials.as_bytes());
    let run = asked(&lab, &["s3seal", "ls", "--profile=p", "s3://demo/t"])
        .without_env("AWS_ENDPOINT_URL")
        .without_env("AWS_ACCESS_KEY_ID")
        .without_env("AWS_SECRET_ACCESS_KEY")
        .env("AWS_CONFIG_FILE", config);
    assert_eq!(values(run), ["s3://demo/top.txt "]);
}

#[test]
fn what_goes_wrong_is_silent() {
    let lab = lab();
    offers(&lab, &["s3seal", "ls", "s3://absent/"], &[]);
    offers(&lab, &["s3seal", "ls", "--endpoint-url", "nonsense", "s3://demo/"], &[]);
    offers(&lab, &["s3seal", "ls", "--endpoint-url", "http://127.0.0.1:9", "s3://demo/"], &[]);
    offers(&lab, &["s3seal", "ls", "--profile", "absent", "s3://demo/"], &[]);
    offers(&lab, &["s3seal", "ls", "--ca-bundle", "./absent", "s3://demo/"], &[]);
    offers(&lab, &["s3seal", "ls", "s3://de mo/"], &[]);
    offers(&lab, &["s3seal", "no-such-command", "s3://demo/"], &[]);
    offers(&lab, &["s3seal"], &[]);
    offers(&lab, &[], &[]);
    lab.file("config.toml", b"this is no config");
    let run =
        asked(&lab, &["s3seal", "get", "-k", "st"]).env("S3SEAL_CONFIG", lab.path("config.toml"));
    assert_eq!(values(run), ["stdin "]);
    let done = lab.run(["completions", "zsh", "--candidates"]).stdin(b"s3seal\0\xff\0").succeeds();
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
}

/// Runs it with a limit that is far above the completion's own.
fn with_a_limit(lab: &Lab, words: &[&str], config: &str) -> Done {
    let line = words.join(" ");
    let script =
        format!("printf '%s\\0' {line} | timeout 30 \"$S3SEAL\" completions zsh --candidates");
    lab.shell(&script).env("AWS_CONFIG_FILE", lab.file("aws", config.as_bytes())).succeeds()
}

#[test]
fn a_store_that_does_not_answer_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = silent.accept().unwrap();
        let mut request = Vec::new();
        // It ends when the program ends.
        let _ = stream.read_to_end(&mut request);
        String::from_utf8_lossy(&request).into_owned()
    });
    let lab = lab();
    let words = ["s3seal", "ls", "--endpoint-url", &endpoint, "--read-timeout", "0", "s3://demo/"];
    let done = with_a_limit(&lab, &words, "");
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
    let request = server.join().unwrap();
    assert!(request.starts_with("GET /demo/?list-type=2"), "{request}");
    assert_eq!(request.matches("HTTP/1.1").count(), 1, "{request}");
}

#[test]
fn a_credential_process_that_hangs_is_not_waited_for() {
    let lab = lab();
    let words = ["s3seal", "ls", "--profile", "slow", "s3://demo/"];
    let done = with_a_limit(&lab, &words, "[profile slow]\ncredential_process = sleep 40\n");
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
    assert!(lab.operations().is_empty());
}

#[test]
fn names_that_no_terminal_shows_are_left_out() {
    let lab = Lab::new();
    let kept = "it's $(touch x) `y` \"z\"";
    for name in ["plain", "a\u{1b}[2Jb", "a\nb", "a\tb", "a\u{202e}b", kept] {
        lab.plain(name, b"x");
    }
    let words = ["s3seal", "ls", "s3://demo/"];
    offers(&lab, &words, &[&format!("s3://demo/{kept} "), "s3://demo/plain "]);
    let run = lab
        .run(["completions", "bash", "--candidates"])
        .stdin(b"s3seal ls s3://demo/i\0//demo/i\09\0");
    assert_eq!(
        run.succeeds().stdout,
        "//demo/it\\'s\\ \\$\\(touch\\ x\\)\\ \\`y\\`\\ \\\"z\\\" \n"
    );
    let run = lab
        .run(["completions", "powershell", "--candidates"])
        .stdin(b"s3seal\0ls\0s3://demo/i\0\r\n");
    let expected = "'s3://demo/it''s $(touch x) `y` \"z\"'\t";
    assert!(run.succeeds().stdout.starts_with(expected));
}

#[test]
fn of_many_names_the_word_itself_is_one() {
    let lab = Lab::new();
    for number in 0..201 {
        lab.plain(&format!("f/{number:03}"), b"");
    }
    let found = values(asked(&lab, &["s3seal", "ls", "s3://demo/f/"]));
    assert_eq!(found.len(), 201);
    assert_eq!((found[0].as_str(), found[200].as_str()), ("s3://demo/f/000 ", "s3://demo/f/"));
    let shown = asked(&lab, &["s3seal", "ls", "s3://demo/f/"]).succeeds().stdout;
    assert!(shown.ends_with("\t…\tmore than 200: type more of the name\n"), "{shown}");
    assert_eq!(values(asked(&lab, &["s3seal", "ls", "s3://demo/f/00"])).len(), 10);
}

#[test]
fn keys_are_names_and_sources() {
    let lab = lab();
    let names = |words: &[&str]| values(configured(&lab, words));
    let sources = ["file:", "env:", "cmd:", "fd:", "stdin "];
    let all = [&["backup-2024 ", "backup-2026 "][..], &sources].concat();
    assert_eq!(names(&["s3seal", "get", "-k", ""]), all);
    let with_none = [&["backup-2024 ", "backup-2026 ", "none "][..], &sources].concat();
    assert_eq!(names(&["s3seal", "rotate", "--from", ""]), with_none);
    assert_eq!(names(&["s3seal", "cp", "--source-key", "n"]), ["none "]);
    assert_eq!(names(&["s3seal", "put", "--key=backup-2026"]), ["--key=backup-2026 "]);
    assert_eq!(names(&["s3seal", "key", "show", "backup-2024"]), ["backup-2024 "]);
    assert_eq!(names(&["s3seal", "get", "-k", "./k"]), ["./k "]);
    assert_eq!(names(&["s3seal", "get", "-k", "file:k"]), ["file:k "]);
    assert_eq!(
        names(&["s3seal", "get", "-k", "k"]),
        Vec::<String>::new(),
        "a bare word is no file"
    );
    let run = configured(&lab, &["s3seal", "get", "-k", "env:MY_"]).env("MY_KEY", "secret-text");
    assert_eq!(values(run), ["env:MY_KEY "]);
    assert_eq!(names(&["s3seal", "get", "--sse-c-key", "fileb://k"]), ["fileb://k "]);
    assert!(!lab.path("was-run").exists() && lab.operations().is_empty());
}

#[test]
fn files_are_offered_where_they_belong() {
    let lab = lab();
    lab.deep_file("folder/file", b"");
    for words in [
        &["s3seal", "put", "fold"][..],
        &["s3seal", "put", "folder/file", "fold"],
        &["s3seal", "get", "s3://demo/top.txt", "fold"],
        &["s3seal", "cp", "fold"],
        &["s3seal", "sync", "fold"],
        &["s3seal", "mock", "--dir", "fold"],
        &["s3seal", "get", "--files-from", "fold"],
        &["s3seal", "presign", "--headers-file", "fold"],
    ] {
        offers(&lab, words, &["folder/"]);
    }
    for command in ["get", "head", "ls", "rm", "audit", "rotate", "presign", "cat", "doctor"] {
        offers(&lab, &["s3seal", command, "fold"], &[]);
        offers(&lab, &["s3seal", command, ""], &["s3://"]);
    }
    offers(&lab, &["s3seal", "head", "--version-id", "fold"], &[]);
    assert!(lab.operations().is_empty());
    let found = values(asked(&lab, &["s3seal", "put", "folder/file", ""]));
    assert!(
        found.contains(&"s3://".to_owned()) && found.contains(&"folder/".to_owned()),
        "{found:?}"
    );
}

#[test]
fn fixed_values_are_listed() {
    let lab = Lab::offline();
    let config = lab.file("aws", b"[default]\nregion = x\n[profile prod]\nregion = y\n");
    let run = asked(&lab, &["s3seal", "ls", "--profile", ""]).env("AWS_CONFIG_FILE", config);
    assert_eq!(values(run), ["default ", "prod "]);
    offers(
        &lab,
        &["s3seal", "ls", "--region", "eu-w"],
        &["eu-west-1 ", "eu-west-2 ", "eu-west-3 "],
    );
    offers(&lab, &["s3seal", "put", "--acl", "bucket-owner-f"], &["bucket-owner-full-control "]);
    offers(&lab, &["s3seal", "mock", "--behave", "aws"], &["aws ", "aws-blocked "]);
    offers(&lab, &["s3seal", "mock", "--fault", "cor"], &["corrupt="]);
    offers(&lab, &["s3seal", "presign", "--method", "P"], &["PUT "]);
    offers(&lab, &["s3seal", "sync", "--shard", ""], &["auto "]);
    offers(&lab, &["s3seal", "help", "patt"], &["patterns "]);
    offers(&lab, &["s3seal", "help", "buck"], &["bucket "]);
    offers(&lab, &["s3seal", "audit", "--only", "sse"], &["sse-s3 ", "sse-kms "]);
}

#[test]
fn a_typed_key_appears_in_no_answer() {
    let lab = lab();
    let key = String::from_utf8(lab.read("k")).unwrap();
    let key = key.lines().last().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let line = format!("s3seal get --sse-c-key {key} s3://demo/");
        let typed = if shell == "bash" {
            format!("{line}\0//demo/\09\0")
        } else {
            line.split(' ').map(|word| format!("{word}\0")).collect()
        };
        let run = lab.run(["completions", shell, "--candidates"]).stdin(typed.as_bytes());
        let done = run.env("S3SEAL_KEY", key).succeeds();
        assert!(done.stdout.contains("/demo/top.txt"), "{shell}: {}", done.stdout);
        assert!(!done.stdout.contains(key) && done.stderr.is_empty(), "{shell}: {}", done.stdout);
    }
}

#[test]
fn scripts_are_live_on_request() {
    let lab = Lab::offline();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let call = format!("completions {shell} --candidates");
        let fixed = lab.run(["completions", shell]).succeeds().stdout;
        assert!(!fixed.contains(&call), "{shell}: a static script runs nothing");
        let live = lab.run(["completions", shell, "--live"]).succeeds().stdout;
        assert!(live.contains(&call) && !live.contains("@PROGRAM@"), "{shell}: {live}");
    }
    lab.run(["completions", "bash", "--live", "--candidates"])
        .fails(2)
        .says(&["cannot be used with"]);
    lab.run(["completions", "tcsh", "--live"]).fails(2).says(&["tcsh"]);
}
