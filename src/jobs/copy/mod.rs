//! Copies objects from URL to URL: the job of `cp` and `mv`; `sync` between two prefixes uses its parts.
//!
//! - `origin`: the store that holds the sources
//! - `pair`: an object and its copy
//! - `copier`: copies or moves one object
//! - `feed`: the objects to copy, each with its destination

mod copier;
mod feed;
mod origin;
mod pair;

use std::sync::Arc;

use super::feed::SelectedNames;
use super::job::Job;
use super::keys::Keys;
use super::reminder::FirstKey;
use super::report::Reporter;
use super::sealer::{Sealer, SealingOptions};
use crate::failure::Failure;
use crate::key::KeyOptions;
use crate::output::Output;
use crate::store::object::{Attributes, Condition, ReadOptions};
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;

pub(crate) use copier::Copier;
pub(crate) use feed::{CopySources, below};
pub(crate) use origin::SourceAccess;
pub(crate) use pair::{Pair, is_same, within};

use origin::Origin;

pub(crate) struct CopyOptions {
    pub(crate) sources: CopySources,
    pub(crate) names: SelectedNames,
    pub(crate) each: EachCopy,
}

/// How each object is copied.
pub(crate) struct EachCopy {
    pub(crate) source: SourceAccess,
    pub(crate) source_key: SourceKey,
    /// How sources are read.
    pub(crate) read: ReadOptions,
    pub(crate) sealing: SealingOptions,
    pub(crate) condition: Condition,
    pub(crate) attributes: Attributes,
    pub(crate) transfer: TransferOptions,
    pub(crate) dry_run: bool,
    /// Whether sources are deleted once they are copied.
    pub(crate) moves: bool,
}

/// The keys that open the sources.
#[derive(Clone)]
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
    let is_object = options.sources.is_object();
    let is_each = matches!(options.sources, CopySources::Objects(_));
    let are_apart = options.sources.are_apart();
    let (mut job, copier) = options.each.start(are_apart, is_each, connect, out).await?;
    job.announce_share(options.names.shard);
    let pairs = feed::pairs(options.sources, options.names, options.each.moves, &copier.origin);
    job.run(pairs, &copier, |it, pair| async move { [it.copy(pair).await] }).await;
    copier.finish(&job).await;
    if !is_object {
        job.summarize(copier.verb(), "object", &[]);
    }
    Ok(job.tally.exit_code())
}

impl EachCopy {
    /// Reads the keys and connects. `are_apart`: source and destination are in different buckets. `is_each`: people get a
    /// line for each object.
    /// Errors: What keeps the run from starting; nothing was sent then.
    pub(crate) async fn start(
        &self,
        are_apart: bool,
        is_each: bool,
        connect: &Connect,
        out: &Output,
    ) -> Result<(Job, Arc<Copier>), Failure> {
        let sealer = Sealer::load(&self.sealing, false, out)?;
        let keys = self.source_keys(&sealer, out)?;
        let (mut job, holder) = self.source.connect(connect, are_apart, out).await?;
        sealer.check(&job.store)?;
        keys.check(holder.store(&job.store))?;
        if self.sealing.tag_key {
            job.store.learned().key_tags().enable();
        }
        let engine = job.engine(&self.transfer);
        let copier = Arc::new(Copier {
            moves: self.moves,
            origin: Origin::new(&job, &engine, holder, &self.transfer),
            engine,
            keys: keys.cancelled_by(&job.interrupt),
            options: self.read.clone(),
            sealer: sealer.cancelled_by(&job.interrupt),
            attributes: self.attributes.clone(),
            condition: self.condition.clone(),
            tag_key: self.sealing.tag_key,
            first_key: FirstKey::default(),
            reporter: Reporter { out: *out, dry_run: self.dry_run, each: is_each },
        });
        Ok((job, copier))
    }

    fn source_keys(&self, sealer: &Sealer, out: &Output) -> Result<Keys, Failure> {
        match (&self.source_key, sealer.keys()) {
            (SourceKey::None, _) => Ok(Keys::none(out)),
            (SourceKey::Own(key), _) => Keys::load(key, out),
            (SourceKey::AsCopies, Some(keys)) => Ok(keys.clone()),
            (SourceKey::AsCopies, None) => Keys::load(&self.sealing.key, out),
        }
    }
}
