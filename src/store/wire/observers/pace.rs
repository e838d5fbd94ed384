//! How often a store asks for fewer requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Counts how often the store has asked for fewer requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pace(Arc<AtomicU64>);

impl Pace {
    /// How many answers have asked for fewer requests (`SlowDown`, 503, 429) since the program began.
    pub(crate) fn slow_downs(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Pace {
    fn name(&self) -> &'static str {
        "Pace"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let status = context.response().map(|response| response.status().as_u16());
        if matches!(status, Some(429 | 503)) {
            self.0.fetch_add(1, Ordering::Relaxed);
            tracing::debug!("the store asks for fewer requests");
        }
        Ok(())
    }
}
