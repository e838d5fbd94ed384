//! Opening an object: the key that it is sealed with is found, or the reason why it cannot be read.
//!
//! A store refuses a wrong key as it refuses a user without permission. What it answers to the same request without a
//! key tells the two apart, so a store that merely denies access never sees a second key.

use std::pin::Pin;

use super::extent::ReadOptions;
use crate::failure::{Advice, Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::explain::{
    Action, Circumstances, diagnose, is_about_the_key, is_decisive, is_wordless, no_key_fits_url,
    refuses_http,
};
use crate::store::seal::Echo;
use crate::store::wire::{Refusal, Store};

/// An object that could be read, and the key that opened it.
#[derive(Debug)]
pub(crate) struct Opened<T> {
    /// What the store answered.
    pub answer: T,
    /// The key whose use the store has proven; none for an object that is not sealed.
    pub key: Option<Key>,
}

/// Why an object was not opened.
#[derive(Debug)]
pub(crate) enum Unopened {
    /// It is sealed with a key that is none of those tried, and no others are left.
    Locked(Failure),
    /// It is sealed, and there was no key to try.
    NoKey(Failure),
    /// It is not sealed, though a key was given to open it.
    Plain(Failure),
    /// The object, or the version asked for, does not exist.
    Gone(Failure),
    /// The credentials may not read it.
    Denied(Failure),
    /// Nothing is known of the object: the store did not answer, or refused whatever the object.
    Failed(Failure),
}

/// The keys that may open one object, in the order in which they are tried.
pub(crate) trait KeysToTry: Send {
    /// The keys to try first; empty where there are none.
    fn first(&mut self) -> Batch;

    /// Further keys where none of the earlier ones fits; an empty batch where there are no more. They may have to be
    /// read first, which costs a command or the user's passphrase.
    fn more(&mut self) -> Pending<'_, Batch>;

    /// Whether the object is known to be sealed, so that no request without a key is needed to tell.
    fn is_known_sealed(&self) -> bool {
        false
    }

    /// Whether a key that should have been among them cannot be used: it may be the one that fits.
    fn has_unusable_key(&self) -> bool {
        false
    }

    /// The failure of an object that is sealed and gets no key.
    fn explain_missing_key(&self, failure: Failure) -> Failure {
        failure
    }
}

/// Keys on their way; a type with a name, so that a trait object can return it.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// Keys to try one after the other.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) keys: Vec<Key>,
    /// Whether the object's key tag is worth a request: it names the right one of several keys, or the missing one.
    pub(crate) asks_tag: bool,
}

/// Keys that the caller has at hand, and no others.
pub(crate) struct FixedKeys<'a> {
    pub(crate) keys: &'a [Key],
    pub(crate) is_sealed: bool,
}

impl KeysToTry for FixedKeys<'_> {
    fn first(&mut self) -> Batch {
        Batch { keys: self.keys.to_vec(), asks_tag: false }
    }

    fn more(&mut self) -> Pending<'_, Batch> {
        Box::pin(async { Ok(Batch { keys: Vec::new(), asks_tag: false }) })
    }

    fn is_known_sealed(&self) -> bool {
        self.is_sealed
    }
}

/// A request that reads an object, sent once for each key.
pub(super) trait ReadRequest: Sync {
    type Answer: Send;

    /// Sends it with the key, or without any.
    fn send<'a>(&'a self, key: Option<&'a Key>) -> Sending<'a, Self::Answer>;
}

/// One request with one key, or with none.
pub(super) type Sending<'a, T> =
    Pin<Box<dyn Future<Output = Result<(Echo, T), Refusal>> + Send + 'a>>;

/// What came of the keys of one batch.
enum Tried<T> {
    Opened(Opened<T>),
    /// None of them fits; the refusal of the last one.
    NoneFits(Refusal),
    /// The store turned out to refuse checksum headers. That may be all that was wrong: a HEAD's refusal does not say.
    WithoutChecksums,
}

/// What a request without a key shows of an object that refused one.
enum Keyless<T> {
    Sealed,
    Plain,
    /// It is not sealed, and this is the answer to the request.
    Opened(T),
}

impl Store {
    /// Tries keys until one opens the object, as long as the key is what is wrong. If several keys could open it, its
    /// key tag names the right one.
    pub(super) async fn open<R: ReadRequest>(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
        request: &R,
    ) -> Result<Opened<R::Answer>, Unopened> {
        let mut is_sealed = keys.is_known_sealed();
        let mut tried: Vec<Key> = Vec::new();
        let mut last_refusal = None;
        let mut batch = keys.first();
        loop {
            let tagged = self.sort_by_tag(at, &mut batch, options).await;
            if batch.keys.is_empty()
                && let Some(refusal) = &last_refusal
            {
                return Err(self.locked(at, &tried, refusal, tagged, keys.has_unusable_key()));
            }
            match self.try_batch(at, &batch.keys, is_sealed, options, request).await {
                Ok(Tried::Opened(opened)) => return Ok(opened),
                Ok(Tried::NoneFits(refusal)) => last_refusal = Some(refusal),
                Ok(Tried::WithoutChecksums) => continue,
                Err(Unopened::NoKey(failure)) => {
                    return Err(Unopened::NoKey(keys.explain_missing_key(failure)));
                }
                Err(unopened) => return Err(unopened),
            }
            tried.append(&mut batch.keys);
            is_sealed = true;
            batch = keys.more().await.map_err(Unopened::Failed)?;
        }
    }

    /// The MD5 of the key that the object needs, if it was worth a request and a tag names it; that key is then first.
    async fn sort_by_tag(
        &self,
        at: &Location,
        batch: &mut Batch,
        options: &ReadOptions,
    ) -> Option<String> {
        if !std::mem::take(&mut batch.asks_tag) {
            return None;
        }
        let tagged = self.tagged_key_md5(at, options.version_id.as_deref()).await;
        batch.keys.sort_by_key(|key| Some(key.md5_base64()) != tagged);
        tagged
    }

    async fn try_batch<R: ReadRequest>(
        &self,
        at: &Location,
        keys: &[Key],
        is_sealed: bool,
        options: &ReadOptions,
        request: &R,
    ) -> Result<Tried<R::Answer>, Unopened> {
        let asked = self.learned().checksums().asks();
        let learned_no_checksums = |refusal: &Refusal| {
            asked && !self.learned().checksums().asks() && refusal.code.is_none()
        };
        if keys.is_empty() {
            return match request.send(None).await {
                Ok((_, answer)) => Ok(plain(answer)),
                Err(refusal) if learned_no_checksums(&refusal) => Ok(Tried::WithoutChecksums),
                Err(refusal) => Err(self.explain_without_key(at, &refusal)),
            };
        }
        let mut is_known_sealed = is_sealed;
        let mut all_wordless = true;
        let mut last = Refusal::default();
        for key in keys {
            let refusal = match request.send(Some(key)).await {
                Ok((echo, answer)) if echo.proves(key) => {
                    return Ok(Tried::Opened(Opened { answer, key: Some(key.clone()) }));
                }
                Ok((_, answer)) if options.allow_plain => return Ok(plain(answer)),
                Ok(_) => return Err(Unopened::Plain(not_sealed(at))),
                Err(refusal) => refusal,
            };
            if !self.may_need_another_key(&refusal) {
                return Err(self.unreadable(at, Some(key), &refusal));
            }
            all_wordless &= is_wordless(&refusal);
            // What a URL signs must be sent with it: there is no asking without a key.
            if self.wire().allows_any_request() {
                let found = if is_known_sealed {
                    Keyless::Sealed
                } else {
                    self.ask_without_key(at, (key, &refusal), options, request).await?
                };
                match found {
                    Keyless::Opened(answer) => return Ok(plain(answer)),
                    _ if learned_no_checksums(&refusal) => return Ok(Tried::WithoutChecksums),
                    Keyless::Sealed => is_known_sealed = true,
                    Keyless::Plain if options.allow_plain => {
                        let sent = request.send(None).await;
                        let (_, answer) =
                            sent.map_err(|refusal| self.unreadable(at, None, &refusal))?;
                        return Ok(plain(answer));
                    }
                    Keyless::Plain => return Err(Unopened::Plain(not_sealed(at))),
                }
            }
            last = refusal;
        }
        if all_wordless && !is_sealed {
            self.check_https(at, &keys[0], options).await?;
        }
        Ok(Tried::NoneFits(last))
    }

    /// Whether nothing else than the key can be what was wrong with a request.
    fn may_need_another_key(&self, refusal: &Refusal) -> bool {
        match self.wire().url() {
            Some(_) => is_about_the_key(refusal) && !refuses_http(self, refusal),
            None => !is_decisive(refusal),
        }
    }

    /// Asks without a key what was refused with one: for the answer itself where the object may be plain, otherwise for
    /// one byte.
    async fn ask_without_key<R: ReadRequest>(
        &self,
        at: &Location,
        (tried, refusal): (&Key, &Refusal),
        options: &ReadOptions,
        request: &R,
    ) -> Result<Keyless<R::Answer>, Unopened> {
        // Amazon refuses a key for what is not sealed with 400, a wrong one with 403.
        let may_be_plain = options.allow_plain && refusal.status == Some(400);
        let keyless = if may_be_plain {
            match request.send(None).await {
                Ok((_, answer)) => return Ok(Keyless::Opened(answer)),
                Err(keyless) => keyless,
            }
        } else {
            match self.first_byte(at, None, options).await {
                Ok(()) => return Ok(Keyless::Plain),
                Err(keyless) => keyless,
            }
        };
        if self.says_sealed(at, (tried, refusal), &keyless, options).await {
            return Ok(Keyless::Sealed);
        }
        Err(self.unreadable(at, None, &keyless))
    }

    /// Whether the refusal of a request without a key says that the object is sealed.
    async fn says_sealed(
        &self,
        at: &Location,
        (tried, refusal): (&Key, &Refusal),
        keyless: &Refusal,
        options: &ReadOptions,
    ) -> bool {
        match keyless.status {
            Some(400) => !is_decisive(keyless),
            // Only those who may read an object learn that it is archived, and their key was refused.
            Some(403) => keyless.is("InvalidObjectState") && refusal.status == Some(403),
            // StorageGRID says so of a sealed object, too, as long as no key comes with the request.
            Some(404) if !keyless.is("NoSuchBucket") => {
                let again = self.first_byte(at, Some(tried), options).await;
                again.is_err_and(|again| matches!(again.status, Some(400 | 403)))
            }
            _ => false,
        }
    }

    /// Fails where the store wants https: a HEAD's refusal does not say so, nor does Ceph's to any request, and every
    /// key is refused then.
    async fn check_https(
        &self,
        at: &Location,
        key: &Key,
        options: &ReadOptions,
    ) -> Result<(), Unopened> {
        let over_http = self.endpoint().is_some_and(|url| url.starts_with("http://"));
        if !over_http || !self.wire().allows_any_request() {
            return Ok(());
        }
        match self.first_byte(at, Some(key), options).await {
            Err(refusal) if refuses_http(self, &refusal) => {
                Err(self.unreadable(at, Some(key), &refusal))
            }
            _ => Ok(()),
        }
    }

    fn unreadable(&self, at: &Location, key: Option<&Key>, refusal: &Refusal) -> Unopened {
        diagnose(self, refusal, &Circumstances { action: Action::Read, at, key }).into()
    }

    fn explain_without_key(&self, at: &Location, refusal: &Refusal) -> Unopened {
        let may_be_sealed = refusal.status == Some(400) && !is_decisive(refusal);
        if may_be_sealed && self.wire().allows_any_request() {
            return Unopened::NoKey(
                Failure::key("the object is sealed, and no key was given")
                    .hint(
                        "name the key with -k, for instance -k file:backup.key, or set S3SEAL_KEY",
                    )
                    .at(at)
                    .answered(refusal.status, refusal.code.as_deref()),
            );
        }
        match diagnose(self, refusal, &Circumstances { action: Action::Read, at, key: None }) {
            failure if failure.is(Kind::Key) => Unopened::NoKey(failure),
            failure => failure.into(),
        }
    }

    fn locked(
        &self,
        at: &Location,
        tried: &[Key],
        refusal: &Refusal,
        tagged: Option<String>,
        has_unusable_key: bool,
    ) -> Unopened {
        let mut failure = match self.wire().url() {
            Some(url) => no_key_fits_url(url, at, tried, refusal)
                .answered(refusal.status, refusal.code.as_deref()),
            None => no_key_fits(at, tried),
        };
        if let Some(md5) = tagged {
            failure = failure.hint(Advice::FindTaggedKey(md5.to_owned()));
        }
        if !has_unusable_key {
            return Unopened::Locked(failure);
        }
        failure.detail_mut().message += "; another that its rule names cannot be used";
        Unopened::Failed(failure)
    }
}

fn plain<T>(answer: T) -> Tried<T> {
    Tried::Opened(Opened { answer, key: None })
}

pub(super) fn not_sealed(at: &Location) -> Failure {
    Failure::unsealed("the object is not sealed, though a key was given to open it")
        .hint(Advice::FindReplacer)
        .at(at)
}

fn no_key_fits(at: &Location, keys: &[Key]) -> Failure {
    let md5s = keys.iter().map(Key::md5_base64).collect::<Vec<_>>().join(", ");
    let message = match keys.len() {
        1 => format!("the object is sealed with another key than the one given (key-MD5 {md5s})"),
        n => format!("the object is sealed with none of the {n} keys for it (key-MD5 {md5s})"),
    };
    Failure::key(message).hint(Advice::FindSealingKey).at(at)
}

/// What a failure says of the object.
impl From<Failure> for Unopened {
    fn from(failure: Failure) -> Unopened {
        match failure {
            failure if failure.concerns_all() => Unopened::Failed(failure),
            failure if failure.is(Kind::NotFound) => Unopened::Gone(failure),
            failure if failure.is(Kind::Denied) => Unopened::Denied(failure),
            failure => Unopened::Failed(failure),
        }
    }
}

impl From<Unopened> for Failure {
    fn from(unopened: Unopened) -> Failure {
        match unopened {
            Unopened::Locked(failure)
            | Unopened::NoKey(failure)
            | Unopened::Plain(failure)
            | Unopened::Gone(failure)
            | Unopened::Denied(failure)
            | Unopened::Failed(failure) => failure,
        }
    }
}
