//! Deletes up to 1,000 objects with one request, for `rm` and `sync --delete`.

use std::path::Path;
use std::sync::Arc;

use super::feed::Batches;
use crate::failure::Failure;
use crate::jobs::aws_cli::{Fields, Line};
use crate::jobs::job::Job;
use crate::jobs::records::{Record, RemoveRecord};
use crate::jobs::report::{Report, Reporter};
use crate::key::core::check_destination;
use crate::store::object::{DeleteTarget, Removed};
use crate::store::wire::Store;
use crate::transfer::Permits;
use crate::transfer::files::Folder;

/// How many batches of up to 1,000 deletions are in progress at most, unless the user asks for another number.
const MAX_BATCHES: usize = 4;

/// How objects are deleted.
pub(crate) struct Remover {
    store: Arc<Store>,
    permits: Permits,
    /// How many batches may be in progress: more would only wait for a permit.
    max_batches: usize,
    /// Whether the objects were found in a listing, so that they did exist: a store also accepts the deletion of a missing
    /// object.
    is_listed: bool,
    reporter: Reporter,
}

impl Remover {
    /// `concurrency`: how many requests are sent at once, if the user says so.
    pub(crate) fn new(
        store: Arc<Store>,
        concurrency: Option<u16>,
        is_listed: bool,
        reporter: Reporter,
    ) -> Remover {
        let requests = concurrency.map(usize::from);
        let max_batches = requests.unwrap_or(MAX_BATCHES);
        let permits = Permits::new(store.clone(), requests);
        Remover { store, permits, max_batches, is_listed, reporter }
    }

    /// The permits for all requests of the run, its listings among them.
    pub(super) fn permits(&self) -> &Permits {
        &self.permits
    }

    pub(crate) async fn run(self: &Arc<Self>, job: &mut Job, targets: Batches) {
        let work = |it: Arc<Remover>, targets| async move { it.remove(targets).await };
        job.run_at_most(|| self.max_batches, targets, self, work).await;
    }

    /// Deletes up to 1,000 objects of one bucket and reports each.
    async fn remove(&self, targets: Vec<DeleteTarget>) -> Vec<Result<u64, Failure>> {
        let removed = if self.reporter.dry_run {
            targets.iter().map(|_| Ok(Removed::default())).collect()
        } else {
            let _permit = self.permits.request().await;
            self.store.delete_many(&targets, self.reporter.prints_each()).await
        };
        let report = |(target, removed): (DeleteTarget, Result<Removed, Failure>)| {
            self.report(target, removed?).map(|()| 0)
        };
        targets.into_iter().zip(removed).map(report).collect()
    }

    /// Deletes a file at this path below a local folder, and reports it.
    /// Errors: `Kind::Usage` if it is a key file of this run; it is kept then.
    pub(crate) fn remove_file(&self, folder: &Folder, below: &Path) -> Result<u64, Failure> {
        let path = folder.root().join(below);
        check_destination(&path)?;
        let dry_run = self.reporter.dry_run;
        if !dry_run {
            folder.remove(below)?;
        }
        let did = if dry_run { "would delete" } else { "deleted" };
        self.reporter.item(
            || {
                let file = Some(path.display().to_string());
                let record = RemoveRecord { file, dry_run, ..RemoveRecord::default() };
                Report::from(Record::Rm(record)).line(Line::delete_file(&path))
            },
            || format!("{did} {}", path.display()),
        )?;
        Ok(0)
    }

    fn report(&self, target: DeleteTarget, removed: Removed) -> Result<(), Failure> {
        let DeleteTarget { at, version_id } = target;
        let document = Fields::default()
            .with("DeleteMarker", removed.delete_marker.then_some(true))
            .with("VersionId", removed.version_id.as_deref());
        let is_marker = removed.delete_marker && version_id.is_none();
        let version_id = removed.version_id.or(version_id);
        let record = || {
            let record = RemoveRecord {
                url: Some(at.to_string()),
                version_id: version_id.clone(),
                delete_marker: is_marker,
                dry_run: self.reporter.dry_run,
                ..RemoveRecord::default()
            };
            Report::from(Record::Rm(record)).line(Line::delete(&at)).document(document)
        };
        self.reporter.item(record, || {
            let (did, remark) = self.report_words(is_marker);
            let version = version_id.as_ref().filter(|_| !is_marker);
            let version = version.map(|id| format!(" (version {id})")).unwrap_or_default();
            format!("{did} {at}{version}{remark}")
        })
    }

    /// The words of the report before and after the name of an object.
    fn report_words(&self, is_marker: bool) -> (&'static str, &'static str) {
        match (is_marker, self.is_listed) {
            _ if self.reporter.dry_run => ("would delete", ""),
            (true, true) => ("hid (its versions are still there)", ""),
            (true, false) => ("hid (any versions are still there)", ""),
            (false, true) => ("deleted", ""),
            (false, false) => ("now absent:", " (the store does not say whether it was there)"),
        }
    }
}
