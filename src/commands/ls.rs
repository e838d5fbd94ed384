//! `s3seal ls`: what is in a bucket.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::{CommonCode, Failure};
use crate::location::Location;
use crate::output::Output;
use crate::store::list::{Listed, ListedKind, Listing};
use crate::store::wire::{Connect, Store};
use crate::text::size;
use crate::transfer::many::Filters;

/// List buckets and objects
///
/// Without a URL, the account's buckets.
/// A line each, the name relative to the URL; what is below a further `/` is one line that ends in `/`, unless -r.
/// Any number of objects fits: lines come as the store's pages do. Needs no key.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal ls  # the buckets
  s3seal ls s3://backups
  s3seal ls -r --human --summarize s3://backups/2026/
  s3seal ls -r --json s3://backups | jq -s 'map(.bytes) | add'
  s3seal ls -r --exclude '*' --include '*.sql' s3://backups
  s3seal ls --versions s3://backups/dump.sql")]
pub(crate) struct Args {
    /// What to list: s3://bucket, s3://bucket/folder/, or an object; without it, the buckets
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// List all that is below, not one level
    #[arg(short, long)]
    recursive: bool,
    /// Show time (UTC), size in bytes and storage class as well
    #[arg(short, long)]
    long: bool,
    /// Show sizes for people, such as 1.5 MiB; with time and storage class, as --long
    #[arg(long, alias = "human")]
    human_readable: bool,
    /// Show the number of objects and their size at the end
    #[arg(long)]
    summarize: bool,
    /// List every version, delete markers among them, with the ids of the versions
    #[arg(long)]
    versions: bool,
    #[command(flatten)]
    filters: Filters,
}

/// What `--json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Item<'a> {
    /// A bucket, or an entry of a listing.
    Ls {
        /// The bucket, object or folder: s3://bucket/object.
        url: String,
        /// What it is.
        r#type: EntryType,
        /// When the bucket was made: RFC 3339, UTC.
        #[serde(skip_serializing_if = "Option::is_none")]
        created: Option<&'a str>,
        /// The object's size in bytes.
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes: Option<u64>,
        /// When the object was written: RFC 3339, UTC.
        #[serde(skip_serializing_if = "Option::is_none")]
        last_modified: Option<String>,
        /// The object's ETag, with its quotes.
        #[serde(skip_serializing_if = "Option::is_none")]
        etag: Option<&'a str>,
        /// The object's storage class, if the store names one.
        #[serde(skip_serializing_if = "Option::is_none")]
        storage_class: Option<&'a str>,
        /// The version, with --versions.
        #[serde(skip_serializing_if = "Option::is_none")]
        version_id: Option<&'a str>,
        /// Whether the version is the newest, with --versions.
        #[serde(skip_serializing_if = "Option::is_none")]
        is_latest: Option<bool>,
    },
    /// With --summarize: all objects that were listed.
    LsSummary {
        /// How many there are.
        objects: u64,
        /// Their size together, in bytes.
        bytes: u64,
    },
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum EntryType {
    /// A bucket of the account.
    Bucket,
    #[serde(untagged)]
    Listed(ListedKind),
}

/// Lists each URL; failures are reported as they happen.
/// Errors: Only what keeps the run from starting, such as `Kind::Usage` for a URL that is none.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let locations = args.urls.iter().map(|url| url.parse::<Location>());
    let locations = locations.collect::<Result<Vec<_>, _>>()?;
    let store = Arc::new(Store::connect(connect).await?);
    if locations.is_empty() {
        list_buckets(args, &store, out).await?;
        return Ok(0);
    }
    let (mut code, mut total) = (CommonCode::default(), Total::default());
    for at in &locations {
        if let Err(failure) = list(args, &store, at, &mut total, out).await {
            out.failure(&failure);
            code.add(&failure);
        }
    }
    if args.summarize {
        total.print(out)?;
    }
    Ok(code.get())
}

/// The objects that were listed.
#[derive(Default)]
struct Total {
    objects: u64,
    bytes: u64,
}

impl Total {
    fn add(&mut self, listed: &Listed) {
        if listed.kind == ListedKind::Object {
            self.objects += 1;
            self.bytes += listed.bytes;
        }
    }

    fn print(&self, out: &Output) -> Result<(), Failure> {
        let Total { objects, bytes } = *self;
        if out.json() {
            return out.item(&Item::LsSummary { objects, bytes });
        }
        out.line(&format!("Total objects: {objects}"))?;
        out.line(&format!("Total size: {} ({bytes} bytes)", size::show(bytes)))
    }
}

async fn list_buckets(args: &Args, store: &Store, out: &Output) -> Result<(), Failure> {
    if args.recursive || args.versions {
        return Err(Failure::usage(
            "-r and --versions are about what is in a bucket, and none is named",
        )
        .hint("name one: s3seal ls -r s3://bucket; `s3seal ls` alone lists the buckets"));
    }
    for bucket in store.list_buckets().await?.iter().filter(|it| args.filters.admit(&it.name)) {
        let (url, created) = (format!("s3://{}", bucket.name), bucket.created.as_deref());
        if out.json() {
            out.item(&Item::Ls {
                url,
                r#type: EntryType::Bucket,
                created,
                bytes: None,
                last_modified: None,
                etag: None,
                storage_class: None,
                version_id: None,
                is_latest: None,
            })?;
        } else if args.long {
            out.line(&format!("{:20} {url}", created.unwrap_or_default()))?;
        } else {
            out.line(&url)?;
        }
    }
    Ok(())
}

async fn list(
    args: &Args,
    store: &Arc<Store>,
    at: &Location,
    total: &mut Total,
    out: &Output,
) -> Result<(), Failure> {
    let mut found = 0;
    if !at.is_folder() {
        found += list_object(args, store, at, total, out).await?;
    }
    let folder = at.folder();
    let mut listing = listing(args, store, &folder);
    while let Some(page) = listing.next_page().await? {
        for listed in page {
            found += 1;
            let name = &listed.key[folder.key.len()..];
            if args.filters.admit(name) {
                total.add(&listed);
                // The marker object of the folder itself has no name below it.
                show(args, &folder, if name.is_empty() { "./" } else { name }, &listed, out)?;
            }
        }
        if out.reader_is_gone() {
            return Ok(());
        }
    }
    if found > 0 || at.key.is_empty() {
        return Ok(());
    }
    Err(Failure::not_found("there is nothing of this name, and nothing below it")
        .hint("check the bucket and the object's name")
        .at(at))
}

/// Lists the object of exactly this name, or its versions. Returns the number of lines.
async fn list_object(
    args: &Args,
    store: &Arc<Store>,
    at: &Location,
    total: &mut Total,
    out: &Output,
) -> Result<u64, Failure> {
    let mut found = 0;
    let mut listing = listing(args, store, at).of_one_object();
    while let Some(page) = listing.next_page().await? {
        for listed in &page {
            show(args, at, at.name(), listed, out)?;
            total.add(listed);
            found += 1;
        }
    }
    Ok(found)
}

fn listing(args: &Args, store: &Arc<Store>, at: &Location) -> Listing {
    let all = if args.versions { store.list_versions(at) } else { store.list(at) };
    if args.recursive { all } else { all.of_one_level() }
}

fn show(
    args: &Args,
    below: &Location,
    name: &str,
    listed: &Listed,
    out: &Output,
) -> Result<(), Failure> {
    let time = || humantime::format_rfc3339_seconds(listed.modified).to_string();
    let is_object = listed.kind == ListedKind::Object;
    if out.json() {
        let at = Location { bucket: below.bucket.clone(), key: listed.key.clone() };
        return out.item(&Item::Ls {
            url: at.to_string(),
            r#type: EntryType::Listed(listed.kind),
            created: None,
            bytes: is_object.then_some(listed.bytes),
            last_modified: (listed.modified > UNIX_EPOCH).then(time),
            etag: listed.etag.as_deref(),
            storage_class: listed.storage_class.as_deref(),
            version_id: listed.version_id.as_deref(),
            is_latest: listed.version_id.as_ref().map(|_| listed.is_latest),
        });
    }
    let mut line = String::new();
    if args.long || args.human_readable {
        let time = if listed.kind == ListedKind::Folder { String::new() } else { time() };
        let size = if args.human_readable { size::show } else { |bytes: u64| bytes.to_string() };
        let bytes = if is_object { size(listed.bytes) } else { String::new() };
        let class = listed.storage_class.as_deref().unwrap_or("-");
        let class = if is_object { class } else { "" };
        line = format!("{time:20} {bytes:>15} {class:12} ");
    }
    line += name;
    if let Some(version) = &listed.version_id {
        let marker = if listed.kind == ListedKind::DeleteMarker { ", delete marker" } else { "" };
        let latest = if listed.is_latest { ", latest" } else { "" };
        line += &format!("  (version {version}{latest}{marker})");
    }
    out.line(&line)
}
