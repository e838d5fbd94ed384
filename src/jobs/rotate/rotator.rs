//! Rotates one object: opens it, and copies it unless it already has its new key.

use std::slice;
use std::sync::atomic::{AtomicBool, Ordering};

use super::buckets::Buckets;
use super::keys::{OldAndNew, RotationKeys};
use super::outcome::RotationOutcome;
use super::report::RotationReport;
use super::target::Target;
use crate::failure::{Advice, Failure, Kind};
use crate::jobs::feed::{EncryptionStatus, FeedObject};
use crate::jobs::keys::Keys;
use crate::jobs::sealer::ObjectEncryption;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::store::Encryption;
use crate::store::copy::{Copy, CopySource, Holder};
use crate::store::object::{
    Attributes, Condition, FixedKeys, ObjectMetadata, Opened, ReadOptions, Unopened,
};
use crate::transfer::Engine;

/// How often to try an object that another writer keeps replacing.
const MAX_TRIES: u32 = 5;

pub(super) struct Rotator {
    pub(super) engine: Engine,
    pub(super) report: RotationReport,
    keys: RotationKeys,
    target: Target,
    buckets: Buckets,
    /// Whether any copy was damaged.
    has_damage: AtomicBool,
    /// Whether the last opened object already had its new key.
    last_was_current: AtomicBool,
}

/// The object at a location, if there is one.
pub(super) enum FoundObject {
    Opened(Box<Opened<ObjectMetadata>>),
    /// It is sealed, and only unsealed objects are selected.
    Sealed,
    Gone,
}

impl FoundObject {
    fn opened(opened: Opened<ObjectMetadata>) -> FoundObject {
        FoundObject::Opened(Box::new(opened))
    }

    /// Whether it already has the target encryption.
    pub(super) fn is_current(&self, target_encryption: &ObjectEncryption) -> bool {
        matches!(self, FoundObject::Opened(opened) if is_current(opened, target_encryption))
    }

    fn etag(&self) -> Option<&str> {
        match self {
            FoundObject::Opened(opened) => opened.answer.etag.as_deref(),
            FoundObject::Sealed | FoundObject::Gone => None,
        }
    }
}

pub(super) fn is_current(
    opened: &Opened<ObjectMetadata>,
    target_encryption: &ObjectEncryption,
) -> bool {
    opened.key.as_ref() == target_encryption.encryption.key()
}

impl Rotator {
    pub(super) fn new(
        engine: Engine,
        keys: RotationKeys,
        target: Target,
        report: RotationReport,
    ) -> Rotator {
        let (buckets, has_damage) = (Buckets::default(), AtomicBool::new(false));
        let last_was_current = AtomicBool::new(false);
        Rotator { engine, report, keys, target, buckets, has_damage, last_was_current }
    }

    /// Rotates an object if that is necessary, and reports it.
    /// Errors: `Kind::Key` if neither an old key nor the new key opens it; `Kind::Precondition` if another writer keeps
    /// replacing it; otherwise any failure to read or write it.
    pub(super) async fn rotate(&self, object: &FeedObject) -> Result<RotationOutcome, Failure> {
        let (at, to) = (&object.at, self.target.of(&object.at));
        // An object that the user named should have a rule; of what a listing finds, some may not be meant.
        if !object.is_named() && self.keys.to.check_for(self.engine.store(), &to).is_err() {
            let none = ObjectEncryption { encryption: Encryption::BucketDefault, key: None };
            return self.report.unchanged(at, RotationOutcome::NoRule, &none, None);
        }
        let target_encryption = self.target_encryption(&to).await?;
        if self.was_plain(object, &target_encryption) {
            return self.report.unchanged(
                at,
                RotationOutcome::PlainWhenInventoried,
                &target_encryption,
                None,
            );
        }
        let mut found = self.look_twice(at, &target_encryption).await?;
        for _ in 0..MAX_TRIES {
            let opened = match &found {
                FoundObject::Opened(opened) => opened,
                FoundObject::Sealed => {
                    return self.report.unchanged(
                        at,
                        RotationOutcome::Sealed,
                        &target_encryption,
                        None,
                    );
                }
                FoundObject::Gone if object.is_named() => return Err(missing(at)),
                FoundObject::Gone => {
                    return self.report.unchanged(
                        at,
                        RotationOutcome::Gone,
                        &target_encryption,
                        None,
                    );
                }
            };
            if let Some(outcome) = self.reason_to_leave(opened, &to, &target_encryption).await? {
                return self.report.unchanged(
                    at,
                    outcome,
                    &target_encryption,
                    Some(&opened.answer),
                );
            }
            if self.report.dry_run {
                return self.report.planned(at, &to, &target_encryption, opened);
            }
            let copy = self.plan(at, &to, &target_encryption, opened).await?;
            // Elsewhere the original keeps its ACL.
            let loses_acl = self.target.is_in_place() && self.check_bucket(&copy.source).await?;
            if self.target.is_in_place() {
                self.report.warn_of_races(self.engine.store());
            }
            match self.engine.copy(&copy).await {
                Ok(copied) => {
                    let key = target_encryption.key.as_ref();
                    return self.report.rotated(&copy, &copied.stored, key, loses_acl);
                }
                Err(failure) => {
                    found = self.look_again(failure, at, &found, &target_encryption).await?;
                }
            }
        }
        Err(Failure::precondition(
            "another client replaces the object again and again: it was left alone",
        )
        .hint("run the same command again when no other client writes there")
        .at(at))
    }

    /// Opens the object again after a failed copy: another writer may have replaced the object, or the store made the
    /// copy and its answer was lost.
    /// Errors: The failure of the copy, unless the object has changed.
    async fn look_again(
        &self,
        failure: Failure,
        at: &Location,
        before: &FoundObject,
        target_encryption: &ObjectEncryption,
    ) -> Result<FoundObject, Failure> {
        // A damaged copy opens with its new key, but must not count as rotated.
        let is_damage = failure.is(Kind::Integrity);
        self.has_damage.fetch_or(is_damage, Ordering::Relaxed);
        if is_damage || failure.stops_the_run() || !self.target.is_in_place() {
            return Err(failure);
        }
        let Ok(now) = self.look(at, ReadOptions::default(), target_encryption).await else {
            return Err(failure);
        };
        // The ETags of some stores depend on the content alone, not on the key.
        let is_unchanged = now.etag() == before.etag() && !now.is_current(target_encryption);
        let is_unsealed = failure.is(Kind::Unsealed);
        if is_unchanged && is_unsealed {
            return Err(Failure::unavailable("the copy was not made: the object is as it was")
                .hint("run the same command again")
                .at(at));
        }
        if is_unchanged || is_unsealed { Err(failure) } else { Ok(now) }
    }

    /// What another run must share with this one to resume it: the fingerprint of the rules, and the key for objects
    /// below this location. None if that key cannot be read.
    pub(super) async fn identity(&self, below: &Location) -> Option<(String, Option<Key>)> {
        let Some(keys) = self.keys.to.keys() else { return Some((String::new(), None)) };
        let encryption = self.keys.to.encryption(self.engine.store(), below).await.ok()?;
        Some((keys.rules(), Some(encryption.key?.master().clone())))
    }

    pub(super) fn has_damage(&self) -> bool {
        self.has_damage.load(Ordering::Relaxed)
    }

    /// Whether the options select this object: a sealed one, or an unsealed one if those are included.
    pub(super) fn selects(&self, opened: &Opened<ObjectMetadata>) -> bool {
        opened.key.is_some() || self.keys.includes_plain
    }

    /// The encryption that an object at this location is to get.
    pub(super) async fn target_encryption(
        &self,
        to: &Location,
    ) -> Result<ObjectEncryption, Failure> {
        let encryption = self.keys.to.encryption(self.engine.store(), to).await;
        encryption.map_err(|failure| match failure {
            Failure { kind: Kind::Usage, .. } => failure.hint(Advice::NameNewKey),
            failure => failure,
        })
    }

    /// Whether an object need not be opened because it was not sealed when the inventory was taken.
    fn was_plain(&self, object: &FeedObject, target_encryption: &ObjectEncryption) -> bool {
        let was_plain = object.encryption.is_some_and(|it| it != EncryptionStatus::SseC);
        was_plain && !self.keys.includes_plain && target_encryption.key.is_some()
    }

    /// Opens an object. If no key fits, tries all but the last one once more: between the requests with two keys, another
    /// writer may have sealed the object with the one that was tried first.
    async fn look_twice(
        &self,
        at: &Location,
        target_encryption: &ObjectEncryption,
    ) -> Result<FoundObject, Failure> {
        match self.look(at, ReadOptions::default(), target_encryption).await {
            Err(Unopened::Locked { failure, mut tried }) => {
                tried.pop();
                self.look_once_more(at, &tried).await.unwrap_or(Err(failure))
            }
            found => Ok(found?),
        }
    }

    /// Opens a sealed object with one of these keys, each of which was refused before. None if none fits.
    async fn look_once_more(
        &self,
        at: &Location,
        keys: &[Key],
    ) -> Option<Result<FoundObject, Failure>> {
        if keys.is_empty() {
            return None;
        }
        let options = ReadOptions { allow_plain: true, ..ReadOptions::default() };
        let mut keys = FixedKeys { keys, is_sealed: true };
        match self.engine.inspect_with(at, &mut keys, &options).await {
            Ok(opened) => Some(Ok(FoundObject::opened(opened))),
            Err(Unopened::Gone(_)) => Some(Ok(FoundObject::Gone)),
            Err(Unopened::Locked { .. }) => None,
            Err(unopened) => Some(Err(unopened.into())),
        }
    }

    /// Whether the object loses its ACL.
    /// Errors: `Kind::Other` if the copy would replace another version than its source.
    async fn check_bucket(&self, source: &CopySource) -> Result<bool, Failure> {
        let (store, at, out) = (self.engine.store(), &source.at, &self.report.out);
        let asked = async {
            self.buckets.check_suspension(store, at, source.version_id()).await?;
            Ok(self.buckets.loses_acl(store, at, out).await)
        };
        self.engine.interrupt().race(asked).await
    }

    /// Opens an object or a version of it, with its new key or one of the old keys.
    pub(super) async fn look(
        &self,
        at: &Location,
        options: ReadOptions,
        target_encryption: &ObjectEncryption,
    ) -> Result<FoundObject, Unopened> {
        let options = ReadOptions { allow_plain: true, ..options };
        let new = target_encryption.key.as_ref().filter(|_| self.target.is_in_place());
        let opened = match &self.keys.from {
            None => self.open_plain(at, new, options).await,
            Some(from) => self.open_with(from, at, new, options).await,
        };
        let found = match opened {
            Err(Unopened::Gone(_)) => return Ok(FoundObject::Gone),
            opened => opened?,
        };
        self.last_was_current.store(found.is_current(target_encryption), Ordering::Relaxed);
        Ok(found)
    }

    async fn open_with(
        &self,
        from: &Keys,
        at: &Location,
        new: Option<&ObjectKey>,
        options: ReadOptions,
    ) -> Result<FoundObject, Unopened> {
        let store = self.engine.store();
        let old = from.to_open(store, at).await.map_err(Unopened::Failed)?;
        let new = new.map(|new| new.key.clone());
        // The next object probably has the same key as the last one.
        let new_is_first = self.last_was_current.load(Ordering::Relaxed);
        let mut keys = OldAndNew { old, new, new_is_first };
        let opened = self.engine.inspect_with(at, &mut keys, &options).await?;
        keys.old.opened(opened.key.as_ref());
        Ok(FoundObject::opened(opened))
    }

    /// Opens an unsealed object with one request. For a sealed object only its new key is tried.
    async fn open_plain(
        &self,
        at: &Location,
        new: Option<&ObjectKey>,
        options: ReadOptions,
    ) -> Result<FoundObject, Unopened> {
        let mut no_keys = FixedKeys { keys: &[], is_sealed: false };
        match self.engine.inspect_with(at, &mut no_keys, &options).await {
            // Some stores answer a HEAD without the key, and the answer says that the object is sealed.
            Ok(opened) if opened.answer.sse_customer_algorithm.is_none() => {
                return Ok(FoundObject::opened(opened));
            }
            Ok(_) | Err(Unopened::NoKey(_)) => {}
            Err(unopened) => return Err(unopened),
        }
        let Some(new) = new else { return Ok(FoundObject::Sealed) };
        let mut new = FixedKeys { keys: slice::from_ref(&new.key), is_sealed: true };
        match self.engine.inspect_with(at, &mut new, &options).await {
            Ok(opened) => Ok(FoundObject::opened(opened)),
            Err(Unopened::Locked { .. }) => Ok(FoundObject::Sealed),
            Err(unopened) => Err(unopened),
        }
    }

    /// The reason not to copy an object, if there is one.
    async fn reason_to_leave(
        &self,
        opened: &Opened<ObjectMetadata>,
        to: &Location,
        target_encryption: &ObjectEncryption,
    ) -> Result<Option<RotationOutcome>, Failure> {
        let is_done = if self.target.is_in_place() {
            is_current(opened, target_encryption)
        } else {
            self.has_current_copy(to, target_encryption, &opened.answer).await?
        };
        Ok(if is_done {
            Some(RotationOutcome::Current)
        } else if !self.selects(opened) {
            Some(RotationOutcome::Plain)
        } else {
            opened.answer.is_archived().then_some(RotationOutcome::Archived)
        })
    }

    /// Whether the destination already has a copy that is newer than its source and has the target encryption.
    async fn has_current_copy(
        &self,
        to: &Location,
        target_encryption: &ObjectEncryption,
        source: &ObjectMetadata,
    ) -> Result<bool, Failure> {
        let keys: Vec<Key> = target_encryption.encryption.key().cloned().into_iter().collect();
        match self.engine.inspect(to, &keys, &ReadOptions::default()).await {
            // Both times come from the store, in the same format.
            Ok(there) => Ok(there.answer.content_length == source.content_length
                && there.answer.last_modified >= source.last_modified
                && source.checksum_crc64nvme.is_some()
                && there.answer.checksum_crc64nvme == source.checksum_crc64nvme),
            Err(Failure { kind: Kind::NotFound, .. }) => Ok(false),
            Err(failure @ Failure { kind: Kind::Key | Kind::Unsealed, .. })
                if !failure.stops_the_run() =>
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
        target_encryption: &ObjectEncryption,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<Copy, Failure> {
        let metadata = opened.answer.clone();
        let if_match = metadata.etag.clone().filter(|_| self.target.is_in_place());
        let condition = Condition { if_match, ..Condition::default() };
        let write = target_encryption.write(to, Attributes::default(), condition, false)?;
        let (key, holder) = (opened.key.clone(), Holder::Destination);
        let source = CopySource { at: at.clone(), key, metadata, holder };
        let planned = self.engine.store().plan_copy(source, write);
        let mut copy = self.engine.interrupt().race(planned).await?;
        // A tag with the MD5 of a weak key would help to guess the key.
        copy.write.tags_key = copy.source_has_key_tag
            && target_encryption.key.as_ref().is_some_and(|key| !key.is_weak && !key.is_derived);
        Ok(copy)
    }
}

fn missing(at: &Location) -> Failure {
    Failure::not_found("there is no object of this name")
        .hint("check the bucket and the object's name; a URL that ends in `/` means all that is below")
        .at(at)
}
