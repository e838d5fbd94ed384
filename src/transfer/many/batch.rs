//! Many items: a stream of them, as many under way at once as may be, and an account of what came of each.
//! Memory does not grow with their number.

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::failure::{CommonCode, Failure};
use crate::output::Output;
use crate::system::descriptors;
use crate::transfer::interrupt::Interrupt;

/// How many items are under way at once; how many requests, the engine's lines say.
const MOST_UNDER_WAY: usize = 64;
/// How many items wait for their turn, while what finds them goes on.
const MOST_WAITING: usize = 256;
const MOST_LARGE_WAITING: usize = 2;

/// What a walk or a listing comes across.
#[derive(Debug)]
pub(crate) enum Found<T> {
    /// Something to work on.
    Item(T),
    /// Something that is left out on purpose.
    Skipped,
    /// Something that should be worked on and cannot.
    Failed(Failure),
}

/// Finds come through this, in order.
pub(crate) type Finds<T> = mpsc::Receiver<Found<T>>;

/// Where what finds items puts them. It should end once nobody takes them any more.
pub(crate) type Finder<T> = mpsc::Sender<Found<T>>;

/// The two ends of a stream of finds.
pub(crate) fn finds<T>() -> (Finder<T>, Finds<T>) {
    mpsc::channel(MOST_WAITING)
}

/// The two ends of a stream of finds that are each many things: few of them wait, or memory would hold a
/// long listing.
pub(crate) fn large_finds<T>() -> (Finder<Vec<T>>, Finds<Vec<T>>) {
    mpsc::channel(MOST_LARGE_WAITING)
}

/// What came of the items of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many are done.
    pub done: u64,
    /// How many bytes those have.
    pub bytes: u64,
    /// How many were left out on purpose.
    pub skipped: u64,
    /// How many failed.
    pub failed: u64,
    code: CommonCode,
    /// Why there is no use in going on.
    ended_by: Option<Failure>,
    /// How many items a signal has cut short.
    interrupted: u64,
    /// Whether one of them has told of it.
    signal_told: bool,
}

impl Tally {
    /// The exit code of the run.
    pub(crate) fn exit_code(&self) -> u8 {
        match &self.ended_by {
            Some(failure) if failure.is_interruption() => failure.exit_code(),
            _ => self.code.get(),
        }
    }

    /// Whether something came up that concerns all items, so that the rest was left alone.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended_by.is_some()
    }

    /// Counts an item that is done.
    pub(crate) fn done(&mut self, bytes: u64) {
        self.done += 1;
        self.bytes += bytes;
    }

    /// Counts an item that failed, and tells why.
    pub(crate) fn failed(&mut self, failure: Failure, out: &Output) {
        if failure.is_interruption() {
            self.interrupted += 1;
            // The signal is told once; what it left behind is each item's own.
            if failure.detail().tells_aftermath {
                out.failure(&failure);
                self.signal_told = true;
            }
        } else {
            // So is what all of them meet.
            if !(failure.concerns_all() && self.is_ended()) {
                out.failure(&failure);
            }
            self.failed += 1;
            self.code.add(&failure);
        }
        if failure.concerns_all() && !self.is_ended() {
            self.ended_by = Some(failure);
        }
    }

    /// Does the work on every item, until there are no more or there is no use in going on. What is
    /// under way then comes to its own end.
    ///
    /// `most` says how many items may be under way at once, at most; `work` returns for each item, or
    /// for each that it stands for, the bytes done, or why it failed.
    pub(crate) async fn run<T, F, R>(
        &mut self,
        mut items: Finds<T>,
        most: impl Fn() -> usize,
        work: impl Fn(T) -> F,
        interrupt: &Interrupt,
        out: &Output,
    ) where
        F: Future<Output = R> + Send + 'static,
        R: IntoIterator<Item = Result<u64, Failure>> + Send + 'static,
    {
        let mut under_way = JoinSet::new();
        let mut exhausted = false;
        loop {
            let ended = exhausted || self.is_ended();
            if ended && under_way.is_empty() {
                let is_complete = exhausted || (items.is_closed() && items.is_empty());
                return self.settle_signal(is_complete, out);
            }
            let room = !ended
                && under_way.len() < most().min(MOST_UNDER_WAY).min(descriptors::most_items());
            tokio::select! {
                biased;
                signal = interrupt.race(std::future::pending::<Result<(), Failure>>()), if !self.is_ended() => {
                    self.ended_by = signal.err();
                }
                Some(joined) = under_way.join_next(), if !under_way.is_empty() => match joined {
                    Ok(results) => self.count(results, out),
                    Err(_) => self.failed(Failure::other("an item's work ended unexpectedly"), out),
                },
                found = items.recv(), if room => match found {
                    Some(Found::Item(item)) => drop(under_way.spawn(work(item))),
                    Some(Found::Skipped) => self.skipped += 1,
                    Some(Found::Failed(failure)) => self.failed(failure, out),
                    None => exhausted = true,
                },
            }
        }
    }

    /// A signal that came too late to keep anything from being done made no difference.
    fn settle_signal(&mut self, is_complete: bool, out: &Output) {
        let ended_by = self.ended_by.as_ref();
        let Some(failure) = ended_by.filter(|failure| failure.is_interruption()) else { return };
        if is_complete && self.interrupted == 0 {
            self.ended_by = None;
        } else if !self.signal_told {
            out.failure(failure);
            self.signal_told = true;
        }
    }

    fn count(&mut self, results: impl IntoIterator<Item = Result<u64, Failure>>, out: &Output) {
        for result in results {
            match result {
                Ok(bytes) => self.done(bytes),
                Err(failure) => self.failed(failure, out),
            }
        }
    }
}
