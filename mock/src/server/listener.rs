//! Accepts connections and speaks HTTP/1.1 on them, with or without TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::exchange::front::{Connection, Front};
use crate::server::idle::Impatient;
use crate::server::slots::{Place, Places};

/// Serves until `stop` resolves; connections still open end with the runtime.
pub(crate) async fn run(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    front: Front,
    max_connections: usize,
    mut stop: oneshot::Receiver<()>,
) {
    let mut number = 0;
    let places = Places::new(max_connections);
    loop {
        let accepted = tokio::select! {
            _ = &mut stop => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, mostly: some come back with an idle connection.
            places.make_room();
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        number += 1;
        // The next client waits in the system's queue.
        let place = tokio::select! {
            _ = &mut stop => return,
            place = places.take(number) => place,
        };
        let (tls, front) = (tls.clone(), front.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connection(stream, tls, front, number, &place) => {}
                () = place.evicted() => {}
            }
        });
    }
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    front: Front,
    number: u64,
    place: &Arc<Place>,
) {
    // Best effort: without it answers are only slower.
    let _ = stream.set_nodelay(true);
    match tls {
        None => http(stream, front, Connection { number, tls: false }, place).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) =
                tokio::time::timeout(front.patience, acceptor.accept(stream)).await
            {
                http(stream, front, Connection { number, tls: true }, place).await;
            }
        }
    }
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    front: Front,
    connection: Connection,
    place: &Arc<Place>,
) {
    let patience = front.patience;
    let stream = Impatient::new(stream, patience, Arc::clone(place));
    let service = service_fn(|request| async {
        let busy = place.busy().ok_or(io::ErrorKind::ConnectionAborted)?;
        front.serve(request, connection, busy).await
    });
    // A connection that breaks is the client's business; no one is left to tell.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
