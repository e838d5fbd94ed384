//! GetObject, HeadObject and GetObjectAttributes: opened with the key of the rule, or with a retired one.

use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, StatusCode};

use super::gateway::{Authenticated, Gateway, RelayRefusal, about};
use super::reply::{Reply, pass};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::proxy::observe::SealedWith;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::store::explain::Action;
use crate::store::object::{Opened, ReadOptions, ReadRequest, Sending, Unopened};
use crate::store::wire::Answer;
use crate::store::{Echo, seal_headers};

/// A read as the client sent it, which is sent once for each key.
struct RelayedRead<'a> {
    gateway: &'a Gateway,
    request: &'a Request,
    /// What the store last refused.
    refused: Mutex<Option<LastRefusal>>,
}

struct LastRefusal {
    status: Option<u16>,
    code: Option<String>,
    headers: Box<HeaderMap>,
}

impl ReadRequest for RelayedRead<'_> {
    type Answer = Answer;

    fn send<'a>(&'a self, key: Option<&'a Key>) -> Sending<'a, Answer> {
        Box::pin(async move {
            let sent = match self.send_once(key).await {
                // The store's refusal of a checksum header is learned: the next attempt carries none.
                Err(refused) if self.gateway.learns_from(&refused) => self.send_once(key).await,
                sent => sent,
            };
            sent.map_err(|RelayRefusal { refusal, headers, .. }| {
                let (status, code) = (refusal.status, refusal.code.clone());
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(LastRefusal { status, code, headers });
                refusal
            })
        })
    }
}

impl RelayedRead<'_> {
    async fn send_once(&self, key: Option<&Key>) -> Result<(Echo, Answer), RelayRefusal> {
        let mut relayed = self.gateway.relayed(self.request);
        if let Some(key) = key {
            seal_headers(&mut relayed.headers, key);
        }
        let answer = self.gateway.try_send(relayed).await?;
        Ok((Echo::of_headers(answer.headers()), answer))
    }

    /// What the client is told: the store's own status where the store decided, as for a condition.
    fn explain(self, unopened: Unopened) -> Refused {
        let last = self.refused.into_inner().unwrap_or_else(PoisonError::into_inner);
        let denied = |failure: &Failure, cause| {
            let refused = Refused::of_failure(failure).because(cause);
            Refused { status: StatusCode::FORBIDDEN, code: "AccessDenied".to_owned(), ..refused }
        };
        match unopened {
            Unopened::Plain(failure) => denied(&failure, "not-sealed"),
            Unopened::Locked { failure, .. } => denied(&failure, "another-key"),
            Unopened::NoKey(failure) => denied(&failure, "no-key"),
            Unopened::Gone(failure) | Unopened::Denied(failure) | Unopened::Failed(failure) => {
                let refused = Refused::of_failure(&failure);
                let Some(LastRefusal { status: Some(status), code, headers }) = last else {
                    return refused;
                };
                let own = Refused::new(status, &code.unwrap_or(refused.code), refused.message);
                Refused { cause: None, headers, ..own }
            }
        }
    }
}

impl Gateway {
    /// GetObject and HeadObject.
    pub(super) async fn read(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let request = &asked.request;
        let at = request.location();
        let failed = |failure: Failure| Refused::of_failure(&failure);
        let mut keys = self.keys.to_open(&self.store, &at).await.map_err(failed)?;
        let relayed = RelayedRead { gateway: self, request, refused: Mutex::default() };
        match self.store.open(&at, &mut keys, &self.read_options(request), &relayed).await {
            Ok(Opened { answer, key }) => {
                if let Some(key) = keys.opened(key.as_ref()) {
                    sealed.is(&key);
                }
                Ok(pass(answer))
            }
            Err(unopened) => Err(relayed.explain(unopened)),
        }
    }

    /// GetObjectAttributes has no echo: a HEAD finds the key first.
    pub(super) async fn attributes(
        &self,
        asked: Authenticated,
        sealed: &SealedWith,
    ) -> Result<Reply, Refused> {
        let request = &asked.request;
        let at = request.location();
        let failed = |failure: Failure| Refused::of_failure(&failure);
        let mut keys = self.keys.to_open(&self.store, &at).await.map_err(failed)?;
        let found = self.store.head_with(&at, &mut keys, &self.read_options(request)).await;
        let opened = match found {
            Ok(opened) => opened,
            Err(unopened) => {
                let head = RelayedRead { gateway: self, request, refused: Mutex::default() };
                return Err(head.explain(unopened));
            }
        };
        let key = keys.opened(opened.key.as_ref());
        let mut relayed = self.relayed(request);
        if let Some(key) = &key {
            sealed.is(key);
            seal_headers(&mut relayed.headers, &key.key);
        }
        Ok(pass(self.send(relayed, &about(Action::Read, &at, key.as_ref())).await?))
    }

    pub(super) fn read_options(&self, request: &Request) -> ReadOptions {
        ReadOptions {
            version_id: request.parameter("versionId").map(str::to_owned),
            allow_plain: self.allow_plain,
            ..ReadOptions::default()
        }
    }
}
