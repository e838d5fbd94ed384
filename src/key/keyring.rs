//! The keys for a run: the options that name them, and what came of reading them.

use std::ffi::OsString;

use super::encoding::{Form, Format};
use super::material::Key;
use super::spec::{Spec, variable};
use super::text::Found;
use crate::failure::Failure;

/// The options that say which keys to use.
#[derive(Clone, Default, clap::Args)]
pub struct KeyArgs {
    /// Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, or a path with a `/` in it;
    /// never the key itself. Repeatable: the first writes, all are tried for reading. Without it,
    /// the environment variable S3SEAL_KEY counts: the same, or the key itself
    // Hyphens are let through for url-safe base64, which may begin with one: clap would quote it.
    #[arg(short = 'k', long = "key", value_name = "SPEC", allow_hyphen_values = true)]
    pub key: Vec<OsString>,
    /// How to read the key text
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub key_format: Format,
}

/// The keys for a run, each once; the first writes, all are tried for reading.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    /// The keys, in the order in which they were given.
    pub keys: Vec<Loaded>,
    /// What to warn of, each with the source it concerns; one line each.
    pub warnings: Vec<String>,
}

/// A key and where it came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The key.
    pub key: Key,
    /// Its source as messages show it.
    pub source: String,
    /// How it was written.
    pub form: Form,
    /// What its owner should know about it; one line each, without the source.
    pub warnings: Vec<String>,
}

impl KeyArgs {
    /// Reads the keys: those of `-k` if there is any, else the one of `S3SEAL_KEY`, else none.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a malformed SPEC or a key in argv; [`Failure::Key`] where a source
    /// cannot be read or holds no key.
    pub fn load(&self) -> Result<Keyring, Failure> {
        Keyring::read(&self.specs()?, self.key_format)
    }

    /// Whether a key is to be read from stdin, so that nothing else can be.
    ///
    /// # Errors
    /// [`Failure::Usage`] as [`KeyArgs::load`].
    pub fn uses_stdin(&self) -> Result<bool, Failure> {
        Ok(self.specs()?.iter().any(Spec::uses_stdin))
    }

    /// The sources that count, nothing read yet.
    fn specs(&self) -> Result<Vec<Spec>, Failure> {
        if !self.key.is_empty() {
            return self.key.iter().map(|value| Spec::parse(value)).collect();
        }
        match variable() {
            Some(value) if !value.is_empty() => Ok(vec![Spec::from_env_value(value)?]),
            _ => Ok(Vec::new()),
        }
    }
}

impl Keyring {
    /// Reads all keys of these sources, in order.
    ///
    /// # Errors
    /// As [`KeyArgs::load`].
    pub fn read(specs: &[Spec], format: Format) -> Result<Keyring, Failure> {
        if specs.iter().filter(|spec| spec.uses_stdin()).count() > 1 {
            return Err(Failure::usage("two keys cannot both come from stdin")
                .hint("put both into one source, one key a line"));
        }
        let mut ring = Keyring::default();
        for spec in specs {
            let source = spec.to_string();
            for Found { key, form, warnings } in spec.read(format)? {
                ring.warnings.extend(warnings.iter().map(|warning| format!("{source}: {warning}")));
                if ring.keys.iter().all(|known| known.key != key) {
                    ring.keys.push(Loaded { key, source: source.clone(), form, warnings });
                }
            }
        }
        Ok(ring)
    }
}
