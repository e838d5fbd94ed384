//! From one prefix to another: within a store, between two regions of it, or between two stores.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::changes::{await_comparison, find_changed, is_changed};
use super::{Copied, Sync};
use crate::failure::Failure;
use crate::jobs::copy::{Copier, EachCopy, Pair, below};
use crate::jobs::feed::Skips;
use crate::jobs::job::Job;
use crate::jobs::remove::feed_batches;
use crate::location::Location;
use crate::store::object::DeleteTarget;
use crate::transfer::many::{Comparison, Entry, Found, walk_store};

/// Both prefixes, and how each object is copied.
pub(crate) struct Across {
    pub(crate) from: Location,
    pub(crate) to: Location,
    pub(crate) each: EachCopy,
    /// Whether checksums are compared instead of times.
    pub(crate) by_checksum: bool,
}

/// An object that may have changed, with the location of its copy.
struct Candidate {
    pair: Pair,
    /// For an object of the same size at the destination, whether the source is newer; none if it is to be copied anyway.
    same_size: Option<IsNewer>,
}

type IsNewer = bool;

struct Worker {
    copier: Arc<Copier>,
    /// How many objects turned out to be equal.
    equal: AtomicU64,
}

impl Sync<'_> {
    pub(super) async fn across(&self, across: &Across) -> Result<u8, Failure> {
        let Across { from, to, each, by_checksum } = across;
        let (options, by_checksum) = (self.options, *by_checksum);
        let are_apart = from.bucket != to.bucket;
        let (mut job, copier) = each.start(are_apart, false, self.connect, self.out).await?;
        job.announce_share(options.names.shard);
        copier.sealer.check_below(&job.store, to)?;
        let compare = || {
            let source = walk_store(&copier.origin.engine, from.clone());
            let destination = walk_store(&copier.engine, to.clone());
            Comparison::new(source, destination, options.names.filters.clone())
        };
        let size_only = options.size_only;
        let changes = move |source: &Entry, destination: &Entry| {
            by_checksum || is_changed(source, destination, size_only)
        };
        let to_candidate = to_candidate(across, copier.origin.is_destination(), &job);
        let (changed, compared) = find_changed(
            compare(),
            options.names.shard,
            |_| true,
            changes,
            // A store has no links and no special files.
            Skips::below(std::path::Path::new(""), self.out),
            job.progress.clone(),
            to_candidate,
        );
        let worker = Arc::new(Worker { copier: copier.clone(), equal: AtomicU64::new(0) });
        job.run(changed, &worker, |it, candidate| async move { [it.work(candidate).await] }).await;
        let mut compared = await_comparison(compared, job.tally.is_stopped()).await;
        let equal = worker.equal.load(Ordering::Relaxed);
        compared.unchanged += equal;
        job.tally.done = job.tally.done.saturating_sub(equal);
        copier.finish(&job).await;
        let copied = Copied::take_from(&mut job, copier.verb(), 0, compared);
        let remover = self.remover(&job);
        let delete = async |job: &mut Job, names: Vec<String>| {
            let to = to.clone();
            let target = move |name: String| DeleteTarget { at: to.join(&name), version_id: None };
            remover.run(job, feed_batches(names.into_iter().map(target))).await;
        };
        self.finish(job, copied, compare, None, delete).await
    }
}

impl Worker {
    /// Copies one object, and returns its size in bytes; 0 if it is left as it is.
    async fn work(&self, candidate: Candidate) -> Result<u64, Failure> {
        let Candidate { pair, same_size } = candidate;
        let Some(is_newer) = same_size else { return self.copier.copy(pair).await };
        let copied = self.copier.copy_if_different(pair, is_newer).await?;
        if copied.is_none() {
            self.equal.fetch_add(1, Ordering::Relaxed);
        }
        Ok(copied.unwrap_or_default())
    }
}

fn to_candidate(
    across: &Across,
    is_one_store: bool,
    job: &Job,
) -> impl FnMut(&Entry, Option<&Entry>) -> Found<Candidate> + Send + 'static {
    let (from, to, by_checksum) = (across.from.clone(), across.to.clone(), across.by_checksum);
    let progress = job.progress.clone();
    move |source, destination| {
        progress.expect(1, source.bytes);
        let has_same_size = destination.filter(|it| by_checksum && it.bytes == source.bytes);
        let same_size = has_same_size.map(|it| source.modified > it.modified);
        match below(&source.name, &from, &to, is_one_store) {
            Some(Found::Item(pair)) => Found::Item(Candidate { pair, same_size }),
            Some(Found::Failed(failure)) => Found::Failed(failure),
            Some(Found::Skipped) | None => Found::Skipped,
        }
    }
}
