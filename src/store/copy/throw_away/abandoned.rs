//! Throw-away objects of killed runs: those recorded on this machine, and those of other machines, identified by name
//! and age.

use std::sync::Arc;
use std::time::Duration;

use super::names::{FOLDER, NAME, is_marked, run_of};
use super::record::{Record, living_runs};
use crate::failure::Failure;
use crate::location::Location;
use crate::store::list::{Listed, Listing};
use crate::store::wire::Store;

/// Larger than any throw-away object, in bytes.
const LARGEST: u64 = 8 << 20;
/// Longer than any trial: an older object was left by a killed run.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

impl Store {
    /// Removes the objects that killed runs of this machine have left in a bucket. Sends no request if there are none.
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

    /// Removes the objects that runs of any machine have abandoned in the folder of this throw-away object. Ignores
    /// failures, because it only helps out on behalf of other runs.
    pub(super) async fn sweep_abandoned(self: &Arc<Self>, own: &Location) {
        let end = own.key.rfind(FOLDER).map_or(0, |start| start + FOLDER.len());
        let folder = Location { bucket: own.bucket.clone(), key: own.key[..end].to_owned() };
        let Ok(left) = self.throw_aways_left(&folder, ABANDONED).await else { return };
        for (at, listed) in left {
            let _ = self.delete(&at, listed.version_id.as_deref()).await;
        }
    }

    /// The throw-away objects below a prefix, in all versions, that are older than `age`; without those of runs that
    /// are active on this machine.
    /// Errors: The failure of the listing.
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

    /// Deletes every version below this prefix, and aborts the uploads.
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

    /// Every version below this prefix, or every object if versions cannot be listed: some stores have none, and some
    /// credentials may not list them.
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
