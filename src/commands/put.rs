//! `s3seal put`: seal files, folders, or what comes through a pipe, and store them.

use std::path::{Path, PathBuf};

use super::sealing::Sealing;
use super::selection::{FilesFrom, KeyFiles, Selection};
use crate::failure::Failure;
use crate::jobs::put::{self, PutOptions, PutPlan, PutSource, Upload};
use crate::location::{Location, is_web_url, without_query};
use crate::output::Output;
use crate::store::object::{Attributes, Condition};
use crate::store::wire::{Connect, SignedUrl};
use crate::transfer::TransferOptions;

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
  s3seal put -k ./backup.key dump.sql s3://backups/2026/  # keeps the file's name
  s3seal put -k ./backup.key -r --exclude '*.tmp' data s3://backups/p/  # a folder's content
  s3seal put -k ./backup.key -r --shard auto data s3://backups/p/  # in each task of a job array
  git ls-files | s3seal put -k ./k --files-from - . s3://backups/src/  # what a list names
  pg_dump db | s3seal put -k ./backup.key - s3://backups/db.sql  # from a pipe
  s3seal put -k cmd:'pass show s3' app.tar s3://builds/42/app.tar --if-none-match '*'
  s3seal put --sse aws:kms public.tar s3://builds/public.tar  # the store's key, not yours
  s3seal put -k ./shared.key report.pdf 'https://b.s3.amazonaws.com/report.pdf?X-Amz-…'"
)]
pub(crate) struct Args {
    /// The files, and with -r folders; `-` is standard input. Then where to: s3://bucket/object, or
    /// s3://bucket/folder/ to keep the names; for one file also a presigned https:// URL
    #[arg(required = true, value_name = "SOURCE")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    sealing: Sealing,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    files_from: FilesFrom,
    /// Follow symbolic links below a folder; those named as a source are followed anyway
    #[arg(long, help_heading = "Selection options")]
    follow_symlinks: bool,
    #[command(flatten)]
    key_files: KeyFiles,
    #[command(flatten)]
    condition: Condition,
    #[command(flatten)]
    attributes: Attributes,
    /// Keep files' modification times, in the metadata where rclone keeps them
    #[arg(long, help_heading = "Object attributes (never encrypted)")]
    preserve: bool,
    #[command(flatten)]
    transfer: TransferOptions,
}

pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let list = args.files_from.files_from.as_deref();
    let to = plan(&args.paths, &args.selection, list, &args.condition)?;
    let options = PutOptions {
        to,
        sealing: args.sealing.options(),
        names: args.selection.names(),
        dry_run: args.selection.dry_run,
        follow_symlinks: args.follow_symlinks,
        include_keys: args.key_files.include_keys,
        condition: args.condition.clone(),
        attributes: args.attributes.clone(),
        preserve: args.preserve,
        transfer: args.transfer.clone(),
        moves: false,
    };
    store(options, connect, out).await
}

/// Checks the combination of options, and stores each file.
pub(super) async fn store(
    options: PutOptions,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let PutOptions { to, sealing, .. } = &options;
    sealing.key.check_derive_as(to.is_file())?;
    if let Some(url) = to.url.as_ref().filter(|_| sealing.tag_key) {
        return Err(Failure::usage(
            "the signer of a presigned URL decides on the tags of its object",
        )
        .hint("leave out --tag-key")
        .at(url));
    }
    put::run(options, connect, out).await
}

/// What the paths stand for, checked as far as it can be without a store.
/// Errors: `Kind::Usage`.
pub(super) fn plan(
    paths: &[PathBuf],
    selection: &Selection,
    list: Option<&Path>,
    condition: &Condition,
) -> Result<PutPlan, Failure> {
    let (sources, dest) = match paths {
        [sources @ .., dest] if !sources.is_empty() => (sources, dest.to_string_lossy()),
        _ => {
            return Err(Failure::usage(
                "a source and a destination are needed, and only one was given",
            )
            .hint("write it: s3seal put FILE s3://bucket/object"));
        }
    };
    sources.iter().try_for_each(|source| refuse_url(source))?;
    let plan = match SignedUrl::recognise(&dest)? {
        Some(url) => linked(sources, url, selection.recursive || list.is_some())?,
        None => {
            let dest = dest.parse()?;
            let sources = match list {
                Some(list) => vec![listed(sources, list, &dest)?],
                None => named(sources, selection.recursive, condition, &dest)?,
            };
            PutPlan { sources, dest, url: None }
        }
    };
    selection.check(!plan.are_files())?;
    Ok(plan)
}

fn refuse_url(source: &Path) -> Result<(), Failure> {
    if source.to_str().is_some_and(|source| source.starts_with("s3://")) {
        return Err(Failure::usage(format!(
            "{} is an object, and `put` reads files",
            source.display()
        ))
        .hint("`s3seal get` fetches objects, and `s3seal cp` copies them"));
    }
    match source.to_str().filter(|source| is_web_url(source)) {
        None => Ok(()),
        Some(url) => {
            let url = without_query(url);
            Err(Failure::usage(format!("{url} is a URL, and `put` reads files"))
                .hint("`s3seal get URL FILE` fetches it first"))
        }
    }
}

/// The plan for one file and a presigned URL.
fn linked(sources: &[PathBuf], url: SignedUrl, are_many: bool) -> Result<PutPlan, Failure> {
    let dest = url.location().clone();
    match sources {
        [source] if !are_many => {
            let sources = vec![PutSource::File(Upload::named(source, dest.clone()))];
            Ok(PutPlan { sources, dest, url: Some(url) })
        }
        _ => {
            Err(Failure::usage("a presigned URL is for one object, and several are to be written")
                .hint("write one file, without -r and --files-from, or write with credentials")
                .at(&url))
        }
    }
}

fn listed(sources: &[PathBuf], list: &Path, at: &Location) -> Result<PutSource, Failure> {
    let [root] = sources else {
        return Err(Failure::usage("--files-from names files of one folder")
            .hint("give that folder as the one source"));
    };
    Ok(PutSource::Listed { root: root.clone(), list: list.to_owned(), at: at.folder() })
}

fn named(
    paths: &[PathBuf],
    recursive: bool,
    condition: &Condition,
    at: &Location,
) -> Result<Vec<PutSource>, Failure> {
    let sources = paths.iter().map(|path| source(path, recursive, paths.len() > 1, at));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    if condition.if_match.is_some() && !matches!(sources.as_slice(), [PutSource::File(_)]) {
        return Err(Failure::usage("an ETag belongs to one object, and several are written")
            .hint("write that object by itself"));
    }
    Ok(sources)
}

fn source(
    path: &Path,
    recursive: bool,
    is_one_of_many: bool,
    at: &Location,
) -> Result<PutSource, Failure> {
    let is_folder = path != Path::new("-") && path.is_dir();
    if is_folder && !recursive {
        return Err(Failure::usage(format!("{} is a folder", path.display()))
            .hint("add -r to store what is in it"));
    }
    if is_folder {
        return Ok(PutSource::Folder { root: path.to_owned(), at: at.folder() });
    }
    if is_one_of_many && !at.is_folder() {
        return Err(Failure::usage(format!("{at} is one object, and there are several sources"))
            .hint(format!("name a folder: {at}/")));
    }
    Ok(PutSource::File(Upload::named(path, destination(at, path)?)))
}

/// The location of the object. In a folder, it has the name of the file.
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
