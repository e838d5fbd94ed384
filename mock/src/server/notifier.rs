//! Delivers the messages about events to a file or to an http address of this machine, one after another. Delivery is apart
//! from the requests: what cannot be delivered is dropped, and said once.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::sync::oneshot;

use crate::store::{Delivery, Store};

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the server's end waits for the messages that are on their way.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(2);

/// Where messages go.
pub(crate) enum Destination {
    /// A line for each message.
    File(File),
    /// A POST for each message.
    Http(Http),
}

pub(crate) struct Http {
    uri: Uri,
    authority: String,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Destination {
    /// Reads an address such as `http://127.0.0.1:8080/events`, or opens a file.
    pub(crate) fn open(text: &str) -> io::Result<Self> {
        let refused = |why: &str| {
            let message = format!("notify: {text}: {why}");
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        };
        if !text.contains("://") {
            // Other users must not read the names of objects.
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(text);
            let named =
                |error: io::Error| io::Error::new(error.kind(), format!("notify: {text}: {error}"));
            return file.map(Self::File).map_err(named);
        }
        let Ok(uri) = text.parse::<Uri>() else { return refused("it is not an address") };
        let (Some("http"), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return refused("give a file, or an address that begins with http://");
        };
        let host = host.trim_matches(['[', ']']);
        if host != "localhost" && !host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
            return refused("give an address of this machine, such as http://127.0.0.1:8080/");
        }
        let port = uri.port_u16().unwrap_or(80);
        let authority =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        Ok(Self::Http(Http { uri, authority, open: None }))
    }

    async fn deliver(&mut self, message: String) -> Result<(), String> {
        match self {
            Self::File(file) => {
                // One write for a line.
                file.write_all((message + "\n").as_bytes()).map_err(|error| error.to_string())
            }
            Self::Http(http) => {
                match tokio::time::timeout(PATIENCE, http.post(message.into())).await {
                    Ok(outcome) => outcome,
                    Err(_) => {
                        http.open = None;
                        Err("it does not answer".to_owned())
                    }
                }
            }
        }
    }
}

impl Http {
    /// Sends over the connection of the last message, or over a new one if that has ended.
    async fn post(&mut self, message: Bytes) -> Result<(), String> {
        if let Some(mut open) = self.open.take()
            && let Ok(status) = self.send(&mut open, message.clone()).await
        {
            self.open = Some(open);
            return accepted(status);
        }
        let stream =
            TcpStream::connect(&self.authority).await.map_err(|error| error.to_string())?;
        // Without it a message would wait until the last one is acknowledged.
        let _ = stream.set_nodelay(true);
        let (mut open, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        let status = self.send(&mut open, message).await.map_err(|error| error.to_string())?;
        self.open = Some(open);
        accepted(status)
    }

    async fn send(
        &self,
        open: &mut SendRequest<Full<Bytes>>,
        message: Bytes,
    ) -> hyper::Result<StatusCode> {
        open.ready().await?;
        let mut request = Request::new(Full::new(message));
        *request.method_mut() = http::Method::POST;
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert("content-type", http::HeaderValue::from_static("application/json"));
        if let Ok(host) = self.authority.parse() {
            headers.insert("host", host);
        }
        let response = open.send_request(request).await?;
        let status = response.status();
        // The connection is free once the answer was read.
        response.into_body().collect().await?;
        Ok(status)
    }
}

fn accepted(status: StatusCode) -> Result<(), String> {
    if status.is_success() { Ok(()) } else { Err(format!("it answers {status}")) }
}

/// Delivers until the server ends. What a crash could still undo is not told.
pub(crate) async fn deliver(
    mut waiting: Receiver<Delivery>,
    mut destination: Destination,
    name: String,
    store: Arc<Store>,
) {
    let mut is_reported = false;
    while let Some(delivery) = waiting.recv().await {
        let message = match delivery {
            Delivery::Message(message) => message,
            Delivery::Flush(done) => {
                // The server may have given up waiting.
                let _ = done.send(());
                continue;
            }
        };
        if store.synced().await.is_err() {
            continue;
        }
        if let Err(why) = destination.deliver(message).await
            && !is_reported
        {
            is_reported = true;
            report(&format!("notifications cannot be delivered to {name}: {why}"));
        }
    }
}

/// Waits a while for the messages that are on their way.
pub(crate) async fn flush(queue: Sender<Delivery>) {
    let (done, flushed) = oneshot::channel();
    let wait = async {
        if queue.send(Delivery::Flush(done)).await.is_ok() {
            // It ends without a word only with its task.
            let _ = flushed.await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE_AT_THE_END, wait).await;
}

/// Says once that messages are dropped because too many wait.
pub(crate) fn report_overflow() {
    static IS_REPORTED: AtomicBool = AtomicBool::new(false);
    if !IS_REPORTED.swap(true, Ordering::Relaxed) {
        report("notifications are dropped: they come faster than they can be delivered");
    }
}

fn report(what: &str) {
    // Without stderr it stays unsaid.
    let _ = writeln!(io::stderr(), "s3seal-mock: {what}");
}
