//! Completions, man pages, the schema of `--json` and transcripts are what the program says today.
//!
//! `SNAPSHOTS=overwrite cargo test generated` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::book::generated_pages;
use crate::harness::Lab;

#[test]
fn completions_are_fresh() {
    let files = [
        ("bash", "s3seal.bash"),
        ("zsh", "_s3seal"),
        ("fish", "s3seal.fish"),
        ("powershell", "_s3seal.ps1"),
        ("elvish", "s3seal.elv"),
    ];
    let lab = Lab::offline();
    let scripts = files
        .into_iter()
        .map(|(shell, file)| (file.to_owned(), lab.run(["completions", shell]).succeeds().bytes));
    is_fresh("completions", &scripts.collect());
}

#[test]
fn man_pages_are_fresh() {
    let folder = tempfile::tempdir().unwrap();
    clap_mangen::generate_to(s3seal::command(), folder.path()).unwrap();
    let mut pages = contents(folder.path());
    pages.extend(s3seal::topics().iter().map(crate::man::page));
    is_fresh("man", &pages);
}

#[test]
fn pages_of_the_book_are_fresh() {
    let pages = generated_pages();
    for below in ["commands", "topics"] {
        let own = pages.iter().filter_map(|(name, text)| {
            Some((name.strip_prefix(below)?.strip_prefix('/')?.to_owned(), text.clone()))
        });
        is_fresh(&format!("docs/src/reference/{below}"), &own.collect());
    }
}

#[test]
fn the_schema_is_fresh() {
    let name = "docs/json.schema.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let schema = serde_json::to_string_pretty(&s3seal::json_schema()).unwrap() + "\n";
    if overwrites() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &schema).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == schema, "{name} is stale: SNAPSHOTS=overwrite cargo test generated");
}

/// What people read: help, and the errors that need no store.
const TRANSCRIPTS: &[(&str, &[&[&str]])] = &[
    ("help", &[&["--help"], &["-h"], &["--version"]]),
    ("keygen", &[&["keygen", "--help"]]),
    (
        "key",
        &[
            &["key", "--help"],
            &["key", "show", "--help"],
            &["key", "md5", "--help"],
            &["key", "show"],
            &["key", "list", "-h"],
            &["key", "derive", "-h"],
            &["key", "convert", "-h"],
            &["key", "verify", "-h"],
            &["key", "recover", "-h"],
        ],
    ),
    ("cp", &[&["cp", "--help"], &["cp", "s3://b/k"], &["cp", "a", "b"]]),
    ("mv", &[&["mv", "-h"]]),
    ("ls", &[&["ls", "--help"], &["ls"]]),
    ("audit", &[&["audit", "--help"], &["audit"]]),
    ("rotate", &[&["rotate", "--help"], &["rotate", "s3://b"], &["rotate"]]),
    ("doctor", &[&["doctor", "--help"]]),
    ("bucket", &[&["bucket", "--help"], &["bucket", "status", "s3://b/k"]]),
    (
        "put",
        &[
            &["put", "--help"],
            &["put"],
            &["put", "file", "s3://b/k"],
            &["put", "file", "b/k"],
            &["put", "--sse", "none", "file", "s3://b/k"],
            &["put", "-k", "backup", "file", "s3://b/k"],
            &["put", "-k", "none", "file", "s3://b/k"],
            &["put", "--part-size", "1MiB", "file", "s3://b/k"],
        ],
    ),
    (
        "get",
        &[
            &["get", "--help"],
            &["get", "s3://b"],
            &["get", "s3://b--use1-az4--x-s3/k"],
            &["get", "-k", "./absent", "s3://b/k"],
        ],
    ),
    ("head", &[&["head", "--help"], &["head"]]),
    (
        "rm",
        &[
            &["rm", "--help"],
            &["rm", "s3://b"],
            &["rm", "--version-id", "1", "s3://b/k", "s3://b/l"],
        ],
    ),
    (
        "presign",
        &[
            &["presign", "--help"],
            &["presign", "s3://b/k"],
            &["presign", "--expires-in", "8d", "s3://b/k"],
            &["presign", "--method", "POST", "s3://b/k"],
        ],
    ),
    (
        "mock",
        &[&["mock", "--help"], &["mock", "--behave", "badly"], &["mock", "--", "no-such-program"]],
    ),
    (
        "first-steps",
        &[
            &["setup", "--help"],
            &["setup", "s3://backups", "--provider", "ovh", "--region", "gra", "--dry-run"],
            &["setup", "s3://backups", "--yes"],
            &["help", "config"],
            &["help", "patterns"],
            &["help", "nonsense"],
            &["upload", "file", "s3://backups"],
            &["put", "-k", "backup.key", "file", "s3://backups"],
        ],
    ),
    ("completions", &[&["completions", "--help"], &["completions", "tcsh"]]),
];

#[test]
fn help_and_errors_read_as_recorded() {
    let lab = Lab::offline();
    let transcripts = TRANSCRIPTS.iter().map(|(name, runs)| {
        let text: String = runs.iter().map(|arguments| transcript(&lab, arguments)).collect();
        (format!("{name}.txt"), text.into_bytes())
    });
    is_fresh("tests/transcripts", &transcripts.collect());
}

fn transcript(lab: &Lab, arguments: &[&str]) -> String {
    let done = lab.run(arguments).done();
    let code = done.code.unwrap_or(-1);
    let text =
        format!("$ s3seal {}\n{}{}[{code}]\n\n", arguments.join(" "), done.stdout, done.stderr);
    // The lab is a folder of another name each time.
    text.replace(&lab.home().display().to_string(), "~")
}

fn overwrites() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite")
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read(path).unwrap())
    };
    entries.into_iter().map(|entry| read(entry.unwrap().path())).collect()
}

#[track_caller]
fn is_fresh(folder: &str, expected: &BTreeMap<String, Vec<u8>>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if overwrites() {
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        for (name, content) in expected {
            fs::write(path.join(name), content).unwrap();
        }
    }
    let found = contents(&path);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{folder}/");
    for (name, content) in expected {
        assert!(
            found[name] == *content,
            "{folder}/{name} is stale: SNAPSHOTS=overwrite cargo test generated"
        );
    }
}
