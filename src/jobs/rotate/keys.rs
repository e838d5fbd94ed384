//! From which keys to which.

use crate::failure::Failure;
use crate::jobs::keys::{Keys, ObjectKeys};
use crate::jobs::sealer::Sealer;
use crate::key::core::Key;
use crate::store::object::{Batch, KeysToTry, Pending};
use crate::store::wire::Store;
use crate::transfer::Interrupt;

/// The keys of both sides, read.
pub(crate) struct RotationKeys {
    /// What may open the objects; none where only objects are meant that are not sealed.
    pub(crate) from: Option<Keys>,
    /// Objects that are not sealed are meant as well.
    pub(crate) takes_plain: bool,
    /// What seals them.
    pub(crate) to: Sealer,
}

impl RotationKeys {
    /// Fails where keys were named that cannot go to this store.
    pub(super) fn check(&self, store: &Store) -> Result<(), Failure> {
        self.to.check(store)?;
        self.from.as_ref().map_or(Ok(()), |keys| keys.check(store))
    }

    /// The same, while a signal ends the run.
    pub(super) fn until(self, interrupt: &Interrupt) -> RotationKeys {
        let from = self.from.map(|keys| keys.until(interrupt));
        RotationKeys { from, to: self.to.until(interrupt), ..self }
    }
}

/// The keys that an object may have, and its new key among the first of them.
pub(super) struct OldAndNew<'a> {
    pub(super) old: ObjectKeys<'a>,
    pub(super) new: Option<Key>,
    pub(super) new_is_first: bool,
}

impl KeysToTry for OldAndNew<'_> {
    fn first(&mut self) -> Batch {
        let mut batch = self.old.first();
        if let Some(new) = self.new.take().filter(|new| !batch.keys.contains(new)) {
            batch.keys.insert(if self.new_is_first { 0 } else { batch.keys.len() }, new);
        }
        batch
    }

    fn more(&mut self) -> Pending<'_, Batch> {
        self.old.more()
    }

    fn has_unusable_key(&self) -> bool {
        self.old.has_unusable_key()
    }

    fn explain_missing_key(&self, failure: Failure) -> Failure {
        self.old.explain_missing_key(failure)
    }
}
