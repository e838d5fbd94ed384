//! One request of a connection: answered, counted, and logged once its answer has ended.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;

use crate::proxy::exchange::{Gateway, Reply, ReplyBody};
use crate::proxy::observe::{Entry, RequestLog};

/// Tells whether the proxy serves; needs no credentials. No bucket has such a name.
pub(super) const HEALTH: &str = "/-/health";

/// Answers requests.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) gateway: Arc<Gateway>,
    pub(super) log: RequestLog,
}

impl Service {
    pub(super) async fn answer(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<Logged>, Infallible> {
        if request.uri().path() == HEALTH && request.method() == Method::GET {
            return Ok(Response::new(Logged::unlogged()));
        }
        let (expects, is_empty) = (expects_permission(&request), request.body().is_end_stream());
        self.log.metrics().begin();
        let mut entry = Recorded {
            entry: Entry::begin(request.method()),
            log: self.log.clone(),
            // What is logged if the client goes away before there is an answer: nginx's status for that.
            status: 499,
            sent: 0,
        };
        let reply: Reply = self.gateway.answer(request, &mut entry.entry).await;
        self.log.metrics().answered(entry.entry.elapsed());
        entry.status = reply.status().as_u16();
        let mut reply = reply.map(|body| Logged { body, recorded: Some(entry) });
        if expects && (is_empty || !reply.status().is_success()) {
            let close = http::HeaderValue::from_static("close");
            reply.headers_mut().insert(http::header::CONNECTION, close);
        }
        Ok(reply)
    }
}

/// Whether the client waits for `100 Continue` before it sends the body. If it gets the final answer instead, because there is
/// no body or the request is refused, the connection ends with it: boto3 and aws-cli misread the next answer otherwise.
fn expects_permission(request: &Request<Incoming>) -> bool {
    let expect = request.headers().get(http::header::EXPECT);
    expect.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Answers a scraper of metrics.
pub(super) fn metrics(request: &Request<Incoming>, log: &RequestLog) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::default());
    if request.uri().path() == "/-/metrics" && request.method() == Method::GET {
        *answer.body_mut() = Full::new(log.metrics().text().into());
        let text = http::HeaderValue::from_static("text/plain; version=0.0.4");
        answer.headers_mut().insert(http::header::CONTENT_TYPE, text);
    } else {
        *answer.status_mut() = StatusCode::NOT_FOUND;
    }
    answer
}

/// A request that is logged when this is dropped.
struct Recorded {
    entry: Entry,
    log: RequestLog,
    status: u16,
    sent: u64,
}

impl Drop for Recorded {
    fn drop(&mut self) {
        self.log.record(&self.entry, self.status, self.sent);
    }
}

/// The body of an answer, whose bytes are counted.
pub(super) struct Logged {
    body: ReplyBody,
    recorded: Option<Recorded>,
}

impl Logged {
    fn unlogged() -> Logged {
        let body = Full::default().map_err(|never: Infallible| match never {}).boxed_unsync();
        Logged { body, recorded: None }
    }
}

impl Body for Logged {
    type Data = Bytes;
    type Error = <ReplyBody as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let (Poll::Ready(Some(Ok(frame))), Some(recorded)) = (&polled, &mut self.recorded) {
            recorded.sent += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
