//! What becomes of one object: looked at, and sealed anew where it should be.

use std::sync::atomic::{AtomicBool, Ordering};

use super::buckets::Buckets;
use super::report::{Done, Outcome, Report};
use super::rotation_keys::BothKeys;
use crate::commands::keys::{Keys, ObjectKeys};
use crate::commands::search::Suspect;
use crate::failure::Failure;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::store::copy::{Copy, CopySource};
use crate::store::object::{
    Attributes, Batch, Condition, FixedKeys, KeysToTry, ObjectMetadata, Opened, Pending,
    ReadOptions, Unopened, Write,
};
use crate::store::{Encryption, EncryptionStatus};
use crate::transfer::Engine;

/// So often an object is looked at again that somebody else has replaced meanwhile.
const MOST_TRIES: u32 = 5;

/// Where the objects go that are sealed anew.
pub(super) enum Target {
    /// Where they are.
    InPlace,
    /// From the one place, or from below it, to the other.
    Elsewhere { from: Location, to: Location },
}

/// How objects are sealed anew.
pub(super) struct Rotator {
    pub(super) engine: Engine,
    keys: BothKeys,
    target: Target,
    pub(super) report: Report,
    buckets: Buckets,
    /// Whether a copy was damaged.
    has_damage: AtomicBool,
    /// Whether the last object that opened did so with the key that it should get.
    was_current: AtomicBool,
}

/// What came of an object.
pub(super) enum Rotated {
    /// So many bytes were sealed anew.
    Bytes(u64),
    /// It stays as it is.
    Left,
    /// So it does, until somebody restores it.
    Archived,
}

impl Rotated {
    /// Those that were sealed anew.
    pub(super) fn bytes(self) -> Option<u64> {
        match self {
            Rotated::Bytes(bytes) => Some(bytes),
            Rotated::Left | Rotated::Archived => None,
        }
    }
}

/// What is found where an object should be.
pub(super) enum Found {
    Opened(Box<Opened<ObjectMetadata>>),
    /// It is sealed, and only such are meant that are not.
    Sealed,
    Gone,
}

/// How an object is to be encrypted.
pub(super) struct Goal {
    pub(super) encryption: Encryption,
    pub(super) key: Option<ObjectKey>,
}

impl Target {
    /// One object's copy.
    pub(super) fn object(from: &Location, to: Location) -> Result<Target, Failure> {
        let to = to.object()?;
        if *from == to {
            return Err(onto_itself(&to));
        }
        Ok(Target::Elsewhere { from: from.clone(), to })
    }

    /// Copies of all that is below a prefix.
    pub(super) fn below(from: Location, to: Location) -> Result<Target, Failure> {
        let is_nested = to.key.starts_with(&from.key) || from.key.starts_with(&to.key);
        if from.bucket == to.bucket && is_nested {
            return Err(onto_itself(&to));
        }
        Ok(Target::Elsewhere { from, to })
    }

    fn of(&self, at: &Location) -> Location {
        match self {
            Target::InPlace => at.clone(),
            Target::Elsewhere { from, to } => {
                let rest = at.key.strip_prefix(&from.key).unwrap_or_default();
                Location { bucket: to.bucket.clone(), key: format!("{}{rest}", to.key) }
            }
        }
    }

    fn is_in_place(&self) -> bool {
        matches!(self, Target::InPlace)
    }
}

fn onto_itself(to: &Location) -> Failure {
    Failure::usage(format!("{to} and what is to be sealed anew lie within each other"))
        .hint("leave out --dest to seal objects anew where they are, or name another prefix")
}

/// The keys that an object may have had, and among the first of them the one that it should get.
struct BothSides<'a> {
    old: ObjectKeys<'a>,
    new: Option<Key>,
    new_is_first: bool,
}

impl KeysToTry for BothSides<'_> {
    fn first(&mut self) -> Batch {
        let mut batch = self.old.first();
        if let Some(new) = self.new.take().filter(|new| !batch.keys.contains(new)) {
            batch.keys.insert(if self.new_is_first { 0 } else { batch.keys.len() }, new);
        }
        batch
    }

    fn more(&mut self) -> Pending<'_, Batch> {
        self.old.more()
    }

    fn lack_one(&self) -> bool {
        self.old.lack_one()
    }

    fn explain_none(&self, failure: Failure) -> Failure {
        self.old.explain_none(failure)
    }
}

impl Found {
    /// Whether it is encrypted as it should be.
    pub(super) fn is_current(&self, goal: &Goal) -> bool {
        match self {
            Found::Opened(opened) => opened.key.as_ref() == goal.encryption.key(),
            Found::Sealed | Found::Gone => false,
        }
    }

    fn metadata(&self) -> Option<&ObjectMetadata> {
        match self {
            Found::Opened(opened) => Some(&opened.answer),
            Found::Sealed | Found::Gone => None,
        }
    }

    fn etag(&self) -> Option<&str> {
        self.metadata()?.etag.as_deref()
    }
}

impl Rotator {
    pub(super) fn new(engine: Engine, keys: BothKeys, target: Target, report: Report) -> Rotator {
        let (buckets, was_current) = (Buckets::default(), AtomicBool::new(false));
        let has_damage = AtomicBool::new(false);
        Rotator { engine, keys, target, report, buckets, has_damage, was_current }
    }

    /// Seals an object anew if it has to be, and tells of it; what came of it.
    ///
    /// # Errors
    /// [`Failure::Key`] where no key of either side opens it; [`Failure::Precondition`] where somebody replaces it
    /// again and again; otherwise whatever keeps it from being read or written.
    pub(super) async fn rotate(&self, suspect: &Suspect) -> Result<Rotated, Failure> {
        let (at, to) = (&suspect.at, self.target.of(&suspect.at));
        let goal = self.goal(&to).await?;
        if let Some(outcome) = self.told_by_inventory(suspect, &goal) {
            return self.report.leave(at, outcome, &goal, None).map(|()| Rotated::Left);
        }
        let mut found = self.look_twice(at, &goal).await?;
        for _ in 0..MOST_TRIES {
            let opened = match self.sort(suspect, &to, &goal, &found).await? {
                Ok(opened) => opened,
                Err(outcome) => {
                    let metadata = found.metadata();
                    self.report.leave(at, outcome, &goal, metadata)?;
                    let is_archived = outcome == Outcome::Archived;
                    return Ok(if is_archived { Rotated::Archived } else { Rotated::Left });
                }
            };
            if self.report.dry_run {
                self.report.tell_planned(at, &to, &goal, opened)?;
                return Ok(Rotated::Bytes(opened.answer.content_length.unwrap_or_default()));
            }
            let copy = self.plan(at, &to, &goal, opened).await?;
            // Where the original stays, so does its ACL.
            let loses_acl = match self.target.is_in_place() {
                true => self.check_bucket(&copy.source).await?,
                false => false,
            };
            if self.target.is_in_place() {
                self.report.warn_of_races(self.engine.store());
            }
            let failure = match self.engine.copy(&copy).await {
                Ok(copied) => {
                    let stored = &copied.stored;
                    let done = Done { to: &to, copy: &copy, stored, loses_acl };
                    let told = self.report.rotated(at, &done, goal.key.as_ref());
                    return told.map(|()| Rotated::Bytes(stored.bytes));
                }
                Err(failure) => failure,
            };
            // What was found damaged is not made good by the key that opens it.
            let is_damage = matches!(failure, Failure::Integrity(_));
            self.has_damage.fetch_or(is_damage, Ordering::Relaxed);
            if is_damage || failure.concerns_all() || !self.target.is_in_place() {
                return Err(failure);
            }
            // The copy may have been made, though its answer was lost; or somebody else has written the object.
            let before = found.etag().map(str::to_owned);
            found = match self.look(at, ReadOptions::default(), &goal).await {
                Ok(found) => found,
                Err(_) => return Err(failure),
            };
            // Some stores' ETags are those of the content, whatever the key.
            let is_as_before = found.etag() == before.as_deref() && !found.is_current(&goal);
            match failure {
                Failure::Unsealed(_) if is_as_before => {
                    return Err(Failure::unavailable(
                        "the copy was not made: the object is as it was",
                    )
                    .hint("run the same command again")
                    .at(at));
                }
                Failure::Unsealed(_) => return Err(failure),
                failure if is_as_before => return Err(failure),
                _ => {}
            }
        }
        Err(Failure::precondition(
            "somebody replaces the object again and again: it was left alone",
        )
        .hint("run the same command again when nobody writes there")
        .at(at))
    }

    /// By what a run is known again: what the rules say where they count, and the key that seals what is below a
    /// place. None where no one key does.
    pub(super) async fn known_again(&self, below: &Location) -> Option<(String, Option<Key>)> {
        let Some(keys) = self.keys.to.keys() else { return Some((String::new(), None)) };
        let (_, key) = self.keys.to.encryption(self.engine.store(), below).await.ok()?;
        Some((keys.rules(), Some(key?.master().clone())))
    }

    /// Whether a copy was damaged.
    pub(super) fn saw_damage(&self) -> bool {
        self.has_damage.load(Ordering::Relaxed)
    }

    /// Whether such an object is meant.
    pub(super) fn takes(&self, opened: &Opened<ObjectMetadata>) -> bool {
        opened.key.is_some() || self.keys.takes_plain
    }

    /// How an object at this place is to be encrypted.
    pub(super) async fn goal(&self, to: &Location) -> Result<Goal, Failure> {
        let sealed = self.keys.to.encryption(self.engine.store(), to).await;
        let (encryption, key) = sealed.map_err(|failure| match failure {
            Failure::Usage(_) => failure.hint("name one with --to, or add a rule"),
            failure => failure,
        })?;
        Ok(Goal { encryption, key })
    }

    /// What becomes of an object that need not be looked at, since it was not sealed when an inventory was taken.
    fn told_by_inventory(&self, suspect: &Suspect, goal: &Goal) -> Option<Outcome> {
        let is_plain = suspect.encryption.is_some_and(|it| it != EncryptionStatus::SseC);
        let is_told = is_plain && !self.keys.takes_plain && goal.key.is_some();
        is_told.then_some(Outcome::InventoriedPlain)
    }

    /// Opens an object that somebody may have replaced between two of the keys.
    async fn look_twice(&self, at: &Location, goal: &Goal) -> Result<Found, Failure> {
        match self.look(at, ReadOptions::default(), goal).await {
            Err(Unopened::Locked(_)) => Ok(self.look(at, ReadOptions::default(), goal).await?),
            found => Ok(found?),
        }
    }

    /// Fails where the bucket would keep the copy in another's place; whether the object loses its ACL.
    async fn check_bucket(&self, source: &CopySource) -> Result<bool, Failure> {
        let (store, at, out) = (self.engine.store(), &source.at, &self.report.out);
        let asked = async {
            self.buckets.check_suspension(store, at, source.version_id()).await?;
            Ok(self.buckets.loses_acl(store, at, out).await)
        };
        self.engine.interrupt().race(asked).await
    }

    /// Opens an object, or a version of it, with the key that it should get or one that it may have had.
    pub(super) async fn look(
        &self,
        at: &Location,
        options: ReadOptions,
        goal: &Goal,
    ) -> Result<Found, Unopened> {
        let options = ReadOptions { allow_plain: true, ..options };
        let new = goal.key.as_ref().filter(|_| self.target.is_in_place());
        let opened = match &self.keys.from {
            None => self.open_plain(at, new, options).await,
            Some(from) => self.open_with(from, at, new, options).await,
        };
        let found = match opened {
            Err(Unopened::Gone(_)) => return Ok(Found::Gone),
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
    ) -> Result<Found, Unopened> {
        let store = self.engine.store();
        let old = from.to_open(store, at).await.map_err(Unopened::Failed)?;
        let new = new.map(|new| new.key.clone());
        // What one object has, the next probably has.
        let new_is_first = self.was_current.load(Ordering::Relaxed);
        let mut keys = BothSides { old, new, new_is_first };
        let opened = self.engine.inspect_with(at, &mut keys, &options).await?;
        keys.old.opened(opened.key.as_ref());
        Ok(Found::Opened(Box::new(opened)))
    }

    /// Opens what is not sealed, with one request; of what is, only the new key is tried.
    async fn open_plain(
        &self,
        at: &Location,
        new: Option<&ObjectKey>,
        options: ReadOptions,
    ) -> Result<Found, Unopened> {
        let none = &mut FixedKeys { keys: &[], is_sealed: false };
        match self.engine.inspect_with(at, none, &options).await {
            // Not every store wants the key for a HEAD, but it may tell that there is one.
            Ok(opened) if opened.answer.sse_customer_algorithm.is_none() => {
                return Ok(Found::Opened(Box::new(opened)));
            }
            Ok(_) | Err(Unopened::NoKey(_)) => {}
            Err(unopened) => return Err(unopened),
        }
        let Some(new) = new else { return Ok(Found::Sealed) };
        let new = &mut FixedKeys { keys: std::slice::from_ref(&new.key), is_sealed: true };
        match self.engine.inspect_with(at, new, &options).await {
            Ok(opened) => Ok(Found::Opened(Box::new(opened))),
            Err(Unopened::Locked(_)) => Ok(Found::Sealed),
            Err(unopened) => Err(unopened),
        }
    }

    /// What is to be copied, or what becomes of the object instead.
    async fn sort<'a>(
        &self,
        suspect: &Suspect,
        to: &Location,
        goal: &Goal,
        found: &'a Found,
    ) -> Result<Result<&'a Opened<ObjectMetadata>, Outcome>, Failure> {
        let opened = match found {
            Found::Gone if suspect.is_named() => {
                return Err(Failure::not_found("there is no object of this name")
                    .hint("check the bucket and the key; a URL that ends in `/` means all that is below")
                    .at(&suspect.at));
            }
            Found::Gone => return Ok(Err(Outcome::Gone)),
            Found::Sealed => return Ok(Err(Outcome::Sealed)),
            Found::Opened(opened) => opened,
        };
        let is_current = match self.target.is_in_place() {
            true => found.is_current(goal),
            false => self.is_there(to, goal, &opened.answer).await?,
        };
        Ok(match () {
            () if is_current => Err(Outcome::Current),
            () if !self.takes(opened) => Err(Outcome::Plain),
            () if opened.answer.is_archived() => Err(Outcome::Archived),
            () => Ok(opened),
        })
    }

    /// Whether the object was put there, sealed as it should be, since it was written.
    async fn is_there(
        &self,
        to: &Location,
        goal: &Goal,
        of: &ObjectMetadata,
    ) -> Result<bool, Failure> {
        let keys: Vec<Key> = goal.encryption.key().cloned().into_iter().collect();
        match self.engine.inspect(to, &keys, &ReadOptions::default()).await {
            // Both times are the store's, and in one form.
            Ok(there) => Ok(there.answer.content_length == of.content_length
                && there.answer.last_modified >= of.last_modified
                && of.checksum_crc64nvme.is_some()
                && there.answer.checksum_crc64nvme == of.checksum_crc64nvme),
            Err(Failure::NotFound(_)) => Ok(false),
            Err(failure @ (Failure::Key(_) | Failure::Unsealed(_))) if !failure.concerns_all() => {
                Ok(false)
            }
            Err(failure) => Err(failure),
        }
    }

    async fn plan(
        &self,
        at: &Location,
        to: &Location,
        goal: &Goal,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<Copy, Failure> {
        let metadata = opened.answer.clone();
        let if_match = metadata.etag.clone().filter(|_| self.target.is_in_place());
        let write = Write {
            at: to.clone(),
            encryption: goal.encryption.clone(),
            attributes: Attributes::default(),
            condition: Condition { if_match, ..Condition::default() },
            tags_key: false,
        };
        let source = CopySource { at: at.clone(), key: opened.key.clone(), metadata };
        let planned = self.engine.store().plan_copy(source, write);
        let mut copy = self.engine.interrupt().race(planned).await?;
        // A tag that names the old key would mislead; one with the MD5 of a weak key helps whoever guesses it.
        copy.write.tags_key = copy.source_tells_key
            && goal.key.as_ref().is_some_and(|key| !key.is_weak && !key.is_derived);
        Ok(copy)
    }
}
