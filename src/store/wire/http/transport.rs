//! What carries requests: connections, and layers around them such as the read timeout.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// A layer that carries requests.
pub(super) trait Carry: fmt::Debug + Send + Sync {
    /// The connector for requests with these timeouts.
    fn connector(&self, timeouts: &HttpConnectorSettings) -> SharedHttpConnector;
}

/// Carries the requests of the SDK, and those that the proxy relays; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Transport(Arc<dyn Carry>);

impl Transport {
    pub(super) fn new(layer: impl Carry + 'static) -> Transport {
        Transport(Arc::new(layer))
    }

    /// The connector for requests with these timeouts.
    pub(crate) fn connector(&self, timeouts: &HttpConnectorSettings) -> SharedHttpConnector {
        self.0.connector(timeouts)
    }
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector(settings)
    }
}
