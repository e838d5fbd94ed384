//! The bodies of answers, cut or damaged where a test or a fault asks for it.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};
use s3s::{Body, StdError};
use tokio::time::Sleep;

use crate::answer::Tampering;

/// Data sent before a cut is still in the connection's buffer, which an error discards: it gets this long to reach the
/// client.
const FLUSH_TIME: Duration = Duration::from_millis(100);

/// An answer's body, cut or damaged where a test asked for it.
pub(crate) struct TamperedBody {
    inner: Body,
    sent: u64,
    cut_after: Option<u64>,
    /// Runs from the cut on.
    flush: Option<Pin<Box<Sleep>>>,
    flip_at: Option<u64>,
}

impl TamperedBody {
    pub(crate) fn new(inner: Body, tampering: &Tampering) -> Self {
        Self {
            inner,
            sent: 0,
            cut_after: tampering.cut_after,
            flush: None,
            flip_at: tampering.flip_at,
        }
    }

    pub(crate) fn plain(response: Response<Body>) -> Response<Self> {
        response.map(|body| Self::new(body, &Tampering::default()))
    }

    fn tamper(&mut self, mut data: Bytes) -> Bytes {
        if let Some(limit) = self.cut_after {
            let left = usize::try_from(limit.saturating_sub(self.sent)).unwrap_or(usize::MAX);
            data.truncate(left);
        }
        if let Some(index) = self.flip_at.and_then(|at| at.checked_sub(self.sent))
            && let Ok(index) = usize::try_from(index)
            && index < data.len()
        {
            let mut changed = data.to_vec();
            changed[index] ^= 1;
            data = changed.into();
        }
        self.sent += data.len() as u64;
        data
    }
}

impl HttpBody for TamperedBody {
    type Data = Bytes;
    type Error = StdError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StdError>>> {
        let this = self.get_mut();
        if this.cut_after.is_some_and(|limit| this.sent >= limit) {
            let flush = this.flush.get_or_insert_with(|| Box::pin(tokio::time::sleep(FLUSH_TIME)));
            ready!(flush.as_mut().poll(cx));
            let cut = io::Error::new(io::ErrorKind::ConnectionReset, "cut by the interceptor");
            return Poll::Ready(Some(Err(cut.into())));
        }
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(|data| this.tamper(data)))))
    }

    fn is_end_stream(&self) -> bool {
        self.cut_after.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
