//! Seals objects with a new key, in place or as copies elsewhere: the job of `rotate`.
//!
//! - `keys`: the old keys and the new key
//! - `target`: where rotated objects go
//! - `outcome`: the results that an object can have, and their names
//! - `buckets`: the ACL and versioning settings of each bucket, requested once
//! - `report`: the records, the notes and the summary
//! - `rotator`: the rotation of one object
//! - `versions`: former versions, reported or deleted

mod buckets;
mod keys;
mod outcome;
mod report;
mod rotator;
mod target;
mod versions;

use std::sync::Arc;

use outcome::RotationOutcome;
use report::RotationReport;
use rotator::Rotator;
use versions::VersionCleaner;

use super::feed::{FeedObject, Place, Search, SearchOptions, feed_objects, feed_objects_ahead};
use super::job::Job;
use super::report::Reporter;
use crate::failure::{Advice, Failure};
use crate::output::Output;
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;
use crate::transfer::many::Checkpoint;
use crate::transfer::progress::Progress;

pub(crate) use keys::RotationKeys;
pub(crate) use target::Target;

pub(crate) struct RotateOptions {
    pub(crate) search: SearchOptions,
    pub(crate) target: Target,
    pub(crate) former_versions: FormerVersions,
    pub(crate) dry_run: bool,
    pub(crate) transfer: TransferOptions,
    /// The settings that another run must share with this one to resume it.
    pub(crate) settings: String,
}

/// How to treat former versions that need an old key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormerVersions {
    Ignore,
    Report,
    Delete,
}

/// Rotates each object; failures are reported as they happen.
/// Errors: Only what keeps the run from starting; nothing is changed then.
pub(crate) async fn run(
    places: Vec<Place>,
    keys: RotationKeys,
    options: RotateOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let mut job = Job::connect(connect, out).await?;
    keys.check(&job.store)?;
    // Only the copy of an object with a key tag gets a key tag.
    job.store.learned().key_tags().enable();
    job.announce_share(options.search.shard);
    let is_one = matches!(places.as_slice(), [Place::Object(_)]);
    let reporter = Reporter { out: *out, dry_run: options.dry_run, each: is_one };
    let rotator = Arc::new(Rotator::new(
        job.engine(&options.transfer),
        keys.cancelled_by(&job.interrupt),
        options.target,
        RotationReport::new(reporter),
    ));
    let run = Run {
        rotator,
        search: options.search,
        settings: options.settings,
        is_one_place: places.len() == 1,
    };
    for place in places {
        run.rotate(&place, &mut job).await;
        if options.former_versions != FormerVersions::Ignore && !job.tally.is_stopped() {
            // If a copy is damaged, the former version may be the only intact one.
            let deletes =
                options.former_versions == FormerVersions::Delete && !run.rotator.has_damage();
            run.clean_versions(place, deletes, &mut job).await;
        }
        if job.tally.is_stopped() {
            break;
        }
    }
    run.rotator.report.finish(&job).await;
    Ok(job.tally.exit_code())
}

struct Run {
    rotator: Arc<Rotator>,
    search: SearchOptions,
    settings: String,
    is_one_place: bool,
}

impl Run {
    async fn rotate(&self, place: &Place, job: &mut Job) {
        let failed_before = job.tally.failed;
        let checkpoint = Arc::new(self.checkpoint(place).await);
        let after = checkpoint.start().map(str::to_owned);
        if let Some(after) = &after {
            job.out.say(&format!(
                "going on after {after}, where an earlier run stopped ({})",
                Advice::BeginAnew
            ));
        }
        let search = Search { after, ..self.search(false) };
        // What other places hold is not known before their turn.
        let progress = if self.is_one_place { job.progress.clone() } else { Progress::default() };
        let feed = feed_objects_ahead(search, vec![place.clone()], progress);
        let work = |rotator: Arc<Rotator>, object: FeedObject| {
            let ticket = checkpoint.begin(&object.at.key);
            let checkpoint = checkpoint.clone();
            async move {
                let done = rotator.rotate(&object).await;
                match &done {
                    Ok(RotationOutcome::Archived) => checkpoint.hold(ticket),
                    Ok(_) => checkpoint.finish(ticket),
                    Err(_) => checkpoint.fail(ticket),
                }
                done.map(RotationOutcome::bytes).transpose()
            }
        };
        job.run(feed, &self.rotator, work).await;
        let has_other_failures = job.tally.failed - failed_before != checkpoint.failed();
        if checkpoint.end(!job.tally.is_stopped() && !has_other_failures) {
            job.out.say("what was done is remembered: run the same command again to go on");
        }
    }

    async fn checkpoint(&self, place: &Place) -> Checkpoint {
        let rotator = &self.rotator;
        // A list of the same name may have other content, and reading it again costs no request.
        let Place::Below(below) = place else { return Checkpoint::none() };
        if rotator.report.dry_run || self.search.is_list() {
            return Checkpoint::none();
        }
        let Some((rules, key)) = rotator.identity(below).await else { return Checkpoint::none() };
        let settings = format!("{} {rules}", self.settings);
        Checkpoint::open(&rotator.engine, below, &settings, key.as_ref())
    }

    async fn clean_versions(&self, place: Place, deletes: bool, job: &mut Job) {
        let cleaner = Arc::new(VersionCleaner::new(self.rotator.clone(), deletes));
        let feed = feed_objects(self.search(true), vec![place]);
        let work = |cleaner: Arc<VersionCleaner>, object: FeedObject| async move {
            // Versions do not count as done.
            cleaner.clean(&object).await.err().map(Err)
        };
        // The progress is that of the objects.
        let progress = std::mem::take(&mut job.progress);
        job.run(feed, &cleaner, work).await;
        job.progress = progress;
    }

    fn search(&self, versions: bool) -> Search {
        let engine = &self.rotator.engine;
        let (store, permits) = (engine.store().clone(), engine.permits().clone());
        Search { store, permits, options: self.search.clone(), versions, since: None, after: None }
    }
}
