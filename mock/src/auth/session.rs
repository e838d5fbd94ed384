//! Temporary credentials: an access key, its secret key and a token, until a time. Source: "Temporary security
//! credentials in IAM".

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::encoding;
use crate::random;
use crate::settings::Caller;

/// The most sessions at a time; beyond them, the one that expires first is forgotten.
const MAX_SESSIONS: usize = 10_000;
/// What the access keys of sessions begin with.
const PREFIX: &str = "ASIA";

/// The sessions since the start, by access key. Those that have expired are still known, so that their token is
/// refused as expired and not as wrong.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<BTreeMap<String, Session>>);

/// Temporary credentials, and who uses them.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) token: String,
    /// By the server's clock.
    pub(crate) expires: OffsetDateTime,
    pub(crate) caller: Caller,
}

impl Sessions {
    pub(crate) fn begin(&self, caller: Caller, expires: OffsetDateTime) -> Session {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let session = Session {
            access_key: format!(
                "{PREFIX}{}",
                random::text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
            ),
            secret_key: random::text(letters, 40),
            token: encoding::base64(&random::bytes::<240>()),
            expires,
            caller,
        };
        let mut sessions = self.lock();
        if sessions.len() >= MAX_SESSIONS {
            let first = sessions.values().min_by_key(|session| session.expires);
            let first = first.map(|session| session.access_key.clone()).unwrap_or_default();
            sessions.remove(&first);
        }
        sessions.insert(session.access_key.clone(), session.clone());
        session
    }

    pub(crate) fn get(&self, access_key: &str) -> Option<Session> {
        self.lock().get(access_key).cloned()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
