//! UploadPartCopy: the source is opened, the part is sealed and proven. A store that cannot do both is given the bytes
//! instead: they pass through this program as they arrive.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, Method};

use super::gateway::{Authenticated, Gateway, LONG_WORK, RelayRefusal, about};
use super::put::not_sealed_here;
use super::reply::{Reply, document, element, pass};
use crate::key::ring::ObjectKey;
use crate::proxy::observe::SealedWith;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::copy::CopySource;
use crate::store::explain::Action;
use crate::store::wire::{Answer, Relayed};
use crate::store::{Echo, seal_headers, seal_source_headers};
use crate::text::range::ByteRange;
use crate::text::xml;

impl Gateway {
    /// UploadPartCopy.
    pub(super) async fn copy_part(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let request = &asked.request;
        let at = request.location();
        let key = self.key_to_write(request, &at).await?;
        sealed.is(&key);
        let source = self.open_source(request).await?;
        match self.copy_within(request, &source, &key).await {
            Ok(answer) if Echo::of_headers(answer.headers()).proves(&key.key) => {
                let (head, body) = self.read_answer(answer).await?;
                let refusal = crate::store::wire::Refusal::of_answer(200, &head, &body);
                if refusal.code.is_none() {
                    let etag = xml::text_of(&body, "CopyPartResult/ETag").unwrap_or_default();
                    self.remember(request, &etag);
                    let passed = http::Response::new(body.into());
                    let (mut parts, body): (http::response::Parts, _) = passed.into_parts();
                    parts.headers = head;
                    return Ok(pass(Answer::from_parts(parts, body)));
                }
                self.relay_part(request, &source, &key).await
            }
            // What it wrote without the seal is overwritten by the part of the same number.
            Ok(_) => self.relay_part(request, &source, &key).await,
            Err(refused) if cannot_copy(&refused) => self.relay_part(request, &source, &key).await,
            Err(refused) => Err(self.explain(&refused, &about(Action::Copy, &at, Some(&key)))),
        }
    }

    async fn copy_within(
        &self,
        request: &Request,
        source: &CopySource,
        key: &ObjectKey,
    ) -> Result<Answer, RelayRefusal> {
        let mut relayed = self.relayed(request);
        seal_headers(&mut relayed.headers, &key.key);
        if let Some(key) = &source.key {
            seal_source_headers(&mut relayed.headers, key);
        }
        relayed.patience = LONG_WORK;
        self.try_send(relayed).await
    }

    /// Downloads the range and uploads it as the part.
    async fn relay_part(
        &self,
        request: &Request,
        source: &CopySource,
        key: &ObjectKey,
    ) -> Result<Reply, Refused> {
        let at = request.location();
        let total = source.metadata.content_length.unwrap_or_default();
        let range = match request.header("x-amz-copy-source-range") {
            None => 0..total,
            Some(text) => {
                let range = text.parse::<ByteRange>().ok().and_then(|range| range.within(total));
                range.ok_or_else(|| {
                    Refused::invalid(
                        "InvalidArgument",
                        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets to copy",
                    )
                })?
            }
        };
        let mut read = Relayed::new(Method::GET, Some(&source.at.bucket), &source.at.key);
        read.query.extend(source.version_id().map(|id| ("versionId".to_owned(), id.to_owned())));
        if range != (0..total) {
            set(&mut read.headers, "range", &format!("bytes={}-{}", range.start, range.end - 1));
        }
        if let Some(etag) = &source.metadata.etag {
            set(&mut read.headers, "if-match", etag);
        }
        if let Some(key) = &source.key {
            seal_headers(&mut read.headers, key);
        }
        let about_source = crate::store::explain::Circumstances {
            action: Action::Read,
            at: &source.at,
            key: source.key.as_ref(),
        };
        let answer = self.send(read, &about_source).await?;
        self.check_read(&answer, source, &range)?;
        let mut part = Relayed::new(Method::PUT, Some(&at.bucket), &at.key);
        part.query = request.query_to_relay();
        part.body = answer.into_body();
        seal_headers(&mut part.headers, &key.key);
        let answer = self.send(part, &about(Action::Write, &at, Some(key))).await?;
        let upload_id = request.parameter("uploadId").unwrap_or_default();
        if !Echo::of_headers(answer.headers()).proves(&key.key) {
            self.abort(&at, upload_id).await;
            return Err(not_sealed_here(&at));
        }
        let etag = answer.headers().get("etag").and_then(|it| it.to_str().ok());
        self.remember(request, etag.unwrap_or_default());
        let modified = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
        let elements = [element("LastModified", Some(&modified)), element("ETag", etag)];
        Ok(document("CopyPartResult", &elements, answer.headers()))
    }

    /// Fails unless the answer holds exactly these bytes of the source, opened with its key.
    fn check_read(
        &self,
        answer: &Answer,
        source: &CopySource,
        range: &std::ops::Range<u64>,
    ) -> Result<(), Refused> {
        let echo = Echo::of_headers(answer.headers());
        let is_opened = source.key.as_ref().is_none_or(|key| echo.proves(key));
        let length = range.end - range.start;
        if is_opened && answer.body().content_length() == Some(length) {
            return Ok(());
        }
        Err(Refused::new(
            500,
            "InternalError",
            "The store sent other bytes of the source than asked for.",
        )
        .because("integrity"))
    }

    fn remember(&self, request: &Request, etag: &str) {
        let number = request.parameter("partNumber").and_then(|text| text.parse().ok());
        let upload_id = request.parameter("uploadId").unwrap_or_default();
        if let Some(number) = number.filter(|_| !etag.is_empty()) {
            self.uploads.remember(&request.location(), upload_id, number, etag);
        }
    }
}

/// Whether the store cannot make this copy, although source and key are right.
fn cannot_copy(refused: &RelayRefusal) -> bool {
    matches!(refused.refusal.status, Some(400 | 405 | 500 | 501))
        && refused.refusal.code.as_deref() != Some("NoSuchUpload")
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = value.try_into() {
        headers.insert(HeaderName::from_static(name), value);
    }
}
