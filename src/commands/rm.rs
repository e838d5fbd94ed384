//! `s3seal rm`: delete objects, or versions of them, or uploads that were never finished.

use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;

use super::options::Concurrency;
use super::selection::Selection;
use crate::failure::Failure;
use crate::jobs::remove::{self, IncompleteOptions, RemoveOptions};
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;

/// Delete objects, or versions of them; needs no key
///
/// As with S3 itself, deleting what is not there succeeds, and the store does not say whether it was; a name that ends
/// in `/` is looked for first, since most often a whole folder is meant, which wants `-r`. In a bucket that keeps versions, an object
/// is only hidden, unless `--version-id` names the version to delete for good, or `--all-versions` does
/// so with all of them. `rm -r s3://bucket/p` deletes what is below `p/`, and spares `p2`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  s3seal rm s3://backups/dump.sql
  s3seal rm --dry-run s3://backups/a s3://backups/b
  s3seal rm -r --exclude '*' --include '*.tmp' s3://backups/2026/
  s3seal rm -r --all --all-versions s3://scratch  # empties the bucket
  s3seal rm --version-id 3HL4kqtJlcpXroDTDmJ s3://backups/dump.sql
  s3seal rm --incomplete --older-than 24h s3://backups  # uploads that were never finished")]
pub(crate) struct Args {
    /// The objects, and with -r prefixes: s3://bucket/object
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// Delete this version for good
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new(), conflicts_with_all = ["recursive", "all_versions"])]
    version_id: Option<String>,
    /// Delete all versions for good, delete markers too
    #[arg(long)]
    all_versions: bool,
    /// With -r: yes, the whole bucket
    #[arg(long, requires = "recursive")]
    all: bool,
    #[command(flatten)]
    incomplete: Incomplete,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    concurrency: Concurrency,
}

/// Which unfinished uploads to abort.
#[derive(Debug, clap::Args)]
struct Incomplete {
    /// Abort unfinished uploads instead of deleting objects: of the object, or of all below a URL that
    /// ends in `/`, with -r below the prefix, or in the whole bucket; and delete there, in `.s3seal/`, what killed
    /// runs have tried the store out with
    #[arg(long, conflicts_with_all = ["version_id", "all_versions", "include", "exclude"])]
    incomplete: bool,
    /// Abort and delete only those begun longer ago than this, such as 24h or 7d
    #[arg(long, value_name = "TIME", requires = "incomplete", value_parser = humantime::parse_duration)]
    older_than: Option<Duration>,
}

pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let Selection { recursive, dry_run, .. } = args.selection;
    if args.incomplete.incomplete {
        let urls = args.urls.iter().map(|url| url.parse()).collect::<Result<_, _>>()?;
        args.selection.check(recursive)?;
        let (older_than, shard) = (args.incomplete.older_than, args.selection.share.shard);
        let options = IncompleteOptions { urls, recursive, older_than, shard, dry_run };
        return remove::abort_incomplete(options, connect, out).await;
    }
    let options = RemoveOptions {
        locations: locations(args)?,
        version_id: args.version_id.clone(),
        all_versions: args.all_versions,
        recursive,
        names: args.selection.names(),
        dry_run,
        concurrency: args.concurrency.concurrency,
    };
    remove::run(options, connect, out).await
}

fn locations(args: &Args) -> Result<Vec<Location>, Failure> {
    args.selection.check(args.selection.recursive)?;
    let locations = args.urls.iter().map(|url| location(args, url));
    let locations = locations.collect::<Result<Vec<_>, Failure>>()?;
    if args.version_id.is_some() && locations.len() > 1 {
        return Err(Failure::usage("a version belongs to one object")
            .hint("delete versions of several objects one by one"));
    }
    Ok(locations)
}

fn location(args: &Args, url: &str) -> Result<Location, Failure> {
    let at: Location = url.parse()?;
    if !args.selection.recursive {
        if at.key.is_empty() {
            return Err(Failure::usage(format!("{at} names a bucket, not an object")).hint(
                "name the object as well: s3://bucket/object; or add -r for all that is in it",
            ));
        }
        return at.object();
    }
    if at.key.is_empty() && !args.all && !args.selection.dry_run {
        return Err(Failure::usage(format!("that would empty the bucket {}", at.bucket)).hint(
            "look with --dry-run what would be deleted; add --all if that is what you want",
        ));
    }
    Ok(at.folder())
}
