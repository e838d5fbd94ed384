//! How many requests of a run are sent at once. Small requests and large bodies are limited apart, each by what the
//! measured rate shows; a fixed number limits both together, and so does a store that answers `SlowDown`.
//!
//! - `requests`: small requests
//! - `parts`: large bodies
//! - `allowance`: fewer of both after `SlowDown`

mod allowance;
mod parts;
mod requests;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use allowance::Allowance;
use parts::Parts;
use requests::Requests;

use crate::store::wire::Store;
use crate::system::descriptors;

/// Bodies up to this size, in bytes, count as small requests.
const SMALL: u64 = 256 << 10;

/// Permits for requests, shared by all transfers of a run. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Permits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<Store>,
    /// The number that the user asked for.
    fixed: Option<usize>,
    /// What the limit of open files allows.
    most: usize,
    state: Mutex<State>,
    /// How many bytes of a body should be counted at a time.
    piece: AtomicUsize,
    /// Notified when a permit of each kind may be free.
    freed: [Notify; 2],
    /// Held by the task that gets the next permit of each kind, so that none is overtaken again and again.
    turns: [tokio::sync::Mutex<()>; 2],
}

#[derive(Debug, Default)]
struct State {
    requests: Requests,
    parts: Parts,
    allowance: Allowance,
    /// The large bodies that are moving, in the order in which they began.
    moving: Vec<Arc<Stop>>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Request = 0,
    Part = 1,
}

/// A request to stop a large body, and to move it later.
#[derive(Debug, Default)]
struct Stop {
    is_wanted: AtomicBool,
    wanted: Notify,
}

/// A permit for one request; returned when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    shared: Arc<Shared>,
    /// None for a small request.
    body: Option<MovingBody>,
}

#[derive(Debug)]
struct MovingBody {
    bytes: u64,
    is_sent: AtomicBool,
    stop: Arc<Stop>,
}

/// Measures the bytes of large bodies as they move. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Meter(Option<Arc<Shared>>);

impl Permits {
    /// `fixed` permits, or as many as the measured rates suggest.
    pub(crate) fn new(store: Arc<Store>, fixed: Option<usize>) -> Permits {
        let (most, state, freed) = (descriptors::max_items(), State::default(), Default::default());
        let (piece, state) = (AtomicUsize::new(state.parts.piece()), Mutex::new(state));
        let turns = Default::default();
        Permits(Arc::new(Shared { store, fixed, most, state, piece, freed, turns }))
    }

    /// Waits for the permit of a small request.
    pub(crate) async fn request(&self) -> Permit {
        self.acquire(Kind::Request, 0).await
    }

    /// Whether so many bytes are a large body.
    pub(crate) fn are_large(bytes: u64) -> bool {
        bytes > SMALL
    }

    /// Waits for the permit of a request or an answer with a body of about `bytes` bytes.
    pub(crate) async fn of_bytes(&self, bytes: u64) -> Permit {
        let kind = if Permits::are_large(bytes) { Kind::Part } else { Kind::Request };
        self.acquire(kind, bytes).await
    }

    async fn acquire(&self, kind: Kind, bytes: u64) -> Permit {
        let _turn = self.0.turns[kind as usize].lock().await;
        loop {
            if let Some(permit) = self.try_acquire(kind, bytes) {
                return permit;
            }
            // `Notify` stores one notification, so a permit freed since `try_acquire` is not missed.
            self.0.freed[kind as usize].notified().await;
        }
    }

    fn try_acquire(&self, kind: Kind, bytes: u64) -> Option<Permit> {
        let mut state = self.0.state();
        if !self.0.has_room(&mut state, kind) {
            return None;
        }
        let now = Instant::now();
        let body = match kind {
            Kind::Request => {
                state.requests.begin(now);
                None
            }
            Kind::Part => Some(MovingBody::begin(&mut state, bytes, now)),
        };
        if self.0.has_room(&mut state, kind) {
            // The limit may have grown: wake one waiting task, which wakes the next.
            self.0.freed[kind as usize].notify_one();
        }
        Some(Permit { shared: self.0.clone(), body })
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_room(&self, state: &mut State, kind: Kind) -> bool {
        let taken = state.requests.taken() + state.parts.taken();
        // Bodies that are over their limit do not hold up small requests, nor the reverse.
        let State { requests, parts, .. } = &*state;
        let adapted =
            || requests.limit().max(requests.taken()) + (parts.limit() + 1).max(parts.taken()) + 1;
        let wanted = self.fixed.unwrap_or_else(adapted);
        let wanted = wanted.min(self.most);
        if taken >= state.allowance.limit(wanted, taken, self.store.pace().slow_downs()) {
            return false;
        }
        match kind {
            _ if self.fixed.is_some() => true,
            Kind::Request => state.requests.taken() < state.requests.limit(),
            Kind::Part => state.parts.has_room(),
        }
    }

    fn round_trip(&self) -> Duration {
        self.store.fastest_answer().unwrap_or_default()
    }

    /// Asks those that began last to stop, and wakes tasks that wait for a permit.
    fn apply(&self, state: &State, stopping: usize) {
        for stop in state.moving.iter().rev().take(stopping) {
            if !stop.is_wanted.swap(true, Ordering::Relaxed) {
                stop.wanted.notify_one();
            }
        }
        if stopping == 0 {
            self.freed.iter().for_each(Notify::notify_one);
        }
    }
}

impl MovingBody {
    fn begin(state: &mut State, bytes: u64, now: Instant) -> MovingBody {
        state.parts.begin(bytes, now);
        let stop = Arc::<Stop>::default();
        state.moving.push(stop.clone());
        MovingBody { bytes, is_sent: AtomicBool::new(false), stop }
    }
}

impl Permit {
    /// What measures the bytes of this body.
    pub(crate) fn meter(&self) -> Meter {
        let is_measured = self.body.is_some() && self.shared.fixed.is_none();
        Meter(is_measured.then(|| self.shared.clone()))
    }

    /// Corrects the size of the body, in bytes. What turns out to be large counts as large from now on.
    pub(crate) fn resize(&mut self, bytes: u64) {
        let mut state = self.shared.state();
        if let Some(body) = &mut self.body {
            state.parts.resize(body.bytes, bytes);
            body.bytes = bytes;
        } else if Permits::are_large(bytes) {
            let now = Instant::now();
            state.requests.end(now);
            self.body = Some(MovingBody::begin(&mut state, bytes, now));
            self.shared.freed[Kind::Request as usize].notify_one();
        }
    }

    /// Lets the next body move while this one's answer is awaited.
    pub(crate) fn body_is_sent(&self) {
        let Some(body) = &self.body else { return };
        if self.shared.fixed.is_none() && !body.is_sent.swap(true, Ordering::Relaxed) {
            let mut state = self.shared.state();
            state.parts.wait(Instant::now());
            state.moving.retain(|it| !Arc::ptr_eq(it, &body.stop));
            drop(state);
            self.shared.freed[Kind::Part as usize].notify_one();
        }
    }

    /// Completes when the body should stop, because it keeps others from being finished.
    pub(crate) async fn stopped(&self) {
        match &self.body {
            Some(body) => body.stop.wanted.notified().await,
            None => std::future::pending().await,
        }
    }
}

impl Meter {
    /// How many bytes should be counted at a time, so that the rate is exact enough.
    pub(crate) fn piece(&self) -> usize {
        self.0.as_ref().map_or(usize::MAX, |shared| shared.piece.load(Ordering::Relaxed))
    }

    /// Counts bytes that have moved.
    pub(crate) fn add(&self, bytes: u64) {
        let Some(shared) = &self.0 else { return };
        let round_trip = shared.round_trip();
        let mut state = shared.state();
        let limit = state.parts.limit();
        let stopping = state.parts.add(bytes, Instant::now(), round_trip);
        shared.piece.store(state.parts.piece(), Ordering::Relaxed);
        if stopping > 0 || state.parts.limit() > limit {
            shared.apply(&state, stopping);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (now, round_trip) = (Instant::now(), self.shared.round_trip());
        let mut state = self.shared.state();
        let stopping = match &self.body {
            None => {
                state.requests.end(now);
                0
            }
            Some(body) => {
                state.moving.retain(|it| !Arc::ptr_eq(it, &body.stop));
                state.parts.end(!body.is_sent.load(Ordering::Relaxed), now, round_trip)
            }
        };
        state.allowance.finish_one();
        self.shared.apply(&state, stopping);
        if stopping > 0 {
            self.shared.freed.iter().for_each(Notify::notify_one);
        }
    }
}
