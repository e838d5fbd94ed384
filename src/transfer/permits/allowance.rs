//! How many requests of a run are sent at once: few to a store with low latency, more to one with high
//! latency, fewer again after the store answers `SlowDown`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::store::wire::Store;
use crate::system::descriptors;

/// Enough to keep a store on the same machine or in the same network busy.
const MIN_REQUESTS: usize = 4;
/// More than this gains nothing, even between continents.
const MAX_REQUESTS: usize = 32;
/// One more request is sent at once for each multiple of this in the latency of the fastest answer.
const LATENCY_PER_REQUEST: Duration = Duration::from_millis(4);

/// Permits for requests, shared by all transfers of a run. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Permits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<Store>,
    /// The number that the user asked for.
    fixed: Option<usize>,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    allowance: Allowance,
}

/// A permit for one request; returned when dropped.
#[derive(Debug)]
pub(crate) struct Permit(Arc<Shared>);

impl Permits {
    /// `fixed` permits, or as many as suit the store's latency.
    pub(crate) fn new(store: Arc<Store>, fixed: Option<usize>) -> Permits {
        Permits(Arc::new(Shared { store, fixed, state: Mutex::default(), freed: Notify::new() }))
    }

    pub(crate) async fn acquire(&self) -> Permit {
        loop {
            if let Some(permit) = self.try_acquire() {
                return permit;
            }
            // `Notify` stores one notification, so a permit freed since `try_acquire` is not missed.
            self.0.freed.notified().await;
        }
    }

    fn try_acquire(&self) -> Option<Permit> {
        let mut state = self.0.state();
        let limit = self.0.limit(&mut state);
        if state.taken >= limit {
            return None;
        }
        state.taken += 1;
        if state.taken < limit {
            // The limit may have grown: wake one waiting task, which wakes the next.
            self.0.freed.notify_one();
        }
        Some(Permit(self.0.clone()))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limit(&self, state: &mut State) -> usize {
        let wanted =
            self.fixed.unwrap_or_else(|| requests_for_latency(self.store.fastest_answer()));
        let wanted = wanted.min(descriptors::max_items());
        state.allowance.limit(wanted, state.taken, self.store.pace().slow_downs())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.taken -= 1;
        state.allowance.finish_one();
        drop(state);
        self.0.freed.notify_one();
    }
}

/// The limit after the store answered `SlowDown`: half as many requests, then one more after each round of
/// requests.
#[derive(Debug, Default)]
struct Allowance {
    /// None until the store answers `SlowDown`.
    most: Option<usize>,
    /// How many `SlowDown` answers have been counted.
    slow_downs: u64,
    /// Requests that were running at the last reduction: their `SlowDown` answers do not reduce the limit again.
    sent_before_reduction: usize,
    /// Requests that have ended since `most` changed.
    ended: usize,
}

impl Allowance {
    /// How many of `wanted` requests may run at once. `taken` requests are running, and the store has answered `SlowDown`
    /// `slow_downs` times.
    fn limit(&mut self, wanted: usize, taken: usize, slow_downs: u64) -> usize {
        let asked_to_slow_down = slow_downs > self.slow_downs;
        self.slow_downs = slow_downs;
        if asked_to_slow_down && self.sent_before_reduction == 0 {
            let most = (self.most.unwrap_or(wanted).min(wanted) / 2).max(1);
            tracing::debug!(most, "fewer requests at once, as the store asks");
            *self =
                Allowance { most: Some(most), slow_downs, sent_before_reduction: taken, ended: 0 };
        }
        self.most.map_or(wanted, |most| most.min(wanted))
    }

    fn finish_one(&mut self) {
        self.sent_before_reduction = self.sent_before_reduction.saturating_sub(1);
        self.ended += 1;
        if let Some(most) = &mut self.most
            && self.ended >= *most
        {
            *most += 1;
            self.ended = 0;
        }
    }
}

/// How many requests keep a store with this latency busy.
fn requests_for_latency(fastest_answer: Option<Duration>) -> usize {
    let steps = fastest_answer.map_or(0, |time| time.as_micros() / LATENCY_PER_REQUEST.as_micros());
    usize::try_from(steps).unwrap_or(MAX_REQUESTS).saturating_add(MIN_REQUESTS).min(MAX_REQUESTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slower_the_answers_the_more_requests() {
        assert_eq!(requests_for_latency(None), MIN_REQUESTS);
        assert_eq!(requests_for_latency(Some(Duration::from_micros(300))), MIN_REQUESTS);
        assert_eq!(requests_for_latency(Some(Duration::from_millis(50))), 16);
        assert_eq!(requests_for_latency(Some(Duration::from_secs(30))), MAX_REQUESTS);
    }

    #[test]
    fn a_store_that_asks_for_fewer_gets_half_as_many_then_one_more_at_a_time() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.limit(16, 16, 0), 16);
        assert_eq!(allowance.limit(16, 16, 3), 8);
        // The other requests that were running get the same answer.
        assert_eq!(allowance.limit(16, 16, 9), 8);
        for taken in (0..16).rev() {
            allowance.finish_one();
            allowance.limit(16, taken, 12);
        }
        // 8 of those 16 were a round, and 8 more are less than one of 9.
        assert_eq!(allowance.limit(16, 0, 12), 9);
        assert_eq!(allowance.limit(16, 9, 13), 4);
        for _ in 0..1000 {
            allowance.finish_one();
        }
        assert_eq!(allowance.limit(16, 0, 13), 16);
        assert_eq!(allowance.limit(2, 0, 13), 2);
        for slow_downs in 14..30 {
            allowance.limit(1, 0, slow_downs);
        }
        assert_eq!(allowance.limit(16, 0, 30), 1, "there is always one");
    }
}
