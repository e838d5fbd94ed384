//! One object after another to another place in the store: what `cp` and `mv` do with each.

use std::sync::OnceLock;

use serde::Serialize;

use super::downloader::remove_source;
use super::keys::Keys;
use super::reminder;
use super::sealing::{Sealer, tags_key};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::Encryption;
use crate::store::copy::CopySource;
use crate::store::object::{Attributes, Condition, Opened, ReadOptions, Stored, Write};
use crate::transfer::Engine;

/// An object, and where it goes.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) from: Location,
    pub(super) to: Location,
}

/// How objects are copied.
pub(super) struct Copier {
    /// `cp`, or `mv`, which deletes the source.
    pub(super) op: &'static str,
    pub(super) engine: Engine,
    /// What opens the sources, and how they are read.
    pub(super) keys: Keys,
    pub(super) options: ReadOptions,
    pub(super) sealer: Sealer,
    pub(super) attributes: Attributes,
    pub(super) condition: Condition,
    /// Whether copies are tagged with the MD5 of their keys.
    pub(super) tag_key: bool,
    pub(super) dry_run: bool,
    /// Whether people are told of each object.
    pub(super) tells_each: bool,
    /// The first key that has sealed something.
    pub(super) first_key: OnceLock<Key>,
    pub(super) out: Output,
}

/// What `--json` prints of a copy.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    source: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sse: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

impl Copier {
    /// Copies or moves one object, tells of it, and returns its size in bytes.
    pub(super) async fn copy(&self, pair: Pair) -> Result<u64, Failure> {
        let store = self.engine.store();
        if self.dry_run {
            self.sealer.check_for(store, &pair.to)?;
            self.tell_planned(&pair)?;
            return Ok(0);
        }
        let (encryption, key) = self.sealer.encryption(store, &pair.to).await?;
        let tags_key = tags_key(self.tag_key, key.as_ref());
        let write = Write {
            at: pair.to.clone(),
            encryption: encryption.clone(),
            attributes: self.attributes.clone(),
            condition: self.condition.clone(),
            tags_key: tags_key.map_err(|failure| failure.at(&pair.to))?,
        };
        let source = self.open(&pair.from).await?;
        let planned = store.plan_copy(source, write);
        let copy = self.engine.interrupt().race(planned).await?;
        let copied = self.engine.copy(&copy).await?;
        let stored = &copied.stored;
        if copy.write.tags_key {
            store.check_key_tag(&pair.to, stored.version_id.as_deref()).await;
        }
        if let Some(key) = &key {
            self.first_key.get_or_init(|| key.master().clone());
        }
        let moves = self.op == "mv";
        if moves {
            let compared = self.engine.compare(&copy, &copied).await;
            compared.map_err(|failure| still_there(failure, &pair))?;
        }
        self.report(&pair, stored, &encryption, key.as_ref())?;
        if moves {
            let source = &copy.source;
            remove_source(store, &source.at, source.key.as_ref(), &source.metadata).await?;
        }
        Ok(stored.bytes)
    }

    async fn open(&self, from: &Location) -> Result<CopySource, Failure> {
        let mut keys = self.keys.to_open(self.engine.store(), from).await?;
        let opened = self.engine.inspect_with(from, &mut keys, &self.options).await;
        let Opened { answer, key } = opened.map_err(|unopened| match Failure::from(unopened) {
            failure @ Failure::Key(_) if !self.keys.has_any() => {
                failure.hint("name the key that the source was sealed with: --source-key SPEC")
            }
            failure => failure,
        })?;
        let key = keys.opened(key.as_ref()).map(|key| key.key);
        Ok(CopySource { at: from.clone(), key, metadata: answer })
    }

    /// What is said at the end of whatever was copied.
    pub(super) async fn tell_notes(&self) {
        let store = self.engine.store();
        if store.refuses_copies().await {
            self.out.say("note: the store does not copy between these keys, so the bytes went through this machine");
        }
        if store.learned().key_tags().are_refused() && self.tag_key {
            self.out
                .say("note: the store keeps no tags, so objects do not tell which key they need");
        }
        if let Some(key) = self.first_key.get() {
            reminder::keep_a_copy(key, &self.out);
        }
    }

    /// What a trial of the store's copies has left behind.
    pub(super) async fn tell_left_of_trials(&self) {
        for at in self.engine.store().left_of_trials().await {
            self.out.warn(&format!("the throw-away object {at} could not be deleted: delete it"));
        }
    }

    /// What is done to objects, in one word.
    pub(super) fn verb(&self) -> &'static str {
        match (self.dry_run, self.op) {
            (true, "mv") => "would move",
            (true, _) => "would copy",
            (false, "mv") => "moved",
            (false, _) => "copied",
        }
    }

    fn tell_planned(&self, pair: &Pair) -> Result<(), Failure> {
        if self.out.json() {
            return self.out.item(&Item { dry_run: true, ..self.item(pair) });
        }
        self.out.say(&format!("{} {} to {}", self.verb(), pair.from, pair.to));
        Ok(())
    }

    fn item(&self, pair: &Pair) -> Item<'_> {
        let (source, url) = (pair.from.to_string(), pair.to.to_string());
        Item { op: self.op, source, url, ..Item::default() }
    }

    fn report(
        &self,
        pair: &Pair,
        stored: &Stored,
        encryption: &Encryption,
        key: Option<&ObjectKey>,
    ) -> Result<(), Failure> {
        let managed = match encryption {
            Encryption::Managed { algorithm, .. } => Some(algorithm.as_str()),
            _ => None,
        };
        if self.out.json() {
            return self.out.item(&Item {
                bytes: Some(stored.bytes),
                sealed: Some(key.is_some()),
                key_md5: key.map(|key| key.key.md5_base64()),
                key_name: key.map(|key| key.label.as_str()),
                sse: managed,
                etag: stored.etag.as_deref(),
                version_id: stored.version_id.as_deref(),
                ..self.item(pair)
            });
        }
        if !self.tells_each {
            return Ok(());
        }
        let how = match (key, managed) {
            (Some(key), _) => format!("key {key}"),
            (None, Some(sse)) => format!("encrypted by the store: {sse}"),
            (None, None) => "not sealed".to_owned(),
        };
        let (verb, bytes) = (self.verb(), stored.bytes);
        self.out.say(&format!("{verb} {} to {} ({bytes} bytes, {how})", pair.from, pair.to));
        Ok(())
    }
}

/// Of what could not be compared with its source, the source stays.
fn still_there(mut failure: Failure, pair: &Pair) -> Failure {
    let detail = failure.detail_mut();
    detail.message = format!("{}; the source {} is still there", detail.message, pair.from);
    failure
}
