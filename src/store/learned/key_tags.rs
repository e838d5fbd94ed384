//! Whether written objects get a key tag: if wanted, unless the store keeps no tags.

use std::sync::atomic::{AtomicBool, Ordering};

/// The use of key tags during this run.
#[derive(Debug, Default)]
pub(crate) struct KeyTags {
    wanted: AtomicBool,
    refused: AtomicBool,
    /// Whether this run has checked that the store keeps them.
    checked: AtomicBool,
}

impl KeyTags {
    /// Adds key tags from now on.
    pub(crate) fn enable(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    /// Whether this is the first check of this run: one is enough.
    pub(crate) fn is_first_check(&self) -> bool {
        !self.checked.swap(true, Ordering::Relaxed)
    }

    /// Whether objects get a key tag.
    pub(crate) fn are_in_use(&self) -> bool {
        self.wanted.load(Ordering::Relaxed) && !self.are_refused()
    }

    /// Adds no key tags from now on.
    pub(crate) fn disable(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    pub(crate) fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}
