//! One object after another into files: what `get` and `sync` do with each.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use super::keys::Keys;
use super::selection::tell_planned;
use crate::failure::Failure;
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{ObjectMetadata, ReadOptions};
use crate::store::wire::{Store, Wire};
use crate::transfer::Engine;
use crate::transfer::down::{Downloaded, Verified};
use crate::transfer::files::Folder;
use crate::transfer::many::Tally;
use crate::transfer::targets::{Arrival, Target};

/// An object, and where it goes.
#[derive(Debug)]
pub(super) struct Download {
    pub(super) at: Location,
    pub(super) place: Place,
}

/// Where an object goes.
#[derive(Debug)]
pub(super) enum Place {
    /// Where the user says.
    Named(PathBuf),
    /// To this path below the destination folder: a name that comes from the store, so no link is followed, and
    /// what waits there that is no file gets nothing.
    Below(PathBuf),
    /// Nowhere: it stands for this folder below the destination.
    Folder(PathBuf),
}

/// How objects are fetched.
pub(super) struct Downloader {
    pub(super) engine: Engine,
    pub(super) keys: Keys,
    pub(super) options: ReadOptions,
    pub(super) folder: Folder,
    /// How files are put in their places.
    pub(super) arrival: Arrival,
    /// How many files were there already, and stayed.
    pub(super) kept: AtomicU64,
    /// Whether an object is deleted once it is fetched.
    pub(super) moves: bool,
    pub(super) dry_run: bool,
    /// Whether people are told of each object.
    pub(super) tells_each: bool,
    pub(super) out: Output,
}

/// What `--json` prints of an object that was not fetched, since its file is there.
#[derive(Serialize)]
struct KeptItem {
    op: &'static str,
    url: String,
    file: String,
    skipped: bool,
}

/// What `--json` prints of a download.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    bytes: u64,
    sealed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    verified: bool,
}

impl Downloader {
    /// Fetches one object, tells of it, and returns its size in bytes.
    pub(super) async fn download(&self, download: Download) -> Result<u64, Failure> {
        let Download { at, place } = download;
        if self.dry_run {
            let path = match &place {
                Place::Named(path) => path.clone(),
                Place::Below(below) | Place::Folder(below) => self.folder.root().join(below),
            };
            if self.arrival.no_clobber && path.exists() {
                return self.keep(&at, &path);
            }
            tell_planned("get", &at, &path, &self.out)?;
            return Ok(0);
        }
        let target = match place {
            Place::Named(path) => Target::of(&path),
            Place::Below(below) => self.folder.place(&below).map(Target::File),
            Place::Folder(below) => {
                self.folder.make(&below).map_err(|failure| failure.at(&at))?;
                return Ok(0);
            }
        };
        let target = target.map_err(|failure| failure.at(&at))?;
        let file = if let Target::File(place) = &target { Some(place.path()) } else { None };
        if let Target::File(place) = &target
            && self.arrival.no_clobber
            && place.exists()
        {
            return self.keep(&at, &place.path());
        }
        if self.moves && file.is_none() {
            return Err(Failure::usage(
                "objects are moved into files: what a stream's reader gets may be lost",
            )
            .hint("`s3seal get` writes to it, and `s3seal rm` deletes the object")
            .at(&at));
        }
        let keys = self.keys.to_open(self.engine.store(), &at).await;
        let mut keys = keys.map_err(|failure| with_url(failure, &at))?;
        let (engine, options) = (&self.engine, &self.options);
        let downloaded = engine.download(&at, &mut keys, options, target.clone(), self.arrival);
        let done = downloaded.await.map_err(|failure| with_url(failure, &at))?;
        let key = keys.opened(done.key.as_ref());
        if let Target::File(place) = &target
            && done.is_kept_out
        {
            return self.keep(&at, &place.path());
        }
        self.report(&at, file.as_deref(), &done, key.as_ref())?;
        if self.moves {
            // What is deleted must not be all that is left after a power cut.
            self.engine.sync_folders();
            remove_source(self.engine.store(), &at, done.key.as_ref(), &done.metadata).await?;
        }
        Ok(done.bytes)
    }

    /// Keeps the file that is there, and reports it.
    fn keep(&self, at: &Location, path: &Path) -> Result<u64, Failure> {
        self.kept.fetch_add(1, Ordering::Relaxed);
        let (url, file) = (at.to_string(), path.display().to_string());
        if self.out.json() {
            self.out.item(&KeptItem { op: "get", url, file, skipped: true })?;
        } else if self.tells_each {
            self.out.say(&format!("kept {file}: it is there already, and {url} was not fetched"));
        }
        Ok(0)
    }

    /// How many files were there already and stayed; they are no longer counted as done.
    pub(super) fn take_kept(&self, tally: &mut Tally) -> u64 {
        let kept = self.kept.swap(0, Ordering::Relaxed);
        tally.done = tally.done.saturating_sub(kept);
        kept
    }

    fn report(
        &self,
        at: &Location,
        file: Option<&Path>,
        done: &Downloaded,
        key: Option<&ObjectKey>,
    ) -> Result<(), Failure> {
        let out = &self.out;
        let Downloaded { metadata, bytes, verified, .. } = done;
        let file = file.map(|file| file.display().to_string());
        if out.json() {
            return out.item(&Item {
                op: "get",
                url: at.to_string(),
                file,
                bytes: *bytes,
                sealed: key.is_some(),
                key_md5: key.map(|key| key.key.md5_base64()),
                key_name: key.map(|key| key.label.as_str()),
                etag: metadata.etag.as_deref(),
                version_id: metadata.version_id.as_deref(),
                verified: *verified == Verified::Yes,
            });
        }
        if !self.tells_each {
            return Ok(());
        }
        if *verified == Verified::NoChecksum {
            let why = match self.engine.store().wire() {
                Wire::Presigned(_) => {
                    "the URL asks for no checksum (`presign --checksum` makes one that does)"
                }
                Wire::Signed(_) => "the store keeps no checksum of the whole object",
            };
            out.say(&format!("note: {why}, so the bytes could not be verified end to end"));
        }
        if let Some(file) = file {
            let how = key.map_or("not sealed".to_owned(), |key| format!("key {key}"));
            out.say(&format!("opened {at} into {file} ({bytes} bytes, {how})"));
        }
        Ok(())
    }
}

/// Deletes an object that was fetched or copied, exactly as it was read.
pub(super) async fn remove_source(
    store: &Store,
    at: &Location,
    key: Option<&Key>,
    read: &ObjectMetadata,
) -> Result<(), Failure> {
    store.delete_as_read(at, key, read).await.map_err(|mut failure| {
        let detail = failure.detail_mut();
        detail.message = format!("it arrived, but the source is still there: {}", detail.message);
        failure
    })
}

/// What goes wrong with a file does not say which object it was to be; a signal is nobody's fault.
fn with_url(failure: Failure, at: &Location) -> Failure {
    let is_signal = matches!(failure, Failure::Interrupted { .. });
    if is_signal || failure.detail().url.is_some() { failure } else { failure.at(at) }
}
