//! Progress as lines of a log.

use std::fmt;
use std::time::Duration;

use super::report::ProgressReport;

/// Continuous-integration services end jobs that print nothing for minutes.
pub(super) const INTERVAL: Duration = Duration::from_secs(30);

/// When lines are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schedule {
    /// At each interval, even if nothing has moved.
    EachInterval,
    /// Once after the first interval, and at the end of a run that has come so far.
    OnceAndAtTheEnd,
}

pub(super) struct Log {
    schedule: Schedule,
    print: Box<dyn FnMut(&str) + Send>,
    /// When the next line is due, since the run began; None after the last one.
    due: Option<Duration>,
}

impl Log {
    pub(super) fn new(schedule: Schedule, print: impl FnMut(&str) + Send + 'static) -> Log {
        Log { schedule, print: Box::new(print), due: Some(INTERVAL) }
    }

    /// Prints the line that is due.
    pub(super) fn update(&mut self, report: &ProgressReport, elapsed: Duration) {
        if self.due.is_none_or(|due| elapsed < due) {
            return;
        }
        (self.print)(&report.line());
        self.due = match self.schedule {
            Schedule::EachInterval => {
                Some(INTERVAL * (elapsed.as_secs() / INTERVAL.as_secs() + 1) as u32)
            }
            Schedule::OnceAndAtTheEnd => None,
        };
    }

    /// Prints the last line of a run that transferred so many bytes.
    pub(super) fn finish(&mut self, report: &ProgressReport, elapsed: Duration, moved: u64) {
        if self.schedule == Schedule::OnceAndAtTheEnd && self.due.is_none() {
            (self.print)(&report.last_line(elapsed, moved));
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Log").field("schedule", &self.schedule).finish_non_exhaustive()
    }
}
