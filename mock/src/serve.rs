//! Accepts connections and speaks HTTP/1.1 on them, with or without TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio_rustls::TlsAcceptor;

use crate::exchange::{Connection, Front};
use crate::idle::Impatient;

/// Serves until `stop` resolves; connections still open end with the runtime.
pub(crate) async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    front: Front,
    max_connections: usize,
    mut stop: oneshot::Receiver<()>,
) {
    let count = Arc::new(AtomicU64::new(0));
    // Whoever comes when all places are taken waits in the system's queue.
    let places = Arc::new(Semaphore::new(max_connections));
    loop {
        let place = tokio::select! {
            _ = &mut stop => return,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        tokio::select! {
            _ = &mut stop => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                    let served = connection(stream, tls.clone(), front.clone(), number);
                    tokio::spawn(async move {
                        served.await;
                        drop(place);
                    });
                }
                // Out of file descriptors, mostly: wait for some to come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, front: Front, number: u64) {
    // Best effort: without it answers are only slower.
    let _ = stream.set_nodelay(true);
    match tls {
        None => http(stream, front, Connection { number, tls: false }).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) =
                tokio::time::timeout(front.patience, acceptor.accept(stream)).await
            {
                http(stream, front, Connection { number, tls: true }).await;
            }
        }
    }
}

async fn http(stream: impl AsyncRead + AsyncWrite + Unpin, front: Front, connection: Connection) {
    let stream = Impatient::new(stream, front.patience);
    let patience = front.patience;
    let service = service_fn(|request| front.serve(request, connection));
    // A connection that breaks is the client's business; there is nobody to tell.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
