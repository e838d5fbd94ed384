//! The objects that are under way.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

const UNKNOWN: u64 = u64::MAX;

/// A running object.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) name: String,
    pub(super) began: Instant,
    done: AtomicU64,
    total: AtomicU64,
}

impl Running {
    pub(super) fn begin(name: String) -> Running {
        let (done, total) = (AtomicU64::new(0), AtomicU64::new(UNKNOWN));
        Running { name, began: Instant::now(), done, total }
    }

    /// Bytes that have been transferred, by earlier runs as well.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Its size in bytes, if that is known.
    pub(super) fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total != UNKNOWN)
    }

    /// The bytes that are still to come, if its size is known.
    pub(super) fn left(&self) -> Option<u64> {
        self.total().map(|total| total.saturating_sub(self.done()))
    }

    pub(super) fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns how many bytes were there to take back.
    pub(super) fn take_back(&self, bytes: u64) -> u64 {
        let take = |done: u64| Some(done.saturating_sub(bytes));
        let before = self.done.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        before.unwrap_or_else(|done| done).min(bytes)
    }

    /// Returns the size until now, 0 if it was unknown.
    pub(super) fn set_total(&self, bytes: u64) -> u64 {
        let before = self.total.swap(bytes, Ordering::Relaxed);
        if before == UNKNOWN { 0 } else { before }
    }
}
