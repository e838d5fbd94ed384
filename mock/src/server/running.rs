//! The running server, as its owner sees it.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use s3s::service::S3ServiceBuilder;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::initial::fill;
use super::notifier::{Destination, deliver, flush, report_overflow};
use super::options::Options;
use super::stored::StoredObject;
use super::{listener, tls};
use crate::auth::{Authenticator, Identity, PolicyCheck, SecretKeys, Sessions};
use crate::body::Throttle;
use crate::browser::PostObject;
use crate::exchange::{Control, Handler, Sts};
use crate::fault::{Fault, Faults};
use crate::log_file::LogFile;
use crate::request_log::{RequestLog, RequestRecord};
use crate::s3::{Api, Configuration, LocalhostDomain};
use crate::settings::{Ownership, PUBLIC_ACCESS_BLOCK};
use crate::store::{Outbox, Store, Version, Versioning};

/// The receive buffer of a connection with a limited bandwidth, in bytes.
const SLOW_LINE_BUFFER: usize = 64 << 10;

/// A server that runs until it is dropped.
///
/// ```
/// let server = s3seal_mock::Server::builder().bucket("demo").start()?;
/// assert!(server.endpoint().starts_with("http://127.0.0.1:"));
/// assert!(server.object_keys("demo").is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server {
    addr: SocketAddr,
    endpoint: String,
    ca_pem: Option<String>,
    access_key: String,
    secret_key: String,
    region: String,
    store: Arc<Store>,
    log: Arc<RequestLog>,
    control: Arc<Control>,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Server {
    pub(crate) fn start(options: Options) -> io::Result<Self> {
        let store = match &options.dir {
            Some(path) => Store::open(path)?,
            None => Store::default(),
        };
        if options.control && !options.addr.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("control: {} is not a loopback address", options.addr.ip()),
            ));
        }
        if let Some(now) = options.now {
            store.clock().start_at(now.into());
        }
        let notifier = match &options.notify {
            None => None,
            Some(to) => {
                let (outbox, waiting) = Outbox::new(options.region.clone(), report_overflow);
                let (queue, destination) = (outbox.queue(), Destination::open(to)?);
                store.set_outbox(outbox);
                Some((queue, waiting, destination, to.clone()))
            }
        };
        fill(&store, &options)?;
        store.expire();
        let store = Arc::new(store);
        let log = Arc::new(RequestLog::new(options.kept_requests));
        let (tls, ca_pem) = if options.tls {
            tls::acceptor().map(|(tls, pem)| (Some(tls), Some(pem)))?
        } else {
            (None, None)
        };
        let handler = handler(&options, &store, &log)?;
        let control = Arc::clone(&handler.control);
        let listener = std::net::TcpListener::bind(options.addr)?;
        if options.bandwidth.is_some() {
            // Connections inherit it. With the usual megabytes, a client would seem to have sent what still waits here.
            rustix::net::sockopt::set_socket_recv_buffer_size(&listener, SLOW_LINE_BUFFER)?;
        }
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("s3seal-mock")
            .enable_all()
            .build()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let notified = Arc::clone(&store);
        let serve = move || {
            let queue = notifier.map(|(queue, waiting, destination, name)| {
                runtime.spawn(deliver(waiting, destination, name, notified));
                queue
            });
            runtime.block_on(listener::run(
                listener,
                tls,
                handler,
                options.max_connections,
                stopped,
            ));
            if let Some(queue) = queue {
                runtime.block_on(flush(queue));
            }
            runtime.shutdown_timeout(Duration::from_secs(5));
        };
        let thread = std::thread::Builder::new().name("s3seal-mock".to_owned()).spawn(serve)?;

        let first = options.users.into_iter().next();
        let first = first.unwrap_or_else(|| Identity::new("", ""));
        Ok(Self {
            addr,
            endpoint: endpoint(addr, options.tls),
            ca_pem,
            access_key: first.access_key,
            secret_key: first.secret_key,
            region: options.region,
            store,
            log,
            control,
            running: Some((stop, thread)),
        })
    }

    /// The address the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT`, or `https://localhost:PORT` with TLS.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The certificate of the server's own authority, in PEM; `None` without TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The access key id of the first user.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The secret key of the first user.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The region that signatures must name.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// All requests since the start or the last [`Server::clear_requests`], in the order in which they came.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.log.all()
    }

    /// Empties the log.
    pub fn clear_requests(&self) {
        self.log.clear();
    }

    /// Brings the server back to its start: its buckets and their content, its faults and its clock; the log is emptied.
    ///
    /// # Errors
    /// The folder of [`Builder::init`](crate::Builder::init) can no longer be read.
    pub fn reset(&self) -> io::Result<()> {
        self.control.reset()
    }

    /// Moves the time that objects see forward, by whole seconds: they get it as their date, retention ends by it, and what
    /// the rules of a lifecycle say has expired is gone when this returns. Signatures are checked by the system's clock.
    pub fn advance(&self, by: Duration) {
        self.control.advance(i64::try_from(by.as_secs()).unwrap_or(i64::MAX));
    }

    /// Injects these faults from now on instead of the former ones, with the same seed.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.control.faults.replace(None, faults);
    }

    /// What is stored under a key now; `None` if it is absent or deleted.
    pub fn object(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        let buckets = self.store.lock();
        StoredObject::of(buckets.bucket(bucket).ok()?.current(key)?)
    }

    /// The keys that are not deleted, in order; none if there is no such bucket.
    pub fn object_keys(&self, bucket: &str) -> Vec<String> {
        let buckets = self.store.lock();
        let Ok(bucket) = buckets.bucket(bucket) else { return Vec::new() };
        let live =
            |versions: &[Version]| versions.last().is_some_and(|version| version.object.is_some());
        bucket.keys().filter(|(_, versions)| live(versions)).map(|(key, _)| key.clone()).collect()
    }

    /// Key, version id and whether it is a delete marker, of every version; the latest of a key first.
    pub fn versions(&self, bucket: &str) -> Vec<(String, String, bool)> {
        let buckets = self.store.lock();
        let Ok(bucket) = buckets.bucket(bucket) else { return Vec::new() };
        bucket
            .keys()
            .flat_map(|(key, versions)| versions.iter().rev().map(move |version| (key, version)))
            .map(|(key, version)| (key.clone(), version.id.clone(), version.object.is_none()))
            .collect()
    }

    /// Key and upload id of every multipart upload that was neither completed nor aborted.
    pub fn uploads(&self, bucket: &str) -> Vec<(String, String)> {
        let buckets = self.store.lock();
        let Ok(bucket) = buckets.bucket(bucket) else { return Vec::new() };
        bucket.uploads().map(|(key, id, _)| (key.to_owned(), id.to_owned())).collect()
    }

    /// Enables versioning, or suspends it where it was enabled before. Does nothing without such a bucket.
    pub fn set_versioning(&self, bucket: &str, enabled: bool) {
        if let Ok(bucket) = self.store.lock().bucket_mut(bucket) {
            bucket.versioning = match (enabled, bucket.versioning) {
                (true, _) => Versioning::Enabled,
                (false, Versioning::Unversioned) => Versioning::Unversioned,
                (false, _) => Versioning::Suspended,
            };
        }
    }

    /// Makes a bucket refuse SSE-C writes, or allow them again. Does nothing without such a bucket.
    pub fn block_sse_c(&self, bucket: &str, blocked: bool) {
        if let Ok(bucket) = self.store.lock().bucket_mut(bucket) {
            bucket.blocks_sse_c = blocked;
        }
    }

    /// Lets the objects of a bucket have ACLs, as Object Ownership `ObjectWriter` does, or makes them the bucket
    /// owner's again, as in new buckets. Allowing them ends the bucket's public access block, too. Does nothing without such a bucket.
    pub fn allow_acls(&self, bucket: &str, allowed: bool) {
        if let Ok(bucket) = self.store.lock().bucket_mut(bucket) {
            bucket.settings.ownership =
                if allowed { Ownership::ObjectWriter } else { Ownership::BucketOwnerEnforced };
            if allowed {
                bucket.settings.documents.remove(PUBLIC_ACCESS_BLOCK);
            }
        }
    }

    /// The bytes under a key as they are kept, for tests that look for plaintext in them.
    pub fn raw_at_rest(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        let object = self.store.lock().bucket(bucket).ok()?.current(key)?.object.clone()?;
        let mut raw = Vec::new();
        for part in &object.parts {
            part.blob.copy_raw(&mut raw).ok()?;
        }
        Some(raw)
    }

    /// Stops the server and waits for its thread, as dropping it does.
    pub fn shutdown(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            // Either fails only when the thread has ended already.
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Shows no secret key and no content.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

fn handler(options: &Options, store: &Arc<Store>, log: &Arc<RequestLog>) -> io::Result<Handler> {
    let quirks = options.behavior.quirks();
    let authenticator = Arc::new(Authenticator {
        region: options.region.clone(),
        users: options.users.iter().map(|user| (user.access_key.clone(), user.clone())).collect(),
        sessions: Sessions::default(),
        clock: store.clock(),
        quirks,
    });
    let api = || Api {
        store: Arc::clone(store),
        region: options.region.clone(),
        quirks,
        require_tls: options.require_tls,
    };
    let mut s3 = S3ServiceBuilder::new(api());
    s3.set_auth(SecretKeys(Arc::clone(&authenticator)));
    s3.set_access(PolicyCheck { store: Arc::clone(store) });
    s3.set_route(Configuration { store: Arc::clone(store), api: api() });
    s3.set_host(LocalhostDomain);
    let faults = Arc::new(Faults::new(options.seed, options.faults.clone()));
    let restored = (Arc::clone(store), options.clone(), Arc::clone(&authenticator));
    let control = Control {
        enabled: options.control,
        restore: Arc::new(move || {
            restored.2.sessions.clear();
            restored.0.lock().clear();
            fill(&restored.0, &restored.1)
        }),
        log: Arc::clone(log),
        faults: Arc::clone(&faults),
        store: Arc::clone(store),
    };
    let throttle = Arc::new(Throttle::new(options.latency, options.bandwidth));
    Ok(Handler {
        s3: s3.build(),
        post_object: PostObject {
            s3: S3ServiceBuilder::new(api()).build(),
            store: Arc::clone(store),
            authenticator: Arc::clone(&authenticator),
            throttle: Arc::clone(&throttle),
        },
        sts: Sts { authenticator: Arc::clone(&authenticator) },
        store: Arc::clone(store),
        authenticator,
        log: Arc::clone(log),
        interceptor: options.interceptor.clone(),
        throttle,
        faults,
        control: Arc::new(control),
        log_file: options.log_file.as_deref().map(LogFile::open).transpose()?.map(Arc::new),
        patience: options.patience,
    })
}

fn endpoint(addr: SocketAddr, tls: bool) -> String {
    let port = addr.port();
    match addr.ip() {
        _ if tls => format!("https://localhost:{port}"),
        IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{port}"),
        IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{port}"),
        _ => format!("http://{addr}"),
    }
}
