//! The options that name the keys for a run.

use std::ffi::OsString;
use std::time::Duration;

use super::aws_cli::AwsCliKey;
use super::core::{DeriveAs, Format, KEY_VARIABLE, Spec, protect_path, variable};
use super::ring::{Keyring, Ring};
use crate::failure::Failure;

/// The options that say which keys to use.
#[derive(Clone, Default)]
pub(crate) struct KeyArgs {
    /// Where the key is: file:PATH, env:NAME, fd:N, stdin, cmd:COMMAND, a path with a `/` in it, or the
    /// name of a key in config.toml; never the key itself. Repeatable: the first writes, all are tried
    /// for reading. Without it, the environment variable S3SEAL_KEY counts: the same, or the key itself;
    /// without that, the rules of config.toml
    // Hyphens are let through for url-safe base64, which may begin with one: clap would quote it.
    pub(crate) key: Vec<OsString>,
    /// How to read the key text
    pub(crate) key_format: Format,
    /// Use a key derived from the given one, as `s3seal key derive` makes it for this object; with a
    /// bucket alone (s3://bucket), for each object of the same name there
    pub(crate) derive_as: Option<String>,
    /// The same in the spellings of aws-cli
    pub(crate) aws_cli: AwsCliKey,
    /// How long a `cmd:` may take, passphrases and touched tokens included; 0 is for ever
    pub(crate) key_timeout: u64,
}

impl KeyArgs {
    /// Reads the keys: those of `-k`, or of aws-cli's options, if there are any, else the one of
    /// `S3SEAL_KEY`. If there is none either, the ring is ready to say which of its keys an object gets.
    ///
    /// # Errors
    /// [`Kind::Usage`] for a malformed SPEC, a key in argv, or a config file that is wrong;
    /// [`Kind::Key`] where a source cannot be read or holds no key.
    pub(crate) fn load(&self) -> Result<Keyring, Failure> {
        let derive_as = self.derive_as.as_deref().map(DeriveAs::parse).transpose()?;
        if let Some((key, warnings)) = self.aws_cli.load()? {
            return Ok(Keyring::new(vec![key], warnings, Ring::default(), derive_as));
        }
        let specs = self.specs()?;
        let needs_ring = specs.is_empty() || specs.iter().any(|it| matches!(it, Spec::Name(_)));
        let ring = if needs_ring { Ring::load(self.timeout())? } else { Ring::default() };
        if let ([Spec::Name(name)], true) = (specs.as_slice(), self.key.is_empty()) {
            // It may be a damaged key: not to be quoted.
            ring.find(name).map_err(|_| no_name_in_variable(&ring))?;
        }
        let keyring = Keyring::new(Vec::new(), Vec::new(), ring, derive_as);
        keyring.read(&specs, self.key_format, self.timeout())
    }

    /// Protects the key files that are named, where they are not read.
    pub(crate) fn protect_files(&self) {
        for spec in self.key.iter().filter_map(|value| Spec::parse(value).ok()) {
            if let Spec::File(path) = spec {
                protect_path(&path);
            }
        }
    }

    /// Fails where `--derive-as` names one object and several are meant: all would get one key.
    ///
    /// # Errors
    /// [`Kind::Usage`] then.
    pub(crate) fn check_derive_as(&self, is_one_object: bool) -> Result<(), Failure> {
        let derive_as = self.derive_as.as_deref().map(DeriveAs::parse).transpose()?;
        if derive_as.is_some_and(|it| it.key.is_some()) && !is_one_object {
            Err(Failure::usage("--derive-as names one object, and several are meant")
                .hint("name the bucket alone, s3://BUCKET: each object keeps its own name in it"))
        } else {
            Ok(())
        }
    }

    /// Whether a key is to be read from stdin, so that nothing else can be.
    ///
    /// # Errors
    /// [`Kind::Usage`] as [`KeyArgs::load`].
    pub(crate) fn uses_stdin(&self) -> Result<bool, Failure> {
        if self.aws_cli.is_given() {
            return Ok(self.aws_cli.uses_stdin());
        }
        Ok(self.specs()?.iter().any(Spec::uses_stdin))
    }

    /// How long reading one source may take.
    fn timeout(&self) -> Option<Duration> {
        (self.key_timeout > 0).then(|| Duration::from_secs(self.key_timeout))
    }

    /// The sources that count, nothing read yet.
    fn specs(&self) -> Result<Vec<Spec>, Failure> {
        if !self.key.is_empty() {
            return self.key.iter().map(|value| Spec::parse(value)).collect();
        }
        match variable() {
            // A secret that is missing must not let the run go on as if none had been meant.
            Some(value) if value.as_encoded_bytes().trim_ascii().is_empty() => Err(Failure::usage(
                format!("{KEY_VARIABLE} is set, but empty"),
            )
            .hint("check where its value comes from: a CI secret that is not set, or is withheld from this run, arrives empty; without a key, unset it")),
            Some(value) => Ok(vec![Spec::from_env_value(value)?]),
            None => Ok(Vec::new()),
        }
    }
}

fn no_name_in_variable(ring: &Ring) -> Failure {
    Failure::usage(format!(
        "the value of {KEY_VARIABLE} is neither a key nor a key's source, nor the name of one in {}",
        ring.shown_path()
    ))
    .hint("put the key into it, as `s3seal keygen` prints it, or where the key is: file:PATH, cmd:COMMAND")
}
