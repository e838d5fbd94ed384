//! How a connection comes about: TCP, the environment's proxy, TLS, and the time for all of them.

use std::error::Error;
use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::stream::TlsStream;
use super::tls::Tls;
use crate::store::wire::http::loopback::Resolver;

/// How many bytes the system takes beyond those that are on their way. More would be counted as sent long before they
/// are.
#[cfg(target_os = "linux")]
const MOST_UNSENT: u32 = 256 << 10;

/// The environment's proxies. Only for https: another proxy could read the key.
static PROXIES: LazyLock<Matcher> = LazyLock::new(Matcher::from_env);

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Makes connections to the hosts of URLs.
#[derive(Clone)]
pub(super) struct Dialer {
    tcp: HttpConnector<Resolver>,
    /// None: https is refused.
    tls: Option<Arc<Tls>>,
    timeout: Option<Duration>,
}

impl Dialer {
    /// `timeout` is for all that it takes until a request can be sent.
    pub(super) fn new(
        resolver: Resolver,
        tls: Option<Arc<Tls>>,
        timeout: Option<Duration>,
    ) -> Dialer {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Dialer { tcp, tls, timeout }
    }

    async fn dial(self, url: Uri) -> Result<Stream, BoxError> {
        if !is_https(&url)? {
            return Ok(Stream::Plain(self.connect(url).await?));
        }
        let tls = self.tls.clone().ok_or("this client is for plain http")?;
        let host = url.host().unwrap_or_default().to_owned();
        let Some(proxy) = PROXIES.intercept(&url) else {
            let socket = self.connect(url).await?;
            return Ok(Stream::Tls(Box::new(tls.connect(&host, socket).await?)));
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), ToProxy(self));
        if let Some(password) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(password.clone());
        }
        let tunnel = tunnel.call(url).await?;
        Ok(Stream::Tunnelled(Box::new(tls.connect(&host, tunnel).await?)))
    }

    async fn connect(mut self, url: Uri) -> Result<TokioIo<TcpStream>, BoxError> {
        let socket = self.tcp.call(url).await?;
        #[cfg(target_os = "linux")]
        let _ = socket2::SockRef::from(socket.inner()).set_tcp_notsent_lowat(MOST_UNSENT);
        Ok(socket)
    }
}

fn is_https(url: &Uri) -> Result<bool, BoxError> {
    match url.scheme_str() {
        Some("http") => Ok(false),
        Some("https") => Ok(true),
        other => Err(format!("unsupported scheme {}", other.unwrap_or_default()).into()),
    }
}

impl Service<Uri> for Dialer {
    type Response = Stream;
    type Error = BoxError;
    type Future = Connecting<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let timeout = self.timeout;
        let connecting = self.clone().dial(url);
        Box::pin(async move {
            let Some(timeout) = timeout else { return connecting.await };
            match tokio::time::timeout(timeout, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(TimedOut::boxed("connect", timeout)),
            }
        })
    }
}

/// Makes connections to proxies, in TLS if their URL says so.
struct ToProxy(Dialer);

impl Service<Uri> for ToProxy {
    type Response = Stream;
    type Error = BoxError;
    type Future = Connecting<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        let dialer = self.0.clone();
        Box::pin(async move {
            let tls = dialer.tls.clone().filter(|_| proxy.scheme_str() == Some("https"));
            is_https(&proxy)?;
            let host = proxy.host().unwrap_or_default().to_owned();
            let socket = dialer.connect(proxy).await?;
            Ok(match tls {
                Some(tls) => Stream::Tls(Box::new(tls.connect(&host, socket).await?)),
                None => Stream::Plain(socket),
            })
        })
    }
}

/// A step that took too long.
#[derive(Debug)]
pub(super) struct TimedOut {
    step: &'static str,
    after: Duration,
}

impl TimedOut {
    pub(super) fn boxed(step: &'static str, after: Duration) -> BoxError {
        Box::new(TimedOut { step, after })
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {} timed out after {:?}", self.step, self.after)
    }
}

impl Error for TimedOut {}

/// A connection to a store.
pub(super) enum Stream {
    Plain(TokioIo<TcpStream>),
    Tls(Box<TlsStream<TokioIo<TcpStream>>>),
    /// Through a proxy.
    Tunnelled(Box<TlsStream<Stream>>),
}

/// Calls a method of whichever connection it is.
macro_rules! each {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self {
            Stream::Plain($stream) => $call,
            Stream::Tls($stream) => $call,
            Stream::Tunnelled($stream) => $call,
        }
    };
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        each!(this, stream => Pin::new(stream).poll_read(context, buffer))
    }
}

impl Write for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        each!(this, stream => Pin::new(stream).poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        each!(this, stream => Pin::new(stream).poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        each!(self, stream => stream.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        each!(this, stream => Pin::new(stream).poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        each!(this, stream => Pin::new(stream).poll_shutdown(context))
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        each!(self, stream => stream.connected())
    }
}
