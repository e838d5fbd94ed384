//! Which keys an object gets: those that the user named, or those that the rules of config.toml give it.

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
    /// What ends the wait for a command that prints a key.
    interrupt: Option<Interrupt>,
    out: Output,
}

impl Keys {
    /// Reads the keys that were named, after which it warns of what is wrong with them.
    pub(crate) fn load(args: &KeyOptions, out: &Output) -> Result<Keys, Failure> {
        let ring = args.load()?;
        ring.warnings.iter().for_each(|warning| out.warn(warning));
        Ok(Keys { ring: Arc::new(ring), interrupt: None, out: *out })
    }

    pub(crate) fn none(out: &Output) -> Keys {
        Keys { ring: Arc::default(), interrupt: None, out: *out }
    }

    /// The same keys, while a signal ends the run.
    pub(crate) fn until(self, interrupt: &Interrupt) -> Keys {
        Keys { interrupt: Some(interrupt.clone()), ..self }
    }

    /// What the rules say, where they count: to know it again.
    pub(crate) fn rules(&self) -> String {
        if self.are_named() { String::new() } else { self.ring.rules_fingerprint() }
    }

    /// Whether keys were named, so that each object gets one.
    pub(crate) fn are_named(&self) -> bool {
        !self.ring.keys.is_empty()
    }

    /// Whether there is any key at all, be it for some objects alone.
    pub(crate) fn has_any(&self) -> bool {
        self.ring.has_any()
    }

    /// Fails where keys were named that cannot go to this store.
    pub(crate) fn check(&self, store: &Store) -> Result<(), Failure> {
        if self.are_named() { store.check_may_send_keys() } else { Ok(()) }
    }

    /// Fails where the key that was named first, which is the one to write with, seals nothing.
    pub(crate) fn check_fit(&self) -> Result<(), Failure> {
        self.ring.keys.first().map_or(Ok(()), LoadedKey::check_fit)
    }

    /// Whether the object gets a key; nothing is read.
    pub(crate) fn has_for(&self, store: &Store, at: &Location) -> bool {
        self.ring.has_key_for(store.recipient(), at)
    }

    /// The key that seals the object, if any may.
    pub(crate) async fn to_write(
        &self,
        store: &Arc<Store>,
        at: &Location,
    ) -> Result<Option<ObjectKey>, Failure> {
        let sealing =
            self.read(at, |ring, at, recipient| ring.to_write(recipient, at), store).await?;
        Ok(sealing.keys.into_iter().next())
    }

    /// The key of one object alone, derived from another; sends nothing.
    pub(crate) fn derived(&self, store: &Store, at: &Location) -> Result<ObjectKey, Failure> {
        if self.has_any() {
            let derived = self.ring.derived(store.recipient(), at)?;
            derived.warnings.iter().for_each(|warning| self.out.warn(warning));
            let key = derived.keys.into_iter().next();
            key.ok_or_else(|| self.none_for(store.recipient(), at))
        } else {
            Err(Failure::usage("no key was given to derive from")
                .hint("name the master key with -k or S3SEAL_KEY, or add a rule to config.toml"))
        }
    }

    /// The keys for the object of a presigned URL: those that were named, for no rule sends any there.
    pub(crate) fn for_url(&self, at: &Location) -> Result<Vec<ObjectKey>, Failure> {
        Ok(self.ring.to_read(KeyRecipient::PresignedUrl, at)?.keys)
    }

    /// The failure for an object that must have a key and gets none.
    pub(crate) fn none_for(&self, recipient: KeyRecipient<'_>, at: &Location) -> Failure {
        Failure::usage(format!("no key was given, and {}", self.no_rule(recipient, at)))
            .hint(Advice::NameKeyOrRule)
            .at(at)
    }

    /// Fails where nothing below a folder could get a key.
    pub(crate) fn check_below(&self, store: &Store, folder: &Location) -> Result<(), Failure> {
        if self.ring.has_below(store.recipient(), folder) {
            Ok(())
        } else {
            Err(self.none_for(store.recipient(), folder))
        }
    }

    /// That no rule is for an object, and whether one would be at another endpoint.
    fn no_rule(&self, recipient: KeyRecipient<'_>, at: &Location) -> String {
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

    /// The keys that may open an object: the first ones are read now, the others as they are needed.
    pub(crate) async fn to_open<'a>(
        &'a self,
        store: &'a Arc<Store>,
        at: &'a Location,
    ) -> Result<ObjectKeys<'a>, Failure> {
        let mut candidates = self.read(at, |ring, at, to| ring.to_read(to, at), store).await?;
        let waiting = candidates.hold_back();
        let is_unread = candidates.keys.is_empty() && candidates.has_unread();
        let mut keys =
            ObjectKeys { keys: self, store, at, candidates, waiting, tried: Vec::new(), is_unread };
        if is_unread {
            keys.read_more().await?;
        }
        if keys.candidates.keys.is_empty()
            && let Some(unusable) = keys.candidates.unusable.take()
        {
            return Err(unusable.at(at));
        }
        Ok(keys)
    }

    /// An object that is sealed and gets no key: the rules may be meant for another endpoint.
    fn without_rule(&self, failure: Failure, store: &Store, at: &Location) -> Failure {
        match failure {
            Failure { kind: Kind::Key, .. } if self.has_any() => Failure::key(format!(
                "the object is sealed, no key was given, and {}",
                self.no_rule(store.recipient(), at)
            ))
            .hint("name the key with -k or S3SEAL_KEY, or add a rule")
            .at(at),
            failure => failure,
        }
    }

    /// Asks the ring, which may have to run a command first.
    async fn read(
        &self,
        at: &Location,
        ask: impl FnOnce(&Keyring, &Location, KeyRecipient<'_>) -> Result<Candidates, Failure>
        + Send
        + 'static,
        store: &Arc<Store>,
    ) -> Result<Candidates, Failure> {
        let found = if self.are_named() {
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

    /// Asks on a thread of its own: a command that prints a key may ask for a pass-phrase.
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

/// The keys that may open one object: first the most promising, and if it does not fit, the others.
pub(crate) struct ObjectKeys<'a> {
    keys: &'a Keys,
    store: &'a Arc<Store>,
    at: &'a Location,
    /// Those of the last batch, and what has not been read yet.
    candidates: Candidates,
    /// Those that were read, but are not to be sent before the others are known.
    waiting: Vec<ObjectKey>,
    tried: Vec<Key>,
    /// Whether the most promising key could not be read, so that the first batch has all the others.
    is_unread: bool,
}

impl ObjectKeys<'_> {
    /// Of the keys of the last batch the one that has opened the object; none where it is not sealed.
    pub(crate) fn opened(self, key: Option<&Key>) -> Option<ObjectKey> {
        let opened = self.candidates.keys.into_iter().find(|it| Some(&it.key) == key)?;
        self.keys.ring.remember_opener(&opened);
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
        // A single key is tried whatever the tag says.
        Batch { asks_tag: asks_tag && keys.len() != 1, keys }
    }
}

impl KeysToTry for ObjectKeys<'_> {
    fn first(&mut self) -> Batch {
        self.batch(self.is_unread)
    }

    fn more(&mut self) -> Pending<'_, Batch> {
        Box::pin(async {
            self.read_more().await?;
            Ok(self.batch(true))
        })
    }

    fn has_unusable_key(&self) -> bool {
        self.candidates.unusable.is_some()
    }

    fn explain_missing_key(&self, failure: Failure) -> Failure {
        self.keys.without_rule(failure, self.store, self.at)
    }
}
