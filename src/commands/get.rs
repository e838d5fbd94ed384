//! `s3seal get`: fetch objects, opened with the key they were sealed with.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::downloader::{Download, Downloader, Place};
use super::keys::Keys;
use super::selection::{FilesFrom, Selection, send_listed, tell_summary};
use crate::failure::Failure;
use crate::key::KeyArgs;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::ReadOptions;
use crate::store::wire::{Connect, SignedUrl, Store};
use crate::system::descriptors;
use crate::transfer::files::{FileTime, Folder};
use crate::transfer::many::{Entry, Filters, Finder, Finds, Found, Tally, finds, walk_store};
use crate::transfer::progress::Progress;
use crate::transfer::targets::Arrival;
use crate::transfer::{Claims, Clashes, Engine, Interrupt, TransferOptions, to_path};

/// Fetch objects, opened with the key they were sealed with
///
/// A file appears whole and verified, or not at all. With a key, the object must be sealed with it: a
/// plain object in its place is exit code 6, unless `--allow-plain`. To stdout, a failed verification
/// (exit code 7) can only come after the bytes: use `set -o pipefail`.
///
/// `get -r s3://bucket/prefix DIR` lays what is below `prefix/` in DIR, and never outside of it. An object
/// that fails does not stop the others. What is not a regular file gets nothing there, and no link is followed;
/// a single FILE that is named may be a link, a FIFO, a device or /dev/stdout, which is written to.
#[derive(clap::Args)]
#[command(
    override_usage = "s3seal get [OPTIONS] <SOURCE>... [DEST]",
    after_help = "\
Examples:
  s3seal get -k ./backup.key s3://backups/dump.sql              into the current folder
  s3seal get -k ./backup.key s3://backups/dump.sql /restore/    into another
  s3seal get -k ./backup.key -r s3://backups/2026 /restore      all that is below 2026/
  s3seal get -k ./backup.key -r --exclude '*' --include '*.sql' s3://backups/ dumps
  s3seal get -k ./new.key -k ./old.key s3://b/app.tar - | tar x to stdout, with whichever key fits
  s3seal get -k ./backup.key --range bytes=0-511 s3://b/disk.img mbr.bin
  s3seal get -k ./shared.key 'https://b.s3.amazonaws.com/dump.sql?X-Amz-…'   no AWS account needed"
)]
pub(crate) struct Args {
    /// The objects, and with -r prefixes: s3://bucket/key, or one presigned https:// URL; then the file or folder to write to, which is
    /// the current folder where it is left out, and standard output where it is `-`
    #[arg(required = true, value_name = "SOURCE")]
    pub(super) paths: Vec<String>,
    #[command(flatten)]
    pub(super) key: KeyArgs,
    /// Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100
    #[arg(long, value_name = "RANGE", value_parser = parse_range)]
    pub(super) range: Option<String>,
    #[command(flatten)]
    pub(super) read: ReadOptions,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) files_from: FilesFrom,
    /// Give files the modification times that `put --preserve`, or rclone, has kept
    #[arg(long)]
    pub(super) preserve: bool,
    /// Keep files that are there already, also one that appears meanwhile: its object is skipped, with exit code 0
    #[arg(long)]
    pub(super) no_clobber: bool,
    #[command(flatten)]
    pub(super) transfer: TransferOptions,
    /// Whether objects are deleted once they are fetched.
    #[arg(skip)]
    pub(super) moves: bool,
}

/// Something on the command line that is to be fetched.
enum Origin {
    Object(Download),
    /// What is below a prefix.
    Prefix(Location),
    /// What a list names of it.
    Listed(Location, PathBuf),
}

/// Reads each object; failures are told as they happen.
///
/// # Errors
/// [`Failure::Usage`] and so on: before anything is read.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let (sources, dest) = sources_and_dest(&args.paths);
    let link = link(args, sources)?;
    let origins = match &link {
        Some(link) => vec![linked(link, dest)?],
        None => origins(args, sources, dest)?,
    };
    let is_object = matches!(origins.as_slice(), [Origin::Object(_)]);
    let has_folders = origins.iter().any(|origin| !matches!(origin, Origin::Object(_)));
    check(args, is_object, has_folders, dest, out)?;
    if !is_object {
        Folder::at(dest).check()?;
    }
    let options = ReadOptions { range: args.range.clone(), ..args.read.clone() };
    let is_plain = options.allow_plain && link.as_ref().is_some_and(SignedUrl::is_for_plain);
    args.key.protect_files();
    let keys = if is_plain { Keys::none(out) } else { Keys::load(&args.key, out)? };
    // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
    let interrupt = Interrupt::listen()?;
    let store = match &link {
        Some(link) => {
            let carries_key = !keys.for_url(link.location())?.is_empty();
            Store::to_read(link, carries_key, &options, connect)?
        }
        None => interrupt.race(Store::connect(connect)).await?,
    };
    keys.check(&store)?;
    let root = if dest == Path::new(".") { Path::new("") } else { dest };
    let progress = Progress::start(out.progress());
    let downloader = Arc::new(Downloader {
        engine: Engine::new(store, &args.transfer, interrupt.clone(), progress),
        keys: keys.until(&interrupt),
        options,
        folder: Folder::at(root),
        arrival: Arrival {
            no_clobber: args.no_clobber,
            time: if args.preserve { FileTime::Kept } else { FileTime::Arrival },
        },
        kept: AtomicU64::new(0),
        moves: args.moves,
        dry_run: args.selection.dry_run,
        tells_each: !has_folders,
        out: *out,
    });
    let found = find(origins, args.selection.filters.clone(), &downloader.engine);
    let work = |download| {
        let downloader = downloader.clone();
        async move { [downloader.download(download).await] }
    };
    let mut tally = Tally::default();
    tally.run(found, || usize::MAX, work, &interrupt, out).await;
    downloader.engine.sync_folders();
    downloader.engine.report_leftovers(out);
    let kept = downloader.take_kept(&mut tally);
    if !is_object {
        let did = if args.selection.dry_run { "would fetch" } else { "opened" };
        tell_summary(did, "object", &tally, &[(kept, "kept")], out);
    }
    Ok(tally.exit_code())
}

/// What is no URL, and comes last, is where to write to.
fn sources_and_dest(paths: &[String]) -> (&[String], &Path) {
    match paths {
        [sources @ .., last] if !sources.is_empty() && !last.contains("://") => {
            (sources, Path::new(last))
        }
        sources => (sources, Path::new(".")),
    }
}

fn check(
    args: &Args,
    is_object: bool,
    has_folders: bool,
    dest: &Path,
    out: &Output,
) -> Result<(), Failure> {
    args.selection.check(has_folders)?;
    let read = &args.read;
    let of_one = [&args.range, &read.version_id, &read.if_match, &read.if_none_match];
    if !is_object && of_one.into_iter().any(Option::is_some) {
        return Err(Failure::usage(
            "a range, a version or an ETag belongs to one object, and several are wanted",
        )
        .hint("fetch that object by itself"));
    }
    if dest == Path::new("-") {
        descriptors::require_stdout()?;
        if !is_object {
            return Err(Failure::usage("stdout can carry only one object")
                .hint("name a folder to write to"));
        }
        if out.json() && !args.selection.dry_run {
            return Err(Failure::usage("stdout cannot carry both the object and JSON")
                .hint("write the object to a file, or leave --json out"));
        }
    }
    args.key.check_derive_as(is_object)?;
    if args.files_from.uses_stdin() && args.key.uses_stdin()? {
        return Err(Failure::usage("standard input cannot be both the key and the list")
            .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
    }
    Ok(())
}

/// The presigned URL, if that is what is to be fetched.
fn link(args: &Args, sources: &[String]) -> Result<Option<SignedUrl>, Failure> {
    match sources {
        [source] if !args.selection.recursive && args.files_from.files_from.is_none() => {
            SignedUrl::recognise(source)
        }
        _ => Ok(None),
    }
}

fn linked(link: &SignedUrl, dest: &Path) -> Result<Origin, Failure> {
    let at = link.location().clone();
    let place = destination(dest, &link.name(), &at)?;
    Ok(Origin::Object(Download { at, place }))
}

/// What the command line names, checked as far as it can be without a store.
fn origins(args: &Args, sources: &[String], dest: &Path) -> Result<Vec<Origin>, Failure> {
    let locations = sources.iter().map(|source| source.parse::<Location>());
    let locations = locations.collect::<Result<Vec<_>, _>>()?;
    if let Some(list) = &args.files_from.files_from {
        let [prefix] = locations.as_slice() else {
            return Err(Failure::usage("--files-from names objects below one prefix")
                .hint("give that prefix as the one source"));
        };
        return Ok(vec![Origin::Listed(prefix.folder(), list.clone())]);
    }
    if args.selection.recursive {
        return Ok(locations.iter().map(|it| Origin::Prefix(it.folder())).collect());
    }
    let several = locations.len() > 1;
    let object = |at: Location| {
        if at.key.is_empty() {
            return Err(Failure::usage(format!("{at} names a bucket, not an object"))
                .hint("give the key as well: s3://bucket/key; or add -r for all that is in it"));
        }
        let at = at.object()?;
        let place = if several {
            Place::Below(to_path(at.name()).map_err(|failure| failure.at(&at))?)
        } else {
            destination(dest, at.name(), &at)?
        };
        Ok(Origin::Object(Download { at, place }))
    };
    locations.into_iter().map(object).collect()
}

/// The file to write: in a folder, the one called as the object is.
fn destination(dest: &Path, name: &str, at: &Location) -> Result<Place, Failure> {
    let ends_in_slash = dest.as_os_str().as_encoded_bytes().ends_with(b"/");
    if dest == Path::new("-") || (!ends_in_slash && !dest.is_dir()) {
        return Ok(Place::Named(dest.to_owned()));
    }
    // A key is anybody's text: its last name must not lead out of the folder, nor be no name at all.
    let Ok(name) = to_path(name) else {
        return Err(Failure::usage(format!(
            "the key of {at} ends in no name that a file could have"
        ))
        .hint("name the file to write to; or add -r for all that is below it"));
    };
    // A single object makes no folder: it would be the one that was mistyped.
    Ok(if dest.is_dir() { Place::Below(name) } else { Place::Named(dest.join(name)) })
}

/// The objects to fetch, as they are found.
fn find(origins: Vec<Origin>, filters: Filters, engine: &Engine) -> Finds<Download> {
    let (finder, finds) = finds();
    let engine = engine.clone();
    // Of one source no name comes twice, and a million names need not be remembered.
    let mut claims = (origins.len() > 1).then(Claims::default);
    tokio::spawn(async move {
        for origin in origins {
            let found = match origin {
                Origin::Object(download) => one(download),
                Origin::Prefix(prefix) => below(prefix, filters.clone(), engine.clone()),
                Origin::Listed(prefix, list) => listed(prefix, list, filters.clone()),
            };
            if !forward(found, &finder, claims.as_mut()).await {
                return;
            }
        }
    });
    finds
}

/// Passes finds on, but for those that go where another goes; false where nobody takes them any more.
async fn forward(
    mut found: Finds<Download>,
    finder: &Finder<Download>,
    mut claims: Option<&mut Claims>,
) -> bool {
    while let Some(found) = found.recv().await {
        let found = match (found, claims.as_deref_mut()) {
            (Found::Item(Download { at, place: Place::Below(path) }), Some(claims)) => {
                match claims.claim(&path.to_string_lossy()) {
                    Ok(()) => Found::Item(Download { at, place: Place::Below(path) }),
                    Err(failure) => Found::Failed(failure.at(&at)),
                }
            }
            (found, _) => found,
        };
        if finder.send(found).await.is_err() {
            return false;
        }
    }
    true
}

fn one(download: Download) -> Finds<Download> {
    let (finder, finds) = finds();
    let _ = finder.try_send(Found::Item(download));
    finds
}

fn below(prefix: Location, filters: Filters, engine: Engine) -> Finds<Download> {
    let (finder, found) = finds();
    let mut entries = walk_store(engine.store().clone(), prefix.clone());
    tokio::spawn(async move {
        let mut clashes = Clashes::default();
        let mut is_empty = true;
        while let Some(entry) = entries.recv().await {
            is_empty = false;
            let found = match entry {
                Found::Item(entry) if entry.name.is_empty() && entry.bytes == 0 => continue,
                Found::Item(entry) if !filters.admit(&entry.name) => continue,
                Found::Item(entry) => {
                    engine.progress().expect(1, entry.bytes);
                    download(&prefix, &entry, &mut clashes)
                }
                Found::Skipped => Found::Skipped,
                Found::Failed(failure) => Found::Failed(failure),
            };
            if finder.send(found).await.is_err() {
                return;
            }
        }
        if is_empty {
            let failure = Failure::not_found("there is nothing below it")
                .hint("check the bucket and the prefix")
                .at(&prefix);
            let _ = finder.send(Found::Failed(failure)).await;
        }
    });
    found
}

/// An object below a prefix, and the file or folder below another that it becomes.
fn download(prefix: &Location, entry: &Entry, clashes: &mut Clashes) -> Found<Download> {
    let at = prefix.join(&entry.name);
    let place = match entry.name.strip_suffix('/') {
        // Consoles and mounts keep empty folders so; with bytes in it, it is an object that no file can be.
        Some(folder) if entry.bytes == 0 => to_path(folder).map(Place::Folder),
        _ => to_path(&entry.name).map(Place::Below),
    };
    match clashes.check(&entry.name).and(place) {
        Ok(place) => Found::Item(Download { at, place }),
        Err(failure) => Found::Failed(failure.at(&at)),
    }
}

fn listed(prefix: Location, list: PathBuf, filters: Filters) -> Finds<Download> {
    let (finder, found) = finds();
    tokio::task::spawn_blocking(move || {
        let to_download = |name: &str| {
            let at = prefix.join(name);
            filters.admit(name).then(|| match (to_path(name), at.clone().object()) {
                (Ok(path), Ok(at)) => Found::Item(Download { at, place: Place::Below(path) }),
                (Err(failure), _) | (_, Err(failure)) => Found::Failed(failure.at(&at)),
            })
        };
        if let Err(failure) = send_listed(&list, &finder, to_download) {
            let _ = finder.blocking_send(Found::Failed(failure));
        }
    });
    found
}
/// Checks an HTTP range of one stretch of bytes (RFC 9110 section 14.1.2).
fn parse_range(text: &str) -> Result<String, String> {
    let wrong = || "write it bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT".to_owned();
    let (first, last) =
        text.strip_prefix("bytes=").and_then(|it| it.split_once('-')).ok_or_else(wrong)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
    match (first, last) {
        ("", "") => return Err(wrong()),
        ("", count) => drop(number(count)?),
        (first, "") => drop(number(first)?),
        (first, last) if number(first)? > number(last)? => {
            return Err("the range ends before it begins".to_owned());
        }
        _ => {}
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for text in ["bytes=0-0", "bytes=5-", "bytes=-5", "bytes=0-99"] {
            assert_eq!(parse_range(text).as_deref(), Ok(text));
        }
        for text in ["", "0-5", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,3-4"] {
            assert!(parse_range(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_cannot_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let within = |key: &str| {
            let at: Location = format!("s3://b/{key}").parse().unwrap();
            destination(folder.path(), at.name(), &at)
        };
        assert!(matches!(within("a/../../k"), Ok(Place::Below(name)) if name == Path::new("k")));
        for key in ["a/..", "..", ".", "a/"] {
            assert!(within(key).is_err(), "{key}");
        }
    }
}
