//! The request log of `-v`: a line for each attempt at a request, with method, URL, status, time and number of the attempt;
//! never headers or signatures.

use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use crate::location::without_query;

/// An attempt that was sent.
#[derive(Debug)]
struct Attempt {
    /// The method and the URL.
    what: String,
    sent: Instant,
}

impl Storable for Attempt {
    type Storer = StoreReplace<Attempt>;
}

/// Logs each attempt at a request.
#[derive(Debug)]
pub(crate) struct RequestLog;

impl Intercept for RequestLog {
    fn name(&self) -> &'static str {
        "RequestLog"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if tracing::enabled!(tracing::Level::INFO) {
            let request = context.request();
            let url = without_signature(request.uri());
            tracing::debug!("{} {url} …", request.method());
            let what = format!("{} {url}", request.method());
            bag.interceptor_state().store_put(Attempt { what, sent: Instant::now() });
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // A request that is only signed, for a presigned URL, has neither an answer nor an error.
        let was_sent = context.response().is_some() || context.output_or_error().is_some();
        if let Some(Attempt { what, sent }) = bag.load::<Attempt>().filter(|_| was_sent) {
            let number = bag.load::<RequestAttempts>().map_or(1, |it| it.attempts());
            let status = context.response().map(|response| response.status().as_u16());
            log_attempt(what, status, *sent, number);
        }
        Ok(())
    }
}

/// Logs an attempt at a request, whose method and URL are `what`. `status`: none if there was no answer.
pub(crate) fn log_attempt(what: &str, status: Option<u16>, sent: Instant, number: u32) {
    let status = status.map_or("no answer".to_owned(), |status| status.to_string());
    tracing::info!("{what}: {status}, {} ms, attempt {number}", sent.elapsed().as_millis());
}

fn without_signature(url: &str) -> &str {
    if url.to_ascii_lowercase().contains("signature=") { without_query(url) } else { url }
}
