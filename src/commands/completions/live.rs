//! The candidates for the word at the cursor: clap's engine finds the argument that the word belongs to, and the completers
//! that are attached here find its values.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::time::Instant;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use super::typed::Typed;
use super::values::{Values, map_arguments};
use super::{local, remote};
use crate::store::wire::profile_names;
use crate::text::redaction::is_unsafe;

/// A possible value of the word at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The whole word.
    pub(super) value: String,
    /// What a list of candidates shows, where the shell can show something else than the word.
    pub(super) shown: String,
    /// One line of help; may be empty.
    pub(super) help: String,
}

impl Candidate {
    /// Whether the word usually goes on, so that no space belongs after it.
    pub(super) fn goes_on(&self) -> bool {
        self.value.ends_with(['/', ':', '='])
    }
}

/// The candidates for the last of these words; the first word is the program's name.
pub(super) fn candidates(
    command: Command,
    words: Vec<String>,
    deadline: Instant,
) -> Vec<Candidate> {
    let words: Vec<OsString> = words.into_iter().map(Into::into).collect();
    let Some((word, before)) = words.split_last().filter(|(_, before)| !before.is_empty()) else {
        return Vec::new();
    };
    let is_empty = word.is_empty();
    let typed = Arc::new(Typed::parse(command.clone(), before));
    let mut command =
        map_arguments(command, &|arg, values| completed(arg, values, &typed, deadline));
    let index = before.len();
    let here = std::env::current_dir().ok();
    let found = complete(&mut command, words, index, here.as_deref()).unwrap_or_default();
    let mut found: Vec<_> = found.iter().filter_map(candidate).collect();
    // An empty word asks for operands. Only where there are none are options worth a list.
    let is_option = |it: &Candidate| it.value.len() > 1 && it.value.starts_with('-');
    if is_empty && !found.iter().all(is_option) {
        found.retain(|it| !is_option(it));
    }
    found
}

/// The files that the word may name: for words that are no arguments.
pub(super) fn files(word: &str) -> Vec<Candidate> {
    local::files(OsStr::new(word)).iter().filter_map(candidate).collect()
}

/// Attaches a completer to an argument whose values clap does not know.
fn completed(arg: Arg, values: Values, typed: &Arc<Typed>, deadline: Instant) -> Arg {
    if values == Values::Known {
        return arg;
    }
    let typed = typed.clone();
    arg.add(ArgValueCompleter::new(move |word: &OsStr| find(values, word, &typed, deadline)))
}

fn find(
    values: Values,
    word: &OsStr,
    typed: &Typed,
    deadline: Instant,
) -> Vec<CompletionCandidate> {
    let Some(text) = word.to_str() else { return Vec::new() };
    let objects = || remote::objects(text, typed, deadline);
    let files_or_objects = || [local::files(word), objects()].into_iter().flatten().collect();
    match values {
        Values::Known | Values::Free => Vec::new(),
        Values::OneOf(_) | Values::Behavior | Values::HelpNames => {
            local::beginning_with(text, values.list())
        }
        Values::Fault => local::beginning_with(text, [values.beginnings()]),
        Values::Files => local::files(word),
        Values::Folders => local::folders(word),
        Values::Program => local::program(word, typed.operands == 0),
        Values::Buckets => remote::buckets(text, typed, deadline),
        Values::Objects => objects(),
        Values::FilesThenObject if typed.operands == 0 => local::files(word),
        Values::ObjectsThenFile if typed.operands == 0 => objects(),
        Values::FilesThenObject | Values::ObjectsThenFile | Values::ObjectsOrFiles => {
            files_or_objects()
        }
        Values::Keys { none } => local::keys(text, none),
        Values::KeyText => local::key_text(text),
        Values::Profiles => {
            let names = remote::within(deadline, || async { Some(profile_names().await) });
            local::beginning_with(text, names)
        }
        Values::Endpoints => local::endpoints(text),
    }
}

/// Leaves out names that no terminal shows as they are, and that a line of a script cannot hold.
fn candidate(found: &CompletionCandidate) -> Option<Candidate> {
    let value = found.get_value().to_str()?;
    if value.contains(is_unsafe) {
        return None;
    }
    let help = found.get_help().map(ToString::to_string).unwrap_or_default();
    let help: String = help.lines().next().unwrap_or_default().replace(is_unsafe, " ");
    let is_more = found.get_id().is_some_and(|id| id == remote::MORE);
    let shown = if is_more { "…".to_owned() } else { last_part(value).to_owned() };
    Some(Candidate { value: value.to_owned(), shown, help })
}

/// The last part of an object's name or a path; everything else as it is.
fn last_part(value: &str) -> &str {
    if value == remote::SCHEME || value.starts_with('-') {
        return value;
    }
    let without_end = value.strip_suffix('/').unwrap_or(value);
    without_end.rfind('/').map_or(value, |slash| &value[slash + 1..])
}
