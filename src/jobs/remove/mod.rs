//! Deletes objects, versions or unfinished uploads: the job of `rm`.
//!
//! - `remover`: deletes up to 1,000 objects with one request, and reports each
//! - `folder`: checks a name that ends in `/` before it is deleted
//! - `feed`: the objects to delete, in batches
//! - `incomplete`: unfinished uploads, and throw-away objects of killed runs

mod feed;
mod folder;
mod incomplete;
mod remover;

use std::sync::Arc;

use super::feed::SelectedNames;
use super::job::Job;
use super::report::Reporter;
use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;

pub(crate) use feed::feed_batches;
pub(crate) use incomplete::{IncompleteOptions, abort_incomplete};
pub(crate) use remover::Remover;

pub(crate) struct RemoveOptions {
    pub(crate) locations: Vec<Location>,
    /// The version to delete permanently.
    pub(crate) version_id: Option<String>,
    /// Whether all versions are deleted permanently, with the delete markers.
    pub(crate) all_versions: bool,
    /// Whether everything below the locations is deleted.
    pub(crate) recursive: bool,
    pub(crate) names: SelectedNames,
    pub(crate) dry_run: bool,
    /// How many requests are sent at once.
    pub(crate) concurrency: Option<u16>,
}

/// Deletes each object; failures are reported as they happen.
/// Errors: Only what keeps the run from starting; nothing is deleted then.
pub(crate) async fn run(
    options: RemoveOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let mut job = Job::connect(connect, out).await?;
    let RemoveOptions {
        locations,
        version_id,
        all_versions,
        recursive,
        names,
        dry_run,
        concurrency,
    } = options;
    job.announce_share(names.shard);
    let store = job.store.clone();
    let is_listed = recursive || all_versions;
    let reporter = Reporter { out: *out, dry_run, each: true };
    let remover = Arc::new(Remover::new(store.clone(), concurrency, is_listed, reporter));
    let targets = if is_listed {
        let listings = locations.into_iter().map(|at| {
            let listing = if all_versions { store.list_versions(&at) } else { store.list(&at) };
            (at, if recursive { listing } else { listing.of_one_object() })
        });
        feed::listed(&store, remover.permits(), listings.collect(), recursive, names)
    } else {
        feed::named(&store, remover.permits(), locations, version_id)
    };
    remover.run(&mut job, targets).await;
    if is_listed {
        let did = if dry_run { "would delete" } else { "deleted" };
        let what = if all_versions { "version" } else { "object" };
        job.summarize(did, what, &[]);
    }
    Ok(job.tally.exit_code())
}
