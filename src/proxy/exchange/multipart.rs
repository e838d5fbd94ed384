//! CreateMultipartUpload, UploadPart and CompleteMultipartUpload. The echoes of the parts are the proof of the object.

use aws_smithy_types::body::SdkBody;
use http::HeaderMap;

use super::gateway::{
    Authenticated, Gateway, LONG_WORK, LONGEST_DOCUMENT, Reply, about, boxed, pass,
};
use super::headers;
use super::put::{check_encryption, not_sealed_here};
use super::relay::{add_trailer, sha256};
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
        let key = self.key_to_write(&at).await?;
        sealed.is(&key);
        let collected = body.collect(LONGEST_DOCUMENT).await?;
        let mut relayed = self.relayed(&request);
        seal_headers(&mut relayed.headers, &key.key);
        relayed.sha256 = Some(sha256(&collected.bytes));
        relayed.body = SdkBody::from(collected.bytes);
        Ok(pass(self.send(relayed, &about(Action::Write, &at, Some(&key))).await?))
    }

    /// UploadPart: answered once the store has proven that it sealed the part. Otherwise the upload is aborted.
    pub(super) async fn upload_part(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let Authenticated { request, payload, body } = asked;
        let at = request.location();
        let key = self.key_to_write(&at).await?;
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
            self.uploads.remember(upload_id, number, etag);
        }
        Ok(pass(answer))
    }

    /// CompleteMultipartUpload. If this process has not seen the proof of each part, for instance because it was started
    /// anew, a HEAD proves the object.
    pub(super) async fn complete_upload(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let Authenticated { request, body, .. } = asked;
        let at = request.location();
        let key = self.key_to_write(&at).await?;
        sealed.is(&key);
        let collected = body.collect(LONGEST_DOCUMENT).await?;
        let upload_id = request.parameter("uploadId").unwrap_or_default();
        let parts = listed_parts(&collected.bytes);
        let mut relayed = self.relayed(&request);
        add_trailer(&mut relayed.headers, collected.trailer);
        seal_headers(&mut relayed.headers, &key.key);
        relayed.sha256 = Some(sha256(&collected.bytes));
        relayed.body = SdkBody::from(collected.bytes);
        relayed.patience = LONG_WORK;
        let answer = self.send(relayed, &about(Action::Write, &at, Some(&key))).await?;
        let is_proven = self.uploads.are_proven(upload_id, &parts);
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
        let mut reply = http::Response::new(http_body_util::Full::new(document));
        *reply.status_mut() = status;
        *reply.headers_mut() = headers::to_client(&head);
        Ok(boxed(reply))
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

/// The parts that a client lists: their numbers and ETags.
fn listed_parts(document: &[u8]) -> Vec<(u32, String)> {
    let mut parts = Vec::new();
    let (mut number, mut etag) = (None, None);
    for element in xml::elements(document) {
        match element.path.as_str() {
            "CompleteMultipartUpload/Part/PartNumber" => number = element.text.trim().parse().ok(),
            "CompleteMultipartUpload/Part/ETag" => etag = Some(element.text),
            _ => {}
        }
        // The two come in any order.
        if let (Some(found), Some(_)) = (number, &etag) {
            parts.push((found, etag.take().unwrap_or_default()));
            number = None;
        }
    }
    parts
}
