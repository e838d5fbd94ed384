//! The bodies of requests: their senders have a time limit, and what is left of a refused one is read.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::Sleep;

/// How much of a refused upload is read, so that its sender gets to see the answer, in bytes.
const DRAIN_LIMIT: u64 = 64 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(10);
/// A longer body is read until its sender pauses for this long to look for the answer.
const DRAIN_PAUSE: Duration = Duration::from_millis(500);

/// The error if the sender was idle for too long.
pub(crate) const IDLE: &str = "the sender stood still";

/// A request's body; clones read from the same connection.
#[derive(Clone)]
pub(crate) struct RequestBody {
    inner: Arc<Mutex<TimedBody>>,
    /// The client waits for `100 Continue`, which the first read sends.
    on_request: bool,
    started: Arc<AtomicBool>,
    /// Bytes received, as on the wire.
    received: Arc<AtomicU64>,
}

/// A body whose sender may be idle for `patience`.
struct TimedBody {
    body: Incoming,
    patience: Duration,
    /// Runs while waiting for the next frame.
    timer: Option<Pin<Box<Sleep>>>,
    timed_out: bool,
}

impl TimedBody {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if !self.timed_out {
            if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
                self.timer = None;
                return Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)));
            }
            let patience = self.patience;
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
            ready!(timer.as_mut().poll(cx));
            self.timed_out = true;
        }
        Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, IDLE))))
    }
}

impl RequestBody {
    /// `patience` is how long the next frame may take; `received` counts the bytes.
    pub(crate) fn new(
        body: Incoming,
        on_request: bool,
        patience: Duration,
        received: &Arc<AtomicU64>,
    ) -> Self {
        let timed = TimedBody { body, patience, timer: None, timed_out: false };
        let inner = Arc::new(Mutex::new(timed));
        Self { inner, on_request, started: Arc::default(), received: Arc::clone(received) }
    }

    fn waits(&self) -> bool {
        self.on_request && !self.started.load(Ordering::Relaxed)
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.started.store(true, Ordering::Relaxed);
        let frame =
            ready!(self.inner.lock().unwrap_or_else(PoisonError::into_inner).poll_frame(cx));
        let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
        self.received.fetch_add(data.map_or(0, |data| data.len() as u64), Ordering::Relaxed);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).body.size_hint()
    }
}

/// Reads what is left, within limits.
pub(crate) async fn drain(mut body: RequestBody) {
    if body.is_end_stream() || body.waits() {
        return;
    }
    let read = async {
        let mut left = DRAIN_LIMIT;
        let pause = if body.size_hint().lower() > DRAIN_LIMIT { DRAIN_PAUSE } else { DRAIN_TIME };
        while let Ok(Some(Ok(frame))) = tokio::time::timeout(pause, body.frame()).await {
            let len = frame.data_ref().map_or(0, |data| data.len() as u64);
            left = left.saturating_sub(len);
            if left == 0 {
                break;
            }
        }
    };
    // Beyond the limits the connection is closed.
    let _ = tokio::time::timeout(DRAIN_TIME, read).await;
}
