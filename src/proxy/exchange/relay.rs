//! Requests that pass as they are: about buckets, lists, deletions, tags; and reads with a key of the client's own.

use aws_smithy_types::body::SdkBody;
use http::Method;

use super::gateway::{Authenticated, Gateway, LONGEST_DOCUMENT, about};
use super::reply::{Reply, pass};
use crate::proxy::observe::SealedWith;
use crate::proxy::operation::Operation;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::explain::Action;
use crate::store::seal_headers;
use crate::store::wire::Relayed;

/// The headers of a preflight request (Fetch standard, "CORS-preflight request").
const PREFLIGHT: &[&str] =
    &["origin", "access-control-request-method", "access-control-request-headers"];

impl Gateway {
    /// Passes a request and its answer.
    pub(super) async fn relay(
        &self,
        asked: Authenticated,
        operation: Operation,
    ) -> Result<Reply, Refused> {
        let Authenticated { request, body, .. } = asked;
        let mut relayed = self.relayed(&request);
        let at = request.location();
        let collected = body.collect(LONGEST_DOCUMENT).await?;
        check_document(operation, &collected.bytes)?;
        add_trailer(&mut relayed.headers, collected.trailer);
        relayed.sha256 = Some(sha256(&collected.bytes));
        relayed.body = SdkBody::from(collected.bytes);
        let action = action_of(&request);
        let answer = self.send(relayed, &about(action, &at, None)).await?;
        if operation.name == "AbortMultipartUpload" {
            self.uploads.end(&at, request.parameter("uploadId").unwrap_or_default());
        }
        Ok(pass(answer))
    }

    /// ListParts carries the key: Amazon wants it if the upload has a checksum algorithm.
    pub(super) async fn list_parts(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let at = asked.request.location();
        let key = self.key_to_write(&asked.request, &at).await?;
        sealed.is(&key);
        let mut relayed = self.relayed(&asked.request);
        seal_headers(&mut relayed.headers, &key.key);
        Ok(pass(self.send(relayed, &about(Action::ListUploads, &at, Some(&key))).await?))
    }

    /// Asks the store whether a page of another origin may send a request.
    pub(super) async fn relay_preflight(&self, request: &Request) -> Result<Reply, Refused> {
        let at = request.location();
        let mut relayed = Relayed::new(Method::OPTIONS, request.bucket.as_deref(), &request.key);
        relayed.is_anonymous = true;
        for name in PREFLIGHT {
            if let Some(value) = request.headers.get(*name) {
                relayed.headers.insert(*name, value.clone());
            }
        }
        let asks = |name| relayed.headers.contains_key(name);
        if !asks("origin") || !asks("access-control-request-method") {
            return Err(Refused::invalid(
                "BadRequest",
                "Insufficient information. Origin and Access-Control-Request-Method request headers needed.",
            ));
        }
        Ok(pass(self.send(relayed, &about(Action::Read, &at, None)).await?))
    }
}

/// Refuses documents that let the store write plaintext.
fn check_document(operation: Operation, document: &[u8]) -> Result<(), Refused> {
    let names_output = || document.windows(14).any(|window| window == b"OutputLocation");
    if operation.name == "RestoreObject" && names_output() {
        let why = "the store would write the selected rows in plaintext";
        return Err(Refused::not_implemented("RestoreObject with an OutputLocation", why));
    }
    Ok(())
}

/// Adds the checksum of a trailer as a header.
pub(super) fn add_trailer(headers: &mut http::HeaderMap, trailer: Option<(String, String)>) {
    let Some((name, value)) = trailer else { return };
    if let (Ok(name), Ok(value)) =
        (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
    {
        headers.insert(name, value);
    }
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    crate::key::core::hex(&Sha256::digest(bytes))
}

/// What a relayed request is for, as far as a diagnosis tells it apart.
fn action_of(request: &Request) -> Action {
    let is_object = !request.key.is_empty();
    match request.method {
        Method::DELETE if request.has_parameter("uploadId") => Action::AbortUpload,
        Method::DELETE => Action::Delete,
        Method::GET if request.has_parameter("tagging") && is_object => Action::ReadTags,
        Method::GET if request.has_parameter("acl") && is_object => Action::ReadAcl,
        Method::GET if request.has_parameter("uploads") => Action::ListUploads,
        Method::GET if request.has_parameter("versions") => Action::ListVersions,
        Method::GET if request.has_parameter("encryption") => Action::ReadBucketEncryption,
        Method::PUT if request.has_parameter("encryption") => Action::WriteBucketEncryption,
        Method::GET | Method::HEAD if !is_object => Action::List,
        Method::GET | Method::HEAD => Action::Read,
        _ => Action::Write,
    }
}
