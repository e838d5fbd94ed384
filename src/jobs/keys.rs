//! The keys for an object: those that the user gave, or those that the rules of config.toml choose.

use std::sync::Arc;

use crate::failure::{Advice, Failure, Kind};
use crate::key::KeyOptions;
use crate::key::core::{Key, LoadedKey};
use crate::key::ring::{Candidates, KeyRecipient, Keyring, ObjectKey};
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{Batch, KeysToTry, Pending};
use crate::store::wire::Store;
use crate::transfer::Interrupt;

/// The keys of a run; cheap to clone.
#[derive(Clone)]
pub(crate) struct Keys {
    ring: Arc<Keyring>,
    /// Cancels the wait for a command that prints a key.
    interrupt: Option<Interrupt>,
    out: Output,
}

impl Keys {
    /// Reads the given keys, and prints the warnings about them.
    pub(crate) fn load(args: &KeyOptions, out: &Output) -> Result<Keys, Failure> {
        Ok(Keys::of(args.load()?, out))
    }

    /// As [`Keys::load`]; the sources may also be files of other tools.
    pub(crate) fn load_exported(args: &KeyOptions, out: &Output) -> Result<Keys, Failure> {
        Ok(Keys::of(args.load_exported()?, out))
    }

    fn of(ring: Keyring, out: &Output) -> Keys {
        ring.warnings.iter().for_each(|warning| out.warn(warning));
        Keys { ring: Arc::new(ring), interrupt: None, out: *out }
    }

    /// The length of the longest name of the keys that the user named, in bytes.
    pub(crate) fn longest_label(&self) -> usize {
        self.ring.keys.iter().map(|loaded| loaded.label().len()).max().unwrap_or(0)
    }

    pub(crate) fn none(out: &Output) -> Keys {
        Keys { ring: Arc::default(), interrupt: None, out: *out }
    }

    /// The same keys; a signal cancels the wait for a command that prints one.
    pub(crate) fn cancelled_by(self, interrupt: &Interrupt) -> Keys {
        Keys { interrupt: Some(interrupt.clone()), ..self }
    }

    /// A fingerprint of the rules, to compare with a later run's. Empty if keys were given.
    pub(crate) fn rules(&self) -> String {
        if self.are_given() { String::new() } else { self.ring.rules_fingerprint() }
    }

    /// Whether the user gave keys, so that the rules are not used.
    pub(crate) fn are_given(&self) -> bool {
        !self.ring.keys.is_empty()
    }

    /// Whether there is any key, even if only for some objects.
    pub(crate) fn has_any(&self) -> bool {
        self.ring.has_any()
    }

    /// Fails if keys were given and no key may be sent to this store.
    pub(crate) fn check(&self, store: &Store) -> Result<(), Failure> {
        if self.are_given() { store.check_may_send_keys() } else { Ok(()) }
    }

    /// Fails if the first given key, which is the one for writing, is unfit for writing.
    pub(crate) fn check_fit(&self) -> Result<(), Failure> {
        self.ring.keys.first().map_or(Ok(()), LoadedKey::check_fit)
    }

    /// Whether the object gets a key. Reads none.
    pub(crate) fn has_for(&self, store: &Store, at: &Location) -> bool {
        self.ring.has_key_for(store.recipient(), at)
    }

    /// The key that seals the object, if there is one.
    pub(crate) async fn to_write(
        &self,
        store: &Arc<Store>,
        at: &Location,
    ) -> Result<Option<ObjectKey>, Failure> {
        let sealing =
            self.read(at, |ring, at, recipient| ring.to_write(recipient, at), store).await?;
        Ok(sealing.keys.into_iter().next())
    }

    /// The derived key of one object. Sends nothing.
    pub(crate) fn derived(&self, store: &Store, at: &Location) -> Result<ObjectKey, Failure> {
        if self.has_any() {
            let derived = self.ring.derived(store.recipient(), at)?;
            derived.warnings.iter().for_each(|warning| self.out.warn(warning));
            let key = derived.keys.into_iter().next();
            key.ok_or_else(|| self.no_key_for(store.recipient(), at))
        } else {
            Err(Failure::usage("no key was given to derive from")
                .hint("name the master key with -k or S3SEAL_KEY, or add a rule to config.toml"))
        }
    }

    /// The keys for the object of a presigned URL: only given keys, since no rule applies to a URL.
    pub(crate) fn for_url(&self, at: &Location) -> Result<Vec<ObjectKey>, Failure> {
        Ok(self.ring.to_read(KeyRecipient::PresignedUrl, at)?.keys)
    }

    /// The failure for an object that needs a key and gets none.
    pub(crate) fn no_key_for(&self, recipient: KeyRecipient<'_>, at: &Location) -> Failure {
        Failure::usage(format!("no key was given, and {}", self.missing_rule(recipient, at)))
            .hint(Advice::NameKeyOrRule)
            .at(at)
    }

    /// Fails if no object below the folder could get a key.
    pub(crate) fn check_below(&self, store: &Store, folder: &Location) -> Result<(), Failure> {
        if self.ring.has_below(store.recipient(), folder) {
            Ok(())
        } else {
            Err(self.no_key_for(store.recipient(), folder))
        }
    }

    /// The words that no rule is for this object at this endpoint, with the endpoints that do have a rule for it.
    fn missing_rule(&self, recipient: KeyRecipient<'_>, at: &Location) -> String {
        let config = self.ring.shown_config_path();
        let here = match recipient {
            KeyRecipient::Amazon => "aws",
            KeyRecipient::Endpoint(url) => url,
            KeyRecipient::PresignedUrl => {
                return format!("no rule of {config} is for whatever host a URL names");
            }
        };
        let elsewhere = self.ring.endpoints_with_rule(at).join(", ");
        let but = if elsewhere.is_empty() {
            String::new()
        } else {
            format!("; its rule is for the endpoint {elsewhere}")
        };
        format!("no rule of {config} gives it one at the endpoint {here}{but}")
    }

    /// The keys that may open an object. The first ones are read now, the others when they are needed.
    pub(crate) async fn to_open<'a>(
        &'a self,
        store: &'a Arc<Store>,
        at: &'a Location,
    ) -> Result<ObjectKeys<'a>, Failure> {
        let mut candidates = self.read(at, |ring, at, to| ring.to_read(to, at), store).await?;
        let waiting = candidates.hold_back();
        let first_is_unread = candidates.keys.is_empty() && candidates.has_unread();
        let mut keys = ObjectKeys {
            keys: self,
            store,
            at,
            candidates,
            waiting,
            tried: Vec::new(),
            first_is_unread,
            wants_advice: true,
        };
        if first_is_unread {
            keys.read_more().await?;
        }
        if keys.candidates.keys.is_empty()
            && let Some(unusable) = keys.candidates.first_unusable.take()
        {
            return Err(unusable.at(at));
        }
        Ok(keys)
    }

    /// Adds to the failure of a sealed object without a key that its rule may be for another endpoint.
    fn explain_missing_rule(&self, failure: Failure, store: &Store, at: &Location) -> Failure {
        match failure {
            Failure { kind: Kind::Key, .. } if self.has_any() => Failure::key(format!(
                "the object is sealed, no key was given, and {}",
                self.missing_rule(store.recipient(), at)
            ))
            .hint("name the key with -k or S3SEAL_KEY, or add a rule")
            .at(at),
            failure => failure,
        }
    }

    /// Calls `ask` with the ring, prints the warnings, and fails if a key may not be sent to the store.
    async fn read(
        &self,
        at: &Location,
        ask: impl FnOnce(&Keyring, &Location, KeyRecipient<'_>) -> Result<Candidates, Failure>
        + Send
        + 'static,
        store: &Arc<Store>,
    ) -> Result<Candidates, Failure> {
        let found = if self.are_given() {
            ask(&self.ring, at, store.recipient())?
        } else {
            self.wait_for(at, ask, store).await?
        };
        found.warnings.iter().for_each(|warning| self.out.warn(warning));
        if !found.keys.is_empty() {
            store.check_may_send_keys().map_err(|failure| failure.at(at))?;
        }
        Ok(found)
    }

    /// Calls `ask` on a blocking thread: a command that prints a key may wait for a passphrase.
    async fn wait_for(
        &self,
        at: &Location,
        ask: impl FnOnce(&Keyring, &Location, KeyRecipient<'_>) -> Result<Candidates, Failure>
        + Send
        + 'static,
        store: &Arc<Store>,
    ) -> Result<Candidates, Failure> {
        let (ring, at, store) = (self.ring.clone(), at.clone(), store.clone());
        let asked = tokio::task::spawn_blocking(move || ask(&ring, &at, store.recipient()));
        let found = async {
            let unexpected = |_| Err(Failure::other("the key's reader ended unexpectedly"));
            asked.await.unwrap_or_else(unexpected)
        };
        match &self.interrupt {
            Some(interrupt) => interrupt.race(found).await,
            None => found.await,
        }
    }
}

/// The keys that may open one object: the most likely ones first; if they do not fit, the others.
pub(crate) struct ObjectKeys<'a> {
    keys: &'a Keys,
    store: &'a Arc<Store>,
    at: &'a Location,
    /// The keys of the last batch, and those that are not read yet.
    candidates: Candidates,
    /// Keys that were read, but are sent only with the next batch.
    waiting: Vec<ObjectKey>,
    tried: Vec<Key>,
    /// Whether the most likely key could not be read, so that the first batch has all the others.
    first_is_unread: bool,
    /// Whether the failure for an object that no key opens is to name the key that its tag names.
    wants_advice: bool,
}

impl ObjectKeys<'_> {
    /// The same keys, for a caller that does not report why none of them fits: it spares a request.
    pub(crate) fn without_advice(self) -> Self {
        ObjectKeys { wants_advice: false, ..self }
    }

    /// The key of the last batch that has opened the object. None if the object is not sealed.
    pub(crate) fn opened(self, key: Option<&Key>) -> Option<ObjectKey> {
        let opened = self.candidates.keys.into_iter().find(|it| Some(&it.key) == key)?;
        self.keys.ring.remember_last_fitting_key(&opened);
        Some(opened)
    }

    async fn read_more(&mut self) -> Result<(), Failure> {
        let last = std::mem::take(&mut self.candidates);
        let read =
            move |ring: &Keyring, at: &Location, _: KeyRecipient<'_>| Ok(ring.read_rest(last, at));
        self.candidates = self.keys.read(self.at, read, self.store).await?;
        self.candidates.keys.splice(0..0, self.waiting.drain(..));
        self.candidates.keys.retain(|it| !self.tried.contains(&it.key));
        Ok(())
    }

    fn batch(&mut self, asks_tag: bool) -> Batch {
        let keys: Vec<Key> = self.candidates.keys.iter().map(|it| it.key.clone()).collect();
        self.tried.extend(keys.iter().cloned());
        // A single key is tried without asking for the tag.
        let is_reported = self.wants_advice || self.has_unusable_key();
        let has_use = if keys.is_empty() { is_reported } else { keys.len() > 1 };
        Batch { asks_tag: asks_tag && has_use, keys }
    }
}

impl KeysToTry for ObjectKeys<'_> {
    fn first(&mut self) -> Batch {
        self.batch(self.first_is_unread)
    }

    fn more(&mut self) -> Pending<'_, Batch> {
        Box::pin(async {
            self.read_more().await?;
            Ok(self.batch(true))
        })
    }

    fn has_unusable_key(&self) -> bool {
        self.candidates.first_unusable.is_some()
    }

    fn explain_missing_key(&self, failure: Failure) -> Failure {
        self.keys.explain_missing_rule(failure, self.store, self.at)
    }
}
