//! How many requests of a run are under way at once: few where the store is near, more where every
//! answer takes its time, fewer again where the store asks for that.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::store::wire::Store;
use crate::system::descriptors;

/// Enough to keep a store on the same machine or in the same room busy.
const NEAR: usize = 4;
/// More than this wins nothing even across an ocean.
const MOST: usize = 32;
/// One more request for each of these that the fastest answer takes.
const STEP: Duration = Duration::from_millis(4);

/// The places for requests under way, shared by all transfers of a run. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Lines(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<Store>,
    /// As many as the user wants, if that was said.
    fixed: Option<usize>,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    allowance: Allowance,
}

/// A place for one request, free again when dropped.
#[derive(Debug)]
pub(crate) struct Line(Arc<Shared>);

impl Lines {
    /// Places for requests to this store: `fixed` of them, or as many as its answers suggest.
    pub(crate) fn new(store: Arc<Store>, fixed: Option<usize>) -> Lines {
        Lines(Arc::new(Shared { store, fixed, state: Mutex::default(), freed: Notify::new() }))
    }

    /// Waits for a place.
    pub(crate) async fn take(&self) -> Line {
        loop {
            if let Some(line) = self.try_take() {
                return line;
            }
            // What was freed since is remembered, once.
            self.0.freed.notified().await;
        }
    }

    fn try_take(&self) -> Option<Line> {
        let mut state = self.0.state();
        let limit = self.0.limit(&mut state);
        if state.taken >= limit {
            return None;
        }
        state.taken += 1;
        if state.taken < limit {
            // The limit may have grown: one who waits looks, and wakes the next.
            self.0.freed.notify_one();
        }
        Some(Line(self.0.clone()))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limit(&self, state: &mut State) -> usize {
        let wanted = self.fixed.unwrap_or_else(|| suited_to(self.store.fastest_answer()));
        let wanted = wanted.min(descriptors::max_items());
        state.allowance.of(wanted, state.taken, self.store.pace().slow_downs())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.taken -= 1;
        state.allowance.finish_one();
        drop(state);
        self.0.freed.notify_one();
    }
}

/// How many requests a store that asked for fewer lets be under way: half as many at its word, then one
/// more for each round of requests.
#[derive(Debug, Default)]
struct Allowance {
    /// None as long as the store has not asked.
    most: Option<usize>,
    /// How often it had asked.
    slow_downs: u64,
    /// The requests that were under way when it asked: what it says of them is the same word.
    spared: usize,
    /// How many requests have ended since `most` changed.
    ended: usize,
}

impl Allowance {
    /// How many of the `wanted` requests may be under way, while `taken` are and the store has asked
    /// `slow_downs` times for fewer.
    fn of(&mut self, wanted: usize, taken: usize, slow_downs: u64) -> usize {
        let asked = slow_downs > self.slow_downs;
        self.slow_downs = slow_downs;
        if asked && self.spared == 0 {
            let most = (self.most.unwrap_or(wanted).min(wanted) / 2).max(1);
            tracing::debug!(most, "fewer requests at once, as the store asks");
            *self = Allowance { most: Some(most), slow_downs, spared: taken, ended: 0 };
        }
        self.most.map_or(wanted, |most| most.min(wanted))
    }

    fn finish_one(&mut self) {
        self.spared = self.spared.saturating_sub(1);
        self.ended += 1;
        if let Some(most) = &mut self.most
            && self.ended >= *most
        {
            *most += 1;
            self.ended = 0;
        }
    }
}

/// How many requests keep a connection busy whose fastest answer took this long.
fn suited_to(fastest_answer: Option<Duration>) -> usize {
    let steps = fastest_answer.map_or(0, |time| time.as_micros() / STEP.as_micros());
    usize::try_from(steps).unwrap_or(MOST).saturating_add(NEAR).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slower_the_answers_the_more_requests() {
        assert_eq!(suited_to(None), NEAR);
        assert_eq!(suited_to(Some(Duration::from_micros(300))), NEAR);
        assert_eq!(suited_to(Some(Duration::from_millis(50))), 16);
        assert_eq!(suited_to(Some(Duration::from_secs(30))), MOST);
    }
    #[test]
    fn a_store_that_asks_for_fewer_gets_half_as_many_then_one_more_at_a_time() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.of(16, 16, 0), 16);
        assert_eq!(allowance.of(16, 16, 3), 8);
        // The others that were under way are told the same.
        assert_eq!(allowance.of(16, 16, 9), 8);
        for taken in (0..16).rev() {
            allowance.finish_one();
            allowance.of(16, taken, 12);
        }
        // 8 of those 16 were a round, and 8 more are less than one of 9.
        assert_eq!(allowance.of(16, 0, 12), 9);
        assert_eq!(allowance.of(16, 9, 13), 4);
        for _ in 0..1000 {
            allowance.finish_one();
        }
        assert_eq!(allowance.of(16, 0, 13), 16);
        assert_eq!(allowance.of(2, 0, 13), 2);
        for slow_downs in 14..30 {
            allowance.of(1, 0, slow_downs);
        }
        assert_eq!(allowance.of(16, 0, 30), 1, "there is always one");
    }
}
