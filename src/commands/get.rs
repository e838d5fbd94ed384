//! `s3seal get`: fetch objects, opened with the key they were sealed with.

use std::path::Path;

use super::options::Disk;
use super::selection::{FilesFrom, Selection};
use crate::failure::Failure;
use crate::jobs::get::{self, Download, GetOptions, GetPlan, GetSource, Place};
use crate::key::KeyOptions;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::ReadOptions;
use crate::store::wire::{Connect, SignedUrl};
use crate::system::descriptors;
use crate::text::range::ByteRange;
use crate::transfer::files::FileTime;
use crate::transfer::targets::PublishOptions;
use crate::transfer::{TransferOptions, to_path};

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
  s3seal get -k ./backup.key s3://backups/dump.sql  # into the current folder
  s3seal get -k ./backup.key s3://backups/dump.sql /restore/  # into another
  s3seal get -k ./backup.key -r s3://backups/2026 /restore  # all that is below 2026/
  s3seal get -k ./backup.key -r --exclude '*' --include '*.sql' s3://backups/ dumps
  s3seal get -k ./new.key -k ./old.key s3://backups/app.tar - | tar x  # whichever key fits
  s3seal get -k ./backup.key --range bytes=0-511 s3://backups/disk.img mbr.bin
  s3seal get -k ./shared.key 'https://b.s3.amazonaws.com/dump.sql?X-Amz-…'  # no AWS account needed"
)]
pub(crate) struct Args {
    /// The objects, and with -r prefixes: s3://bucket/object, or one presigned https:// URL; then the file or folder to write to, which is
    /// the current folder where it is left out, and standard output where it is `-`
    #[arg(required = true, value_name = "SOURCE")]
    paths: Vec<String>,
    #[command(flatten)]
    key: KeyOptions,
    /// Only these bytes of the object, such as bytes=0-99, bytes=100- or bytes=-100
    #[arg(long, value_name = "RANGE", value_parser = parse_range)]
    range: Option<String>,
    #[command(flatten)]
    read: ReadOptions,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    files_from: FilesFrom,
    /// Give files the modification times that `put --preserve`, or rclone, has kept
    #[arg(long)]
    preserve: bool,
    /// Keep files that are there already, also one that appears meanwhile: its object is skipped, with exit code 0
    #[arg(long)]
    no_clobber: bool,
    #[command(flatten)]
    disk: Disk,
    #[command(flatten)]
    transfer: TransferOptions,
}

pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let time = if args.preserve { FileTime::Metadata } else { FileTime::Download };
    let options = GetOptions {
        from: plan(&args.paths, args.selection.recursive, args.files_from.files_from.as_deref())?,
        key: args.key.clone(),
        read: ReadOptions { range: args.range.clone(), ..args.read.clone() },
        names: args.selection.names(),
        dry_run: args.selection.dry_run,
        publish_options: PublishOptions {
            no_clobber: args.no_clobber,
            time,
            fsync: args.disk.fsync,
        },
        transfer: args.transfer.clone(),
        moves: false,
    };
    fetch(options, &args.selection, connect, out).await
}

/// What the paths stand for, checked as far as it can be without a store.
/// Errors: `Kind::Usage`.
pub(super) fn plan(
    paths: &[String],
    recursive: bool,
    list: Option<&Path>,
) -> Result<GetPlan, Failure> {
    let (urls, dest) = sources_and_dest(paths);
    let url = match urls {
        [url] if !recursive && list.is_none() => SignedUrl::recognise(url)?,
        _ => None,
    };
    let sources = match &url {
        Some(url) => {
            let at = url.location().clone();
            let place = destination(dest, &url.name(), &at)?;
            vec![GetSource::Object(Download { at, place, bytes: None })]
        }
        None => sources(urls, recursive, list, dest)?,
    };
    Ok(GetPlan { sources, dest: dest.to_owned(), url })
}

/// Checks the combination of options, and fetches each object.
pub(super) async fn fetch(
    options: GetOptions,
    selection: &Selection,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    selection.check(!options.from.are_objects())?;
    check(&options, out)?;
    get::run(options, connect, out).await
}

/// The last path is the destination, unless it is a URL.
fn sources_and_dest(paths: &[String]) -> (&[String], &Path) {
    match paths {
        [sources @ .., last] if !sources.is_empty() && !last.contains("://") => {
            (sources, Path::new(last))
        }
        sources => (sources, Path::new(".")),
    }
}

pub(super) fn check(options: &GetOptions, out: &Output) -> Result<(), Failure> {
    let GetOptions { from, key, read, .. } = options;
    let is_object = from.is_object();
    let of_one = [&read.range, &read.version_id, &read.if_match, &read.if_none_match];
    if !is_object && of_one.into_iter().any(Option::is_some) {
        return Err(Failure::usage(
            "a range, a version or an ETag belongs to one object, and several are wanted",
        )
        .hint("fetch that object by itself"));
    }
    if from.dest == Path::new("-") {
        descriptors::require_stdout()?;
        if !is_object {
            return Err(Failure::usage("stdout can carry only one object")
                .hint("name a folder to write to"));
        }
        if out.json() && !options.dry_run {
            return Err(Failure::usage("stdout cannot carry both the object and JSON")
                .hint("write the object to a file, or leave --json out"));
        }
    }
    key.check_derive_as(is_object)?;
    if from.reads_stdin() && key.uses_stdin()? {
        return Err(Failure::usage("standard input cannot be both the key and the list")
            .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
    }
    Ok(())
}

fn sources(
    urls: &[String],
    recursive: bool,
    list: Option<&Path>,
    dest: &Path,
) -> Result<Vec<GetSource>, Failure> {
    let locations = urls.iter().map(|url| url.parse::<Location>());
    let locations = locations.collect::<Result<Vec<_>, _>>()?;
    if let Some(list) = list {
        let [prefix] = locations.as_slice() else {
            return Err(Failure::usage("--files-from names objects below one prefix")
                .hint("give that prefix as the one source"));
        };
        return Ok(vec![GetSource::Listed(prefix.folder(), list.to_owned())]);
    }
    if recursive {
        return Ok(locations.iter().map(|it| GetSource::Prefix(it.folder())).collect());
    }
    let several = locations.len() > 1;
    locations.into_iter().map(|at| object(at, several, dest)).collect()
}

fn object(at: Location, is_one_of_many: bool, dest: &Path) -> Result<GetSource, Failure> {
    if at.key.is_empty() {
        return Err(Failure::usage(format!("{at} names a bucket, not an object"))
            .hint("name the object as well: s3://bucket/object; or add -r for all that is in it"));
    }
    let at = at.object()?;
    let place = if is_one_of_many {
        Place::Below(to_path(at.name()).map_err(|failure| failure.at(&at))?)
    } else {
        destination(dest, at.name(), &at)?
    };
    Ok(GetSource::Object(Download { at, place, bytes: None }))
}

/// The file to write. In a folder, it has the name of the object.
fn destination(dest: &Path, name: &str, at: &Location) -> Result<Place, Failure> {
    let ends_in_slash = dest.as_os_str().as_encoded_bytes().ends_with(b"/");
    if dest == Path::new("-") || (!ends_in_slash && !dest.is_dir()) {
        return Ok(Place::Named(dest.to_owned()));
    }
    // A key is untrusted: its last segment must not be empty or lead out of the folder.
    let Ok(name) = to_path(name) else {
        return Err(Failure::usage(format!(
            "the key of {at} ends in no name that a file could have"
        ))
        .hint("name the file to write to; or add -r for all that is below it"));
    };
    // For a single object no folder is created: a missing one is probably mistyped.
    Ok(if dest.is_dir() { Place::Below(name) } else { Place::Named(dest.join(name)) })
}

/// Checks an HTTP range with a single interval of bytes (RFC 9110 section 14.1.2).
pub(super) fn parse_range(text: &str) -> Result<String, String> {
    text.parse::<ByteRange>().map(|_| text.to_owned())
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
