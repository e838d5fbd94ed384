//! Opens an object: finds the key that seals it, or the reason why it cannot be read.
//!
//! Stores refuse a wrong key and a missing permission alike. The same request without a key tells the two apart, so a
//! store that merely denies access never receives a second key.

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
    /// The key that the store proved to have used; none for an object that is not sealed.
    pub key: Option<Key>,
}

/// Why an object was not opened.
#[derive(Debug)]
pub(crate) enum Unopened {
    /// It is sealed, and none of the keys opens it, which were tried in this order.
    Locked { failure: Failure, tried: Vec<Key> },
    /// It is sealed, and there was no key to try.
    NoKey(Failure),
    /// It is not sealed, though a key was given to open it.
    Plain(Failure),
    /// The object, or the version asked for, does not exist.
    Gone(Failure),
    /// The credentials may not read it.
    Denied(Failure),
    /// Nothing is known of the object: the store did not answer, or refuses requests for every object.
    Failed(Failure),
}

/// The keys to try on one object, in order.
pub(crate) trait KeysToTry: Send {
    /// The keys to try first; may be empty.
    fn first(&mut self) -> Batch;

    /// The next keys, after none of the earlier ones fitted; an empty batch ends the search. Reading them may run a
    /// command or ask for a passphrase.
    fn more(&mut self) -> Pending<'_, Batch>;

    /// Whether the object is known to be sealed, so that no request without a key is needed.
    fn is_known_sealed(&self) -> bool {
        false
    }

    /// Whether a key that belongs to the object could not be read or used: it may be the one that fits.
    fn has_unusable_key(&self) -> bool {
        false
    }

    /// Adds to the failure of a sealed object why there was no key for it.
    fn explain_missing_key(&self, failure: Failure) -> Failure {
        failure
    }
}

/// A future that yields keys; boxed because methods of a trait object return it.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) keys: Vec<Key>,
    /// Whether to read the object's key tag, which names the right one of several keys, or the missing one.
    pub(crate) asks_tag: bool,
}

/// A fixed list of keys.
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
pub(crate) trait ReadRequest: Sync {
    type Answer: Send;

    fn send<'a>(&'a self, key: Option<&'a Key>) -> Sending<'a, Self::Answer>;
}

/// One request with one key, or with none.
pub(crate) type Sending<'a, T> =
    Pin<Box<dyn Future<Output = Result<(Echo, T), Refusal>> + Send + 'a>>;

/// The result of trying one batch of keys.
enum Tried<T> {
    Opened(Opened<T>),
    /// None of them fits. Holds the refusal of the last one.
    NoneFits(Refusal),
    /// The store turned out to refuse checksum headers, which may be why it refused the key (a refused HEAD has no
    /// message): try again without them.
    WithoutChecksums,
}

/// What a request without a key shows about an object that refused one.
enum Keyless<T> {
    Sealed,
    Plain,
    /// It is not sealed. Holds the answer to the request.
    Opened(T),
}

impl Store {
    /// Tries keys until one opens the object; stops when the store refuses for another reason than the key. If several
    /// keys could open it, its key tag names the right one.
    pub(crate) async fn open<R: ReadRequest>(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
        request: &R,
    ) -> Result<Opened<R::Answer>, Unopened> {
        let mut is_sealed = keys.is_known_sealed();
        let mut tried: Vec<Key> = Vec::new();
        let mut last_refusal = None;
        let mut tag = None;
        let mut batch = keys.first();
        loop {
            self.sort_by_tag(at, &mut batch, &mut tag, options).await;
            if batch.keys.is_empty()
                && let Some(refusal) = &last_refusal
            {
                let (tagged, is_unsure) = (tag.flatten(), keys.has_unusable_key());
                return Err(self.locked(at, tried, refusal, tagged, is_unsure));
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

    /// Puts the key first that the object's tag names, if the batch asks for it. The tag is read once; it is the MD5 of a
    /// key, if there is one.
    async fn sort_by_tag(
        &self,
        at: &Location,
        batch: &mut Batch,
        tag: &mut Option<Option<String>>,
        options: &ReadOptions,
    ) {
        if !std::mem::take(&mut batch.asks_tag) {
            return;
        }
        if tag.is_none() {
            *tag = Some(self.tagged_key_md5(at, options.version_id.as_deref()).await);
        }
        if let Some(Some(tagged)) = tag {
            batch.keys.sort_by_key(|key| key.md5_base64() != *tagged);
        }
    }

    async fn try_batch<R: ReadRequest>(
        &self,
        at: &Location,
        keys: &[Key],
        is_sealed: bool,
        options: &ReadOptions,
        request: &R,
    ) -> Result<Tried<R::Answer>, Unopened> {
        let asked_checksum = self.learned().checksums().asks();
        let learned_no_checksums = |refusal: &Refusal| {
            asked_checksum && !self.learned().checksums().asks() && refusal.code.is_none()
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
            // A presigned URL requires the headers that it signs, so it allows no request without a key.
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

    /// Whether the refusal leaves open that the key is wrong.
    fn may_need_another_key(&self, refusal: &Refusal) -> bool {
        match self.wire().url() {
            Some(_) => is_about_the_key(refusal) && !refuses_http(self, refusal),
            None => !is_decisive(refusal),
        }
    }

    /// Repeats a refused request without a key: the whole request if the object may be plain and is accepted so,
    /// otherwise a GET of one byte.
    async fn ask_without_key<R: ReadRequest>(
        &self,
        at: &Location,
        (tried, refusal): (&Key, &Refusal),
        options: &ReadOptions,
        request: &R,
    ) -> Result<Keyless<R::Answer>, Unopened> {
        // Amazon answers 400 to a key for an object that is not sealed, and 403 to a wrong key.
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

    /// Whether the refusal of a request without a key says that the object is sealed:
    ///
    /// | status | sealed if |
    /// |---|---|
    /// | 400 | the code names no other cause |
    /// | 403 | the object is archived, and the request with the key got 403, too |
    /// | 404 | a GET of one byte with the key gets 400 or 403 |
    async fn says_sealed(
        &self,
        at: &Location,
        (tried, refusal): (&Key, &Refusal),
        keyless: &Refusal,
        options: &ReadOptions,
    ) -> bool {
        match keyless.status {
            Some(400) => !is_decisive(keyless),
            // Only credentials that may read an object learn that it is archived, so the 403 was about the key.
            Some(403) => keyless.is("InvalidObjectState") && refusal.status == Some(403),
            // StorageGRID answers 404 for a sealed object if the request has no key.
            Some(404) if !keyless.is("NoSuchBucket") => {
                let again = self.first_byte(at, Some(tried), options).await;
                again.is_err_and(|again| matches!(again.status, Some(400 | 403)))
            }
            _ => false,
        }
    }

    /// Fails if the store refuses keys over http. It then refuses every key; a refused HEAD has no message that says
    /// so, nor has Ceph in any answer.
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
        tried: Vec<Key>,
        refusal: &Refusal,
        tagged: Option<String>,
        has_unusable_key: bool,
    ) -> Unopened {
        let mut failure = match self.wire().url() {
            Some(url) => no_key_fits_url(url, at, &tried, refusal)
                .answered(refusal.status, refusal.code.as_deref()),
            None => no_key_fits(at, &tried),
        };
        if let Some(md5) = tagged {
            failure = failure.hint(Advice::FindTaggedKey(md5.to_owned()));
        }
        if !has_unusable_key {
            return Unopened::Locked { failure, tried };
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

/// Classifies a failure by what it says about the object.
impl From<Failure> for Unopened {
    fn from(failure: Failure) -> Unopened {
        match failure {
            failure if failure.stops_the_run() => Unopened::Failed(failure),
            failure if failure.is(Kind::NotFound) => Unopened::Gone(failure),
            failure if failure.is(Kind::Denied) => Unopened::Denied(failure),
            failure => Unopened::Failed(failure),
        }
    }
}

impl From<Unopened> for Failure {
    fn from(unopened: Unopened) -> Failure {
        match unopened {
            Unopened::Locked { failure, .. }
            | Unopened::NoKey(failure)
            | Unopened::Plain(failure)
            | Unopened::Gone(failure)
            | Unopened::Denied(failure)
            | Unopened::Failed(failure) => failure,
        }
    }
}
