//! A request from its first byte to its answer's last: latency, faults, bandwidth, the log file.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use s3s::StdError;

use super::control::Control;
use super::handler::Handler;
use crate::body::{TamperedBody, Throttled};
use crate::context::Connection;
use crate::fault::FaultKind;
use crate::log_file::{Entry, LogFile};
use crate::request_log::RequestRecord;

impl Handler {
    /// Answers one request; `busy` is dropped once its answer is handed over. An error drops the connection.
    pub(crate) async fn serve<G>(
        &self,
        request: Request<Incoming>,
        connection: Connection,
        busy: G,
    ) -> io::Result<Response<Outgoing<G>>> {
        let started = Instant::now();
        let (head, body) = request.into_parts();
        if Control::is_meant(&head) {
            let response = TamperedBody::plain(self.control.answer(&head, body).await);
            return Ok(response.map(|body| Outgoing {
                body: self.throttle.outgoing(body),
                log_line: None,
                _busy: busy,
            }));
        }
        let record = RequestRecord::new(&head, connection.number);
        let fault = self.faults.choose(&record);
        let received = Arc::default();
        let mut log_line = self.log_file.as_ref().map(|file| LogLine {
            file: Arc::clone(file),
            entry: Entry::new(&head, &record),
            started,
            received: Arc::clone(&received),
            fault: fault.as_ref().map(|fault| fault.kind),
            status: None,
            sent: 0,
        });
        let fault_delay = fault.as_ref().map_or_else(Default::default, |fault| fault.delay());
        let delay = self.throttle.latency + fault_delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let response = self.answer((head, body), record, connection, fault, &received).await?;
        if let Some(line) = &mut log_line {
            line.status = Some(response.status().as_u16());
        }
        Ok(response.map(|body| Outgoing {
            body: self.throttle.outgoing(body),
            log_line,
            _busy: busy,
        }))
    }
}

/// An answer's body on its way.
pub(crate) struct Outgoing<G> {
    body: Throttled<TamperedBody>,
    log_line: Option<LogLine>,
    _busy: G,
}

impl<G: Unpin> Body for Outgoing<G> {
    type Data = Bytes;
    type Error = StdError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StdError>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
        if let (Some(line), Some(data)) = (&mut this.log_line, data) {
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

/// The line that the log file gets once the exchange is over, however it ends.
struct LogLine {
    file: Arc<LogFile>,
    entry: Entry,
    started: Instant,
    received: Arc<AtomicU64>,
    fault: Option<FaultKind>,
    /// `None` where no answer was sent.
    status: Option<u16>,
    sent: u64,
}

impl Drop for LogLine {
    fn drop(&mut self) {
        self.file.write(
            &self.entry,
            self.status,
            self.fault,
            (self.received.load(Ordering::Relaxed), self.sent),
            self.started.elapsed(),
        );
    }
}
