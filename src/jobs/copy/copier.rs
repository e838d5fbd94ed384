//! Copies one object within the store: what `cp` and `mv` do with each.

use crate::failure::{Advice, Failure, Kind};
use crate::jobs::get::remove_source;
use crate::jobs::keys::Keys;
use crate::jobs::notes::{note_refused_copies, note_refused_tags};
use crate::jobs::records::Record;
use crate::jobs::reminder::FirstKey;
use crate::jobs::report::Reporter;
use crate::jobs::sealer::{ObjectEncryption, Sealer};
use crate::location::Location;
use crate::store::copy::CopySource;
use crate::store::object::{Attributes, Condition, Opened, ReadOptions, Stored};
use crate::transfer::Engine;

/// An object, and the location of its copy.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) from: Location,
    pub(crate) to: Location,
}

/// How objects are copied.
pub(super) struct Copier {
    /// Whether sources are deleted once they are copied.
    pub(super) moves: bool,
    pub(super) engine: Engine,
    /// The keys that open the sources.
    pub(super) keys: Keys,
    /// How sources are read.
    pub(super) options: ReadOptions,
    pub(super) sealer: Sealer,
    pub(super) attributes: Attributes,
    pub(super) condition: Condition,
    /// Whether copies are tagged with the MD5 of their keys.
    pub(super) tag_key: bool,
    pub(super) first_key: FirstKey,
    pub(super) reporter: Reporter,
}

impl Copier {
    /// Copies or moves one object, reports it, and returns its size in bytes.
    pub(super) async fn copy(&self, pair: Pair) -> Result<u64, Failure> {
        let store = self.engine.store();
        if self.reporter.dry_run {
            return self.plan(&pair);
        }
        let encryption = self.sealer.encryption(store, &pair.to).await?;
        let (attributes, condition) = (self.attributes.clone(), self.condition.clone());
        let write = encryption.write(&pair.to, attributes, condition, self.tag_key)?;
        let source = self.open(&pair.from).await?;
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
            compared.map_err(|failure| keeping_source(failure, &pair))?;
        }
        self.report(&pair, stored, &encryption)?;
        if self.moves {
            let source = &copy.source;
            remove_source(store, &source.at, source.key.as_ref(), &source.metadata).await?;
        }
        Ok(stored.bytes)
    }

    async fn open(&self, from: &Location) -> Result<CopySource, Failure> {
        let mut keys = self.keys.to_open(self.engine.store(), from).await?;
        let opened = self.engine.inspect_with(from, &mut keys, &self.options).await;
        let Opened { answer, key } = opened.map_err(|unopened| match Failure::from(unopened) {
            failure @ Failure { kind: Kind::Key, .. } if !self.keys.has_any() => {
                failure.hint(Advice::NameSourceKey)
            }
            failure => failure,
        })?;
        let key = keys.opened(key.as_ref()).map(|key| key.key);
        Ok(CopySource { at: from.clone(), key, metadata: answer })
    }

    /// Prints the notes about the store at the end.
    pub(super) async fn report_notes(&self) {
        let (store, out) = (self.engine.store(), &self.reporter.out);
        note_refused_copies(store, out).await;
        if self.tag_key {
            note_refused_tags(store, out);
        }
        self.first_key.remind(out);
    }

    /// The verb of the summary.
    pub(super) fn verb(&self) -> &'static str {
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
            || Record::copy_planned(&pair.from, &pair.to, self.moves),
            || format!("{} {} to {}", self.verb(), pair.from, pair.to),
        )?;
        Ok(0)
    }

    fn report(
        &self,
        pair: &Pair,
        stored: &Stored,
        encryption: &ObjectEncryption,
    ) -> Result<(), Failure> {
        let record = || Record::copied(&pair.from, &pair.to, self.moves, (stored, encryption));
        self.reporter.item(record, || {
            let (verb, bytes, how) = (self.verb(), stored.bytes, encryption.describe());
            format!("{verb} {} to {} ({bytes} bytes, {how})", pair.from, pair.to)
        })
    }
}

/// Adds to the failure of a comparison that the source was not deleted.
fn keeping_source(failure: Failure, pair: &Pair) -> Failure {
    failure.leaving(&format!("; the source {} is still there", pair.from))
}
