//! Throw-away objects of runs that were killed: those that this machine has a record of, and those of other machines,
//! known by their names and their age.

use std::sync::Arc;
use std::time::Duration;

use super::names::{FOLDER, NAME, is_marked, run_of};
use super::record::{Record, living_runs};
use crate::failure::Failure;
use crate::location::Location;
use crate::store::list::{Listed, Listing};
use crate::store::wire::Store;

/// More than the largest throw-away object, in bytes.
const LARGEST: u64 = 8 << 20;
/// No trial takes so long. An older object was left by a run that was killed, on whatever machine.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

impl Store {
    /// Removes what killed runs of this machine have left in a bucket. Without any there is no request.
    pub(crate) async fn sweep_recorded(self: &Arc<Self>, bucket: &str) {
        for (record, recorded) in Record::of_dead_runs() {
            let is_here = recorded.endpoint == self.endpoint().unwrap_or_default()
                && recorded.bucket == bucket;
            if !is_here || !is_marked(&format!("{}x", recorded.prefix)) {
                continue;
            }
            let prefix = Location { bucket: recorded.bucket, key: recorded.prefix };
            match self.sweep_below(&prefix).await {
                Ok(()) => record.remove(),
                Err(failure) => {
                    tracing::debug!(code = failure.exit_code(), "throw-away objects remain");
                }
            }
        }
    }

    /// Removes what runs of any machine have left in the folder of this throw-away object, long enough ago. It is for
    /// a run that writes there anyway: what keeps it from looking is no failure.
    pub(super) async fn sweep_abandoned(self: &Arc<Self>, own: &Location) {
        let end = own.key.rfind(FOLDER).map_or(0, |start| start + FOLDER.len());
        let folder = Location { bucket: own.bucket.clone(), key: own.key[..end].to_owned() };
        let Ok(left) = self.throw_aways_left(&folder, ABANDONED).await else { return };
        for (at, listed) in left {
            let _ = self.delete(&at, listed.version_id.as_deref()).await;
        }
    }

    /// The throw-away objects in the folder for them below a prefix, each version, that were written longer ago than
    /// `age`; without those of runs that live on this machine.
    /// Errors: What keeps them from being listed.
    pub(crate) async fn throw_aways_left(
        self: &Arc<Self>,
        below: &Location,
        age: Duration,
    ) -> Result<Vec<(Location, Listed)>, Failure> {
        let folder = if below.key.ends_with(FOLDER) { "" } else { FOLDER };
        let key = format!("{}{folder}{NAME}", below.key);
        let living = living_runs();
        let is_left = |it: &Listed| {
            run_of(&it.key).is_some_and(|run| !living.contains(run))
                && it.bytes <= LARGEST
                && it.modified.elapsed().unwrap_or_default() >= age
        };
        let folder = Location { bucket: below.bucket.clone(), key };
        let mut left = self.versions_below(&folder).await?;
        left.retain(|(_, listed)| is_left(listed));
        Ok(left)
    }

    /// Deletes all that has this prefix, every version, and aborts uploads.
    async fn sweep_below(self: &Arc<Self>, prefix: &Location) -> Result<(), Failure> {
        for (at, listed) in self.versions_below(prefix).await? {
            self.delete(&at, listed.version_id.as_deref()).await?;
        }
        let mut uploads = self.unfinished_uploads(prefix.clone());
        while let Ok(Some(page)) = uploads.next_page().await {
            for upload in page.into_iter().filter(|it| it.at.key.starts_with(&prefix.key)) {
                self.abort_upload(&upload.at, &upload.id).await?;
            }
        }
        Ok(())
    }

    /// Every version that has this prefix, or every object where versions cannot be listed: not every store has them,
    /// and not all credentials may list them.
    pub(super) async fn versions_below(
        self: &Arc<Self>,
        prefix: &Location,
    ) -> Result<Vec<(Location, Listed)>, Failure> {
        let mut listing: Listing = self.list_versions(prefix);
        let mut page = listing.next_page().await;
        if page.is_err() {
            listing = self.list(prefix);
            page = listing.next_page().await;
        }
        let mut all = Vec::new();
        while let Some(found) = page? {
            let at = |key: &str| Location { bucket: prefix.bucket.clone(), key: key.to_owned() };
            all.extend(found.into_iter().map(|it| (at(&it.key), it)));
            page = listing.next_page().await;
        }
        Ok(all)
    }
}
