//! What an interceptor may do with a request.

use std::sync::Arc;

use crate::request_log::RequestRecord;

/// A ready-made answer, sent as it is.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Names and values; `Content-Length` is added.
    pub headers: Vec<(String, String)>,
    /// The body, ignored in answers to HEAD.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer in S3's error format.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let refusal = crate::refusal::Refusal::new(status, code.to_owned(), message.to_owned());
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), "application/xml".to_owned())],
            body: refusal.to_xml("INTERCEPTED", "/").into_bytes(),
        }
    }
}

/// What happens to a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Answer {
    /// The request's body is read to its end, then this is sent. Nothing takes effect.
    Respond(Reply),
    /// The connection is dropped without an answer. Nothing takes effect.
    Reset,
    /// The request takes effect, and its answer is tampered with.
    Handle(Tampering),
}

impl Answer {
    /// Shorthand for [`Answer::Respond`].
    pub fn respond(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::Respond(Reply { status, headers, body: body.into() })
    }

    /// Shorthand for [`Answer::Respond`] with an error of S3.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Respond(Reply::error(status, code, message))
    }
}

/// Changes to the answer of a request that was handled.
#[derive(Clone, Debug, Default)]
pub struct Tampering {
    pub(crate) instead: Option<Instead>,
    pub(crate) without: Vec<String>,
    pub(crate) with: Vec<(String, String)>,
    pub(crate) cut_after: Option<u64>,
    pub(crate) flip_at: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) enum Instead {
    Reset,
    Reply(Reply),
}

impl Tampering {
    /// The answer as it is.
    pub fn new() -> Self {
        Self::default()
    }

    /// The connection is dropped when the answer is ready: the request succeeded, but the client does not know.
    pub fn then_reset(mut self) -> Self {
        self.instead = Some(Instead::Reset);
        self
    }

    /// Another answer is sent.
    pub fn then_respond(mut self, reply: Reply) -> Self {
        self.instead = Some(Instead::Reply(reply));
        self
    }

    /// A header is left out, as by a store that does not echo.
    pub fn without_header(mut self, name: &str) -> Self {
        self.without.push(name.to_owned());
        self
    }

    /// A header is set, replacing the server's own.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.with.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The connection is dropped after this many bytes of the body; `Content-Length` stays whole.
    pub fn cut_body_after(mut self, bytes: u64) -> Self {
        self.cut_after = Some(bytes);
        self
    }

    /// The lowest bit of the body's byte at this offset is flipped.
    pub fn flip_bit_at(mut self, offset: u64) -> Self {
        self.flip_at = Some(offset);
        self
    }
}

impl From<Tampering> for Answer {
    fn from(tampering: Tampering) -> Self {
        Self::Handle(tampering)
    }
}

type Intercept = dyn Fn(&RequestRecord) -> Option<Answer> + Send + Sync;

/// The function of a test, called once a request's head is read.
#[derive(Clone, Default)]
pub(crate) struct Interceptor(Option<Arc<Intercept>>);

impl Interceptor {
    pub(crate) fn new(
        f: impl Fn(&RequestRecord) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(f)))
    }

    pub(crate) fn ask(&self, record: &RequestRecord) -> Option<Answer> {
        self.0.as_ref().and_then(|f| f(record))
    }
}
