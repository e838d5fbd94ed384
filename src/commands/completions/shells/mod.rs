//! What is different in each shell: its script, how a line becomes words, and how candidates are written so that no name can
//! be more than a name.
//!
//! bash inserts what it is given, so `bash` quotes; PowerShell, too. zsh, fish and elvish quote what they insert.
//!
//! - `bash`: bash's candidates, which replace only a part of the word
//! - `line`: a typed line as words

mod bash;
mod line;

use std::path::Path;

use clap_complete::Shell;

use super::live::Candidate;

const BASH: &str = include_str!("live.bash");
const ZSH: &str = include_str!("live.zsh");
const FISH: &str = include_str!("live.fish");
const ELVISH: &str = include_str!("live.elv");
const POWERSHELL: &str = include_str!("live.ps1");
/// Stands for the program in the scripts.
const PLACEHOLDER: &str = "@PROGRAM@";
const NAME: &str = "s3seal";

/// The script that asks this program at each TAB: by its name, or by its path where it was called by one.
pub(super) fn script(shell: Shell) -> String {
    let called = std::env::args_os().next().unwrap_or_default();
    let path = Some(Path::new(&called)).filter(|path| path.components().count() > 1);
    let path = path.and_then(|path| Some(std::path::absolute(path).ok()?.to_str()?.to_owned()));
    let program = path.as_deref().unwrap_or(NAME);
    let doubled = || format!("'{}'", program.replace('\'', "''"));
    let (script, quoted) = match shell {
        Shell::Bash => (BASH, bash::quoted(program)),
        Shell::Zsh => (ZSH, bash::quoted(program)),
        Shell::Fish => (FISH, format!("'{}'", program.replace('\\', "\\\\").replace('\'', "\\'"))),
        Shell::Elvish => (ELVISH, doubled()),
        Shell::PowerShell => (POWERSHELL, powershell_quoted(program)),
        // clap may add shells to its list.
        _ => return String::new(),
    };
    script.replace(PLACEHOLDER, &quoted)
}

/// Reads what a script has sent, finds the candidates, and writes them as that script takes them, one a line.
pub(super) fn answer(
    shell: Shell,
    typed: &str,
    find: impl FnOnce(Vec<String>) -> Vec<Candidate>,
) -> String {
    let mut fields: Vec<String> = typed.split('\0').map(str::to_owned).collect();
    // What follows the last NUL: nothing, or the line break that PowerShell adds.
    fields.pop();
    let lines: Vec<String> = match shell {
        Shell::Bash => bash::answer(&fields, find),
        Shell::Fish => {
            // The token at the cursor comes as it is typed.
            let token = fields.pop().unwrap_or_default();
            fields.push(line::word(&token));
            find(fields).iter().map(|it| format!("{}\t{}", it.value, it.help)).collect()
        }
        Shell::PowerShell => find(fields).iter().map(for_powershell).collect(),
        _ => find(fields).iter().map(with_fields).collect(),
    };
    lines.into_iter().map(|line| line + "\n").collect()
}

/// `SUFFIX, VALUE, SHOWN, HELP`, separated by tabs, which no candidate holds.
fn with_fields(candidate: &Candidate) -> String {
    let suffix = if candidate.goes_on() { "" } else { " " };
    [suffix, &candidate.value, &candidate.shown, &candidate.help].join("\t")
}

fn for_powershell(candidate: &Candidate) -> String {
    let Candidate { value, shown, help } = candidate;
    // A tooltip must not be empty.
    let help = if help.is_empty() { value } else { help };
    [&powershell_quoted(value), shown, help].map(String::as_str).join("\t")
}

/// The text as one argument of PowerShell, which takes typographic quotes for quotes, too.
fn powershell_quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:\\=+".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut quoted = String::from("'");
    for c in text.chars() {
        let is_quote = matches!(c, '\'' | '\u{2018}'..='\u{201b}');
        quoted.extend(std::iter::repeat_n(c, if is_quote { 2 } else { 1 }));
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_arguments_of_powershell() {
        for (name, quoted) in [
            ("s3://b/a.txt", "s3://b/a.txt"),
            ("--json", "--json"),
            ("", "''"),
            ("s3://b/a b", "'s3://b/a b'"),
            ("s3://b/$(calc)", "'s3://b/$(calc)'"),
            ("s3://b/it's", "'s3://b/it''s'"),
            ("s3://b/\u{2019};calc", "'s3://b/\u{2019}\u{2019};calc'"),
            ("s3://b/`n", "'s3://b/`n'"),
            ("s3://b/a,b", "'s3://b/a,b'"),
        ] {
            assert_eq!(powershell_quoted(name), quoted);
        }
    }
}
