//! `s3seal rm`: delete objects, or versions of them, or uploads that were never finished.

mod incomplete;

use serde::Serialize;

use incomplete::Incomplete;

use crate::failure::{Failure, Failures};
use crate::location::Location;
use crate::output::Output;
use crate::store::{Connect, Store};

/// Delete an object, or one version of it; needs no key
///
/// As with S3 itself, deleting what is not there succeeds. In a bucket that keeps versions, an object
/// is only hidden, unless `--version-id` names the version to delete for good.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  s3seal rm s3://backups/dump.sql
  s3seal rm --dry-run s3://backups/a s3://backups/b
  s3seal rm --version-id 3HL4kqtJlcpXroDTDmJ s3://backups/dump.sql
  s3seal rm --incomplete --older-than 24h s3://backups     uploads that were never finished")]
pub struct Args {
    /// The objects: s3://bucket/key
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    /// Delete this version for good
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,
    #[command(flatten)]
    incomplete: Incomplete,
    /// With --incomplete: below the prefix, which means the prefix with a `/`
    #[arg(short, long, requires = "incomplete")]
    recursive: bool,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
}

/// What `--json` prints of a deletion.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    op: &'static str,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    delete_marker: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

/// Deletes each object.
///
/// # Errors
/// [`Failure::Usage`] for one version of several objects; those of each object that could not be
/// deleted.
pub async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failures> {
    if args.incomplete.incomplete {
        let store = Store::connect(connect, false).await?;
        let incomplete = &args.incomplete;
        return incomplete.run(&args.urls, args.recursive, args.dry_run, &store, out).await;
    }
    let objects = args
        .urls
        .iter()
        .map(|url| url.parse::<Location>()?.object())
        .collect::<Result<Vec<_>, Failure>>()?;
    if args.version_id.is_some() && objects.len() > 1 {
        return Err(Failure::usage("a version belongs to one object")
            .hint("delete versions of several objects one by one")
            .into());
    }
    let store = Store::connect(connect, false).await?;
    let mut failures = Failures::default();
    for at in &objects {
        match remove(args, &store, at).await {
            Ok(item) if out.json() => out.item(&item)?,
            Ok(item) => tell(&item, out),
            Err(failure) => failures.add(failure),
        }
    }
    failures.into_result()
}

async fn remove(args: &Args, store: &Store, at: &Location) -> Result<Item, Failure> {
    let version_id = args.version_id.clone();
    let item = Item {
        op: "rm",
        url: at.to_string(),
        version_id,
        delete_marker: false,
        dry_run: args.dry_run,
    };
    if args.dry_run {
        return Ok(item);
    }
    let removed = store.delete(at, args.version_id.as_deref()).await?;
    let version_id = removed.version_id.or(item.version_id);
    Ok(Item {
        version_id,
        delete_marker: removed.delete_marker && args.version_id.is_none(),
        ..item
    })
}

fn tell(item: &Item, out: &Output) {
    let did = match item {
        Item { dry_run: true, .. } => "would delete",
        Item { delete_marker: true, .. } => "hid (its versions are still there)",
        _ => "deleted",
    };
    out.say(&format!("{did} {}", item.url));
}
