//! `s3seal sync`: make a folder and a prefix alike, copying only what changed.

mod changes;
mod deletions;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use changes::{Compared, as_downloaded, find_changed, is_changed, outcome};
use deletions::Deletions;

use super::downloader::{Download, Downloader, Place};
use super::key_files::{KeyFiles, spare_key_files};
use super::keys::Keys;
use super::remover::{Gathered, MOST_REQUESTS, Remover};
use super::sealing::Sealing;
use super::selection::{Skips, tell_summary};
use super::uploader::{Upload, Uploader};
use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{Attributes, Condition, Doomed, ReadOptions};
use crate::store::wire::{Connect, Store};
use crate::transfer::files::{FileTime, Folder, SourceFolder};
use crate::transfer::many::{
    Comparison, Entry, Filters, Finds, Found, Manner, Tally, large_finds, walk_destination,
    walk_folder, walk_store,
};
use crate::transfer::progress::Progress;
use crate::transfer::targets::Arrival;
use crate::transfer::{Clashes, Engine, Interrupt, TransferOptions, to_path};

/// Copy what changed between a folder and a prefix, in either direction
///
/// As `aws s3 sync` does: what is missing at the destination, what has another size, and what is newer at
/// the source. A file that is fetched gets the time at which its object was stored, so that an object that is
/// replaced is fetched again even where its size stays; a file that is newer than its object stays as it is.
/// No key is needed to compare, and none is compared: what has not changed stays sealed as it is. With --delete, what the source has not is deleted at the
/// destination once everything was compared; nothing is, if anything could not be read or copied, or if nothing is found
/// in the source. What a skipped link or special file may stand for is kept.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal sync -k ./backup.key /srv/data s3://backups/data
  s3seal sync -k ./backup.key --delete --dry-run /srv/data s3://backups/data
  s3seal sync -k ./backup.key --delete --max-delete 10% /srv/data s3://backups/data
  s3seal sync -k ./backup.key --exclude '*.tmp' s3://backups/data /srv/data")]
pub(crate) struct Args {
    /// A folder, or s3://bucket/prefix
    source: String,
    /// s3://bucket/prefix, or a folder
    dest: String,
    #[command(flatten)]
    sealing: Sealing,
    /// Accept objects that are not sealed although a key is given
    #[arg(long)]
    allow_plain: bool,
    #[command(flatten)]
    deletions: Deletions,
    /// Compare sizes only, not times
    #[arg(long)]
    size_only: bool,
    /// Fetch only what is missing: files that are there stay, also one that appears meanwhile
    #[arg(long)]
    no_clobber: bool,
    #[command(flatten)]
    filters: Filters,
    /// Follow symbolic links below the source folder
    #[arg(long, help_heading = "Selection options")]
    follow_symlinks: bool,
    #[command(flatten)]
    key_files: KeyFiles,
    /// Say what would be done, and do nothing
    #[arg(long, help_heading = "Selection options")]
    dry_run: bool,
    #[command(flatten)]
    attributes: Attributes,
    #[command(flatten)]
    transfer: TransferOptions,
}

enum Direction {
    Up(PathBuf, Location),
    Down(Location, PathBuf),
}

/// Copies, then deletes; failures are told as they happen.
///
/// # Errors
/// [`Failure::Usage`] and so on: before anything is copied.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let direction = direction(args)?;
    args.sealing.key.check_derive_as(false)?;
    if args.sealing.tag_key && matches!(direction, Direction::Down(..)) {
        return Err(Failure::usage(
            "--tag-key tags objects that are stored, and these are fetched",
        )
        .hint("leave it out"));
    }
    if args.no_clobber && matches!(direction, Direction::Up(..)) {
        return Err(Failure::usage("--no-clobber keeps files, and the destination is a store")
            .hint("leave it out"));
    }
    let sync = Sync { args, connect, out };
    match direction {
        Direction::Up(folder, at) => sync.up(folder, at).await,
        Direction::Down(at, folder) => sync.down(at, folder).await,
    }
}

fn direction(args: &Args) -> Result<Direction, Failure> {
    let is_url = |text: &str| text.contains("://");
    match (is_url(&args.source), is_url(&args.dest)) {
        (false, true) => {
            let folder = PathBuf::from(&args.source);
            check_source(&folder)?;
            Ok(Direction::Up(folder, args.dest.parse::<Location>()?.folder()))
        }
        (true, false) => {
            let folder = PathBuf::from(&args.dest);
            Folder::at(&folder).check()?;
            Ok(Direction::Down(args.source.parse::<Location>()?.folder(), folder))
        }
        (true, true) => Err(Failure::usage(
            "sync copies between a folder and a store, not between two stores",
        )
        .hint(
            "fetch with `s3seal get -r` or `s3seal sync` into a folder, and sync that to the other",
        )),
        (false, false) => {
            Err(Failure::usage("neither the source nor the destination is an s3:// URL")
                .hint("two folders are synced by rsync"))
        }
    }
}

fn check_source(folder: &Path) -> Result<(), Failure> {
    let path = folder.display();
    match folder.metadata() {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(Failure::usage(format!("{path} is no folder, and sync compares folders"))
            .hint("`s3seal put` stores one file")),
        Err(_) if folder.as_os_str().is_empty() => {
            Err(Failure::usage("the source is an empty text: a variable may not be set")
                .hint("name the folder; the current one is `.`"))
        }
        Err(_) => {
            Err(Failure::not_found(format!("there is no folder {path}")).hint("check the path"))
        }
    }
}

/// One run.
struct Sync<'a> {
    args: &'a Args,
    connect: &'a Connect,
    out: &'a Output,
}

impl Sync<'_> {
    async fn up(&self, folder: PathBuf, at: Location) -> Result<u8, Failure> {
        let sealer = self.args.sealing.sealer(false, self.out)?;
        let (engine, interrupt) = self.engine().await?;
        let store = engine.store().clone();
        sealer.check(&store)?;
        sealer.check_below(&store, &at)?;
        if self.args.sealing.tag_key {
            store.learned().key_tags().want();
        }
        let uploader = Arc::new(Uploader {
            engine,
            sealer: sealer.until(&interrupt),
            attributes: self.args.attributes.clone(),
            condition: Condition::default(),
            tag_key: self.args.sealing.tag_key,
            preserve: false,
            moves: false,
            dry_run: self.args.dry_run,
            tells_each: false,
            first_key: OnceLock::new(),
            out: *self.out,
        });
        let compare = || {
            let source = self.walk(folder.clone(), self.args.follow_symlinks);
            let destination = walk_store(store.clone(), at.clone());
            Comparison::new(source, destination, self.args.filters.clone())
        };

        let root = Arc::new(SourceFolder::open(&folder, self.args.follow_symlinks)?);
        let below = at.clone();
        let progress = uploader.engine.progress().clone();
        let (key_files, out) = (self.args.key_files, *self.out);
        let to_upload = move |entry: &Entry| {
            progress.expect(1, entry.bytes);
            key_files.admit(super::put::upload(&root, &below, &entry.name), &out)
        };
        let skips = Skips::below(&folder, self.out);
        let size_only = self.args.size_only;
        let changes =
            move |source: &Entry, destination: &Entry| is_changed(source, destination, size_only);
        let (changed, compared) = find_changed(compare(), changes, skips, to_upload);
        let work = |upload: Upload| {
            let uploader = uploader.clone();
            async move { [uploader.upload(upload).await] }
        };
        let mut tally = Tally::default();
        tally.run(changed, || uploader.most(&at.bucket), work, &interrupt, self.out).await;
        if tally.done > 0 {
            uploader.tell_notes();
        }
        let compared = outcome(compared, &tally).await;
        let copied = std::mem::take(&mut tally.done);
        let planned = self.plan(&compared, &mut tally, compare, None, &interrupt).await;
        let (extra, refused) = planned.map_or_else(|it| (Vec::new(), Err(it)), |it| (it, Ok(())));
        if !extra.is_empty() {
            let remover = self.remover(store.clone());
            let work = |doomed: Vec<Doomed>| {
                let remover = remover.clone();
                async move { remover.remove(doomed).await }
            };
            let extra = gather(deletions::send(extra), at.clone());
            tally.run(extra, || MOST_REQUESTS, work, &interrupt, self.out).await;
        }
        let code = self.finish(uploader.verb(), copied, 0, &compared, tally);
        refused.map(|()| code)
    }

    async fn down(&self, at: Location, folder: PathBuf) -> Result<u8, Failure> {
        let keys = Keys::load(&self.args.sealing.key, self.out)?;
        let (engine, interrupt) = self.engine().await?;
        let store = engine.store().clone();
        keys.check(&store)?;
        let downloader = Arc::new(Downloader {
            engine,
            keys: keys.until(&interrupt),
            options: ReadOptions { allow_plain: self.args.allow_plain, ..ReadOptions::default() },
            folder: Folder::at(&folder),
            arrival: Arrival { no_clobber: self.args.no_clobber, time: FileTime::Stored },
            kept: AtomicU64::new(0),
            moves: false,
            dry_run: self.args.dry_run,
            tells_each: false,
            out: *self.out,
        });
        let compare = || {
            let source = walk_store(store.clone(), at.clone());
            let Downloader { folder, engine, .. } = &*downloader;
            let destination = walk_destination(folder, engine, !self.args.dry_run, *self.out);
            Comparison::new(source, destination, self.args.filters.clone())
        };

        let to_download = to_download(at.clone(), downloader.engine.progress().clone());
        // A store has neither links nor special files.
        let skips = Skips::below(&folder, self.out);
        let size_only = self.args.size_only;
        let changes = move |source: &Entry, destination: &Entry| {
            is_changed(&as_downloaded(source, destination), destination, size_only)
        };
        let (changed, compared) = find_changed(compare(), changes, skips, to_download);
        let work = |download: Download| {
            let downloader = downloader.clone();
            async move { [downloader.download(download).await] }
        };
        let mut tally = Tally::default();
        tally.run(changed, || usize::MAX, work, &interrupt, self.out).await;
        downloader.engine.sync_folders();
        downloader.engine.report_leftovers(self.out);
        let kept = downloader.take_kept(&mut tally);
        let compared = outcome(compared, &tally).await;
        let copied = std::mem::take(&mut tally.done);
        let planned = self.plan(&compared, &mut tally, compare, Some(&folder), &interrupt).await;
        let (extra, refused) = planned.map_or_else(|it| (Vec::new(), Err(it)), |it| (it, Ok(())));
        if !extra.is_empty() {
            let remover = self.remover(store.clone());
            let work = |name: String| {
                let (remover, downloader) = (remover.clone(), downloader.clone());
                async move { [remover.remove_file(&downloader.folder, Path::new(&name))] }
            };
            let extra = deletions::send(extra);
            tally.run(extra, || 1, work, &interrupt, self.out).await;
        }
        let verb = if self.args.dry_run { "would fetch" } else { "opened" };
        let code = self.finish(verb, copied, kept, &compared, tally);
        refused.map(|()| code)
    }

    async fn engine(&self) -> Result<(Engine, Interrupt), Failure> {
        // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
        let interrupt = Interrupt::listen()?;
        let store = interrupt.race(Store::connect(self.connect)).await?;
        let progress = Progress::start(self.out.progress());
        Ok((Engine::new(store, &self.args.transfer, interrupt.clone(), progress), interrupt))
    }

    fn remover(&self, store: Arc<Store>) -> Remover {
        let dry_run = self.args.dry_run;
        Remover { store, dry_run, tells_each: true, is_listed: true, out: *self.out }
    }

    fn walk(&self, folder: PathBuf, follow_symlinks: bool) -> Finds<Entry> {
        walk_folder(folder, Manner { follow_symlinks, in_order: true })
    }

    /// What is to be deleted at the destination. Everything was compared before, and is once more, since copying may
    /// have taken hours.
    ///
    /// # Errors
    /// [`Failure::Usage`] where it is refused: nothing is deleted then.
    async fn plan(
        &self,
        compared: &Compared,
        tally: &mut Tally,
        compare: impl Fn() -> Comparison,
        folder: Option<&Path>,
        interrupt: &Interrupt,
    ) -> Result<Vec<String>, Failure> {
        if !tally.is_ended() {
            self.args.deletions.check_source(&self.args.source, compared)?;
        }
        if !self.may_delete(compared, tally) {
            return Ok(Vec::new());
        }
        let planned = interrupt.race(async { Ok(deletions::plan(compare()).await) }).await?;
        match planned {
            Ok((mut names, now)) => {
                // A file system that was unmounted meanwhile looks like an empty folder.
                self.args.deletions.check_source(&self.args.source, &now)?;
                if let Some(folder) = folder {
                    tally.skipped += spare_key_files(&mut names, folder, self.out);
                }
                let destination = compared.both + compared.extra;
                self.args.deletions.check_count(names.len() as u64, destination)?;
                Ok(names)
            }
            Err(failure) => {
                tally.failed(failure, self.out);
                self.out.warn("nothing was deleted, because not everything could be read");
                Ok(Vec::new())
            }
        }
    }

    fn may_delete(&self, compared: &Compared, tally: &Tally) -> bool {
        if !self.args.deletions.delete || tally.is_ended() {
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
        } else if tally.failed > 0 {
            "not everything could be copied"
        } else {
            return true;
        };
        self.out.warn(&format!("nothing was deleted, because {why_not}"));
        false
    }

    fn finish(
        &self,
        verb: &str,
        copied: u64,
        kept: u64,
        compared: &Compared,
        mut tally: Tally,
    ) -> u8 {
        let deleted = std::mem::replace(&mut tally.done, copied);
        let did = if self.args.dry_run { "would be deleted" } else { "deleted" };
        let rest = [(compared.unchanged, "unchanged"), (kept, "kept"), (deleted, did)];
        tell_summary(verb, "object", &tally, &rest, self.out);
        tally.exit_code()
    }
}

fn to_download(at: Location, progress: Progress) -> impl FnMut(&Entry) -> Found<Download> {
    let mut clashes = Clashes::default();
    move |entry| {
        progress.expect(1, entry.bytes);
        let at = at.join(&entry.name);
        match clashes.check(&entry.name).and_then(|()| to_path(&entry.name)) {
            Ok(path) => Found::Item(Download { at, place: Place::Below(path) }),
            Err(failure) => Found::Failed(failure.at(&at)),
        }
    }
}

/// The objects of these names, as many at once as one request deletes.
fn gather(mut names: Finds<String>, at: Location) -> Finds<Vec<Doomed>> {
    let (finder, found) = large_finds();
    tokio::spawn(async move {
        let mut gathered = Gathered::default();
        while let Some(name) = names.recv().await {
            let found = match name {
                Found::Item(name) => gathered.add(at.join(&name), None).map(Found::Item),
                Found::Skipped => None,
                Found::Failed(failure) => Some(Found::Failed(failure)),
            };
            if let Some(found) = found
                && finder.send(found).await.is_err()
            {
                return;
            }
        }
        if let Some(rest) = gathered.rest() {
            let _ = finder.send(Found::Item(rest)).await;
        }
    });
    found
}
