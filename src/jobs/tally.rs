//! Works through a feed of items, several at once, and counts the results. Memory does not grow with the number of
//! items.

use std::collections::BTreeMap;

use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use crate::failure::{CommonCode, Failure, Kind};
use crate::output::Output;
use crate::system::descriptors;
use crate::text::size;
use crate::transfer::Interrupt;
use crate::transfer::many::Found;
use crate::transfer::progress::Progress;

/// The most items in progress at once. The engine's permits limit the requests.
const MAX_IN_PROGRESS: usize = 64;

/// How many equal failures are printed; the others are counted.
const MAX_EQUAL: u64 = 3;

/// How many reasons are remembered to count equal failures.
const MAX_REASONS: usize = 1000;

/// The counts of a run, and the failure that stopped it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub done: u64,
    /// The bytes of the items that are done.
    pub bytes: u64,
    /// How many items were left out on purpose.
    pub skipped: u64,
    pub failed: u64,
    code: CommonCode,
    /// The failure that ended the run early: it affects every item.
    stopped_by: Option<Failure>,
    /// How many items a signal has interrupted.
    interrupted: u64,
    reported_signal: bool,
    /// How many failures there were for each reason.
    reasons: BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn exit_code(&self) -> u8 {
        match &self.stopped_by {
            Some(failure) if failure.is_interruption() => failure.exit_code(),
            _ => self.code.get(),
        }
    }

    /// Whether a failure that affects every item has ended the run.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped_by.is_some()
    }

    /// Whether a signal has ended the run.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.stopped_by.as_ref().is_some_and(Failure::is_interruption)
    }

    /// Whether the run has ended without an item.
    pub(crate) fn is_empty(&self) -> bool {
        self.done + self.skipped + self.failed + self.interrupted == 0 && !self.is_stopped()
    }

    /// Counts and reports an item that failed.
    pub(crate) fn failed(&mut self, failure: Failure, out: &Output) {
        if failure.is_interruption() {
            self.interrupted += 1;
            // The signal is reported once, at the end; what an item leaves behind is reported now.
            if failure.detail().says_what_is_left {
                self.report(&failure, out);
            }
        } else {
            // A failure that affects every item is also reported once.
            if !(failure.stops_the_run() && self.is_stopped()) {
                self.report(&failure, out);
            }
            self.failed += 1;
            self.code.add(&failure);
        }
        if failure.stops_the_run() && !self.is_stopped() {
            self.stopped_by = Some(failure);
        }
    }

    /// Prints the failure, unless some for the same reason have been printed.
    fn report(&mut self, failure: &Failure, out: &Output) {
        let reason = reason(failure);
        let is_countable = self.reasons.len() < MAX_REASONS || self.reasons.contains_key(&reason);
        if !is_countable || failure.detail().says_what_is_left {
            return out.failure(failure);
        }
        let count = self.reasons.entry(reason).or_default();
        *count += 1;
        if *count <= MAX_EQUAL || out.lists_failures() {
            out.failure(failure);
        }
    }

    /// Prints how many failures were not printed, for each reason.
    pub(crate) fn report_equal_failures(&mut self, out: &Output) {
        let reasons = std::mem::take(&mut self.reasons);
        if out.lists_failures() {
            return;
        }
        for (reason, count) in reasons.iter().filter(|(_, count)| **count > MAX_EQUAL) {
            let more = count - MAX_EQUAL;
            out.error(&format!(
                "and {more} more for the same reason: {reason} (--list names them)"
            ));
        }
    }

    /// Works on every item until the feed ends or a failure affects every item; items in progress are then finished.
    ///
    /// At most `max` items are in progress at once. An item may be a batch, or one that is not counted: `work` returns
    /// a result for each thing to count, with its bytes.
    pub(super) async fn run<T, F, R>(
        &mut self,
        mut feed: Receiver<Found<T>>,
        max: impl Fn() -> usize,
        work: impl Fn(T) -> F,
        interrupt: &Interrupt,
        out: &Output,
        progress: &Progress,
    ) where
        F: Future<Output = R> + Send + 'static,
        R: IntoIterator<Item = Result<u64, Failure>> + Send + 'static,
    {
        let mut under_way = JoinSet::new();
        let mut exhausted = false;
        let most = MAX_IN_PROGRESS.min(descriptors::max_items());
        loop {
            let stopped = exhausted || self.is_stopped();
            if stopped && under_way.is_empty() {
                let is_complete = exhausted || (feed.is_closed() && feed.is_empty());
                self.report_equal_failures(out);
                return self.ignore_late_signal(is_complete, out);
            }
            let may_start_another = !stopped && under_way.len() < max().min(most);
            tokio::select! {
                biased;
                signal = interrupt.race(std::future::pending::<Result<(), Failure>>()), if !self.is_stopped() => {
                    self.stopped_by = signal.err();
                }
                Some(joined) = under_way.join_next(), if !under_way.is_empty() => {
                    progress.end_object();
                    match joined {
                        Ok(results) => self.count(results, out),
                        Err(_) => {
                            self.failed(Failure::other("an item's work ended unexpectedly"), out);
                        }
                    }
                }
                found = feed.recv(), if may_start_another => match found {
                    Some(Found::Item(item)) => {
                        progress.begin_object();
                        under_way.spawn(work(item));
                    }
                    Some(Found::Skipped) => self.skipped += 1,
                    Some(Found::Failed(failure)) => self.failed(failure, out),
                    None => exhausted = true,
                },
            }
        }
    }

    /// Ignores a signal that came after all items were done; reports any other, unless an item has done so.
    fn ignore_late_signal(&mut self, is_complete: bool, out: &Output) {
        let stopped_by = self.stopped_by.as_ref();
        let Some(failure) = stopped_by.filter(|failure| failure.is_interruption()) else { return };
        if is_complete && self.interrupted == 0 {
            self.stopped_by = None;
        } else if !self.reported_signal {
            let failure = self.with_counts(failure);
            self.reported_signal = true;
            out.failure(&failure);
        }
    }

    /// The failure by a signal, with what was done until then.
    fn with_counts(&self, failure: &Failure) -> Failure {
        let Kind::Interrupted(signal) = failure.kind else { return failure.clone() };
        let mut failure = Failure::interrupted(signal);
        let mut counts = Vec::new();
        if self.done > 0 {
            counts.push(format!("{} done ({})", self.done, size::show(self.bytes)));
        }
        if self.interrupted > 0 {
            counts.push(format!("{} unfinished", self.interrupted));
        }
        if self.failed > 0 {
            counts.push(format!("{} failed", self.failed));
        }
        if !counts.is_empty() {
            let counts = counts.join(", ");
            let message = &mut failure.detail_mut().message;
            *message += &format!(": {counts}; run the same command again");
        }
        failure
    }

    fn count(&mut self, results: impl IntoIterator<Item = Result<u64, Failure>>, out: &Output) {
        for result in results {
            match result {
                Ok(bytes) => {
                    self.done += 1;
                    self.bytes += bytes;
                }
                Err(failure) => self.failed(failure, out),
            }
        }
    }
}

/// What failures have in common that differ in the object alone.
fn reason(failure: &Failure) -> String {
    let detail = failure.detail();
    match &detail.url {
        Some(url) => detail.message.replace(url.as_str(), "the object"),
        None => detail.message.clone(),
    }
}
