//! How far a run is, in words.

use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use indicatif::{BinaryBytes, HumanDuration};
use tokio::time::Instant;

/// An object under way.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) name: String,
    pub(super) done: AtomicU64,
    /// 0 where it is not known.
    pub(super) total: AtomicU64,
}

/// How far a run is.
#[derive(Debug)]
pub(super) struct Report {
    /// The object's name, where there is only one.
    pub(super) name: Option<String>,
    /// Objects known of so far.
    pub(super) objects: u64,
    /// Objects that have ended.
    pub(super) ended: u64,
    /// Bytes that are where they should be.
    pub(super) done: u64,
    /// Bytes known of so far; none where there is no telling.
    pub(super) total: Option<u64>,
    /// Bytes a second, of late.
    pub(super) rate: u64,
}

impl Report {
    /// What it is about: the object, or how many of how many.
    pub(super) fn subject(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => format!("{} of {} objects", self.ended, self.objects),
        }
    }

    /// The rate, and how long it will take at that.
    pub(super) fn pace(&self) -> String {
        let rate = format!("{}/s", BinaryBytes(self.rate));
        let left = self.total.map(|total| total.saturating_sub(self.done));
        match left.and_then(|left| left.checked_div(self.rate)) {
            Some(seconds) => {
                format!("{rate}, {:#} left", HumanDuration(Duration::from_secs(seconds)))
            }
            None => rate,
        }
    }

    /// All of it, for a log.
    pub(super) fn line(&self) -> String {
        let (subject, done, pace) = (self.subject(), BinaryBytes(self.done), self.pace());
        match self.total {
            Some(total) => {
                let percent = (u128::from(self.done) * 100).checked_div(total.into());
                let percent = percent.unwrap_or(100).min(100);
                format!("{subject}: {done} of {} ({percent} %), {pace}", BinaryBytes(total))
            }
            None => format!("{subject}: {done}, {pace}"),
        }
    }
}

/// How fast something grows, of late.
#[derive(Debug)]
pub(super) struct Speed {
    window: Duration,
    seen: VecDeque<(Instant, u64)>,
}

impl Speed {
    /// Measured over this time.
    pub(super) fn over(window: Duration) -> Speed {
        Speed { window, seen: VecDeque::new() }
    }

    /// The rate a second, now that the count is this.
    pub(super) fn now(&mut self, count: u64) -> u64 {
        let now = Instant::now();
        self.seen.push_back((now, count));
        // The last that is older than the window is where it begins.
        while self.seen.get(1).is_some_and(|(at, _)| now - *at >= self.window) {
            self.seen.pop_front();
        }
        let Some((began, before)) = self.seen.front() else { return 0 };
        let seconds = (now - *began).as_secs_f64();
        if seconds > 0.0 { (count.saturating_sub(*before) as f64 / seconds) as u64 } else { 0 }
    }
}
