//! `s3seal put`: seal files, folders, or what comes through a pipe, and store them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::key_files::KeyFiles;
use super::sealing::Sealing;
use super::selection::{FilesFrom, Selection, Skips, send_listed, tell_summary};
use super::uploader::{Upload, Uploader};
use crate::failure::Failure;
use crate::location::{Location, is_web_url, without_query};
use crate::output::Output;
use crate::store::object::{Attributes, Condition, Metadata};
use crate::store::wire::{Connect, SignedUrl, Store};
use crate::transfer::files::{MTIME, SourceFolder};
use crate::transfer::many::{Filters, Finder, Finds, Found, Manner, Tally, finds, walk_folder};
use crate::transfer::progress::Progress;
use crate::transfer::{Claims, Engine, Interrupt, TransferOptions, to_path};

/// Seal files with your key and store them
///
/// An object counts as written only once the store has proven that it used your key; what a store
/// kept in plaintext is removed again. Without a key nothing is written, unless `--no-key` or `--sse`
/// says so.
///
/// `put -r DIR s3://bucket/prefix/` lays what is in DIR below the prefix. A file that fails does not
/// stop the others.
#[derive(clap::Args)]
#[command(
    override_usage = "s3seal put [OPTIONS] <SOURCE>... <DEST>",
    after_help = "\
Examples:
  s3seal put -k ./backup.key dump.sql s3://backups/2026/           keeps the file's name
  s3seal put -k ./backup.key -r --exclude '*.tmp' data s3://b/p/   a folder's content
  git ls-files | s3seal put -k ./k --files-from - . s3://b/src/    what a list names
  pg_dump db | s3seal put -k ./backup.key - s3://backups/db.sql    from a pipe
  s3seal put -k cmd:'pass show s3' app.tar s3://ci/app.tar --if-none-match '*'
  s3seal put --sse aws:kms public.tar s3://ci/public.tar           the store's key, not yours
  s3seal put -k ./shared.key report.pdf 'https://b.s3.amazonaws.com/report.pdf?X-Amz-…'"
)]
pub(crate) struct Args {
    /// The files, and with -r folders; `-` is standard input. Then where to: s3://bucket/key, or
    /// s3://bucket/folder/ to keep the names; for one file also a presigned https:// URL
    #[arg(required = true, value_name = "SOURCE")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) sealing: Sealing,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) files_from: FilesFrom,
    /// Follow symbolic links below a folder; those named as a source are followed anyway
    #[arg(long, help_heading = "Selection options")]
    pub(super) follow_symlinks: bool,
    #[command(flatten)]
    pub(super) key_files: KeyFiles,
    #[command(flatten)]
    pub(super) condition: Condition,
    #[command(flatten)]
    pub(super) attributes: Attributes,
    /// Keep files' modification times, in the metadata where rclone keeps them
    #[arg(long, help_heading = "Object attributes (never encrypted)")]
    pub(super) preserve: bool,
    #[command(flatten)]
    pub(super) transfer: TransferOptions,
    /// Whether files are deleted once they are stored.
    #[arg(skip)]
    pub(super) moves: bool,
}

/// Something on the command line that is to be stored.
enum Origin {
    File(Upload),
    /// A folder's content goes below a folder of objects.
    Folder(PathBuf, Location),
    /// So does what a list names of it.
    Listed(PathBuf, PathBuf, Location),
}

/// Writes each object; failures are told as they happen.
///
/// # Errors
/// [`Failure::Usage`] without a key and without saying that none is wanted, and so on: before anything
/// is stored.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let (sources, dest) = sources_and_dest(&args.paths)?;
    let link = SignedUrl::recognise(&dest)?;
    let (origins, dest) = match &link {
        Some(link) => (vec![linked(args, sources, link)?], link.location().clone()),
        None => {
            let dest = dest.parse()?;
            (origins(args, sources, &dest)?, dest)
        }
    };
    let is_file = matches!(origins.as_slice(), [Origin::File(_)]);
    args.selection.check(origins.iter().any(|origin| !matches!(origin, Origin::File(_))))?;
    let reads_stdin =
        args.files_from.uses_stdin() || sources.iter().any(|source| source == Path::new("-"));
    args.sealing.key.check_derive_as(is_file)?;
    let sealer = args.sealing.sealer(reads_stdin, out)?;
    for origin in &origins {
        if let Origin::File(upload) = origin {
            args.key_files.check(&upload.path)?;
        }
    }
    // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
    let interrupt = Interrupt::listen()?;
    let store = match &link {
        Some(link) => {
            refuse_tag(args, link)?;
            let encryption = sealer.for_url(link.location())?;
            Store::to_write(link, &encryption, &attributes(args), &args.condition, connect)?
        }
        None => interrupt.race(Store::connect(connect)).await?,
    };
    sealer.check(&store)?;
    if !is_file && link.is_none() {
        sealer.check_below(&store, &dest.folder())?;
    }
    if args.sealing.tag_key {
        store.learned().key_tags().want();
    }
    let has_metadata = args.preserve || !args.attributes.metadata.is_empty();
    if has_metadata && sealer.seals() && out.interactive() {
        out.say("note: metadata and tags are never encrypted, whatever the key");
    }
    let progress = Progress::start(out.progress());
    let uploader = Arc::new(Uploader {
        engine: Engine::new(store, &args.transfer, interrupt.clone(), progress),
        sealer: sealer.until(&interrupt),
        attributes: args.attributes.clone(),
        condition: args.condition.clone(),
        tag_key: args.sealing.tag_key,
        preserve: args.preserve,
        moves: args.moves,
        dry_run: args.selection.dry_run,
        tells_each: origins.iter().all(|origin| matches!(origin, Origin::File(_))),
        first_key: OnceLock::new(),
        out: *out,
    });
    let manner = Manner { follow_symlinks: args.follow_symlinks, in_order: false };
    let progress = uploader.engine.progress().clone();
    let found =
        find(origins, args.selection.filters.clone(), args.key_files, manner, progress, *out);
    let work = |upload| {
        let uploader = uploader.clone();
        async move { [uploader.upload(upload).await] }
    };
    let mut tally = Tally::default();
    tally.run(found, || uploader.most(&dest.bucket), work, &interrupt, out).await;
    if tally.done > 0 {
        uploader.tell_notes();
    }
    if !is_file {
        tell_summary(uploader.verb(), "object", &tally, &[], out);
    }
    Ok(tally.exit_code())
}

/// What comes last is where to.
fn sources_and_dest(paths: &[PathBuf]) -> Result<(&[PathBuf], Cow<'_, str>), Failure> {
    match paths {
        [sources @ .., dest] if !sources.is_empty() => {
            sources.iter().try_for_each(|source| refuse_url(source))?;
            Ok((sources, dest.to_string_lossy()))
        }
        _ => Err(Failure::usage("a source and a destination are needed, and only one was given")
            .hint("write it: s3seal put FILE s3://bucket/key")),
    }
}

fn refuse_url(source: &Path) -> Result<(), Failure> {
    match source.to_str().filter(|source| is_web_url(source)) {
        None => Ok(()),
        Some(url) => {
            let url = without_query(url);
            Err(Failure::usage(format!("{url} is a URL, and `put` reads files"))
                .hint("`s3seal get URL FILE` fetches it first"))
        }
    }
}

/// The one file that a presigned URL is for.
fn linked(args: &Args, sources: &[PathBuf], link: &SignedUrl) -> Result<Origin, Failure> {
    match sources {
        [source] if !args.selection.recursive && args.files_from.files_from.is_none() => {
            Ok(Origin::File(Upload::named(source, link.location().clone())))
        }
        _ => {
            Err(Failure::usage("a presigned URL is for one object, and several are to be written")
                .hint("write one file, without -r and --files-from, or write with credentials")
                .at(link))
        }
    }
}

fn refuse_tag(args: &Args, link: &SignedUrl) -> Result<(), Failure> {
    match args.sealing.tag_key {
        false => Ok(()),
        true => {
            Err(Failure::usage("what a presigned URL lets write is tagged by whoever signed it")
                .hint("leave out --tag-key")
                .at(link))
        }
    }
}

/// What is said of each object; the time that `--preserve` keeps is still open.
fn attributes(args: &Args) -> Attributes {
    let mut attributes = args.attributes.clone();
    if args.preserve {
        attributes.metadata.push(Metadata::one(MTIME, String::new()));
    }
    attributes
}

/// What the command line names, checked as far as it can be without a store.
fn origins(args: &Args, sources: &[PathBuf], at: &Location) -> Result<Vec<Origin>, Failure> {
    if let Some(list) = &args.files_from.files_from {
        let [folder] = sources else {
            return Err(Failure::usage("--files-from names files of one folder")
                .hint("give that folder as the one source"));
        };
        return Ok(vec![Origin::Listed(folder.clone(), list.clone(), at.folder())]);
    }
    let origins = sources.iter().map(|source| origin(args, source, sources.len() > 1, at));
    let origins = origins.collect::<Result<Vec<_>, _>>()?;
    if args.condition.if_match.is_some() && !matches!(origins.as_slice(), [Origin::File(_)]) {
        return Err(Failure::usage("an ETag belongs to one object, and several are written")
            .hint("write that object by itself"));
    }
    Ok(origins)
}

fn origin(
    args: &Args,
    source: &Path,
    is_one_of_many: bool,
    at: &Location,
) -> Result<Origin, Failure> {
    let is_folder = source != Path::new("-") && source.is_dir();
    if is_folder && !args.selection.recursive {
        return Err(Failure::usage(format!("{} is a folder", source.display()))
            .hint("add -r to store what is in it"));
    }
    if is_folder {
        return Ok(Origin::Folder(source.to_owned(), at.folder()));
    }
    if is_one_of_many && !at.is_folder() {
        return Err(Failure::usage(format!("{at} is one object, and there are several sources"))
            .hint(format!("name a folder: {at}/")));
    }
    Ok(Origin::File(Upload::named(source, destination(at, source)?)))
}

/// Where the object goes: a folder of objects takes the file's name.
fn destination(at: &Location, source: &Path) -> Result<Location, Failure> {
    if !at.is_folder() {
        return at.clone().object();
    }
    let name = source.file_name().and_then(|name| name.to_str()).filter(|name| *name != "-");
    match name {
        Some(name) => at.join(name).object(),
        None => Err(Failure::usage(format!("{at} is a folder, and the input has no name to keep"))
            .hint("give the object's whole key: s3://bucket/folder/name")),
    }
}

/// The files to store, as they are found.
fn find(
    origins: Vec<Origin>,
    filters: Filters,
    key_files: KeyFiles,
    manner: Manner,
    progress: Progress,
    out: Output,
) -> Finds<Upload> {
    let (finder, finds) = finds();
    // Of one source no name comes twice, and a million names need not be remembered.
    let mut claims = (origins.len() > 1).then(Claims::default);
    tokio::spawn(async move {
        for origin in origins {
            let found = match origin {
                Origin::File(upload) => one(Found::Item(upload)),
                Origin::Folder(root, at) => {
                    below(&root, at, filters.clone(), manner, progress.clone(), out)
                }
                Origin::Listed(root, list, at) => listed(&root, list, at, filters.clone(), manner),
            };
            let admit = |found| key_files.admit(found, &out);
            if !forward(found, &finder, claims.as_mut(), admit).await {
                return;
            }
        }
    });
    finds
}

/// Passes finds on, but for those that go where another goes; false where nobody takes them any more.
async fn forward(
    mut found: Finds<Upload>,
    finder: &Finder<Upload>,
    mut claims: Option<&mut Claims>,
    admit: impl Fn(Found<Upload>) -> Found<Upload>,
) -> bool {
    while let Some(found) = found.recv().await {
        let found = match (admit(found), claims.as_deref_mut()) {
            (Found::Item(upload), Some(claims)) => match claims.claim(&upload.at.key) {
                Ok(()) => Found::Item(upload),
                Err(failure) => Found::Failed(failure.at(&upload.at)),
            },
            (found, _) => found,
        };
        if finder.send(found).await.is_err() {
            return false;
        }
    }
    true
}

fn one(found: Found<Upload>) -> Finds<Upload> {
    let (finder, finds) = finds();
    let _ = finder.try_send(found);
    finds
}

fn below(
    root: &Path,
    at: Location,
    filters: Filters,
    manner: Manner,
    progress: Progress,
    out: Output,
) -> Finds<Upload> {
    let root = match SourceFolder::open(root, manner.follow_symlinks) {
        Ok(root) => Arc::new(root),
        Err(failure) => return one(Found::Failed(failure)),
    };
    let (finder, found) = finds();
    let mut entries = walk_folder(root.path().to_owned(), manner);
    let mut skips = Skips::below(root.path(), &out);
    tokio::spawn(async move {
        while let Some(entry) = entries.recv().await {
            let found = match entry {
                Found::Item(entry) if !filters.admit(&entry.name) => continue,
                Found::Item(entry) if entry.skip.is_some() => {
                    skips.tell(&entry);
                    Found::Skipped
                }
                Found::Item(entry) => {
                    progress.expect(1, entry.bytes);
                    upload(&root, &at, &entry.name)
                }
                Found::Skipped => Found::Skipped,
                Found::Failed(failure) => Found::Failed(failure),
            };
            if finder.send(found).await.is_err() {
                return;
            }
        }
        skips.tell_links();
    });
    found
}

fn listed(
    root: &Path,
    list: PathBuf,
    at: Location,
    filters: Filters,
    manner: Manner,
) -> Finds<Upload> {
    let root = match SourceFolder::open(root, manner.follow_symlinks) {
        Ok(root) => Arc::new(root),
        Err(failure) => return one(Found::Failed(failure)),
    };
    let (finder, found) = finds();
    tokio::task::spawn_blocking(move || {
        let to_upload = |name: &str| {
            filters.admit(name).then(|| match to_path(name) {
                Ok(_) => upload(&root, &at, name),
                Err(failure) => Found::Failed(failure.at(&at.join(name))),
            })
        };
        if let Err(failure) = send_listed(&list, &finder, to_upload) {
            let _ = finder.blocking_send(Found::Failed(failure));
        }
    });
    found
}

/// A file below a folder, and the object below another that it becomes.
pub(super) fn upload(root: &Arc<SourceFolder>, at: &Location, name: &str) -> Found<Upload> {
    let at = at.join(name);
    match at.clone().object() {
        Ok(at) => {
            Found::Item(Upload { path: root.path().join(name), folder: Some(root.clone()), at })
        }
        Err(failure) => Found::Failed(failure.at(&at)),
    }
}
