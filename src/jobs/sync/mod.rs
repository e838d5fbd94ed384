//! Makes a folder and a prefix, or two prefixes, equal, and copies only what has changed: the job of `sync`.
//!
//! - `across`: from one prefix to another
//! - `changes`: the comparison of source and destination
//! - `deletions`: what `--delete` deletes, and the limits on it

mod across;
mod changes;
mod deletions;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use changes::{Compared, as_downloaded, await_comparison, find_changed, is_changed};

use super::feed::{SelectedNames, Skips, feed_items};
use super::get::{Download, Downloader, Place};
use super::job::Job;
use super::key_files::keep_key_files;
use super::keys::Keys;
use super::put::{Uploader, upload_below};
use super::reminder::FirstKey;
use super::remove::{Remover, feed_batches};
use super::report::Reporter;
use super::sealer::{Sealer, SealingOptions};
use crate::failure::Failure;
use crate::key::core::protection_of;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{Attributes, Condition, DeleteTarget, ReadOptions};
use crate::store::wire::Connect;
use crate::transfer::files::{FileTime, Folder, SourceFolder};
use crate::transfer::many::{
    Comparison, Entry, Found, WalkOptions, walk_destination, walk_folder, walk_store,
};
use crate::transfer::progress::Progress;
use crate::transfer::targets::PublishOptions;
use crate::transfer::{PathConflicts, TransferOptions, to_path};

pub(crate) use across::Across;
pub(crate) use deletions::{DeleteLimit, DeleteOptions};

pub(crate) struct SyncOptions {
    pub(crate) direction: Direction,
    /// The source as the user wrote it.
    pub(crate) source: String,
    pub(crate) sealing: SealingOptions,
    pub(crate) allow_plain: bool,
    pub(crate) deletions: DeleteOptions,
    /// Whether only sizes are compared, not times.
    pub(crate) size_only: bool,
    pub(crate) no_clobber: bool,
    /// Whether fetched files are written to the disk before they get their names.
    pub(crate) fsync: bool,
    pub(crate) names: SelectedNames,
    pub(crate) follow_symlinks: bool,
    /// Whether key files are stored, too.
    pub(crate) include_keys: bool,
    pub(crate) dry_run: bool,
    pub(crate) attributes: Attributes,
    pub(crate) transfer: TransferOptions,
}

pub(crate) enum Direction {
    Up(PathBuf, Location),
    Down(Location, PathBuf),
    Across(Box<Across>),
}

/// Copies, then deletes; failures are reported as they happen.
/// Errors: What keeps the run from starting; `Kind::Usage` if the deletions are refused.
pub(crate) async fn run(
    options: SyncOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let sync = Sync { options: &options, connect, out };
    match &options.direction {
        Direction::Up(folder, at) => sync.up(folder, at).await,
        Direction::Down(at, folder) => sync.down(at, folder).await,
        Direction::Across(across) => sync.across(across).await,
    }
}

struct Sync<'a> {
    options: &'a SyncOptions,
    connect: &'a Connect,
    out: &'a Output,
}

/// The result of the copying, before anything is deleted.
struct Copied {
    verb: &'static str,
    done: u64,
    /// How many existing files were kept.
    kept: u64,
    compared: Compared,
}

impl Sync<'_> {
    async fn up(&self, folder: &Path, at: &Location) -> Result<u8, Failure> {
        let options = self.options;
        let sealer = Sealer::load(&options.sealing, false, self.out)?;
        let mut job = Job::connect(self.connect, self.out).await?;
        job.announce_share(options.names.shard);
        let store = job.store.clone();
        let engine = job.engine(&options.transfer);
        sealer.check(&store)?;
        sealer.check_below(&store, at)?;
        if options.sealing.tag_key {
            store.learned().key_tags().enable();
        }
        let uploader = Arc::new(Uploader {
            engine,
            sealer: sealer.cancelled_by(&job.interrupt),
            attributes: options.attributes.clone(),
            condition: Condition::default(),
            tag_key: options.sealing.tag_key,
            preserve: false,
            moves: false,
            first_key: FirstKey::default(),
            reporter: self.reporter(false),
        });
        let follow_symlinks = options.follow_symlinks;
        let compare = || {
            let walk = WalkOptions { follow_symlinks, in_order: true };
            let source = walk_folder(folder.to_owned(), walk);
            let destination = walk_store(&uploader.engine, at.clone());
            Comparison::new(source, destination, options.names.filters.clone())
        };

        let root = Arc::new(SourceFolder::open(folder, follow_symlinks)?);
        let (below, progress) = (at.clone(), uploader.engine.progress().clone());
        let (include_keys, out) = (options.include_keys, *self.out);
        let to_upload = move |entry: &Entry, _: Option<&Entry>| {
            progress.expect(1, entry.bytes);
            upload_below(&root, &below, &entry.name, include_keys, &out)
        };
        let skips = Skips::below(folder, self.out);
        let size_only = options.size_only;
        let changes =
            move |source: &Entry, destination: &Entry| is_changed(source, destination, size_only);
        let source = folder.to_owned();
        let may_copy =
            move |entry: &Entry| include_keys || protection_of(&source.join(&entry.name)).is_none();
        let shard = options.names.shard;
        let (changed, compared) = find_changed(
            compare(),
            shard,
            may_copy,
            changes,
            skips,
            job.progress.clone(),
            to_upload,
        );
        uploader.run(&mut job, changed, &at.bucket).await;
        let compared = await_comparison(compared, job.tally.is_stopped()).await;
        let copied = Copied::take_from(&mut job, uploader.verb(), 0, compared);
        let remover = self.remover(&job);
        let delete = async |job: &mut Job, names: Vec<String>| {
            let below = at.clone();
            let target =
                move |name: String| DeleteTarget { at: below.join(&name), version_id: None };
            remover.run(job, feed_batches(names.into_iter().map(target))).await;
        };
        self.finish(job, copied, compare, None, delete).await
    }

    async fn down(&self, at: &Location, folder: &Path) -> Result<u8, Failure> {
        let options = self.options;
        let keys = Keys::load(&options.sealing.key, self.out)?;
        let mut job = Job::connect(self.connect, self.out).await?;
        job.announce_share(options.names.shard);
        let store = job.store.clone();
        let engine = job.engine(&options.transfer);
        keys.check(&store)?;
        let downloader = Arc::new(Downloader {
            engine,
            keys: keys.cancelled_by(&job.interrupt),
            options: ReadOptions { allow_plain: options.allow_plain, ..ReadOptions::default() },
            folder: Folder::at(folder).with_fsync(options.fsync),
            publish_options: PublishOptions {
                no_clobber: options.no_clobber,
                time: FileTime::LastModified,
                fsync: options.fsync,
            },
            kept: AtomicU64::new(0),
            looked_below: AtomicBool::new(true),
            moves: false,
            reporter: self.reporter(false),
        });
        let compare = || {
            let Downloader { folder, engine, .. } = &*downloader;
            let source = walk_store(engine, at.clone());
            let destination = walk_destination(folder, engine, !options.dry_run, *self.out);
            Comparison::new(source, destination, options.names.filters.clone())
        };

        let to_download = to_download(at.clone(), downloader.engine.progress().clone());
        // A store has no links and no special files, so this reports nothing.
        let skips = Skips::below(folder, self.out);
        let size_only = options.size_only;
        let changes = move |source: &Entry, destination: &Entry| {
            is_changed(&as_downloaded(source, destination), destination, size_only)
        };
        let shard = options.names.shard;
        let (changed, compared) = find_changed(
            compare(),
            shard,
            |_| true,
            changes,
            skips,
            job.progress.clone(),
            to_download,
        );
        let kept = downloader.run(&mut job, changed).await;
        let compared = await_comparison(compared, job.tally.is_stopped()).await;
        let copied = Copied::take_from(&mut job, downloader.verb(), kept, compared);
        let remover = self.remover(&job);
        let delete = async |job: &mut Job, names: Vec<String>| {
            let work = |it: Arc<Remover>, name: String| {
                let downloader = downloader.clone();
                async move { [it.remove_file(&downloader.folder, Path::new(&name))] }
            };
            job.run_at_most(|| 1, feed_items(names), &remover, work).await;
        };
        self.finish(job, copied, compare, Some(folder), delete).await
    }

    fn reporter(&self, each: bool) -> Reporter {
        Reporter { out: *self.out, dry_run: self.options.dry_run, each }
    }

    fn remover(&self, job: &Job) -> Arc<Remover> {
        let concurrency = self.options.transfer.concurrency;
        Arc::new(Remover::new(job.store.clone(), concurrency, true, self.reporter(true)))
    }

    /// Deletes what `--delete` deletes, unless that is refused, and prints the summary. `folder` is the destination of a
    /// download.
    async fn finish(
        &self,
        mut job: Job,
        copied: Copied,
        compare: impl Fn() -> Comparison,
        folder: Option<&Path>,
        delete: impl AsyncFnOnce(&mut Job, Vec<String>),
    ) -> Result<u8, Failure> {
        let Copied { verb, done, kept, compared } = copied;
        let planned = self.plan(&compared, &mut job, compare, folder).await;
        let refused = match planned {
            Ok(names) => {
                if !names.is_empty() {
                    delete(&mut job, names).await;
                }
                Ok(())
            }
            Err(failure) => Err(failure),
        };
        let deleted = std::mem::replace(&mut job.tally.done, done);
        let did = if self.options.dry_run { "would be deleted" } else { "deleted" };
        let rest = [(compared.unchanged, "unchanged"), (kept, "kept"), (deleted, did)];
        job.summarize(verb, "object", &rest);
        refused.map(|()| job.tally.exit_code())
    }

    /// The names to delete at the destination. Both sides are compared once more, because copying may have taken hours.
    /// Errors: `Kind::Usage` if the deletions are refused.
    async fn plan(
        &self,
        compared: &Compared,
        job: &mut Job,
        compare: impl Fn() -> Comparison,
        folder: Option<&Path>,
    ) -> Result<Vec<String>, Failure> {
        let SyncOptions { deletions, source, names, .. } = self.options;
        if !job.tally.is_stopped() {
            deletions.check_source(source, compared)?;
        }
        if !self.may_delete(compared, job) {
            return Ok(Vec::new());
        }
        let planned =
            job.interrupt.race(async { Ok(deletions::plan(compare(), names.shard).await) }).await?;
        match planned {
            Ok((mut names, now)) => {
                // If the source was unmounted since the first comparison, it is an empty folder now.
                deletions.check_source(source, &now)?;
                if let Some(folder) = folder {
                    job.tally.skipped += keep_key_files(&mut names, folder, self.out);
                }
                let destination = compared.both + compared.extra;
                deletions.check_count(names.len() as u64, destination)?;
                Ok(names)
            }
            Err(failure) => {
                job.tally.failed(failure, self.out);
                self.out.warn("nothing was deleted, because not everything could be read");
                Ok(Vec::new())
            }
        }
    }

    fn may_delete(&self, compared: &Compared, job: &Job) -> bool {
        if !self.options.deletions.delete || job.tally.is_stopped() {
            return false;
        }
        if compared.kept > 0 {
            let were = if compared.kept == 1 { "item was" } else { "items were" };
            self.out.warn(&format!(
                "{} {were} not deleted, because skipped links or special files may stand for what is there",
                compared.kept
            ));
        }
        if compared.extra == 0 {
            return false;
        }
        let why_not = if !compared.is_complete {
            "not everything could be read"
        } else if job.tally.failed > 0 {
            "not everything could be copied"
        } else {
            return true;
        };
        self.out.warn(&format!("nothing was deleted, because {why_not}"));
        false
    }
}

impl Copied {
    /// Takes the count of copies out of the tally, which counts deletions from here on. They are no part of the progress.
    fn take_from(job: &mut Job, verb: &'static str, kept: u64, compared: Compared) -> Copied {
        std::mem::take(&mut job.progress).finish();
        Copied { verb, done: std::mem::take(&mut job.tally.done), kept, compared }
    }
}

fn to_download(
    at: Location,
    progress: Progress,
) -> impl FnMut(&Entry, Option<&Entry>) -> Found<Download> {
    let mut conflicts = PathConflicts::default();
    move |entry, _| {
        progress.expect(1, entry.bytes);
        let at = at.join(&entry.name);
        match conflicts.check(&entry.name).and_then(|()| to_path(&entry.name)) {
            Ok(path) => {
                let place = Place::Below(path);
                Found::Item(Download { at, place, bytes: Some(entry.bytes) })
            }
            Err(failure) => Found::Failed(failure.at(&at)),
        }
    }
}
