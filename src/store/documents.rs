//! Caps on what a store answers besides objects: documents and errors are read into memory whole, so a store that
//! sends more than any S3 request has to say is not listened to.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

/// A page of a listing: 1,000 keys of 1,024 bytes, each percent-encoded, with all that is said of each, are 4 MiB.
const LONGEST_DOCUMENT: u64 = 16 << 20;
/// An error: code, message and what it is about.
const LONGEST_ERROR: u64 = 1 << 20;

/// Cuts the documents of a store: of an error the beginning counts, anything else that is too long is refused.
#[derive(Debug)]
pub(super) struct Documents;

/// What is refused because it is too long.
#[derive(Debug)]
pub(super) struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = LONGEST_DOCUMENT >> 20;
        write!(
            f,
            "the store's answer is longer than {mib} MiB, more than any S3 request has to say"
        )
    }
}

impl std::error::Error for TooLong {}

impl Intercept for Documents {
    fn name(&self) -> &'static str {
        "Documents"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response_mut();
        let is_success = answer.status().is_success();
        let is_object = config.load::<Metadata>().is_some_and(|it| it.name() == "GetObject");
        if is_success && is_object {
            return Ok(());
        }
        let (left, is_error) =
            if is_success { (LONGEST_DOCUMENT, false) } else { (LONGEST_ERROR, true) };
        if answer.body().content_length().is_some_and(|bytes| bytes <= left) {
            return Ok(());
        }
        let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
        *answer.body_mut() = SdkBody::from_body_1_x(Capped { body, left, is_error });
        Ok(())
    }
}

/// A body of which only so much is read.
struct Capped {
    body: SdkBody,
    left: u64,
    /// Whether what is too long is cut, not refused.
    is_error: bool,
}

impl Body for Capped {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if this.is_error && this.left == 0 {
            return Poll::Ready(None);
        }
        Pin::new(&mut this.body).poll_frame(context).map(|frame| {
            let mut bytes = match frame?.map(Frame::into_data) {
                Ok(Ok(bytes)) => bytes,
                // Trailers.
                Ok(Err(frame)) => return Some(Ok(frame)),
                Err(error) => return Some(Err(error)),
            };
            if bytes.len() as u64 > this.left {
                if !this.is_error {
                    return Some(Err(TooLong.into()));
                }
                bytes = bytes.copy_to_bytes(this.left as usize);
            }
            this.left -= bytes.len() as u64;
            Some(Ok(Frame::data(bytes)))
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
