//! PutObject. The first write to a bucket that is not known to seal goes as an upload of one part, so that the proof comes
//! before anything is published.

use aws_smithy_types::body::SdkBody;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use http_body_util::Full;

use super::gateway::{Authenticated, Gateway, LONG_WORK, RelayRefusal, SMALL_OBJECT, about};
use super::headers;
use super::relay::{add_trailer, sha256};
use super::reply::{Reply, boxed, pass};
use super::trailed::add_trailed;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::proxy::auth::PayloadKind;
use crate::proxy::body::{Inbound, is_checksum_header};
use crate::proxy::observe::SealedWith;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::explain::Action;
use crate::store::object::{Stored, Written};
use crate::store::wire::{Answer, Relayed, read_document};
use crate::store::{Echo, MANAGED, seal_headers};
use crate::text::xml;

/// The longest answer to Create and Complete, in bytes.
const LONGEST_ANSWER: usize = 1 << 20;

impl Gateway {
    /// PutObject: answered once the store has proven that it sealed the object.
    pub(super) async fn put(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let Authenticated { request, payload, body } = asked;
        let at = request.location();
        check_encryption(&request)?;
        let key = self.key_to_write(&request, &at).await?;
        sealed.is(&key);
        let mut relayed = self.relayed(&request);
        if !self.store.learned().proven().seals(&at.bucket) {
            return self.put_as_upload(&at, &key, relayed.headers, body).await;
        }
        seal_headers(&mut relayed.headers, &key.key);
        let answer = self.send_object(relayed, payload, body, &at, &key).await?;
        if !Echo::of_headers(answer.headers()).proves(&key.key) {
            return Err(self.take_back(&at, answer.headers(), None).await);
        }
        Ok(pass(answer))
    }

    /// Sends an object or a part with its body. A small one is verified first; of a larger one, the last bytes follow once
    /// the others are verified.
    pub(super) async fn send_object(
        &self,
        mut relayed: Relayed,
        payload: PayloadKind,
        body: Inbound,
        at: &Location,
        key: &ObjectKey,
    ) -> Result<Answer, Refused> {
        let about = about(Action::Write, at, Some(key));
        relayed.sha256 = match payload {
            PayloadKind::Sha256(digest) => Some(crate::key::core::hex(&digest)),
            _ => None,
        };
        if body.length() > SMALL_OBJECT {
            let (verdict, has_trailer) = (body.verdict(), body.trailer_form().is_some());
            let sends_trailer = has_trailer && self.wants_trailers();
            if sends_trailer {
                add_trailed(&mut relayed, body);
            } else {
                relayed.body = SdkBody::from_body_1_x(body);
            }
            let explain = |refused: RelayRefusal| match verdict.refusal() {
                Some(refusal) => refusal,
                None if has_trailer && !sends_trailer => {
                    self.explain_without_trailer(&refused, &about)
                }
                None => self.explain(&refused, &about),
            };
            return self.try_send(relayed).await.map_err(explain);
        }
        let collected = body.collect(SMALL_OBJECT).await?;
        if !self.store.learned().checksums().are_refused() {
            add_trailer(&mut relayed.headers, collected.trailer);
        }
        relayed.sha256.get_or_insert_with(|| sha256(&collected.bytes));
        let again = Relayed {
            body: SdkBody::from(collected.bytes.clone()),
            query: relayed.query.clone(),
            headers: relayed.headers.clone(),
            sha256: relayed.sha256.clone(),
            ..Relayed::new(relayed.method.clone(), relayed.bucket.as_deref(), &relayed.key)
        };
        relayed.body = SdkBody::from(collected.bytes);
        match self.try_send(relayed).await {
            Err(refused) if self.learns_from(&refused) => {
                let mut again = again;
                remove_checksums(&mut again.headers);
                self.send(again, &about).await
            }
            Err(refused) => Err(self.explain(&refused, &about)),
            Ok(answer) => Ok(answer),
        }
    }

    /// Removes an object whose encryption was not proven. Returns the refusal to answer with: SDKs do not repeat it.
    pub(super) async fn take_back(
        &self,
        at: &Location,
        headers: &HeaderMap,
        etag: Option<String>,
    ) -> Refused {
        let header =
            |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let stored = Stored {
            etag: etag.or_else(|| header("etag")),
            version_id: header("x-amz-version-id"),
            ..Stored::default()
        };
        match self.store.keep_if_proven(at, Written { stored, proven: false }).await {
            Err(failure) => Refused::of_failure(&failure),
            Ok(_) => Refused::new(501, "NotImplemented", "The store did not seal the object."),
        }
    }

    /// Writes the object as an upload of one part.
    async fn put_as_upload(
        &self,
        at: &Location,
        key: &ObjectKey,
        mut headers: HeaderMap,
        body: Inbound,
    ) -> Result<Reply, Refused> {
        // The bytes are compared with the client's checksum here; the upload has none that could contradict it.
        remove_checksums(&mut headers);
        let conditions = take(&mut headers, |name| matches!(name, "if-match" | "if-none-match"));
        let content_md5 = take(&mut headers, |name| name == "content-md5");
        let create = Relayed {
            query: vec![("uploads".to_owned(), String::new())],
            headers: sealed_headers(headers, key),
            ..Relayed::new(Method::POST, Some(&at.bucket), &at.key)
        };
        let answer = self.send(create, &about(Action::Write, at, Some(key))).await?;
        let document = self.read_answer(answer).await?.1;
        let upload_id = xml::text_of(&document, "InitiateMultipartUploadResult/UploadId")
            .ok_or_else(|| {
                Refused::new(502, "BadGateway", "The store began an upload without naming it.")
            })?;
        let completed =
            self.upload_and_complete(at, key, &upload_id, body, content_md5, conditions).await;
        if completed.is_err() {
            self.abort(at, &upload_id).await;
        }
        completed
    }

    async fn upload_and_complete(
        &self,
        at: &Location,
        key: &ObjectKey,
        upload_id: &str,
        body: Inbound,
        content_md5: HeaderMap,
        conditions: HeaderMap,
    ) -> Result<Reply, Refused> {
        let id = || ("uploadId".to_owned(), upload_id.to_owned());
        let part = Relayed {
            query: vec![("partNumber".to_owned(), "1".to_owned()), id()],
            headers: sealed_headers(content_md5, key),
            ..Relayed::new(Method::PUT, Some(&at.bucket), &at.key)
        };
        let body = body.keeping_trailer();
        let answer = self.send_object(part, PayloadKind::Unsigned, body, at, key).await?;
        if !Echo::of_headers(answer.headers()).proves(&key.key) {
            return Err(not_sealed_here(at));
        }
        let etag = answer.headers().get("etag").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let list = [xml::element("PartNumber", "1"), xml::element("ETag", etag)].concat();
        let list = format!(
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part>{list}</Part></CompleteMultipartUpload>"
        );
        let complete = Relayed {
            query: vec![id()],
            headers: sealed_headers(conditions, key),
            sha256: Some(sha256(list.as_bytes())),
            body: SdkBody::from(list),
            patience: LONG_WORK,
            ..Relayed::new(Method::POST, Some(&at.bucket), &at.key)
        };
        let answer = self.send(complete, &about(Action::Write, at, Some(key))).await?;
        let (head, document) = self.read_answer(answer).await?;
        self.check_completed(at, key, &head, &document)?;
        self.store.learned().proven().remember_seal(&at.bucket);
        let etag = xml::text_of(&document, "CompleteMultipartUploadResult/ETag");
        let mut reply = Response::new(Full::default());
        *reply.headers_mut() = headers::to_client(&head);
        for name in ["content-type", "content-length", "transfer-encoding"] {
            reply.headers_mut().remove(name);
        }
        if let Some(etag) = etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
            reply.headers_mut().insert(http::header::ETAG, etag);
        }
        Ok(boxed(reply))
    }

    /// Fails if the answer to Complete is an error that came after its head, or contradicts the proof of the parts.
    pub(super) fn check_completed(
        &self,
        at: &Location,
        key: &ObjectKey,
        head: &HeaderMap,
        document: &[u8],
    ) -> Result<(), Refused> {
        let refusal = crate::store::wire::Refusal::of_answer(200, head, document);
        if refusal.code.is_some() {
            let refused = RelayRefusal {
                headers: Box::new(headers::of_refusal(head)),
                ..RelayRefusal::without_answer(refusal)
            };
            return Err(self.explain(&refused, &about(Action::Write, at, Some(key))));
        }
        Ok(())
    }

    /// Reads an answer with a document.
    pub(super) async fn read_answer(
        &self,
        answer: Answer,
    ) -> Result<(HeaderMap, bytes::Bytes), Refused> {
        let (head, body) = answer.into_parts();
        let document = read_document(body, LONGEST_ANSWER).await.map_err(|_| {
            Refused::new(503, "ServiceUnavailable", "The answer of the store cannot be read.")
                .because("unavailable")
        })?;
        Ok((head.headers, document))
    }

    /// Aborts an upload whose parts must not be published.
    pub(super) async fn abort(&self, at: &Location, upload_id: &str) {
        if let Err(failure) = self.store.abort_upload(at, upload_id).await {
            tracing::warn!(%failure, "an upload could not be aborted");
        }
    }
}

/// An upload in which a part was not sealed: it is aborted, so that nothing is published.
pub(super) fn not_sealed_here(at: &Location) -> Refused {
    Refused::new(
        501,
        "NotImplemented",
        format!(
            "{at}: the store ignored the key and would have stored plaintext: nothing was published. This store does not seal with your keys (SSE-C): use one that does"
        ),
    )
    .because("not-sealed")
}

/// The key takes the place of any other encryption, so a request for another one is a contradiction.
pub(super) fn check_encryption(request: &Request) -> Result<(), Refused> {
    if request.headers.contains_key(MANAGED) {
        return Err(Refused::invalid(
            "InvalidArgument",
            "Server Side Encryption with Customer provided key is incompatible with the encryption method specified. s3seal proxy seals every object: turn off server-side encryption in the client's settings.",
        ));
    }
    Ok(())
}

fn sealed_headers(mut headers: HeaderMap, key: &ObjectKey) -> HeaderMap {
    seal_headers(&mut headers, &key.key);
    headers
}

fn remove_checksums(headers: &mut HeaderMap) {
    drop(take(headers, is_checksum_header));
}

/// Removes and returns the headers with such names.
fn take(headers: &mut HeaderMap, is_meant: impl Fn(&str) -> bool) -> HeaderMap {
    let names: Vec<HeaderName> =
        headers.keys().filter(|name| is_meant(name.as_str())).cloned().collect();
    let mut taken = HeaderMap::new();
    for name in names {
        if let Some(value) = headers.remove(&name) {
            taken.insert(name, value);
        }
    }
    taken
}
