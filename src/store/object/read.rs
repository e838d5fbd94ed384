//! HEAD and GET of objects; sealed ones are opened with a key.

use std::ops::Range;

use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;

use super::extent::{Extent, ReadOptions, another_range, check_head, named_part};
use super::metadata::ObjectMetadata;
use super::open::{FixedKeys, KeysToTry, Opened, ReadRequest, Sending, Unopened, not_sealed};
use crate::failure::{Advice, Failure};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose, is_decisive};
use crate::store::seal::{Echo, Echoes, Sealed};
use crate::store::wire::observers::AnswerHead;
use crate::store::wire::{Refusal, Store, Wire, innermost};

/// The answer to a GET: the metadata, and the body as a stream.
#[derive(Debug)]
pub(crate) struct Reading {
    pub metadata: ObjectMetadata,
    /// Which bytes the body holds; they are those requested.
    pub extent: Extent,
    pub body: Body,
}

/// The answer to a GET, before its extent is checked.
struct Unchecked {
    status: u16,
    metadata: ObjectMetadata,
    body: Body,
}

impl Unchecked {
    fn check(self, wanted: &ReadOptions) -> Result<Reading, Failure> {
        let extent = Extent::of(self.status, &self.metadata, wanted)?;
        Ok(Reading { metadata: self.metadata, extent, body: self.body })
    }
}

/// The bytes of an answer, as a stream.
#[derive(Debug)]
pub(crate) struct Body(ByteStream);

impl Body {
    /// The next bytes; none at the end.
    /// Errors: The cause, if the connection breaks; the rest can be requested again.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, String> {
        self.0.next().await.transpose().map_err(|error| innermost(&error))
    }
}

struct Head<'a> {
    store: &'a Store,
    at: &'a Location,
    options: &'a ReadOptions,
}

impl ReadRequest for Head<'_> {
    type Answer = ObjectMetadata;

    fn send<'a>(&'a self, key: Option<&'a Key>) -> Sending<'a, ObjectMetadata> {
        Box::pin(self.store.head_once(self.at, key, self.options))
    }
}

struct Get<'a> {
    store: &'a Store,
    at: &'a Location,
    options: &'a ReadOptions,
}

impl ReadRequest for Get<'_> {
    type Answer = Unchecked;

    fn send<'a>(&'a self, key: Option<&'a Key>) -> Sending<'a, Unchecked> {
        Box::pin(self.store.get_once(self.at, key, self.options))
    }
}

impl Store {
    /// Requests an object's metadata: one request if the first key fits.
    /// Errors: `Kind::Key` if no key opens it; `Kind::Unsealed` if it is not sealed though a key was given;
    /// `Kind::NotFound`; `Kind::Denied`; `Kind::Integrity` if the answer does not describe a whole object.
    pub(crate) async fn head(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Failure> {
        Ok(self.head_with(at, &mut FixedKeys { keys, is_sealed: false }, options).await?)
    }

    /// The same, with keys that are read only when needed.
    pub(crate) async fn head_with(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Unopened> {
        let opened = self.open(at, keys, options, &Head { store: self, at, options }).await?;
        check_head(&opened.answer).map_err(|failure| Unopened::Failed(failure.at(at)))?;
        Ok(opened)
    }

    pub(crate) async fn head_once(
        &self,
        at: &Location,
        key: Option<&Key>,
        options: &ReadOptions,
    ) -> Result<(Echo, ObjectMetadata), Refusal> {
        let answer = self
            .send(|client| {
                let request = client
                    .head_object()
                    .bucket(&at.bucket)
                    .key(&at.key)
                    .set_version_id(options.version_id.clone())
                    .set_if_match(options.if_match.clone())
                    .set_if_none_match(options.if_none_match.clone())
                    .sealed(key);
                request
                    .customize()
                    .mutate_request(ask_for_checksum(self.learned().checksums().asks()))
                    .send()
            })
            .await;
        match answer {
            Ok(output) => Ok((output.echo(), ObjectMetadata::from(&output))),
            // For any other refusal of a key, the later request without a key gets the store's message.
            Err(refusal) if key.is_none() || matches!(refusal.status, Some(404 | 501)) => {
                Err(self.with_words(at, options, refusal).await)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Requests an object, or the range that `options` names.
    /// Errors: As [`Store::head`]; `Kind::Integrity` if the store answers with other bytes than requested.
    pub(crate) async fn get(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<Opened<Reading>, Failure> {
        Ok(self.get_with(at, &mut FixedKeys { keys, is_sealed: false }, options).await?)
    }

    /// The same, with keys that are read only when needed.
    pub(crate) async fn get_with(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
    ) -> Result<Opened<Reading>, Unopened> {
        let opened = self.open(at, keys, options, &Get { store: self, at, options }).await?;
        let answer =
            opened.answer.check(options).map_err(|failure| Unopened::Failed(failure.at(at)))?;
        Ok(Opened { answer, key: opened.key })
    }

    /// Requests a further range of an opened object, provided that the object has not changed.
    ///
    /// `range` holds offsets in bytes, end excluded; `etag` and `total` (bytes) are those of the opened object.
    /// Errors: `Kind::Precondition` if the object was replaced; `Kind::Integrity` if the store answers with other
    /// bytes than requested.
    pub(crate) async fn get_more(
        &self,
        at: &Location,
        key: Option<&Key>,
        version_id: Option<&str>,
        etag: Option<&str>,
        range: Range<u64>,
        total: u64,
    ) -> Result<Body, Failure> {
        let options = ReadOptions {
            version_id: version_id.map(str::to_owned),
            range: Some(format!("bytes={}-{}", range.start, range.end - 1)),
            if_match: etag.map(str::to_owned),
            ..ReadOptions::default()
        };
        let about = Circumstances { action: Action::Read, at, key };
        let (echo, answer) = self.get_once(at, key, &options).await.map_err(|refusal| {
            // The key fitted before: stores that ignore If-Match answer 400 if a new object has another key.
            let fits_no_more =
                key.is_some() && refusal.status == Some(400) && !is_decisive(&refusal);
            if refusal.status == Some(412) || fits_no_more {
                self.replaced(at)
            } else {
                diagnose(self, &refusal, &about)
            }
        })?;
        if key.is_some_and(|key| !echo.proves(key)) {
            return Err(not_sealed(at));
        }
        // Some stores ignore If-Match.
        if answer.metadata.etag.as_deref() != etag {
            return Err(self.replaced(at));
        }
        if named_part(answer.status, &answer.metadata) != Some(Extent { range, total }) {
            return Err(another_range().hint(Advice::AvoidRanges).at(at));
        }
        Ok(answer.body)
    }

    async fn get_once(
        &self,
        at: &Location,
        key: Option<&Key>,
        options: &ReadOptions,
    ) -> Result<(Echo, Unchecked), Refusal> {
        let head = AnswerHead::default();
        let output = self
            .send(|client| {
                let request = client
                    .get_object()
                    .bucket(&at.bucket)
                    .key(&at.key)
                    .set_version_id(options.version_id.clone())
                    .set_range(options.range.clone())
                    .set_if_match(options.if_match.clone())
                    .set_if_none_match(options.if_none_match.clone())
                    .sealed(key);
                request
                    .customize()
                    .mutate_request(ask_for_checksum(self.learned().checksums().asks()))
                    .interceptor(head.clone())
                    .send()
            })
            .await?;
        let metadata = ObjectMetadata::from(&output);
        let (echo, status) = (output.echo(), head.status());
        Ok((echo, Unchecked { status, metadata, body: Body(output.body) }))
    }

    /// A refused HEAD has no body and so no message: a GET of one byte gets one.
    async fn with_words(&self, at: &Location, options: &ReadOptions, refusal: Refusal) -> Refusal {
        // A presigned URL for a HEAD allows no GET.
        let is_final = refusal.no_answer.is_some() || !self.wire().allows_any_request();
        if is_final || !matches!(refusal.status, Some(400 | 403 | 404 | 501)) {
            return refusal;
        }
        match self.first_byte(at, None, options).await {
            Err(worded) if worded.status == refusal.status => worded,
            // StorageGRID hides a sealed object from a HEAD without a key, but not from a GET.
            Err(worded) if (refusal.status, worded.status) == (Some(404), Some(400)) => worded,
            _ => refusal,
        }
    }

    /// Finds out whether an object can be read, and if not, why, by reading at most one byte.
    pub(crate) async fn first_byte(
        &self,
        at: &Location,
        key: Option<&Key>,
        options: &ReadOptions,
    ) -> Result<(), Refusal> {
        let version_id = options.version_id.clone();
        let whole = ReadOptions { version_id, ..ReadOptions::default() };
        let range = Some("bytes=0-0".to_owned());
        let first = self.get_once(at, key, &ReadOptions { range, ..whole.clone() }).await;
        let answer = match first {
            // The object is empty. SeaweedFS answers 416 before it checks the key, even for a sealed object.
            Err(refusal) if refusal.status == Some(416) => self.get_once(at, key, &whole).await,
            first => first,
        };
        answer.map(|_| ())
    }

    fn replaced(&self, at: &Location) -> Failure {
        let hint = match self.wire() {
            Wire::Presigned(_) => "start again",
            Wire::Signed(_) => "start again, or name one version with --version-id",
        };
        Failure::precondition("the object was replaced while it was downloaded").hint(hint).at(at)
    }
}

/// Adds the header without the SDK's knowledge: the SDK would also verify the checksum, which works only for bodies
/// read to the end from one connection.
fn ask_for_checksum(wanted: bool) -> impl Fn(&mut HttpRequest) {
    move |request| {
        if wanted {
            request.headers_mut().insert("x-amz-checksum-mode", "ENABLED");
        }
    }
}
