//! The body of an upload's request, counted as the connection takes it: for the progress, for the measured rate, and to
//! decide whether it may still be stopped.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use aws_sdk_s3::primitives::SdkBody as RequestBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::splitter::PartContent;
use crate::transfer::permits::{Meter, Permit};
use crate::transfer::progress::ProgressItem;

/// The most bytes that are counted at a time.
const MOST_AT_A_TIME: usize = 256 << 10;
/// A body is stopped only while the connection has taken less than one in this many of its bytes.
const STOPPABLE_SHARE: u64 = 2;

/// One request with a body. It owns the permit: a connection may hold a body for long after its request has ended.
pub(super) struct Sending(Arc<Shared>);

struct Shared {
    permit: Permit,
    meter: Meter,
    item: ProgressItem,
    /// The body's size.
    bytes: u64,
    taken: Mutex<Taken>,
}

/// How much of a body has been taken.
#[derive(Default)]
struct Taken {
    /// Which attempt counts: the connection of an earlier one may still take bytes.
    attempt: u32,
    bytes: u64,
}

impl Sending {
    /// A request with a body of `bytes` bytes.
    pub(super) fn new(permit: Permit, item: ProgressItem, bytes: u64) -> Sending {
        let (meter, taken) = (permit.meter(), Mutex::default());
        Sending(Arc::new(Shared { permit, meter, item, bytes, taken }))
    }

    /// The content as a body. At each attempt, its bytes count from the beginning.
    pub(super) fn body(&self, content: &PartContent) -> RequestBody {
        if self.0.bytes <= MOST_AT_A_TIME as u64 {
            return content.body();
        }
        let (content, shared) = (content.clone(), Arc::downgrade(&self.0));
        let meter = self.0.meter.clone();
        RequestBody::retryable(move || {
            RequestBody::from_body_1_x(Counted {
                body: content.body(),
                rest: Bytes::new(),
                shared: shared.clone(),
                meter: meter.clone(),
                attempt: None,
            })
        })
    }

    /// The result of `send`; none if it was stopped so that the body moves later, because too many others move.
    pub(super) async fn in_turn<T>(&self, send: impl Future<Output = T>) -> Option<T> {
        let mut send = std::pin::pin!(send);
        tokio::select! {
            biased;
            sent = &mut send => return Some(sent),
            () = self.0.permit.stopped() => {}
        }
        if self.0.taken().bytes < self.0.bytes / STOPPABLE_SHARE {
            self.0.begin_attempt();
            return None;
        }
        Some(send.await)
    }

    /// The request has succeeded: what is not counted yet has moved, too.
    pub(super) fn finish(&self) {
        let mut taken = self.0.taken();
        taken.attempt += 1;
        self.0.item.add(self.0.bytes.saturating_sub(taken.bytes));
        taken.bytes = self.0.bytes;
    }

    /// An earlier run has sent the body.
    pub(super) fn resume(&self) {
        self.0.item.resume(self.0.bytes);
    }
}

impl Shared {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes back what earlier attempts have counted, and returns the number of the new one.
    fn begin_attempt(&self) -> u32 {
        let mut taken = self.taken();
        self.item.take_back(std::mem::take(&mut taken.bytes));
        taken.attempt += 1;
        taken.attempt
    }

    fn count(&self, attempt: u32, bytes: u64) {
        let mut taken = self.taken();
        if taken.attempt != attempt {
            return;
        }
        taken.bytes += bytes;
        self.item.add(bytes);
        self.meter.add(bytes);
        if taken.bytes >= self.bytes {
            self.permit.body_is_sent();
        }
    }
}

struct Counted {
    body: RequestBody,
    /// What the body has given, and the connection has not taken.
    rest: Bytes,
    /// None once the request has ended.
    shared: Weak<Shared>,
    meter: Meter,
    /// None until the connection takes the first bytes: the SDK copies bodies that it never sends.
    attempt: Option<u32>,
}

impl Body for Counted {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => this.rest = bytes,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let piece = this.meter.piece().min(MOST_AT_A_TIME);
        let bytes = this.rest.split_to(this.rest.len().min(piece));
        if let Some(shared) = this.shared.upgrade() {
            let attempt = *this.attempt.get_or_insert_with(|| shared.begin_attempt());
            shared.count(attempt, bytes.len() as u64);
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let left = Body::size_hint(&self.body).exact().map(|left| left + self.rest.len() as u64);
        left.map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}
