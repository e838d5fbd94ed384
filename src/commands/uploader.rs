//! One file after another into a store: what `put` and `sync` do with each.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use serde::Serialize;

use super::reminder;
use super::sealing::{Sealer, tags_key};
use super::selection::tell_planned;
use crate::failure::Failure;
use crate::key::core::{Key, protection_of};
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::Encryption;
use crate::store::object::{Attributes, Condition, Metadata, Stored, Write};
use crate::transfer::Engine;
use crate::transfer::files::{Input, MTIME, SourceFolder, write_mtime};

/// A file, and where it goes.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) path: PathBuf,
    /// The folder below which it was found; none of what the user names.
    pub(super) folder: Option<Arc<SourceFolder>>,
    pub(super) at: Location,
}

impl Upload {
    /// What the user names.
    pub(super) fn named(path: &Path, at: Location) -> Upload {
        Upload { path: path.to_owned(), folder: None, at }
    }
}

/// How files are stored.
pub(super) struct Uploader {
    pub(super) engine: Engine,
    pub(super) sealer: Sealer,
    pub(super) attributes: Attributes,
    pub(super) condition: Condition,
    /// Whether objects are tagged with the MD5 of their keys.
    pub(super) tag_key: bool,
    /// Whether the modification time is kept.
    pub(super) preserve: bool,
    /// Whether a file is deleted once it is stored.
    pub(super) moves: bool,
    pub(super) dry_run: bool,
    /// Whether people are told of each file.
    pub(super) tells_each: bool,
    /// The first key that has sealed something.
    pub(super) first_key: OnceLock<Key>,
    pub(super) out: Output,
}

/// What `--json` prints of an upload.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    bytes: u64,
    sealed: bool,
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
    #[serde(rename = "checksumCRC64NVME")]
    checksum_crc64nvme: &'a str,
}

impl Uploader {
    /// Stores one file, tells of it, and returns its size in bytes.
    pub(super) async fn upload(&self, upload: Upload) -> Result<u64, Failure> {
        let Upload { path, folder, at } = upload;
        if self.dry_run {
            self.sealer.check_for(self.engine.store(), &at)?;
            let bytes = std::fs::metadata(&path).map_or(0, |found| found.len());
            tell_planned("put", &at, &path, &self.out)?;
            return Ok(bytes);
        }
        let opened = self.open(path.clone(), folder.as_deref());
        let Input { source, modified, original } = self.engine.interrupt().race(opened).await?;
        let original = original.filter(|_| self.moves);
        let (encryption, key) = self.sealer.encryption(self.engine.store(), &at).await?;
        let write = Write {
            at: at.clone(),
            encryption: encryption.clone(),
            attributes: self.attributes(&path, modified, &at),
            condition: self.condition.clone(),
            tags_key: tags_key(self.tag_key, key.as_ref()).map_err(|failure| failure.at(&at))?,
        };
        let tags_key = write.tags_key;
        let stored = self.engine.upload(source, write).await?;
        if tags_key {
            self.engine.store().check_key_tag(&at, stored.version_id.as_deref()).await;
        }
        if let Some(note) = &stored.note {
            self.out.say(&format!("note: {note}"));
        }
        if let Some(key) = &key {
            self.first_key.get_or_init(|| key.master().clone());
        }
        self.report(&at, &stored, &encryption, key.as_ref())?;
        if let Some(original) = original {
            if let Some(kind) = protection_of(&path) {
                self.out.warn(&kind.kept(&path));
            } else {
                self.check_stored(&at, key.as_ref(), &stored).await?;
                original.delete()?;
            }
        }
        Ok(stored.bytes)
    }

    async fn open(&self, path: PathBuf, folder: Option<&SourceFolder>) -> Result<Input, Failure> {
        match folder {
            Some(folder) => Input::below(folder, &path),
            None if self.moves => Input::to_move(&path),
            None => Input::named(path).await,
        }
    }

    /// A store that keeps no checksum is asked once more, before the file is deleted.
    async fn check_stored(
        &self,
        at: &Location,
        key: Option<&ObjectKey>,
        stored: &Stored,
    ) -> Result<(), Failure> {
        let store = self.engine.store();
        if !store.wire().allows_any_request() {
            return Ok(());
        }
        let checked = store.check_stored(at, key.map(|key| &key.key), stored).await;
        checked.map_err(|mut failure| {
            let detail = failure.detail_mut();
            detail.message =
                format!("it was sent, but the file is still there: {}", detail.message);
            failure
        })
    }

    /// How many files may be under way: only one, until the bucket has proven that it seals, for that
    /// proof costs more requests.
    pub(super) fn most(&self, bucket: &str) -> usize {
        let wants_proof = self.sealer.seals() && !self.dry_run;
        if wants_proof && !self.engine.store().learned().proven().seals(bucket) {
            1
        } else {
            usize::MAX
        }
    }

    /// What is said at the end of whatever was stored.
    pub(super) fn tell_notes(&self) {
        if self.engine.store().learned().checksums().are_refused() {
            self.out.say("note: the store takes no checksums, so only the connection guarded the bytes on their way");
        }
        if self.engine.store().learned().key_tags().are_refused() {
            self.out
                .say("note: the store keeps no tags, so objects do not tell which key they need");
        }
        if let Some(key) = self.first_key.get() {
            reminder::keep_a_copy(key, &self.out);
        }
    }

    /// What is done to files, in one word.
    pub(super) fn verb(&self) -> &'static str {
        match (self.dry_run, self.sealer.seals()) {
            (true, _) => "would store",
            (false, true) => "sealed",
            (false, false) => "stored",
        }
    }

    fn attributes(&self, path: &Path, modified: Option<SystemTime>, at: &Location) -> Attributes {
        let mut attributes = self.attributes.clone();
        // What the object of a presigned URL is said to be is up to whoever signed it.
        if attributes.content_type.is_none() && self.engine.store().wire().url().is_none() {
            attributes.content_type = Some(guess_content_type(path, at));
        }
        if let Some(modified) = modified.filter(|_| self.preserve) {
            // In front, so that what the user says of it counts.
            attributes.metadata.insert(0, Metadata::one(MTIME, write_mtime(modified)));
        }
        attributes
    }

    fn report(
        &self,
        at: &Location,
        stored: &Stored,
        encryption: &Encryption,
        key: Option<&ObjectKey>,
    ) -> Result<(), Failure> {
        let out = &self.out;
        let managed = match encryption {
            Encryption::Managed { algorithm, .. } => Some(algorithm.as_str()),
            _ => None,
        };
        if out.json() {
            return out.item(&Item {
                op: "put",
                url: at.to_string(),
                bytes: stored.bytes,
                sealed: key.is_some(),
                key_md5: key.map(|key| key.key.md5_base64()),
                key_name: key.map(|key| key.label.as_str()),
                sse: managed,
                etag: stored.etag.as_deref(),
                version_id: stored.version_id.as_deref(),
                checksum_crc64nvme: &stored.checksum_crc64nvme,
            });
        }
        if !self.tells_each {
            return Ok(());
        }
        let bytes = stored.bytes;
        match (key, managed) {
            (Some(key), _) => out.say(&format!("sealed {at} ({bytes} bytes, key {key})")),
            (None, Some(sse)) => {
                out.say(&format!("stored {at} ({bytes} bytes, encrypted by the store: {sse})"));
            }
            (None, None) => out.say(&format!("stored {at} ({bytes} bytes, not sealed)")),
        }
        Ok(())
    }
}

/// What is said where nothing can be guessed: left unsaid, each store has a default of its own.
const UNKNOWN_CONTENT_TYPE: &str = "application/octet-stream";

fn guess_content_type(source: &Path, at: &Location) -> String {
    let by_source = mime_guess::from_path(source).first_raw();
    let guessed = by_source.or_else(|| mime_guess::from_path(at.name()).first_raw());
    guessed.unwrap_or(UNKNOWN_CONTENT_TYPE).to_owned()
}
