//! The progress of a run: bars on a terminal, a line every 30 seconds in a log, nothing in a pipe.
//! Transfers only update counters, which background tasks read and show.
//!
//! - `report`: the progress as text
//! - `bars`: the bars on a terminal

mod bars;
mod report;

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bars::Bars;
use report::{ProgressReport, Running, Speed};

use crate::output::{self, ProgressStyle};
use crate::text::redaction::{scrub, visible};

/// Continuous-integration services end jobs that print nothing for minutes.
const PLAIN_INTERVAL: Duration = Duration::from_secs(30);
const BARS_INTERVAL: Duration = Duration::from_millis(100);

/// The progress of a run; None if it is not shown. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Option<Arc<Counters>>);

/// The progress of one object. Dropping it marks the object as ended.
#[derive(Debug)]
pub(crate) struct ProgressItem(Option<(Arc<Counters>, Arc<Running>)>);

/// The counters of a run, and the bars that show them.
#[derive(Debug, Default)]
struct Counters {
    /// Bytes that have been transferred, by earlier runs as well.
    done: AtomicU64,
    /// Bytes that this run has transferred.
    moved: AtomicU64,
    /// Bytes and objects found so far.
    bytes: AtomicU64,
    objects: AtomicU64,
    /// Objects that have succeeded or failed.
    ended: AtomicU64,
    has_unknown_length: AtomicBool,
    /// Whether [`Progress::expect`] announces objects before they begin.
    announced: AtomicBool,
    running: Mutex<Vec<Arc<Running>>>,
    bars: Mutex<Option<Bars>>,
}

impl Progress {
    /// Shows progress in this style. Must be called within a Tokio runtime.
    pub(crate) fn start(style: ProgressStyle) -> Progress {
        let counters = Arc::new(Counters::default());
        match style {
            ProgressStyle::Auto if io::stderr().is_terminal() => {
                *lock(&counters.bars) = Some(Bars::new());
                tokio::spawn(keep_drawing(Arc::downgrade(&counters)));
            }
            ProgressStyle::Plain => {
                tokio::spawn(keep_logging(Arc::downgrade(&counters), output::progress_line));
            }
            ProgressStyle::Auto | ProgressStyle::None => return Progress(None),
        }
        Progress(Some(counters))
    }

    /// Announces objects and their total size before they begin. From then on, [`Progress::item`] does not count
    /// objects and bytes again.
    pub(crate) fn expect(&self, objects: u64, bytes: u64) {
        let Some(counters) = &self.0 else { return };
        counters.announced.store(true, Ordering::Relaxed);
        counters.objects.fetch_add(objects, Ordering::Relaxed);
        counters.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Starts to show the progress of the object `name`, with its size in bytes if that is known.
    pub(crate) fn item(&self, name: &str, total: Option<u64>) -> ProgressItem {
        let Some(counters) = &self.0 else { return ProgressItem(None) };
        let running = Arc::new(Running {
            name: visible(&scrub(name)).into_owned(),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
        });
        lock(&counters.running).push(running.clone());
        if !counters.announced.load(Ordering::Relaxed) {
            counters.objects.fetch_add(1, Ordering::Relaxed);
        }
        let item = ProgressItem(Some((counters.clone(), running)));
        match total {
            Some(total) => item.set_total(total),
            None => counters.has_unknown_length.store(true, Ordering::Relaxed),
        }
        item
    }
}

impl ProgressItem {
    /// Counts bytes that were transferred.
    pub(crate) fn add(&self, bytes: u64) {
        if let Some((counters, running)) = &self.0 {
            counters.moved.fetch_add(bytes, Ordering::Relaxed);
            counters.done.fetch_add(bytes, Ordering::Relaxed);
            running.done.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Counts bytes that an earlier run had transferred.
    pub(crate) fn resume(&self, bytes: u64) {
        if let Some((counters, running)) = &self.0 {
            counters.done.fetch_add(bytes, Ordering::Relaxed);
            running.done.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Sets or corrects the size in bytes.
    pub(crate) fn set_total(&self, bytes: u64) {
        if let Some((counters, running)) = &self.0 {
            let before = running.total.swap(bytes, Ordering::Relaxed);
            if !counters.announced.load(Ordering::Relaxed) {
                counters.bytes.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
            }
        }
    }
}

impl Drop for ProgressItem {
    fn drop(&mut self) {
        if let Some((counters, running)) = &self.0 {
            counters.ended.fetch_add(1, Ordering::Relaxed);
            lock(&counters.running).retain(|other| !Arc::ptr_eq(other, running));
        }
    }
}

impl Counters {
    fn report(&self, speed: &mut Speed) -> ProgressReport {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let (objects, running) = (load(&self.objects), lock(&self.running));
        ProgressReport {
            name: running.first().filter(|_| objects == 1).map(|only| only.name.clone()),
            objects,
            ended: load(&self.ended),
            done: load(&self.done),
            total: (!self.has_unknown_length.load(Ordering::Relaxed)).then(|| load(&self.bytes)),
            rate: speed.now(load(&self.moved)),
        }
    }

    fn draw(&self) {
        if let Some(bars) = &mut *lock(&self.bars) {
            let report = self.report(bars.speed());
            bars.draw(&report, &lock(&self.running));
        }
    }
}

impl Drop for Counters {
    fn drop(&mut self) {
        self.draw();
        if let Some(bars) = lock(&self.bars).take() {
            bars.clear();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn keep_drawing(counters: Weak<Counters>) {
    let mut ticks = tokio::time::interval(BARS_INTERVAL);
    loop {
        ticks.tick().await;
        let Some(counters) = counters.upgrade() else { return };
        counters.draw();
    }
}

/// Prints a line at each interval, even if nothing has moved: services end silent jobs.
async fn keep_logging(counters: Weak<Counters>, mut log: impl FnMut(&str)) {
    let mut speed = Speed::over(PLAIN_INTERVAL);
    speed.now(0);
    let mut ticks = tokio::time::interval(PLAIN_INTERVAL);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let Some(counters) = counters.upgrade() else { return };
        log(&counters.report(&mut speed).line());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// The lines that are logged while the steps run.
    async fn logged(steps: impl AsyncFnOnce(Progress)) -> Vec<String> {
        let counters = Arc::new(Counters::default());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let log = move |line: &str| lock(&kept).push(line.to_owned());
        let logging = tokio::spawn(keep_logging(Arc::downgrade(&counters), log));
        steps(Progress(Some(counters))).await;
        logging.await.unwrap();
        Arc::into_inner(lines).unwrap().into_inner().unwrap()
    }

    async fn half_a_minute() {
        tokio::time::sleep(PLAIN_INTERVAL + Duration::from_millis(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_is_logged_even_if_nothing_moves() {
        let lines = logged(async |progress| {
            let item = progress.item("disk\u{1b}.img", Some(400 * MIB));
            item.resume(100 * MIB);
            half_a_minute().await;
            item.add(60 * MIB);
            half_a_minute().await;
        })
        .await;
        assert_eq!(
            lines,
            [
                "disk\\u{1b}.img: 100.00 MiB of 400.00 MiB (25 %), 0 B/s",
                "disk\\u{1b}.img: 160.00 MiB of 400.00 MiB (40 %), 2.00 MiB/s, 2m left",
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn many_objects_are_logged_as_they_are_found() {
        let lines = logged(async |progress| {
            progress.expect(2, 20 * MIB);
            let item = progress.item("a", Some(10 * MIB));
            item.add(10 * MIB);
            drop(item);
            half_a_minute().await;
            progress.expect(1, 30 * MIB);
            half_a_minute().await;
        })
        .await;
        assert!(lines[0].starts_with("1 of 2 objects: 10.00 MiB of 20.00 MiB (50 %)"), "{lines:?}");
        assert!(lines[1].starts_with("1 of 3 objects: 10.00 MiB of 50.00 MiB (20 %)"), "{lines:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_of_unknown_length_has_no_total() {
        let lines = logged(async |progress| {
            let item = progress.item("stream", None);
            item.add(30 * MIB);
            half_a_minute().await;
        })
        .await;
        assert_eq!(lines, ["stream: 30.00 MiB, 1.00 MiB/s"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_total_that_is_learnt_later_counts_once() {
        let lines = logged(async |progress| {
            let item = progress.item("x", Some(MIB));
            item.set_total(4 * MIB);
            item.set_total(2 * MIB);
            item.add(MIB);
            half_a_minute().await;
        })
        .await;
        assert!(lines[0].starts_with("x: 1.00 MiB of 2.00 MiB (50 %)"), "{lines:?}");
    }

    #[test]
    fn nothing_is_counted_if_nothing_is_shown() {
        let progress = Progress::start(ProgressStyle::None);
        assert!(progress.0.is_none());
        progress.item("x", Some(1)).add(1);
    }
}
