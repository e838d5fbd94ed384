//! The options of `rotate` for the old keys and the new key.

use std::ffi::OsString;
use std::fmt;

use crate::failure::Failure;
use crate::jobs::rotate::RotationKeys;
use crate::jobs::{Keys, Sealer};
use crate::key::KeyOptions;
use crate::key::core::{DEFAULT_TIMEOUT, Format};
use crate::output::Output;
use crate::store::Encryption;

/// The word for objects that are not sealed.
const NONE: &str = "none";

#[derive(Clone, clap::Args)]
#[command(next_help_heading = "Key options")]
pub(super) struct RotationKeyArgs {
    /// Where the key is that the objects are sealed with: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with
    /// a `/` in it, or the name of a key in config.toml; `none` for objects that are not sealed. Repeatable. Without
    /// it, the environment variable S3SEAL_KEY counts, and without that the rules of config.toml
    // Hyphens are let through for url-safe base64, which may begin with one: clap would quote it.
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    from: Vec<OsString>,
    /// Where the key is that they get, in the same way; `none` to unseal them
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    to: Option<OsString>,
    /// How to read the key text
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    key_format: Format,
    /// How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TIMEOUT.as_secs())]
    key_timeout: u64,
}

impl RotationKeyArgs {
    /// Whether a key is read from stdin, so that nothing else can be.
    /// Errors: `Kind::Usage` as [`RotationKeyArgs::load`].
    pub(super) fn use_stdin(&self) -> Result<bool, Failure> {
        Ok(self.old_key().uses_stdin()? || (!self.unseals() && self.new_key().uses_stdin()?))
    }

    /// Reads the keys.
    /// Errors: `Kind::Usage` if the old keys or the new key are not clear; otherwise as [`KeyOptions::load`].
    pub(super) fn load(&self, out: &Output) -> Result<RotationKeys, Failure> {
        let includes_plain = self.from.iter().any(|it| it == NONE);
        let (old, new) = (self.old_key(), self.new_key());
        if includes_plain && self.unseals() && old.key.is_empty() {
            return Err(Failure::usage("neither side is sealed: there is nothing to do")
                .hint("name a key with --from, or with --to"));
        }
        if !self.unseals() && !old.key.is_empty() && old.uses_stdin()? && new.uses_stdin()? {
            return Err(Failure::usage("two keys cannot both come from stdin")
                .hint("take one of them from a file, fd:N, env:NAME or cmd:COMMAND"));
        }
        let to = if self.unseals() {
            Sealer::Without(Encryption::BucketDefault)
        } else {
            Sealer::Keys(Keys::load(&new, out)?)
        };
        let names_neither = self.from.is_empty() && self.to.is_none();
        let from = match to.keys() {
            _ if includes_plain && old.key.is_empty() => None,
            // The rules choose the old and the new keys, so the same keys are used and no key command runs twice.
            Some(keys) if names_neither => Some(keys.clone()),
            _ => Some(Keys::load(&old, out)?),
        };
        if names_neither && from.as_ref().is_some_and(Keys::are_given) {
            return Err(Failure::usage(
                "S3SEAL_KEY is one of the two keys, and the other was not given",
            )
            .hint("name it with --from SPEC or with --to SPEC"));
        }
        if from.as_ref().is_some_and(|keys| !keys.has_any()) {
            return Err(Failure::usage("the key that the objects are sealed with was not given")
                .hint("name it with --from SPEC (`none` where they are not sealed), or add rules to config.toml"));
        }
        if to.keys().is_some_and(|keys| !keys.has_any()) {
            return Err(Failure::usage("the key that the objects are to get was not given").hint(
                "name it with --to SPEC (`none` to unseal them), or add rules to config.toml",
            ));
        }
        Ok(RotationKeys { from, includes_plain, to })
    }

    fn unseals(&self) -> bool {
        self.to.as_ref().is_some_and(|it| it == NONE)
    }

    fn old_key(&self) -> KeyOptions {
        let specs = self.from.iter().filter(|it| *it != NONE).cloned();
        self.args(specs.collect())
    }

    fn new_key(&self) -> KeyOptions {
        self.args(self.to.iter().cloned().collect())
    }

    fn args(&self, key: Vec<OsString>) -> KeyOptions {
        let (key_format, key_timeout) = (self.key_format, self.key_timeout);
        KeyOptions { key, key_format, key_timeout, ..KeyOptions::default() }
    }
}

/// The names of the keys alone.
impl fmt::Debug for RotationKeyArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RotationKeyArgs").field("from", &self.from).field("to", &self.to).finish()
    }
}
