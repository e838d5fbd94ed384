//! The body of an upload's request, counted as the connection takes it: for the progress, for the measured rate, and to
//! decide whether it may still be stopped.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use aws_sdk_s3::primitives::SdkBody as RequestBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::splitter::PartContent;
use crate::transfer::permits::{Meter, Permit};
use crate::transfer::progress::ProgressItem;

/// The most bytes that are counted at a time.
const MOST_AT_A_TIME: usize = 256 << 10;
/// A body is stopped only while the connection has taken less than one part in this many.
const STOPPABLE_SHARE: u64 = 2;

/// One request with a body. Cheap to clone.
#[derive(Clone)]
pub(super) struct Sending(Arc<Shared>);

struct Shared {
    permit: Permit,
    meter: Meter,
    item: ProgressItem,
    /// The body's size.
    bytes: u64,
    /// How many bytes the connection has taken, at the attempt that is under way.
    taken: AtomicU64,
}

impl Sending {
    /// A request with a body of `bytes` bytes.
    pub(super) fn new(permit: Permit, item: ProgressItem, bytes: u64) -> Sending {
        let (meter, taken) = (permit.meter(), AtomicU64::new(0));
        Sending(Arc::new(Shared { permit, meter, item, bytes, taken }))
    }

    /// The content as a body. At each attempt, its bytes count from the beginning.
    pub(super) fn body(&self, content: &PartContent) -> RequestBody {
        if self.0.bytes <= MOST_AT_A_TIME as u64 {
            return content.body();
        }
        let (content, shared) = (content.clone(), self.0.clone());
        RequestBody::retryable(move || {
            shared.take_back();
            let (body, shared) = (content.body(), shared.clone());
            RequestBody::from_body_1_x(Counted { body, rest: Bytes::new(), shared })
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
        if self.0.taken.load(Ordering::Relaxed) < self.0.bytes / STOPPABLE_SHARE {
            self.0.take_back();
            return None;
        }
        Some(send.await)
    }

    /// The request was answered: what is not counted yet has moved, too.
    pub(super) fn finish(&self) {
        let taken = self.0.taken.swap(self.0.bytes, Ordering::Relaxed);
        self.0.item.add(self.0.bytes.saturating_sub(taken));
    }

    /// An earlier run has sent the body.
    pub(super) fn resume(&self) {
        self.0.item.resume(self.0.bytes);
    }
}

impl Shared {
    fn count(&self, bytes: u64) {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.item.add(bytes);
        self.meter.add(bytes);
        if taken >= self.bytes {
            self.permit.body_is_sent();
        }
    }

    fn take_back(&self) {
        self.item.take_back(self.taken.swap(0, Ordering::Relaxed));
    }
}

struct Counted {
    body: RequestBody,
    /// What the body has given, and the connection has not taken.
    rest: Bytes,
    shared: Arc<Shared>,
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
        let piece = this.shared.meter.piece().min(MOST_AT_A_TIME);
        let bytes = this.rest.split_to(this.rest.len().min(piece));
        this.shared.count(bytes.len() as u64);
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
