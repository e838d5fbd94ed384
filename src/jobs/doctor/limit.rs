//! The time limit of a check: a store that accepts requests and answers none must not hold up the other checks.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::failure::{Advice, Failure, Kind};

/// How long a check may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeLimit(Duration);

/// The end of one check's time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    end: Instant,
    limit: TimeLimit,
}

impl TimeLimit {
    pub(super) fn new(limit: Duration) -> TimeLimit {
        TimeLimit(limit)
    }

    /// For checks that wait for more than a few small requests.
    pub(super) fn times(self, factor: u32) -> TimeLimit {
        TimeLimit(self.0 * factor)
    }

    /// The deadline of a check that begins now.
    pub(super) fn begin(self) -> Deadline {
        Deadline { end: Instant::now() + self.0, limit: self }
    }

    /// Errors: `Kind::Unavailable` if the time is over first.
    pub(super) async fn wait<T>(self, work: impl Future<Output = T>) -> Result<T, Failure> {
        self.begin().wait(work).await
    }
}

impl Deadline {
    /// Errors: `Kind::Unavailable` if the time is over first. `work` is then dropped.
    pub(super) async fn wait<T>(self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let Deadline { end, limit } = self;
        timeout_at(end, work).await.map_err(|_| {
            let seconds = limit.0.as_secs();
            Failure::unavailable(format!("no answer within {seconds} s"))
                .hint(Advice::AllowMoreTime)
        })
    }
}

/// Whether the store has not answered at all.
pub(super) fn is_silence(failure: &Failure) -> bool {
    failure.is(Kind::Unavailable) && failure.detail().status.is_none()
}
