//! How many large bodies move at once: parts of uploads, ranges of downloads.
//!
//! Over a slow line they move in turn, so that an interrupted transfer has few unfinished parts. Over a fast line as many
//! move as the line can take. Whether more would be faster is found out by a trial: each connection may be slower than
//! the line, for example where packets are lost.

use std::time::Duration;

use tokio::time::Instant;

/// Never more than this.
pub(super) const MOST: usize = 16;
/// This many may always be tried: the round trip of a store nearby says little.
const FEW: usize = 4;
/// What one connection has on a good line in a round trip, in bytes; and on one that loses packets, where more
/// connections are worth a trial.
const ON_A_GOOD_LINE: f64 = 524_288.0;
const ON_A_BAD_LINE: f64 = 65_536.0;
/// Without a trial, no more parts move at once than are moved in this time, in seconds.
const SECONDS_OF_PARTS: f64 = 2.0;
/// How long the rate is measured, at least, over a fast and over a slow line; and at least this many round trips.
const FAST_WINDOW: Duration = Duration::from_millis(250);
const SLOW_WINDOW: Duration = Duration::from_secs(1);
const ROUND_TRIPS: u32 = 4;
/// A trial of more must raise the rate by this factor, and one of fewer must keep this share of it. Less may be noise.
const GAIN: f64 = 1.2;
const KEPT: f64 = 0.9;
/// The limit falls to what moves in turn when the rate falls below this share of the one at which it was set.
const LOSS: f64 = 0.7;
/// A window in which fewer bodies than allowed moved for more than this share of its time says nothing.
const MOST_IDLE: f64 = 0.1;
/// How many windows pass before the next trial. It doubles each time that a trial gains nothing: what a trial of an upload
/// has sent may be lost.
const FIRST_PAUSE: u32 = 16;
const LONGEST_PAUSE: u32 = 1_024;
/// How many bytes should be counted at a time, over a fast and over a slow line: the rate of a window is as exact as they
/// are few.
const FAST_PIECE: usize = 256 << 10;
const SLOW_PIECE: usize = 32 << 10;
/// The size of a part is a moving average; this is the weight of the newest one.
const NEWEST: f64 = 0.25;

/// The limit of large bodies at once, adapted to the measured rate. Pure: times are given.
#[derive(Debug)]
pub(super) struct Parts {
    moving: usize,
    /// Bodies that are sent, and wait for an answer.
    waiting: usize,
    limit: usize,
    /// The average size in bytes.
    size: f64,
    window: Option<Window>,
    /// Bytes a second when the limit was set. None before the first measurement.
    rate: Option<f64>,
    /// The limit and the rate before the trial that is under way.
    trial: Option<(usize, f64)>,
    /// Whether the trial has just begun: what a new connection takes at first fills buffers on the way.
    is_settling: bool,
    /// Whether the next trial, if there is a choice, is one of more.
    tries_more: bool,
    windows_left: u32,
    pause: u32,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    bytes: u64,
    /// How long fewer bodies than allowed moved, and since when fewer do.
    idle: Duration,
    idle_since: Option<Instant>,
}

impl Window {
    fn begin(now: Instant) -> Window {
        Window { began: now, bytes: 0, idle: Duration::ZERO, idle_since: None }
    }
}

impl Default for Parts {
    fn default() -> Parts {
        Parts {
            moving: 0,
            waiting: 0,
            limit: 1,
            size: 0.0,
            window: None,
            rate: None,
            trial: None,
            is_settling: false,
            tries_more: true,
            windows_left: FIRST_PAUSE / 4,
            pause: FIRST_PAUSE,
        }
    }
}

impl Parts {
    /// How many are moving or wait for an answer.
    pub(super) fn taken(&self) -> usize {
        self.moving + self.waiting
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Whether one more may begin. While the answer to a part is awaited, the next one moves.
    pub(super) fn has_room(&self) -> bool {
        self.moving < self.limit && self.taken() < MOST.min(self.limit + 1)
    }

    pub(super) fn begin(&mut self, bytes: u64, now: Instant) {
        let bytes = (bytes as f64).max(1.0);
        let weight = if self.size == 0.0 { 1.0 } else { NEWEST };
        self.size += (bytes - self.size) * weight;
        // A pause before this one counts as idle. To begin a new window instead would measure nothing where short parts
        // move one by one.
        self.window.get_or_insert_with(|| Window::begin(now));
        self.moving += 1;
        let has_room = self.has_room();
        if let Some(window) = &mut self.window
            && !has_room
        {
            window.idle += window.idle_since.take().map_or(Duration::ZERO, |since| now - since);
        }
    }

    /// Corrects the size of one that has begun.
    pub(super) fn resize(&mut self, from: u64, to: u64) {
        self.size = (self.size + (to as f64 - from as f64) * NEWEST).max(1.0);
    }

    /// A body has been sent, and its answer is awaited.
    pub(super) fn wait(&mut self, now: Instant) {
        self.moving -= 1;
        self.waiting += 1;
        self.note_room(now);
    }

    /// Ends one that is moving or waiting. Returns as [`Parts::add`].
    pub(super) fn end(&mut self, is_moving: bool, now: Instant, round_trip: Duration) -> usize {
        let stopping = if self.rate.is_none() { self.measure(now, round_trip) } else { 0 };
        let ended = if is_moving { &mut self.moving } else { &mut self.waiting };
        *ended -= 1;
        self.note_room(now);
        stopping
    }

    fn note_room(&mut self, now: Instant) {
        let has_room = self.has_room();
        if let Some(window) = &mut self.window
            && has_room
        {
            window.idle_since.get_or_insert(now);
        }
    }

    /// Counts bytes that have moved. Returns how many of those that began last should stop, to be moved later: those over
    /// the limit, with any that were asked to stop already.
    pub(super) fn add(&mut self, bytes: u64, now: Instant, round_trip: Duration) -> usize {
        let shortest = if self.is_slow() { SLOW_WINDOW } else { FAST_WINDOW };
        let Some(window) = &mut self.window else { return 0 };
        window.bytes += bytes;
        if now.duration_since(window.began) < shortest.max(ROUND_TRIPS * round_trip) {
            return 0;
        }
        self.measure(now, round_trip)
    }

    fn measure(&mut self, now: Instant, round_trip: Duration) -> usize {
        let Some(window) = self.window.replace(Window::begin(now)) else { return 0 };
        let Window { began, bytes, idle, idle_since } = window;
        if let Some(next) = &mut self.window {
            next.idle_since = idle_since.map(|_| now);
        }
        let idle = idle + idle_since.map_or(Duration::ZERO, |since| now - since);
        let elapsed = (now - began).as_secs_f64();
        // Bodies that are fewer than allowed do not show what the line can take.
        if idle.as_secs_f64() > elapsed * MOST_IDLE {
            // A trial in which nothing was tried, for example because memory for more is not there.
            if let Some((limit, _)) = self.trial.take() {
                self.limit = limit;
            }
            self.is_settling = false;
        } else if bytes > 0 && elapsed > 0.0 {
            self.adapt(bytes as f64 / elapsed, round_trip);
        }
        if self.is_slow() { self.moving.saturating_sub(self.limit) } else { 0 }
    }

    fn adapt(&mut self, rate: f64, round_trip: Duration) {
        let filled =
            |by: f64| ((rate * round_trip.as_secs_f64() / by) as usize + 1).clamp(FEW, MOST);
        let most = filled(ON_A_BAD_LINE);
        let in_turn = rate * SECONDS_OF_PARTS / self.size;
        let in_turn = (in_turn as usize).clamp(1, filled(ON_A_GOOD_LINE));
        let set = self.rate.unwrap_or(0.0);
        // More bodies than allowed do not show what the limit brings: those of before it was lowered still move.
        let is_exact = self.moving <= self.limit;
        if is_exact && std::mem::take(&mut self.is_settling) {
            return;
        }
        match self.trial.take_if(|_| is_exact) {
            Some((limit, before)) => {
                let was_more = limit < self.limit;
                let is_good = rate >= if was_more { before * GAIN } else { before * KEPT };
                self.tries_more = was_more == is_good;
                if is_good {
                    self.pause = FIRST_PAUSE;
                } else {
                    self.limit = limit.max(in_turn);
                    self.windows_left = self.pause;
                    self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                }
                self.rate = Some(rate);
            }
            None if (is_exact && in_turn > self.limit) || rate < set * LOSS => {
                (self.trial, self.is_settling) = (None, false);
                self.limit = in_turn;
                self.rate = Some(rate);
            }
            None if !is_exact => {}
            None if self.windows_left > 0 => self.windows_left -= 1,
            None => {
                let (may_try_more, may_try_fewer) = (self.limit < most, self.limit > in_turn);
                self.is_settling = may_try_more || may_try_fewer;
                if may_try_more && (self.tries_more || !may_try_fewer) {
                    self.trial = Some((self.limit, rate));
                    self.limit = (self.limit + (self.limit / 2).max(1)).min(most);
                } else if may_try_fewer {
                    self.trial = Some((self.limit, rate));
                    self.limit = (self.limit - (self.limit / 4).max(1)).max(in_turn);
                }
            }
        }
        self.rate.get_or_insert(rate);
        tracing::trace!(limit = self.limit, rate, in_turn, most, "parts at once");
    }

    /// How many bytes should be counted at a time.
    pub(super) fn piece(&self) -> usize {
        if self.rate.is_none() || self.is_slow() { SLOW_PIECE } else { FAST_PIECE }
    }

    /// Whether a part takes so long that one too many matters.
    fn is_slow(&self) -> bool {
        self.rate.is_some_and(|rate| rate * SECONDS_OF_PARTS < self.size * FEW as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: u64 = 8 << 20;

    /// A line: bytes a second in all, bytes a second of one connection, and the round trip.
    struct Line {
        rate: f64,
        connection: f64,
        round_trip: Duration,
    }

    /// Moves `parts` parts over the line in steps. Parts that are stopped begin again. Returns the limit at the end of each
    /// second, the average time that a part took, and the total time.
    fn run(line: &Line, parts: usize) -> (Vec<usize>, f64, f64) {
        const STEP: Duration = Duration::from_millis(10);
        let mut permits = Parts::default();
        let began = Instant::now();
        let (mut now, mut left, mut running) = (began, parts, Vec::<(f64, Instant)>::new());
        let (mut limits, mut times) = (Vec::new(), Vec::new());
        while left > 0 || !running.is_empty() {
            while left > 0 && permits.has_room() {
                permits.begin(PART, now);
                running.push((PART as f64, now));
                left -= 1;
            }
            now += STEP;
            let share = (line.rate / running.len() as f64).min(line.connection);
            let bytes = share * STEP.as_secs_f64();
            let mut stopping = 0;
            for (rest, _) in &mut running {
                *rest -= bytes;
                stopping = stopping.max(permits.add(bytes as u64, now, line.round_trip));
            }
            for _ in 0..stopping {
                permits.end(true, now, line.round_trip);
                running.pop();
                left += 1;
            }
            for (_, since) in running.extract_if(.., |(rest, _)| *rest <= 0.0) {
                times.push(now - since);
                permits.end(true, now, line.round_trip);
            }
            if (now - began).as_millis().is_multiple_of(1_000) {
                limits.push(permits.limit());
            }
        }
        let taken = times.iter().map(Duration::as_secs_f64).sum::<f64>() / times.len() as f64;
        (limits, taken, (now - began).as_secs_f64())
    }

    const NEAR: Duration = Duration::from_micros(300);
    const FAR: Duration = Duration::from_millis(100);

    #[test]
    fn over_a_slow_line_parts_move_in_turn() {
        for round_trip in [NEAR, FAR] {
            let line = Line { rate: 2e6, connection: 2e6, round_trip };
            let (limits, part, total) = run(&line, 20);
            let more = limits.iter().filter(|limit| **limit > 1).count();
            assert!(more <= limits.len() / 10 && *limits.iter().max().unwrap() <= 2, "{limits:?}");
            assert!(part < 1.3 * PART as f64 / 2e6, "{part}");
            assert!(total < 1.1 * 20.0 * PART as f64 / 2e6, "{total}");
        }
    }

    #[test]
    fn where_each_connection_is_slow_more_move_at_once() {
        let line = Line { rate: 1e9, connection: 2e6, round_trip: FAR };
        let (limits, ..) = run(&line, 200);
        assert_eq!(*limits.last().unwrap(), MOST, "{limits:?}");
    }

    #[test]
    fn a_fast_line_has_what_it_can_take() {
        let line = Line { rate: 1e9, connection: 4e8, round_trip: NEAR };
        let (limits, ..) = run(&line, 500);
        assert!(limits.iter().all(|limit| (4..=6).contains(limit)), "{limits:?}");
        let line = Line { rate: 1e9, connection: 4e8, round_trip: FAR };
        assert!(run(&line, 500).0.iter().all(|limit| *limit == MOST));
    }

    #[test]
    fn a_line_that_becomes_slow_is_noticed() {
        let mut permits = Parts::default();
        let mut now = Instant::now();
        let mut second = |permits: &mut Parts, rate: u64| {
            let mut stopped = 0;
            for _ in 0..100 {
                while permits.has_room() {
                    permits.begin(PART, now);
                }
                now += Duration::from_millis(10);
                for _ in 0..permits.add(rate / 100, now, FAR) {
                    permits.end(true, now, FAR);
                    stopped += 1;
                }
            }
            stopped
        };
        assert_eq!(second(&mut permits, 100_000_000), 0);
        assert_eq!((permits.limit(), permits.taken()), (MOST, MOST));
        assert!(second(&mut permits, 2_000_000) >= MOST - 1);
        assert!(permits.limit() <= 2 && permits.taken() <= 2);
    }

    #[test]
    fn a_line_that_becomes_fast_is_noticed_although_parts_move_one_by_one() {
        let mut permits = Parts::default();
        let mut now = Instant::now();
        let mut part = |permits: &mut Parts, milliseconds: u64| {
            permits.begin(PART, now);
            for _ in 0..64 {
                now += Duration::from_micros(milliseconds * 1_000 / 64);
                permits.add(PART / 64, now, FAR);
            }
            permits.end(true, now, FAR);
        };
        part(&mut permits, 8_000);
        assert_eq!(permits.limit(), 1);
        for _ in 0..20 {
            part(&mut permits, 100);
        }
        // From here on, one at a time is fewer than allowed, which says nothing more.
        assert!(permits.limit() >= FEW, "{}", permits.limit());
    }

    #[test]
    fn while_an_answer_is_awaited_the_next_part_moves() {
        let mut permits = Parts::default();
        let now = Instant::now();
        permits.begin(PART, now);
        assert!(!permits.has_room());
        permits.wait(now);
        assert!(permits.has_room());
        permits.begin(PART, now);
        permits.wait(now);
        assert!(!permits.has_room(), "two answers are awaited");
    }
}
