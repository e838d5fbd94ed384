//! The progress of a run as text.

use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use indicatif::{BinaryBytes, HumanDuration};
use tokio::time::Instant;

/// A running object.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) name: String,
    pub(super) done: AtomicU64,
    /// 0 if unknown.
    pub(super) total: AtomicU64,
}

/// A snapshot of the progress of a run.
#[derive(Debug)]
pub(super) struct ProgressReport {
    /// The object's name, if there is only one.
    pub(super) name: Option<String>,
    /// Objects found so far.
    pub(super) objects: u64,
    pub(super) ended: u64,
    /// Bytes that have been transferred.
    pub(super) done: u64,
    /// Bytes found so far; None if an object's length is unknown.
    pub(super) total: Option<u64>,
    /// Bytes per second, over the last seconds.
    pub(super) rate: u64,
}

impl ProgressReport {
    /// The object's name, or how many of how many objects have ended.
    pub(super) fn subject(&self) -> String {
        match &self.name {
            Some(name) => name.clone(),
            None => format!("{} of {} objects", self.ended, self.objects),
        }
    }

    /// The rate, and the remaining time at that rate.
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

    /// The line for a log.
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

/// How fast a counter grows, over a sliding window.
#[derive(Debug)]
pub(super) struct Speed {
    window: Duration,
    seen: VecDeque<(Instant, u64)>,
}

impl Speed {
    pub(super) fn over(window: Duration) -> Speed {
        Speed { window, seen: VecDeque::new() }
    }

    /// Adds a sample, and returns the rate per second.
    pub(super) fn now(&mut self, count: u64) -> u64 {
        let now = Instant::now();
        self.seen.push_back((now, count));
        // The newest sample that is older than the window is its start.
        while self.seen.get(1).is_some_and(|(at, _)| now - *at >= self.window) {
            self.seen.pop_front();
        }
        let Some((began, before)) = self.seen.front() else { return 0 };
        let seconds = (now - *began).as_secs_f64();
        if seconds > 0.0 { (count.saturating_sub(*before) as f64 / seconds) as u64 } else { 0 }
    }
}
