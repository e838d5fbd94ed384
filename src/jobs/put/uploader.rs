//! Stores one file: what `put` and `sync` do with each.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::mpsc::Receiver;

use crate::failure::Failure;
use crate::jobs::aws_cli::{self, Line};
use crate::jobs::job::Job;
use crate::jobs::notes::{note_refused_checksums, note_refused_tags};
use crate::jobs::records::Record;
use crate::jobs::reminder::FirstKey;
use crate::jobs::report::{Report, Reporter};
use crate::jobs::sealer::{ObjectEncryption, Sealer};
use crate::key::core::protection_of;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::store::object::{Attributes, Condition, Metadata, Stored};
use crate::transfer::Engine;
use crate::transfer::files::{Input, MTIME, SourceFolder, write_mtime};
use crate::transfer::many::Found;

/// A file, and the object to store it as.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) path: PathBuf,
    /// The folder in which it was found. None for a file that the user named.
    pub(crate) folder: Option<Arc<SourceFolder>>,
    pub(crate) at: Location,
}

impl Upload {
    /// A file that the user named.
    pub(crate) fn named(path: &Path, at: Location) -> Upload {
        Upload { path: path.to_owned(), folder: None, at }
    }
}

/// How files are stored.
pub(crate) struct Uploader {
    pub(crate) engine: Engine,
    pub(crate) sealer: Sealer,
    pub(crate) attributes: Attributes,
    pub(crate) condition: Condition,
    /// Whether objects are tagged with the MD5 of their keys.
    pub(crate) tag_key: bool,
    /// Whether modification times are kept in the metadata.
    pub(crate) preserve: bool,
    /// Whether files are deleted once they are stored.
    pub(crate) moves: bool,
    pub(crate) first_key: FirstKey,
    pub(crate) reporter: Reporter,
}

impl Uploader {
    /// Stores the files of the feed, and prints the notes about the store at the end.
    pub(crate) async fn run(
        self: &Arc<Self>,
        job: &mut Job,
        feed: Receiver<Found<Upload>>,
        bucket: &str,
    ) {
        let work = |it: Arc<Uploader>, upload| async move { [it.upload(upload).await] };
        job.run_at_most(|| self.max_in_progress(bucket), feed, self, work).await;
        if job.tally.done > 0 {
            let (store, out) = (&job.store, &job.out);
            note_refused_checksums(store, out);
            note_refused_tags(store, out);
            self.first_key.remind(out);
        }
    }

    /// Stores one file, reports it, and returns its size in bytes.
    async fn upload(&self, upload: Upload) -> Result<u64, Failure> {
        let Upload { path, folder, at } = upload;
        let (store, out) = (self.engine.store(), &self.reporter.out);
        if self.reporter.dry_run {
            return self.plan(&path, &at);
        }
        let opened = self.open(path.clone(), folder.as_deref());
        let Input { source, modified, original } = self.engine.interrupt().race(opened).await?;
        let original = original.filter(|_| self.moves);
        let encryption = self.sealer.encryption(store, &at).await?;
        let attributes = self.attributes(&path, modified, &at);
        let write = encryption.write(&at, attributes, self.condition.clone(), self.tag_key)?;
        let tags_key = write.tags_key;
        let stored = self.engine.upload(source, write).await?;
        if tags_key {
            store.check_key_tag(&at, stored.version_id.as_deref()).await;
        }
        if let Some(note) = &stored.note {
            out.say(&format!("note: {note}"));
        }
        self.first_key.record(encryption.key.as_ref());
        self.report(&path, &at, &stored, &encryption)?;
        if let Some(original) = original {
            if let Some(kind) = protection_of(&path) {
                out.warn(&kind.kept(&path));
            } else {
                self.check_stored(&at, encryption.key.as_ref(), &stored).await?;
                original.delete()?;
            }
        }
        Ok(stored.bytes)
    }

    fn plan(&self, path: &Path, at: &Location) -> Result<u64, Failure> {
        self.sealer.check_for(self.engine.store(), at)?;
        self.reporter.item(
            || Report::from(Record::put_planned(at, path)).line(Line::upload(self.moves, path, at)),
            || format!("would store {} as {at}", path.display()),
        )?;
        Ok(std::fs::metadata(path).map_or(0, |found| found.len()))
    }

    async fn open(&self, path: PathBuf, folder: Option<&SourceFolder>) -> Result<Input, Failure> {
        match folder {
            Some(folder) => Input::below(folder, &path),
            None if self.moves => Input::to_move(&path),
            None => Input::named(path).await,
        }
    }

    /// Checks the stored object before the file is deleted, if the store has not confirmed its checksum.
    async fn check_stored(
        &self,
        at: &Location,
        key: Option<&ObjectKey>,
        stored: &Stored,
    ) -> Result<(), Failure> {
        let store = self.engine.store();
        // A presigned URL allows no second request.
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

    /// How many files may be in progress: only one until the bucket has proven that it seals, because each proof costs
    /// additional requests.
    fn max_in_progress(&self, bucket: &str) -> usize {
        let wants_proof = self.sealer.seals() && !self.reporter.dry_run;
        if wants_proof && !self.engine.store().learned().proven().seals(bucket) {
            1
        } else {
            usize::MAX
        }
    }

    /// The verb of the summary.
    pub(crate) fn verb(&self) -> &'static str {
        match (self.reporter.dry_run, self.sealer.seals()) {
            (true, _) => "would store",
            (false, true) => "sealed",
            (false, false) => "stored",
        }
    }

    fn attributes(&self, path: &Path, modified: Option<SystemTime>, at: &Location) -> Attributes {
        let mut attributes = self.attributes.clone();
        // The signer of a presigned URL decides on the type of its object.
        if attributes.content_type.is_none() && self.engine.store().wire().url().is_none() {
            attributes.content_type = Some(guess_content_type(path, at));
        }
        if let Some(modified) = modified.filter(|_| self.preserve) {
            // First, so that a value that the user gave overrides it.
            attributes.metadata.insert(0, Metadata::one(MTIME, write_mtime(modified)));
        }
        attributes
    }

    fn report(
        &self,
        path: &Path,
        at: &Location,
        stored: &Stored,
        encryption: &ObjectEncryption,
    ) -> Result<(), Failure> {
        let record = || {
            Report::from(Record::put(at, stored, encryption))
                .line(Line::upload(self.moves, path, at))
                .document(aws_cli::stored(stored, encryption))
        };
        let verb = if encryption.key.is_some() { "sealed" } else { "stored" };
        let sentence =
            || format!("{verb} {at} ({} bytes, {})", stored.bytes, encryption.describe());
        self.reporter.item(record, sentence)
    }
}

/// For an unknown type: without a type, each store uses its own default.
const UNKNOWN_CONTENT_TYPE: &str = "application/octet-stream";

fn guess_content_type(source: &Path, at: &Location) -> String {
    let by_source = mime_guess::from_path(source).first_raw();
    let guessed = by_source.or_else(|| mime_guess::from_path(at.name()).first_raw());
    guessed.unwrap_or(UNKNOWN_CONTENT_TYPE).to_owned()
}
