//! Candidates from this machine: files, names of keys, profiles and endpoints. No key is read.

use std::ffi::OsStr;
use std::path::Path;

use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};

use crate::key::ring::ConfigKeys;

/// The values that begin with the word.
pub(super) fn beginning_with<T: AsRef<str>>(
    word: &str,
    values: impl IntoIterator<Item = Vec<T>>,
) -> Vec<CompletionCandidate> {
    let values = values.into_iter().flatten();
    let fitting = values.filter(|value| value.as_ref().starts_with(word));
    fitting.map(|value| CompletionCandidate::new(value.as_ref())).collect()
}

/// Files and folders.
pub(super) fn files(word: &OsStr) -> Vec<CompletionCandidate> {
    PathCompleter::any().complete(word).into_iter().filter(is_no_dot).collect()
}

pub(super) fn folders(word: &OsStr) -> Vec<CompletionCandidate> {
    PathCompleter::dir().complete(word)
}

/// clap offers the current folder for an empty word, even where a file is wanted.
fn is_no_dot(found: &CompletionCandidate) -> bool {
    found.get_value() != "."
}

/// A program of the search path, and files; after the program, files alone.
pub(super) fn program(word: &OsStr, is_first: bool) -> Vec<CompletionCandidate> {
    let mut found = files(word);
    let Some(text) = word.to_str().filter(|text| is_first && !text.is_empty()) else {
        return found;
    };
    if text.contains('/') {
        return found;
    }
    found.clear();
    let path = std::env::var_os("PATH").unwrap_or_default();
    for folder in std::env::split_paths(&path) {
        let programs = PathCompleter::file().current_dir(folder).complete(word);
        found.extend(programs.into_iter().filter(|it| !ends_in_slash(it)));
    }
    found.sort();
    found.dedup();
    found
}

fn ends_in_slash(found: &CompletionCandidate) -> bool {
    found.get_value().as_encoded_bytes().ends_with(b"/")
}

/// The sources of keys: the names in config.toml, and the beginnings of other SPECs.
pub(super) fn keys(word: &str, none: bool) -> Vec<CompletionCandidate> {
    if let Some(path) = word.strip_prefix("file:") {
        return prefixed("file:", files(OsStr::new(path)));
    }
    if let Some(name) = word.strip_prefix("env:") {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let mut names: Vec<_> = names.collect();
        names.sort();
        return prefixed("env:", beginning_with(name, [names]));
    }
    // A bare word is a name in config.toml, never a file.
    if word.starts_with(['.', '~']) || word.contains('/') {
        return files(OsStr::new(word));
    }
    let config = ConfigKeys::load(None).unwrap_or_default();
    let mut names: Vec<_> = config.names().collect();
    names.sort_unstable();
    names.extend(none.then_some("none"));
    names.extend(["file:", "env:", "cmd:", "fd:", "stdin"]);
    beginning_with(word, [names])
}

/// The values of aws-cli's options for keys.
pub(super) fn key_text(word: &str) -> Vec<CompletionCandidate> {
    for scheme in ["fileb://", "file://"] {
        if let Some(path) = word.strip_prefix(scheme) {
            return prefixed(scheme, files(OsStr::new(path)));
        }
    }
    beginning_with(word, [vec!["fileb://", "file://"]])
}

/// The endpoints that rules of config.toml name.
pub(super) fn endpoints(word: &str) -> Vec<CompletionCandidate> {
    let config = ConfigKeys::load(None).unwrap_or_default();
    let mut urls: Vec<_> = config.endpoints().collect();
    urls.sort_unstable();
    urls.dedup();
    urls.push("https://");
    beginning_with(word, [urls])
}

fn prefixed(prefix: &str, found: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    found.into_iter().map(|it| it.add_prefix(Path::new(prefix))).collect()
}
