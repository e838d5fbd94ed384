//! Reading keys from where a [`Spec`] says they are.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::command::LIMIT;
use super::encoding::Format;
use super::foreign::said_of;
use super::protected::{Protected, protect};
use super::shell::shell_word;
use super::spec::{GRAMMAR, Spec, is_shown};
use super::text::{self, Found};
use super::{command, environment};
use crate::failure::Failure;
use crate::system::{Exchange, Other, descriptors, exchange, is_trusted};

/// The mode bits by which the group or others may write, and may read.
const WRITABLE: u32 = 0o022;
const READABLE: u32 = 0o044;
impl Spec {
    /// Reads the keys of this source, at least one.
    ///
    /// # Errors
    /// [`Kind::Key`] where it cannot be read, others can write it, or it holds no key: always
    /// naming the source, never quoting it. A command that does not end in time is killed.
    pub fn read(&self, format: Format, timeout: Option<Duration>) -> Result<Vec<Found>, Failure> {
        let (text, warnings) = self.read_text(timeout)?;
        let keys = text::parse(&text, format);
        let mut keys = keys.map_err(|failure| said_of(&self.to_string(), failure))?;
        keys[0].warnings.splice(0..0, warnings);
        Ok(keys)
    }

    /// Reads what is there, a key or not, and what its owner should know about where it is kept.
    ///
    /// # Errors
    /// As [`Spec::read`], but that what it holds does not count.
    pub fn read_text(
        &self,
        timeout: Option<Duration>,
    ) -> Result<(Zeroizing<Vec<u8>>, Vec<String>), Failure> {
        let mut warnings = Vec::new();
        let text = match self {
            Spec::File(path) => self.read_file(path, &mut warnings),
            Spec::Env(name) => environment::value(name).ok_or_else(|| {
                Failure::key("the variable is not set")
                    .hint("export it, or give the key another way: -k file:PATH, -k cmd:COMMAND")
            }),
            Spec::Fd(number) => File::open(format!("/dev/fd/{number}"))
                .and_then(read_protected)
                .map_err(|error| self.unreadable(error)),
            Spec::Stdin => descriptors::require_stdin()
                .and_then(|()| read_stdin().map_err(|error| self.unreadable(error))),
            Spec::Command(command) => command::run(command, timeout),
            Spec::Name(_) => Err(Failure::usage("it is a name in config.toml").hint(GRAMMAR)),
            Spec::Literal { text, .. } => Ok(text.clone()),
        };
        let text = text.and_then(|text| {
            if text.len() > LIMIT {
                Err(Failure::key("it is longer than 64 KiB, so it is no key").hint(GRAMMAR))
            } else {
                Ok(text)
            }
        });
        Ok((text.map_err(|failure| said_of(&self.to_string(), failure))?, warnings))
    }

    /// Whether reading this source reads the program's stdin.
    pub fn uses_stdin(&self) -> bool {
        match self {
            Spec::Stdin | Spec::Fd(0) => true,
            Spec::File(path) => ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]
                .iter()
                .any(|stdin| path == Path::new(stdin)),
            _ => false,
        }
    }

    /// Reads a key file, and adds what its owner should know about where it is kept.
    ///
    /// # Errors
    /// [`Kind::Key`] where it cannot be read, or others can change or exchange it.
    pub(crate) fn read_file(
        &self,
        path: &Path,
        warnings: &mut Vec<String>,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let unreadable = |error| self.unreadable(error);
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(Failure::key("it is a folder").hint("name the key file in it"));
        }
        // Pipes and devices come and go with the process that made them: their mode says nothing.
        if metadata.is_file() {
            let shown = shell_word(path);
            if metadata.mode() & WRITABLE != 0 {
                return Err(Failure::key(
                    "others can write this key file, so the key may not be yours",
                )
                .hint(format!("check the key, then `chmod 600 {shown}`")));
            }
            if let Some(exchange) = exchange(path, metadata.uid()) {
                return Err(exchangeable(&exchange));
            }
            if !is_trusted(metadata.uid()) {
                warnings.push(format!(
                    "this key file belongs to another user (uid {}), who can change it: take a copy of your own",
                    metadata.uid()
                ));
            }
            if metadata.mode() & READABLE != 0 {
                warnings.push(format!("others can read this key file: `chmod 600 {shown}`"));
            }
        }
        read_protected(file).map_err(unreadable)
    }

    fn unreadable(&self, error: io::Error) -> Failure {
        let (what, hint) = match error.kind() {
            io::ErrorKind::NotFound if matches!(self, Spec::Fd(_)) => (
                "this file descriptor is not open",
                "open it in the shell: `s3seal … -k fd:3 3< FILE`",
            ),
            io::ErrorKind::NotFound => match self {
                Spec::File(path) if path.starts_with("~") => (
                    "there is no such file",
                    "the shell left the `~` as it is: write \"$HOME/…\" instead",
                ),
                Spec::File(path) if !is_shown(path) => (
                    "there is no such file",
                    "if it is to be the key itself, it is damaged: copy it again, whole",
                ),
                _ => (
                    "there is no such file",
                    "check the path; a new key (`s3seal keygen -o FILE`) opens no old object",
                ),
            },
            io::ErrorKind::PermissionDenied => (
                "this user may not read it",
                "run as the owner of the key, or have the owner change who may read it",
            ),
            _ => {
                return Failure::key(format!("it cannot be read: {error}"))
                    .hint(GRAMMAR)
                    .because(error);
            }
        };
        Failure::key(what).hint(hint).because(error)
    }
}

/// The failure for a key file in whose place others can put another.
fn exchangeable(exchange: &Exchange) -> Failure {
    let shown = shell_word(&exchange.path);
    match exchange.by {
        Other::All => {
            Failure::key("others can write the folder of this key file, so the key may not be yours")
                .hint(format!("check the key, then `chmod o-w {shown}`"))
        }
        Other::Owner(uid) => Failure::key(format!(
            "another user (uid {uid}) owns {shown} and can exchange this key file, so the key may not be yours"
        ))
        .hint("check the key, and copy it into a folder of your own"),
    }
}

/// Reads a file whose content is a key: from now on it is not overwritten.
fn read_protected(file: File) -> io::Result<Zeroizing<Vec<u8>>> {
    protect(&file.metadata()?, Protected::Key);
    read_all(file)
}

/// All that there is, but no more than one byte over the limit.
fn read_all(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for everything at once: a buffer that grows leaves copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    source.take(LIMIT as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn read_stdin() -> io::Result<Zeroizing<Vec<u8>>> {
    // The standard library's own handle would leave a copy in its buffer.
    let stdin = io::stdin().as_fd().try_clone_to_owned()?;
    read_protected(File::from(stdin))
}
