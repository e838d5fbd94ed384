//! The skeleton of every command that works through many items: set-up, feed, work, summary.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::feed::Shard;
use super::tally::Tally;
use crate::failure::Failure;
use crate::output::Output;
use crate::store::wire::{Connect, Store};
use crate::text::size;
use crate::transfer::many::Found;
use crate::transfer::progress::Progress;
use crate::transfer::{Engine, Interrupt, TransferOptions};

/// One run of a command: what all its items share, and the counts.
pub(crate) struct Job {
    pub(crate) store: Arc<Store>,
    pub(crate) interrupt: Interrupt,
    pub(crate) out: Output,
    pub(crate) tally: Tally,
    /// Counts the items of each run; shows nothing before [`Job::engine`].
    pub(crate) progress: Progress,
    /// The share of a run that does not take all items.
    share: Option<Shard>,
}

impl Job {
    /// Handles signals from now on, and connects. Call this after the keys are read: until then there is nothing to
    /// clean up, and Ctrl-C should simply end the program.
    pub(crate) async fn connect(connect: &Connect, out: &Output) -> Result<Job, Failure> {
        let interrupt = Interrupt::listen()?;
        let store = interrupt.race(Store::connect(connect)).await?;
        Ok(Job::new(store, interrupt, out))
    }

    /// As [`Job::connect`], and the store again with a region of its own.
    pub(crate) async fn connect_twice(
        connect: &Connect,
        region: Option<&str>,
        out: &Output,
    ) -> Result<(Job, Arc<Store>), Failure> {
        let interrupt = Interrupt::listen()?;
        let connected = interrupt.race(Store::connect_twice(connect, region)).await?;
        let (store, again) = connected;
        Ok((Job::new(store, interrupt, out), Arc::new(again)))
    }

    /// As [`Job::connect`], for the store behind a presigned URL.
    pub(crate) fn with_url(store: Store, out: &Output) -> Result<Job, Failure> {
        let interrupt = Interrupt::listen()?;
        Ok(Job::new(store, interrupt, out))
    }

    fn new(store: Store, interrupt: Interrupt, out: &Output) -> Job {
        let (tally, progress) = (Tally::default(), Progress::default());
        Job { store: Arc::new(store), interrupt, out: *out, tally, progress, share: None }
    }

    /// Prints which share of the items this run takes.
    pub(crate) fn announce_share(&mut self, share: Option<Shard>) {
        if let Some(share) = share {
            self.out.say(&format!("share {share}"));
        }
        self.share = share;
    }

    /// Starts the engine for transfers, and the progress display.
    pub(crate) fn engine(&mut self, options: &TransferOptions) -> Engine {
        self.progress = Progress::start(self.out.progress());
        Engine::new(self.store.clone(), options, self.interrupt.clone(), self.progress.clone())
    }

    /// An engine for another store, after [`Job::engine`].
    pub(crate) fn engine_of(&self, store: &Arc<Store>, options: &TransferOptions) -> Engine {
        Engine::new(store.clone(), options, self.interrupt.clone(), self.progress.clone())
    }

    /// Works on every item of the feed; failures are reported as they happen.
    ///
    /// `work` returns the bytes or the failure of each thing to count in the item.
    pub(crate) async fn run<T, W, F, R>(
        &mut self,
        feed: Receiver<Found<T>>,
        worker: &Arc<W>,
        work: impl Fn(Arc<W>, T) -> F,
    ) where
        F: Future<Output = R> + Send + 'static,
        R: IntoIterator<Item = Result<u64, Failure>> + Send + 'static,
    {
        self.run_at_most(|| usize::MAX, feed, worker, work).await;
    }

    /// As [`Job::run`], with at most `max` items in progress at once.
    pub(crate) async fn run_at_most<T, W, F, R>(
        &mut self,
        max: impl Fn() -> usize,
        feed: Receiver<Found<T>>,
        worker: &Arc<W>,
        work: impl Fn(Arc<W>, T) -> F,
    ) where
        F: Future<Output = R> + Send + 'static,
        R: IntoIterator<Item = Result<u64, Failure>> + Send + 'static,
    {
        let work = |item| work(worker.clone(), item);
        self.tally.run(feed, max, work, &self.interrupt, &self.out, &self.progress).await;
    }

    /// Prints the summary for people: `sealed 998 objects (4.1 GiB), 2 failed, 3 skipped`, then `rest`. An empty share is
    /// reported with `--json`, too: all other output would be missing.
    pub(crate) fn summarize(&self, did: &str, what: &str, rest: &[(u64, &str)]) {
        let has_none = self.tally.is_empty() && rest.iter().all(|(count, _)| *count == 0);
        if let Some(share) = self.share.filter(|_| has_none) {
            self.out.say(&format!("note: there is nothing to do in share {share}"));
        }
        // A signal's own line has the counts.
        if self.out.json() || self.tally.is_interrupted() {
            return;
        }
        let tally = &self.tally;
        let s = if tally.done == 1 { "" } else { "s" };
        let mut line = format!("{did} {} {what}{s}", tally.done);
        if tally.bytes > 0 {
            line += &format!(" ({})", size::show(tally.bytes));
        }
        let counted = [(tally.failed, "failed"), (tally.skipped, "skipped")];
        for (count, word) in counted.iter().chain(rest).filter(|(count, _)| *count > 0) {
            line += &format!(", {count} {word}");
        }
        self.out.say(&line);
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.progress.finish();
        self.tally.report_equal_failures(&self.out);
    }
}
