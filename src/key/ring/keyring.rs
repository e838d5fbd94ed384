//! The keys for a run, and which of them one object gets.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::candidates::{Candidates, ObjectKey};
use super::rule::Receiver;
use super::rules::Ring;
use crate::failure::Failure;
use crate::key::core::{DeriveAs, Form, Format, Found, Key, Loaded, Spec, is_weak_master};
use crate::location::Location;

/// The keys of a run.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    /// The keys that the user named, each once, in the order in which they were given: the first writes,
    /// all are tried for reading. Where there are none, the rules of the ring count.
    pub keys: Vec<Loaded>,
    /// What to warn of, each with the source it concerns; one line each.
    pub warnings: Vec<String>,
    ring: Ring,
    derive_as: Option<DeriveAs>,
    /// The key that opened an object last: the next one was probably sealed with it, too.
    opened_last: Mutex<Option<Key>>,
}

impl Keyring {
    /// The keys that the user named, so far, and where others are.
    pub(crate) fn new(
        keys: Vec<Loaded>,
        warnings: Vec<String>,
        ring: Ring,
        derive_as: Option<DeriveAs>,
    ) -> Keyring {
        Keyring { keys, warnings, ring, derive_as, opened_last: Mutex::default() }
    }

    /// Whether any object could get a key.
    pub(crate) fn has_any(&self) -> bool {
        !self.keys.is_empty() || self.ring.has_rules()
    }

    /// Whether an object there gets a key; nothing is read.
    pub(crate) fn has_for(&self, receiver: Receiver<'_>, at: &Location) -> bool {
        !self.keys.is_empty() || self.ring.rule(receiver, at).is_some()
    }

    /// Whether objects get keys derived from this one, by config.toml or `--derive-as`.
    pub(crate) fn derives(&self, loaded: &Loaded) -> bool {
        matches!(self.derive_as(loaded), Ok(Some(_)))
    }

    /// The same keys, each replaced by the one that `--derive-as` makes of it for the object that it names.
    ///
    /// # Errors
    /// [`Kind::Usage`] where it names no object, or the key is used as it is; [`Kind::Key`] for a weak
    /// master.
    pub(crate) fn for_named_object(mut self) -> Result<Keyring, Failure> {
        let Some(DeriveAs { bucket: Some(bucket), key: Some(key) }) = self.derive_as.clone() else {
            return match self.derive_as {
                None => Ok(self),
                Some(_) => Err(Failure::usage("--derive-as names no object here, but a bucket")
                    .hint("write it s3://BUCKET/KEY")),
            };
        };
        let at = Location { bucket, key };
        for index in 0..self.keys.len() {
            let loaded = &self.keys[index];
            let fitted = self.fit(loaded, self.derive_as(loaded)?, &at)?;
            let source = format!("{}, derived for {at}", loaded.label());
            let derived = Loaded {
                key: fitted.key,
                source,
                form: Form::Raw,
                warnings: Vec::new(),
                unfit: loaded.unfit,
                name: None,
                entry: None,
            };
            self.keys[index] = derived;
        }
        self.derive_as = None;
        Ok(self)
    }

    /// What config.toml says, in no particular form: to know it again.
    pub(crate) fn rules(&self) -> String {
        self.ring.said()
    }

    /// What the user calls the place where rules are, for hints.
    pub(crate) fn shown_config(&self) -> String {
        self.ring.shown_path()
    }

    /// The one key that may seal an object there, if any.
    ///
    /// # Errors
    /// [`Kind::Unsealed`] where a key of the ring was named that no rule sends there;
    /// [`Kind::Key`] where it cannot be read, or is too weak to derive from; [`Kind::Usage`] where
    /// it is not clear whose name to derive it from.
    pub(crate) fn to_write(
        &self,
        receiver: Receiver<'_>,
        at: &Location,
    ) -> Result<Candidates, Failure> {
        let mut candidates = Candidates::default();
        match (self.keys.first(), self.ring.rule(receiver, at)) {
            (Some(loaded), _) => {
                self.check(loaded, receiver, at)?;
                candidates.keys.push(self.fit(loaded, self.derive_as(loaded)?, at)?);
            }
            (None, Some(rule)) => {
                let (keys, warnings) = self.ring.read(rule.key).map_err(Failure::for_all)?;
                candidates.warnings = warnings;
                let first = keys.first();
                let fit = first.map(|it| self.fit(it, self.derive_as(it)?, at)).transpose()?;
                candidates.keys.extend(fit);
            }
            (None, None) => {}
        }
        Ok(candidates)
    }

    /// The key of one object alone: derived from the first key that was named, wherever that may go, for
    /// nothing is sent; or from the one that a rule gives it.
    ///
    /// # Errors
    /// As [`Keyring::to_write`]; [`Kind::Usage`] where config.toml says that no key is derived.
    pub(crate) fn derived(
        &self,
        receiver: Receiver<'_>,
        at: &Location,
    ) -> Result<Candidates, Failure> {
        let Some(named) = self.keys.first() else {
            let candidates = self.to_write(receiver, at)?;
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
        let keys = vec![self.fit(named, Some(derive_as), at)?];
        Ok(Candidates { keys, ..Candidates::default() })
    }

    /// The keys that may open an object there: the one that opened the last object first, and of the ring
    /// those that were needed before.
    ///
    /// # Errors
    /// As [`Keyring::to_write`].
    pub(crate) fn to_read(
        &self,
        receiver: Receiver<'_>,
        at: &Location,
    ) -> Result<Candidates, Failure> {
        let mut candidates = Candidates::default();
        for loaded in &self.keys {
            self.check(loaded, receiver, at)?;
            candidates.keys.push(self.fit(loaded, self.derive_as(loaded)?, at)?);
        }
        if let (true, Some(rule)) = (self.keys.is_empty(), self.ring.rule(receiver, at)) {
            self.add_if_usable(rule.key, at, &mut candidates);
            for index in &rule.retired {
                if self.ring.is_read(*index) {
                    self.add_if_usable(*index, at, &mut candidates);
                } else {
                    candidates.unread.push(*index);
                }
            }
        }
        self.put_last_to_open_first(&mut candidates);
        Ok(candidates)
    }

    /// The keys of the ring that are left where those that were read do not fit. What cannot be read is
    /// warned of.
    pub(crate) fn read_more(&self, tried: Candidates, at: &Location) -> Candidates {
        let mut candidates = Candidates { unusable: tried.unusable, ..Candidates::default() };
        for index in tried.unread {
            self.add_if_usable(index, at, &mut candidates);
        }
        self.put_last_to_open_first(&mut candidates);
        candidates
    }

    /// Remembers which key has opened an object.
    pub(crate) fn opened(&self, key: &ObjectKey) {
        let mut last = self.opened_last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref() != Some(&key.master) {
            *last = Some(key.master.clone());
        }
    }

    fn put_last_to_open_first(&self, candidates: &mut Candidates) {
        let last = self.opened_last.lock().unwrap_or_else(PoisonError::into_inner);
        candidates.keys.sort_by_key(|it| Some(&it.master) != last.as_ref());
    }

    /// Adds the keys of these sources.
    ///
    /// # Errors
    /// [`Kind::Usage`] where two come from stdin, or a name is unknown; [`Kind::Key`] where a source
    /// cannot be read or holds no key.
    pub(crate) fn read(
        mut self,
        specs: &[Spec],
        format: Format,
        timeout: Option<Duration>,
    ) -> Result<Keyring, Failure> {
        if specs.iter().filter(|spec| spec.uses_stdin()).count() > 1 {
            return Err(Failure::usage("two keys cannot both come from stdin")
                .hint("put both into one source, one key a line"));
        }
        for spec in specs {
            let (keys, warnings) = match spec {
                Spec::Name(name) => self.ring.read(self.ring.find(name)?)?,
                spec => read_source(spec, format, timeout)?,
            };
            self.warnings.extend(warnings);
            for loaded in keys {
                // A master and the same key as it is are two.
                let same = |known: &Loaded| {
                    known.key == loaded.key && self.own_name(known) == self.own_name(&loaded)
                };
                if !self.keys.iter().any(same) {
                    self.keys.push(loaded);
                }
            }
        }
        Ok(self)
    }

    /// Whether any object below a folder may get a key; nothing is read.
    pub(crate) fn has_below(&self, receiver: Receiver<'_>, folder: &Location) -> bool {
        !self.keys.is_empty() || self.ring.has_below(receiver, folder)
    }

    /// The endpoints at which a rule would give an object of this name a key.
    pub(crate) fn endpoints_of(&self, at: &Location) -> Vec<String> {
        self.ring.elsewhere(at)
    }

    /// One key that cannot be used does not stop the others; what is wrong is said once.
    fn add_if_usable(&self, index: usize, at: &Location, candidates: &mut Candidates) {
        let is_known = self.ring.was_asked(index);
        if let Err(failure) = self.add(index, at, candidates) {
            if !is_known {
                candidates.warnings.push(failure.to_string());
            }
            candidates.unusable.get_or_insert(failure.for_all());
        }
    }

    fn add(&self, index: usize, at: &Location, candidates: &mut Candidates) -> Result<(), Failure> {
        let (keys, warnings) = self.ring.read(index)?;
        candidates.warnings.extend(warnings);
        for loaded in &keys {
            let key = self.fit(loaded, self.derive_as(loaded)?, at)?;
            if candidates.keys.iter().all(|known| known.key != key.key) {
                candidates.keys.push(key);
            }
        }
        Ok(())
    }

    fn check(&self, key: &Loaded, receiver: Receiver<'_>, at: &Location) -> Result<(), Failure> {
        key.entry.map_or(Ok(()), |index| self.ring.check(index, receiver, at))
    }

    /// Whose name counts by config.toml, where that names the key.
    fn own_name(&self, loaded: &Loaded) -> Option<Option<&DeriveAs>> {
        loaded.entry.map(|index| self.ring.derivation(index))
    }

    /// Whose name counts if objects get keys derived from this one; none where they get itself.
    fn derive_as(&self, loaded: &Loaded) -> Result<Option<&DeriveAs>, Failure> {
        match (self.own_name(loaded), &self.derive_as) {
            (Some(None), Some(_)) => Err(not_derived(loaded.label())),
            (_, Some(given)) => Ok(Some(given)),
            (own, None) => Ok(own.flatten()),
        }
    }

    /// The key as it is used for one object: itself, or what is derived from it.
    fn fit(
        &self,
        loaded: &Loaded,
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
    format: Format,
    timeout: Option<Duration>,
) -> Result<(Vec<Loaded>, Vec<String>), Failure> {
    let source = spec.to_string();
    let mut all = Vec::new();
    let load = |Found { key, form, warnings, unfit }| {
        all.extend(warnings.iter().map(|warning| format!("{source}: {warning}")));
        Loaded { key, source: source.clone(), form, warnings, unfit, name: None, entry: None }
    };
    let keys = spec.read(format, timeout)?.into_iter().map(load).collect();
    Ok((keys, all))
}

fn not_derived(name: &str) -> Failure {
    Failure::usage(format!(
        "the key `{name}` of config.toml is used as it is: none is derived from it"
    ))
    .hint("say `derive = true` there if each object is to get a key of its own")
}

fn weak_master(loaded: &Loaded) -> Failure {
    Failure::key(format!("{} is too weak to derive keys from", loaded.label())).hint(
        "whoever gets one object's key could guess it, and all others: make one with `s3seal keygen`",
    )
}
