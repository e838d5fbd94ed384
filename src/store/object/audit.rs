//! How an object is encrypted, as far as a HEAD and the available keys show.

use schemars::JsonSchema;
use serde::Serialize;

use super::extent::ReadOptions;
use super::metadata::ObjectMetadata;
use super::open::{KeysToTry, Opened, Unopened};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::wire::Store;

/// Who can read an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// The holders of the key that opened it.
    Sealed,
    /// The holders of a key that is not available here.
    Locked,
    /// Everyone who may read the bucket: the store encrypts it with its own key.
    SseS3,
    /// Everyone who may read the bucket and use the KMS key.
    SseKms,
    /// Everyone who may read the bucket: the store reports no encryption.
    Plain,
    /// Unknown: these credentials may not read it, so its encryption is not known.
    Denied,
    /// No one until it is restored; whether a key opens it is not known.
    Archived,
}

/// What was found out about an object.
#[derive(Debug, Clone)]
pub(crate) struct Audited {
    /// Who can read it.
    pub state: State,
    /// The key that opens it; the store has proven that it used this key.
    pub key: Option<Key>,
    /// Its size in bytes, if the store reports it.
    pub bytes: Option<u64>,
    /// When it was written, in ISO 8601, if the store reports it.
    pub last_modified: Option<String>,
}

impl State {
    /// All states, the safest first.
    pub(crate) const ALL: [State; 7] = [
        State::Sealed,
        State::Locked,
        State::SseS3,
        State::SseKms,
        State::Plain,
        State::Denied,
        State::Archived,
    ];

    /// Its name in reports.
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
    /// Finds out how an object is encrypted: one HEAD if the first key fits, or if the object needs none. Uses only the
    /// version of the options. None if the object no longer exists.
    /// Errors: `Kind::Unavailable` if the store does not answer; `Kind::Denied` if it refuses the credentials for
    /// every object.
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
            Err(Unopened::Locked { .. } | Unopened::NoKey(_)) => State::Locked,
            Err(Unopened::Denied(_)) => State::Denied,
            Err(unopened) => return Err(unopened.into()),
        };
        Ok(Some(Audited::unread(state)))
    }
}

impl Audited {
    /// The result for an object that could not be read: only its state is known.
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
            // Some stores answer a HEAD without the key, and report that the object has one.
            (None, _) if answer.sse_customer_algorithm.is_some() => State::Locked,
            (None, Some(algorithm)) if algorithm.starts_with("aws:kms") => State::SseKms,
            (None, Some(_)) => State::SseS3,
            (None, None) => State::Plain,
        };
        Audited { state, key, bytes: answer.content_length, last_modified: answer.last_modified }
    }
}
