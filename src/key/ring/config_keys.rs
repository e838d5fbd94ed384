//! The keys that `config.toml` names. Each is read when it is first needed, and sent only where a rule allows it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::config::{self, Config};
use super::connection::RuleConnection;
use super::rule::{KeyRecipient, Rule};
use crate::failure::{Advice, Failure};
use crate::key::core::{DeriveAs, LoadedKey, Spec, with_context};
use crate::location::Location;

#[derive(Debug, Default)]
pub(crate) struct ConfigKeys {
    /// The config file; none if no environment variable determines its path.
    path: Option<PathBuf>,
    config: Config,
    /// The time limit for reading one source.
    timeout: Option<Duration>,
    /// The result of reading each key; none if it has not been read yet.
    read: Vec<Mutex<Option<ReadResult>>>,
}

type ReadResult = Result<Vec<LoadedKey>, Failure>;

/// One key of the config file, for a listing.
#[derive(Debug)]
pub(crate) struct KeySummary<'a> {
    pub name: &'a str,
    /// The source as messages show it.
    pub source: String,
    /// Whether each object gets its own key, derived from this one.
    pub derives: bool,
    pub rules: Vec<Scope>,
}

/// One rule, for a judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleSummary<'a> {
    /// The endpoint's URL, or `aws`.
    pub endpoint: String,
    /// A folder.
    pub prefix: &'a Location,
    /// The name of the key that seals.
    pub key: &'a str,
    /// The names of the retired keys.
    pub retired: Vec<&'a str>,
    /// How the store is reached.
    pub connection: RuleConnection,
}

/// What was found out about a key of the config file.
#[derive(Debug)]
pub(crate) enum Inspected {
    /// It was read. `unfit`: why it must not seal.
    Read { warnings: Vec<String>, unfit: Option<Failure> },
    /// It was not read: a command prints it.
    Command,
    /// It was not read: it comes from a pipe or a device.
    Stream,
}

/// One place where a key may be sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Scope {
    /// The endpoint's URL, or `aws`.
    pub endpoint: String,
    /// The prefix, `s3://bucket/prefix`.
    pub prefix: String,
    /// Whether the key only reads there.
    pub retired: bool,
}

impl ConfigKeys {
    /// Text that changes whenever the config changes.
    pub(super) fn fingerprint(&self) -> String {
        format!("{:?}", self.config)
    }

    /// Loads the config file, if there is one. `timeout` limits the reading of one key.
    /// Errors: `Kind::Usage` if the file is invalid, or other users may write to it.
    pub(crate) fn load(timeout: Option<Duration>) -> Result<ConfigKeys, Failure> {
        let config = Config::load()?;
        let read = config.keys.iter().map(|_| Mutex::default()).collect();
        Ok(ConfigKeys { path: config::path(), config, timeout, read })
    }

    /// The path of the config file, for messages, whether it exists or not.
    pub(crate) fn shown_path(&self) -> String {
        match &self.path {
            Some(path) => path.display().to_string(),
            None => "config.toml".to_owned(),
        }
    }

    /// All keys in the order of their names, with the result of reading each.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (KeySummary<'_>, ReadResult)> {
        self.config.keys.iter().enumerate().map(|(index, entry)| {
            let summary = KeySummary {
                name: &entry.name,
                source: entry.spec.to_string(),
                derives: entry.derive.is_some(),
                rules: self.scopes(index),
            };
            (summary, self.read(index).map(|(keys, _)| keys))
        })
    }

    /// The rules in the order of the file, for a judgement.
    pub(crate) fn rule_summaries(&self) -> Vec<RuleSummary<'_>> {
        let rules = self.config.rules.iter();
        rules
            .map(|rule| RuleSummary {
                endpoint: rule.endpoint.to_string(),
                prefix: rule.prefix_location(),
                key: self.name(rule.key),
                retired: rule.retired.iter().map(|index| self.name(*index)).collect(),
                connection: rule.connection(),
            })
            .collect()
    }

    /// Reads the key of this name, unless that would run a command or take the content of a pipe.
    /// Errors: `Kind::Key`, with the key's name; `Kind::Usage` for an unknown name.
    pub(crate) fn inspect(&self, name: &str) -> Result<Inspected, Failure> {
        let index = self.find(name)?;
        match &self.config.keys[index].spec {
            Spec::Command(_) => return Ok(Inspected::Command),
            Spec::File(path) if path.metadata().is_ok_and(|it| !it.is_file() && !it.is_dir()) => {
                return Ok(Inspected::Stream);
            }
            _ => {}
        }
        let (keys, warnings) = self.read(index)?;
        let unfit = keys.first().and_then(|key| key.check_fit().err());
        Ok(Inspected::Read { warnings, unfit })
    }

    /// The config file's path, if the file exists.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.path.as_deref().filter(|path| path.exists())
    }

    /// The keys' names; reads no key.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.config.keys.iter().map(|entry| entry.name.as_str())
    }

    /// The buckets that rules name for this store.
    pub(crate) fn buckets(&self, recipient: KeyRecipient<'_>) -> Vec<&str> {
        let rules = self.config.rules.iter().filter(|rule| rule.is_for(recipient));
        rules.map(Rule::bucket).collect()
    }

    /// The endpoints' URLs that rules name; Amazon's own has none.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &str> {
        self.config.rules.iter().filter_map(|rule| rule.endpoint.url())
    }

    /// The number of rules.
    pub(crate) fn rules(&self) -> usize {
        self.config.rules.len()
    }

    fn scopes(&self, index: usize) -> Vec<Scope> {
        let rules = self.config.rules.iter();
        let with_key = rules.filter(|rule| rule.keys().any(|key| key == index));
        let scope = |rule: &Rule| Scope {
            endpoint: rule.endpoint.to_string(),
            prefix: rule.prefix(),
            retired: rule.key != index,
        };
        with_key.map(scope).collect()
    }

    /// The index of the key of this name. An unknown name is a `Kind::Usage`.
    pub(crate) fn find(&self, name: &str) -> Result<usize, Failure> {
        self.config.find(name).ok_or_else(|| {
            Failure::usage(format!("there is no key `{name}` in {}", self.shown_path()))
                .hint(Advice::ShowKeyNames(name.to_owned()))
        })
    }

    pub(super) fn name(&self, index: usize) -> &str {
        &self.config.keys[index].name
    }

    /// How keys are derived from the key at this index; none if it is used directly.
    pub(super) fn derivation(&self, index: usize) -> Option<&DeriveAs> {
        self.config.keys[index].derive.as_ref()
    }

    /// The endpoints whose rules cover an object of this name.
    pub(super) fn endpoints_with_rule(&self, at: &Location) -> Vec<String> {
        let rules = self.config.rules.iter().filter(|rule| rule.covers_at_own_endpoint(at));
        rules.map(|rule| rule.endpoint.to_string()).collect()
    }

    /// Whether any rule applies to anything in the folder.
    pub(super) fn has_below(&self, recipient: KeyRecipient<'_>, folder: &Location) -> bool {
        self.config.rules.iter().any(|rule| rule.overlaps(recipient, folder))
    }

    pub(super) fn has_rules(&self) -> bool {
        !self.config.rules.is_empty()
    }

    /// The rule for an object: the one with the longest prefix that covers it.
    pub(super) fn rule(&self, recipient: KeyRecipient<'_>, at: &Location) -> Option<&Rule> {
        let rules = self.config.rules.iter().filter(|rule| rule.covers(recipient, at));
        rules.max_by_key(|rule| rule.prefix_length())
    }

    /// Fails with `Kind::Unsealed` unless a rule allows the key at this index to be sent there.
    pub(super) fn check(
        &self,
        index: usize,
        recipient: KeyRecipient<'_>,
        at: &Location,
    ) -> Result<(), Failure> {
        let mut rules = self.config.rules.iter();
        if rules.any(|rule| rule.covers(recipient, at) && rule.keys().any(|key| key == index)) {
            return Ok(());
        }
        let name = self.name(index);
        let file = self.shown_path();
        let endpoint = match recipient {
            KeyRecipient::Amazon => "aws",
            KeyRecipient::Endpoint(url) => url,
            KeyRecipient::PresignedUrl => {
                return Err(Failure::unsealed(format!(
                    "the key `{name}` of {file} is not for the hosts of presigned URLs"
                ))
                .hint("name the key's source itself: -k file:PATH, -k cmd:COMMAND")
                .at(at));
            }
        };
        Err(Failure::unsealed(format!(
            "no rule of {file} sends the key `{name}` there (endpoint {endpoint})"
        ))
        .hint("add a rule for it, or name the key's source itself: -k file:PATH")
        .at(at))
    }

    /// The keys of the source at this index, and, the first time, the warnings about them. A source is read only once: it may
    /// be a command that asks for a passphrase.
    /// Errors: `Kind::Key`, with the key's name, if the source cannot be read or holds no key.
    pub(super) fn read(&self, index: usize) -> Result<(Vec<LoadedKey>, Vec<String>), Failure> {
        let mut read = self.read[index].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*read {
            return known.clone().map(|keys| (keys, Vec::new()));
        }
        let keys = self.read_source(index);
        *read = Some(keys.clone());
        let keys = keys?;
        let warnings = keys.iter().flat_map(LoadedKey::labelled_warnings).collect();
        Ok((keys, warnings))
    }

    /// Whether reading the key at this index was attempted.
    pub(super) fn was_tried(&self, index: usize) -> bool {
        self.read[index].lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether the key at this index was read successfully.
    pub(super) fn was_read(&self, index: usize) -> bool {
        let read = self.read[index].lock().unwrap_or_else(PoisonError::into_inner);
        matches!(&*read, Some(Ok(_)))
    }

    fn read_source(&self, index: usize) -> ReadResult {
        let entry = &self.config.keys[index];
        let keys = entry
            .spec
            .read(entry.format, self.timeout)
            .map_err(|failure| with_context(&format!("the key `{}`", entry.name), failure))?;
        let loaded = |parsed| LoadedKey {
            entry: Some(index),
            name: Some(entry.name.clone()),
            ..LoadedKey::new(parsed, entry.spec.to_string())
        };
        Ok(keys.into_iter().map(loaded).collect())
    }
}
