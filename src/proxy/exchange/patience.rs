//! Answers to copies that take long: as Amazon does, 200 and then a space now and then until the outcome is known, which may be
//! an error (AWS, "CopyObject"). Clients would give up otherwise, and begin another copy.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Interval, interval_at};

use super::reply::{Reply, ReplyBody, boxed, unexpected_end};
use crate::proxy::refused::Refused;

/// After this time the answer begins.
const QUIET: Duration = Duration::from_secs(20);
/// The pause between two spaces.
const PAUSE: Duration = Duration::from_secs(10);
/// What every document begins with.
const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The outcome of the work, or an answer that has begun.
pub(super) async fn patiently(
    mut work: JoinHandle<Result<Reply, Refused>>,
    resource: String,
) -> Result<Reply, Refused> {
    let outcome = tokio::time::timeout(QUIET, &mut work).await;
    if let Ok(outcome) = outcome {
        return outcome.unwrap_or_else(|_| Err(unexpected_end()));
    }
    let ticks = interval_at(Instant::now() + PAUSE, PAUSE);
    let waiting = Waiting { state: State::Begin, work, ticks, resource };
    let mut reply = Response::new(waiting.boxed_unsync());
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    Ok(reply)
}

struct Waiting {
    state: State,
    work: JoinHandle<Result<Reply, Refused>>,
    ticks: Interval,
    resource: String,
}

enum State {
    Begin,
    Waiting,
    /// The body of the outcome, whose declaration was sent before.
    Outcome(Box<ReplyBody>, bool),
}

impl Body for Waiting {
    type Data = Bytes;
    type Error = <ReplyBody as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Begin => {
                    this.state = State::Waiting;
                    return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(DECLARATION)))));
                }
                State::Waiting => {
                    if let Poll::Ready(outcome) = Pin::new(&mut this.work).poll(context) {
                        let outcome = outcome.unwrap_or_else(|_| Err(unexpected_end()));
                        let reply = outcome
                            .unwrap_or_else(|refused| boxed(refused.answer(&this.resource, false)));
                        this.state = State::Outcome(Box::new(reply.into_body()), true);
                        continue;
                    }
                    ready!(this.ticks.poll_tick(context));
                    return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))));
                }
                State::Outcome(body, is_first) => {
                    let frame = ready!(Pin::new(body.as_mut()).poll_frame(context));
                    if !std::mem::replace(is_first, false) {
                        return Poll::Ready(frame);
                    }
                    let bare = |data: Bytes| {
                        let end = data.windows(2).position(|it| it == b"?>");
                        let end = end.filter(|_| data.starts_with(b"<?xml"));
                        end.map_or(data.clone(), |end| data.slice(end + 2..))
                    };
                    return Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(bare))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::exchange::reply::document;

    async fn answer(outcome: Result<Reply, Refused>) -> (u16, String) {
        let work = tokio::spawn(async {
            tokio::time::sleep(Duration::from_secs(65)).await;
            outcome
        });
        let reply = patiently(work, "/b/k".to_owned()).await.unwrap();
        let status = reply.status().as_u16();
        let body = reply.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_copy_is_answered_with_spaces() {
        let done = document("CopyObjectResult", &["<ETag/>".to_owned()], &http::HeaderMap::new());
        let (status, text) = answer(Ok(done)).await;
        assert_eq!(status, 200);
        assert!(text.starts_with("<?xml") && text.matches("<?xml").count() == 1, "{text}");
        assert!(text.contains("?>\n    \n<CopyObjectResult"), "a space every ten seconds: {text}");

        let refused = Refused::new(501, "NotImplemented", "why");
        let (status, text) = answer(Err(refused)).await;
        assert!(status == 200 && text.contains("<Error><Code>NotImplemented</Code>"), "{text}");
        assert_eq!(text.matches("<?xml").count(), 1, "{text}");
    }
}
