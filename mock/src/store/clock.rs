//! The time that objects, retention and expiration see. Signatures are checked by the system's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::{Duration, OffsetDateTime};

/// The system's clock, moved by some seconds for tests.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<Offsets>);

/// In seconds.
#[derive(Default)]
struct Offsets {
    now: AtomicI64,
    at_the_start: AtomicI64,
}

impl Clock {
    /// The time here; at the ends of the calendar it stands still.
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc().saturating_add(Duration::seconds(self.offset()))
    }

    /// How far this clock is ahead of the system's, in seconds.
    pub(crate) fn offset(&self) -> i64 {
        self.0.now.load(Ordering::SeqCst)
    }

    /// Sets the clock to this time, or to less than a second after it.
    pub(crate) fn set(&self, now: OffsetDateTime) {
        let ahead = now - OffsetDateTime::now_utc() + Duration::nanoseconds(999_999_999);
        self.set_offset(ahead.as_seconds_f64().floor() as i64);
    }

    /// Sets the clock to the time at which the server starts.
    pub(crate) fn start_at(&self, now: OffsetDateTime) {
        self.set(now);
        self.0.at_the_start.store(self.offset(), Ordering::SeqCst);
    }

    /// As far ahead of the system's as at the start.
    pub(crate) fn reset(&self) {
        self.set_offset(self.0.at_the_start.load(Ordering::SeqCst));
    }

    fn set_offset(&self, seconds: i64) {
        self.0.now.store(seconds, Ordering::SeqCst);
    }

    /// Moves the clock forward by so many seconds.
    pub(crate) fn advance(&self, seconds: i64) {
        let moved = |offset: i64| Some(offset.saturating_add(seconds));
        // The closure never refuses.
        let _ = self.0.now.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
    }
}
