//! The old keys and the new key of a rotation.

use crate::failure::Failure;
use crate::jobs::keys::{Keys, ObjectKeys};
use crate::jobs::sealer::Sealer;
use crate::key::core::Key;
use crate::store::object::{Batch, KeysToTry, Pending};
use crate::store::wire::Store;
use crate::transfer::Interrupt;

/// The old keys and the new key, read from their sources.
pub(crate) struct RotationKeys {
    /// The keys that may open the objects. None if only unsealed objects are selected.
    pub(crate) from: Option<Keys>,
    /// Whether unsealed objects are selected, too.
    pub(crate) includes_plain: bool,
    /// Seals the rotated objects.
    pub(crate) to: Sealer,
}

impl RotationKeys {
    /// Fails if a given key may not be sent to this store.
    pub(super) fn check(&self, store: &Store) -> Result<(), Failure> {
        self.to.check(store)?;
        self.from.as_ref().map_or(Ok(()), |keys| keys.check(store))
    }

    /// The same keys; a signal cancels the wait for a command that prints one.
    pub(super) fn cancelled_by(self, interrupt: &Interrupt) -> RotationKeys {
        let from = self.from.map(|keys| keys.cancelled_by(interrupt));
        RotationKeys { from, to: self.to.cancelled_by(interrupt), ..self }
    }
}

/// The old keys that may open an object, and its new key in the first batch.
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
