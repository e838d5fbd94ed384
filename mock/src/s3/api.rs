//! What every operation gets: the API's state, and the request's head.

use std::sync::Arc;

use http::{Extensions, HeaderMap};
use s3s::{S3Request, S3Response};

use crate::context::RequestContext;
use crate::quirks::Quirks;
use crate::refusal::Refusal;
use crate::store::Store;

/// The S3 API over a store.
pub(crate) struct Api {
    pub(crate) store: Arc<Store>,
    pub(crate) region: String,
    pub(crate) quirks: &'static Quirks,
    pub(crate) require_tls: bool,
}

pub(crate) type Outcome<T> = Result<S3Response<T>, Refusal>;

/// The parts of a request that hold what the typed input does not.
pub(crate) struct Head<'a> {
    pub(crate) headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl<'a> Head<'a> {
    pub(crate) fn of<T>(request: &'a S3Request<T>) -> Self {
        Self { headers: &request.headers, extensions: &request.extensions }
    }

    pub(crate) fn context(&self) -> &'a RequestContext {
        RequestContext::of(self.extensions)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
