//! Accepts connections and serves their requests, HTTP/1.1 over TCP or TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::service::{Service, metrics};
use crate::proxy::observe::RequestLog;

/// How many connections are served at a time.
const MOST_CONNECTIONS: usize = 1024;
/// How long a client may take for the head of a request, and for a TLS handshake.
const LONGEST_HEAD: Duration = Duration::from_secs(30);
/// The pause after an error such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);
/// In bytes: the largest piece that is read from a client at once.
const PIECE: usize = 256 << 10;

/// Serves connections until `stop` is true, then waits for the requests under way.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Service,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, permit)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let (tls, service, watcher) = (tls.clone(), service.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _permit = permit;
            match tls {
                None => converse(stream, service, watcher).await,
                Some(tls) => {
                    let handshake = tokio::time::timeout(LONGEST_HEAD, tls.accept(stream));
                    if let Ok(Ok(stream)) = handshake.await {
                        converse(stream, service, watcher).await;
                    }
                }
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let permit = connections.clone().acquire_owned().await;
    let permit = permit.map_err(|_| io::Error::other("the connections have ended"))?;
    let (stream, _): (TcpStream, SocketAddr) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, permit))
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: Service,
    watcher: Watcher,
) {
    let answer = service_fn(move |request| service.clone().answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_HEAD)
        .max_buf_size(PIECE)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}

/// Serves metrics until `stop` is true.
pub(super) async fn serve_metrics(
    listener: TcpListener,
    log: RequestLog,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let log = log.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let answer = metrics(&request, &log);
                async move { Ok::<_, std::convert::Infallible>(answer) }
            });
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(LONGEST_HEAD)
                .serve_connection(TokioIo::new(stream), answer);
            // A scraper that goes away is no failure of this program.
            let _ = served.await;
        });
    }
}
