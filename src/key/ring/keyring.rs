//! The keys of a run, and which of them are used for an object.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::candidates::{Candidates, ObjectKey};
use super::config_keys::ConfigKeys;
use super::rule::KeyRecipient;
use crate::failure::{Advice, Failure};
use crate::key::core::{
    DeriveAs, Form, Format, Key, LoadedKey, ParsedKey, Parser, Spec, is_weak_master,
};
use crate::location::Location;

#[derive(Debug, Default)]
pub(crate) struct Keyring {
    /// The keys that the user named, without duplicates, in the given order: the first writes, all are tried for reading.
    /// If the user named none, the rules of config.toml choose the keys.
    pub keys: Vec<LoadedKey>,
    /// Warnings about `keys`, one line each, with the source.
    pub warnings: Vec<String>,
    config: ConfigKeys,
    derive_as: Option<DeriveAs>,
    /// The key that opened the last object: the next object was probably sealed with it, too.
    last_fitting_key: Mutex<Option<Key>>,
}

impl Keyring {
    pub(crate) fn new(
        keys: Vec<LoadedKey>,
        config: ConfigKeys,
        derive_as: Option<DeriveAs>,
    ) -> Keyring {
        let warnings = keys.iter().flat_map(LoadedKey::labelled_warnings).collect();
        Keyring { keys, warnings, config, derive_as, last_fitting_key: Mutex::default() }
    }

    /// Whether any object could get a key.
    pub(crate) fn has_any(&self) -> bool {
        !self.keys.is_empty() || self.config.has_rules()
    }

    /// Whether the object gets a key; reads none.
    pub(crate) fn has_key_for(&self, recipient: KeyRecipient<'_>, at: &Location) -> bool {
        !self.keys.is_empty() || self.config.rule(recipient, at).is_some()
    }

    /// Whether objects get keys derived from this one, by config.toml or `--derive-as`.
    pub(crate) fn derives(&self, loaded: &LoadedKey) -> bool {
        matches!(self.derive_as(loaded), Ok(Some(_)))
    }

    /// The same keys, each replaced by the key that is derived from it for the object that `--derive-as` names.
    /// Errors: `Kind::Usage` if `--derive-as` names no object, or config.toml does not derive from the key;
    /// `Kind::Key` for a weak master key.
    pub(crate) fn for_named_object(mut self) -> Result<Keyring, Failure> {
        let Some(DeriveAs { bucket: Some(bucket), key: Some(key) }) = self.derive_as.clone() else {
            return match self.derive_as {
                None => Ok(self),
                Some(_) => Err(Failure::usage(
                    "the derivation of the key names no object here, but a bucket",
                )
                .hint("write it s3://BUCKET/KEY")),
            };
        };
        let at = Location { bucket, key };
        for index in 0..self.keys.len() {
            let loaded = &self.keys[index];
            let derived = self.for_object(loaded, self.derive_as(loaded)?, &at)?;
            let source = format!("{}, derived for {at}", loaded.label());
            let key = derived.key;
            let parsed =
                ParsedKey { key, form: Form::Raw, warnings: Vec::new(), unfit: loaded.unfit };
            self.keys[index] = LoadedKey::new(parsed, source);
        }
        self.derive_as = None;
        Ok(self)
    }

    /// Text that changes whenever config.toml's keys or rules change.
    pub(crate) fn rules_fingerprint(&self) -> String {
        self.config.fingerprint()
    }

    /// The path of config.toml, for messages.
    pub(crate) fn shown_config_path(&self) -> String {
        self.config.shown_path()
    }

    /// The key that seals the object, if any.
    /// Errors: `Kind::Unsealed` if the user named a key of config.toml that no rule sends there; `Kind::Key` if the
    /// key cannot be read or is too weak to derive from; `Kind::Usage` if the name to derive the key from is unknown.
    pub(crate) fn to_write(
        &self,
        recipient: KeyRecipient<'_>,
        at: &Location,
    ) -> Result<Candidates, Failure> {
        let mut candidates = Candidates::default();
        match (self.keys.first(), self.config.rule(recipient, at)) {
            (Some(loaded), _) => {
                self.check(loaded, recipient, at)?;
                candidates.keys.push(self.for_object(loaded, self.derive_as(loaded)?, at)?);
            }
            (None, Some(rule)) => {
                let (keys, warnings) =
                    self.config.read(rule.key).map_err(Failure::stopping_the_run)?;
                candidates.warnings = warnings;
                let first = keys.first();
                let fit =
                    first.map(|it| self.for_object(it, self.derive_as(it)?, at)).transpose()?;
                candidates.keys.extend(fit);
            }
            (None, None) => {}
        }
        Ok(candidates)
    }

    /// The derived key of one object: from the first key that the user named (whatever the rules say, since nothing is sent),
    /// or from the key that a rule names.
    /// Errors: As [`Keyring::to_write`]; `Kind::Usage` if config.toml does not derive from the key.
    pub(crate) fn derived(
        &self,
        recipient: KeyRecipient<'_>,
        at: &Location,
    ) -> Result<Candidates, Failure> {
        let Some(named) = self.keys.first() else {
            let candidates = self.to_write(recipient, at)?;
            return match candidates.keys.first() {
                Some(key) if !key.is_derived => Err(not_derived(&key.label)),
                _ => Ok(candidates),
            };
        };
        let own = DeriveAs::default();
        let derive_as = match (self.derive_as(named)?, named.entry) {
            (None, Some(_)) => return Err(not_derived(named.label())),
            (given, _) => given.unwrap_or(&own),
        };
        let keys = vec![self.for_object(named, Some(derive_as), at)?];
        Ok(Candidates { keys, ..Candidates::default() })
    }

    /// The keys that may open the object, the one that opened the last object first. A retired key of config.toml is among
    /// them only if it was read before; the others are left to [`Keyring::read_rest`].
    pub(crate) fn to_read(
        &self,
        recipient: KeyRecipient<'_>,
        at: &Location,
    ) -> Result<Candidates, Failure> {
        let mut candidates = Candidates::default();
        for loaded in &self.keys {
            self.check(loaded, recipient, at)?;
            candidates.keys.push(self.for_object(loaded, self.derive_as(loaded)?, at)?);
        }
        if let (true, Some(rule)) = (self.keys.is_empty(), self.config.rule(recipient, at)) {
            self.add_if_usable(rule.key, at, &mut candidates);
            for index in &rule.retired {
                if self.config.was_read(*index) {
                    self.add_if_usable(*index, at, &mut candidates);
                } else {
                    candidates.unread.push(*index);
                }
            }
        }
        self.sort_last_fitting_key_first(&mut candidates);
        Ok(candidates)
    }

    /// The keys of config.toml that have not been tried yet. A key that cannot be read becomes a warning.
    pub(crate) fn read_rest(&self, tried: Candidates, at: &Location) -> Candidates {
        let mut candidates =
            Candidates { first_unusable: tried.first_unusable, ..Candidates::default() };
        for index in tried.unread {
            self.add_if_usable(index, at, &mut candidates);
        }
        self.sort_last_fitting_key_first(&mut candidates);
        candidates
    }

    pub(crate) fn remember_last_fitting_key(&self, key: &ObjectKey) {
        let mut last = self.last_fitting_key.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref() != Some(&key.master) {
            *last = Some(key.master.clone());
        }
    }

    fn sort_last_fitting_key_first(&self, candidates: &mut Candidates) {
        let last = self.last_fitting_key.lock().unwrap_or_else(PoisonError::into_inner);
        candidates.keys.sort_by_key(|it| Some(&it.master) != last.as_ref());
    }

    /// Adds the keys of these sources, as the parser reads them.
    /// Errors: `Kind::Usage` if two keys come from stdin, or a name is unknown; `Kind::Key` if a source cannot be
    /// read or holds no key.
    pub(crate) fn read(
        mut self,
        specs: &[Spec],
        parser: Parser,
        format: Format,
        timeout: Option<Duration>,
    ) -> Result<Keyring, Failure> {
        if specs.iter().filter(|spec| spec.uses_stdin()).count() > 1 {
            return Err(Failure::usage("two keys cannot both come from stdin")
                .hint("put both into one source, one key a line"));
        }
        for spec in specs {
            let keys = match spec {
                Spec::Name(name) => {
                    let (keys, warnings) = self.config.read(self.config.find(name)?)?;
                    self.warnings.extend(warnings);
                    keys
                }
                spec => {
                    let keys = read_source(spec, parser, format, timeout)?;
                    self.warnings.extend(keys.iter().flat_map(LoadedKey::labelled_warnings));
                    keys
                }
            };
            for loaded in keys {
                // A master key and the same bytes used directly are two different keys.
                let same = |known: &LoadedKey| {
                    known.key == loaded.key
                        && self.configured_derivation(known) == self.configured_derivation(&loaded)
                };
                if !self.keys.iter().any(same) {
                    self.keys.push(loaded);
                }
            }
        }
        Ok(self)
    }

    /// Whether any object in the folder may get a key; reads none.
    pub(crate) fn has_below(&self, recipient: KeyRecipient<'_>, folder: &Location) -> bool {
        !self.keys.is_empty() || self.config.has_below(recipient, folder)
    }

    /// The endpoints whose rules give an object of this name a key.
    pub(crate) fn endpoints_with_rule(&self, at: &Location) -> Vec<String> {
        self.config.endpoints_with_rule(at)
    }

    /// Adds the keys of one source. If it cannot be used, the others still are, and the warning is given once.
    fn add_if_usable(&self, index: usize, at: &Location, candidates: &mut Candidates) {
        let was_tried = self.config.was_tried(index);
        if let Err(failure) = self.add(index, at, candidates) {
            if !was_tried {
                candidates.warnings.push(failure.to_string());
            }
            candidates.first_unusable.get_or_insert(failure.stopping_the_run());
        }
    }

    fn add(&self, index: usize, at: &Location, candidates: &mut Candidates) -> Result<(), Failure> {
        let (keys, warnings) = self.config.read(index)?;
        candidates.warnings.extend(warnings);
        for loaded in &keys {
            let key = self.for_object(loaded, self.derive_as(loaded)?, at)?;
            if candidates.keys.iter().all(|known| known.key != key.key) {
                candidates.keys.push(key);
            }
        }
        Ok(())
    }

    fn check(
        &self,
        key: &LoadedKey,
        recipient: KeyRecipient<'_>,
        at: &Location,
    ) -> Result<(), Failure> {
        key.entry.map_or(Ok(()), |index| self.config.check(index, recipient, at))
    }

    /// The key's derivation in config.toml; none for a key that is not named there.
    fn configured_derivation(&self, loaded: &LoadedKey) -> Option<Option<&DeriveAs>> {
        loaded.entry.map(|index| self.config.derivation(index))
    }

    /// The name to derive objects' keys for; none if this key is used directly.
    fn derive_as(&self, loaded: &LoadedKey) -> Result<Option<&DeriveAs>, Failure> {
        match (self.configured_derivation(loaded), &self.derive_as) {
            (Some(None), Some(_)) => Err(not_derived(loaded.label())),
            (_, Some(given)) => Ok(Some(given)),
            (own, None) => Ok(own.flatten()),
        }
    }

    /// The key to use for one object: this key, or the one derived from it.
    fn for_object(
        &self,
        loaded: &LoadedKey,
        derive_as: Option<&DeriveAs>,
        at: &Location,
    ) -> Result<ObjectKey, Failure> {
        let key = match derive_as {
            None => loaded.key.clone(),
            Some(_) if is_weak_master(loaded.key.bytes()) => return Err(weak_master(loaded)),
            Some(derive_as) => derive_as.derive(&loaded.key, at)?,
        };
        Ok(ObjectKey {
            key,
            label: loaded.label().to_owned(),
            is_derived: derive_as.is_some(),
            is_weak: loaded.is_weak(),
            unfit: loaded.unfit,
            master: loaded.key.clone(),
        })
    }
}

fn read_source(
    spec: &Spec,
    parser: Parser,
    format: Format,
    timeout: Option<Duration>,
) -> Result<Vec<LoadedKey>, Failure> {
    let keys = spec.read_with(parser, format, timeout)?.into_iter();
    Ok(keys.map(|parsed| LoadedKey::new(parsed, spec.to_string())).collect())
}

fn not_derived(name: &str) -> Failure {
    Failure::usage(format!(
        "the key `{name}` of config.toml is used as it is: none is derived from it"
    ))
    .hint("say `derive = true` there if each object is to get a key of its own")
}

fn weak_master(loaded: &LoadedKey) -> Failure {
    Failure::key(format!("{} is too weak to derive keys from", loaded.label()))
        .hint(Advice::MakeMasterKey)
}
