//! The versions behind the newest: history, which is never sealed anew, but can be told of and deleted.

use std::sync::Arc;

use super::super::search::Suspect;
use super::report::Outcome;
use super::rotator::{Found, Rotator};
use crate::failure::Failure;
use crate::key::Key;
use crate::store::{ObjectMetadata, Opened, ReadOptions};

/// Looks at former versions.
pub(super) struct Historian {
    rotator: Arc<Rotator>,
    deletes: bool,
}

impl Historian {
    pub(super) fn new(rotator: Arc<Rotator>, deletes: bool) -> Historian {
        Historian { rotator, deletes }
    }

    /// Tells of a former version that an old key opens, and deletes it where that is wanted and the newest one is
    /// proven to open with the new key. Its bytes never count as done.
    ///
    /// # Errors
    /// As [`Rotator::look`]; [`Failure::Denied`] where it may not be deleted, because it is locked, say.
    pub(super) async fn look(&self, suspect: &Suspect) -> Result<Option<u64>, Failure> {
        let Some(listed) = suspect.listed.as_ref().filter(|listed| !listed.is_latest) else {
            return Ok(None);
        };
        let (rotator, at) = (&self.rotator, &suspect.at);
        let version_id = listed.version_id.as_deref().unwrap_or("null");
        let goal = rotator.goal(at).await?;
        let options =
            ReadOptions { version_id: Some(version_id.to_owned()), ..ReadOptions::default() };
        let found = match rotator.look(at, options, &goal).await {
            // Of a key that is none of those given, nothing is asked.
            Err(failure) if failure.detail().wants_other_key => return Ok(None),
            found => found?,
        };
        let Found::Opened(opened) = &found else { return Ok(None) };
        if found.is_current(&goal) || !rotator.takes(opened) {
            return Ok(None);
        }
        let outcome = match self.deletes && self.newest_is_current(suspect).await? {
            true => Outcome::DeletedVersion,
            false => Outcome::OldVersion,
        };
        if outcome == Outcome::DeletedVersion && !rotator.report.dry_run {
            let deleted = rotator.engine.store().delete(at, Some(version_id));
            deleted.await.map_err(|mut failure| {
                let detail = failure.detail_mut();
                detail.message =
                    format!("the version {version_id} is still there: {}", detail.message);
                failure
            })?;
        }
        rotator.report.version(at, version_id, outcome, opened)?;
        Ok(None)
    }

    /// Asked anew before anything is deleted, with the new key alone.
    async fn newest_is_current(&self, suspect: &Suspect) -> Result<bool, Failure> {
        let (rotator, at) = (&self.rotator, &suspect.at);
        let goal = rotator.goal(at).await?;
        let keys: Vec<Key> = goal.encryption.key().cloned().into_iter().collect();
        match rotator.engine.inspect(at, &keys, &ReadOptions::default()).await {
            Ok(Opened::<ObjectMetadata> { key, .. }) => Ok(key.as_ref() == goal.encryption.key()),
            // A delete marker is the newest, or somebody has replaced it: history is all that is left.
            Err(Failure::NotFound(_) | Failure::Key(_) | Failure::Unsealed(_)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }
}
