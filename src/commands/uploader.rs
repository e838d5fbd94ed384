//! One file after another into a store: what `put` and `sync` do with each.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use serde::Serialize;

use super::reminder;
use super::sealing::{Sealer, tags_key};
use super::selection::tell_planned;
use crate::failure::Failure;
use crate::key::{Key, ObjectKey, protection_of};
use crate::location::Location;
use crate::output::Output;
use crate::store::{Attributes, Condition, Encryption, Metadata, Stored, Write};
use crate::transfer::{Engine, MTIME, Source, write_mtime};

/// A file, and where it goes.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) path: PathBuf,
    pub(super) at: Location,
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
        let Upload { path, at } = upload;
        if self.dry_run {
            self.sealer.check_for(self.engine.store(), &at)?;
            let bytes = std::fs::metadata(&path).map_or(0, |found| found.len());
            tell_planned("put", &at, &path, &self.out)?;
            return Ok(bytes);
        }
        let before = state(&path);
        if self.moves && !std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
            let what = path.display();
            return Err(Failure::usage(format!(
                "{what} is no regular file, and only such are moved"
            ))
            .hint("`s3seal put` stores what it leads to"));
        }
        let source = self.engine.interrupt().race(open(path.clone())).await?;
        let (encryption, key) = self.sealer.encryption(self.engine.store(), &at).await?;
        let write = Write {
            at: at.clone(),
            encryption: encryption.clone(),
            attributes: self.attributes(&path, &at),
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
        if self.moves {
            match protection_of(&path) {
                None => remove_stored(&path, before)?,
                Some(kind) => self.out.warn(&kind.kept(&path)),
            }
        }
        Ok(stored.bytes)
    }

    /// How many files may be under way: only one, until the bucket has proven that it seals, for that
    /// proof costs more requests.
    pub(super) fn most(&self, bucket: &str) -> usize {
        let wants_proof = self.sealer.seals() && !self.dry_run;
        if wants_proof && !self.engine.store().is_proven(bucket) { 1 } else { usize::MAX }
    }

    /// What is said at the end of whatever was stored.
    pub(super) fn tell_notes(&self) {
        if self.engine.store().refuses_checksums() {
            self.out.say("note: the store takes no checksums, so only the connection guarded the bytes on their way");
        }
        if self.engine.store().refuses_key_tags() {
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

    fn attributes(&self, path: &Path, at: &Location) -> Attributes {
        let mut attributes = self.attributes.clone();
        // What the object of a presigned URL is said to be is up to whoever signed it.
        if attributes.content_type.is_none() && !self.engine.store().is_one_url() {
            attributes.content_type = Some(guess_content_type(path, at));
        }
        let modified = || std::fs::metadata(path).ok()?.modified().ok();
        if let Some(modified) = self.preserve.then(modified).flatten() {
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

/// What tells that a file is still the same.
fn state(path: &Path) -> Option<(u64, SystemTime)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.len(), found.modified().ok()?))
}

/// Deletes a file that was stored, unless somebody has written to it since.
fn remove_stored(path: &Path, before: Option<(u64, SystemTime)>) -> Result<(), Failure> {
    let file = path.display();
    if before.is_none() || state(path) != before {
        return Err(Failure::precondition(format!(
            "{file} was stored, and has changed since: it was left alone"
        ))
        .hint("store it again when nobody writes to it"));
    }
    std::fs::remove_file(path).map_err(|error| {
        Failure::other(format!("{file} was stored, and cannot be deleted: {error}"))
            .hint("check the permissions of its folder, and delete it yourself")
    })
}

/// Opening a FIFO waits until somebody writes to it.
async fn open(path: PathBuf) -> Result<Source, Failure> {
    if path.is_file() {
        return Source::open(&path);
    }
    tokio::task::spawn_blocking(move || Source::open(&path))
        .await
        .unwrap_or_else(|_| Err(Failure::other("the input's opener ended unexpectedly")))
}

/// What is said where nothing can be guessed: left unsaid, each store has a default of its own.
const UNKNOWN_CONTENT_TYPE: &str = "application/octet-stream";

fn guess_content_type(source: &Path, at: &Location) -> String {
    let by_source = mime_guess::from_path(source).first_raw();
    let guessed = by_source.or_else(|| mime_guess::from_path(at.name()).first_raw());
    guessed.unwrap_or(UNKNOWN_CONTENT_TYPE).to_owned()
}
