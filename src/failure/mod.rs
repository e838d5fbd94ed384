//! Failures: each has a kind, which decides the exit code, one message, at most one hint, and the errors that caused it.
//!
//! - `advice`: hints, made below `commands`, that name options or commands; `commands::advice` has their words

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

mod advice;

pub(crate) use advice::{Advice, Hint, set_advisor};

/// The exit status of a process that a signal ended is 128 plus the signal's number (POSIX shells).
const SIGNAL_BASE: u8 = 128;

/// What a failure means. Decides the exit code and the `kind` that `--json` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything that no other kind covers: exit 1.
    Other,
    /// The command line asks for something that cannot or must not be done: exit 2.
    Usage,
    /// The bucket, object, version or local file does not exist: exit 3.
    NotFound,
    /// The object is sealed and the key is absent, wrong or malformed: exit 4.
    Key,
    /// Credentials, a policy, or a bucket that blocks SSE-C: exit 5.
    Denied,
    /// Not sealed, not proven to be sealed, or refused because it would expose the key: exit 6.
    Unsealed,
    /// The bytes read or stored are not those that were written: exit 7.
    Integrity,
    /// The store cannot be reached, or does not answer usefully, after retries: exit 8.
    Unavailable,
    /// A condition on the object did not hold (it exists, or it changed meanwhile): exit 9.
    Precondition,
    /// The signal of this number ended the command: exit 128 plus the number (129 SIGHUP, 130 SIGINT, 143 SIGTERM).
    Interrupted(u8),
}

impl Kind {
    /// All kinds; the signal is any.
    const ALL: [Kind; 10] = [
        Kind::Other,
        Kind::Usage,
        Kind::NotFound,
        Kind::Key,
        Kind::Denied,
        Kind::Unsealed,
        Kind::Integrity,
        Kind::Unavailable,
        Kind::Precondition,
        Kind::Interrupted(0),
    ];

    /// The name that `--json` prints.
    fn name(self) -> &'static str {
        match self {
            Kind::Other => "other",
            Kind::Usage => "usage",
            Kind::NotFound => "not-found",
            Kind::Key => "key",
            Kind::Denied => "denied",
            Kind::Unsealed => "unsealed",
            Kind::Integrity => "integrity",
            Kind::Unavailable => "unavailable",
            Kind::Precondition => "precondition",
            Kind::Interrupted(_) => "interrupted",
        }
    }

    fn exit_code(self) -> u8 {
        match self {
            Kind::Other => 1,
            Kind::Usage => 2,
            Kind::NotFound => 3,
            Kind::Key => 4,
            Kind::Denied => 5,
            Kind::Unsealed => 6,
            Kind::Integrity => 7,
            Kind::Unavailable => 8,
            Kind::Precondition => 9,
            Kind::Interrupted(signal) => SIGNAL_BASE + signal,
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl JsonSchema for Kind {
    fn schema_name() -> Cow<'static, str> {
        "Kind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let described = |kind: Kind| {
            let meaning = match kind {
                Kind::Other => "Anything else.",
                Kind::Usage => "The command line asks for what cannot or must not be done.",
                Kind::NotFound => "The bucket, object, version or local file does not exist.",
                Kind::Key => "The object is sealed, and the key is absent, wrong or malformed.",
                Kind::Denied => "Credentials, a policy, or a bucket that blocks SSE-C.",
                Kind::Unsealed => "Not sealed, not proven to be sealed, or refused as unsafe.",
                Kind::Integrity => "The bytes are not those that were written.",
                Kind::Unavailable => "The store does not answer usefully, after retries.",
                Kind::Precondition => "The object exists, or was changed meanwhile.",
                Kind::Interrupted(_) => "A signal ended the command.",
            };
            let exit = match kind {
                Kind::Interrupted(_) => "128 plus its number".to_owned(),
                kind => kind.exit_code().to_string(),
            };
            let description = format!("{meaning} Exit {exit}.");
            json_schema!({"const": kind.name(), "description": description})
        };
        json_schema!({"oneOf": Kind::ALL.map(described)})
    }
}

/// Why a command or one of its items failed; a line of stderr.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Failure {
    /// What the failure means. It decides the exit code.
    pub kind: Kind,
    // Boxed: a failure is part of most results, and rare.
    #[serde(flatten)]
    detail: Box<Detail>,
}

/// The message and the context of a [`Failure`].
#[derive(Debug, Default, Clone, Serialize, JsonSchema)]
pub struct Detail {
    /// One line: what happened.
    pub message: String,
    /// One line: what the user can do about it.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
    /// The HTTP status of the store's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The store's error code, such as `NoSuchKey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The object or bucket concerned, as `s3://bucket/object`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether every other item of the command would fail for the same reason.
    #[serde(skip)]
    pub stops_the_run: bool,
    /// Whether the message says what is left behind: it is then printed even if the cause was printed before.
    #[serde(skip)]
    pub says_what_is_left: bool,
    /// The error that caused it, with its own chain.
    #[serde(skip)]
    pub source: Option<Arc<anyhow::Error>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Detail { message, url, .. } = &*self.detail;
        match url {
            Some(url) if !message.contains(url.as_str()) => write!(f, "{url}: {message}"),
            _ => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

/// Whether the error is that the process (EMFILE) or the system (ENFILE) has no descriptor left.
pub(crate) fn is_out_of_files(error: &io::Error) -> bool {
    let errors = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE];
    error.raw_os_error().is_some_and(|code| errors.iter().any(|it| it.raw_os_error() == code))
}

macro_rules! constructors {
    ($($name:ident => $kind:ident),* $(,)?) => {$(
        #[doc = concat!("A failure of [`Kind::", stringify!($kind), "`] with this message.")]
        pub fn $name(message: impl Into<String>) -> Failure {
            Failure::new(Kind::$kind, message.into())
        }
    )*};
}

impl Failure {
    constructors! {
        other => Other,
        usage => Usage,
        not_found => NotFound,
        key => Key,
        denied => Denied,
        unsealed => Unsealed,
        integrity => Integrity,
        unavailable => Unavailable,
        precondition => Precondition,
    }

    fn new(kind: Kind, message: String) -> Failure {
        Failure { kind, detail: Box::new(Detail { message, ..Detail::default() }) }
    }

    /// The failure of a write to a file or a stream of this name.
    pub fn unwritable(name: impl fmt::Display, error: io::Error) -> Failure {
        if is_out_of_files(&error) {
            return Failure::out_of_files().because(error);
        }
        // Not the error's own message, which can contain the name of a temporary file.
        let failure = match error.kind() {
            io::ErrorKind::FileTooLarge => Failure::other(format!(
                "{name} would become larger than a file may be here"
            ))
            .hint("`ulimit -f` shows the limit of this shell; some file systems have one, too"),
            io::ErrorKind::NotFound => {
                Failure::not_found(format!("{name} cannot be made: its folder does not exist"))
                    .hint("make the folder first: `mkdir -p FOLDER`")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Failure::other(format!("there is no space left for {name}"))
                    .hint("free some, or choose another destination")
                    .stopping_the_run()
            }
            kind => Failure::other(format!("{name} cannot be written: {kind}"))
                .hint("choose a destination that this user can write to"),
        };
        failure.because(error)
    }

    /// The process or the system cannot open more files or connections.
    pub fn out_of_files() -> Failure {
        Failure::other("too many files and connections are open")
            .hint(Advice::AllowMoreFiles)
            .stopping_the_run()
    }

    /// A failure of `Kind::Interrupted` by the signal of this number.
    pub fn interrupted(signal: u8) -> Failure {
        let name = match signal {
            1 => "SIGHUP",
            2 => "SIGINT",
            15 => "SIGTERM",
            _ => "a signal",
        };
        Failure::new(Kind::Interrupted(signal), format!("interrupted by {name}"))
    }

    /// The same failure, with this hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Failure {
        self.detail_mut().hint = Some(hint.into());
        self
    }

    /// The same failure, about this object or bucket.
    #[must_use]
    pub fn at(mut self, url: &impl ToString) -> Failure {
        self.detail_mut().url = Some(url.to_string());
        self
    }

    /// The same failure, marked as one that every other item of the command would have, too.
    #[must_use]
    pub fn stopping_the_run(mut self) -> Failure {
        self.detail_mut().stops_the_run = true;
        self
    }

    /// Whether the command stops: it was interrupted, or every other item would fail for the same reason.
    pub fn stops_the_run(&self) -> bool {
        self.is_interruption() || self.detail.stops_the_run
    }

    /// The same failure, with the status and the code of the store's answer.
    #[must_use]
    pub fn answered(mut self, status: Option<u16>, code: Option<&str>) -> Failure {
        let detail = self.detail_mut();
        detail.status = status;
        detail.code = code.map(str::to_owned);
        self
    }

    /// The same failure, with the error that caused it, which `-v` shows.
    #[must_use]
    pub fn because(mut self, source: impl Into<anyhow::Error>) -> Failure {
        self.detail.source = Some(Arc::new(source.into()));
        self
    }

    /// The same failure, with words about what is left behind added to the message.
    #[must_use]
    pub fn leaving(mut self, aftermath: &str) -> Failure {
        self.detail.message += aftermath;
        self.detail.says_what_is_left = true;
        self
    }

    /// The messages of the errors that caused it, the outermost first, without those that its own message contains.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        let source = self.detail.source.iter();
        let words = source.flat_map(|source| source.chain()).map(ToString::to_string);
        words.filter(|words| !words.is_empty() && !self.detail.message.contains(words.as_str()))
    }

    /// The message and the context.
    pub fn detail(&self) -> &Detail {
        &self.detail
    }

    /// The message and the context, for changes.
    pub fn detail_mut(&mut self) -> &mut Detail {
        &mut self.detail
    }

    /// Whether the failure is of this kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    /// Whether a signal ended the command.
    pub fn is_interruption(&self) -> bool {
        matches!(self.kind, Kind::Interrupted(_))
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }
}

/// The failures of the items of one command.
#[derive(Debug, Default)]
pub(crate) struct Failures(Vec<Failure>);

impl Failures {
    pub(crate) fn add(&mut self, failure: Failure) {
        self.0.push(failure);
    }

    /// Errors: Itself, if there are any failures.
    pub(crate) fn into_result(self) -> Result<(), Failures> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Failure> {
        self.0.iter()
    }

    pub(crate) fn exit_code(&self) -> u8 {
        let mut code = CommonCode::default();
        self.0.iter().for_each(|failure| code.add(failure));
        code.get()
    }
}

/// The exit code of several items: the one that all failures share, else 1.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct CommonCode(Option<u8>);

impl CommonCode {
    pub(crate) fn add(&mut self, failure: &Failure) {
        let code = failure.exit_code();
        self.0 = Some(if self.0.is_none_or(|common| common == code) { code } else { 1 });
    }

    /// 0 if there are no failures.
    pub(crate) fn get(self) -> u8 {
        self.0.unwrap_or(0)
    }
}

impl From<Failure> for Failures {
    fn from(failure: Failure) -> Failures {
        Failures(vec![failure])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_items_share_a_code_or_end_in_1() {
        let code = |failures: Vec<Failure>| Failures(failures).exit_code();
        assert_eq!(code(vec![]), 0);
        assert_eq!(code(vec![Failure::key("a"), Failure::key("b")]), 4);
        assert_eq!(code(vec![Failure::key("a"), Failure::not_found("b")]), 1);
    }

    #[test]
    fn signals_end_as_shells_expect() {
        assert_eq!(Failure::interrupted(2).exit_code(), 130);
        assert_eq!(Failure::interrupted(15).exit_code(), 143);
    }
}
