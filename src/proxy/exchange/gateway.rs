//! The state that all requests share, and which file answers which operation.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::sync::RwLock;

use super::headers;
use super::uploads::ProvenUploads;
use crate::failure::Failure;
use crate::jobs::Keys;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::proxy::auth::{PayloadKind, User, authorize};
use crate::proxy::body::{Declared, Inbound};
use crate::proxy::observe::Entry;
use crate::proxy::operation::{Operation, Treatment};
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::is_seal_header;
use crate::store::wire::{Answer, Refusal, Relayed, Store, read_document};
use crate::text::xml;
use crate::transfer::progress::Progress;
use crate::transfer::{Engine, Interrupt, TransferOptions};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub(in crate::proxy) type ReplyBody = UnsyncBoxBody<Bytes, BoxError>;
pub(in crate::proxy) type Reply = Response<ReplyBody>;

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
    pub(super) uploads: ProvenUploads,
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
        Gateway {
            store,
            keys,
            user,
            allow_plain,
            engine,
            uploads: ProvenUploads::default(),
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
        let has_own_key = asked.request.headers.keys().any(|name| is_seal_header(name.as_str()));
        if has_own_key {
            entry.has_own_key();
            return self.relay(asked, operation).await;
        }
        let (gateway, sealed) = (self.clone(), entry.sealed_with());
        match operation.treatment {
            Treatment::Relay => self.relay(asked, operation).await,
            Treatment::ListParts => self.list_parts(asked, &sealed).await,
            Treatment::Read => self.read(asked, &sealed).await,
            Treatment::Attributes => self.attributes(asked, &sealed).await,
            Treatment::CreateUpload => self.create_upload(asked, &sealed).await,
            // The proof comes after the store has accepted the bytes: it must be completed even if the client goes away.
            Treatment::Put => self.finish(async move { gateway.put(asked, &sealed).await }).await,
            Treatment::UploadPart => {
                self.finish(async move { gateway.upload_part(asked, &sealed).await }).await
            }
            Treatment::CompleteUpload => {
                self.finish(async move { gateway.complete_upload(asked, &sealed).await }).await
            }
            Treatment::Copy => self.finish(async move { gateway.copy(asked, &sealed).await }).await,
            Treatment::CopyPart => {
                self.finish(async move { gateway.copy_part(asked, &sealed).await }).await
            }
        }
    }

    /// Runs a write to its end, even if the client goes away.
    async fn finish(
        &self,
        write: impl Future<Output = Result<Reply, Refused>> + Send + 'static,
    ) -> Result<Reply, Refused> {
        let unfinished = self.unfinished.clone().read_owned().await;
        let written = tokio::spawn(async move {
            let outcome = write.await;
            drop(unfinished);
            outcome
        });
        written.await.unwrap_or_else(|_| {
            Err(Refused::new(500, "InternalError", "The request ended unexpectedly.")
                .because("other"))
        })
    }

    /// Waits for the writes whose clients have gone.
    pub(in crate::proxy) async fn all_finished(&self) {
        drop(self.unfinished.write().await);
    }

    /// The key that seals the object.
    /// Errors: `AccessDenied` if no key is for it: nothing is stored unsealed by accident.
    pub(super) async fn key_to_write(&self, at: &Location) -> Result<ObjectKey, Refused> {
        let refuse = |failure: Failure| Refused::of_failure(&failure);
        let key = self.keys.to_write(&self.store, at).await.map_err(refuse)?;
        let none = || refuse(self.keys.no_key_for(self.store.recipient(), at));
        let key = key.ok_or_else(none)?;
        key.check_fit().map_err(refuse)?;
        Ok(key)
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
        let answer = self.store.forward(relayed).await.map_err(RelayRefusal::without_answer)?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let (head, body) = answer.into_parts();
        let document = read_document(body, LONGEST_ERROR).await.unwrap_or_default();
        let refusal = Refusal::of_answer(head.status.as_u16(), &head.headers, &document);
        Err(RelayRefusal { refusal, headers: Box::new(headers::of_refusal(&head.headers)) })
    }

    /// What the store refused, for the client: in its status and code, with the cause.
    pub(super) fn explain(&self, refused: &RelayRefusal, about: &Circumstances<'_>) -> Refused {
        let failure = diagnose(&self.store, &refused.refusal, about);
        let refused_checksums = self.store.learns_from(&refused.refusal);
        let mut answer = Refused::explained(&refused.refusal, &failure);
        if refused_checksums {
            // The next attempt carries none.
            answer = Refused::new(503, "SlowDown", "The store takes no checksums: send it again.");
        }
        Refused { headers: refused.headers.clone(), ..answer }
    }
}

/// A refused request, and the headers that the client gets.
pub(super) struct RelayRefusal {
    pub(super) refusal: Refusal,
    pub(super) headers: Box<HeaderMap>,
}

impl RelayRefusal {
    fn without_answer(refusal: Refusal) -> RelayRefusal {
        RelayRefusal { refusal, headers: Box::default() }
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

/// The store's answer, for the client: its body is passed on as it arrives.
pub(super) fn pass(answer: Answer) -> Reply {
    let (head, body) = answer.into_parts();
    let mut reply = Response::new(stream(body));
    *reply.status_mut() = head.status;
    *reply.headers_mut() = headers::to_client(&head.headers);
    reply
}

fn stream(body: SdkBody) -> ReplyBody {
    body.map_err(BoxError::from).boxed_unsync()
}

/// A whole body.
pub(in crate::proxy) fn boxed(answer: Response<Full<Bytes>>) -> Reply {
    answer.map(|body| body.map_err(|never| match never {}).boxed_unsync())
}

/// A document of this program's own, with these headers of the store's answer.
pub(super) fn document(root: &str, elements: &[String], passed: &HeaderMap) -> Reply {
    let namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    let body = elements.concat();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{namespace}\">{body}</{root}>"
    );
    let mut reply = Response::new(Full::new(Bytes::from(text)));
    *reply.headers_mut() = headers::to_client(passed);
    for name in ["content-length", "content-type", "etag"] {
        reply.headers_mut().remove(name);
    }
    let xml = http::HeaderValue::from_static("application/xml");
    reply.headers_mut().insert(http::header::CONTENT_TYPE, xml);
    boxed(reply)
}

/// An element of a document, if there is a value.
pub(super) fn element(name: &str, value: Option<&str>) -> String {
    value.map(|value| xml::element(name, value)).unwrap_or_default()
}

/// How long the store may take for a request that makes it read a whole object.
pub(super) const LONG_WORK: Duration = Duration::from_secs(15 * 60);
