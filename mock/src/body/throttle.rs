//! A slow network: every request waits for the latency, and all connections share the bandwidth.

use std::future::Future as _;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// The most bytes that pass at a time, so that connections take turns.
const PIECE: usize = 32 << 10;

/// Both directions, each with the whole bandwidth.
pub(crate) struct Throttle {
    pub(crate) latency: Duration,
    incoming: Option<Arc<Direction>>,
    outgoing: Option<Arc<Direction>>,
}

impl Throttle {
    pub(crate) fn new(latency: Duration, bandwidth: Option<NonZeroU64>) -> Self {
        let direction =
            || bandwidth.map(|rate| Arc::new(Direction { rate, free_at: Mutex::new(None) }));
        Self { latency, incoming: direction(), outgoing: direction() }
    }

    /// A body on its way to the server.
    pub(crate) fn incoming<B>(&self, body: B) -> Throttled<B> {
        Throttled { inner: body, direction: self.incoming.clone(), held: None, rest: Bytes::new() }
    }

    /// A body on its way to the client.
    pub(crate) fn outgoing<B>(&self, body: B) -> Throttled<B> {
        Throttled { inner: body, direction: self.outgoing.clone(), held: None, rest: Bytes::new() }
    }
}

/// One direction: bytes pass one after the other, in the order in which they came.
struct Direction {
    /// Bytes a second.
    rate: NonZeroU64,
    /// When the last byte accepted so far has passed; `None` before the first.
    free_at: Mutex<Option<Instant>>,
}

impl Direction {
    /// When `bytes` will have passed.
    fn pass(&self, bytes: usize) -> Instant {
        let now = Instant::now();
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let start = free_at.unwrap_or(now).max(now);
        let end = start + Duration::from_secs_f64(bytes as f64 / self.rate.get() as f64);
        *free_at = Some(end);
        end
    }
}

/// A body whose pieces arrive no sooner than the bandwidth allows.
pub(crate) struct Throttled<B> {
    inner: B,
    direction: Option<Arc<Direction>>,
    held: Option<(Frame<Bytes>, Pin<Box<Sleep>>)>,
    /// Bytes of the inner body's last frame that have not been let pass.
    rest: Bytes,
}

impl<B: Body<Data = Bytes> + Unpin> Body for Throttled<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        if this.held.is_none() {
            if this.rest.is_empty() {
                let frame = match ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                    Some(Ok(frame)) => frame,
                    end => return Poll::Ready(end),
                };
                match frame.into_data() {
                    Ok(bytes) if this.direction.is_some() && !bytes.is_empty() => this.rest = bytes,
                    Ok(bytes) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                }
            }
            if let Some(direction) = &this.direction {
                let bytes = this.rest.split_to(this.rest.len().min(PIECE));
                let sleep = tokio::time::sleep_until(direction.pass(bytes.len()));
                this.held = Some((Frame::data(bytes), Box::pin(sleep)));
            }
        }
        if let Some((_, sleep)) = &mut this.held {
            ready!(sleep.as_mut().poll(cx));
        }
        Poll::Ready(this.held.take().map(|(frame, _)| Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() && self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // The inner body no longer counts what is held, but hyper asks for the length before the first frame only.
        self.inner.size_hint()
    }
}
