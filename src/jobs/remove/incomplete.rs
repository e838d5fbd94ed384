//! Aborts unfinished uploads, whose parts cost money, and deletes the throw-away objects of killed runs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::failure::{CommonCode, Failure, Kind};
use crate::jobs::feed::Shard;
use crate::jobs::records::{Record, RemoveRecord};
use crate::jobs::report::Reporter;
use crate::location::Location;
use crate::output::Output;
use crate::store::list::UnfinishedUpload;
use crate::store::wire::{Connect, Store};
use crate::transfer::resume::{forget_intentions, forget_uploads};

pub(crate) struct IncompleteOptions {
    /// Each is an object, or a prefix if it ends in `/`.
    pub(crate) urls: Vec<Location>,
    /// Whether each URL is a prefix.
    pub(crate) recursive: bool,
    pub(crate) older_than: Option<Duration>,
    /// The share of the names below each URL. None for all of them.
    pub(crate) shard: Option<Shard>,
    pub(crate) dry_run: bool,
}

/// Aborts the unfinished uploads of each URL; failures are reported as they happen.
/// Errors: Only what keeps the run from starting; nothing is aborted then.
pub(crate) async fn abort_incomplete(
    options: IncompleteOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let IncompleteOptions { urls, recursive, older_than, shard, dry_run } = options;
    if let Some(shard) = shard {
        out.say(&format!("share {shard}"));
    }
    let store = Arc::new(Store::connect(connect).await?);
    let reporter = Reporter { out: *out, dry_run, each: true };
    let mut code = CommonCode::default();
    let mut fail = |failure: Failure| {
        out.failure(&failure);
        code.add(&failure);
    };
    for at in urls {
        let selection = UploadSelection::of(at, recursive, older_than, shard);
        if let Err(failure) = selection.abort(&store, &reporter, &mut fail).await {
            fail(failure);
            continue;
        }
        if let Err(failure) = selection.delete_throw_aways(&store, &reporter).await {
            fail(failure);
        }
    }
    Ok(code.get())
}

/// The uploads that a URL selects.
struct UploadSelection {
    below: Location,
    /// Whether only uploads of the object with exactly this name are selected.
    is_one: bool,
    begun_before: Option<SystemTime>,
    older_than: Duration,
    shard: Option<Shard>,
}

impl UploadSelection {
    fn of(
        mut at: Location,
        is_recursive: bool,
        older_than: Option<Duration>,
        shard: Option<Shard>,
    ) -> UploadSelection {
        if is_recursive && !at.is_folder() {
            at.key.push('/');
        }
        // Nothing is older than time itself.
        let before = |age| SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        let begun_before = older_than.map(before);
        let older_than = older_than.unwrap_or_default();
        UploadSelection { is_one: !at.is_folder(), below: at, begun_before, older_than, shard }
    }

    fn holds(&self, upload: &UnfinishedUpload) -> bool {
        let is_old = |limit| upload.initiated.is_some_and(|time| time <= limit);
        let old_enough = self.begun_before.is_none_or(is_old);
        old_enough && self.is_in_shard(&upload.at.key) && (!self.is_one || upload.at == self.below)
    }

    /// Whether the key is below the prefix, and its name there in the share of this run.
    fn is_in_shard(&self, key: &str) -> bool {
        // A store may ignore the prefix.
        let name = key.strip_prefix(&self.below.key);
        name.is_some_and(|name| self.shard.is_none_or(|shard| shard.holds(name)))
    }

    async fn abort(
        &self,
        store: &Store,
        reporter: &Reporter,
        fail: &mut impl FnMut(Failure),
    ) -> Result<(), Failure> {
        let mut uploads = store.unfinished_uploads(self.below.clone());
        while let Some(page) = uploads.next_page().await? {
            let mut aborted = Vec::new();
            for upload in page.into_iter().filter(|upload| self.holds(upload)) {
                let gone = if reporter.dry_run {
                    Ok(())
                } else {
                    store.abort_upload(&upload.at, &upload.id).await
                };
                match gone {
                    Ok(()) => {
                        report_aborted(&upload, reporter)?;
                        aborted.push(upload);
                    }
                    Err(failure) => fail(failure),
                }
            }
            if !reporter.dry_run {
                forget_uploads(store, &aborted);
            }
        }
        // The records of other shares' uploads are still needed.
        if !reporter.dry_run && self.begun_before.is_none() && self.shard.is_none() {
            forget_intentions(store, &self.below, self.is_one);
        }
        Ok(())
    }

    /// Deletes the throw-away objects of runs that have ended.
    async fn delete_throw_aways(
        &self,
        store: &Arc<Store>,
        reporter: &Reporter,
    ) -> Result<(), Failure> {
        if self.is_one {
            return Ok(());
        }
        let left = match store.throw_aways_left(&self.below, self.older_than).await {
            Ok(left) => left,
            // Aborting uploads does not need this right.
            Err(Failure { kind: Kind::Denied, .. }) => {
                let at = &self.below;
                reporter.out.say(&format!(
                    "note: whether there are throw-away objects of killed runs below {at} cannot be listed"
                ));
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        for (at, listed) in left.into_iter().filter(|(at, _)| self.is_in_shard(&at.key)) {
            let version_id = listed.version_id.as_deref();
            if !reporter.dry_run {
                store.delete(&at, version_id).await?;
            }
            report_deleted(&at, version_id, reporter)?;
        }
        if !reporter.dry_run {
            store.sweep_recorded(&self.below.bucket).await;
        }
        Ok(())
    }
}

fn report_deleted(
    at: &Location,
    version_id: Option<&str>,
    reporter: &Reporter,
) -> Result<(), Failure> {
    let did = if reporter.dry_run { "would delete" } else { "deleted" };
    let record = || {
        Record::Rm(RemoveRecord {
            url: Some(at.to_string()),
            version_id: version_id.map(str::to_owned),
            dry_run: reporter.dry_run,
            ..RemoveRecord::default()
        })
    };
    reporter.item(record, || format!("{did} the throw-away object {at}"))
}

fn report_aborted(upload: &UnfinishedUpload, reporter: &Reporter) -> Result<(), Failure> {
    let initiated = upload.since();
    let record = || {
        Record::Rm(RemoveRecord {
            url: Some(upload.at.to_string()),
            upload_id: Some(upload.id.clone()),
            initiated: initiated.clone(),
            dry_run: reporter.dry_run,
            ..RemoveRecord::default()
        })
    };
    reporter.item(record, || {
        let did = if reporter.dry_run { "would abort" } else { "aborted" };
        let since = initiated.as_ref().map_or(String::new(), |time| format!(" (begun {time})"));
        format!("{did} the unfinished upload {} of {}{since}", upload.id, upload.at)
    })
}
