//! Reads keys from the source that a [`Spec`] names.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::command::LIMIT;
use super::diagnosis::with_context;
use super::encoding::Format;
use super::parser::{self, ParsedKey, Parser};
use super::protected::{Protected, protect};
use super::shell::shell_quoted;
use super::spec::{GRAMMAR, Spec, is_shown};
use super::{command, environment};
use crate::failure::Failure;
use crate::system::{OtherUser, ReplacementRisk, descriptors, is_trusted, replacement_risk};

/// The mode bits that let the group or others write, and read.
const WRITABLE: u32 = 0o022;
const READABLE: u32 = 0o044;

impl Spec {
    /// Reads the keys of this source, at least one.
    /// Errors: `Kind::Key` if the source cannot be read, if others can write it, or if it holds no key. The message
    /// names the source and never quotes its content. A command that exceeds the timeout is killed.
    pub fn read(
        &self,
        format: Format,
        timeout: Option<Duration>,
    ) -> Result<Vec<ParsedKey>, Failure> {
        self.read_with(parser::parse, format, timeout)
    }

    /// As [`Spec::read`], with another parser.
    pub(crate) fn read_with(
        &self,
        parser: Parser,
        format: Format,
        timeout: Option<Duration>,
    ) -> Result<Vec<ParsedKey>, Failure> {
        let (text, warnings) = self.read_text(timeout)?;
        let keys = parser(&text, format);
        let mut keys = keys.map_err(|failure| with_context(&self.to_string(), failure))?;
        keys[0].warnings.splice(0..0, warnings);
        Ok(keys)
    }

    /// Reads the source's content, whether it is a key or not, with warnings about where it is kept.
    /// Errors: As [`Spec::read`], except for content that is no key.
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
        Ok((text.map_err(|failure| with_context(&self.to_string(), failure))?, warnings))
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

    /// Reads a key file, and adds warnings about its owner and mode.
    /// Errors: `Kind::Key` if it cannot be read, or others can change or replace it.
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
        // The mode of pipes and devices does not matter: they hold no stored key.
        if metadata.is_file() {
            let shown = shell_quoted(path);
            if metadata.mode() & WRITABLE != 0 {
                return Err(Failure::key(
                    "others can write this key file, so the key may not be yours",
                )
                .hint(format!("check the key, then `chmod 600 {shown}`")));
            }
            if let Some(risk) = replacement_risk(path, metadata.uid()) {
                return Err(replaceable(&risk));
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

/// The failure for a key file that others can replace.
fn replaceable(risk: &ReplacementRisk) -> Failure {
    let shown = shell_quoted(&risk.path);
    match risk.by {
        OtherUser::Any => {
            Failure::key("others can write the folder of this key file, so the key may not be yours")
                .hint(format!("check the key, then `chmod o-w {shown}`"))
        }
        OtherUser::Owner(uid) => Failure::key(format!(
            "another user (uid {uid}) owns {shown} and can replace this key file, so the key may not be yours"
        ))
        .hint("check the key, and copy it into a folder of your own"),
    }
}

/// Reads a file whose content is a key, and protects it from being overwritten.
fn read_protected(file: File) -> io::Result<Zeroizing<Vec<u8>>> {
    protect(&file.metadata()?, Protected::Key);
    read_all(file)
}

/// Reads the source to its end, at most one byte over the limit.
fn read_all(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Full capacity from the start: a buffer that grows leaves copies in memory.
    let mut text = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    source.take(LIMIT as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn read_stdin() -> io::Result<Zeroizing<Vec<u8>>> {
    // The standard library's handle would keep a copy in its buffer.
    let stdin = io::stdin().as_fd().try_clone_to_owned()?;
    read_protected(File::from(stdin))
}
