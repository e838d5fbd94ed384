//! How many connections are served at a time. Where all places are taken, the connection that has been idle for longest
//! yields to a new client, so that idle ones cannot keep the server to themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

/// The places of a server.
#[derive(Debug)]
pub(crate) struct Places {
    max: usize,
    taken: Mutex<HashMap<u64, Taken>>,
    /// A place became free, or a connection idle.
    changed: Notify,
}

#[derive(Debug)]
struct Taken {
    /// Since when no request is being served; a head that is not complete is no request.
    idle_since: Option<Instant>,
    /// Set once: the connection ends.
    yields: bool,
    evicted: Arc<Notify>,
}

impl Places {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default(), changed: Notify::new() })
    }

    /// A place for a connection, once there is one. The server asks for one at a time.
    pub(crate) async fn take(self: &Arc<Self>, connection: u64) -> Arc<Place> {
        loop {
            if let Some(place) = self.try_take(connection) {
                return place;
            }
            self.make_room();
            self.changed.notified().await;
        }
    }

    /// Ends the connection that has been idle for longest, unless one is about to end already.
    pub(crate) fn make_room(&self) {
        let mut taken = self.lock();
        if taken.values().any(|taken| taken.yields) {
            return;
        }
        let longest = taken.values_mut().filter(|taken| taken.idle_since.is_some());
        if let Some(longest) = longest.min_by_key(|taken| taken.idle_since) {
            longest.yields = true;
            longest.evicted.notify_one();
        }
    }

    fn try_take(self: &Arc<Self>, connection: u64) -> Option<Arc<Place>> {
        let mut taken = self.lock();
        if taken.len() >= self.max {
            return None;
        }
        let evicted = Arc::new(Notify::new());
        let entry = Taken {
            idle_since: Some(Instant::now()),
            yields: false,
            evicted: Arc::clone(&evicted),
        };
        taken.insert(connection, entry);
        let answered = AtomicBool::new(false);
        Some(Arc::new(Place { places: Arc::clone(self), connection, evicted, answered }))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection, until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    connection: u64,
    evicted: Arc<Notify>,
    /// An answer was handed over, and may not have left yet.
    answered: AtomicBool,
}

impl Place {
    /// Resolves when the connection must end.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Notes that a request is being served, until the value is dropped; `None` if the connection must end.
    pub(crate) fn busy(self: &Arc<Self>) -> Option<Busy> {
        let mut taken = self.places.lock();
        let own = taken.get_mut(&self.connection).filter(|own| !own.yields)?;
        own.idle_since = None;
        Some(Busy(Arc::clone(self)))
    }

    /// Notes that all that was written has left: only then an answered connection is idle.
    pub(crate) fn flushed(&self) {
        if self.answered.swap(false, Ordering::SeqCst) {
            if let Some(own) = self.places.lock().get_mut(&self.connection) {
                own.idle_since = Some(Instant::now());
            }
            self.places.changed.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().remove(&self.connection);
        self.places.changed.notify_one();
    }
}

/// A request and its answer.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Place>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.answered.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn only_a_connection_whose_answer_has_left_yields() {
        let places = Places::new(1);
        let newcomer = || places.take(2).now_or_never();
        let first = places.take(1).now_or_never().unwrap();
        let busy = first.busy().unwrap();
        for step in ["a request is served", "a part of its answer left"] {
            assert!(newcomer().is_none() && first.evicted().now_or_never().is_none(), "{step}");
            first.flushed();
        }
        drop(busy);
        assert!(newcomer().is_none());
        assert!(first.evicted().now_or_never().is_none(), "the rest of the answer has not left");
        first.flushed();
        assert!(newcomer().is_none());
        assert!(first.evicted().now_or_never().is_some());
        assert!(first.busy().is_none(), "no request begins on a connection that ends");
        drop(first);
        assert!(newcomer().is_some());
    }

    #[test]
    fn one_yields_for_each_newcomer_and_the_longest_idle_first() {
        let places = Places::new(2);
        let all: Vec<_> = [1, 2].map(|n| places.take(n).now_or_never().unwrap()).into();
        drop(all[0].busy().unwrap());
        all[0].flushed();
        for _ in 0..3 {
            assert!(places.take(3).now_or_never().is_none());
        }
        assert!(all[0].evicted().now_or_never().is_none());
        assert!(all[1].evicted().now_or_never().is_some());
    }
}
