//! The ring: the keys that `config.toml` names. Each is read when it is first needed, and goes only
//! where a rule says.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::config::{self, Config};
use super::rule::{Receiver, Rule};
use crate::failure::Failure;
use crate::key::core::{DeriveAs, Found, Loaded};
use crate::location::Location;

/// The keys of a config file.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    /// The file; none where no variable says where it would be.
    path: Option<PathBuf>,
    config: Config,
    /// How long reading one source may take.
    timeout: Option<Duration>,
    /// What came of reading each key; none where it was not needed yet.
    read: Vec<Mutex<Option<Outcome>>>,
}

/// The keys of one source, or why there are none.
type Outcome = Result<Vec<Loaded>, Failure>;

/// What the ring says of one key.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its source as messages show it.
    pub source: String,
    /// Whether each object gets a key of its own, derived from this one.
    pub derives: bool,
    /// Where it may go.
    pub rules: Vec<Scope>,
}

/// One place where a key may go.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Scope {
    /// The endpoint's URL, or `aws`.
    pub endpoint: String,
    /// The prefix, `s3://bucket/prefix`.
    pub prefix: String,
    /// Whether it is only tried for reading there.
    pub retired: bool,
}

impl Ring {
    /// What the file says, in no particular form.
    pub(super) fn said(&self) -> String {
        format!("{:?}", self.config)
    }

    /// What the config file says; an empty ring where there is none. Reading a key may take so long.
    ///
    /// # Errors
    /// [`Kind::Usage`] where the file is wrong, or others may write it.
    pub(crate) fn load(timeout: Option<Duration>) -> Result<Ring, Failure> {
        let config = Config::load()?;
        let read = config.keys.iter().map(|_| Mutex::default()).collect();
        Ok(Ring { path: config::path(), config, timeout, read })
    }

    /// Where the config file is, or would be.
    pub(crate) fn shown_path(&self) -> String {
        match &self.path {
            Some(path) => path.display().to_string(),
            None => "config.toml".to_owned(),
        }
    }

    /// All keys in the order of their names, and what came of reading each.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (Named<'_>, Outcome)> {
        self.config.keys.iter().enumerate().map(|(index, entry)| {
            let named = Named {
                name: &entry.name,
                source: entry.spec.to_string(),
                derives: entry.derive.is_some(),
                rules: self.scopes(index),
            };
            (named, self.read(index).map(|(keys, _)| keys))
        })
    }

    /// The file, where it is there.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.path.as_deref().filter(|path| path.exists())
    }

    /// The names of its keys; reads none of them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.config.keys.iter().map(|entry| entry.name.as_str())
    }

    /// How many rules say where keys may go.
    pub(crate) fn rules(&self) -> usize {
        self.config.rules.len()
    }

    fn scopes(&self, index: usize) -> Vec<Scope> {
        let rules = self.config.rules.iter();
        let named = rules.filter(|rule| rule.keys().any(|key| key == index));
        let scope = |rule: &Rule| Scope {
            endpoint: rule.endpoint.to_string(),
            prefix: rule.prefix(),
            retired: rule.key != index,
        };
        named.map(scope).collect()
    }

    /// The index of the key of this name.
    ///
    /// # Errors
    /// [`Kind::Usage`] where there is none.
    pub(crate) fn find(&self, name: &str) -> Result<usize, Failure> {
        self.config.find(name).ok_or_else(|| {
            Failure::usage(format!("there is no key `{name}` in {}", self.shown_path())).hint(
                format!("`s3seal key list` shows the names there; for a file of that name, write file:{name} or ./{name}"),
            )
        })
    }

    /// The name of the key at this index.
    pub(super) fn name(&self, index: usize) -> &str {
        &self.config.keys[index].name
    }

    /// Whose name counts where keys are derived from the key at this index; none where they are not.
    pub(super) fn derivation(&self, index: usize) -> Option<&DeriveAs> {
        self.config.keys[index].derive.as_ref()
    }

    /// The endpoints of rules that would be for an object, were it there.
    pub(super) fn elsewhere(&self, at: &Location) -> Vec<String> {
        let rules = self.config.rules.iter().filter(|rule| rule.names(at));
        rules.map(|rule| rule.endpoint.to_string()).collect()
    }

    /// Whether any rule is for anything below a folder.
    pub(super) fn has_below(&self, receiver: Receiver<'_>, folder: &Location) -> bool {
        self.config.rules.iter().any(|rule| rule.meets(receiver, folder))
    }

    /// Whether any key may go anywhere.
    pub(super) fn has_rules(&self) -> bool {
        !self.config.rules.is_empty()
    }

    /// The rule that counts for an object: of those that cover it, the one with the longest prefix.
    pub(super) fn rule(&self, receiver: Receiver<'_>, at: &Location) -> Option<&Rule> {
        let rules = self.config.rules.iter().filter(|rule| rule.covers(receiver, at));
        rules.max_by_key(|rule| rule.length())
    }

    /// Fails unless some rule sends the key at this index there.
    ///
    /// # Errors
    /// [`Kind::Unsealed`]: the key would leave the place that it is for.
    pub(super) fn check(
        &self,
        index: usize,
        receiver: Receiver<'_>,
        at: &Location,
    ) -> Result<(), Failure> {
        let mut rules = self.config.rules.iter();
        if rules.any(|rule| rule.covers(receiver, at) && rule.keys().any(|key| key == index)) {
            return Ok(());
        }
        let name = self.name(index);
        let file = self.shown_path();
        let (what, hint) = match receiver {
            Receiver::PresignedUrl => (
                format!("the key `{name}` of {file} is not for whatever host a URL names"),
                "name the key's source itself: -k file:PATH, -k cmd:COMMAND".to_owned(),
            ),
            Receiver::Amazon => (
                format!("no rule of {file} sends the key `{name}` there (endpoint aws)"),
                "add a rule for it, or name the key's source itself: -k file:PATH".to_owned(),
            ),
            Receiver::Endpoint(url) => (
                format!("no rule of {file} sends the key `{name}` there (endpoint {url})"),
                "add a rule for it, or name the key's source itself: -k file:PATH".to_owned(),
            ),
        };
        Err(Failure::unsealed(what).hint(hint).at(at))
    }

    /// The keys of the source at this index, and what to warn of if this is the first time that it is
    /// read: it may be a command that asks for a pass-phrase.
    ///
    /// # Errors
    /// [`Kind::Key`] where it cannot be read or holds no key, naming it.
    pub(super) fn read(&self, index: usize) -> Result<(Vec<Loaded>, Vec<String>), Failure> {
        let mut read = self.read[index].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*read {
            return known.clone().map(|keys| (keys, Vec::new()));
        }
        let keys = self.read_now(index);
        *read = Some(keys.clone());
        let keys = keys?;
        let name = self.name(index);
        let warnings = keys.iter().flat_map(|key| &key.warnings);
        let warnings = warnings.map(|warning| format!("{name}: {warning}")).collect();
        Ok((keys, warnings))
    }

    /// Whether it is known what comes of reading the key at this index.
    pub(super) fn was_asked(&self, index: usize) -> bool {
        self.read[index].lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether the key at this index was read before.
    pub(super) fn is_read(&self, index: usize) -> bool {
        let read = self.read[index].lock().unwrap_or_else(PoisonError::into_inner);
        matches!(&*read, Some(Ok(_)))
    }

    fn read_now(&self, index: usize) -> Outcome {
        let entry = &self.config.keys[index];
        let found = entry.spec.read(entry.format, self.timeout).map_err(|mut failure| {
            let detail = failure.detail_mut();
            detail.message = format!("the key `{}`: {}", entry.name, detail.message);
            failure
        })?;
        let loaded = |Found { key, form, warnings, unfit }| Loaded {
            key,
            source: entry.spec.to_string(),
            form,
            warnings,
            unfit,
            entry: Some(index),
            name: Some(entry.name.clone()),
        };
        Ok(found.into_iter().map(loaded).collect())
    }
}
