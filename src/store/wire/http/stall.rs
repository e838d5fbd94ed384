//! The read timeout: gives up a connection on which nothing moves in either direction. The SDK's own read timeout
//! starts with the request and includes the time to send its body, so it is not used.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::transport::{Carry, Transport};

/// How many bytes of a request the system may still buffer after it has taken the last one.
const MOST_BUFFERED: u64 = 1 << 20;
/// The slowest supported connection, in bytes per second, for sending that buffer.
const SLOWEST_RATE: u64 = 16 << 10;

/// An HTTP client that gives up if nothing moves for the read timeout. Time in which this program has no bytes to send
/// does not count.
#[derive(Debug)]
pub(crate) struct StallTimeout(Transport);

impl StallTimeout {
    /// Wraps a client.
    pub(crate) fn around(client: Transport) -> Transport {
        Transport::new(StallTimeout(client))
    }
}

impl Carry for StallTimeout {
    fn connector(&self, settings: &HttpConnectorSettings) -> SharedHttpConnector {
        let mut timeouts = HttpConnectorSettings::builder();
        // The same for all requests: only requests with equal timeouts share connections.
        timeouts.set_connect_timeout(settings.connect_timeout()).set_read_timeout(None);
        let inner = self.0.connector(&timeouts.build());
        match settings.read_timeout() {
            Some(read_timeout) => SharedHttpConnector::new(Watched { inner, read_timeout }),
            None => inner,
        }
    }
}

#[derive(Debug)]
struct Watched {
    inner: SharedHttpConnector,
    read_timeout: Duration,
}

impl HttpConnector for Watched {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let bytes = request.body().content_length().unwrap_or(0);
        let read_timeout = self.read_timeout;
        let sent = Arc::new(BodyProgress::begin(bytes));
        let request = match bytes {
            0 => request,
            _ => request.map(|body| outgoing(body, sent.clone())),
        };
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = tokio::select! {
                answer = answer => answer?,
                () = sent.stalled_for(read_timeout) => {
                    return Err(ConnectorError::timeout(stalled(read_timeout).into()));
                }
            };
            Ok(answer.map(|body| incoming(body, read_timeout)))
        })
    }
}

fn stalled(read_timeout: Duration) -> io::Error {
    let text = format!("nothing moved for {} seconds", read_timeout.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, text)
}

/// How far a request's body has been sent.
#[derive(Debug)]
struct BodyProgress {
    bytes: u64,
    began: Instant,
    /// When bytes were last requested from the body, in milliseconds since `began`, times [`STATES`], plus one of the
    /// states.
    last: AtomicU64,
}

const STATES: u64 = 4;
const TAKEN: u64 = 0;
/// The body has no bytes ready: this program is slow, not the store.
const WAITING: u64 = 1;
const COMPLETE: u64 = 2;

impl BodyProgress {
    fn begin(bytes: u64) -> BodyProgress {
        let state = if bytes == 0 { COMPLETE } else { TAKEN };
        BodyProgress { bytes, began: Instant::now(), last: AtomicU64::new(state) }
    }

    fn record(&self, state: u64) {
        let elapsed = self.began.elapsed().as_millis() as u64;
        self.last.store(elapsed * STATES + state, Ordering::Relaxed);
    }

    /// Completes when the connection has taken no bytes for this long although some were ready.
    async fn stalled_for(&self, read_timeout: Duration) {
        loop {
            let last = self.last.load(Ordering::Relaxed);
            let since = self.began + Duration::from_millis(last / STATES);
            let until = match last % STATES {
                WAITING => Instant::now() + read_timeout,
                COMPLETE => {
                    let unsent = Duration::from_secs(self.bytes.min(MOST_BUFFERED) / SLOWEST_RATE);
                    since + unsent + read_timeout
                }
                _ => since + read_timeout,
            };
            sleep_until(until).await;
            if last % STATES != WAITING && self.last.load(Ordering::Relaxed) == last {
                return;
            }
        }
    }
}

struct Outgoing {
    body: SdkBody,
    sent: Arc<BodyProgress>,
}

fn outgoing(body: SdkBody, sent: Arc<BodyProgress>) -> SdkBody {
    SdkBody::from_body_1_x(Outgoing { body, sent })
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let state = match &polled {
            Poll::Pending => WAITING,
            // A reader that knows the length does not poll for the end.
            Poll::Ready(_) if self.body.is_end_stream() => COMPLETE,
            Poll::Ready(None) => COMPLETE,
            Poll::Ready(Some(_)) => TAKEN,
        };
        self.sent.record(state);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }
}

struct Incoming {
    body: SdkBody,
    read_timeout: Duration,
    /// Runs while no bytes arrive; reused.
    alarm: Pin<Box<Sleep>>,
    waits: bool,
}

fn incoming(body: SdkBody, read_timeout: Duration) -> SdkBody {
    // A body in memory cannot stall.
    if body.bytes().is_some() {
        return body;
    }
    let alarm = Box::pin(sleep_until(Instant::now() + read_timeout));
    SdkBody::from_body_1_x(Incoming { body, read_timeout, alarm, waits: false })
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.waits = false;
            return Poll::Ready(frame);
        }
        if !this.waits {
            this.waits = true;
            this.alarm.as_mut().reset(Instant::now() + this.read_timeout);
        }
        match this.alarm.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(stalled(this.read_timeout).into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn after(seconds: u64) -> tokio::time::Sleep {
        tokio::time::sleep(Duration::from_secs(seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_stands_still_when_nothing_is_taken() {
        for (last, seconds) in [(TAKEN, 60), (COMPLETE, 64 + 60)] {
            let sent = BodyProgress::begin(1 << 30);
            let moving = async {
                for _ in 0..3 {
                    after(50).await;
                    sent.record(TAKEN);
                }
                sent.record(WAITING);
                after(1000).await;
                sent.record(last);
                std::future::pending::<()>().await;
            };
            let began = Instant::now();
            tokio::select! {
                () = moving => {}
                () = sent.stalled_for(PATIENCE) => {}
            }
            assert_eq!(began.elapsed().as_secs(), 150 + 1000 + seconds);
        }
    }

    /// Sends a byte after each of the pauses, then nothing more.
    struct Trickle(Vec<Pin<Box<Sleep>>>);

    impl Body for Trickle {
        type Data = Bytes;
        type Error = aws_smithy_types::body::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            let Some(next) = self.0.first_mut() else { return Poll::Pending };
            std::task::ready!(next.as_mut().poll(context));
            drop(self.0.remove(0));
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_stands_still_when_nothing_comes() {
        let trickle = Trickle([50, 100, 150].map(|at| Box::pin(after(at))).into());
        let mut body = incoming(SdkBody::from_body_1_x(trickle), PATIENCE);
        let mut next = async || poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
        let began = Instant::now();
        for _ in 0..3 {
            assert!(next().await.unwrap().is_ok());
            // A slow reader is no reason to give up.
            after(500).await;
        }
        let ended = next().await.unwrap().unwrap_err();
        assert!(ended.to_string().contains("60 seconds"), "{ended}");
        assert_eq!(began.elapsed().as_secs(), 50 + 3 * 500 + 60);
    }
}
