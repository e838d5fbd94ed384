//! Copies one object: what `cp`, `mv` and `sync` do with each.

use super::origin::Origin;
use super::pair::{Pair, is_same};
use crate::failure::{Advice, Failure, Kind};
use crate::jobs::aws_cli::{self, Line};
use crate::jobs::get::remove_source;
use crate::jobs::job::Job;
use crate::jobs::keys::Keys;
use crate::jobs::notes::{note_refused_copies, note_refused_tags, warn_left_of_trials};
use crate::jobs::records::Record;
use crate::jobs::reminder::FirstKey;
use crate::jobs::report::{Report, Reporter};
use crate::jobs::sealer::{ObjectEncryption, Sealer};
use crate::location::Location;
use crate::store::copy::CopySource;
use crate::store::object::{Attributes, Condition, Opened, ReadOptions, Stored, bare_etag};
use crate::transfer::Engine;

/// How objects are copied.
pub(crate) struct Copier {
    /// Whether sources are deleted once they are copied.
    pub(super) moves: bool,
    /// Writes the copies.
    pub(crate) engine: Engine,
    pub(crate) origin: Origin,
    /// The keys that open the sources.
    pub(super) keys: Keys,
    /// How sources are read.
    pub(super) options: ReadOptions,
    pub(crate) sealer: Sealer,
    pub(super) attributes: Attributes,
    pub(super) condition: Condition,
    /// Whether copies are tagged with the MD5 of their keys.
    pub(super) tag_key: bool,
    pub(super) first_key: FirstKey,
    pub(super) reporter: Reporter,
}

impl Copier {
    /// Copies or moves one object, reports it, and returns its size in bytes.
    pub(crate) async fn copy(&self, pair: Pair) -> Result<u64, Failure> {
        if self.reporter.dry_run {
            return self.plan(&pair);
        }
        let encryption = self.sealer.encryption(self.engine.store(), &pair.to).await?;
        let source = self.open(&pair.from).await?;
        self.copy_opened(&pair, source, encryption).await
    }

    /// As [`Copier::copy`], unless the object at the destination has the length and a checksum of the source; none then.
    /// `is_newer` says whether the source is newer than the destination, which decides if no checksum does.
    pub(crate) async fn copy_if_different(
        &self,
        pair: Pair,
        is_newer: bool,
    ) -> Result<Option<u64>, Failure> {
        let encryption = self.sealer.encryption(self.engine.store(), &pair.to).await?;
        let source = self.open(&pair.from).await?;
        let keys = Vec::from_iter(encryption.key.as_ref().map(|key| key.key.clone()));
        let found = self.engine.inspect(&pair.to, &keys, &ReadOptions::default()).await;
        let is_different = match found {
            Ok(found) => source.is_like(&found.answer).map_or(is_newer, |is_like| !is_like),
            // It is gone, or not sealed as this run seals it.
            Err(Failure { kind: Kind::NotFound | Kind::Key | Kind::Unsealed, .. }) => true,
            Err(failure) => return Err(failure),
        };
        if !is_different {
            return Ok(None);
        }
        if self.reporter.dry_run {
            return self.plan(&pair).map(Some);
        }
        self.copy_opened(&pair, source, encryption).await.map(Some)
    }

    async fn copy_opened(
        &self,
        pair: &Pair,
        source: CopySource,
        encryption: ObjectEncryption,
    ) -> Result<u64, Failure> {
        let store = self.engine.store();
        let (attributes, condition) = (self.attributes.clone(), self.condition.clone());
        let write = encryption.write(&pair.to, attributes, condition, self.tag_key)?;
        if self.moves {
            self.check_apart(pair, &source).await?;
        }
        let planned = store.plan_copy(source, write);
        let copy = self.engine.interrupt().race(planned).await?;
        let copied = self.engine.copy(&copy).await?;
        let stored = &copied.stored;
        if copy.write.tags_key {
            store.check_key_tag(&pair.to, stored.version_id.as_deref()).await;
        }
        self.first_key.record(encryption.key.as_ref());
        if self.moves {
            let compared = self.engine.compare(&copy, &copied).await;
            compared.map_err(|failure| keeping_source(failure, pair))?;
        }
        if self.moves {
            let (source, store) = (&copy.source, self.origin.engine.store());
            remove_source(store, &source.at, source.key.as_ref(), &source.metadata).await?;
        }
        self.report(pair, &copy.source, stored, &encryption)?;
        Ok(stored.bytes)
    }

    async fn open(&self, from: &Location) -> Result<CopySource, Failure> {
        let Origin { engine, holder } = &self.origin;
        let mut keys = self.keys.to_open(engine.store(), from).await?;
        let opened = engine.inspect_with(from, &mut keys, &self.options).await;
        let Opened { answer, key } = opened.map_err(|unopened| match Failure::from(unopened) {
            failure @ Failure { kind: Kind::Key, .. } if !self.keys.has_any() => {
                failure.hint(Advice::NameSourceKey)
            }
            failure => failure,
        })?;
        let key = keys.opened(key.as_ref()).map(|key| key.key);
        Ok(CopySource { at: from.clone(), key, metadata: answer, holder: holder.clone() })
    }

    /// Fails if both sides show the same object although they are said to be two stores: the move would delete the only
    /// copy. Two names of one store cannot be recognized as such.
    async fn check_apart(&self, pair: &Pair, source: &CopySource) -> Result<(), Failure> {
        if self.origin.is_destination() || !is_same(&pair.from, &pair.to) {
            return Ok(());
        }
        let store = self.engine.store();
        let mut listing = store.list(&pair.to).of_one_object();
        let page = self.engine.interrupt().race(listing.next_page()).await?.unwrap_or_default();
        let is_source = page.iter().any(|listed| {
            let etags = listed.etag.as_deref().zip(source.metadata.etag.as_deref());
            // Two stores may have the same plain bytes, but not since the same second.
            etags.is_some_and(|(one, other)| bare_etag(one) == bare_etag(other))
                && source.metadata.is_of_second(listed.modified)
        });
        if !is_source {
            return Ok(());
        }
        Err(Failure::usage(
            "both stores have this object, written in the same second, so they may be one: nothing was moved",
        )
        .hint("if they are two stores, delete the source with `s3seal rm`, or copy with `s3seal cp`")
        .at(&pair.from))
    }

    /// Prints the notes about the stores at the end of a run.
    pub(crate) async fn finish(&self, job: &Job) {
        if job.tally.done > 0 {
            self.report_notes().await;
        }
        warn_left_of_trials(&job.store, &job.out).await;
    }

    async fn report_notes(&self) {
        let (store, out) = (self.engine.store(), &self.reporter.out);
        note_refused_copies(store, out).await;
        if self.tag_key {
            note_refused_tags(store, out);
        }
        self.first_key.remind(out);
    }

    /// The verb of the summary.
    pub(crate) fn verb(&self) -> &'static str {
        match (self.reporter.dry_run, self.moves) {
            (true, true) => "would move",
            (true, false) => "would copy",
            (false, true) => "moved",
            (false, false) => "copied",
        }
    }

    fn plan(&self, pair: &Pair) -> Result<u64, Failure> {
        self.sealer.check_for(self.engine.store(), &pair.to)?;
        self.reporter.item(
            || {
                Report::from(Record::copy_planned(&pair.from, &pair.to, self.moves))
                    .line(self.line(pair))
            },
            || format!("{} {} to {}", self.verb(), pair.from, pair.to),
        )?;
        Ok(0)
    }

    fn report(
        &self,
        pair: &Pair,
        source: &CopySource,
        stored: &Stored,
        encryption: &ObjectEncryption,
    ) -> Result<(), Failure> {
        let record = || {
            let record = Record::copied(&pair.from, &pair.to, self.moves, (stored, encryption));
            let document = aws_cli::copied(stored, encryption, source.version_id());
            Report::from(record).line(self.line(pair)).document(document)
        };
        self.reporter.item(record, || {
            let (verb, bytes, how) = (self.verb(), stored.bytes, encryption.describe());
            format!("{verb} {} to {} ({bytes} bytes, {how})", pair.from, pair.to)
        })
    }

    fn line(&self, pair: &Pair) -> Line {
        Line::copy(self.moves, &pair.from, &pair.to)
    }
}

/// Adds to the failure of a comparison that the source was not deleted.
fn keeping_source(failure: Failure, pair: &Pair) -> Failure {
    failure.leaving(&format!("; the source {} is still there", pair.from))
}
