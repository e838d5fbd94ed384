//! The running server, as its owner sees it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s::validation::{AwsNameValidation, NameValidation as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{listener, tls};
use crate::answer::Interceptor;
use crate::auth::{Authenticator, PolicyCheck};
use crate::body::Throttle;
use crate::browser::PostObject;
use crate::exchange::Handler;
use crate::fault::{Fault, Faults};
use crate::log_file::LogFile;
use crate::quirks::Behavior;
use crate::request_log::{RequestLog, RequestRecord};
use crate::s3::{Api, Configuration, LocalhostDomain};
use crate::store::{Bucket, Store, Version, Versioning};

/// How a server is set up: the builder has a method for each.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) addr: SocketAddr,
    /// Name, and whether versioning is enabled.
    pub(crate) buckets: Vec<(String, bool)>,
    /// Access keys and secret keys.
    pub(crate) users: Vec<(String, String)>,
    pub(crate) region: String,
    pub(crate) tls: bool,
    pub(crate) require_tls: bool,
    pub(crate) behavior: Behavior,
    pub(crate) interceptor: Interceptor,
    pub(crate) faults: Vec<Fault>,
    pub(crate) latency: Duration,
    /// Bytes a second.
    pub(crate) bandwidth: Option<NonZeroU64>,
    pub(crate) seed: u64,
    pub(crate) log_file: Option<PathBuf>,
    pub(crate) dir: Option<PathBuf>,
    pub(crate) patience: Duration,
    pub(crate) max_connections: usize,
    pub(crate) kept_requests: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            addr: (Ipv4Addr::LOCALHOST, 0).into(),
            buckets: Vec::new(),
            users: Vec::new(),
            region: "us-east-1".to_owned(),
            tls: false,
            require_tls: false,
            behavior: Behavior::default(),
            interceptor: Interceptor::default(),
            faults: Vec::new(),
            latency: Duration::ZERO,
            bandwidth: None,
            seed: 0,
            log_file: None,
            dir: None,
            patience: Duration::from_secs(60),
            max_connections: 512,
            kept_requests: 100_000,
        }
    }
}

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
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// What is stored under a key now, without its data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredObject {
    /// Bytes of plaintext.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    /// Whether the object is encrypted with a customer's key.
    pub sealed: bool,
    /// The MD5 of that key, in base64. A folder does not keep it: after a restart it is `None` until a request brings
    /// the key.
    pub key_md5: Option<String>,
    /// As given, or S3's default.
    pub content_type: String,
    /// User metadata; names in lower case.
    pub metadata: BTreeMap<String, String>,
    /// Content-Encoding, if one was given.
    pub content_encoding: Option<String>,
    /// Cache-Control, if one was given.
    pub cache_control: Option<String>,
    /// Content-Disposition, if one was given.
    pub content_disposition: Option<String>,
    /// The storage class, `STANDARD` by default.
    pub storage_class: String,
    /// `x-amz-server-side-encryption`: `None` for sealed objects.
    pub encryption: Option<String>,
    /// Name and base64 value of the checksum, such as `("CRC64NVME", "…")`.
    pub checksum: Option<(String, String)>,
    /// Key and value of each tag.
    pub tags: Vec<(String, String)>,
    /// The parts of a multipart upload; `None` for a single PUT.
    pub parts: Option<usize>,
    /// `"null"` in a bucket without versioning.
    pub version_id: String,
}

impl Server {
    pub(crate) fn start(options: Options) -> io::Result<Self> {
        let store = match &options.dir {
            Some(path) => Store::open(path)?,
            None => Store::default(),
        };
        create_buckets(&store, &options)?;
        let store = Arc::new(store);
        let log = Arc::new(RequestLog::new(options.kept_requests));
        let (tls, ca_pem) = if options.tls {
            tls::acceptor().map(|(tls, pem)| (Some(tls), Some(pem)))?
        } else {
            (None, None)
        };
        let handler = handler(&options, &store, &log)?;
        let listener = std::net::TcpListener::bind(options.addr)?;
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
        let serve = move || {
            runtime.block_on(listener::run(
                listener,
                tls,
                handler,
                options.max_connections,
                stopped,
            ));
            runtime.shutdown_timeout(Duration::from_secs(5));
        };
        let thread = std::thread::Builder::new().name("s3seal-mock".to_owned()).spawn(serve)?;

        let (access_key, secret_key) = options.users.into_iter().next().unwrap_or_default();
        Ok(Self {
            addr,
            endpoint: endpoint(addr, options.tls),
            ca_pem,
            access_key,
            secret_key,
            region: options.region,
            store,
            log,
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

    /// What is stored under a key now; `None` if it is absent or deleted.
    pub fn object(&self, bucket: &str, key: &str) -> Option<StoredObject> {
        let buckets = self.store.lock();
        stored(buckets.bucket(bucket).ok()?.current(key)?)
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
    /// owner's again, as in new buckets. Does nothing without such a bucket.
    pub fn allow_acls(&self, bucket: &str, allowed: bool) {
        if let Ok(bucket) = self.store.lock().bucket_mut(bucket) {
            bucket.settings.allows_acls = allowed;
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
    let mut auth = SimpleAuth::new();
    for (access_key, secret_key) in &options.users {
        auth.register(access_key.clone(), secret_key.as_str().into());
    }
    let api = || Api {
        store: Arc::clone(store),
        region: options.region.clone(),
        quirks,
        require_tls: options.require_tls,
    };
    let mut s3 = S3ServiceBuilder::new(api());
    s3.set_auth(auth);
    s3.set_access(PolicyCheck { store: Arc::clone(store) });
    s3.set_route(Configuration { store: Arc::clone(store) });
    s3.set_host(LocalhostDomain);
    let authenticator = Arc::new(Authenticator {
        region: options.region.clone(),
        users: options.users.iter().cloned().collect(),
        quirks,
    });
    let throttle = Arc::new(Throttle::new(options.latency, options.bandwidth));
    Ok(Handler {
        s3: s3.build(),
        post_object: PostObject {
            s3: S3ServiceBuilder::new(api()).build(),
            store: Arc::clone(store),
            authenticator: Arc::clone(&authenticator),
            throttle: Arc::clone(&throttle),
        },
        store: Arc::clone(store),
        authenticator,
        log: Arc::clone(log),
        interceptor: options.interceptor.clone(),
        throttle,
        faults: Arc::new(Faults::new(options.seed, options.faults.clone())),
        log_file: options.log_file.as_deref().map(LogFile::open).transpose()?.map(Arc::new),
        patience: options.patience,
    })
}

/// Buckets that a folder holds already stay as they are.
fn create_buckets(store: &Store, options: &Options) -> io::Result<()> {
    let kept: Vec<_> = store.lock().iter().map(|(name, _)| name.clone()).collect();
    for (name, versioned) in &options.buckets {
        let invalid = |why: &str| {
            io::Error::new(io::ErrorKind::InvalidInput, format!("bucket {name:?}: {why}"))
        };
        if !AwsNameValidation::new().validate_bucket_name(name) {
            return Err(invalid("not a bucket name"));
        }
        if kept.contains(name) {
            continue;
        }
        let versioning = if *versioned { Versioning::Enabled } else { Versioning::Unversioned };
        let mut bucket = Bucket::new(versioning);
        bucket.blocks_sse_c = options.behavior.quirks().blocks_sse_c;
        store.lock().create(name, bucket).map_err(|_| invalid("named twice"))?;
    }
    Ok(())
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

fn stored(version: &Version) -> Option<StoredObject> {
    let object = version.object.as_ref()?;
    let attributes = &object.attributes;
    Some(StoredObject {
        size: object.size,
        etag: object.etag.clone(),
        sealed: object.encryption.key_check().is_some(),
        key_md5: object.encryption.customer_key_md5(),
        content_type: attributes.content_type(),
        metadata: attributes
            .metadata
            .iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        content_encoding: attributes.content_encoding.clone(),
        cache_control: attributes.cache_control.clone(),
        content_disposition: attributes.content_disposition.clone(),
        storage_class: attributes.listed_storage_class(),
        encryption: object.encryption.method(),
        checksum: object
            .checksum
            .as_ref()
            .map(|sum| (sum.algorithm.name().to_owned(), sum.value.clone())),
        tags: version.tags.clone(),
        parts: object.multipart.then_some(object.parts.len()),
        version_id: version.id.clone(),
    })
}
