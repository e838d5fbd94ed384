//! How many requests of a run are under way at once: few where the store is near, more where every
//! answer takes its time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::store::Store;

/// Enough to keep a store on the same machine or in the same room busy.
const NEAR: usize = 4;
/// More than this wins nothing even across an ocean.
const MOST: usize = 32;
/// One more request for each of these that the fastest answer takes.
const STEP: Duration = Duration::from_millis(4);

/// The places for requests under way, shared by all transfers of a run.
#[derive(Debug, Clone)]
pub(super) struct Lines(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<Store>,
    /// As many as the user wants, if that was said.
    fixed: Option<usize>,
    taken: Mutex<usize>,
    freed: Notify,
}

/// A place for one request, free again when dropped.
#[derive(Debug)]
pub(super) struct Line(Arc<Shared>);

impl Lines {
    /// Places for requests to this store: `fixed` of them, or as many as its answers suggest.
    pub(super) fn new(store: Arc<Store>, fixed: Option<usize>) -> Lines {
        Lines(Arc::new(Shared { store, fixed, taken: Mutex::new(0), freed: Notify::new() }))
    }

    /// Waits for a place.
    pub(super) async fn take(&self) -> Line {
        loop {
            if let Some(line) = self.try_take() {
                return line;
            }
            // What was freed since is remembered, once.
            self.0.freed.notified().await;
        }
    }

    fn try_take(&self) -> Option<Line> {
        let limit = self.0.limit();
        let mut taken = self.0.taken();
        if *taken >= limit {
            return None;
        }
        *taken += 1;
        if *taken < limit {
            // The limit may have grown: one who waits looks, and wakes the next.
            self.0.freed.notify_one();
        }
        Some(Line(self.0.clone()))
    }
}

impl Shared {
    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limit(&self) -> usize {
        self.fixed.unwrap_or_else(|| suited_to(self.store.fastest_answer()))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        *self.0.taken() -= 1;
        self.0.freed.notify_one();
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
}
