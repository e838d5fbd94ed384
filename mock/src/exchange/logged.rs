//! A request's way through the server from the first byte to the last: latency, faults, bandwidth, the log file.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use s3s::StdError;

use crate::body::incoming::TamperedBody;
use crate::body::throttle::Paced;
use crate::exchange::front::{Connection, Front};
use crate::fault::FaultKind;
use crate::log_file::{Entry, Journal};
use crate::request_log::RequestRecord;
use crate::server::slots::Busy;

impl Front {
    /// Answers one request.
    ///
    /// # Errors
    /// Where the connection shall be dropped instead of an answer.
    pub(crate) async fn serve(
        &self,
        request: Request<Incoming>,
        connection: Connection,
        busy: Busy,
    ) -> io::Result<Response<Outgoing>> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        let record = RequestRecord::new(&head, connection.number);
        let fault = self.faults.strike(&record);
        let received = Arc::default();
        let mut line = self.journal.as_ref().map(|journal| Line {
            journal: Arc::clone(journal),
            entry: Entry::new(&head, &record),
            started,
            received: Arc::clone(&received),
            fault: fault.as_ref().map(|fault| fault.kind),
            status: None,
            sent: 0,
        });
        let delay = self.line.latency + fault.as_ref().map_or_else(Default::default, |f| f.delay());
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let request = Request::from_parts(head, body);
        let response = self.exchange(request, connection, fault, &received).await?;
        if let Some(line) = &mut line {
            line.status = Some(response.status().as_u16());
        }
        Ok(response.map(|body| Outgoing { body: self.line.outward(body), line, _busy: busy }))
    }
}

/// An answer's body on its way.
#[derive(Debug)]
pub(crate) struct Outgoing {
    body: Paced<TamperedBody>,
    line: Option<Line>,
    /// The request is being served until its answer is handed over.
    _busy: Busy,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = StdError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StdError>>> {
        let this = self.get_mut();
        let frame = std::task::ready!(Pin::new(&mut this.body).poll_frame(cx));
        let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
        if let (Some(line), Some(data)) = (&mut this.line, data) {
            line.sent += data.len() as u64;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What the log file gets once the exchange is over, however it ends.
#[derive(Debug)]
struct Line {
    journal: Arc<Journal>,
    entry: Entry,
    started: Instant,
    received: Arc<AtomicU64>,
    fault: Option<FaultKind>,
    /// `None` where no answer was sent.
    status: Option<u16>,
    sent: u64,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.journal.write(
            &self.entry,
            self.status,
            self.fault,
            (self.received.load(Ordering::Relaxed), self.sent),
            self.started.elapsed(),
        );
    }
}
