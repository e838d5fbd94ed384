//! Answers: the store's, passed on as they arrive, and documents of this program's own.

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use super::headers;
use crate::proxy::refused::Refused;
use crate::store::wire::Answer;
use crate::text::xml;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(in crate::proxy) type ReplyBody = UnsyncBoxBody<Bytes, BoxError>;
pub(in crate::proxy) type Reply = Response<ReplyBody>;

/// The store's answer, for the client: its body is passed on as it arrives.
pub(super) fn pass(answer: Answer) -> Reply {
    let (head, body) = answer.into_parts();
    let mut reply = Response::new(stream(body));
    *reply.status_mut() = head.status;
    *reply.headers_mut() = headers::to_client(&head.headers);
    reply
}

fn stream(body: SdkBody) -> ReplyBody {
    body.map_err(BoxError::from).boxed_unsync()
}

/// A whole body.
pub(in crate::proxy) fn boxed(answer: Response<Full<Bytes>>) -> Reply {
    answer.map(|body| body.map_err(|never| match never {}).boxed_unsync())
}

/// A document of this program's own, with these headers of the store's answer.
pub(super) fn document(root: &str, elements: &[String], passed: &HeaderMap) -> Reply {
    let namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    let body = elements.concat();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{namespace}\">{body}</{root}>"
    );
    let mut reply = Response::new(Full::new(Bytes::from(text)));
    *reply.headers_mut() = headers::to_client(passed);
    for name in ["content-length", "content-type", "etag"] {
        reply.headers_mut().remove(name);
    }
    let xml = http::HeaderValue::from_static("application/xml");
    reply.headers_mut().insert(http::header::CONTENT_TYPE, xml);
    boxed(reply)
}

/// An element of a document, if there is a value.
pub(super) fn element(name: &str, value: Option<&str>) -> String {
    value.map(|value| xml::element(name, value)).unwrap_or_default()
}

pub(super) fn unexpected_end() -> Refused {
    Refused::new(500, "InternalError", "The request ended unexpectedly.").because("other")
}
