//! The progress of a run: bars on a terminal, a line every 30 seconds in a log, nothing in a pipe.
//! Transfers only update counters, which a background task reads and shows.
//!
//! - `running`: the objects that are under way
//! - `pace`: rates, and the remaining time
//! - `report`: the progress as text
//! - `bars`: the bars on a terminal
//! - `line`: a line of text with a bar
//! - `log`: the lines of a log

mod bars;
mod line;
mod log;
mod pace;
mod report;
mod running;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use bars::Bars;
use log::{Log, Schedule};
use pace::{Counts, Pace};
use report::ProgressReport;
use running::Running;

use crate::output::{self, ProgressStyle};
use crate::text::redaction::{scrub, visible};

const BARS_INTERVAL: Duration = Duration::from_millis(100);
const BARS_RATE_WINDOW: Duration = Duration::from_secs(5);
const LOG_SAMPLES: Duration = Duration::from_secs(1);

/// The progress of a run; None if it is not shown. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Option<Arc<Counters>>);

/// The progress of one object. Cheap to clone; dropping the last clone ends it.
#[derive(Debug, Clone)]
pub(crate) struct ProgressItem(Option<Arc<Item>>);

#[derive(Debug)]
struct Item {
    counters: Arc<Counters>,
    running: Arc<Running>,
}

/// The counters of a run, and what shows them. Those of one update may be a moment apart.
#[derive(Debug, Default)]
struct Counters {
    /// Bytes that have been transferred, by earlier runs as well.
    done: AtomicU64,
    /// Bytes of `done` that earlier runs have transferred.
    resumed: AtomicU64,
    /// Bytes that were taken back. They are no longer in `done`.
    taken_back: AtomicU64,
    /// Objects that were announced with their sizes, and their bytes.
    expected_objects: AtomicU64,
    expected_bytes: AtomicU64,
    /// How many objects there are, once all have been found.
    all_objects: OnceLock<u64>,
    /// Objects that the job has begun, and those that have succeeded or failed.
    begun: AtomicU64,
    ended: AtomicU64,
    /// Transfers that have begun, and their bytes. An object may need several, one after the other, or none.
    transfers: AtomicU64,
    transfer_bytes: AtomicU64,
    running: Mutex<RunningObjects>,
    display: Mutex<Option<Display>>,
}

#[derive(Debug, Default)]
struct RunningObjects {
    objects: Vec<Arc<Running>>,
    /// The name of the one that began last.
    latest: Option<String>,
}

#[derive(Debug)]
struct Display {
    pace: Pace,
    view: View,
}

#[derive(Debug)]
enum View {
    Bars(Bars),
    Log(Log),
}

impl Progress {
    /// Shows progress in this style. Must be called within a Tokio runtime.
    pub(crate) fn start(style: ProgressStyle) -> Progress {
        let log = |schedule| View::Log(Log::new(schedule, output::progress_line));
        let view = match style {
            ProgressStyle::Auto if output::terminal_size().is_some() => View::Bars(Bars::default()),
            ProgressStyle::Auto if !io::stderr().is_terminal() && is_ci(std::env::var_os("CI")) => {
                log(Schedule::OnceAndAtTheEnd)
            }
            ProgressStyle::Plain => log(Schedule::EachInterval),
            ProgressStyle::Auto | ProgressStyle::None => return Progress(None),
        };
        Progress(Some(Counters::show(view)))
    }

    /// Announces objects and their total size before they begin.
    pub(crate) fn expect(&self, objects: u64, bytes: u64) {
        let Some(counters) = &self.0 else { return };
        counters.expected_objects.fetch_add(objects, Ordering::Relaxed);
        counters.expected_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Tells that all objects have been found, and how many there are, with those that [`Progress::expect`] has not
    /// announced. Until then, no remaining time is shown.
    pub(crate) fn all_announced(&self, objects: u64) {
        if let Some(counters) = &self.0 {
            let _ = counters.all_objects.set(objects);
        }
    }

    /// Counts an object whose work begins.
    pub(crate) fn begin_object(&self) {
        if let Some(counters) = &self.0 {
            counters.begun.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts an object that has succeeded or failed, even if nothing of it was transferred.
    pub(crate) fn end_object(&self) {
        if let Some(counters) = &self.0 {
            counters.ended.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Starts to show the transfer of the object `name`, with its size in bytes if that is known.
    pub(crate) fn item(&self, name: &str, total: Option<u64>) -> ProgressItem {
        let Some(counters) = &self.0 else { return ProgressItem(None) };
        let name = visible(&scrub(name)).into_owned();
        counters.transfers.fetch_add(1, Ordering::Relaxed);
        let running = Arc::new(Running::begin(name.clone()));
        let mut objects = lock(&counters.running);
        objects.objects.push(running.clone());
        objects.latest = Some(name);
        drop(objects);
        let item = ProgressItem(Some(Arc::new(Item { counters: counters.clone(), running })));
        if let Some(total) = total {
            item.set_total(total);
        }
        item
    }

    /// Shows the end of the run, and nothing from then on.
    pub(crate) fn finish(&self) {
        if let Some(counters) = &self.0 {
            counters.finish();
        }
    }
}

impl ProgressItem {
    /// Counts bytes that were transferred, or that a connection has taken.
    pub(crate) fn add(&self, bytes: u64) {
        if let Some(item) = &self.0 {
            item.counters.done.fetch_add(bytes, Ordering::Relaxed);
            item.running.add(bytes);
        }
    }

    /// Takes back bytes of [`ProgressItem::add`] that must be transferred again.
    pub(crate) fn take_back(&self, bytes: u64) {
        if let Some(item) = &self.0 {
            let bytes = item.running.take_back(bytes);
            item.counters.taken_back.fetch_add(bytes, Ordering::Relaxed);
            item.counters.done.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// Counts bytes that an earlier run had transferred.
    pub(crate) fn resume(&self, bytes: u64) {
        if let Some(item) = &self.0 {
            item.counters.resumed.fetch_add(bytes, Ordering::Relaxed);
            item.counters.done.fetch_add(bytes, Ordering::Relaxed);
            item.running.add(bytes);
        }
    }

    /// Sets or corrects the size in bytes.
    pub(crate) fn set_total(&self, bytes: u64) {
        if let Some(item) = &self.0 {
            let before = item.running.set_total(bytes);
            item.counters.transfer_bytes.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
        }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        let Item { counters, running } = self;
        lock(&counters.running).objects.retain(|other| !Arc::ptr_eq(other, running));
        // A transfer that failed has no more bytes than it transferred.
        let surplus = running.done().wrapping_sub(running.total().unwrap_or(0));
        counters.transfer_bytes.fetch_add(surplus, Ordering::Relaxed);
    }
}

impl Counters {
    /// New counters that are shown until [`Counters::finish`].
    fn show(view: View) -> Arc<Counters> {
        let (interval, window) = match view {
            View::Bars(_) => (BARS_INTERVAL, BARS_RATE_WINDOW),
            View::Log(_) => (LOG_SAMPLES, log::INTERVAL),
        };
        let counters = Arc::new(Counters::default());
        *lock(&counters.display) = Some(Display { pace: Pace::start(window), view });
        tokio::spawn(keep_updating(Arc::downgrade(&counters), interval));
        counters
    }

    /// Returns whether there is still something to update.
    fn update(&self) -> bool {
        let mut display = lock(&self.display);
        let Some(Display { pace, view }) = &mut *display else { return false };
        pace.add(self.counts());
        let (report, running) = {
            let running = lock(&self.running);
            (self.report(pace, &running), running.objects.clone())
        };
        match view {
            View::Bars(bars) => bars.draw(&report, &running),
            View::Log(log) => log.update(&report, pace.elapsed()),
        }
        true
    }

    fn finish(&self) {
        self.update();
        let Some(Display { pace, view }) = lock(&self.display).take() else { return };
        match view {
            View::Bars(_) => output::show_lines(&[]),
            View::Log(mut log) => {
                let report = self.report(&pace, &lock(&self.running));
                log.finish(&report, pace.elapsed(), self.counts().moved);
            }
        }
    }

    fn counts(&self) -> Counts {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let moved = load(&self.done).saturating_sub(load(&self.resumed));
        let (begun, ended) = (load(&self.begun), load(&self.ended));
        Counts { taken: moved + load(&self.taken_back), moved, begun, ended }
    }

    fn report(&self, pace: &Pace, running: &RunningObjects) -> ProgressReport {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let (expected, begun, ended) =
            (load(&self.expected_objects), load(&self.begun), load(&self.ended));
        let all_objects = self.all_objects.get().copied();
        let is_complete = all_objects.is_some();
        let objects = all_objects.unwrap_or(expected).max(begun);
        let done = load(&self.done);

        let bytes_running = running.objects.iter().map(|it| it.left()).sum::<Option<u64>>();
        let are_sizes_known = expected >= objects || load(&self.transfers) >= objects;
        let total = load(&self.expected_bytes).max(load(&self.transfer_bytes));
        let total = bytes_running.filter(|_| are_sizes_known).map(|_| total);
        let waiting = objects.saturating_sub(ended + running.objects.len() as u64);
        let bytes_left = if waiting == 0 {
            bytes_running
        } else {
            total.map(|total| total.saturating_sub(done).max(bytes_running.unwrap_or(0)))
        };

        let (rate, object_rate) = pace.rate();
        let moves = rate > 0 || (done == 0 && object_rate > 0);
        let objects_left = objects.saturating_sub(ended);
        let is_known = is_complete && moves && objects_left > 0;
        let left = is_known.then(|| pace.time_for(bytes_left, objects_left));
        ProgressReport {
            name: running.latest.clone().filter(|_| is_complete && objects == 1),
            objects,
            is_complete,
            ended,
            done,
            total,
            rate,
            object_rate,
            left: left.flatten(),
        }
    }
}

impl Drop for Counters {
    fn drop(&mut self) {
        self.finish();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the variable `CI` says that a continuous-integration service runs this.
fn is_ci(variable: Option<OsString>) -> bool {
    variable.is_some_and(|value| !value.is_empty() && value != "false")
}

async fn keep_updating(counters: Weak<Counters>, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if !counters.upgrade().is_some_and(|counters| counters.update()) {
            return;
        }
    }
}
