//! How fast a run is, and how long the rest of it takes.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// A sample is kept about every second.
const SPACING: Duration = Duration::from_secs(1);
/// The remaining time is estimated from the last half of the run, but from no more and no less than this.
const LONGEST_HISTORY: Duration = Duration::from_secs(600);
const SHORTEST_HISTORY: Duration = Duration::from_secs(30);
/// The first rates and estimates would vary much.
const WARM_UP: Duration = Duration::from_secs(1);
/// A longer estimate tells nothing.
const LONGEST_ESTIMATE: Duration = Duration::from_secs(99 * 86_400);

/// What a run has done so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Bytes that connections have taken, even if they had to be sent again. It never goes down.
    pub(super) taken: u64,
    /// Bytes that this run has transferred.
    pub(super) moved: u64,
    /// Objects that have begun, and those that have succeeded or failed.
    pub(super) begun: u64,
    pub(super) ended: u64,
}

/// The counts of a run over time.
#[derive(Debug)]
pub(super) struct Pace {
    /// The period of [`Pace::rate`].
    window: Duration,
    /// The last one is always the newest; the others are about a second apart.
    samples: VecDeque<(Instant, Counts)>,
    began: Instant,
}

impl Pace {
    /// `window` is the period of the rates.
    pub(super) fn start(window: Duration) -> Pace {
        let began = Instant::now();
        Pace { window, samples: VecDeque::from([(began, Counts::default())]), began }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Adds a sample of now.
    pub(super) fn add(&mut self, counts: Counts) {
        let now = Instant::now();
        if counts.begun == 0 {
            // The time until the first object is found tells nothing about how long objects take.
            self.samples.clear();
        }
        let last_kept = self.samples.iter().rev().nth(1);
        if last_kept.is_some_and(|(at, _)| now - *at < SPACING) {
            self.samples.pop_back();
        }
        self.samples.push_back((now, counts));
        while self.samples.get(1).is_some_and(|(at, _)| now - *at >= LONGEST_HISTORY) {
            self.samples.pop_front();
        }
    }

    /// Bytes and objects per second, over the window.
    pub(super) fn rate(&self) -> (u64, u64) {
        let last = self.last(self.window);
        let Some(((began, first), (now, newest))) = last.first().zip(last.last()) else {
            return (0, 0);
        };
        let seconds = (*now - *began).max(WARM_UP).as_secs_f64();
        let rate = |first: u64, newest: u64| (newest.saturating_sub(first) as f64 / seconds) as u64;
        (rate(first.taken, newest.taken), rate(first.ended, newest.ended))
    }

    /// How long `bytes` and `objects` take: each byte and each object takes its time, and their shares are those that
    /// explain best how the run has gone. `bytes` is None if unknown; the result is None if nothing can be said.
    pub(super) fn time_for(&self, bytes: Option<u64>, objects: u64) -> Option<Duration> {
        let last = self.last((self.elapsed() / 2).max(SHORTEST_HISTORY));
        let ((began, first), (now, newest)) = last.first().zip(last.last())?;
        let seconds = (*now - *began).as_secs_f64();
        if seconds < WARM_UP.as_secs_f64() {
            return None;
        }
        let moved = newest.moved.saturating_sub(first.moved) as f64;
        let ended = newest.ended.saturating_sub(first.ended) as f64;
        let by_bytes = bytes.filter(|_| moved > 0.0).map(|it| it as f64 * seconds / moved);
        let by_objects = (ended > 0.0).then(|| objects as f64 * seconds / ended);
        let left = match (by_bytes, by_objects) {
            (Some(by_bytes), Some(by_objects)) => {
                let share = share_of_bytes(&last, seconds, moved, ended);
                share * by_bytes + (1.0 - share) * by_objects
            }
            (by_bytes, by_objects) => by_bytes.or(by_objects)?,
        };
        Duration::try_from_secs_f64(left).ok().filter(|left| *left < LONGEST_ESTIMATE)
    }

    /// The samples of the last period, and the one before.
    fn last(&self, period: Duration) -> Vec<(Instant, Counts)> {
        let now = Instant::now();
        let from = self.samples.partition_point(|(at, _)| now - *at >= period);
        self.samples.iter().skip(from.saturating_sub(1)).copied().collect()
    }
}

/// Which share of the time went into bytes, from 0 to 1; the rest went into objects. Least squares: in each interval,
/// the share of the time should be `share` times that of the bytes plus `1 - share` times that of the objects.
fn share_of_bytes(samples: &[(Instant, Counts)], seconds: f64, moved: f64, ended: f64) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    for pair in samples.windows(2) {
        let ((began, before), (at, after)) = (pair[0], pair[1]);
        let time = (at - began).as_secs_f64() / seconds;
        let bytes = (after.moved as f64 - before.moved as f64) / moved;
        let objects = (after.ended - before.ended) as f64 / ended;
        numerator += (time - objects) * (bytes - objects);
        denominator += (bytes - objects) * (bytes - objects);
    }
    // Where both grow alike, any share is right.
    if denominator > 0.0 { (numerator / denominator).clamp(0.0, 1.0) } else { 0.5 }
}
