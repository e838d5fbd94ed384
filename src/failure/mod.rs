//! What can go wrong: each failure has a kind, which decides the exit code, one message, at most one hint that says what
//! to do, and the errors that lay beneath it.

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::{Serialize, Serializer};

mod advice;

pub(crate) use advice::{Advice, Hint, set_advisor};

/// The exit status of a process that a signal ended is 128 plus the signal's number (POSIX shells).
const SIGNAL_BASE: u8 = 128;

/// What a failure means. Decides the exit code and the `kind` that `--json` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything without a meaning of its own below: exit 1.
    Other,
    /// The command line asks for something that cannot or must not be done: exit 2.
    Usage,
    /// The bucket, object, version or local file is not there: exit 3.
    NotFound,
    /// The object is sealed and the key is absent, wrong or malformed: exit 4.
    Key,
    /// Credentials, a policy, or a bucket that blocks SSE-C: exit 5.
    Denied,
    /// Not sealed, not proven to be sealed, or refused because it would expose the key: exit 6.
    Unsealed,
    /// What was read or stored is not what was written: exit 7.
    Integrity,
    /// The store cannot be reached, or does not answer usefully, after retries: exit 8.
    Unavailable,
    /// A condition on the object did not hold (it exists, or it changed meanwhile): exit 9.
    Precondition,
    /// The signal of this number ended the command: exit 128 plus the number (129 SIGHUP, 130 SIGINT, 143 SIGTERM).
    Interrupted(u8),
}

impl Kind {
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

/// Why a command failed. Its JSON is what `--json` prints of it.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// What it means.
    pub kind: Kind,
    // Boxed: a failure is part of most results, and rare.
    #[serde(flatten)]
    detail: Box<Detail>,
}

/// The words and circumstances of a [`Failure`].
#[derive(Debug, Default, Clone, Serialize)]
pub struct Detail {
    /// One line: what happened.
    pub message: String,
    /// One line: what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
    /// The HTTP status that the store answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The store's error code, such as `NoSuchKey`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The object or bucket concerned, as `s3://bucket/key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether every other item of the command would fail for the same reason.
    #[serde(skip)]
    pub stops_the_run: bool,
    /// Whether the message says what is left behind: then it is news even if the cause is known already.
    #[serde(skip)]
    pub says_what_is_left: bool,
    /// The error beneath, with its own chain.
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

    /// Why a file, or the stream called so, cannot be written.
    pub fn unwritable(name: impl fmt::Display, error: io::Error) -> Failure {
        if is_out_of_files(&error) {
            return Failure::out_of_files().because(error);
        }
        // Not the error's own words: they can hold the name of a temporary file.
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

    /// More files or connections are open than the process, or the system, may have.
    pub fn out_of_files() -> Failure {
        Failure::other("too many files and connections are open")
            .hint(Advice::AllowMoreFiles)
            .stopping_the_run()
    }

    /// A failure of [`Kind::Interrupted`] by the signal of this number.
    pub fn interrupted(signal: u8) -> Failure {
        let name = match signal {
            1 => "SIGHUP",
            2 => "SIGINT",
            15 => "SIGTERM",
            _ => "a signal",
        };
        Failure::new(Kind::Interrupted(signal), format!("interrupted by {name}"))
    }

    /// The same failure, with what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Failure {
        self.detail_mut().hint = Some(hint.into());
        self
    }

    /// The same failure, saying which object or bucket it is about.
    #[must_use]
    pub fn at(mut self, url: &impl ToString) -> Failure {
        self.detail_mut().url = Some(url.to_string());
        self
    }

    /// The same failure, which every other item of the command would meet as well: no use to go on.
    #[must_use]
    pub fn stopping_the_run(mut self) -> Failure {
        self.detail_mut().stops_the_run = true;
        self
    }

    /// Whether it is no use to go on with the command's other items.
    pub fn stops_the_run(&self) -> bool {
        self.is_interruption() || self.detail.stops_the_run
    }

    /// The same failure, with what the store answered.
    #[must_use]
    pub fn answered(mut self, status: Option<u16>, code: Option<&str>) -> Failure {
        let detail = self.detail_mut();
        detail.status = status;
        detail.code = code.map(str::to_owned);
        self
    }

    /// The same failure, with the error beneath, which `-v` shows.
    #[must_use]
    pub fn because(mut self, source: impl Into<anyhow::Error>) -> Failure {
        self.detail.source = Some(Arc::new(source.into()));
        self
    }

    /// The same failure, whose message also says what it leaves behind.
    #[must_use]
    pub fn leaving(mut self, aftermath: &str) -> Failure {
        self.detail.message += aftermath;
        self.detail.says_what_is_left = true;
        self
    }

    /// The words of the errors beneath, the outermost first; not those that the message repeats.
    pub fn causes(&self) -> impl Iterator<Item = String> {
        let source = self.detail.source.iter();
        let words = source.flat_map(|source| source.chain()).map(ToString::to_string);
        words.filter(|words| !words.is_empty() && !self.detail.message.contains(words.as_str()))
    }

    /// The words and circumstances.
    pub fn detail(&self) -> &Detail {
        &self.detail
    }

    /// The words and circumstances, to add to them.
    pub fn detail_mut(&mut self) -> &mut Detail {
        &mut self.detail
    }

    /// Whether it has this kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    /// Whether a signal ended the command.
    pub fn is_interruption(&self) -> bool {
        matches!(self.kind, Kind::Interrupted(_))
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }
}

/// What went wrong with the several items of one command.
#[derive(Debug, Default)]
pub(crate) struct Failures(Vec<Failure>);

impl Failures {
    /// Adds what went wrong with one item.
    pub(crate) fn add(&mut self, failure: Failure) {
        self.0.push(failure);
    }

    /// Whether anything went wrong.
    /// Errors: Itself, if so.
    pub(crate) fn into_result(self) -> Result<(), Failures> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Each failure, in the order of the items.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Failure> {
        self.0.iter()
    }

    /// The code that all failures share, else 1.
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
    /// Adds what went wrong with one item.
    pub(crate) fn add(&mut self, failure: &Failure) {
        let code = failure.exit_code();
        self.0 = Some(if self.0.is_none_or(|common| common == code) { code } else { 1 });
    }

    /// 0 where nothing went wrong.
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
