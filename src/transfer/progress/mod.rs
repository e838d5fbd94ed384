//! How far a run is: bars on a terminal, a line now and then in a log, nothing in a pipe. Transfers
//! only count; whoever shows it looks now and then.

mod bars;
mod report;

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use bars::Bars;
use report::{Report, Running, Speed};

use crate::output::{self, ProgressStyle};
use crate::text::redaction::{scrub, visible};

/// Continuous-integration services end jobs that stay silent for minutes.
const PLAIN_INTERVAL: Duration = Duration::from_secs(30);
const BARS_INTERVAL: Duration = Duration::from_millis(100);

/// Where the progress of a run is shown. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Option<Arc<Board>>);

/// The progress of one object, until it is dropped.
#[derive(Debug)]
pub(crate) struct Item(Option<(Arc<Board>, Arc<Running>)>);

/// What is counted of a run.
#[derive(Debug, Default)]
struct Board {
    /// Bytes that are where they should be, those of earlier runs included.
    done: AtomicU64,
    /// Bytes that this run has moved.
    moved: AtomicU64,
    /// Bytes and objects known of so far.
    bytes: AtomicU64,
    objects: AtomicU64,
    /// Objects that have ended, well or not.
    ended: AtomicU64,
    /// Whether there are objects whose length nobody knows.
    endless: AtomicBool,
    /// Whether objects are announced before they begin.
    announced: AtomicBool,
    running: Mutex<Vec<Arc<Running>>>,
    bars: Mutex<Option<Bars>>,
}

impl Progress {
    /// Shows progress in this style, from within a runtime.
    pub(crate) fn start(style: ProgressStyle) -> Progress {
        let board = Arc::new(Board::default());
        match style {
            ProgressStyle::Auto if io::stderr().is_terminal() => {
                *lock(&board.bars) = Some(Bars::new());
                tokio::spawn(keep_drawing(Arc::downgrade(&board)));
            }
            ProgressStyle::Plain => {
                tokio::spawn(keep_telling(Arc::downgrade(&board), output::progress_line));
            }
            ProgressStyle::Auto | ProgressStyle::None => return Progress(None),
        }
        Progress(Some(board))
    }

    /// Announces objects, and how many bytes they have together, before they begin; those that begin are
    /// then taken to be among them.
    pub(crate) fn expect(&self, objects: u64, bytes: u64) {
        let Some(board) = &self.0 else { return };
        board.announced.store(true, Ordering::Relaxed);
        board.objects.fetch_add(objects, Ordering::Relaxed);
        board.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Begins to show the progress of the object called `name`, of `total` bytes if that is known.
    pub(crate) fn item(&self, name: &str, total: Option<u64>) -> Item {
        let Some(board) = &self.0 else { return Item(None) };
        let running = Arc::new(Running {
            name: visible(&scrub(name)).into_owned(),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
        });
        lock(&board.running).push(running.clone());
        if !board.announced.load(Ordering::Relaxed) {
            board.objects.fetch_add(1, Ordering::Relaxed);
        }
        let item = Item(Some((board.clone(), running)));
        match total {
            Some(total) => item.set_total(total),
            None => board.endless.store(true, Ordering::Relaxed),
        }
        item
    }
}

impl Item {
    /// Counts bytes that have arrived.
    pub(crate) fn add(&self, bytes: u64) {
        if let Some((board, running)) = &self.0 {
            board.moved.fetch_add(bytes, Ordering::Relaxed);
            board.done.fetch_add(bytes, Ordering::Relaxed);
            running.done.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Counts bytes that had arrived before this run.
    pub(crate) fn resume(&self, bytes: u64) {
        if let Some((board, running)) = &self.0 {
            board.done.fetch_add(bytes, Ordering::Relaxed);
            running.done.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Says how many bytes there are in all, once that is known.
    pub(crate) fn set_total(&self, bytes: u64) {
        if let Some((board, running)) = &self.0 {
            let before = running.total.swap(bytes, Ordering::Relaxed);
            if !board.announced.load(Ordering::Relaxed) {
                board.bytes.fetch_add(bytes.wrapping_sub(before), Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Some((board, running)) = &self.0 {
            board.ended.fetch_add(1, Ordering::Relaxed);
            lock(&board.running).retain(|other| !Arc::ptr_eq(other, running));
        }
    }
}

impl Board {
    fn report(&self, speed: &mut Speed) -> Report {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let (objects, running) = (load(&self.objects), lock(&self.running));
        Report {
            name: running.first().filter(|_| objects == 1).map(|only| only.name.clone()),
            objects,
            ended: load(&self.ended),
            done: load(&self.done),
            total: (!self.endless.load(Ordering::Relaxed)).then(|| load(&self.bytes)),
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

impl Drop for Board {
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

async fn keep_drawing(board: Weak<Board>) {
    let mut ticks = tokio::time::interval(BARS_INTERVAL);
    loop {
        ticks.tick().await;
        let Some(board) = board.upgrade() else { return };
        board.draw();
    }
}

/// A line each time, even where nothing has moved: silence is what gets a job killed.
async fn keep_telling(board: Weak<Board>, mut tell: impl FnMut(&str)) {
    let mut speed = Speed::over(PLAIN_INTERVAL);
    speed.now(0);
    let mut ticks = tokio::time::interval(PLAIN_INTERVAL);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let Some(board) = board.upgrade() else { return };
        tell(&board.report(&mut speed).line());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// What is told in a log after each of the steps, 30 seconds apart.
    async fn told(steps: impl AsyncFnOnce(Progress)) -> Vec<String> {
        let board = Arc::new(Board::default());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let tell = move |line: &str| lock(&kept).push(line.to_owned());
        let telling = tokio::spawn(keep_telling(Arc::downgrade(&board), tell));
        steps(Progress(Some(board))).await;
        telling.await.unwrap();
        Arc::into_inner(lines).unwrap().into_inner().unwrap()
    }

    async fn half_a_minute() {
        tokio::time::sleep(PLAIN_INTERVAL + Duration::from_millis(1)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_log_hears_of_an_object_even_if_nothing_moves() {
        let lines = told(async |progress| {
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
    async fn a_log_hears_of_many_objects_as_they_are_found() {
        let lines = told(async |progress| {
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
    async fn what_has_no_known_length_has_no_end() {
        let lines = told(async |progress| {
            let item = progress.item("stream", None);
            item.add(30 * MIB);
            half_a_minute().await;
        })
        .await;
        assert_eq!(lines, ["stream: 30.00 MiB, 1.00 MiB/s"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_total_that_is_learnt_later_counts_once() {
        let lines = told(async |progress| {
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
    fn nobody_is_shown_anything_where_nothing_is_wanted() {
        let progress = Progress::start(ProgressStyle::None);
        assert!(progress.0.is_none());
        progress.item("x", Some(1)).add(1);
    }
}
