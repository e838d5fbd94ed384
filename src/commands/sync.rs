//! `s3seal sync`: make a folder and a prefix, or two prefixes, alike, copying only what changed.

use std::path::{Path, PathBuf};

use super::copying::overlap;
use super::options::Disk;
use super::sealing::Sealing;
use super::selection::{KeyFiles, Share};
use super::source::Source;
use crate::failure::Failure;
use crate::jobs::copy::EachCopy;
use crate::jobs::feed::SelectedNames;
use crate::jobs::sync::{self, Across, DeleteLimit, DeleteOptions, Direction, SyncOptions};
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{Attributes, Condition, ReadOptions};
use crate::store::wire::Connect;
use crate::transfer::TransferOptions;
use crate::transfer::files::Folder;
use crate::transfer::many::Filters;

/// Copy what changed between a folder and a prefix, in either direction, or from prefix to prefix
///
/// As `aws s3 sync` does: what is missing at the destination, what has another size, and what is newer at
/// the source. A file that is fetched gets the time at which its object was stored, so that an object that is
/// replaced is fetched again even where its size stays; a file that is newer than its object stays as it is.
/// No key is needed to compare, and none is compared: what has not changed stays sealed as it is. With --delete, what the source has not is deleted at the
/// destination once everything was compared; nothing is, if anything could not be read or copied, or if nothing is found
/// in the source. What a skipped link or special file may stand for is kept.
///
/// From prefix to prefix, objects are copied as `cp` copies them: by the store itself, or through this machine where
/// --source-endpoint-url or --source-profile names another store. Each side has its own keys: those of its rules in
/// config.toml, or --source-key and -k; -k alone is for both. Times are those at which the objects were stored,
/// by the clock of each store; --checksum compares content instead.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal sync -k ./backup.key /srv/data s3://backups/data
  s3seal sync -k ./backup.key --delete --dry-run /srv/data s3://backups/data
  s3seal sync -k ./backup.key --delete --max-delete 10% /srv/data s3://backups/data
  s3seal sync -k ./backup.key --delete --shard 3/16 /srv/data s3://backups/data
  s3seal sync -k ./backup.key --exclude '*.tmp' s3://backups/data /srv/data
  s3seal sync --source-key ./old.key -k ./new.key --delete s3://backups/data s3://archive/data
  s3seal sync --source-endpoint-url https://s3.old.example s3://backups/ s3://backups/")]
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
    /// From prefix to prefix: compare sizes and checksums, not times; it takes a request to each side for each object
    #[arg(long, conflicts_with = "size_only")]
    checksum: bool,
    /// Fetch only what is missing: files that are there stay, also one that appears meanwhile
    #[arg(long)]
    no_clobber: bool,
    #[command(flatten)]
    disk: Disk,
    // Here, since its heading is that of all options after it.
    #[command(flatten)]
    from: Source,
    #[command(flatten)]
    filters: Filters,
    #[command(flatten)]
    share: Share,
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

/// Whether anything is deleted at the destination, and how much at most.
#[derive(Debug, clap::Args)]
struct Deletions {
    /// Delete at the destination what the source has not, and no filter leaves out
    #[arg(long)]
    delete: bool,
    /// With --delete: yes, also where nothing is found in the source
    #[arg(long, requires = "delete")]
    allow_empty: bool,
    /// With --delete: delete nothing at all where it would be more than N, or more than N% of what is compared at
    /// the destination [default: no limit]
    #[arg(long, value_name = "N|N%", requires = "delete")]
    max_delete: Option<DeleteLimit>,
}

pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let direction = direction(args)?;
    args.sealing.key.check_derive_as(false)?;
    if args.sealing.tag_key && matches!(direction, Direction::Down(..)) {
        return Err(Failure::usage(
            "--tag-key tags objects that are stored, and these are fetched",
        )
        .hint("leave it out"));
    }
    if args.checksum && !matches!(direction, Direction::Across(_)) {
        return Err(Failure::usage("--checksum compares objects, and one side is a folder")
            .hint("leave it out; --size-only compares sizes alone"));
    }
    if args.follow_symlinks && matches!(direction, Direction::Across(_)) {
        return Err(Failure::usage("--follow-symlinks is about files, and both sides are URLs")
            .hint("leave it out"));
    }
    if args.no_clobber && !matches!(direction, Direction::Down(..)) {
        return Err(Failure::usage("--no-clobber keeps files, and the destination is a store")
            .hint("leave it out"));
    }
    if !matches!(direction, Direction::Down(..)) {
        args.disk.check_unused()?;
    }
    let deletions = DeleteOptions {
        delete: args.deletions.delete,
        allow_empty: args.deletions.allow_empty,
        limit: args.deletions.max_delete,
    };
    let options = SyncOptions {
        direction,
        source: args.source.clone(),
        sealing: args.sealing.options(),
        allow_plain: args.allow_plain,
        deletions,
        size_only: args.size_only,
        no_clobber: args.no_clobber,
        fsync: args.disk.fsync,
        names: SelectedNames { filters: args.filters.clone(), shard: args.share.shard },
        follow_symlinks: args.follow_symlinks,
        include_keys: args.key_files.include_keys,
        dry_run: args.dry_run,
        attributes: args.attributes.clone(),
        transfer: args.transfer.clone(),
    };
    sync::run(options, connect, out).await
}

fn direction(args: &Args) -> Result<Direction, Failure> {
    let is_url = |text: &str| text.contains("://");
    match (is_url(&args.source), is_url(&args.dest)) {
        (false, true) => {
            args.from.check_unused("leave it out; -k names the key that seals")?;
            let folder = PathBuf::from(&args.source);
            check_source(&folder)?;
            Ok(Direction::Up(folder, args.dest.parse::<Location>()?.folder()))
        }
        (true, false) => {
            args.from.check_unused("leave it out; -k names the key that opens")?;
            let folder = PathBuf::from(&args.dest);
            Folder::at(&folder).check()?;
            Ok(Direction::Down(args.source.parse::<Location>()?.folder(), folder))
        }
        (true, true) => across(args).map(|across| Direction::Across(Box::new(across))),
        (false, false) => {
            Err(Failure::usage("neither the source nor the destination is an s3:// URL")
                .hint("two folders are synced by rsync"))
        }
    }
}

fn across(args: &Args) -> Result<Across, Failure> {
    let (from, to) =
        (args.source.parse::<Location>()?.folder(), args.dest.parse::<Location>()?.folder());
    // Two endpoints may be two names of one store: what is deleted at the destination could be a source there.
    let is_nested = from != to && args.deletions.delete;
    if overlap(&from, &to) && (!args.from.are_two_stores() || is_nested) {
        return Err(Failure::usage(format!("{from} and {to} overlap"))
            .hint("sync prefixes of which neither lies within the other"));
    }
    let each = EachCopy {
        source: args.from.access(),
        source_key: args.from.keys(&args.sealing.key, false)?,
        read: ReadOptions { allow_plain: args.allow_plain, ..ReadOptions::default() },
        sealing: args.sealing.options(),
        condition: Condition::default(),
        attributes: args.attributes.clone(),
        transfer: args.transfer.clone(),
        dry_run: args.dry_run,
        moves: false,
    };
    Ok(Across { from, to, each, by_checksum: args.checksum })
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
