//! From which keys to which.

use crate::failure::Failure;
use crate::jobs::keys::Keys;
use crate::jobs::sealer::Sealer;
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
