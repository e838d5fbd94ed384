//! How many small requests are sent at once: more for as long as that raises the number of answers a second.

use std::time::Duration;

use tokio::time::Instant;

const FIRST: usize = 4;
/// More gain nothing, even between continents.
const MOST: usize = 64;
/// A shorter measurement says little.
const SHORTEST_ROUND: Duration = Duration::from_millis(20);
/// More requests at once must raise the rate by this factor. Less may be noise.
const GAIN: f64 = 1.15;
/// How many rounds pass before more are tried again. It doubles each time that they gain nothing.
const FIRST_PAUSE: u32 = 8;
const LONGEST_PAUSE: u32 = 512;

/// The limit of small requests at once, adapted after each round of answers. Pure: times are given.
#[derive(Debug)]
pub(super) struct Requests {
    taken: usize,
    limit: usize,
    /// The round that is being measured: when it began, and how many requests have ended since.
    began: Option<Instant>,
    ended: usize,
    /// Whether at some time in this round fewer requests were needed than allowed.
    was_idle: bool,
    /// The limit before the last increase, and the answers a second it gave.
    before: Option<(usize, f64)>,
    /// How many rounds are left before more are tried again.
    rounds_left: u32,
    pause: u32,
}

impl Default for Requests {
    fn default() -> Requests {
        Requests {
            taken: 0,
            limit: FIRST,
            began: None,
            ended: 0,
            was_idle: false,
            before: None,
            rounds_left: 0,
            pause: FIRST_PAUSE,
        }
    }
}

impl Requests {
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn begin(&mut self, now: Instant) {
        self.began.get_or_insert(now);
        self.taken += 1;
    }

    pub(super) fn end(&mut self, now: Instant) {
        // Requests that wait for a permit take it right after another one has ended.
        self.was_idle |= self.taken + 1 < self.limit;
        self.taken -= 1;
        self.ended += 1;
        let Some(began) = self.began else { return };
        let elapsed = now.duration_since(began);
        if self.ended < 2 * self.limit || elapsed < SHORTEST_ROUND {
            return;
        }
        if !self.was_idle {
            self.adapt(self.ended as f64 / elapsed.as_secs_f64());
        }
        (self.began, self.ended, self.was_idle) = (Some(now), 0, false);
    }

    /// Ends a round with this many answers a second.
    fn adapt(&mut self, rate: f64) {
        match self.before.take() {
            Some((limit, before)) if rate < before * GAIN => {
                self.limit = limit;
                self.rounds_left = self.pause;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
            None if self.rounds_left > 0 => self.rounds_left -= 1,
            _ if self.limit < MOST => {
                self.before = Some((self.limit, rate));
                self.limit = (2 * self.limit).min(MOST);
            }
            _ => {}
        }
        tracing::trace!(limit = self.limit, rate, "small requests at once");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `requests` requests against a store that answers each after `latency`, and at most `most` a second.
    /// Returns the limit then, and how long it took.
    fn run(latency: Duration, most: f64, requests: usize) -> (usize, Duration) {
        let mut permits = Requests::default();
        let began = Instant::now();
        let mut now = began;
        let mut store_is_free = began;
        let mut running = std::collections::VecDeque::new();
        for _ in 0..requests {
            while permits.taken() >= permits.limit() {
                now = running.pop_front().unwrap();
                permits.end(now);
            }
            permits.begin(now);
            store_is_free = store_is_free.max(now) + Duration::from_secs_f64(1.0 / most);
            running.push_back((now + latency).max(store_is_free));
        }
        (permits.limit(), now - began)
    }

    #[test]
    fn a_store_that_is_far_away_gets_many_at_once() {
        let (limit, time) = run(Duration::from_millis(50), 1e6, 5_000);
        assert_eq!(limit, MOST);
        assert!(time < Duration::from_millis(5_000 * 50 / MOST as u64 + 1_000), "{time:?}");
    }

    #[test]
    fn a_store_that_answers_no_more_gets_no_more_at_once() {
        assert_eq!(run(Duration::from_micros(200), 4_000.0, 100_000).0, FIRST);
        let (limit, _) = run(Duration::from_millis(50), 200.0, 10_000);
        assert!((8..=32).contains(&limit), "{limit}");
    }

    #[test]
    fn rounds_in_which_fewer_are_needed_change_nothing() {
        let mut permits = Requests::default();
        let mut now = Instant::now();
        for _ in 0..1_000 {
            permits.begin(now);
            now += Duration::from_millis(50);
            permits.end(now);
        }
        assert_eq!(permits.limit(), FIRST);
    }
}
