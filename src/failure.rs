//! What can go wrong, by meaning: each failure has one message, at most one hint that says what to
//! do, and a documented exit code.

use std::io;

use serde::Serialize;

/// The exit status of a process that a signal ended is 128 plus the signal's number (POSIX shells).
const SIGNAL_BASE: u8 = 128;

/// Why a command failed. The variant decides the exit code and the `kind` that `--json` prints.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// Anything without a meaning of its own below: exit 1.
    #[error("{0}")]
    Other(Detail),
    /// The command line asks for something that cannot or must not be done: exit 2.
    #[error("{0}")]
    Usage(Detail),
    /// The bucket, object, version or local file is not there: exit 3.
    #[error("{0}")]
    NotFound(Detail),
    /// The object is sealed and the key is absent, wrong or malformed: exit 4.
    #[error("{0}")]
    Key(Detail),
    /// Credentials, a policy, or a bucket that blocks SSE-C: exit 5.
    #[error("{0}")]
    Denied(Detail),
    /// Not sealed, not proven to be sealed, or refused because it would expose the key: exit 6.
    #[error("{0}")]
    Unsealed(Detail),
    /// What was read or stored is not what was written: exit 7.
    #[error("{0}")]
    Integrity(Detail),
    /// The store cannot be reached, or does not answer usefully, after retries: exit 8.
    #[error("{0}")]
    Unavailable(Detail),
    /// A condition on the object did not hold (it exists, or it changed meanwhile): exit 9.
    #[error("{0}")]
    Precondition(Detail),
    /// A signal ended the command: exit 128 plus the signal's number (129 SIGHUP, 130 SIGINT, 143 SIGTERM).
    #[error("{detail}")]
    Interrupted {
        /// The signal's number.
        signal: u8,
        /// What was interrupted, and what is left of it.
        detail: Detail,
    },
}

/// Whether the error is that the process (EMFILE) or the system (ENFILE) has no descriptor left.
pub(crate) fn is_out_of_files(error: &io::Error) -> bool {
    let errors = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE];
    error.raw_os_error().is_some_and(|code| errors.iter().any(|it| it.raw_os_error() == code))
}

/// The words and circumstances of a [`Failure`].
#[derive(Debug, Default, Clone, Serialize)]
pub struct Detail {
    /// One line: what happened.
    pub message: String,
    /// One line: what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
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
    pub concerns_all: bool,
}

impl std::fmt::Display for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.url {
            Some(url) if !self.message.contains(url.as_str()) => {
                write!(f, "{url}: {}", self.message)
            }
            _ => f.write_str(&self.message),
        }
    }
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $variant:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(message: impl Into<String>) -> Failure {
            Failure::$variant(Detail { message: message.into(), ..Detail::default() })
        }
    )*};
}

impl Failure {
    constructors! {
        /// A [`Failure::Other`] with this message.
        other => Other,
        /// A [`Failure::Usage`] with this message.
        usage => Usage,
        /// A [`Failure::NotFound`] with this message.
        not_found => NotFound,
        /// A [`Failure::Key`] with this message.
        key => Key,
        /// A [`Failure::Denied`] with this message.
        denied => Denied,
        /// A [`Failure::Unsealed`] with this message.
        unsealed => Unsealed,
        /// A [`Failure::Integrity`] with this message.
        integrity => Integrity,
        /// A [`Failure::Unavailable`] with this message.
        unavailable => Unavailable,
        /// A [`Failure::Precondition`] with this message.
        precondition => Precondition,
    }

    /// Why a file, or the stream called so, cannot be written.
    pub fn unwritable(name: impl std::fmt::Display, error: &io::Error) -> Failure {
        if is_out_of_files(error) {
            return Failure::out_of_files();
        }
        // Not the error's own words: they can hold the name of a temporary file.
        match error.kind() {
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
                    .for_all()
            }
            kind => Failure::other(format!("{name} cannot be written: {kind}"))
                .hint("choose a destination that this user can write to"),
        }
    }

    /// More files or connections are open than the process, or the system, may have.
    pub fn out_of_files() -> Failure {
        Failure::other("too many files and connections are open")
            .hint("allow more (`ulimit -n 1024`), or do less at once with --concurrency 1")
            .for_all()
    }

    /// A [`Failure::Interrupted`] by the signal of this number.
    pub fn interrupted(signal: u8) -> Failure {
        let name = match signal {
            1 => "SIGHUP",
            2 => "SIGINT",
            15 => "SIGTERM",
            _ => "a signal",
        };
        let message = format!("interrupted by {name}");
        Failure::Interrupted { signal, detail: Detail { message, ..Detail::default() } }
    }

    /// The same failure, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
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
    pub fn for_all(mut self) -> Failure {
        self.detail_mut().concerns_all = true;
        self
    }

    /// Whether it is no use to go on with the command's other items.
    pub fn concerns_all(&self) -> bool {
        matches!(self, Failure::Interrupted { .. }) || self.detail().concerns_all
    }

    /// The same failure, with what the store answered.
    #[must_use]
    pub fn answered(mut self, status: Option<u16>, code: Option<&str>) -> Failure {
        let detail = self.detail_mut();
        detail.status = status;
        detail.code = code.map(str::to_owned);
        self
    }

    /// The words and circumstances.
    pub fn detail(&self) -> &Detail {
        match self {
            Failure::Other(d)
            | Failure::Usage(d)
            | Failure::NotFound(d)
            | Failure::Key(d)
            | Failure::Denied(d)
            | Failure::Unsealed(d)
            | Failure::Integrity(d)
            | Failure::Unavailable(d)
            | Failure::Precondition(d)
            | Failure::Interrupted { detail: d, .. } => d,
        }
    }

    /// The words and circumstances, to add to them.
    pub fn detail_mut(&mut self) -> &mut Detail {
        match self {
            Failure::Other(d)
            | Failure::Usage(d)
            | Failure::NotFound(d)
            | Failure::Key(d)
            | Failure::Denied(d)
            | Failure::Unsealed(d)
            | Failure::Integrity(d)
            | Failure::Unavailable(d)
            | Failure::Precondition(d)
            | Failure::Interrupted { detail: d, .. } => d,
        }
    }

    /// The name of the meaning, as `--json` prints it.
    pub fn kind(&self) -> &'static str {
        match self {
            Failure::Other(_) => "other",
            Failure::Usage(_) => "usage",
            Failure::NotFound(_) => "not-found",
            Failure::Key(_) => "key",
            Failure::Denied(_) => "denied",
            Failure::Unsealed(_) => "unsealed",
            Failure::Integrity(_) => "integrity",
            Failure::Unavailable(_) => "unavailable",
            Failure::Precondition(_) => "precondition",
            Failure::Interrupted { .. } => "interrupted",
        }
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Other(_) => 1,
            Failure::Usage(_) => 2,
            Failure::NotFound(_) => 3,
            Failure::Key(_) => 4,
            Failure::Denied(_) => 5,
            Failure::Unsealed(_) => 6,
            Failure::Integrity(_) => 7,
            Failure::Unavailable(_) => 8,
            Failure::Precondition(_) => 9,
            Failure::Interrupted { signal, .. } => SIGNAL_BASE + signal,
        }
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
    ///
    /// # Errors
    /// Itself, if so.
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
