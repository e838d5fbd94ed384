//! Limits on answers other than objects: documents and errors are read into memory whole, so longer ones than S3 needs
//! are refused.

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

/// In bytes. The longest is a page of a listing: 1,000 keys of 1,024 bytes, percent-encoded, with their details are 4
/// MiB.
const LONGEST_DOCUMENT: u64 = 16 << 20;
/// Five times as many as 1,000 keys with 20 elements each. An element can take far more memory than its text.
const MOST_XML_TAGS: usize = 200_000;
/// In bytes. An error has a code, a message and a few details.
const LONGEST_ERROR: u64 = 1 << 20;
/// How many bytes of a document's beginning and end are kept.
const END: usize = 1024;

/// Limits the documents of a store: a long error is cut, any other long document is refused.
#[derive(Debug)]
pub(crate) struct DocumentLimit;

/// The error for a document that is too long.
#[derive(Debug)]
pub(crate) struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store's answer is longer than any S3 request has to say")
    }
}

impl std::error::Error for TooLong {}

impl Intercept for DocumentLimit {
    fn name(&self) -> &'static str {
        "DocumentLimit"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response_mut();
        let is_success = answer.status().is_success();
        let operation = config.load::<Metadata>().map(Metadata::name).unwrap_or_default();
        if is_success && operation == "GetObject" {
            return Ok(());
        }
        let bytes_left = if is_success { LONGEST_DOCUMENT } else { LONGEST_ERROR };
        let ends = (is_success && is_list(operation)).then(DocumentEnds::default);
        let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
        let tags_left = if is_success { MOST_XML_TAGS } else { usize::MAX };
        let capped = Capped { body, bytes_left, tags_left, is_error: !is_success, ends };
        *answer.body_mut() = SdkBody::from_body_1_x(capped);
        Ok(())
    }
}

/// Whether an answer is a list, where a missing end would look like the end of the list.
fn is_list(operation: &str) -> bool {
    operation.starts_with("List") || operation.starts_with("Get") || operation == "DeleteObjects"
}

/// A body that is read up to a limit.
struct Capped {
    body: SdkBody,
    bytes_left: u64,
    tags_left: usize,
    /// Whether a long body is cut instead of refused.
    is_error: bool,
    /// Set if the document must be complete.
    ends: Option<DocumentEnds>,
}

/// The beginning and end of an XML document: the SDK's parser accepts a truncated one as complete.
#[derive(Debug, Default)]
struct DocumentEnds {
    beginning: Vec<u8>,
    end: Vec<u8>,
}

impl DocumentEnds {
    fn add(&mut self, bytes: &[u8]) {
        let missing = END.saturating_sub(self.beginning.len()).min(bytes.len());
        self.beginning.extend_from_slice(&bytes[..missing]);
        self.end.extend_from_slice(&bytes[bytes.len().saturating_sub(END)..]);
        let surplus = self.end.len().saturating_sub(END);
        self.end.drain(..surplus);
    }

    /// Whether the last tag closes the root element. True for an empty document.
    fn fit(&self) -> bool {
        let beginning = String::from_utf8_lossy(&self.beginning);
        let is_root = |rest: &&str| !rest.starts_with(['?', '!']);
        let Some(root) = beginning.split('<').skip(1).find(is_root) else {
            return self.beginning.trim_ascii().is_empty();
        };
        let is_closed_at_once = root.trim_end().ends_with("/>");
        let name = root.split([' ', '\t', '\r', '\n', '>', '/']).next().unwrap_or_default();
        let end = String::from_utf8_lossy(&self.end);
        let last = end.rsplit('<').next().unwrap_or_default().trim_end();
        let closed = last.strip_prefix('/').and_then(|it| it.strip_suffix('>'));
        is_closed_at_once || closed.is_some_and(|closed| closed.trim_end() == name)
    }
}

impl Body for Capped {
    type Data = Bytes;
    type Error = aws_smithy_types::body::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        if this.is_error && this.bytes_left == 0 {
            return Poll::Ready(None);
        }
        Pin::new(&mut this.body).poll_frame(context).map(|frame| {
            if frame.is_none() && this.ends.take().is_some_and(|ends| !ends.fit()) {
                return Some(Err("its answer is cut off".into()));
            }
            let mut bytes = match frame?.map(Frame::into_data) {
                Ok(Ok(bytes)) => bytes,
                // Trailers.
                Ok(Err(frame)) => return Some(Ok(frame)),
                Err(error) => return Some(Err(error)),
            };
            if bytes.len() as u64 > this.bytes_left {
                if !this.is_error {
                    return Some(Err(TooLong.into()));
                }
                bytes = bytes.copy_to_bytes(this.bytes_left as usize);
            }
            this.bytes_left -= bytes.len() as u64;
            let tags = bytes.iter().filter(|byte| **byte == b'<').count();
            let Some(tags_left) = this.tags_left.checked_sub(tags) else {
                return Some(Err(TooLong.into()));
            };
            this.tags_left = tags_left;
            if let Some(ends) = &mut this.ends {
                ends.add(&bytes);
            }
            Some(Ok(Frame::data(bytes)))
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(document: &str) -> bool {
        let mut ends = DocumentEnds::default();
        document.as_bytes().chunks(7).for_each(|bytes| ends.add(bytes));
        ends.fit()
    }

    #[test]
    fn a_document_ends_as_it_begins() {
        let long =
            format!("<?xml version=\"1.0\"?>\n<R xmlns=\"x\">{}</R>\n", "<a>b</a>".repeat(999));
        for whole in [
            "",
            " \n",
            "<R/>",
            "<?xml version=\"1.0\"?><R xmlns=\"a/b\" />",
            "<R></R>",
            "<n:R a='b'></n:R >",
            &long,
        ] {
            assert!(fit(whole), "{whole}");
        }
        for cut in [
            "<R",
            "<R>",
            "<R><a/>",
            "<R><a></a>",
            "<R></R",
            "<?xml version=\"1.0\"?>",
            "no XML",
            long.trim_end_matches("</R>\n"),
        ] {
            assert!(!fit(cut), "{cut}");
        }
    }
}
