//! A request that is refused, and the error document that says so (AWS, "Error responses").

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use crate::failure::{Failure, Kind};
use crate::store::wire::Refusal;
use crate::text::redaction::{scrub, visible};
use crate::text::xml;

/// The header that names the cause of a refusal of this program.
pub(super) const CAUSE: HeaderName = HeaderName::from_static("x-s3seal-cause");

/// Why a request is refused.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    /// Amazon's error code.
    pub(super) code: String,
    /// For people. Passes the redaction before it is sent.
    pub(super) message: String,
    /// The cause, if this program and not the store refused: a word for metrics, logs and the header.
    pub(super) cause: Option<&'static str>,
    /// Headers of the store's answer that belong to the refusal.
    pub(super) headers: Box<HeaderMap>,
}

impl Refused {
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Refused {
        Refused {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: code.to_owned(),
            message: message.into(),
            cause: None,
            headers: Box::default(),
        }
    }

    #[must_use]
    pub(super) fn because(self, cause: &'static str) -> Refused {
        Refused { cause: Some(cause), ..self }
    }

    /// What cannot be sealed is refused by name: SDKs do not repeat a request that was answered 501.
    pub(super) fn not_implemented(what: &str, why: &str) -> Refused {
        Refused::new(501, "NotImplemented", format!("{what} is refused by s3seal proxy: {why}"))
            .because("unsupported")
    }

    pub(super) fn invalid(code: &str, message: impl Into<String>) -> Refused {
        Refused::new(400, code, message).because("malformed")
    }

    /// The store's refusal in its own status and code, with one cause and one fix.
    pub(super) fn explained(refusal: &Refusal, failure: &Failure) -> Refused {
        let Some(status) = refusal.status else { return Refused::of_failure(failure) };
        let default = code_of(status);
        let code = refusal.code.as_deref().unwrap_or(default);
        let own = refusal.message.as_deref().unwrap_or_default();
        let mut message = own.trim().to_owned();
        if !message.is_empty() && !message.ends_with('.') {
            message.push('.');
        }
        if !message.is_empty() {
            message.push(' ');
        }
        message += &sentence(failure);
        Refused::new(status, code, message)
    }

    /// A failure of this program, or of the way to the store.
    pub(super) fn of_failure(failure: &Failure) -> Refused {
        let (status, code, cause) = match failure.kind {
            Kind::NotFound => (404, "NoSuchKey", "not-found"),
            Kind::Key => (403, "AccessDenied", "key"),
            Kind::Denied => (403, "AccessDenied", "denied"),
            // A read of plaintext is denied; a write that is not sealed must not be repeated.
            Kind::Unsealed => (501, "NotImplemented", "not-sealed"),
            Kind::Precondition => (412, "PreconditionFailed", "precondition"),
            Kind::Usage => (403, "AccessDenied", "no-key"),
            Kind::Integrity => (500, "InternalError", "integrity"),
            Kind::Unavailable => (503, "ServiceUnavailable", "unavailable"),
            Kind::Other | Kind::Interrupted(_) => (500, "InternalError", "other"),
        };
        let detail = failure.detail();
        // What the store refused keeps its status, unless the status would be a success.
        let status = match (failure.kind, detail.status) {
            (Kind::Other, Some(own @ 400..)) => own,
            _ => status,
        };
        let code = match (failure.kind, detail.code.as_deref()) {
            (Kind::Other | Kind::NotFound | Kind::Denied, Some(own)) => own,
            _ => code,
        };
        Refused::new(status, code, sentence(failure)).because(cause)
    }

    /// The answer; without a document if the request was a HEAD.
    pub(super) fn answer(self, resource: &str, is_head: bool) -> Response<Full<Bytes>> {
        let document = if is_head || self.status == StatusCode::NOT_MODIFIED {
            Bytes::new()
        } else {
            let text = |text: &str| visible(&scrub(text)).into_owned();
            let body = [
                xml::element("Code", &text(&self.code)),
                xml::element("Message", &text(&self.message)),
                xml::element("Resource", &text(resource)),
            ];
            let body = body.concat();
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>{body}</Error>").into()
        };
        let has_document = !document.is_empty();
        let mut response = Response::new(Full::new(document));
        *response.status_mut() = self.status;
        *response.headers_mut() = *self.headers;
        if has_document {
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        }
        if let Some(cause) = self.cause {
            response.headers_mut().insert(CAUSE, HeaderValue::from_static(cause));
        }
        response
    }
}

/// The message of a failure, and what to do.
fn sentence(failure: &Failure) -> String {
    let message = failure.to_string();
    match &failure.detail().hint {
        Some(hint) => format!("{message}: {hint}"),
        None => message,
    }
}

/// The usual code for a status: HEAD answers have none.
fn code_of(status: u16) -> &'static str {
    match status {
        304 => "NotModified",
        400 => "InvalidRequest",
        403 => "AccessDenied",
        404 => "NoSuchKey",
        405 => "MethodNotAllowed",
        409 => "OperationAborted",
        412 => "PreconditionFailed",
        416 => "InvalidRange",
        501 => "NotImplemented",
        503 => "ServiceUnavailable",
        _ => "InternalError",
    }
}

/// The refusals of a client's credentials and signature, as Amazon words them.
impl Refused {
    pub(super) fn access_denied(message: &str) -> Refused {
        Refused::new(403, "AccessDenied", message).because("signature")
    }

    pub(super) fn signature(code: &str, message: &str) -> Refused {
        let status = if code.ends_with("Malformed") || code.ends_with("Error") { 400 } else { 403 };
        Refused::new(status, code, message).because("signature")
    }
}
