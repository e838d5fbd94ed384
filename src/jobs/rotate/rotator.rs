//! Rotates one object: opens it, and copies it unless it has its new key.

use std::slice;
use std::sync::atomic::{AtomicBool, Ordering};

use super::buckets::Buckets;
use super::keys::{OldAndNew, RotationKeys};
use super::outcome::Outcome;
use super::report::Report;
use super::target::Target;
use crate::failure::{Advice, Failure, Kind};
use crate::jobs::feed::{EncryptionStatus, FeedObject};
use crate::jobs::keys::Keys;
use crate::jobs::sealer::ObjectEncryption;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::store::copy::{Copy, CopySource};
use crate::store::object::{
    Attributes, Condition, FixedKeys, ObjectMetadata, Opened, ReadOptions, Unopened,
};
use crate::transfer::Engine;

/// How often an object is tried again that another writer replaces meanwhile.
const MOST_TRIES: u32 = 5;

pub(super) struct Rotator {
    pub(super) engine: Engine,
    pub(super) report: Report,
    keys: RotationKeys,
    target: Target,
    buckets: Buckets,
    /// Whether a copy was damaged.
    has_damage: AtomicBool,
    /// Whether the last object that opened had its new key.
    was_current: AtomicBool,
}

/// What is found where an object should be.
pub(super) enum Lookup {
    Opened(Box<Opened<ObjectMetadata>>),
    /// It is sealed, and only objects are meant that are not.
    Sealed,
    Gone,
}

impl Lookup {
    fn opened(opened: Opened<ObjectMetadata>) -> Lookup {
        Lookup::Opened(Box::new(opened))
    }

    /// Whether it is encrypted as it should be.
    pub(super) fn is_current(&self, goal: &ObjectEncryption) -> bool {
        matches!(self, Lookup::Opened(opened) if is_current(opened, goal))
    }

    fn etag(&self) -> Option<&str> {
        match self {
            Lookup::Opened(opened) => opened.answer.etag.as_deref(),
            Lookup::Sealed | Lookup::Gone => None,
        }
    }
}

pub(super) fn is_current(opened: &Opened<ObjectMetadata>, goal: &ObjectEncryption) -> bool {
    opened.key.as_ref() == goal.encryption.key()
}

impl Rotator {
    pub(super) fn new(
        engine: Engine,
        keys: RotationKeys,
        target: Target,
        report: Report,
    ) -> Rotator {
        let (buckets, has_damage) = (Buckets::default(), AtomicBool::new(false));
        let was_current = AtomicBool::new(false);
        Rotator { engine, report, keys, target, buckets, has_damage, was_current }
    }

    /// Rotates an object if it has to be, and reports it.
    /// Errors: [`Kind::Key`] where no key of either side opens it; [`Kind::Precondition`] where another writer replaces
    /// it again and again; otherwise what keeps it from being read or written.
    pub(super) async fn rotate(&self, object: &FeedObject) -> Result<Outcome, Failure> {
        let (at, to) = (&object.at, self.target.of(&object.at));
        let goal = self.goal(&to).await?;
        if self.was_plain(object, &goal) {
            return self.report.left(at, Outcome::PlainWhenInventoried, &goal, None);
        }
        let mut found = self.look_twice(at, &goal).await?;
        for _ in 0..MOST_TRIES {
            let opened = match &found {
                Lookup::Opened(opened) => opened,
                Lookup::Sealed => return self.report.left(at, Outcome::Sealed, &goal, None),
                Lookup::Gone if object.is_named() => return Err(missing(at)),
                Lookup::Gone => return self.report.left(at, Outcome::Gone, &goal, None),
            };
            if let Some(outcome) = self.reason_to_leave(opened, &to, &goal).await? {
                return self.report.left(at, outcome, &goal, Some(&opened.answer));
            }
            if self.report.dry_run {
                return self.report.planned(at, &to, &goal, opened);
            }
            let copy = self.plan(at, &to, &goal, opened).await?;
            // Elsewhere the original keeps its ACL.
            let loses_acl = self.target.is_in_place() && self.check_bucket(&copy.source).await?;
            if self.target.is_in_place() {
                self.report.warn_of_races(self.engine.store());
            }
            match self.engine.copy(&copy).await {
                Ok(copied) => {
                    let key = goal.key.as_ref();
                    return self.report.rotated(&copy, &copied.stored, key, loses_acl);
                }
                Err(failure) => found = self.look_after(failure, at, &found, &goal).await?,
            }
        }
        Err(Failure::precondition(
            "somebody replaces the object again and again: it was left alone",
        )
        .hint("run the same command again when nobody writes there")
        .at(at))
    }

    /// Looks again after a copy that failed: another writer may have replaced the object, or the copy was made and its
    /// answer lost.
    /// Errors: The failure of the copy, unless the object has changed.
    async fn look_after(
        &self,
        failure: Failure,
        at: &Location,
        before: &Lookup,
        goal: &ObjectEncryption,
    ) -> Result<Lookup, Failure> {
        // A damaged copy stays damaged, though its new key opens it.
        let is_damage = failure.is(Kind::Integrity);
        self.has_damage.fetch_or(is_damage, Ordering::Relaxed);
        if is_damage || failure.concerns_all() || !self.target.is_in_place() {
            return Err(failure);
        }
        let Ok(now) = self.look(at, ReadOptions::default(), goal).await else {
            return Err(failure);
        };
        // The ETags of some stores depend on the content alone, not on the key.
        let is_unchanged = now.etag() == before.etag() && !now.is_current(goal);
        let is_unsealed = failure.is(Kind::Unsealed);
        if is_unchanged && is_unsealed {
            return Err(Failure::unavailable("the copy was not made: the object is as it was")
                .hint("run the same command again")
                .at(at));
        }
        if is_unchanged || is_unsealed { Err(failure) } else { Ok(now) }
    }

    /// What another run must have in common with this one to go on where it stopped: the rules, where they count, and
    /// the key for objects below a place. None where there is no one key.
    pub(super) async fn identity(&self, below: &Location) -> Option<(String, Option<Key>)> {
        let Some(keys) = self.keys.to.keys() else { return Some((String::new(), None)) };
        let encryption = self.keys.to.encryption(self.engine.store(), below).await.ok()?;
        Some((keys.rules(), Some(encryption.key?.master().clone())))
    }

    pub(super) fn has_damage(&self) -> bool {
        self.has_damage.load(Ordering::Relaxed)
    }

    /// Whether such an object is meant.
    pub(super) fn takes(&self, opened: &Opened<ObjectMetadata>) -> bool {
        opened.key.is_some() || self.keys.takes_plain
    }

    /// How an object at this place is to be encrypted.
    pub(super) async fn goal(&self, to: &Location) -> Result<ObjectEncryption, Failure> {
        let encryption = self.keys.to.encryption(self.engine.store(), to).await;
        encryption.map_err(|failure| match failure {
            Failure { kind: Kind::Usage, .. } => failure.hint(Advice::NameNewKey),
            failure => failure,
        })
    }

    /// Whether an object need not be opened, since it was not sealed when an inventory was taken.
    fn was_plain(&self, object: &FeedObject, goal: &ObjectEncryption) -> bool {
        let was_plain = object.encryption.is_some_and(|it| it != EncryptionStatus::SseC);
        was_plain && !self.keys.takes_plain && goal.key.is_some()
    }

    /// Opens an object; once more if no key fits, since another writer may have replaced it between two keys.
    async fn look_twice(&self, at: &Location, goal: &ObjectEncryption) -> Result<Lookup, Failure> {
        match self.look(at, ReadOptions::default(), goal).await {
            Err(Unopened::Locked(_)) => Ok(self.look(at, ReadOptions::default(), goal).await?),
            found => Ok(found?),
        }
    }

    /// Whether the object loses its ACL.
    /// Errors: Where the bucket would put the copy in the place of another version.
    async fn check_bucket(&self, source: &CopySource) -> Result<bool, Failure> {
        let (store, at, out) = (self.engine.store(), &source.at, &self.report.out);
        let asked = async {
            self.buckets.check_suspension(store, at, source.version_id()).await?;
            Ok(self.buckets.loses_acl(store, at, out).await)
        };
        self.engine.interrupt().race(asked).await
    }

    /// Opens an object, or a version of it, with its new key or one that it may have had.
    pub(super) async fn look(
        &self,
        at: &Location,
        options: ReadOptions,
        goal: &ObjectEncryption,
    ) -> Result<Lookup, Unopened> {
        let options = ReadOptions { allow_plain: true, ..options };
        let new = goal.key.as_ref().filter(|_| self.target.is_in_place());
        let opened = match &self.keys.from {
            None => self.open_plain(at, new, options).await,
            Some(from) => self.open_with(from, at, new, options).await,
        };
        let found = match opened {
            Err(Unopened::Gone(_)) => return Ok(Lookup::Gone),
            opened => opened?,
        };
        self.was_current.store(found.is_current(goal), Ordering::Relaxed);
        Ok(found)
    }

    async fn open_with(
        &self,
        from: &Keys,
        at: &Location,
        new: Option<&ObjectKey>,
        options: ReadOptions,
    ) -> Result<Lookup, Unopened> {
        let store = self.engine.store();
        let old = from.to_open(store, at).await.map_err(Unopened::Failed)?;
        let new = new.map(|new| new.key.clone());
        // The next object probably has the key that the last one had.
        let new_is_first = self.was_current.load(Ordering::Relaxed);
        let mut keys = OldAndNew { old, new, new_is_first };
        let opened = self.engine.inspect_with(at, &mut keys, &options).await?;
        keys.old.opened(opened.key.as_ref());
        Ok(Lookup::opened(opened))
    }

    /// Opens an object that is not sealed with one request; for a sealed one only its new key is tried.
    async fn open_plain(
        &self,
        at: &Location,
        new: Option<&ObjectKey>,
        options: ReadOptions,
    ) -> Result<Lookup, Unopened> {
        let mut no_keys = FixedKeys { keys: &[], is_sealed: false };
        match self.engine.inspect_with(at, &mut no_keys, &options).await {
            // Some stores answer a HEAD without the key, but say that the object is sealed.
            Ok(opened) if opened.answer.sse_customer_algorithm.is_none() => {
                return Ok(Lookup::opened(opened));
            }
            Ok(_) | Err(Unopened::NoKey(_)) => {}
            Err(unopened) => return Err(unopened),
        }
        let Some(new) = new else { return Ok(Lookup::Sealed) };
        let mut new = FixedKeys { keys: slice::from_ref(&new.key), is_sealed: true };
        match self.engine.inspect_with(at, &mut new, &options).await {
            Ok(opened) => Ok(Lookup::opened(opened)),
            Err(Unopened::Locked(_)) => Ok(Lookup::Sealed),
            Err(unopened) => Err(unopened),
        }
    }

    /// Why an object is not copied, if it is not.
    async fn reason_to_leave(
        &self,
        opened: &Opened<ObjectMetadata>,
        to: &Location,
        goal: &ObjectEncryption,
    ) -> Result<Option<Outcome>, Failure> {
        let is_done = if self.target.is_in_place() {
            is_current(opened, goal)
        } else {
            self.is_there(to, goal, &opened.answer).await?
        };
        Ok(if is_done {
            Some(Outcome::Current)
        } else if !self.takes(opened) {
            Some(Outcome::Plain)
        } else {
            opened.answer.is_archived().then_some(Outcome::Archived)
        })
    }

    /// Whether the copy is there already, written after its source and sealed as it should be.
    async fn is_there(
        &self,
        to: &Location,
        goal: &ObjectEncryption,
        source: &ObjectMetadata,
    ) -> Result<bool, Failure> {
        let keys: Vec<Key> = goal.encryption.key().cloned().into_iter().collect();
        match self.engine.inspect(to, &keys, &ReadOptions::default()).await {
            // Both times are the store's, and in one form.
            Ok(there) => Ok(there.answer.content_length == source.content_length
                && there.answer.last_modified >= source.last_modified
                && source.checksum_crc64nvme.is_some()
                && there.answer.checksum_crc64nvme == source.checksum_crc64nvme),
            Err(Failure { kind: Kind::NotFound, .. }) => Ok(false),
            Err(failure @ Failure { kind: Kind::Key | Kind::Unsealed, .. })
                if !failure.concerns_all() =>
            {
                Ok(false)
            }
            Err(failure) => Err(failure),
        }
    }

    async fn plan(
        &self,
        at: &Location,
        to: &Location,
        goal: &ObjectEncryption,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<Copy, Failure> {
        let metadata = opened.answer.clone();
        let if_match = metadata.etag.clone().filter(|_| self.target.is_in_place());
        let condition = Condition { if_match, ..Condition::default() };
        let write = goal.write(to, Attributes::default(), condition, false)?;
        let source = CopySource { at: at.clone(), key: opened.key.clone(), metadata };
        let planned = self.engine.store().plan_copy(source, write);
        let mut copy = self.engine.interrupt().race(planned).await?;
        // A tag that names the old key would mislead; one with the MD5 of a weak key helps to guess it.
        copy.write.tags_key = copy.source_has_key_tag
            && goal.key.as_ref().is_some_and(|key| !key.is_weak && !key.is_derived);
        Ok(copy)
    }
}

fn missing(at: &Location) -> Failure {
    Failure::not_found("there is no object of this name")
        .hint("check the bucket and the key; a URL that ends in `/` means all that is below")
        .at(at)
}
