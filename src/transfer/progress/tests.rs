//! Figures of the progress, on a paused clock.

use super::*;
use tokio::time::{Instant, sleep};

const MIB: u64 = 1 << 20;

/// The lines that are logged while the steps run, and at their end.
async fn logged(schedule: Schedule, steps: impl AsyncFnOnce(Progress)) -> Vec<String> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let log = Log::new(schedule, move |line: &str| lock(&kept).push(line.to_owned()));
    steps(Progress(Some(Counters::show(View::Log(log))))).await;
    std::mem::take(&mut *lock(&lines))
}

async fn half_a_minute() {
    sleep(log::INTERVAL + Duration::from_millis(1)).await;
}

/// Progress whose only object has begun.
fn begin_only(progress: &Progress, name: &str, total: Option<u64>) -> ProgressItem {
    progress.all_announced(1);
    progress.begin_object();
    progress.item(name, total)
}

#[tokio::test(start_paused = true)]
async fn an_object_is_logged_even_if_nothing_moves() {
    let lines = logged(Schedule::EachInterval, async |progress| {
        let item = begin_only(&progress, "disk\u{1b}.img", Some(400 * MIB));
        item.resume(100 * MIB);
        half_a_minute().await;
        item.add(60 * MIB);
        half_a_minute().await;
    })
    .await;
    assert_eq!(
        lines,
        [
            "disk\\u{1b}.img: 100 MiB of 400 MiB (25 %), 0 B/s",
            "disk\\u{1b}.img: 160 MiB of 400 MiB (40 %), 2.0 MiB/s, 2m left",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn while_objects_are_still_found_no_time_is_given() {
    let lines = logged(Schedule::EachInterval, async |progress| {
        progress.expect(2, 20 * MIB);
        progress.begin_object();
        let item = progress.item("a", Some(10 * MIB));
        sleep(Duration::from_millis(500)).await;
        item.add(10 * MIB);
        drop(item);
        progress.end_object();
        sleep(Duration::from_secs(20)).await;
        progress.begin_object();
        let item = progress.item("b", Some(10 * MIB));
        item.add(5 * MIB);
        sleep(Duration::from_secs(10)).await;
        progress.expect(1, 30 * MIB);
        progress.all_announced(3);
        item.add(5 * MIB);
        half_a_minute().await;
    })
    .await;
    let [growing, complete] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(growing, "1 of 2+ objects: 15.0 MiB of 20.0 MiB+, 512 KiB/s");
    assert!(complete.starts_with("1 of 3 objects: 20.0 MiB of 50.0 MiB (40 %), "), "{complete}");
    assert!(complete.ends_with(" left"), "{complete}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_unknown_length_has_no_total() {
    let lines = logged(Schedule::EachInterval, async |progress| {
        let item = begin_only(&progress, "stream", None);
        sleep(Duration::from_millis(500)).await;
        item.add(30 * MIB);
        half_a_minute().await;
    })
    .await;
    assert_eq!(lines, ["stream: 30.0 MiB, 1.0 MiB/s"]);
}

#[tokio::test(start_paused = true)]
async fn a_total_that_is_learnt_later_counts_once() {
    let lines = logged(Schedule::EachInterval, async |progress| {
        let item = begin_only(&progress, "x", Some(MIB));
        item.set_total(4 * MIB);
        item.set_total(2 * MIB);
        item.add(MIB);
        half_a_minute().await;
    })
    .await;
    assert!(lines[0].starts_with("x: 1.0 MiB of 2.0 MiB (50 %)"), "{lines:?}");
}

#[tokio::test(start_paused = true)]
async fn time_counts_from_the_first_object_on_even_if_bytes_come_in_bursts() {
    let lines = logged(Schedule::EachInterval, async |progress| {
        sleep(Duration::from_millis(10_500)).await;
        let item = begin_only(&progress, "x", Some(120 * MIB));
        sleep(Duration::from_secs(19)).await;
        item.add(20 * MIB);
        sleep(Duration::from_secs(1)).await;
    })
    .await;
    assert_eq!(lines, ["x: 20.0 MiB of 120 MiB (16 %), 1.0 MiB/s, 1m 40s left"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_of_a_ci_service_is_logged_if_it_is_long() {
    let lines = logged(Schedule::OnceAndAtTheEnd, async |progress| {
        let item = begin_only(&progress, "x", Some(900 * MIB));
        for _ in 0..180 {
            sleep(Duration::from_millis(500)).await;
            item.add(5 * MIB);
        }
        progress.finish();
        progress.finish();
    })
    .await;
    let [first, last] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(first, "x: 300 MiB of 900 MiB (33 %), 10.0 MiB/s, 1m left");
    assert_eq!(last, "x: 900 MiB in 1m 30s, 10.0 MiB/s");

    let short = logged(Schedule::OnceAndAtTheEnd, async |progress| {
        begin_only(&progress, "x", Some(MIB)).add(MIB);
        sleep(Duration::from_secs(29)).await;
        progress.finish();
    });
    assert_eq!(short.await, [""; 0]);
}

#[test]
fn services_say_that_they_are_ci() {
    for (value, says) in
        [("true", true), ("1", true), ("woodpecker", true), ("", false), ("false", false)]
    {
        assert_eq!(is_ci(Some(value.into())), says, "{value}");
    }
    assert!(!is_ci(None));
}

#[test]
fn nothing_is_counted_if_nothing_is_shown() {
    let progress = Progress::start(ProgressStyle::None);
    assert!(progress.0.is_none());
    progress.item("x", Some(1)).add(1);
}

#[tokio::test(start_paused = true)]
async fn the_last_clone_ends_an_object() {
    let counters = Arc::new(Counters::default());
    let item = Progress(Some(counters.clone())).item("x", Some(MIB));
    let other = item.clone();
    drop(item);
    assert_eq!(lock(&counters.running).objects.len(), 1);
    drop(other);
    assert!(lock(&counters.running).objects.is_empty());
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_taken_back_never_show_as_a_negative_rate() {
    let counters = Arc::new(Counters::default());
    let progress = Progress(Some(counters.clone()));
    let item = begin_only(&progress, "x", Some(1000 * MIB));
    let other = progress.item("y", Some(MIB));
    other.add(MIB);
    let mut pace = Pace::start(BARS_RATE_WINDOW);
    let mut report = async || {
        sleep(Duration::from_secs(1)).await;
        pace.add(counters.counts());
        counters.report(&pace, &lock(&counters.running))
    };
    for _ in 0..10 {
        item.add(10 * MIB);
        report().await;
    }
    item.take_back(8 * MIB);
    item.add(10 * MIB);
    let after = report().await;
    assert_eq!((after.done, after.rate), (103 * MIB, 10 * MIB));
    item.take_back(u64::MAX);
    let after = report().await;
    assert_eq!((after.done, after.rate), (MIB, 8 * MIB), "of the other object");
    assert_eq!(item.0.as_ref().unwrap().running.done(), 0);
}

/// The remaining time as it is shown each second, while `workers` transfer objects of these sizes: each takes `each`,
/// and then `rate` bytes per second are shared. The first object is resumed after `resumed` bytes.
async fn estimates(
    sizes: &[u64],
    workers: u64,
    each: Duration,
    rate: u64,
    resumed: u64,
) -> Vec<(Instant, Option<Duration>)> {
    let counters = Arc::new(Counters::default());
    let progress = Progress(Some(counters.clone()));
    progress.expect(sizes.len() as u64, sizes.iter().sum());
    progress.all_announced(sizes.len() as u64);
    let waiting = Arc::new(Mutex::new(sizes.to_vec()));
    let transferring = Arc::new(AtomicU64::new(0));
    let mut work = tokio::task::JoinSet::new();
    for worker in 0..workers {
        let (waiting, progress) = (waiting.clone(), progress.clone());
        let transferring = transferring.clone();
        let resumed = if worker == 0 { resumed } else { 0 };
        work.spawn(async move {
            loop {
                let Some(size) = lock(&waiting).pop() else { return };
                progress.begin_object();
                let item = progress.item("x", Some(size));
                item.resume(resumed);
                sleep(each).await;
                let mut left = size - resumed;
                transferring.fetch_add(1, Ordering::Relaxed);
                while left > 0 {
                    let bytes = left.min(MIB);
                    let others = transferring.load(Ordering::Relaxed);
                    sleep(Duration::from_secs_f64((bytes * others) as f64 / rate as f64)).await;
                    item.add(bytes);
                    left -= bytes;
                }
                transferring.fetch_sub(1, Ordering::Relaxed);
                progress.end_object();
            }
        });
    }
    let mut pace = Pace::start(BARS_RATE_WINDOW);
    let mut shown = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            biased;
            joined = work.join_next() => if joined.is_none() { break },
            _ = ticks.tick() => {
                pace.add(counters.counts());
                let report = counters.report(&pace, &lock(&counters.running));
                shown.push((Instant::now(), report.left));
            }
        }
    }
    shown.push((Instant::now(), Some(Duration::ZERO)));
    shown
}

/// From the second quarter on, each estimate is right within 20 %, and a second.
#[track_caller]
fn are_right(shown: &[(Instant, Option<Duration>)]) {
    let (Some((began, _)), Some((end, _))) = (shown.first(), shown.last()) else { panic!() };
    let took = *end - *began;
    assert!(took > Duration::from_secs(20), "{took:?}");
    for (at, left) in shown.iter().filter(|(at, _)| *at - *began >= took / 4) {
        let (left, right) = (left.map(|left| left.as_secs_f64()), (*end - *at).as_secs_f64());
        let is_right = left.is_some_and(|left| (left - right).abs() <= 0.2 * right + 1.0);
        assert!(is_right, "{left:?} instead of {right} after {:?} of {took:?}", *at - *began);
    }
}

const LATENCY: Duration = Duration::from_millis(50);

#[tokio::test(start_paused = true)]
async fn the_time_for_one_large_object_is_right() {
    are_right(&estimates(&[1000 * MIB], 1, LATENCY, 20 * MIB, 0).await);
}

#[tokio::test(start_paused = true)]
async fn the_time_for_a_resumed_object_is_right() {
    are_right(&estimates(&[1000 * MIB], 1, LATENCY, 10 * MIB, 600 * MIB).await);
}

#[tokio::test(start_paused = true)]
async fn the_time_for_many_small_objects_is_right() {
    are_right(&estimates(&[4096; 4900], 8, LATENCY, 100 * MIB, 0).await);
    are_right(&estimates(&[0; 4900], 8, LATENCY, 100 * MIB, 0).await);
}

#[tokio::test(start_paused = true)]
async fn the_time_for_objects_of_mixed_sizes_is_right() {
    let scattered: Vec<u64> =
        (0..5000).map(|n| if n * 7919 % 50 == 0 { 32 * MIB } else { 4096 }).collect();
    are_right(&estimates(&scattered, 8, LATENCY, 100 * MIB, 0).await);
    let in_folders: Vec<u64> =
        (0..5000).map(|n| if n % 500 < 10 { 32 * MIB } else { 4096 }).collect();
    are_right(&estimates(&in_folders, 8, LATENCY, 100 * MIB, 0).await);
    // From 4 KiB to 32 MiB, each doubling as often as the others.
    let of_any_size: Vec<u64> = (0_u64..3000).map(|n| 4096 << (n * n * 7919 % 97 % 14)).collect();
    are_right(&estimates(&of_any_size, 8, LATENCY, 100 * MIB, 0).await);
}
