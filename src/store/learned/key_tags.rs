//! Whether written objects get the tag that names their key: unless the store keeps no tags.

use std::sync::atomic::{AtomicBool, Ordering};

/// What is done about tags for as long as the program runs.
#[derive(Debug, Default)]
pub(crate) struct KeyTags {
    wanted: AtomicBool,
    refused: AtomicBool,
    /// Whether this run has checked if the store keeps them.
    checked: AtomicBool,
}

impl KeyTags {
    /// Tags objects from now on.
    pub(crate) fn enable(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    /// Whether this is the first time that this run asks: one look is enough.
    pub(crate) fn is_first_check(&self) -> bool {
        !self.checked.swap(true, Ordering::Relaxed)
    }

    /// Whether objects get the tag.
    pub(crate) fn are_in_use(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) && !self.are_refused()
    }

    /// Leaves them out from now on.
    pub(crate) fn disable(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    /// Whether the store turned out to keep no tags.
    pub(crate) fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}
