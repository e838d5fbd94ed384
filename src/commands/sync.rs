//! `s3seal sync`: make a folder and a prefix alike, copying only what changed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tokio::task::JoinHandle;

use super::downloader::{Download, Downloader, Place};
use super::key_files::{KeyFiles, spare_key_files};
use super::keys::Keys;
use super::remover::{Gathered, MOST_REQUESTS, Remover};
use super::sealing::Sealing;
use super::selection::tell_summary;
use super::uploader::{Upload, Uploader};
use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::{Attributes, Condition, Connect, Doomed, ReadOptions, Store};
use crate::transfer::{
    Clashes, Comparison, Engine, Entry, Filters, Finds, Folder, Found, Interrupt, Manner, Pair,
    Progress, Tally, TransferOptions, finds, large_finds, to_path, walk_folder, walk_store,
};

/// Copy what changed between a folder and a prefix, in either direction
///
/// As `aws s3 sync` does: what is missing at the destination, what has another size, and what is newer at
/// the source. No key is needed to compare, and none is compared: what has not changed stays sealed as it is. With --delete, what the source has not is deleted at the
/// destination once everything was compared; nothing is, if anything could not be read.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal sync -k ./backup.key /srv/data s3://backups/data
  s3seal sync -k ./backup.key --delete --dry-run /srv/data s3://backups/data
  s3seal sync -k ./backup.key --exclude '*.tmp' s3://backups/data /srv/data")]
pub struct Args {
    /// A folder, or s3://bucket/prefix
    source: String,
    /// s3://bucket/prefix, or a folder
    dest: String,
    #[command(flatten)]
    sealing: Sealing,
    /// Accept objects that are not sealed although a key is given
    #[arg(long)]
    allow_plain: bool,
    /// Delete at the destination what the source has not, and no filter leaves out
    #[arg(long)]
    delete: bool,
    /// Compare sizes only, not times
    #[arg(long)]
    size_only: bool,
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
pub async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let direction = direction(args)?;
    args.sealing.key.check_derive_as(false)?;
    if args.sealing.tag_key && matches!(direction, Direction::Down(..)) {
        return Err(Failure::usage(
            "--tag-key tags objects that are stored, and these are fetched",
        )
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
            if !folder.is_dir() {
                let message = format!("there is no folder {}", folder.display());
                return Err(Failure::not_found(message).hint("check the path"));
            }
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
            store.tag_keys();
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

        let (root, below) = (folder.clone(), at.clone());
        let progress = uploader.engine.progress().clone();
        let (key_files, out) = (self.args.key_files, *self.out);
        let to_upload = move |entry: &Entry| {
            progress.expect(1, entry.bytes);
            key_files.admit(super::put::upload(&root, &below, &entry.name), &out)
        };
        let (changed, compared) = find_changed(compare(), self.args.size_only, to_upload);
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
        if self.may_delete(&compared, &tally) {
            let remover = self.remover(store.clone());
            let work = |doomed: Vec<Doomed>| {
                let remover = remover.clone();
                async move { remover.remove(doomed).await }
            };
            let extra = gather(find_extra(compare()), at.clone());
            tally.run(extra, || MOST_REQUESTS, work, &interrupt, self.out).await;
        }
        Ok(self.finish(uploader.verb(), copied, &compared, tally))
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
            preserve: false,
            moves: false,
            dry_run: self.args.dry_run,
            tells_each: false,
            out: *self.out,
        });
        let compare = || {
            let source = walk_store(store.clone(), at.clone());
            let destination = self.walk_if_there(&folder);
            Comparison::new(source, destination, self.args.filters.clone())
        };

        let to_download = to_download(at.clone(), downloader.engine.progress().clone());
        let (changed, compared) = find_changed(compare(), self.args.size_only, to_download);
        let work = |download: Download| {
            let downloader = downloader.clone();
            async move { [downloader.download(download).await] }
        };
        let mut tally = Tally::default();
        tally.run(changed, || usize::MAX, work, &interrupt, self.out).await;
        downloader.engine.sync_folders();
        let compared = outcome(compared, &tally).await;
        let copied = std::mem::take(&mut tally.done);
        if self.may_delete(&compared, &tally) {
            let remover = self.remover(store.clone());
            let work = |name: String| {
                let (remover, path) = (remover.clone(), folder.join(name));
                async move { [remover.remove_file(&path)] }
            };
            let extra = spare_key_files(find_extra(compare()), folder.clone(), *self.out);
            tally.run(extra, || 1, work, &interrupt, self.out).await;
        }
        let verb = if self.args.dry_run { "would fetch" } else { "opened" };
        Ok(self.finish(verb, copied, &compared, tally))
    }

    async fn engine(&self) -> Result<(Engine, Interrupt), Failure> {
        // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
        let interrupt = Interrupt::listen()?;
        let store = interrupt.race(Store::connect(self.connect)).await?;
        let progress = Progress::start(self.out.progress());
        Ok((Engine::new(store, &self.args.transfer, interrupt.clone(), progress), interrupt))
    }

    fn remover(&self, store: Arc<Store>) -> Remover {
        Remover { store, dry_run: self.args.dry_run, tells_each: false, out: *self.out }
    }

    fn walk(&self, folder: PathBuf, follow_symlinks: bool) -> Finds<Entry> {
        walk_folder(folder, Manner { follow_symlinks, in_order: true }, *self.out)
    }

    /// A destination that is not there yet is empty.
    fn walk_if_there(&self, folder: &Path) -> Finds<Entry> {
        match folder.exists() {
            true => self.walk(folder.to_owned(), false),
            false => finds().1,
        }
    }

    fn may_delete(&self, compared: &Compared, tally: &Tally) -> bool {
        if !self.args.delete || compared.extra == 0 || tally.is_ended() {
            return false;
        }
        let why_not = if !compared.is_complete {
            "not everything could be read"
        } else if tally.failed > 0 {
            "not everything could be copied"
        } else if compared.skipped > 0 {
            "symbolic links or special files were skipped, and what they stand for may be there (--follow-symlinks)"
        } else {
            return true;
        };
        self.out.warn(&format!("nothing was deleted, because {why_not}"));
        false
    }

    fn finish(&self, verb: &str, copied: u64, compared: &Compared, mut tally: Tally) -> u8 {
        let deleted = std::mem::replace(&mut tally.done, copied);
        let did = if self.args.dry_run { "would be deleted" } else { "deleted" };
        let rest = [(compared.unchanged, "unchanged"), (deleted, did)];
        tell_summary(verb, "object", &tally, &rest, self.out);
        tally.exit_code()
    }
}

/// What a comparison came to.
#[derive(Debug, Default)]
struct Compared {
    unchanged: u64,
    /// How many the destination alone has.
    extra: u64,
    /// How many links and special files of the source were left out.
    skipped: u64,
    /// Whether both sides could be read to their ends.
    is_complete: bool,
}

/// What the comparison came to; where the run has ended, nobody waits for a listing that is under way.
async fn outcome(comparison: JoinHandle<Compared>, tally: &Tally) -> Compared {
    if tally.is_ended() {
        comparison.abort();
    }
    comparison.await.unwrap_or_default()
}

/// What is to be copied, as it is found.
fn find_changed<T: Send + 'static>(
    mut comparison: Comparison,
    size_only: bool,
    mut to_item: impl FnMut(&Entry) -> Found<T> + Send + 'static,
) -> (Finds<T>, JoinHandle<Compared>) {
    let (finder, found) = finds();
    let compare = async move {
        let mut compared = Compared { is_complete: true, ..Compared::default() };
        while let Some(pair) = comparison.next().await {
            let found = match pair {
                Pair::Source(entry) => to_item(&entry),
                Pair::Both(source, destination) if is_changed(&source, &destination, size_only) => {
                    to_item(&source)
                }
                Pair::Both(..) => {
                    compared.unchanged += 1;
                    continue;
                }
                Pair::Destination(_) => {
                    compared.extra += 1;
                    continue;
                }
                Pair::Skipped => {
                    compared.skipped += 1;
                    Found::Skipped
                }
                Pair::Failed(failure) => {
                    compared.is_complete = false;
                    Found::Failed(failure)
                }
            };
            if finder.send(found).await.is_err() {
                compared.is_complete = false;
                break;
            }
        }
        compared
    };
    (found, tokio::spawn(compare))
}

/// As aws-cli decides. A store's clock has seconds only, so a file may be copied once too often.
fn is_changed(source: &Entry, destination: &Entry, size_only: bool) -> bool {
    source.bytes != destination.bytes || (!size_only && source.modified > destination.modified)
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

/// The names that the destination alone has. Everything was compared before, and is once more: memory
/// need not hold what there is to delete. From where something cannot be read, nothing is deleted.
fn find_extra(mut comparison: Comparison) -> Finds<String> {
    let (finder, found) = finds();
    tokio::spawn(async move {
        while let Some(pair) = comparison.next().await {
            let (found, is_last) = match pair {
                Pair::Destination(entry) => (Found::Item(entry.name), false),
                Pair::Failed(failure) => (Found::Failed(failure), true),
                Pair::Source(_) | Pair::Both(..) | Pair::Skipped => continue,
            };
            if finder.send(found).await.is_err() || is_last {
                return;
            }
        }
    });
    found
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
