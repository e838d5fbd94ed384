//! The value of an aws-cli option: text, `file://FILE` or `fileb://FILE` (awscli, `paramfile.py`).

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::key::core::{Spec, with_context};

const TEXT_FILE: &str = "file://";
const BINARY_FILE: &str = "fileb://";

pub(super) struct Value {
    /// The option or the file, as messages show it.
    pub(super) source: String,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    pub(super) origin: Origin,
    /// Warnings that other users can see or change the value.
    pub(super) warnings: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    CommandLine,
    Text,
    Binary,
}

impl Value {
    /// Reads the value of an option that takes a key.
    /// Errors: `Kind::Key` if a file cannot be read or others can write it, and for text that is not UTF-8.
    pub(super) fn read(option: &str, value: &OsStr) -> Result<Value, Failure> {
        let (origin, path) = split(value);
        let Some(path) = path else {
            let bytes = Zeroizing::new(value.as_bytes().to_vec());
            let warnings = vec![
                "the key is on the command line, where every user of this machine can see it (`ps`); \
                 fileb://FILE and -k keep it out of there"
                    .to_owned(),
            ];
            let value = Value { source: option.to_owned(), bytes, origin, warnings };
            return value.into_text();
        };
        let mut warnings = Vec::new();
        let spec = Spec::File(path.clone());
        let source = spec.to_string();
        let bytes = spec
            .read_file(&path, &mut warnings)
            .map_err(|failure| with_context(&source, failure))?;
        Value { source, bytes, origin, warnings }.into_text()
    }

    /// Whether the value is read from the program's stdin.
    pub(super) fn is_stdin(value: &OsStr) -> bool {
        split(value).1.is_some_and(|path| Spec::File(path).uses_stdin())
    }

    /// Fails for text that is not UTF-8. Line ends of text files become newlines, as Python reads them.
    fn into_text(mut self) -> Result<Value, Failure> {
        if self.origin == Origin::Binary {
            return Ok(self);
        }
        if std::str::from_utf8(&self.bytes).is_err() {
            let failure = Failure::key("it is not UTF-8, and aws-cli takes it for text")
                .hint("write fileb://FILE for a file of raw bytes");
            return Err(with_context(&self.source, failure));
        }
        if self.origin == Origin::Text {
            self.bytes = with_newlines(&self.bytes);
        }
        Ok(self)
    }
}

/// Reads the value of an option that takes no secret. A file that cannot be read as text is a `Kind::Key`.
pub(super) fn read_text(option: &str, value: &OsStr) -> Result<Zeroizing<String>, Failure> {
    let Some(path) = split(value).1 else {
        return Ok(Zeroizing::new(value.to_string_lossy().into_owned()));
    };
    fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
        Failure::key(format!("the file that {option} names cannot be read: {error}"))
            .hint("check the path")
            .because(error)
    })
}

/// The origin, and the path if the value names a file.
fn split(value: &OsStr) -> (Origin, Option<PathBuf>) {
    let after = |prefix: &str| {
        value
            .as_bytes()
            .strip_prefix(prefix.as_bytes())
            .map(|path| expand_home(OsStr::from_bytes(path)))
    };
    match (after(TEXT_FILE), after(BINARY_FILE)) {
        (Some(path), _) => (Origin::Text, Some(path)),
        (_, Some(path)) => (Origin::Binary, Some(path)),
        (None, None) => (Origin::CommandLine, None),
    }
}

/// Replaces `~` by the home folder: shells do not do so after `file://`.
fn expand_home(path: &OsStr) -> PathBuf {
    match (Path::new(path).strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.into(),
    }
}

fn with_newlines(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'\r' => out.push(b'\n'),
            b'\n' if index > 0 && text[index - 1] == b'\r' => {}
            byte => out.push(*byte),
        }
    }
    out
}
