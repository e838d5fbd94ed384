//! Accepts connections and speaks HTTP/1.1 on them, with or without TLS.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::connections::{Connections, OpenConnection};
use super::write_timeout::WriteTimeout;
use crate::context::Connection;
use crate::exchange::Handler;

/// Serves until `stop` resolves; connections still open end with the runtime.
pub(crate) async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    handler: Handler,
    max_connections: usize,
    mut stop: oneshot::Receiver<()>,
) {
    let mut number = 0;
    let connections = Connections::new(max_connections);
    loop {
        let accepted = tokio::select! {
            _ = &mut stop => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // Probably out of file descriptors: closing an idle connection frees some.
            connections.evict_idle();
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        number += 1;
        // The next client waits in the system's queue.
        let open = tokio::select! {
            _ = &mut stop => return,
            open = connections.open(number) => open,
        };
        let (tls, handler) = (tls.clone(), handler.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connection(stream, tls, handler, (number, peer.ip()), &open) => {}
                () = open.evicted() => {}
            }
        });
    }
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    handler: Handler,
    (number, peer): (u64, IpAddr),
    open: &Arc<OpenConnection>,
) {
    // Without it answers are only slower.
    let _ = stream.set_nodelay(true);
    match tls {
        None => http(stream, handler, Connection { number, tls: false, peer }, open).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) =
                tokio::time::timeout(handler.patience, acceptor.accept(stream)).await
            {
                http(stream, handler, Connection { number, tls: true, peer }, open).await;
            }
        }
    }
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    handler: Handler,
    connection: Connection,
    open: &Arc<OpenConnection>,
) {
    let patience = handler.patience;
    let stream = WriteTimeout::new(stream, patience, Arc::clone(open));
    let service = service_fn(|request| async {
        let busy = open.busy().ok_or(io::ErrorKind::ConnectionAborted)?;
        handler.serve(request, connection, busy).await
    });
    // A broken connection concerns the client alone, which can no longer be answered.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
