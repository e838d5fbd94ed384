//! The running server, as its owner sees it.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s::validation::{AwsNameValidation, NameValidation as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::auth::access::{Access, blocks_sse_c_at_first};
use crate::auth::gate::{Gate, Users};
use crate::body::throttle::Line;
use crate::exchange::front::Front;
use crate::fault::Faults;
use crate::log_file::Journal;
use crate::manner::Manner;
use crate::request_log::{RequestLog, RequestRecord};
use crate::s3::bucket::configuration::Configuration;
use crate::s3::{Api, LocalhostDomain};
use crate::server::builder::Builder;
use crate::server::listener;
use crate::server::tls;
use crate::store::Store;
use crate::store::{Bucket, Version, Versioning};

/// A server that runs until it is dropped.
///
/// ```
/// let server = s3seal_mock::Server::builder().bucket("demo").start()?;
/// assert!(server.endpoint().starts_with("http://127.0.0.1:"));
/// assert!(server.object_keys("demo").is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    endpoint: String,
    ca_pem: Option<String>,
    access_key: String,
    secret_key: Secret,
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
    /// A server to be described, then started with [`Builder::start`].
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn start(builder: Builder) -> io::Result<Self> {
        let store = match &builder.dir {
            Some(path) => Store::open(path)?,
            None => Store::default(),
        };
        let store = Arc::new(stocked(store, &builder.buckets, builder.manner)?);
        let log = Arc::new(RequestLog::new(builder.kept_requests));
        let (tls, ca_pem) = if builder.tls {
            tls::acceptor().map(|(tls, pem)| (Some(tls), Some(pem)))?
        } else {
            (None, None)
        };
        let mut auth = SimpleAuth::new();
        for (access_key, secret_key) in &builder.users {
            auth.register(access_key.clone(), secret_key.as_str().into());
        }
        let api = || Api {
            store: Arc::clone(&store),
            region: builder.region.clone(),
            manner: builder.manner,
            require_tls: builder.require_tls,
        };
        let mut s3 = S3ServiceBuilder::new(api());
        s3.set_auth(auth);
        s3.set_access(Access { store: Arc::clone(&store) });
        s3.set_route(Configuration { store: Arc::clone(&store) });
        s3.set_host(LocalhostDomain);
        let front = Front {
            s3: s3.build(),
            unsigned: S3ServiceBuilder::new(api()).build(),
            store: Arc::clone(&store),
            gate: Arc::new(Gate {
                region: builder.region.clone(),
                users: Users(builder.users.iter().cloned().collect()),
                manner: builder.manner,
            }),
            log: Arc::clone(&log),
            interceptor: builder.interceptor,
            line: Arc::new(Line::new(builder.latency, builder.bandwidth)),
            faults: Arc::new(Faults::new(builder.seed, builder.faults)),
            journal: builder.log_file.as_deref().map(Journal::open).transpose()?.map(Arc::new),
            patience: builder.patience,
        };

        let listener = std::net::TcpListener::bind(builder.addr)?;
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
        let thread =
            std::thread::Builder::new().name("s3seal-mock".to_owned()).spawn(move || {
                runtime.block_on(listener::run(
                    listener,
                    tls,
                    front,
                    builder.max_connections,
                    stopped,
                ));
                runtime.shutdown_timeout(Duration::from_secs(5));
            })?;

        let (access_key, secret_key) = builder.users.into_iter().next().unwrap_or_default();
        Ok(Self {
            addr,
            endpoint: endpoint(addr, builder.tls),
            ca_pem,
            access_key,
            secret_key: Secret(secret_key),
            region: builder.region,
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
        &self.secret_key.0
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

    /// Lets the objects of a bucket have ACLs, as Object Ownership `ObjectWriter` does, or makes them the bucket owner's
    /// again, as in new buckets. Does nothing without such a bucket.
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

struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Buckets that a folder holds already stay as they are.
fn stocked(store: Store, names: &[(String, bool)], manner: Manner) -> io::Result<Store> {
    let kept: Vec<_> = store.lock().iter().map(|(name, _)| name.clone()).collect();
    for (name, versioned) in names {
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
        bucket.blocks_sse_c = blocks_sse_c_at_first(manner);
        store.lock().create(name, bucket).map_err(|_| invalid("named twice"))?;
    }
    Ok(store)
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
