//! The state that all requests share, and which file answers which operation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use hyper::body::Incoming;
use tokio::sync::RwLock;
use tokio::task::JoinHandle;

use super::headers;
use super::own_key;
use super::patience::patiently;
use super::reply::{Reply, boxed, unexpected_end};
use super::uploads::Uploads;
use crate::failure::Failure;
use crate::jobs::Keys;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::proxy::auth::{PayloadKind, User, authorize};
use crate::proxy::body::{Declared, Inbound, is_checksum_header};
use crate::proxy::observe::Entry;
use crate::proxy::operation::{Operation, Treatment};
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::explain::{Action, Circumstances, diagnose, unknown_header};
use crate::store::wire::{Answer, Refusal, Relayed, Store, read_document};
use crate::transfer::progress::Progress;
use crate::transfer::{Engine, Interrupt, TransferOptions};

/// The longest error document of a store, in bytes.
const LONGEST_ERROR: usize = 1 << 20;
/// The longest document of a request, in bytes: 10,000 parts with their checksums take 3 MiB.
pub(super) const LONGEST_DOCUMENT: u64 = 16 << 20;
/// Shorter objects are read whole before they are sent: their checksums are then known, and they can be sent twice.
pub(super) const SMALL_OBJECT: u64 = 256 << 10;

/// The state that all requests share.
pub(in crate::proxy) struct Gateway {
    pub(super) store: Arc<Store>,
    pub(super) keys: Keys,
    pub(super) user: User,
    /// Whether plain objects may be read where sealed ones are expected.
    pub(super) allow_plain: bool,
    pub(super) engine: Engine,
    pub(super) uploads: Uploads,
    /// Whether large bodies go to the store with the trailers that clients send. Amazon wants the checksum of each part if the
    /// upload has announced one; some stores take no trailers.
    wants_trailers: AtomicBool,
    /// Held for reading by writes that must not be cancelled, because their proof is not complete.
    unfinished: Arc<RwLock<()>>,
}

/// A request whose client is known, and its body.
pub(super) struct Authenticated {
    pub(super) request: Request,
    pub(super) payload: PayloadKind,
    pub(super) body: Inbound,
}

impl Gateway {
    /// Must be called within a Tokio runtime.
    pub(in crate::proxy) fn new(
        store: Arc<Store>,
        keys: Keys,
        user: User,
        allow_plain: bool,
    ) -> Gateway {
        let options = TransferOptions { no_resume: true, ..TransferOptions::default() };
        // What a signal interrupts is decided by the server: it finishes what is under way.
        let engine = Engine::new(store.clone(), &options, Interrupt::never(), Progress::default());
        let wants_trailers = AtomicBool::new(store.is_amazon());
        Gateway {
            store,
            keys,
            user,
            allow_plain,
            engine,
            uploads: Uploads::default(),
            wants_trailers,
            unfinished: Arc::default(),
        }
    }

    /// Answers a request. `entry` learns what it was.
    pub(in crate::proxy) async fn answer(
        self: &Arc<Self>,
        request: http::Request<Incoming>,
        entry: &mut Entry,
    ) -> Reply {
        let (head, body) = request.into_parts();
        let is_head = head.method == http::Method::HEAD;
        let resource = head.uri.path().to_owned();
        match self.try_answer(head, body, entry).await {
            Ok(reply) => reply,
            Err(refused) => {
                entry.refused(&refused);
                boxed(refused.answer(&resource, is_head))
            }
        }
    }

    async fn try_answer(
        self: &Arc<Self>,
        head: http::request::Parts,
        body: Incoming,
        entry: &mut Entry,
    ) -> Result<Reply, Refused> {
        let request = Request::of(head)?;
        entry.asks_for(&request);
        let operation = Operation::of(&request);
        // A browser asks in advance without credentials whether a page may send the request.
        if request.method == http::Method::OPTIONS {
            return self.relay_preflight(&request).await;
        }
        let authorized = authorize(&request, &self.user, SystemTime::now())?;
        let operation = operation?;
        entry.is_operation(operation.name);
        let declared = Declared::by(
            &request,
            authorized.payload,
            operation.treatment != Treatment::CompleteUpload,
        )?;
        let is_chunked = matches!(authorized.payload, PayloadKind::Chunked { .. });
        let body = Inbound::new(body, authorized.chunks, is_chunked, declared);
        entry.takes(body.length());
        let asked = Authenticated { request, payload: authorized.payload, body };
        if own_key::check(&asked.request, operation.treatment)? {
            entry.has_own_key();
            // A client that reads with a key of its own judges the proof itself.
            if matches!(
                operation.treatment,
                Treatment::Read | Treatment::Attributes | Treatment::ListParts
            ) {
                return self.relay(asked, operation).await;
            }
        }
        let (gateway, sealed) = (self.clone(), entry.sealed_with());
        match operation.treatment {
            Treatment::Relay => self.relay(asked, operation).await,
            Treatment::ListParts => self.list_parts(asked, &sealed).await,
            Treatment::Read => self.read(asked, &sealed).await,
            Treatment::Attributes => self.attributes(asked, &sealed).await,
            Treatment::CreateUpload => self.create_upload(asked, &sealed).await,
            // The proof comes after the store has accepted the bytes: it must be completed even if the client goes away.
            Treatment::Put => {
                ended(self.finish(async move { gateway.put(asked, &sealed).await }).await).await
            }
            Treatment::UploadPart => {
                let write = async move { gateway.upload_part(asked, &sealed).await };
                ended(self.finish(write).await).await
            }
            Treatment::CompleteUpload => {
                let write = async move { gateway.complete_upload(asked, &sealed).await };
                ended(self.finish(write).await).await
            }
            Treatment::Copy => {
                let resource = asked.request.path.clone();
                let work = self.finish(async move { gateway.copy(asked, &sealed).await }).await;
                patiently(work, resource).await
            }
            Treatment::CopyPart => {
                let resource = asked.request.path.clone();
                let work =
                    self.finish(async move { gateway.copy_part(asked, &sealed).await }).await;
                patiently(work, resource).await
            }
        }
    }

    /// Runs a write to its end, even if the client goes away.
    async fn finish(
        &self,
        write: impl Future<Output = Result<Reply, Refused>> + Send + 'static,
    ) -> JoinHandle<Result<Reply, Refused>> {
        let unfinished = self.unfinished.clone().read_owned().await;
        tokio::spawn(async move {
            let outcome = write.await;
            drop(unfinished);
            outcome
        })
    }

    /// Waits for the writes whose clients have gone.
    pub(in crate::proxy) async fn all_finished(&self) {
        drop(self.unfinished.write().await);
    }

    /// The key that seals the object: the client's own, or that of the rule.
    /// Errors: `AccessDenied` if no key is for it: nothing is stored unsealed by accident.
    pub(super) async fn key_to_write(
        &self,
        request: &Request,
        at: &Location,
    ) -> Result<ObjectKey, Refused> {
        if let Some(key) = own_key::own_key(request)? {
            return Ok(ObjectKey::of_client(key));
        }
        // Complete and ListParts carry no key, as a rule.
        let upload_id = request.parameter("uploadId");
        if let Some(key) = upload_id.and_then(|id| self.uploads.own_key(at, id)) {
            return Ok(ObjectKey::of_client(key));
        }
        let refuse = |failure: Failure| Refused::of_failure(&failure);
        let key = self.keys.to_write(&self.store, at).await.map_err(refuse)?;
        let none = || refuse(self.keys.no_key_for(self.store.recipient(), at));
        let key = key.ok_or_else(none)?;
        key.check_fit().map_err(refuse)?;
        Ok(key)
    }

    pub(super) fn wants_trailers(&self) -> bool {
        self.wants_trailers.load(Ordering::Relaxed)
    }

    /// A request to the store with the same method, name and query as this one, and its headers.
    pub(super) fn relayed(&self, request: &Request) -> Relayed {
        let bucket = request.bucket.as_deref();
        let mut relayed = Relayed::new(request.method.clone(), bucket, &request.key);
        relayed.query = request.query_to_relay();
        relayed.headers = headers::to_store(request, &self.store);
        relayed
    }

    /// Sends a request, and returns the answer if it is a success.
    /// Errors: What the store refused, with its cause.
    pub(super) async fn send(
        &self,
        relayed: Relayed,
        about: &Circumstances<'_>,
    ) -> Result<Answer, Refused> {
        self.try_send(relayed).await.map_err(|refusal| self.explain(&refusal, about))
    }

    /// Sends a request, and returns the answer if it is a success.
    /// Errors: What the store refused.
    pub(super) async fn try_send(&self, relayed: Relayed) -> Result<Answer, RelayRefusal> {
        let had_checksums = relayed.headers.keys().any(|name| is_checksum_header(name.as_str()));
        let answer = self.store.forward(relayed).await.map_err(RelayRefusal::without_answer)?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let (head, body) = answer.into_parts();
        let document = read_document(body, LONGEST_ERROR).await.unwrap_or_default();
        let refusal = Refusal::of_answer(head.status.as_u16(), &head.headers, &document);
        let headers = Box::new(headers::of_refusal(&head.headers));
        Err(RelayRefusal { refusal, headers, had_checksums })
    }

    /// What the store refused, for the client: in its status and code, with the cause.
    pub(super) fn explain(&self, refused: &RelayRefusal, about: &Circumstances<'_>) -> Refused {
        let failure = diagnose(&self.store, &refused.refusal, about);
        let mut answer = Refused::explained(&refused.refusal, &failure);
        if self.learns_from(refused) {
            answer = again("The store takes no checksums: send it again.");
        }
        Refused { headers: refused.headers.clone(), ..answer }
    }

    /// Whether the store takes no checksum headers, and this request had some: the next ones carry none.
    pub(super) fn learns_from(&self, refused: &RelayRefusal) -> bool {
        let names_one = unknown_header(&refused.refusal).is_some_and(is_checksum_header);
        if names_one && refused.had_checksums {
            self.store.learned().checksums().disable();
        }
        names_one && refused.had_checksums
    }

    /// The same for a body whose trailer was left out: the store may want it.
    pub(super) fn explain_without_trailer(
        &self,
        refused: &RelayRefusal,
        about: &Circumstances<'_>,
    ) -> Refused {
        let refusal = &refused.refusal;
        let message = refusal.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        if refusal.status == Some(400) && message.contains("checksum") {
            self.wants_trailers.store(true, Ordering::Relaxed);
            return again("The store wants the checksum: send it again.");
        }
        self.explain(refused, about)
    }
}

/// An answer that makes clients send the same request once more.
fn again(message: &str) -> Refused {
    Refused::new(503, "SlowDown", message)
}

/// The outcome of a write.
async fn ended(work: JoinHandle<Result<Reply, Refused>>) -> Result<Reply, Refused> {
    work.await.unwrap_or_else(|_| Err(unexpected_end()))
}

/// A refused request, and the headers that the client gets.
pub(super) struct RelayRefusal {
    pub(super) refusal: Refusal,
    pub(super) headers: Box<HeaderMap>,
    /// Whether the request carried checksums, or asked for one.
    pub(super) had_checksums: bool,
}

impl RelayRefusal {
    /// A refusal that came after the head of an answer, or in its place.
    pub(super) fn without_answer(refusal: Refusal) -> RelayRefusal {
        RelayRefusal { refusal, headers: Box::default(), had_checksums: false }
    }
}

/// Circumstances of a request about an object.
pub(super) fn about<'a>(
    action: Action,
    at: &'a Location,
    key: Option<&'a ObjectKey>,
) -> Circumstances<'a> {
    Circumstances { action, at, key: key.map(|it| &it.key) }
}

/// How long the store may take for a request that makes it read a whole object.
pub(super) const LONG_WORK: Duration = Duration::from_secs(15 * 60);
