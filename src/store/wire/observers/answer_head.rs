//! Parts of an answer's head that the SDK does not pass on: the status of a success, and the key-MD5 if the operation's
//! output has no field for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::store::seal::KEY_MD5;

/// The head of the last answer to one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct AnswerHead(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    status: u16,
    key_md5: Option<String>,
}

impl AnswerHead {
    /// The HTTP status; 0 without an answer.
    pub(crate) fn status(&self) -> u16 {
        self.seen().status
    }

    /// The MD5 of the key that the store reports to have used.
    pub(crate) fn key_md5(&self) -> Option<String> {
        self.seen().key_md5.clone()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for AnswerHead {
    fn name(&self) -> &'static str {
        "AnswerHead"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let key_md5 = answer.headers().get(KEY_MD5).map(str::to_owned);
        *self.seen() = Seen { status: answer.status().as_u16(), key_md5 };
        Ok(())
    }
}
