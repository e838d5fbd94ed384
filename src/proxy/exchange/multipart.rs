//! CreateMultipartUpload, UploadPart and CompleteMultipartUpload. The echoes of the parts are the proof of the object.

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::gateway::{Authenticated, Gateway, LONG_WORK, LONGEST_DOCUMENT, about};
use super::headers;
use super::own_key::own_key;
use super::put::{check_encryption, not_sealed_here};
use super::relay::{add_trailer, sha256};
use super::reply::{Reply, boxed, pass};
use super::uploads::Parts;
use crate::failure::Kind;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::proxy::observe::SealedWith;
use crate::proxy::refused::Refused;
use crate::store::explain::Action;
use crate::store::object::ReadOptions;
use crate::store::{Echo, MANAGED, seal_headers};
use crate::text::xml;

impl Gateway {
    /// CreateMultipartUpload. Some stores send no echo, so the answer proves nothing.
    pub(super) async fn create_upload(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let Authenticated { request, body, .. } = asked;
        let at = request.location();
        check_encryption(&request)?;
        let key = self.key_to_write(&request, &at).await?;
        sealed.is(&key);
        let collected = body.collect(LONGEST_DOCUMENT).await?;
        let mut relayed = self.relayed(&request);
        seal_headers(&mut relayed.headers, &key.key);
        relayed.sha256 = Some(sha256(&collected.bytes));
        relayed.body = SdkBody::from(collected.bytes);
        let answer = self.send(relayed, &about(Action::Write, &at, Some(&key))).await?;
        let status = answer.status();
        let (head, document) = self.read_answer(answer).await?;
        let id = xml::text_of(&document, "InitiateMultipartUploadResult/UploadId");
        if let Some(id) = id {
            self.uploads.begin(&at, &id, own_key(&request)?);
        }
        Ok(whole(status, &head, document))
    }

    /// UploadPart: answered once the store has proven that it sealed the part. Otherwise the upload is aborted.
    pub(super) async fn upload_part(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let Authenticated { request, payload, body } = asked;
        let at = request.location();
        let key = self.key_to_write(&request, &at).await?;
        sealed.is(&key);
        let mut relayed = self.relayed(&request);
        seal_headers(&mut relayed.headers, &key.key);
        let answer = self.send_object(relayed, payload, body, &at, &key).await?;
        let upload_id = request.parameter("uploadId").unwrap_or_default();
        if !Echo::of_headers(answer.headers()).proves(&key.key) {
            self.abort(&at, upload_id).await;
            return Err(not_sealed_here(&at));
        }
        let number = request.parameter("partNumber").and_then(|text| text.parse().ok());
        let etag = answer.headers().get("etag").and_then(|it| it.to_str().ok());
        if let (Some(number), Some(etag)) = (number, etag) {
            self.uploads.remember(&at, upload_id, number, etag);
        }
        Ok(pass(answer))
    }

    /// CompleteMultipartUpload. An upload that began here must consist of parts that were proven here; otherwise it is aborted,
    /// and nothing is published. If it began elsewhere, for instance before this process was started anew, a HEAD proves the
    /// object.
    pub(super) async fn complete_upload(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let Authenticated { request, body, .. } = asked;
        let at = request.location();
        let key = self.key_to_write(&request, &at).await?;
        sealed.is(&key);
        let collected = body.collect(LONGEST_DOCUMENT).await?;
        let upload_id = request.parameter("uploadId").unwrap_or_default();
        let listed = listed_parts(&collected.bytes)?;
        let parts = self.uploads.parts(&at, upload_id, &listed);
        if parts == Parts::Unproven {
            self.abort(&at, upload_id).await;
            self.uploads.end(&at, upload_id);
            return Err(not_sealed_here(&at));
        }
        let is_proven = parts == Parts::Proven;
        let mut relayed = self.relayed(&request);
        add_trailer(&mut relayed.headers, collected.trailer);
        seal_headers(&mut relayed.headers, &key.key);
        relayed.sha256 = Some(sha256(&collected.bytes));
        relayed.body = SdkBody::from(collected.bytes);
        relayed.patience = LONG_WORK;
        let answer = self.send(relayed, &about(Action::Write, &at, Some(&key))).await?;
        self.uploads.end(&at, upload_id);
        if is_proven && !contradicts(answer.headers(), &key) {
            self.store.learned().proven().remember_seal(&at.bucket);
            // Amazon keeps the connection alive with spaces while it works, so the answer must not be held back.
            return Ok(pass(answer));
        }
        let status = answer.status();
        let (head, document) = self.read_answer(answer).await?;
        self.check_completed(&at, &key, &head, &document)?;
        if !is_proven && !contradicts(&head, &key) {
            self.prove_completed(&at, &key, &head, &document).await?;
        } else {
            return Err(self.take_back(&at, &head, etag_of(&document)).await);
        }
        Ok(whole(status, &head, document))
    }

    /// Proves a completed object by a HEAD with the key; takes it back if it is not sealed.
    async fn prove_completed(
        &self,
        at: &Location,
        key: &ObjectKey,
        head: &HeaderMap,
        document: &[u8],
    ) -> Result<(), Refused> {
        let version_id = head.get("x-amz-version-id").and_then(|it| it.to_str().ok());
        let options =
            ReadOptions { version_id: version_id.map(str::to_owned), ..ReadOptions::default() };
        match self.store.head(at, std::slice::from_ref(&key.key), &options).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is(Kind::Unsealed) => {
                Err(self.take_back(at, head, etag_of(document)).await)
            }
            Err(failure) => {
                let message = format!(
                    "{at}: whether the store sealed the object is not known, because the proof of its parts is not: {failure}. The object was kept"
                );
                Err(Refused::new(501, "NotImplemented", message).because("unproven"))
            }
        }
    }
}

/// Whether the answer to Complete says that the object is encrypted in another way than with this key.
fn contradicts(headers: &HeaderMap, key: &ObjectKey) -> bool {
    let md5 = headers.get("x-amz-server-side-encryption-customer-key-md5");
    let md5 = md5.map(|value| value.as_bytes() != key.key.md5_base64().as_bytes());
    headers.contains_key(MANAGED) || md5.unwrap_or(false)
}

fn etag_of(document: &[u8]) -> Option<String> {
    xml::text_of(document, "CompleteMultipartUploadResult/ETag")
}

/// The store's answer, whose document was read.
fn whole(status: StatusCode, head: &HeaderMap, document: Bytes) -> Reply {
    let mut reply = http::Response::new(http_body_util::Full::new(document));
    *reply.status_mut() = status;
    *reply.headers_mut() = headers::to_client(head);
    boxed(reply)
}

/// The parts that a client lists: their numbers and ETags.
/// Errors: `MalformedXML` if one of them cannot be read: it could not be checked.
fn listed_parts(document: &[u8]) -> Result<Vec<(u32, String)>, Refused> {
    let malformed = || {
        Refused::invalid(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    };
    let (mut numbers, mut etags) = (Vec::new(), Vec::new());
    for element in xml::elements(document) {
        match element.path.as_str() {
            "CompleteMultipartUpload/Part/PartNumber" => {
                numbers.push(element.text.trim().parse().map_err(|_| malformed())?);
            }
            "CompleteMultipartUpload/Part/ETag" => etags.push(element.text),
            path if path.starts_with("CompleteMultipartUpload/Part/Checksum") => {}
            _ => return Err(malformed()),
        }
    }
    if numbers.is_empty() || numbers.len() != etags.len() || !is_well_formed(document) {
        return Err(malformed());
    }
    Ok(numbers.into_iter().zip(etags).collect())
}

/// Whether nothing follows what was read.
fn is_well_formed(document: &[u8]) -> bool {
    document.trim_ascii_end().ends_with(b"CompleteMultipartUpload>")
}
