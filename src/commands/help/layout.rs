//! What `-h` and `--help` show. `-h` fits a screen: the options for every day and one example. `--help` shows all that
//! belongs to the command. Options that many commands share are on the page of a topic. Man pages and completions have all.

use std::fmt::Write;

use clap::builder::{StyledStr, Styles};
use clap::{Arg, Command};
use unicode_width::UnicodeWidthStr;

use super::topics::TOPICS;
use crate::output::Style;

/// Headings of options that a page of `s3seal help` shows instead of every command, and that page.
pub(super) const SHARED: &[(&str, &str)] = &[
    ("Connection options", "connection"),
    ("Output options", "connection"),
    ("Spellings of aws-cli", "aws-cli"),
];

/// The commands by what they are for.
const GROUPS: &[(&str, &[&str])] = &[
    ("Keys", &["keygen", "key"]),
    ("Objects", &["put", "get", "cat", "head", "ls", "cp", "mv", "sync", "rm", "presign"]),
    ("All objects of a bucket", &["audit", "rotate"]),
    ("The store", &["setup", "doctor", "bucket"]),
    ("Local servers", &["mock", "proxy"]),
    ("This program", &["help", "completions"]),
];

/// The options that `-h` shows of a command with many; arguments are always shown. Of the others it shows all.
const DAILY: &[(&str, &[&str])] = &[
    (
        "put",
        &[
            "key",
            "no_key",
            "sse",
            "recursive",
            "include",
            "exclude",
            "dry_run",
            "if_none_match",
            "content_type",
            "metadata",
            "tagging",
            "storage_class",
        ],
    ),
    (
        "get",
        &[
            "key",
            "recursive",
            "include",
            "exclude",
            "dry_run",
            "version_id",
            "range",
            "no_clobber",
            "allow_plain",
        ],
    ),
    ("cat", &["key", "range", "version_id", "allow_plain"]),
    ("head", &["key", "version_id"]),
    (
        "cp",
        &[
            "key",
            "source_key",
            "no_key",
            "recursive",
            "include",
            "exclude",
            "dry_run",
            "version_id",
        ],
    ),
    ("mv", &["key", "source_key", "no_key", "recursive", "include", "exclude", "dry_run"]),
    (
        "sync",
        &["key", "no_key", "delete", "max_delete", "include", "exclude", "dry_run", "size_only"],
    ),
    (
        "rm",
        &[
            "recursive",
            "include",
            "exclude",
            "dry_run",
            "version_id",
            "all_versions",
            "incomplete",
            "older_than",
            "all",
        ],
    ),
    (
        "presign",
        &["key", "no_key", "method", "expires_in", "headers_file", "tool", "origin", "version_id"],
    ),
    (
        "audit",
        &[
            "key",
            "recursive",
            "only",
            "summary",
            "fail_on",
            "versions",
            "since",
            "include",
            "exclude",
        ],
    ),
    (
        "rotate",
        &[
            "from",
            "to",
            "recursive",
            "include",
            "exclude",
            "dry_run",
            "all_versions",
            "delete_old_versions",
        ],
    ),
    ("mock", &["addr", "bucket", "dir", "tls", "behave", "fault", "env_file"]),
    ("proxy", &["key", "listen", "tls", "user", "env_file"]),
];

/// What `s3seal help` takes first: the topics and the commands.
pub(crate) fn help_names() -> Vec<&'static str> {
    let commands = GROUPS.iter().flat_map(|(_, names)| names.iter().copied());
    TOPICS.iter().map(|topic| topic.name).chain(commands).collect()
}

/// The tree with this layout.
/// `width`: the columns of the terminal.
pub(crate) fn arrange(tree: Command, width: usize) -> Command {
    let tree = tree.styles(styles()).disable_help_subcommand(true).mut_args(hide_shared);
    let tree = tree.mut_subcommands(|command| arrange_command(command, "s3seal", width));
    let template = |groups: String| {
        format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{{after-help}}")
    };
    let groups = groups(&tree);
    tree.help_template(template(groups))
}

fn arrange_command(command: Command, parent: &str, width: usize) -> Command {
    let daily = DAILY.iter().find(|(name, _)| *name == command.get_name()).map(|(_, daily)| *daily);
    let has = |id: &&str| command.get_arguments().any(|arg| arg.get_id() == *id);
    debug_assert!(daily.unwrap_or_default().iter().all(has), "{}: {daily:?}", command.get_name());
    let is_top = parent == "s3seal";
    let path = format!("{parent} {}", command.get_name());
    let mut pages: Vec<&str> = SHARED
        .iter()
        .filter(|(heading, _)| {
            command.get_arguments().any(|arg| arg.get_help_heading() == Some(heading))
        })
        .map(|(_, page)| *page)
        .collect();
    if command.get_arguments().any(|arg| arg.get_id() == "key") {
        pages.insert(0, "keys");
    }
    if command.get_arguments().any(|arg| arg.get_id() == "include") {
        pages.push("patterns");
    }
    pages.push("connection");
    let command = command.mut_args(hide_shared).mut_args(|arg| {
        let is_shown = daily.is_none_or(|daily| daily.contains(&arg.get_id().as_str()));
        let hides = is_top && !is_shown && !arg.is_positional() && arg.get_id() != "help";
        if hides { arg.hide_short_help(true) } else { arg }
    });
    let hides_some = command.get_arguments().any(Arg::is_hide_short_help_set);
    let examples = command.get_after_help().map(StyledStr::to_string).unwrap_or_default();
    let examples = aligned(&examples, width);
    let more = if hides_some { format!("All options: {path} --help. ") } else { String::new() };
    let pages = format!("Topics: s3seal help {}", pages.join("|"));
    let first = first_example(&examples);
    let command = command
        .after_help(painted(&format!("{first}{more}{pages}")))
        .after_long_help(painted(&format!("{examples}\n\n{pages}")));
    command.mut_subcommands(|command| arrange_command(command, &path, width))
}

/// The option is left to the page that has all of its kind. Completions and man pages keep it.
fn hide_shared(arg: Arg) -> Arg {
    let is_shared = SHARED.iter().any(|(heading, _)| arg.get_help_heading() == Some(heading));
    if is_shared { arg.hide_short_help(true).hide_long_help(true) } else { arg }
}

/// `Example:` and the first of the examples.
fn first_example(examples: &str) -> String {
    let is_comment = |line: &&str| line.starts_with("  # ");
    let mut lines = examples.lines().skip_while(|line| !line.starts_with("  "));
    let Some(first) = lines.next() else { return String::new() };
    let next = lines.next().filter(|_| is_comment(&first));
    let example: Vec<_> = std::iter::once(first).chain(next).collect();
    format!("Example:\n{}\n\n", example.join("\n"))
}

/// The examples with their comments below each other; a comment that does not fit stands in the line before.
fn aligned(examples: &str, width: usize) -> String {
    let split =
        |line| str::split_once(line, "  # ").filter(|(command, _)| command.starts_with("  "));
    let short = |command: &&str| command.width() <= width * 2 / 3;
    let commands = examples.lines().filter_map(split).map(|(command, _)| command).filter(short);
    let column = commands.map(|command| command.width()).max().unwrap_or(0);
    let lines = examples.lines().map(|line| match split(line) {
        Some((command, comment)) if command.width().max(column) + 4 + comment.width() <= width => {
            let gap = " ".repeat(column.saturating_sub(command.width()));
            format!("{command}{gap}  # {comment}")
        }
        Some((command, comment)) => format!("  # {comment}\n{command}"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The commands in their groups, a line each.
fn groups(tree: &Command) -> String {
    let (heading, literal) = (Style::Strong.ansi(), Style::Literal.ansi());
    let mut text = String::new();
    for (title, names) in GROUPS {
        let commands = names.iter().filter_map(|name| tree.find_subcommand(name));
        let _ = writeln!(text, "{heading}{title}:{heading:#}");
        for command in commands {
            let about = command.get_about().map(StyledStr::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {literal}{:<12}{literal:#} {about}", command.get_name());
        }
    }
    let topics: Vec<_> = TOPICS.iter().map(|topic| topic.name).collect();
    let _ = write!(text, "{heading}Topics:{heading:#} s3seal help {}", topics.join("|"));
    text
}

/// Titles (a line that ends in a colon) and comments in colour.
fn painted(text: &str) -> StyledStr {
    let (heading, faint) = (Style::Strong.ansi(), Style::Faint.ansi());
    let lines = text.lines().map(|line| {
        if line.ends_with(':') && !line.starts_with(' ') {
            return format!("{heading}{line}{heading:#}");
        }
        match line.find("  # ") {
            Some(at) if line.starts_with("  ") => {
                let (command, comment) = line.split_at(at);
                format!("{command}{faint}{comment}{faint:#}")
            }
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

fn styles() -> Styles {
    Styles::plain()
        .header(Style::Strong.ansi())
        .usage(Style::Strong.ansi())
        .literal(Style::Literal.ansi())
        .error(Style::Bad.ansi())
        .valid(Style::Good.ansi())
        .invalid(Style::Warning.ansi())
}
