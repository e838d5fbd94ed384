//! Re-keys objects where they are, or into copies elsewhere: what `rotate` does.
//!
//! `rotator` rotates one object, `versions` cleans up former versions, `report` says what became of them. `buckets` is what is
//! asked once for each bucket; `keys` and `target` say from which keys to which, and where to.

mod buckets;
mod keys;
mod outcome;
mod report;
mod rotator;
mod target;
mod versions;

use std::sync::Arc;

use outcome::Outcome;
use report::Report;
use rotator::Rotator;
use versions::VersionCleaner;

use super::feed::{FeedObject, Place, Search, SearchOptions, feed_objects};
use super::job::Job;
use super::report::Reporter;
use crate::failure::Failure;
use crate::output::Output;
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;
use crate::transfer::many::Checkpoint;

pub(crate) use keys::RotationKeys;
pub(crate) use target::Target;

pub(crate) struct RotateOptions {
    pub(crate) search: SearchOptions,
    pub(crate) target: Target,
    pub(crate) former_versions: FormerVersions,
    pub(crate) dry_run: bool,
    pub(crate) transfer: TransferOptions,
    /// All that another run must have in common with this one to go on where it stopped.
    pub(crate) settings: String,
}

/// What is done with former versions that need an old key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormerVersions {
    Ignore,
    Report,
    Delete,
}

/// Rotates each object; failures are reported as they happen.
/// Errors: What keeps the run from starting: nothing is changed then.
pub(crate) async fn run(
    places: Vec<Place>,
    keys: RotationKeys,
    options: RotateOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let mut job = Job::connect(connect, out).await?;
    keys.check(&job.store)?;
    // Only copies of objects that have such a tag get one.
    job.store.learned().key_tags().enable();
    if let Some(shard) = &options.search.shard {
        out.say(&format!("share {shard}"));
    }
    let is_one = matches!(places.as_slice(), [Place::Object(_)]);
    let reporter = Reporter { out: *out, dry_run: options.dry_run, each: is_one };
    let rotator = Arc::new(Rotator::new(
        job.engine(&options.transfer),
        keys.until(&job.interrupt),
        options.target,
        Report::new(reporter),
    ));
    let run = Run { rotator, search: options.search, settings: options.settings };
    for place in places {
        run.rotate(&place, &mut job).await;
        if options.former_versions != FormerVersions::Ignore && !job.tally.is_ended() {
            // A damaged copy may have nothing but its former versions.
            let deletes =
                options.former_versions == FormerVersions::Delete && !run.rotator.has_damage();
            run.clean_versions(place, deletes, &mut job).await;
        }
        if job.tally.is_ended() {
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
}

impl Run {
    async fn rotate(&self, place: &Place, job: &mut Job) {
        let failed_before = job.tally.failed;
        let checkpoint = Arc::new(self.checkpoint(place).await);
        let after = checkpoint.start().map(str::to_owned);
        if let Some(after) = &after {
            job.out.say(&format!(
                "going on after {after}, where an earlier run stopped (--no-resume begins anew)"
            ));
        }
        let feed = feed_objects(Search { after, ..self.search(false) }, vec![place.clone()]);
        let work = |rotator: Arc<Rotator>, object: FeedObject| {
            let ticket = checkpoint.begin(&object.at.key);
            let checkpoint = checkpoint.clone();
            async move {
                let done = rotator.rotate(&object).await;
                match &done {
                    Ok(Outcome::Archived) => checkpoint.hold(ticket),
                    Ok(_) => checkpoint.finish(ticket),
                    Err(_) => checkpoint.fail(ticket),
                }
                done.map(Outcome::bytes).transpose()
            }
        };
        job.run(feed, &self.rotator, work).await;
        let has_other_failures = job.tally.failed - failed_before != checkpoint.failed();
        if checkpoint.end(!job.tally.is_ended() && !has_other_failures) {
            job.out.say("what was done is remembered: run the same command again to go on");
        }
    }

    async fn checkpoint(&self, place: &Place) -> Checkpoint {
        let rotator = &self.rotator;
        // Another list may have the same name, and to read one again costs no request.
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
        job.run(feed, &cleaner, work).await;
    }

    fn search(&self, versions: bool) -> Search {
        let (store, options) = (self.rotator.engine.store().clone(), self.search.clone());
        Search { store, options, versions, since: None, after: None }
    }
}
