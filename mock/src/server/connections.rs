//! How many connections are served at a time. At the limit, the connection that has been idle for longest is evicted
//! for a new client, so that idle ones cannot keep the server to themselves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

/// The open connections of a server.
pub(crate) struct Connections {
    max: usize,
    open: Mutex<HashMap<u64, Entry>>,
    /// A connection ended, or became idle.
    changed: Notify,
}

struct Entry {
    /// Since when no request is served. An incomplete head is not a request.
    idle_since: Option<Instant>,
    /// Set once: the connection ends.
    is_evicted: bool,
    evicted: Arc<Notify>,
}

impl Connections {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, open: Mutex::default(), changed: Notify::new() })
    }

    /// Lets a connection in, once there is room. The server asks for one at a time.
    pub(crate) async fn open(self: &Arc<Self>, connection: u64) -> Arc<OpenConnection> {
        loop {
            if let Some(open) = self.try_open(connection) {
                return open;
            }
            self.evict_idle();
            self.changed.notified().await;
        }
    }

    /// Ends the connection that has been idle for longest, unless one is about to end already.
    pub(crate) fn evict_idle(&self) {
        let mut open = self.lock();
        if open.values().any(|entry| entry.is_evicted) {
            return;
        }
        let longest = open.values_mut().filter(|entry| entry.idle_since.is_some());
        if let Some(longest) = longest.min_by_key(|entry| entry.idle_since) {
            longest.is_evicted = true;
            longest.evicted.notify_one();
        }
    }

    fn try_open(self: &Arc<Self>, connection: u64) -> Option<Arc<OpenConnection>> {
        let mut open = self.lock();
        if open.len() >= self.max {
            return None;
        }
        let evicted = Arc::new(Notify::new());
        let entry = Entry {
            idle_since: Some(Instant::now()),
            is_evicted: false,
            evicted: Arc::clone(&evicted),
        };
        open.insert(connection, entry);
        let answered = AtomicBool::new(false);
        Some(Arc::new(OpenConnection {
            connections: Arc::clone(self),
            connection,
            evicted,
            answered,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection, until this is dropped.
pub(crate) struct OpenConnection {
    connections: Arc<Connections>,
    connection: u64,
    evicted: Arc<Notify>,
    /// An answer was handed over, and may not be sent yet.
    answered: AtomicBool,
}

impl OpenConnection {
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Notes that a request is being served, until the value is dropped; `None` if the connection must end.
    pub(crate) fn busy(self: &Arc<Self>) -> Option<Busy> {
        let mut open = self.connections.lock();
        let own = open.get_mut(&self.connection).filter(|own| !own.is_evicted)?;
        own.idle_since = None;
        Some(Busy(Arc::clone(self)))
    }

    /// Called once everything written was sent: only then an answered connection is idle.
    pub(crate) fn flushed(&self) {
        if self.answered.swap(false, Ordering::SeqCst) {
            if let Some(own) = self.connections.lock().get_mut(&self.connection) {
                own.idle_since = Some(Instant::now());
            }
            self.connections.changed.notify_one();
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.connections.lock().remove(&self.connection);
        self.connections.changed.notify_one();
    }
}

/// A request is served until this is dropped.
pub(crate) struct Busy(Arc<OpenConnection>);

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
    fn only_a_connection_whose_answer_has_left_is_evicted() {
        let connections = Connections::new(1);
        let newcomer = || connections.open(2).now_or_never();
        let first = connections.open(1).now_or_never().unwrap();
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
    fn one_is_evicted_for_each_newcomer_and_the_longest_idle_first() {
        let connections = Connections::new(2);
        let all: Vec<_> = [1, 2].map(|n| connections.open(n).now_or_never().unwrap()).into();
        drop(all[0].busy().unwrap());
        all[0].flushed();
        for _ in 0..3 {
            assert!(connections.open(3).now_or_never().is_none());
        }
        assert!(all[0].evicted().now_or_never().is_none());
        assert!(all[1].evicted().now_or_never().is_some());
    }
}
