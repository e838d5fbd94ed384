//! Key text in environment variables. It is moved here when the program starts, and removed from the environment, which
//! every child process inherits.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::parser::is_encoded_key;
use super::protected::protect_path;
use super::spec::{KEY_VARIABLE, Spec};

type Values = HashMap<OsString, Zeroizing<Vec<u8>>>;

static HELD: OnceLock<Values> = OnceLock::new();
/// Set if the keys came from this program itself.
static WAS_HANDED_OVER: OnceLock<()> = OnceLock::new();

/// The variable with the number of a descriptor from which this program reads keys that it has handed to itself.
const HANDED_OVER: &str = "S3SEAL_KEYS_FD";
/// The most bytes that are handed over: a pipe holds as many without a reader.
const MOST_HANDED_OVER: usize = 60_000;

/// Stores the values of `S3SEAL_KEY`, of the variables that `config.toml` names (`configured`), and of every variable that
/// the command line or `S3SEAL_KEY` itself names as a key's source. Returns the names: the caller must remove them from the
/// environment while no other thread runs. Otherwise child processes, such as the `credential_process` of an AWS profile,
/// would inherit the keys.
pub(crate) fn hold_variables(arguments: &[OsString], configured: Vec<OsString>) -> Vec<OsString> {
    let handed_over = handed_over();
    if !handed_over.is_empty() {
        let names = vec![HANDED_OVER.into()];
        handed_over.values().for_each(|value| _ = is_encoded_key(value));
        let _ = (HELD.set(handed_over), WAS_HANDED_OVER.set(()));
        return names;
    }
    let own = std::env::var_os(KEY_VARIABLE).map(|value| Zeroizing::new(value.into_vec()));
    let own = own.as_ref().map(|value| OsStr::from_bytes(value));
    if let Some(Ok(Spec::File(path))) = own.map(Spec::from_env_value) {
        protect_path(&path);
    }
    // After `--` come file names, or for `mock` the arguments of another program.
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let sources =
        options.map(OsString::as_os_str).chain(own).filter_map(named).map(OsStr::to_owned);
    let values: Values = sources
        .chain(configured)
        .chain([KEY_VARIABLE.into()])
        .filter_map(|name| {
            let value = std::env::var_os(&name)?;
            Some((name, Zeroizing::new(value.into_vec())))
        })
        .collect();
    // This registers the keys with the redaction, even if the command needs none: a store may repeat a key that another
    // command sent.
    values.values().for_each(|value| _ = is_encoded_key(value));
    let names = values.keys().cloned().collect();
    // Set only once: this is called once per process.
    let _ = HELD.set(values);
    names
}

/// Whether the program was started with keys in its environment: `/proc/PID/environ` still shows them.
pub(crate) fn holds_keys() -> bool {
    WAS_HANDED_OVER.get().is_none() && HELD.get().is_some_and(|values| !values.is_empty())
}

/// Writes the keys into a pipe for this program to read when it starts again, and returns the variable that tells it so. The
/// environment of the new process then holds none.
/// Errors: That of the pipe, or that the keys are longer than it takes.
pub(crate) fn hand_over_keys() -> io::Result<(&'static str, String)> {
    let mut text = Zeroizing::new(Vec::with_capacity(MOST_HANDED_OVER));
    for (name, value) in HELD.get().into_iter().flatten() {
        for part in [name.as_bytes(), value.as_slice()] {
            text.extend_from_slice(&(part.len() as u32).to_le_bytes());
            text.extend_from_slice(part);
        }
    }
    if text.len() > MOST_HANDED_OVER {
        return Err(io::Error::other("they are too long"));
    }
    let (reader, mut writer) = io::pipe()?;
    writer.write_all(&text)?;
    // Inherited by the new process.
    rustix::io::fcntl_setfd(&reader, rustix::io::FdFlags::empty())?;
    let number = reader.as_raw_fd().to_string();
    std::mem::forget(reader);
    Ok((HANDED_OVER, number))
}

/// The keys that another process of this program has handed over.
fn handed_over() -> Values {
    let mut values = Values::new();
    let Some(number) = std::env::var_os(HANDED_OVER) else { return values };
    let path = Path::new("/dev/fd").join(number);
    let mut text = Zeroizing::new(Vec::with_capacity(MOST_HANDED_OVER));
    let is_read =
        File::open(path).and_then(|file| file.take(MOST_HANDED_OVER as u64).read_to_end(&mut text));
    if is_read.is_err() {
        return values;
    }
    let mut rest = text.as_slice();
    let mut part = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = after;
        Some(part.to_vec())
    };
    while let (Some(name), Some(value)) = (part(), part()) {
        values.insert(OsString::from_vec(name), Zeroizing::new(value));
    }
    values
}

/// The value of `S3SEAL_KEY`.
pub(crate) fn variable() -> Option<&'static OsStr> {
    held(OsStr::new(KEY_VARIABLE)).map(OsStr::from_bytes)
}

/// The value of a variable, from here or from the environment.
pub(super) fn value(name: &str) -> Option<Zeroizing<Vec<u8>>> {
    let name = OsStr::new(name);
    let inherited = || std::env::var_os(name).map(OsString::into_vec);
    held(name).map(<[u8]>::to_vec).or_else(inherited).map(Zeroizing::new)
}

fn held(name: &OsStr) -> Option<&'static [u8]> {
    HELD.get()?.get(name).map(|value| value.as_slice())
}

/// The variable that an argument names: `env:NAME`, `--key=env:NAME` or `-kenv:NAME`.
fn named(argument: &OsStr) -> Option<&OsStr> {
    let bytes = argument.as_bytes().trim_ascii();
    let value = match bytes {
        [b'-', b'-', ..] => &bytes[bytes.iter().position(|byte| *byte == b'=')? + 1..],
        [b'-', ..] => &bytes[bytes.windows(4).position(|window| window == b"env:")?..],
        _ => bytes,
    };
    value.strip_prefix(b"env:").filter(|name| !name.is_empty()).map(OsStr::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_found_in_every_spelling_of_the_option() {
        for (argument, expected) in [
            ("env:K", Some("K")),
            (" env:K\n", Some("K")),
            ("--key=env:K", Some("K")),
            ("--from=env:K", Some("K")),
            ("-kenv:K", Some("K")),
            ("-k=env:K", Some("K")),
            ("-qkenv:K", Some("K")),
            ("env:", None),
            ("--key", None),
            ("--metadata=a=env:HOME", None),
            ("./env:HOME", None),
            ("cmd:echo env:HOME", None),
        ] {
            assert_eq!(named(OsStr::new(argument)), expected.map(OsStr::new), "{argument}");
        }
    }
}
