//! `s3seal rm`: delete objects, or versions of them, or uploads that were never finished.

mod folder;
mod incomplete;

use std::sync::Arc;

use folder::{check_folder, nothing_called_so};
use incomplete::Incomplete;

use clap::builder::NonEmptyStringValueParser;

use super::remover::{Gathered, MOST_REQUESTS, Remover};
use super::selection::{Selection, tell_summary};
use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{Doomed, Listing};
use crate::store::wire::{Connect, Store};
use crate::transfer::Interrupt;
use crate::transfer::many::{Filters, Finder, Finds, Found, Tally, large_finds};

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
  s3seal rm -r --all --all-versions s3://scratch                  empties the bucket
  s3seal rm --version-id 3HL4kqtJlcpXroDTDmJ s3://backups/dump.sql
  s3seal rm --incomplete --older-than 24h s3://backups            uploads that were never finished")]
pub(crate) struct Args {
    /// The objects, and with -r prefixes: s3://bucket/key
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
}

/// Deletes each object; failures are told as they happen.
///
/// # Errors
/// [`Failure::Usage`] for one version of several objects, and so on: before anything is deleted.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    if args.incomplete.is_wanted() {
        let store = Arc::new(Store::connect(connect).await?);
        return args.incomplete.run(&args.urls, &args.selection, &store, out).await;
    }
    let locations = locations(args)?;
    let interrupt = Interrupt::listen()?;
    let store = Arc::new(interrupt.race(Store::connect(connect)).await?);
    let recursive = args.selection.recursive;
    let remover = Remover {
        store: store.clone(),
        dry_run: args.selection.dry_run,
        tells_each: !recursive && !args.all_versions,
        is_listed: recursive || args.all_versions,
        out: *out,
    };
    let found = if recursive || args.all_versions {
        let listings = locations.into_iter().map(|at| {
            let listing =
                if args.all_versions { store.list_versions(&at) } else { store.list(&at) };
            (at, if recursive { listing } else { listing.of_one_object() })
        });
        find_listed(&store, listings.collect(), recursive, args.selection.filters.clone())
    } else {
        find_named(&store, locations, args.version_id.clone())
    };
    let work = |doomed| {
        let remover = remover.clone();
        async move { remover.remove(doomed).await }
    };
    let mut tally = Tally::default();
    tally.run(found, || MOST_REQUESTS, work, &interrupt, out).await;
    if !remover.tells_each {
        let did = if args.selection.dry_run { "would delete" } else { "deleted" };
        let what = if args.all_versions { "version" } else { "object" };
        tell_summary(did, what, &tally, &[], out);
    }
    Ok(tally.exit_code())
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
            return Err(Failure::usage(format!("{at} names a bucket, not an object"))
                .hint("give the key as well: s3://bucket/key; or add -r for all that is in it"));
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

/// The objects that the command line names, as many at once as belong to one bucket.
fn find_named(
    store: &Arc<Store>,
    locations: Vec<Location>,
    version_id: Option<String>,
) -> Finds<Vec<Doomed>> {
    let (finder, finds) = large_finds();
    let store = store.clone();
    tokio::spawn(async move {
        for chunk in locations.chunk_by(|a, b| a.bucket == b.bucket) {
            for chunk in chunk.chunks(Store::MOST_DELETES) {
                let mut doomed = Vec::with_capacity(chunk.len());
                for at in chunk {
                    // A version id is never typed by mistake.
                    let looks = at.is_folder() && version_id.is_none();
                    let found = if looks { check_folder(&store, at).await } else { Ok(()) };
                    match found {
                        Ok(()) => {
                            doomed.push(Doomed { at: at.clone(), version_id: version_id.clone() });
                        }
                        Err(failure) => drop(finder.send(Found::Failed(failure)).await),
                    }
                }
                if !doomed.is_empty() && finder.send(Found::Item(doomed)).await.is_err() {
                    return;
                }
            }
        }
    });
    finds
}

/// The objects that are listed, a thousand at a time.
fn find_listed(
    store: &Arc<Store>,
    listings: Vec<(Location, Listing)>,
    recursive: bool,
    filters: Filters,
) -> Finds<Vec<Doomed>> {
    let (finder, finds) = large_finds();
    let store = store.clone();
    tokio::spawn(async move {
        for (at, listing) in listings {
            let admits = |key: &str| !recursive || filters.admit(&key[at.key.len()..]);
            let failure = match list_into(&finder, &at, listing, admits).await {
                Ok(0) if !recursive && at.is_folder() => nothing_called_so(&store, &at).await,
                Ok(_) => continue,
                Err(failure) => failure,
            };
            let _ = finder.send(Found::Failed(failure)).await;
        }
    });
    finds
}

/// Returns how many objects were found.
async fn list_into(
    finder: &Finder<Vec<Doomed>>,
    at: &Location,
    mut listing: Listing,
    admits: impl Fn(&str) -> bool,
) -> Result<u64, Failure> {
    let mut gathered = Gathered::default();
    let mut count = 0;
    while let Some(page) = listing.next_page().await? {
        for listed in page.into_iter().filter(|listed| admits(&listed.key)) {
            count += 1;
            let at = Location { bucket: at.bucket.clone(), key: listed.key };
            if let Some(full) = gathered.add(at, listed.version_id)
                && finder.send(Found::Item(full)).await.is_err()
            {
                return Ok(count);
            }
        }
    }
    if let Some(rest) = gathered.rest() {
        let _ = finder.send(Found::Item(rest)).await;
    }
    Ok(count)
}
