//! Former versions: reported or deleted, but never rotated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::outcome::RotationOutcome;
use super::rotator::{FoundObject, Rotator, is_current};
use crate::failure::{Failure, Kind};
use crate::jobs::feed::FeedObject;
use crate::jobs::sealer::ObjectEncryption;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{NULL_VERSION, ObjectMetadata, Opened, ReadOptions, Unopened};

/// Finds former versions that need an old key, and deletes them if the user asked for that.
pub(super) struct VersionCleaner {
    rotator: Arc<Rotator>,
    deletes: bool,
    has_warned: AtomicBool,
}

impl VersionCleaner {
    pub(super) fn new(rotator: Arc<Rotator>, deletes: bool) -> VersionCleaner {
        VersionCleaner { rotator, deletes, has_warned: AtomicBool::new(false) }
    }

    /// Reports a former version that an old key opens. Deletes it if the user asked for that and the newest version is
    /// proven to open with the new key.
    /// Errors: As [`Rotator::look`]; `Kind::Denied` if it may not be deleted, for example because of Object Lock.
    pub(super) async fn clean(&self, object: &FeedObject) -> Result<(), Failure> {
        let (rotator, at) = (&self.rotator, &object.at);
        let Some(version_id) = self.former_version(object) else { return Ok(()) };
        let target_encryption = rotator.target_encryption(at).await?;
        let options =
            ReadOptions { version_id: Some(version_id.to_owned()), ..ReadOptions::default() };
        let found = match rotator.look(at, options, &target_encryption).await {
            // It is sealed with a key that was not given, so it is not selected.
            Err(Unopened::Locked { .. }) => return Ok(()),
            found => found?,
        };
        let FoundObject::Opened(opened) = &found else { return Ok(()) };
        if is_current(opened, &target_encryption) || !rotator.selects(opened) {
            return Ok(());
        }
        let may_go = self.deletes && !self.is_unguarded(at) && self.newest_is_current(at).await?;
        if may_go && !rotator.report.dry_run {
            self.delete(at, version_id, opened).await?;
        }
        let outcome =
            if may_go { RotationOutcome::DeletedVersion } else { RotationOutcome::OldVersion };
        rotator.report.version(at, version_id, outcome, opened).map(drop)
    }

    /// The version's id, if it is a former version or would become one in this dry run.
    fn former_version<'a>(&self, object: &'a FeedObject) -> Option<&'a str> {
        let listed = object.listed.as_ref()?;
        let version_id = listed.version_id.as_deref().unwrap_or(NULL_VERSION);
        // Without --dry-run the rotation would have made the newest version a former one, if the bucket keeps versions.
        let becomes_former =
            self.deletes && self.rotator.report.dry_run && version_id != NULL_VERSION;
        (!listed.is_latest || becomes_former).then_some(version_id)
    }

    /// Whether copies replace objects without If-Match, because the store ignores or refuses it: a former version may then
    /// be newer than the source of the copy. Warns once.
    fn is_unguarded(&self, at: &Location) -> bool {
        let is_unguarded = self.rotator.engine.store().has_written_unguarded(&at.bucket);
        if is_unguarded && !self.has_warned.swap(true, Ordering::Relaxed) {
            self.rotator.report.out.warn("former versions are not deleted here: the store does not refuse to overwrite what another client has just replaced, so that one of them may be the latest; compare them, and delete them with `s3seal rm --version-id`");
        }
        is_unguarded
    }

    async fn delete(
        &self,
        at: &Location,
        version_id: &str,
        opened: &Opened<ObjectMetadata>,
    ) -> Result<(), Failure> {
        let store = self.rotator.engine.store();
        let deleted = if version_id == NULL_VERSION {
            // Another writer may replace the version `null` while versioning is suspended.
            store.delete_as_read(at, opened.key.as_ref(), &opened.answer).await
        } else {
            store.delete(at, Some(version_id)).await.map(drop)
        };
        deleted.map_err(|mut failure| {
            let detail = failure.detail_mut();
            detail.message = format!("the version {version_id} is still there: {}", detail.message);
            failure
        })
    }

    /// Opens the newest version once more before a former one is deleted, with the new key only.
    async fn newest_is_current(&self, at: &Location) -> Result<bool, Failure> {
        let rotator = &self.rotator;
        let target_encryption = rotator.target_encryption(at).await?;
        let keys: Vec<Key> = target_encryption.encryption.key().cloned().into_iter().collect();
        match rotator.engine.inspect(at, &keys, &ReadOptions::default()).await {
            Ok(opened) if is_current(&opened, &target_encryption) => Ok(true),
            Ok(_) | Err(Failure { kind: Kind::Key | Kind::Unsealed, .. })
                if rotator.report.dry_run =>
            {
                self.would_be_current(at, &target_encryption).await
            }
            Ok(_) => Ok(false),
            // The newest version is a delete marker or another writer's: the former versions are the only copies left.
            Err(Failure { kind: Kind::NotFound | Kind::Key | Kind::Unsealed, .. }) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Whether the run would have rotated the newest version without --dry-run.
    async fn would_be_current(
        &self,
        at: &Location,
        target_encryption: &ObjectEncryption,
    ) -> Result<bool, Failure> {
        match self.rotator.look(at, ReadOptions::default(), target_encryption).await {
            Ok(FoundObject::Opened(opened)) => Ok(self.rotator.selects(&opened)),
            Ok(FoundObject::Sealed | FoundObject::Gone) => Ok(false),
            Err(Unopened::Locked { .. }) => Ok(false),
            Err(unopened) => Err(unopened.into()),
        }
    }
}
