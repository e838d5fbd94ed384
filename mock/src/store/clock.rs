//! The time that objects, retention and expiration see. Signatures are checked by the system's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Duration, OffsetDateTime};

/// The system's clock, moved by some seconds for tests.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The time here; at the ends of the calendar it stands still.
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc().saturating_add(Duration::seconds(self.offset()))
    }

    /// How far this clock is ahead of the system's, in seconds.
    pub(crate) fn offset(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn set_offset(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    /// Moves the clock forward by so many seconds.
    pub(crate) fn advance(&self, seconds: i64) {
        let moved = |offset: i64| Some(offset.saturating_add(seconds));
        // The closure never refuses.
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
    }
}
