//! Key text in environment variables. It is moved here when the program starts, and removed from the environment, which
//! every child process inherits.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::sync::OnceLock;

use zeroize::Zeroizing;

use super::parser::is_encoded_key;
use super::protected::protect_path;
use super::spec::{KEY_VARIABLE, Spec};

type Values = HashMap<OsString, Zeroizing<Vec<u8>>>;

static HELD: OnceLock<Values> = OnceLock::new();

/// Stores the values of `S3SEAL_KEY`, of the variables that `config.toml` names (`configured`), and of every variable that
/// the command line or `S3SEAL_KEY` itself names as a key's source. Returns the names: the caller must remove them from the
/// environment while no other thread runs. Otherwise child processes, such as the `credential_process` of an AWS profile,
/// would inherit the keys.
pub(crate) fn hold_variables(arguments: &[OsString], configured: Vec<OsString>) -> Vec<OsString> {
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
    HELD.get().is_some_and(|values| !values.is_empty())
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
