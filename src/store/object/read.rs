//! HEAD and GET, with as many keys as it takes and no more: a store that merely denies access is not
//! shown the next key.

use std::ops::Range;
use std::pin::Pin;

use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;

use super::extent::{Extent, another_range, check_head, named_part};
use super::metadata::ObjectMetadata;
use super::read_options::ReadOptions;
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::explain::{
    Action, Circumstances, diagnose, is_decisive, is_wordless, refuses_http,
};
use crate::store::seal::{Echo, Echoes, Sealed};
use crate::store::wire::observers::AnswerHead;
use crate::store::wire::{Refusal, Store, innermost};

/// An object that could be read, and the key that opened it.
#[derive(Debug)]
pub(crate) struct Opened<T> {
    /// What the store answered.
    pub answer: T,
    /// The key whose use the store has proven; none for an object that is not sealed.
    pub key: Option<Key>,
}

/// The answer to a GET: metadata now, bytes as they come.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What the store says of the object.
    pub metadata: ObjectMetadata,
    /// Which bytes these are: those that were asked for.
    pub extent: Extent,
    /// The bytes asked for.
    pub body: Body,
}

/// The answer to a GET, before it is known whether it holds what was asked for.
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

/// An object's bytes on their way.
#[derive(Debug)]
pub(crate) struct Body(ByteStream);

impl Body {
    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// A sentence, where the connection breaks; the rest can be asked for again.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, String> {
        self.0.next().await.transpose().map_err(|error| innermost(&error))
    }
}

/// One request with one key, or with none; a type with a name, for it must be able to change threads.
pub(crate) type Attempt<'a, T> =
    Pin<Box<dyn Future<Output = Result<(Echo, T), Refusal>> + Send + 'a>>;

/// What a request without a key tells of an object that refused one.
enum Unopened {
    Sealed,
    Plain,
}

impl Store {
    /// Asks for an object's metadata: one request where the first key fits.
    ///
    /// # Errors
    /// [`Kind::Key`] where no key opens it, [`Kind::Unsealed`] where it is not sealed though a
    /// key was given, [`Kind::NotFound`], [`Kind::Denied`] and so on; [`Kind::Integrity`] where the
    /// answer cannot be about all of an object.
    pub(crate) async fn head(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Failure> {
        let opened =
            self.open(at, keys, options, |key| Box::pin(self.head_once(at, key, options))).await?;
        check_head(&opened.answer).map_err(|failure| failure.at(at))?;
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
                request.customize().mutate_request(ask_for_checksum(self.checksums.asks())).send()
            })
            .await;
        match answer {
            Ok(output) => Ok((output.echo(), ObjectMetadata::from(&output))),
            // Of any other refusal of a key, the question without one brings the words.
            Err(refusal) if key.is_none() || matches!(refusal.status, Some(404 | 501)) => {
                Err(self.with_words(at, options, refusal).await)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Asks for an object, or the range of it that `options` names.
    ///
    /// # Errors
    /// As [`Store::head`]; [`Kind::Integrity`] where the store answers with other bytes than were asked for.
    pub(crate) async fn get(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<Opened<Reading>, Failure> {
        let opened =
            self.open(at, keys, options, |key| Box::pin(self.get_once(at, key, options))).await?;
        let answer = opened.answer.check(options).map_err(|failure| failure.at(at))?;
        Ok(Opened { answer, key: opened.key })
    }

    /// Asks for one more range of an object that was opened before, provided it is still the same.
    ///
    /// `range` counts bytes from the object's first, its end excluded; `etag` and `total`, its size in bytes, are
    /// what it had then.
    ///
    /// # Errors
    /// [`Kind::Precondition`] where the object was replaced meanwhile; [`Kind::Integrity`]
    /// where the store answers with other bytes than were asked for.
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
            // The key fitted a moment ago: stores without If-Match say so of a successor with another key.
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
        // Not every store honours If-Match.
        if answer.metadata.etag.as_deref() != etag {
            return Err(self.replaced(at));
        }
        let refused =
            || another_range().hint("try --concurrency 1, which asks for no ranges").at(at);
        if named_part(answer.status, &answer.metadata) != Some(Extent { range, total }) {
            return Err(refused());
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
                    .mutate_request(ask_for_checksum(self.checksums.asks()))
                    .interceptor(head.clone())
                    .send()
            })
            .await?;
        let metadata = ObjectMetadata::from(&output);
        let (echo, status) = (output.echo(), head.status());
        Ok((echo, Unchecked { status, metadata, body: Body(output.body) }))
    }

    async fn open<'a, T>(
        &'a self,
        at: &'a Location,
        keys: &'a [Key],
        options: &'a ReadOptions,
        attempt: impl Fn(Option<&'a Key>) -> Attempt<'a, T>,
    ) -> Result<Opened<T>, Failure> {
        loop {
            if let Some(opened) = self.try_keys(at, keys, options, &attempt).await.transpose() {
                return opened;
            }
        }
    }

    /// Tries keys until one opens the object, as long as it is plain that the key is what is wrong.
    ///
    /// None where it turned out that the store refuses checksum headers, which may be all that was wrong:
    /// a HEAD's refusal does not say.
    async fn try_keys<'a, T>(
        &'a self,
        at: &'a Location,
        keys: &'a [Key],
        options: &'a ReadOptions,
        attempt: &impl Fn(Option<&'a Key>) -> Attempt<'a, T>,
    ) -> Result<Option<Opened<T>>, Failure> {
        let asked = self.checksums.asks();
        let refused_meanwhile =
            |refusal: &Refusal| asked && !self.checksums.asks() && refusal.code.is_none();
        if keys.is_empty() {
            return match attempt(None).await {
                Ok((_, answer)) => Ok(Some(Opened { answer, key: None })),
                Err(refusal) if refused_meanwhile(&refusal) => Ok(None),
                Err(refusal) => Err(self.explain_without_key(at, &refusal)),
            };
        }
        if let Some(url) = &self.url {
            return self.try_keys_through(url, at, keys, options, attempt).await.map(Some);
        }
        let mut unopened = options.is_sealed.then_some(Unopened::Sealed);
        let mut all_wordless = true;
        for key in keys {
            match attempt(Some(key)).await {
                Ok((echo, answer)) if echo.proves(key) => {
                    return Ok(Some(Opened { answer, key: Some(key.clone()) }));
                }
                Ok((_, answer)) if options.allow_plain => {
                    return Ok(Some(Opened { answer, key: None }));
                }
                Ok(_) => return Err(not_sealed(at)),
                Err(refusal) if is_decisive(&refusal) => {
                    let about = Circumstances { action: Action::Read, at, key: Some(key) };
                    return Err(diagnose(self, &refusal, &about));
                }
                Err(refusal) => {
                    all_wordless &= is_wordless(&refusal);
                    if unopened.is_none() {
                        // Amazon refuses a key for what is not sealed with 400, a wrong one with 403.
                        let may_be_plain = options.allow_plain && refusal.status == Some(400);
                        let asked = if may_be_plain {
                            attempt(None).await.map(|(_, answer)| Some(answer))
                        } else {
                            self.first_byte(at, None, options).await.map(|()| None)
                        };
                        unopened = Some(match asked {
                            Ok(Some(answer)) => return Ok(Some(Opened { answer, key: None })),
                            Ok(None) => Unopened::Plain,
                            Err(keyless) => {
                                self.conclude(at, (key, &refusal), &keyless, options).await?
                            }
                        });
                    }
                    if refused_meanwhile(&refusal) {
                        return Ok(None);
                    }
                }
            }
            match unopened {
                Some(Unopened::Plain) if options.allow_plain => {
                    let about = Circumstances { action: Action::Read, at, key: None };
                    let (_, answer) =
                        attempt(None).await.map_err(|refusal| diagnose(self, &refusal, &about))?;
                    return Ok(Some(Opened { answer, key: None }));
                }
                Some(Unopened::Plain) => return Err(not_sealed(at)),
                _ => {}
            }
        }
        // A HEAD's refusal is mute, and Ceph's always: a store that wants https refuses every key so.
        let over_http = self.endpoint().is_some_and(|url| url.starts_with("http://"));
        if let (true, true, Some(key)) =
            (all_wordless && !options.is_sealed, over_http, keys.first())
            && let Err(refusal) = self.first_byte(at, Some(key), options).await
            && refuses_http(self, &refusal)
        {
            let about = Circumstances { action: Action::Read, at, key: Some(key) };
            return Err(diagnose(self, &refusal, &about));
        }
        Err(no_key_fits(at, keys))
    }

    /// Tells a wrong key from a denial: a store refuses a wrong key as it refuses a stranger, but
    /// what it says to a request without any key differs.
    async fn conclude(
        &self,
        at: &Location,
        (tried, refusal): (&Key, &Refusal),
        keyless: &Refusal,
        options: &ReadOptions,
    ) -> Result<Unopened, Failure> {
        let about = Circumstances { action: Action::Read, at, key: None };
        match keyless.status {
            Some(400) if !is_decisive(keyless) => Ok(Unopened::Sealed),
            // Whether it is archived is told to those who may read it, and their key was refused.
            Some(403) if keyless.is("InvalidObjectState") && refusal.status == Some(403) => {
                Ok(Unopened::Sealed)
            }
            // StorageGRID says so of a sealed object, too, as long as no key comes with the request.
            Some(404) if !keyless.is("NoSuchBucket") => {
                match self.first_byte(at, Some(tried), options).await {
                    Err(second) if matches!(second.status, Some(400 | 403)) => Ok(Unopened::Sealed),
                    _ => Err(diagnose(self, keyless, &about)),
                }
            }
            _ => Err(diagnose(self, keyless, &about)),
        }
    }

    /// HEAD has no body, so a failed one has no words: the same question as a one-byte GET has.
    async fn with_words(&self, at: &Location, options: &ReadOptions, refusal: Refusal) -> Refusal {
        if refusal.trouble.is_some() || !matches!(refusal.status, Some(400 | 403 | 404 | 501)) {
            return refusal;
        }
        match self.first_byte(at, None, options).await {
            Err(worded) if worded.status == refusal.status => worded,
            // StorageGRID hides from a HEAD without a key what is sealed, and not from a GET.
            Err(worded) if (refusal.status, worded.status) == (Some(404), Some(400)) => worded,
            _ => refusal,
        }
    }

    /// Whether an object can be read, and if not, why: without more of its bytes than one.
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
            // It is empty. SeaweedFS says so before it looks for a key, and of a sealed object, too.
            Err(refusal) if refusal.status == Some(416) => self.get_once(at, key, &whole).await,
            first => first,
        };
        answer.map(|_| ())
    }

    fn replaced(&self, at: &Location) -> Failure {
        let hint = match self.url {
            Some(_) => "start again",
            None => "start again, or name one version with --version-id",
        };
        Failure::precondition("the object was replaced while it was downloaded").hint(hint).at(at)
    }

    fn explain_without_key(&self, at: &Location, refusal: &Refusal) -> Failure {
        if refusal.status == Some(400) && !is_decisive(refusal) && self.url.is_none() {
            return Failure::key("the object is sealed, and no key was given")
                .hint("name the key with -k, for instance -k file:backup.key, or set S3SEAL_KEY")
                .at(at)
                .answered(refusal.status, refusal.code.as_deref());
        }
        diagnose(self, refusal, &Circumstances { action: Action::Read, at, key: None })
    }
}

/// Asks for the checksum behind the SDK's back: it would compute it as well, and only over bodies
/// that are read to their end from one connection.
fn ask_for_checksum(wanted: bool) -> impl Fn(&mut HttpRequest) {
    move |request| {
        if wanted {
            request.headers_mut().insert("x-amz-checksum-mode", "ENABLED");
        }
    }
}

pub(crate) fn not_sealed(at: &Location) -> Failure {
    Failure::unsealed("the object is not sealed, though a key was given to open it")
        .hint("somebody may have replaced it: find out who; --allow-plain reads it all the same")
        .at(at)
}

fn no_key_fits(at: &Location, keys: &[Key]) -> Failure {
    let md5s = keys.iter().map(Key::md5_base64).collect::<Vec<_>>().join(", ");
    let message = match keys.len() {
        1 => format!("the object is sealed with another key than the one given (key-MD5 {md5s})"),
        n => format!("the object is sealed with none of the {n} keys given (key-MD5 {md5s})"),
    };
    Failure::key(message)
        .hint("find the key it was sealed with: `s3seal key md5` tells a key's MD5, as the log of the upload does; a master key opens with --derive-as s3://BUCKET what keys derived from it have sealed")
        .for_other_keys()
        .at(at)
}
