//! Errors of the command line: the message of clap without what must not be shown, and the right tip.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::help;
use crate::failure::Failure;
use crate::key::aws_cli::hidden_values;
use crate::location::{is_web_url, without_query};
use crate::output::{Output, ProgressStyle};
use crate::text::redaction::{MASK, looks_secret, visible};

/// Prints clap's message, without arguments that may be keys, and without the signatures of URLs. Returns the exit code.
pub(crate) fn print_usage_error(
    error: &clap::Error,
    arguments: &[OsString],
    note: Option<String>,
) -> u8 {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match help::print(&error.render(), &Output::default()) {
            Ok(()) => 0,
            Err(failure) => {
                Output::default().failure(&failure);
                failure.exit_code()
            }
        };
    }
    let mut text = error.render().to_string();
    if let Some(tip) = tip(error, arguments) {
        text = with_tip(&text, tip);
    }
    for argument in arguments.iter().filter_map(|argument| argument.to_str()) {
        let value = argument.split_once('=').map_or(argument, |(_, value)| value);
        let may_be_key = |word: &&str| looks_secret(word) && !is_option_name(word);
        for secret in [argument, value].into_iter().filter(may_be_key) {
            text = text.replace(secret, MASK);
        }
        // An argument must not begin a new line.
        if !argument.is_empty() && argument != visible(argument) {
            text = text.replace(argument, &visible(argument));
            text = text.replace(value, &visible(value));
        }
        for url in [argument, value].into_iter().filter(|word| is_web_url(word)) {
            text = text.replace(url, without_query(url));
        }
    }
    for hidden in hidden_values(arguments).filter(|value| !value.is_empty()) {
        text = text.replace(hidden, MASK);
    }
    if let Some(note) = note {
        text = format!("{}\n\n{note}", text.trim_end());
    }
    let text = text.trim_end();
    if wants_json(arguments) {
        let (message, rest) = text.split_once("\n").unwrap_or((text, ""));
        let message = message.trim_start_matches("error: ");
        let hint = rest.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>();
        Output::new(true, false, ProgressStyle::None)
            .failure(&Failure::usage(message).hint(hint.join("; ")));
    } else {
        Output::default().usage(text);
    }
    2
}

/// For errors that occur before the arguments are parsed.
pub(crate) fn wants_json(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--json")
}

/// Commands of other tools, and what they are called here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["version", "v"], "s3seal --version"),
    (&["upload", "store", "seal", "encrypt"], "s3seal put"),
    (&["download", "fetch", "open", "decrypt"], "s3seal get"),
    (&["list", "dir", "tree", "find"], "s3seal ls"),
    (&["info", "show", "head-object", "stats"], "s3seal head"),
    (&["remove", "del", "erase"], "s3seal rm"),
    (&["copy"], "s3seal cp"),
    (&["move", "rename"], "s3seal mv"),
    (&["mirror"], "s3seal sync"),
    (&["mb", "create-bucket"], "s3seal bucket create"),
    (&["rb", "delete-bucket"], "s3seal bucket delete"),
    (&["genkey", "gen-key", "generate"], "s3seal keygen"),
    (&["rekey", "rewrap"], "s3seal rotate"),
    (&["serve", "server"], "s3seal mock, or s3seal proxy"),
    (&["check", "diagnose", "test"], "s3seal doctor"),
    (&["config", "configure"], "s3seal help config, which shows how config.toml is written"),
    (&["url", "share", "sign"], "s3seal presign"),
];

/// Commands that change nothing: a mistyped command never suggests another.
const HARMLESS: &[&str] =
    &["audit", "cat", "completions", "doctor", "get", "head", "help", "key", "ls", "presign"];

/// A tip for a command or an option that is called something else here. `Some(None)` if clap's own tip must not be shown.
fn tip(error: &clap::Error, arguments: &[OsString]) -> Option<Option<String>> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let typed = text(ContextKind::InvalidSubcommand)?.to_ascii_lowercase();
            let known = ELSEWHERE.iter().find(|(names, _)| names.contains(&typed.as_str()));
            if let Some((_, here)) = known {
                return Some(Some(format!("write `{here}`")));
            }
            let similar = match error.get(ContextKind::SuggestedSubcommand) {
                Some(ContextValue::Strings(names)) => names.as_slice(),
                _ => &[],
            };
            let is_harmless = |name: &String| HARMLESS.contains(&name.as_str());
            (!similar.iter().all(is_harmless)).then_some(None)
        }
        ErrorKind::UnknownArgument => {
            let typed = text(ContextKind::InvalidArg)?;
            let is_get = arguments.iter().any(|argument| argument == "get");
            let names_output = typed == "-o" || typed.starts_with("--output");
            (is_get && names_output)
                .then(|| Some("the file comes last: s3seal get s3://bucket/object FILE".to_owned()))
        }
        _ => None,
    }
}

/// The message with this tip in the place of clap's.
fn with_tip(text: &str, tip: Option<String>) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("tip:"))
        .map(str::to_owned)
        .collect();
    if let Some(tip) = tip {
        let end = lines.iter().position(String::is_empty).unwrap_or(lines.len());
        lines.insert(end, format!("  tip: {tip}"));
        lines.insert(end, String::new());
    }
    // Without the tip two empty lines would meet.
    lines.dedup_by(|one, other| one.is_empty() && other.is_empty());
    lines.join("\n")
}

/// Whether the word is written as the name of a long option: a key has capitals or digits.
fn is_option_name(word: &str) -> bool {
    let name = word.strip_prefix("--").unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
