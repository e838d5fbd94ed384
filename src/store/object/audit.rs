//! What an object is encrypted with, as far as a HEAD and the keys at hand can tell.

use super::extent::ReadOptions;
use super::metadata::ObjectMetadata;
use super::open::{KeysToTry, Opened, Unopened};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::wire::Store;

/// Who can read an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Whoever holds the key that opened it.
    Sealed,
    /// Whoever holds a key that is none of those at hand.
    Locked,
    /// Whoever may read the bucket: the store encrypts it with a key of its own.
    SseS3,
    /// Whoever may read the bucket and use the key in KMS.
    SseKms,
    /// Whoever may read the bucket; the store tells of no encryption.
    Plain,
    /// Somebody else: these credentials may not read it, so that nothing is known of its encryption.
    Denied,
    /// Nobody, until it is restored; it is not known to be locked.
    Archived,
}

/// What was found out about an object.
#[derive(Debug, Clone)]
pub(crate) struct Audited {
    /// Who can read it.
    pub state: State,
    /// The key that opens it, whose use the store has proven.
    pub key: Option<Key>,
    /// Its size in bytes, where the store told.
    pub bytes: Option<u64>,
    /// When it was written, in ISO 8601, where the store told.
    pub last_modified: Option<String>,
}

impl State {
    /// All of them, the safest first.
    pub(crate) const ALL: [State; 7] = [
        State::Sealed,
        State::Locked,
        State::SseS3,
        State::SseKms,
        State::Plain,
        State::Denied,
        State::Archived,
    ];

    /// What it is called wherever it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Sealed => "sealed",
            State::Locked => "locked",
            State::SseS3 => "sse-s3",
            State::SseKms => "sse-kms",
            State::Plain => "plain",
            State::Denied => "denied",
            State::Archived => "archived",
        }
    }
}

impl Store {
    /// Finds out what an object is encrypted with: one HEAD where the first key fits, or where it needs none.
    /// Of the options, the version counts. None where it is not there any more.
    /// Errors: What keeps the store from answering: [`Kind::Unavailable`], credentials that are refused whatever the
    /// object ([`Kind::Denied`]), and so on.
    pub(crate) async fn audit(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
    ) -> Result<Option<Audited>, Failure> {
        let options = ReadOptions { allow_plain: true, ..options.clone() };
        let state = match self.head_with(at, keys, &options).await {
            Ok(opened) => return Ok(Some(opened.into())),
            Err(Unopened::Gone(_)) => return Ok(None),
            Err(Unopened::Locked(_) | Unopened::NoKey(_)) => State::Locked,
            Err(Unopened::Denied(_)) => State::Denied,
            Err(unopened) => return Err(unopened.into()),
        };
        Ok(Some(Audited::unread(state)))
    }
}

impl Audited {
    /// Of an object in this state that could not be read, so that nothing else is known of it.
    pub(crate) fn unread(state: State) -> Audited {
        Audited { state, key: None, bytes: None, last_modified: None }
    }
}

impl From<Opened<ObjectMetadata>> for Audited {
    fn from(Opened { answer, key }: Opened<ObjectMetadata>) -> Audited {
        let managed_by = answer.server_side_encryption.as_deref();
        let state = match (&key, managed_by) {
            _ if answer.is_archived() => State::Archived,
            (Some(_), _) => State::Sealed,
            // Not every store wants the key for a HEAD, but it may tell that there is one.
            (None, _) if answer.sse_customer_algorithm.is_some() => State::Locked,
            (None, Some(algorithm)) if algorithm.starts_with("aws:kms") => State::SseKms,
            (None, Some(_)) => State::SseS3,
            (None, None) => State::Plain,
        };
        Audited { state, key, bytes: answer.content_length, last_modified: answer.last_modified }
    }
}
