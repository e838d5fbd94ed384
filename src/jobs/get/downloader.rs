//! Fetches one object: what `get` and `sync` do with each.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::mpsc::Receiver;

use crate::failure::{Advice, Failure, Kind};
use crate::jobs::aws_cli::Line;
use crate::jobs::job::Job;
use crate::jobs::keys::Keys;
use crate::jobs::records::{GetRecord, KeyFields, Record};
use crate::jobs::report::{Report, Reporter};
use crate::key::core::Key;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Form;
use crate::store::object::{ObjectMetadata, ReadOptions};
use crate::store::wire::{Store, Wire};
use crate::transfer::Engine;
use crate::transfer::down::{Downloaded, Verified};
use crate::transfer::files::Folder;
use crate::transfer::many::Found;
use crate::transfer::targets::{PublishOptions, Target};

/// An object, and its destination.
#[derive(Debug)]
pub(crate) struct Download {
    pub(crate) at: Location,
    pub(crate) place: Place,
    /// The object's size, if it was listed.
    pub(crate) bytes: Option<u64>,
}

/// The destination of an object.
#[derive(Debug)]
pub(crate) enum Place {
    /// A path that the user named.
    Named(PathBuf),
    /// This path below the destination folder. It comes from the store, so no link is followed, and nothing is written
    /// to an existing path that is not a regular file.
    Below(PathBuf),
    /// This folder below the destination, which the object stands for: its content is not fetched.
    Folder(PathBuf),
}

/// How objects are fetched.
pub(crate) struct Downloader {
    pub(crate) engine: Engine,
    pub(crate) keys: Keys,
    pub(crate) options: ReadOptions,
    pub(crate) folder: Folder,
    /// How downloaded files are published.
    pub(crate) publish_options: PublishOptions,
    /// How many existing files were kept.
    pub(crate) kept: AtomicU64,
    /// Whether objects are deleted once they are fetched.
    pub(crate) moves: bool,
    pub(crate) reporter: Reporter,
    /// Whether no look for objects below the name of an absent one is due: it was done, or the name was not typed.
    pub(crate) looked_below: AtomicBool,
}

impl Downloader {
    /// Fetches the objects of the feed. Returns how many existing files were kept.
    pub(crate) async fn run(
        self: &Arc<Self>,
        job: &mut Job,
        feed: Receiver<Found<Download>>,
    ) -> u64 {
        let work = |it: Arc<Downloader>, download| async move { [it.download(download).await] };
        job.run(feed, self, work).await;
        if let Err(failure) = self.sync_folders() {
            job.tally.failed(failure, &job.out);
        }
        self.engine.report_leftovers(&job.out);
        let kept = self.kept.swap(0, Ordering::Relaxed);
        job.tally.done = job.tally.done.saturating_sub(kept);
        kept
    }

    /// Makes the names of all files survive a power failure, if they were fetched with fsync.
    fn sync_folders(&self) -> Result<(), Failure> {
        for folder in self.folder.take_changed() {
            self.engine.sync_later(folder)?;
        }
        self.engine.sync_folders()
    }

    /// The verb of the summary.
    pub(crate) fn verb(&self) -> &'static str {
        if self.reporter.dry_run { "would fetch" } else { "opened" }
    }

    /// Adds to the failure of an absent object that there are objects below its name: a folder was meant. Asks once.
    async fn explain_absent(&self, failure: Failure, at: &Location) -> Failure {
        let store = self.engine.store();
        let may_be_folder = failure.is(Kind::NotFound)
            && failure.detail().code.as_deref() != Some("NoSuchBucket")
            && self.options.version_id.is_none()
            && store.wire().allows_any_request();
        if !may_be_folder || self.looked_below.swap(true, Ordering::Relaxed) {
            return failure;
        }
        match store.list(&at.folder()).of_one_level().next_page().await {
            Ok(Some(page)) if !page.is_empty() => {
                failure.hint(Advice::GetRecursive(at.folder().to_string()))
            }
            _ => failure,
        }
    }

    /// Fetches one object, reports it, and returns its size in bytes.
    async fn download(&self, download: Download) -> Result<u64, Failure> {
        let Download { at, place, bytes } = download;
        if self.reporter.dry_run {
            return self.plan(&at, &place);
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
            && self.publish_options.no_clobber
            && place.exists()
        {
            return self.keep(&at, &place.path());
        }
        if self.moves && file.is_none() {
            return Err(Failure::usage(
                "objects are moved into files: what a stream's reader gets may be lost",
            )
            .hint(Advice::GetThenRemove)
            .at(&at));
        }
        if self.publish_options.fsync && file.is_none() {
            return Err(Failure::usage("--fsync is about files, and the destination is a stream")
                .hint("leave it out")
                .at(&at));
        }
        let keys = self.keys.to_open(self.engine.store(), &at).await;
        let mut keys = keys.map_err(|failure| with_url(failure, &at))?;
        let (engine, options) = (&self.engine, &self.options);
        let (into, how) = (target.clone(), self.publish_options);
        let downloaded = engine.download(&at, bytes, &mut keys, options, into, how);
        let done = match downloaded.await {
            Ok(done) => done,
            Err(failure) => return Err(self.explain_absent(with_url(failure, &at), &at).await),
        };
        let key = keys.opened(done.key.as_ref());
        if let Target::File(place) = &target
            && done.kept_existing
        {
            return self.keep(&at, &place.path());
        }
        if self.moves {
            // Written to disk before the object is deleted, so that a power failure cannot lose both.
            self.sync_folders().map_err(|failure| with_url(failure, &at))?;
            remove_source(self.engine.store(), &at, done.key.as_ref(), &done.metadata).await?;
        }
        self.report(&at, file.as_deref(), &done, key.as_ref())?;
        Ok(done.bytes)
    }

    fn plan(&self, at: &Location, place: &Place) -> Result<u64, Failure> {
        let path = match place {
            Place::Named(path) => path.clone(),
            Place::Below(below) | Place::Folder(below) => self.folder.root().join(below),
        };
        if self.publish_options.no_clobber && path.exists() {
            return self.keep(at, &path);
        }
        self.reporter.item(
            || {
                let record = Record::Get(GetRecord { dry_run: true, ..record(at, Some(&path)) });
                Report::from(record).line(Line::download(self.moves, at, &path))
            },
            || format!("would fetch {at} into {}", path.display()),
        )?;
        Ok(0)
    }

    /// Keeps the existing file, and reports it.
    fn keep(&self, at: &Location, path: &Path) -> Result<u64, Failure> {
        self.kept.fetch_add(1, Ordering::Relaxed);
        let out = &self.reporter.out;
        if out.json() {
            out.item(&Record::Get(GetRecord { skipped: true, ..record(at, Some(path)) }))?;
        } else if self.reporter.lists() && out.form() == Form::Own {
            let file = path.display();
            out.say(&format!("kept {file}: it is there already, and {at} was not fetched"));
        }
        Ok(0)
    }

    /// The document of `get-object`. The first of several ranges was answered with its own length.
    fn document(&self, metadata: &ObjectMetadata, bytes: u64) -> ObjectMetadata {
        let content_range = metadata.content_range.clone().filter(|_| self.options.range.is_some());
        ObjectMetadata { content_length: Some(bytes), content_range, ..metadata.clone() }
    }

    fn report(
        &self,
        at: &Location,
        file: Option<&Path>,
        done: &Downloaded,
        key: Option<&ObjectKey>,
    ) -> Result<(), Failure> {
        let out = &self.reporter.out;
        let Downloaded { metadata, bytes, verified, .. } = done;
        if out.json() {
            return out.item(&Record::Get(GetRecord {
                bytes: Some(*bytes),
                sealed: Some(key.is_some()),
                key: KeyFields::of(key),
                etag: metadata.etag.clone(),
                version_id: metadata.version_id.clone(),
                verified: Some(*verified == Verified::Yes),
                ..record(at, file)
            }));
        }
        match (out.form(), file) {
            (Form::Own, _) => {}
            (Form::Lines, Some(file)) => {
                return out.progress_of_item(&Line::download(self.moves, at, file).text(false));
            }
            (Form::Lines, None) => return Ok(()),
            // The bytes are on stdout.
            (Form::Document { .. }, None) => return Ok(()),
            (Form::Document { .. }, Some(_)) => {
                return out.document(&self.document(metadata, *bytes));
            }
        }
        if !self.reporter.lists() {
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
            out.say(&format!("opened {at} into {} ({bytes} bytes, {how})", file.display()));
        }
        Ok(())
    }
}

/// Deletes an object that was fetched or copied, only if it is still the one that was read.
pub(crate) async fn remove_source(
    store: &Store,
    at: &Location,
    key: Option<&Key>,
    read: &ObjectMetadata,
) -> Result<(), Failure> {
    store.delete_as_read(at, key, read).await.map_err(|mut failure| {
        let detail = failure.detail_mut();
        detail.message = format!("it arrived, but the source is still there: {}", detail.message);
        detail.says_what_is_left = true;
        failure
    })
}

fn record(at: &Location, file: Option<&Path>) -> GetRecord {
    let file = file.map(|file| file.display().to_string());
    GetRecord { url: at.to_string(), file, ..GetRecord::default() }
}

/// Adds the URL to a failure of the local file, which does not name the object. A signal does not concern the object.
fn with_url(failure: Failure, at: &Location) -> Failure {
    let is_signal = failure.is_interruption();
    if is_signal || failure.detail().url.is_some() { failure } else { failure.at(at) }
}
