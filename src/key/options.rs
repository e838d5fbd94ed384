//! The options that name the keys of a run.

use std::ffi::OsString;
use std::time::Duration;

use super::aws_cli::AwsCliKey;
use super::core::{DeriveAs, Format, KEY_VARIABLE, Parser, Spec, parse, protect_path, variable};
use super::foreign::parse_exported;
use super::ring::{ConfigKeys, Keyring};
use crate::failure::{Advice, Failure};

#[derive(Clone, Default)]
pub(crate) struct KeyOptions {
    /// The SPECs: the first key writes, all are tried for reading. Without any, `S3SEAL_KEY` is used, and without that the
    /// rules of config.toml.
    pub(crate) key: Vec<OsString>,
    pub(crate) key_format: Format,
    /// The `s3://` URL of the object, or of the bucket, whose name the key is derived for.
    pub(crate) derive_as: Option<String>,
    pub(crate) aws_cli: AwsCliKey,
    /// The time limit of a `cmd:` in seconds; 0 is no limit.
    pub(crate) key_timeout: u64,
}

impl KeyOptions {
    /// Reads the keys of `-k` or of aws-cli's options, else those of `S3SEAL_KEY`. Without any of them, the keyring
    /// follows the rules of config.toml.
    /// Errors: `Kind::Usage` for a malformed SPEC, a key in argv, or an invalid config file; `Kind::Key` if a
    /// source cannot be read or holds no key.
    pub(crate) fn load(&self) -> Result<Keyring, Failure> {
        self.load_with(parse)
    }

    /// As [`KeyOptions::load`]; the sources may also be files of other tools.
    pub(crate) fn load_exported(&self) -> Result<Keyring, Failure> {
        self.load_with(parse_exported)
    }

    fn load_with(&self, parser: Parser) -> Result<Keyring, Failure> {
        let derive_as = self.derive_as.as_deref().map(DeriveAs::parse).transpose()?;
        if let Some(key) = self.aws_cli.load()? {
            return Ok(Keyring::new(vec![key], ConfigKeys::default(), derive_as));
        }
        let specs = self.specs()?;
        let needs_config = specs.is_empty() || specs.iter().any(|it| matches!(it, Spec::Name(_)));
        let config =
            if needs_config { ConfigKeys::load(self.timeout())? } else { ConfigKeys::default() };
        if let ([Spec::Name(name)], true) = (specs.as_slice(), self.key.is_empty()) {
            // The value may be a damaged key, so the message must not quote it.
            config.find(name).map_err(|_| no_name_in_variable(&config))?;
        }
        let keyring = Keyring::new(Vec::new(), config, derive_as);
        keyring.read(&specs, parser, self.key_format, self.timeout())
    }

    /// Protects the named key files when the command does not read them.
    pub(crate) fn protect_files(&self) {
        for spec in self.key.iter().filter_map(|value| Spec::parse(value).ok()) {
            if let Spec::File(path) = spec {
                protect_path(&path);
            }
        }
    }

    /// Fails if `--derive-as` names one object, but the command works on several: all would get the same key.
    pub(crate) fn check_derive_as(&self, is_one_object: bool) -> Result<(), Failure> {
        let derive_as = self.derive_as.as_deref().map(DeriveAs::parse).transpose()?;
        if derive_as.is_some_and(|it| it.key.is_some()) && !is_one_object {
            Err(Failure::usage("the derivation of the key names one object, and several are meant")
                .hint("name the bucket alone, s3://BUCKET: each object keeps its own name in it"))
        } else {
            Ok(())
        }
    }

    /// Whether a key is read from stdin, so that nothing else can be. Fails for a malformed SPEC.
    pub(crate) fn uses_stdin(&self) -> Result<bool, Failure> {
        if self.aws_cli.is_given() {
            return Ok(self.aws_cli.uses_stdin());
        }
        Ok(self.specs()?.iter().any(Spec::uses_stdin))
    }

    fn timeout(&self) -> Option<Duration> {
        (self.key_timeout > 0).then(|| Duration::from_secs(self.key_timeout))
    }

    /// The sources to use; reads none of them.
    fn specs(&self) -> Result<Vec<Spec>, Failure> {
        if !self.key.is_empty() {
            return self.key.iter().map(|value| Spec::parse(value)).collect();
        }
        match variable() {
            // If a CI secret is missing, the run must not continue without a key.
            Some(value) if value.as_encoded_bytes().trim_ascii().is_empty() => Err(Failure::usage(
                format!("{KEY_VARIABLE} is set, but empty"),
            )
            .hint("check where its value comes from: a CI secret that is not set, or is withheld from this run, arrives empty; without a key, unset it")),
            Some(value) => Ok(vec![Spec::from_env_value(value)?]),
            None => Ok(Vec::new()),
        }
    }
}

fn no_name_in_variable(config: &ConfigKeys) -> Failure {
    Failure::usage(format!(
        "the value of {KEY_VARIABLE} is neither a key nor a key's source, nor the name of one in {}",
        config.shown_path()
    ))
    .hint(Advice::PutKeyIntoVariable)
}
