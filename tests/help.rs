//! Help: `-h` fits a screen, options of all commands are listed once, topics have pages, and the examples work.

use crate::harness::Lab;

const TOPICS: &[&str] =
    &["connection", "keys", "config", "environment", "patterns", "json", "exit-codes", "aws-cli"];

/// The paths of all commands, the program's own first.
fn commands() -> Vec<Vec<String>> {
    fn collect(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
        found.push(path.to_vec());
        for below in command.get_subcommands() {
            let path = [path, &[below.get_name().to_owned()]].concat();
            collect(below, &path, found);
        }
    }
    let mut found = Vec::new();
    collect(&s3seal::command(), &[], &mut found);
    found
}

#[test]
fn short_help_fits_a_screen() {
    let lab = Lab::offline();
    for path in commands() {
        for columns in ["80", "100"] {
            let arguments = [path.as_slice(), &["-h".to_owned()]].concat();
            let help = lab.run(&arguments).env("COLUMNS", columns).succeeds().stdout;
            let lines = help.lines().count();
            assert!(lines <= 45, "{path:?} at {columns} columns: {lines} lines");
            let is_leaf = !help.contains("Commands:") && !path.is_empty();
            if is_leaf {
                assert!(help.contains("Usage:"), "{help}");
                for shared in ["--endpoint-url", "--no-progress", "--sse-c-key"] {
                    assert!(
                        !help.contains(&format!("      {shared}")),
                        "{path:?} repeats {shared}"
                    );
                }
            }
        }
    }
}

#[test]
fn shared_options_are_listed_once() {
    let lab = Lab::offline();
    let long = lab.run(["put", "--help"]).succeeds().stdout;
    assert!(!long.contains("--endpoint-url") && !long.contains("--sse-c-key"), "{long}");
    let connection = lab.run(["help", "connection"]).succeeds().stdout;
    for option in ["--endpoint-url", "--profile", "--limit-rate", "--json", "--color", "--list"] {
        assert_eq!(connection.matches(&format!("      {option}")).count(), 1, "{option}");
    }
    let aws = lab.run(["help", "aws-cli"]).succeeds().stdout;
    for option in ["--sse-customer-key-md5", "--sse-c-key", "--sse-c-copy-source-key"] {
        assert!(aws.contains(option), "{option}: {aws}");
    }
    // They are accepted all the same.
    lab.run(["put", "--endpoint-url", "nonsense", "a", "s3://b/k"]).fails(2);
}

#[test]
fn topics_have_pages() {
    let lab = Lab::offline();
    let top = lab.run(["-h"]).succeeds().stdout;
    for topic in TOPICS {
        assert!(top.contains(topic), "{topic} is not in the list");
        let page = lab.run(["help", topic]).env("COLUMNS", "60").succeeds().stdout;
        assert!(page.lines().count() > 5, "{page}");
        let prose = page.lines().take_while(|line| !line.ends_with("options:"));
        for line in prose.filter(|line| !line.starts_with("  ")) {
            assert!(line.chars().count() <= 60, "{topic}: {line}");
        }
    }
    assert!(lab.run(["help", "put"]).succeeds().stdout.contains("Usage: s3seal put"));
    assert!(lab.run(["help", "key", "convert"]).succeeds().stdout.contains("--as"));
    assert!(lab.run(["help", "stat"]).succeeds().stdout.contains("Usage: s3seal head"));
    assert_eq!(lab.run(["help"]).succeeds().stdout, lab.run(["--help"]).succeeds().stdout);
    lab.run(["help", "nonsense"]).fails(2).says(&["nonsense", "s3seal --help", "exit-codes"]);
    lab.run(["help", "key", "nonsense"]).fails(2).says(&["key nonsense"]);
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let lab = Lab::new();
    let has_color = |text: &str| text.contains('\u{1b}');
    let list = || lab.run(["ls", "s3://absent"]);
    assert!(!has_color(&list().fails(3).stderr));
    assert!(has_color(&list().env("CLICOLOR_FORCE", "1").exits(3).stderr));
    assert!(!has_color(&list().env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").fails(3).stderr));
    let always = lab.run(["ls", "--color", "always", "s3://absent"]);
    let said = always.exits(3).stderr;
    assert!(said.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m "), "{said:?}");
    let never = lab.run(["ls", "--color=never", "s3://absent"]).env("CLICOLOR_FORCE", "1");
    assert!(!has_color(&never.fails(3).stderr));
    assert!(has_color(&lab.run(["--color", "always", "-h"]).succeeds().stdout));
    assert!(has_color(&lab.run(["--color", "always", "help", "keys"]).succeeds().stdout));
    assert!(!has_color(&lab.run(["help", "keys"]).succeeds().stdout));
    assert!(has_color(&lab.run(["--color=always", "put"]).exits(2).stderr));
    lab.key("k");
    lab.plain("p", b"x");
    let audit = ["audit", "-k", "./k", "--color", "always", "s3://demo"];
    assert!(lab.run(audit).succeeds().stdout.contains("\u{1b}[1m\u{1b}[33msse-s3\u{1b}[0m"));
    let json = ["--json", "ls", "--color", "always", "s3://absent"];
    assert!(!has_color(&lab.run(json).exits(3).stderr));
    lab.run(["--color", "pink", "ls"]).fails(2).says(&["pink"]);
}

/// What the examples assume to be there. `$1` is the folder with the program.
const PRELUDE: &str = r#"
set -euo pipefail
export S3SEAL_CONFIG=$PWD/config.toml
for name in backup old new k shared master dump key; do s3seal keygen -q -o $name.key; done
cp k.key k; cp new.key new; cp old.key old; cp old.key old-key.txt
printf '[keys.old]\nsource = "./old.key"\n[keys.new]\nsource = "./new.key"\n%s\n' "$DERIVE" > config.toml
printf '[[rules]]\nendpoint = "%s"\nprefix = "s3://backups"\nkey = "new"\nretired = ["old"]\n' "$AWS_ENDPOINT_URL" >> config.toml
mkdir -p data tree/2026 tree/inbox tree/db tree/data tree/public
for name in dump.sql report.pdf app.tar public.tar file notes.txt sample.txt x y; do echo $name > $name; cp $name tree; cp $name tree/2026; cp $name data; done
echo s3://backups/dump.sql > sample.txt
cp x tree/data; cp x tree/public; cp x tree/2026/home.tar; cp dump.sql tree/db; cp dump.sql tree/db.sql; cp x tree/inbox; cp x tree/canary; cp x tree/a; cp x tree/disk.img
seq 1000 > tree/disk.img
for bucket in $BUCKETS; do s3seal bucket create -q s3://$bucket; s3seal put -q -r -k ./$KEY tree s3://$bucket/; done
s3seal bucket create -q s3://plain; s3seal bucket create -q s3://scratch
s3seal put -q -r --no-key tree s3://plain/
mkdir bin
program() { printf '#!/bin/sh\n%s\n' "$2" > bin/$1; chmod +x bin/$1; }
program pass "cat $PWD/$KEY"; program kubectl "grep -v '#' $PWD/old.key"; program pg_dump 'echo dump'; program git 'ls *.sql'
for name in age lp tar jq; do program $name 'cat > /dev/null'; done
for name in mc restic aws curl; do program $name ''; done
export PATH=$PWD/bin:$PATH
export SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=0 SLURM_ARRAY_TASK_COUNT=1
"#;

/// Examples that cannot be run as they are, by a part of them, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("…", "a part is left to the reader"),
    ("--version-id 3HL4", "the version is invented"),
    ("/restore", "a folder at the top of the machine"),
    ("/srv", "a folder at the top of the machine"),
    ("./backup.sh", "a script of the reader"),
    ("pytest", "a program of the reader"),
    ("rclone.conf", "a file of the reader"),
    ("mock.env &", "it serves until it is stopped"),
    ("proxy.env &", "it serves until it is stopped"),
    ("0.0.0.0:9000", "it serves until it is stopped"),
    ("--inventory", "an inventory takes a day"),
    ("> /etc", "a folder of the system"),
    ("> ~/", "a folder that may be absent"),
    ("s3seal setup", "it asks questions"),
    ("mock --health", "no server is at that port"),
    ("s3.old.example", "a store of the reader"),
    ("--region eu-central-1", "the server is in another region"),
];

#[test]
fn the_examples_work() {
    let mut examples = Vec::new();
    for path in commands() {
        let Some(command) = find(&s3seal::command(), &path) else { continue };
        let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let block = help.split("Examples:\n").nth(1).unwrap_or_default();
        let block = block.split("\n\n").next().unwrap_or_default();
        let lines = block.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let is_run = |line: &&str| !NOT_RUN.iter().any(|(part, _)| line.contains(part));
        examples.extend(lines.filter(is_run).map(str::to_owned));
    }
    assert!(examples.len() > 50, "only {} examples were found", examples.len());
    let share = examples.len().div_ceil(4);
    let failed = std::thread::scope(|scope| {
        let shares: Vec<_> = examples.chunks(share).collect();
        let threads: Vec<_> = shares
            .into_iter()
            .map(|share| {
                scope.spawn(move || {
                    let run =
                        |it: &String| run_example(it).err().map(|said| format!("{it}\n{said}"));
                    share.iter().filter_map(run).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

fn find(command: &clap::Command, path: &[String]) -> Option<clap::Command> {
    match path {
        [] => Some(command.clone()),
        [first, rest @ ..] => find(command.find_subcommand(first)?, rest),
    }
}

/// Runs an example on a server of its own. The objects are sealed with the key that the example reads with.
fn run_example(example: &str) -> Result<(), String> {
    let lab = Lab::offline();
    let keys = ["old", "backup", "k", "shared", "dump"];
    let reads_with = |key: &&&str| {
        [
            format!("-k ./{key} "),
            format!("-k ./{key}.key "),
            format!("--source-key ./{key}.key "),
            format!("--from ./{key}.key"),
        ]
        .iter()
        .any(|option| example.contains(option))
    };
    let key = keys.iter().find(reads_with).unwrap_or(&"old");
    let uses_variable =
        example.starts_with("s3seal key md5 ") || example.starts_with("s3seal key show");
    let variable = if uses_variable { "export S3SEAL_KEY=\"$(s3seal keygen)\"" } else { "" };
    let derives = example.starts_with("s3seal key derive s3://");
    let derive = if derives { "derive = true" } else { "" };
    // What an example makes is not there before.
    let made = example.split(" -o ").nth(1).and_then(|rest| rest.split(' ').next());
    let made = made.map(|name| format!("rm -f {name}")).unwrap_or_default();
    let buckets = ["backups", "archive", "sealed", "public", "builds", "velero"];
    let is_named =
        |bucket: &&&str| **bucket == "backups" || example.contains(&format!("s3://{bucket}"));
    let buckets: Vec<&str> = buckets.iter().filter(is_named).copied().collect();
    let buckets = buckets.join(" ");
    let script = format!(
        "KEY={key}.key DERIVE='{derive}' BUCKETS='{buckets}'\n{PRELUDE}\n{variable}\n{made}\n{example}\n"
    );
    let done = lab.run(["mock", "--", "bash", "-c", &script]).done();
    if done.code == Some(0) { Ok(()) } else { Err(format!("[{:?}] {}", done.code, done.stderr)) }
}
