//! Copies objects within the store: the job of `cp` and `mv` between URLs.
//!
//! - `copier`: copies or moves one object
//! - `feed`: the objects to copy, each with its destination

mod copier;
mod feed;

use std::sync::Arc;

use copier::Copier;

use super::feed::SelectedNames;
use super::job::Job;
use super::keys::Keys;
use super::notes::warn_left_of_trials;
use super::reminder::FirstKey;
use super::report::Reporter;
use super::sealer::{Sealer, SealingOptions};
use crate::failure::Failure;
use crate::key::KeyOptions;
use crate::output::Output;
use crate::store::object::{Attributes, Condition, ReadOptions};
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;

pub(crate) use copier::Pair;
pub(crate) use feed::{CopySources, may_be_one_bucket};

pub(crate) struct CopyOptions {
    pub(crate) sources: CopySources,
    pub(crate) sealing: SealingOptions,
    pub(crate) source_key: SourceKey,
    /// How sources are read.
    pub(crate) read: ReadOptions,
    pub(crate) names: SelectedNames,
    pub(crate) dry_run: bool,
    pub(crate) condition: Condition,
    pub(crate) attributes: Attributes,
    pub(crate) transfer: TransferOptions,
    /// Whether sources are deleted once they are copied.
    pub(crate) moves: bool,
}

/// The keys that open the sources.
pub(crate) enum SourceKey {
    /// They are not sealed.
    None,
    Own(KeyOptions),
    /// The keys that seal the copies, too.
    AsCopies,
}

/// Copies each object; failures are reported as they happen.
/// Errors: Only what keeps the run from starting; nothing is copied then.
pub(crate) async fn run(
    options: CopyOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let sealer = Sealer::load(&options.sealing, false, out)?;
    let keys = options.source_keys(&sealer, out)?;
    let mut job = Job::connect(connect, out).await?;
    sealer.check(&job.store)?;
    keys.check(&job.store)?;
    if options.sealing.tag_key {
        job.store.learned().key_tags().enable();
    }
    let is_object = options.sources.is_object();
    let each = matches!(options.sources, CopySources::Objects(_));
    let copier = Arc::new(Copier {
        moves: options.moves,
        engine: job.engine(&options.transfer),
        keys: keys.cancelled_by(&job.interrupt),
        options: options.read,
        sealer: sealer.cancelled_by(&job.interrupt),
        attributes: options.attributes,
        condition: options.condition,
        tag_key: options.sealing.tag_key,
        first_key: FirstKey::default(),
        reporter: Reporter { out: *out, dry_run: options.dry_run, each },
    });
    job.announce_share(options.names.shard);
    let pairs = feed::pairs(options.sources, options.names, options.moves, &copier.engine);
    job.run(pairs, &copier, |it, pair| async move { [it.copy(pair).await] }).await;
    if job.tally.done > 0 {
        copier.report_notes().await;
    }
    warn_left_of_trials(&job.store, out).await;
    if !is_object {
        job.summarize(copier.verb(), "object", &[]);
    }
    Ok(job.tally.exit_code())
}

impl CopyOptions {
    fn source_keys(&self, sealer: &Sealer, out: &Output) -> Result<Keys, Failure> {
        match (&self.source_key, sealer.keys()) {
            (SourceKey::None, _) => Ok(Keys::none(out)),
            (SourceKey::Own(key), _) => Keys::load(key, out),
            (SourceKey::AsCopies, Some(keys)) => Ok(keys.clone()),
            (SourceKey::AsCopies, None) => Keys::load(&self.sealing.key, out),
        }
    }
}
