//! The SDK's interface, over hyper's client and its pool of connections.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, HttpInfo, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::dial::{Dialer, TimedOut};
use super::errors;
use super::scratch::PIECE;
use super::tls::Tls;
use crate::store::wire::http::loopback::Resolver;
use crate::store::wire::http::transport::{Carry, Transport};

type Pool = legacy::Client<Dialer, SdkBody>;

/// A client for the SDK. Its requests share connections, unless they differ in their connect timeout.
pub(in super::super) struct Client {
    resolver: Resolver,
    tls: Option<Arc<Tls>>,
    pools: Mutex<HashMap<Option<Duration>, Pool>>,
}

impl Client {
    /// A client for plain http, and with `tls` also for https, through the environment's proxy if there is one.
    pub(in super::super) fn shared(resolver: Resolver, tls: Option<Arc<Tls>>) -> Transport {
        Transport::new(Client { resolver, tls, pools: Mutex::default() })
    }

    fn pool(&self, connect_timeout: Option<Duration>) -> Pool {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let dialer = Dialer::new(self.resolver.clone(), self.tls.clone(), connect_timeout);
            let mut builder = legacy::Client::builder(TokioExecutor::new());
            // The buffers begin small, and grow up to this size while they are filled.
            builder.pool_timer(TokioTimer::new()).http1_max_buf_size(PIECE);
            builder.build(dialer)
        };
        pools.entry(connect_timeout).or_insert_with(make).clone()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Carry for Client {
    fn connector(&self, timeouts: &HttpConnectorSettings) -> SharedHttpConnector {
        let pool = self.pool(timeouts.connect_timeout());
        SharedHttpConnector::new(Connector { pool, answer_timeout: timeouts.read_timeout() })
    }
}

struct Connector {
    pool: Pool,
    /// From the request to the head of its answer.
    answer_timeout: Option<Duration>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || metadata(&connection));
        }
        let answer = self.pool.request(request);
        let limit = self.answer_timeout;
        HttpConnectorFuture::new(async move {
            let answer = match limit {
                None => answer.await,
                Some(limit) => tokio::time::timeout(limit, answer)
                    .await
                    .map_err(|_| errors::timed_out(TimedOut::boxed("read", limit)))?,
            };
            let answer = answer.map_err(errors::classify)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK keep a connection from further requests, after an answer that speaks against it.
fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    let mut details = http::Extensions::new();
    connection.connection_metadata().as_ref()?.get_extras(&mut details);
    let addresses = details.get::<HttpInfo>();
    let connection = connection.clone();
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    let mut builder = ConnectionMetadata::builder().proxied(false).poison_fn(poison);
    builder
        .set_local_addr(addresses.map(HttpInfo::local_addr))
        .set_remote_addr(addresses.map(HttpInfo::remote_addr));
    Some(builder.build())
}
