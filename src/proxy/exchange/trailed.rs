//! Bodies with a trailer: one chunk, and behind it the checksum that is known only then (AWS, "Signature Calculations …
//! Using Trailers"). For stores that want the checksum of each part of an upload.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_ENCODING;
use http_body::{Body, Frame, SizeHint};

use crate::proxy::body::Inbound;
use crate::store::wire::Relayed;

/// The framing of a body that is verified on its way.
struct Trailed {
    body: Inbound,
    /// The line that begins the chunk.
    head: Option<Bytes>,
    left: u64,
    is_done: bool,
}

/// Gives the request this body, with its checksum as a trailer. Only for bodies that have a trailer.
pub(super) fn add_trailed(relayed: &mut Relayed, body: Inbound) {
    let Some((name, value_length)) = body.trailer_form() else {
        relayed.body = SdkBody::from_body_1_x(body);
        return;
    };
    let head = format!("{:x}\r\n", body.length());
    let end = "\r\n0\r\n".len() + name.len() + ":".len() + value_length + "\r\n\r\n".len();
    let headers = &mut relayed.headers;
    if let Ok(name) = HeaderValue::try_from(name) {
        headers.insert("x-amz-trailer", name);
    }
    headers.insert("x-amz-decoded-content-length", HeaderValue::from(body.length()));
    let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let encoding = encoding.map_or("aws-chunked".to_owned(), |own| format!("aws-chunked,{own}"));
    if let Ok(encoding) = HeaderValue::try_from(encoding) {
        headers.insert(CONTENT_ENCODING, encoding);
    }
    relayed.has_trailer = true;
    let left = head.len() as u64 + body.length() + end as u64;
    let head = Some(Bytes::from(head));
    relayed.body = SdkBody::from_body_1_x(Trailed { body, head, left, is_done: false });
}

impl Body for Trailed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if this.is_done {
            return Poll::Ready(None);
        }
        let frame = match this.head.take() {
            Some(head) => Frame::data(head),
            None => match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    this.is_done = true;
                    let (name, value) = this.body.trailer().unwrap_or_default();
                    Frame::data(Bytes::from(format!("\r\n0\r\n{name}:{value}\r\n\r\n")))
                }
            },
        };
        this.left = this.left.saturating_sub(frame.data_ref().map_or(0, |data| data.len() as u64));
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.is_done
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
