//! `--limit-rate`: a limit in bytes per second for all connections of a run together, in both directions.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::transport::{Carry, Transport};
use crate::text::size;

/// Connections take turns of this fraction of a second's bytes, so that none waits long.
const TURNS_PER_SECOND: u64 = 16;
const LONGEST_TURN: u64 = 256 << 10;
/// Unused capacity expires after this time.
const MOST_CREDIT: Duration = Duration::from_millis(100);

/// A limit in bytes per second. Clones share it, so that two stores together keep to it.
#[derive(Debug, Clone)]
pub(crate) struct RateLimit(Arc<Rate>);

/// Parses a rate: a size with or without `/s`.
/// Errors: The reason, if it is not a rate.
pub(crate) fn parse_rate(text: &str) -> Result<RateLimit, String> {
    match size::parse(text.strip_suffix("/s").unwrap_or(text))? {
        0 => Err("nothing would ever arrive".to_owned()),
        rate => Ok(RateLimit(Arc::new(Rate::new(rate)))),
    }
}

/// An HTTP client that keeps to a rate.
#[derive(Debug)]
pub(crate) struct RateLimited {
    inner: Transport,
    rate: Arc<Rate>,
}

impl RateLimited {
    /// Limits the client to this rate.
    pub(crate) fn at(limit: &RateLimit, inner: Transport) -> Transport {
        Transport::new(RateLimited { inner, rate: limit.0.clone() })
    }
}

impl Carry for RateLimited {
    fn connector(&self, settings: &HttpConnectorSettings) -> SharedHttpConnector {
        let inner = self.inner.connector(settings);
        SharedHttpConnector::new(RateLimitedConnector { inner, rate: self.rate.clone() })
    }
}

#[derive(Debug)]
struct RateLimitedConnector {
    inner: SharedHttpConnector,
    rate: Arc<Rate>,
}

impl HttpConnector for RateLimitedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let rate = self.rate.clone();
        let answer = self.inner.call(request.map(|body| slowed(body, &rate)));
        HttpConnectorFuture::new(async move { Ok(answer.await?.map(|body| slowed(body, &rate))) })
    }
}

/// A token bucket: bytes are reserved in advance, and sent when their time has come.
#[derive(Debug)]
struct Rate {
    bytes_a_second: u64,
    /// When everything reserved so far will have been sent.
    free: Mutex<Instant>,
}

impl Rate {
    fn new(bytes_a_second: u64) -> Rate {
        Rate { bytes_a_second, free: Mutex::new(Instant::now()) }
    }

    /// How many of `bytes` bytes may be sent in one turn; at least one.
    fn turn(&self, bytes: usize) -> usize {
        let longest = (self.bytes_a_second / TURNS_PER_SECOND).clamp(1, LONGEST_TURN);
        bytes.min(longest as usize)
    }

    /// Reserves `bytes` bytes, and returns when they may be sent.
    fn pay(&self, bytes: usize) -> Instant {
        let time = Duration::from_secs_f64(bytes as f64 / self.bytes_a_second as f64);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = Instant::now().checked_sub(MOST_CREDIT).unwrap_or(*free);
        *free = (*free).max(earliest) + time;
        *free
    }
}

/// A body that is passed on in turns.
struct Slowed {
    body: SdkBody,
    rate: Arc<Rate>,
    /// Bytes received from `body` and not yet passed on.
    rest: Bytes,
    turn: Option<(usize, Pin<Box<Sleep>>)>,
}

fn slowed(body: SdkBody, rate: &Arc<Rate>) -> SdkBody {
    if body.content_length() == Some(0) {
        return body;
    }
    SdkBody::from_body_1_x(Slowed { body, rate: rate.clone(), rest: Bytes::new(), turn: None })
}

impl Body for Slowed {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        while this.rest.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => this.rest = bytes,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let (rate, rest) = (&this.rate, &mut this.rest);
        let (bytes, wait) = this.turn.get_or_insert_with(|| {
            let bytes = rate.turn(rest.len());
            (bytes, Box::pin(sleep_until(rate.pay(bytes))))
        });
        ready!(wait.as_mut().poll(context));
        let now = rest.split_to(*bytes);
        this.turn = None;
        Poll::Ready(Some(Ok(Frame::data(now))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let inner = Body::size_hint(&self.body);
        let rest = self.rest.len() as u64;
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// Reads a body to its end, and says how many bytes it had and how large the largest piece was.
    async fn read(mut body: SdkBody) -> (usize, usize) {
        let (mut total, mut largest) = (0, 0);
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let bytes = frame.unwrap().into_data().unwrap().len();
            total += bytes;
            largest = largest.max(bytes);
            let left = Body::size_hint(&body).exact();
            assert!(left.is_some(), "the length is known all the time");
        }
        (total, largest)
    }

    #[tokio::test(start_paused = true)]
    async fn connections_share_the_rate() {
        let rate = Arc::new(Rate::new(64 << 10));
        let began = Instant::now();
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            readers.spawn(read(slowed(SdkBody::from(vec![7; 256 << 10]), &rate)));
        }
        while let Some(done) = readers.join_next().await {
            assert_eq!(done.unwrap(), (256 << 10, 4 << 10));
        }
        let seconds = began.elapsed().as_secs_f64();
        assert!((15.8..16.2).contains(&seconds), "1 MiB at 64 KiB a second took {seconds} s");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_used_is_lost() {
        let rate = Arc::new(Rate::new(1000));
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let began = Instant::now();
        read(slowed(SdkBody::from(vec![7; 2000]), &rate)).await;
        let seconds = began.elapsed().as_secs_f64();
        assert!((1.8..2.1).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_rate_still_moves() {
        let rate = Arc::new(Rate::new(1));
        assert_eq!(read(slowed(SdkBody::from(vec![7; 5]), &rate)).await, (5, 1));
        assert_eq!(read(slowed(SdkBody::empty(), &rate)).await, (0, 0));
    }

    #[test]
    fn rates_are_sizes_with_or_without_per_second() {
        let rate = |text: &str| parse_rate(text).map(|limit| limit.0.bytes_a_second);
        assert_eq!(rate("512K"), Ok(512 << 10));
        assert_eq!(rate("10MB/s"), Ok(10 << 20));
        for text in ["0", "", "fast", "10/h"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
