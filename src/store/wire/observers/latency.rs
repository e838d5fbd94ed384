//! The store's latency: its fastest answer so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// Requests with larger bodies, in bytes, are not measured: sending them takes time as well.
const MOST_BODY: u64 = 16 << 10;

/// The shortest time from sending a small request to the head of its answer, in microseconds.
#[derive(Debug, Clone)]
pub(crate) struct Latency(Arc<AtomicU64>);

#[derive(Debug)]
struct Sent(Instant);

impl Storable for Sent {
    type Storer = StoreReplace<Sent>;
}

impl Latency {
    /// Before the first answer.
    pub(crate) fn unknown() -> Latency {
        Latency(Arc::new(AtomicU64::new(u64::MAX)))
    }

    /// The fastest answer so far.
    pub(crate) fn fastest(&self) -> Option<Duration> {
        let micros = self.0.load(Ordering::Relaxed);
        (micros != u64::MAX).then(|| Duration::from_micros(micros))
    }
}

impl Intercept for Latency {
    fn name(&self) -> &'static str {
        "Latency"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.request().body().content_length().is_some_and(|bytes| bytes <= MOST_BODY) {
            bag.interceptor_state().store_put(Sent(Instant::now()));
        }
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        _: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Sent(at)) = bag.load::<Sent>() {
            let micros = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.0.fetch_min(micros, Ordering::Relaxed);
        }
        Ok(())
    }
}
