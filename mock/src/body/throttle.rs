//! The line between client and server: its latency, and the bandwidth that all connections share.

use std::future::Future as _;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// Both directions, each with the whole bandwidth.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) latency: Duration,
    inward: Option<Arc<Lane>>,
    outward: Option<Arc<Lane>>,
}

impl Line {
    pub(crate) fn new(latency: Duration, bandwidth: Option<NonZeroU64>) -> Self {
        let lane = || bandwidth.map(|rate| Arc::new(Lane { rate, free_at: Mutex::new(None) }));
        Self { latency, inward: lane(), outward: lane() }
    }

    /// A body on its way to the server.
    pub(crate) fn inward<B>(&self, body: B) -> Paced<B> {
        Paced { inner: body, lane: self.inward.clone(), held: None }
    }

    /// A body on its way to the client.
    pub(crate) fn outward<B>(&self, body: B) -> Paced<B> {
        Paced { inner: body, lane: self.outward.clone(), held: None }
    }
}

/// One direction: whoever has bytes to send takes the time they need, behind all who came before.
#[derive(Debug)]
struct Lane {
    /// Bytes a second.
    rate: NonZeroU64,
    /// When the last byte accepted so far is through; `None` before the first.
    free_at: Mutex<Option<Instant>>,
}

impl Lane {
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

/// A body whose pieces arrive no sooner than the line carries them.
#[derive(Debug)]
pub(crate) struct Paced<B> {
    inner: B,
    lane: Option<Arc<Lane>>,
    held: Option<(Frame<Bytes>, Pin<Box<Sleep>>)>,
}

impl<B: Body<Data = Bytes> + Unpin> Body for Paced<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        if this.held.is_none() {
            let frame = match std::task::ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            match &this.lane {
                Some(lane) if bytes > 0 => {
                    let sleep = tokio::time::sleep_until(lane.pass(bytes));
                    this.held = Some((frame, Box::pin(sleep)));
                }
                _ => return Poll::Ready(Some(Ok(frame))),
            }
        }
        if let Some((_, sleep)) = &mut this.held {
            std::task::ready!(sleep.as_mut().poll(cx));
        }
        Poll::Ready(this.held.take().map(|(frame, _)| Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // What is held is no longer counted by the inner body, but a length is asked for before the first frame only.
        self.inner.size_hint()
    }
}
