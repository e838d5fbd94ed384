//! Runs the blocks of a page in one bash, and compares what they print with what the page shows.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::page::{Block, How, Page, Server};
use crate::harness::{Lab, PROGRAM};

/// Stands for any text in a line, and alone for any lines.
const ANYTHING: &str = "…";

/// A command of a `console` block, and what it prints there.
struct Shown {
    command: String,
    output: Vec<String>,
}

impl Shown {
    fn all_of(block: &Block) -> Vec<Shown> {
        let mut found: Vec<Shown> = Vec::new();
        let mut continues = false;
        for line in block.text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                found.push(Shown { command: command.to_owned(), output: Vec::new() });
                continues = command.ends_with('\\');
            } else if let Some(shown) = found.last_mut() {
                if continues {
                    shown.command = format!("{}\n{line}", shown.command);
                    continues = line.ends_with('\\');
                } else {
                    shown.output.push(line.to_owned());
                }
            }
        }
        found
    }

    /// Whether it is shown that the command fails: by an error, or by a check of `doctor`.
    fn may_fail(&self) -> bool {
        self.output.iter().any(|line| line.starts_with("error:") || line.starts_with("fail  "))
    }
}

/// Runs all blocks of the page that can run.
/// Errors: what failed, or what was printed instead of what is shown.
#[expect(clippy::print_stderr, reason = "the author of a page asks for what its commands print")]
pub(super) fn run(page: &Page) -> Result<(), String> {
    if !page.blocks.iter().any(|block| block.how == How::Run) {
        return Ok(());
    }
    let lab = Lab::offline();
    lab.file("dump.sql", b"create table t ();\n");
    lab.file("README.md", b"a file\n");
    lab.deep_file("src/lib.rs", b"//! x\n");
    let outputs = tempfile::tempdir().unwrap();
    let (script, shown) = script(page, outputs.path());
    let mut command = lab.prepared(start(&page.server));
    command.env("S3SEAL_BOOK_SCRIPT", &script).env("PATH", path());
    if page.server == Server::SeaweedFs {
        for name in std::env::vars_os().map(|(name, _)| name) {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env(&name, std::env::var_os(&name).unwrap_or_default());
            }
        }
    }
    let done = command.stdin(Stdio::null()).output().expect("bash starts");
    let transcript = || {
        let mut text = String::new();
        for (number, shown) in shown.iter().enumerate() {
            let Ok(printed) = std::fs::read(outputs.path().join(number.to_string())) else { break };
            let printed = String::from_utf8_lossy(&printed);
            write!(text, "$ {}\n{printed}", shown.command).unwrap();
        }
        text
    };
    if std::env::var_os("S3SEAL_BOOK_PAGE").is_some_and(|page| !page.is_empty()) {
        eprintln!("{}", transcript());
    }
    if !done.status.success() {
        let (said, printed) =
            (String::from_utf8_lossy(&done.stderr), String::from_utf8_lossy(&done.stdout));
        return Err(format!("{}\n{printed}{said}{}", done.status, transcript()));
    }
    for (number, shown) in shown.iter().enumerate() {
        let printed = std::fs::read(outputs.path().join(number.to_string())).unwrap_or_default();
        let printed = String::from_utf8_lossy(&printed);
        let lines: Vec<&str> = printed.lines().collect();
        if !agrees(&shown.output, &lines) {
            let command = &shown.command;
            return Err(format!(
                "`{command}` prints something else than is shown; all of it:\n{}",
                transcript()
            ));
        }
    }
    Ok(())
}

/// Bash, on the page's server.
fn start(server: &Server) -> Command {
    let bash = ["bash", "-c", "eval \"$S3SEAL_BOOK_SCRIPT\""];
    if let Server::Embedded(options) = server {
        let mut command = Command::new(PROGRAM);
        command.arg("mock").args(options).arg("--").args(bash);
        return command;
    }
    let mut command = Command::new(bash[0]);
    command.args(&bash[1..]);
    command
}

/// The search path, with the program under test first.
fn path() -> OsString {
    let mut path = OsString::from(Path::new(PROGRAM).parent().unwrap());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

/// The blocks as one script. The output of each shown command goes into a file of its own.
fn script(page: &Page, outputs: &Path) -> (String, Vec<Shown>) {
    let outputs = outputs.display();
    let (mut script, mut all) = (String::from("set -euo pipefail\nlast=0\n"), Vec::new());
    for block in &page.blocks {
        match &block.how {
            How::Run if block.language == "sh" => script += &block.text,
            How::Run => {
                for shown in Shown::all_of(block) {
                    let number = all.len();
                    // In this shell, for it may set variables; and `$?` is that of the command shown before.
                    let command = &shown.command;
                    write!(
                        script,
                        "set +e\n{{ (exit $last)\n{command}\n}} >{outputs}/{number} 2>&1\nlast=$?\nset -e\n"
                    )
                    .unwrap();
                    if !shown.may_fail() {
                        writeln!(script, "[ $last = 0 ] || exit 99").unwrap();
                    }
                    all.push(shown);
                }
            }
            How::File(name) => {
                let text = &block.text;
                write!(script, "mkdir -p \"$(dirname '{name}')\"\ncat >'{name}' <<'END OF FILE'\n{text}END OF FILE\n")
                    .unwrap();
            }
            How::Account | How::Shown => {}
        }
    }
    (script, all)
}

fn agrees(shown: &[String], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        ([wanted, rest @ ..], _) if wanted.trim() == ANYTHING => {
            (0..=printed.len()).any(|skipped| agrees(rest, &printed[skipped..]))
        }
        ([wanted, rest @ ..], [line, lines @ ..]) => {
            line_agrees(wanted, line) && agrees(rest, lines)
        }
        _ => false,
    }
}

fn line_agrees(wanted: &str, line: &str) -> bool {
    let Some((before, after)) = wanted.split_once(ANYTHING) else {
        return wanted.trim_end() == line.trim_end();
    };
    let Some(line) = line.strip_prefix(before) else { return false };
    let ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    ends.into_iter().any(|at| line_agrees(after, &line[at..]))
}

/// Whether the program accepts the command lines of the blocks that need an account.
/// Errors: what it says of those that it does not.
pub(super) fn check(page: &Page) -> Result<(), String> {
    for block in page.blocks.iter().filter(|block| block.how == How::Account) {
        let lines = if block.language == "sh" {
            block.text.clone()
        } else {
            Shown::all_of(block).into_iter().map(|shown| shown.command + "\n").collect()
        };
        let lab = Lab::offline();
        let mut bash = lab.prepared(Command::new("bash"));
        bash.env("S3SEAL_BOOK_SCRIPT", &lines).args(["-c", CHECK, "bash", PROGRAM]);
        let done = bash.stdin(Stdio::null()).output().expect("bash starts");
        let refused = std::fs::read_to_string(lab.path("refused")).unwrap_or_default();
        if !refused.is_empty() {
            return Err(format!("{refused}of:\n{lines}"));
        }
        let said = String::from_utf8_lossy(&done.stderr);
        if said.contains("syntax error") {
            return Err(format!("{said}of:\n{lines}"));
        }
    }
    Ok(())
}

/// With `--help` the program checks what stands before it, and does nothing else. Other programs are not started.
const CHECK: &str = r#"
program=$1
command_not_found_handle() { :; }
s3seal() {
  local word words=()
  for word; do
    [ "$word" != -- ] || break
    words+=("$word")
  done
  "$program" "${words[@]}" --help >/dev/null 2>>refused
}
PATH=/nonexistent
eval "$S3SEAL_BOOK_SCRIPT"
"#;

#[test]
fn what_is_left_out_agrees_with_anything() {
    let shown: Vec<String> = ["a…c", "…", "e"].map(str::to_owned).to_vec();
    assert!(agrees(&shown, &["abc", "x", "y", "e"]));
    assert!(agrees(&shown, &["ac", "e"]));
    assert!(!agrees(&shown, &["ab", "e"]));
    assert!(!agrees(&shown, &["abc", "f"]));
    assert!(!agrees(&shown, &["abc", "e", "f"]));
}
