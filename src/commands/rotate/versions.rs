//! The versions behind the newest: history, which is never sealed anew, but can be told of and deleted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::report::Outcome;
use super::rotator::{Found, Goal, Rotator};
use crate::commands::search::Suspect;
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{ObjectMetadata, Opened, ReadOptions, Unopened};

/// Looks at former versions.
pub(super) struct Historian {
    rotator: Arc<Rotator>,
    deletes: bool,
    /// Whether it was told that nothing is deleted, and why.
    has_told: AtomicBool,
}

/// The version that has no name of its own.
const NULL: &str = "null";

impl Historian {
    pub(super) fn new(rotator: Arc<Rotator>, deletes: bool) -> Historian {
        Historian { rotator, deletes, has_told: AtomicBool::new(false) }
    }

    /// Tells of a former version that an old key opens, and deletes it where that is wanted and the newest one is
    /// proven to open with the new key. Its bytes never count as done.
    ///
    /// # Errors
    /// As [`Rotator::look`]; [`Failure::Denied`] where it may not be deleted, because it is locked, say.
    pub(super) async fn look(&self, suspect: &Suspect) -> Result<Option<u64>, Failure> {
        let (rotator, at) = (&self.rotator, &suspect.at);
        // What would be rotated becomes a former version.
        let would_delete = self.deletes && rotator.report.dry_run;
        let Some(listed) = suspect.listed.as_ref().filter(|it| !it.is_latest || would_delete)
        else {
            return Ok(None);
        };
        let version_id = listed.version_id.as_deref().unwrap_or(NULL);
        // Of an object whose versions are not kept there is but one.
        if listed.is_latest && version_id == NULL {
            return Ok(None);
        }
        let goal = rotator.goal(at).await?;
        let options =
            ReadOptions { version_id: Some(version_id.to_owned()), ..ReadOptions::default() };
        let found = match rotator.look(at, options, &goal).await {
            // Of a key that is none of those given, nothing is asked.
            Err(Unopened::Locked(_)) => return Ok(None),
            found => found?,
        };
        let Found::Opened(opened) = &found else { return Ok(None) };
        if found.is_current(&goal) || !rotator.takes(opened) {
            return Ok(None);
        }
        let may_go =
            self.deletes && !self.is_unguarded(at) && self.newest_is_current(suspect).await?;
        if may_go && !rotator.report.dry_run {
            self.delete(at, version_id, opened).await?;
        }
        let outcome = if may_go { Outcome::DeletedVersion } else { Outcome::OldVersion };
        rotator.report.version(at, version_id, outcome, opened)?;
        Ok(None)
    }

    /// Whether what a copy has buried may be newer than what was copied: then it is nobody's history.
    fn is_unguarded(&self, at: &Location) -> bool {
        let is_unguarded = self.rotator.engine.store().lacked_guards(&at.bucket);
        if is_unguarded && !self.has_told.swap(true, Ordering::Relaxed) {
            self.rotator.report.out.warn("former versions are not deleted here: the store does not refuse to overwrite what somebody else has just replaced, so that one of them may be the latest; compare them, and delete them with `s3seal rm --version-id`");
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
        let deleted = match version_id {
            // Whoever writes while versions are suspended writes that one.
            NULL => store.delete_as_read(at, opened.key.as_ref(), &opened.answer).await,
            version => store.delete(at, Some(version)).await.map(drop),
        };
        deleted.map_err(|mut failure| {
            let detail = failure.detail_mut();
            detail.message = format!("the version {version_id} is still there: {}", detail.message);
            failure
        })
    }

    /// Asked anew before anything is deleted, with the new key alone.
    async fn newest_is_current(&self, suspect: &Suspect) -> Result<bool, Failure> {
        let (rotator, at) = (&self.rotator, &suspect.at);
        let goal = rotator.goal(at).await?;
        let keys: Vec<Key> = goal.encryption.key().cloned().into_iter().collect();
        match rotator.engine.inspect(at, &keys, &ReadOptions::default()).await {
            Ok(Opened::<ObjectMetadata> { key, .. }) if key.as_ref() == goal.encryption.key() => {
                Ok(true)
            }
            Ok(_) | Err(Failure::Key(_) | Failure::Unsealed(_)) if rotator.report.dry_run => {
                self.would_be_current(at, &goal).await
            }
            Ok(_) => Ok(false),
            // A delete marker is the newest, or somebody has replaced it: history is all that is left.
            Err(Failure::NotFound(_) | Failure::Key(_) | Failure::Unsealed(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Whether a run that is not dry would have sealed it anew.
    async fn would_be_current(&self, at: &Location, goal: &Goal) -> Result<bool, Failure> {
        match self.rotator.look(at, ReadOptions::default(), goal).await {
            Ok(Found::Opened(opened)) => Ok(self.rotator.takes(&opened)),
            Ok(Found::Sealed | Found::Gone) => Ok(false),
            Err(Unopened::Locked(_)) => Ok(false),
            Err(unopened) => Err(unopened.into()),
        }
    }
}
