//! The grammar of `-k` and `S3SEAL_KEY`: the source of a key that a value names. Reads no key.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::diagnosis::with_context;
use super::encoding;
use super::encoding::KEY_BYTES;
use crate::failure::{Advice, Failure};
use crate::text::redaction;

/// The environment variable that holds a SPEC or the key itself.
pub(crate) const KEY_VARIABLE: &str = "S3SEAL_KEY";

pub(super) const GRAMMAR: &str = "a key's source is file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the name of a key in config.toml";
const SAFE_WAYS: &str = "keep it in a file (`-k file:PATH`) or in the environment (S3SEAL_KEY, \
     `-k env:NAME`), or pass it by `-k fd:N`, `-k stdin` or `-k cmd:COMMAND`";

/// The source of a key, in an extension of OpenSSL's pass-phrase grammar. `Display` and `Debug` show no secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Spec {
    /// `file:PATH`, or a word with a `/`.
    File(PathBuf),
    /// `env:NAME`: an environment variable that holds key text.
    Env(String),
    /// `fd:N`: a file descriptor that was open when the program started.
    Fd(u32),
    /// `stdin`, up to its end.
    Stdin,
    /// `cmd:COMMAND`: the stdout of a command that `sh -c` runs.
    Command(OsString),
    /// The name of a key in config.toml.
    Name(String),
    /// The key text itself, from a variable or an option of this name.
    Literal {
        /// The variable or option, for messages.
        name: String,
        /// The key text.
        text: Zeroizing<Vec<u8>>,
    },
}

impl Spec {
    /// Parses a value of `-k`.
    /// Errors: `Kind::Usage` for a key in place of its source (any user of the machine can see argv), for `none`, and
    /// for anything else that is no source.
    pub fn parse(value: &OsStr) -> Result<Spec, Failure> {
        if let Some(spec) = Spec::prefixed(value) {
            return spec;
        }
        let text = value.to_string_lossy();
        if encoding::is_key(&text) || is_typed_key(value) {
            return Err(Failure::usage(
                "the key itself is on the command line, where every user of this machine can see it \
                 (`ps`)",
            )
            .hint(format!("{SAFE_WAYS}; a key that was shown should be replaced")));
        }
        if is_path(value) {
            return Ok(Spec::File(value.into()));
        }
        if may_be_secret(&text) {
            return Err(Failure::usage(
                "what looks like a key, or most of one, is on the command line, where every user of \
                 this machine can see it (`ps`)",
            )
            .hint(format!("{SAFE_WAYS}; if it is a path, write file:PATH")));
        }
        if is_name(&text) {
            return Ok(Spec::Name(text.into_owned()));
        }
        Err(not_a_source(&text, "the SPEC of the key"))
    }

    /// Parses the `source` of a key in config.toml.
    /// Errors: `Kind::Usage` for a source that exists only in one run (stdin, descriptors), and for key text, which
    /// is never quoted.
    pub(crate) fn configured(text: &str) -> Result<Spec, Failure> {
        let value = OsStr::new(text);
        match Spec::prefixed(value) {
            Some(Ok(Spec::Stdin | Spec::Fd(_))) => Err(Failure::usage(
                "stdin and file descriptors belong to one run, and keys in config.toml to all",
            )
            .hint("name a file, a variable or a command")),
            Some(spec) => spec,
            None if encoding::is_key(text) || !is_path(value) => {
                Err(Failure::usage("`source` does not say where the key is").hint(
                    "write file:PATH, env:NAME, cmd:COMMAND or a path with a `/` in it, never the key itself",
                ))
            }
            None => Ok(Spec::File(value.into())),
        }
    }

    /// Parses the value of `S3SEAL_KEY`: a source, or the key itself, since CI systems pass secrets in the environment.
    /// Errors: `Kind::Usage` as [`Spec::parse`], except that a key is accepted. The value is never quoted: it is a
    /// secret, even if it is malformed.
    pub fn from_env_value(value: &OsStr) -> Result<Spec, Failure> {
        let bytes = value.as_bytes();
        let literal = || Spec::Literal {
            name: KEY_VARIABLE.to_owned(),
            text: Zeroizing::new(bytes.to_vec()),
        };
        let line = OsStr::from_bytes(bytes.trim_ascii());
        let text = line.to_string_lossy();
        // The content of a key file and a raw key are no SPEC.
        let raw = bytes.len() == KEY_BYTES && std::str::from_utf8(bytes).is_err();
        if text.is_empty() || raw || text.contains('\n') {
            return Ok(literal());
        }
        if let Some(spec) = Spec::prefixed(line) {
            return spec.map_err(|failure| with_context(KEY_VARIABLE, failure));
        }
        if encoding::is_key(&text) {
            return Ok(literal());
        }
        if is_path(line) {
            return Ok(Spec::File(line.into()));
        }
        if is_name(&text) && !redaction::looks_secret(&text) {
            Ok(Spec::Name(text.into_owned()))
        } else {
            Ok(literal())
        }
    }

    /// The source, if the value is a keyword or has a prefix that names the kind of source.
    fn prefixed(value: &OsStr) -> Option<Result<Spec, Failure>> {
        let bytes = value.as_bytes();
        let after = |prefix: &str| bytes.strip_prefix(prefix.as_bytes()).map(OsStr::from_bytes);
        let text = |rest: &OsStr| rest.to_string_lossy().into_owned();
        if value == "stdin" {
            Some(Ok(Spec::Stdin))
        } else if value == "none" {
            Some(Err(Failure::usage("`none` is not a key").hint(Advice::SayNoKey)))
        } else if let Some(rest) = after("file://").or_else(|| after("file:")) {
            Some(file(rest))
        } else if let Some(rest) = after("env:") {
            Some(env(text(rest)))
        } else if let Some(rest) = after("fd:") {
            Some(fd(&text(rest)))
        } else if let Some(rest) = after("cmd:") {
            Some(command(rest))
        } else if after("pass:").is_some() {
            Some(Err(Failure::usage(
                "`pass:` would show the key to everybody on this machine (`ps`)",
            )
            .hint(SAFE_WAYS)))
        } else if after("fileb://").is_some() {
            Some(Err(
                Failure::usage("`fileb://` is not a key's source here").hint(Advice::WriteFileSpec)
            ))
        } else {
            None
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HIDDEN: &str = "(not shown: it looks like a key)";
        match self {
            Spec::File(path) if is_shown(path) => write!(f, "file:{}", path.display()),
            Spec::File(_) => write!(f, "file:{HIDDEN}"),
            Spec::Env(name) if is_variable(name) => write!(f, "env:{name}"),
            Spec::Env(_) => write!(f, "env:{HIDDEN}"),
            Spec::Fd(number) => write!(f, "fd:{number}"),
            Spec::Stdin => f.write_str("stdin"),
            Spec::Command(command) => write!(f, "cmd:{}", program(&command.to_string_lossy())),
            Spec::Name(name) if !may_be_secret(name) => f.write_str(name),
            Spec::Name(_) => f.write_str(HIDDEN),
            Spec::Literal { name, .. } => f.write_str(name),
        }
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spec({self})")
    }
}

fn file(path: &OsStr) -> Result<Spec, Failure> {
    if path.is_empty() {
        Err(Failure::usage("`file:` names no file").hint("write the path after the colon"))
    } else {
        Ok(Spec::File(path.into()))
    }
}

fn env(name: String) -> Result<Spec, Failure> {
    if name.is_empty() || name.contains('=') || encoding::is_key(&name) {
        return Err(Failure::usage("`env:` names no environment variable")
            .hint("write the variable's name after the colon: its name, not its value"));
    }
    Ok(Spec::Env(name))
}

fn fd(number: &str) -> Result<Spec, Failure> {
    let number = number.parse().map_err(|_| {
        Failure::usage("`fd:` names no file descriptor").hint(Advice::WriteDescriptorSpec)
    })?;
    Ok(Spec::Fd(number))
}

fn command(command: &OsStr) -> Result<Spec, Failure> {
    if command.as_bytes().trim_ascii().is_empty() {
        Err(Failure::usage("`cmd:` names no command")
            .hint("write the command after the colon: `-k 'cmd:pass show backup'`"))
    } else {
        Ok(Spec::Command(command.into()))
    }
}

fn not_a_source(value: &str, holder: &str) -> Failure {
    if value.is_empty() {
        return Failure::usage(format!("{holder} is empty")).hint(GRAMMAR);
    }
    if value.starts_with('-') {
        return Failure::usage(format!("{holder} is an option, not a key's source")).hint(GRAMMAR);
    }
    Failure::usage(format!("{holder} is no key's source")).hint(GRAMMAR)
}

/// Whether the value is 32 printable ASCII characters, and neither a path nor PREFIX:REST.
fn is_typed_key(value: &OsStr) -> bool {
    let bytes = value.as_bytes();
    bytes.len() == KEY_BYTES
        && encoding::is_printable_ascii(bytes)
        && !bytes.iter().any(|byte| matches!(byte, b'/' | b':'))
}

/// Whether the value, which is not a whole key, is a path. Base64 contains slashes, too, so for a long value that may be a
/// damaged key a slash is not enough.
fn is_path(value: &OsStr) -> bool {
    let text = value.to_string_lossy();
    text.contains('/')
        && (["/", "./", "../", "~/"].iter().any(|start| text.starts_with(start))
            || value.len() == KEY_BYTES
            || is_shown(Path::new(value)))
}

/// Whether the value has the form of a key's name.
pub(crate) fn is_name(value: &str) -> bool {
    !value.is_empty()
        && !value.starts_with('-')
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Whether a text that should name a source may be a key, or contain one.
pub(crate) fn may_be_secret(text: &str) -> bool {
    redaction::looks_secret(text) || redaction::holds_secret(text)
}

/// Whether messages may show a path: it does not look like a key, or part of it exists.
pub(super) fn is_shown(path: &Path) -> bool {
    // Base64 may by chance begin with the name of an existing folder of one or two letters.
    let exists = |path: &Path| path.as_os_str().len() > 2 && path.exists();
    let text = path.to_string_lossy();
    !may_be_secret(&text) || (!encoding::is_key(&text) && path.ancestors().any(exists))
}

/// Whether messages may show a variable's name: it does not look like a key, or it has the usual form of such names.
fn is_variable(name: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !may_be_secret(name) || (name.contains('_') && name.bytes().all(usual))
}

/// The program that a command line runs. The arguments are not shown: they may contain secrets.
fn program(command: &str) -> String {
    let mut words = command.split_whitespace();
    let first = words.next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let shown = first.chars().all(plain) && is_shown(Path::new(first));
    match (shown, words.next()) {
        (false, _) => "…".to_owned(),
        (true, None) => first.to_owned(),
        (true, Some(_)) => format!("{first} …"),
    }
}
