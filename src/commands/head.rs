//! `s3seal head`: what the store says of an object.

use std::sync::Arc;

use crate::failure::{Failure, Failures};
use crate::jobs::Keys;
use crate::key::KeyOptions;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::{Form, Line, Output, Style};
use crate::store::object::{ObjectMetadata, Opened, ReadOptions};
use crate::store::presigned::ReadMethod;
use crate::store::wire::{Connect, SignedUrl, Store};

/// Show an object's metadata, opened with the key it was sealed with
///
/// A presigned URL for a HEAD needs no credentials; its key comes from -k or S3SEAL_KEY alone, never from a rule.
///
/// With `--json`, one object a line, with the fields of `aws s3api head-object`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal head -k ./backup.key s3://backups/dump.sql
  s3seal head -k ./backup.key --json s3://backups/dump.sql | jq -r .SSECustomerKeyMD5
  s3seal head -k ./shared.key 'https://b.s3.amazonaws.com/dump.sql?X-Amz-…'   no AWS account needed")]
pub(crate) struct Args {
    /// The objects: s3://bucket/object, or presigned https:// URLs for a HEAD (`presign --method HEAD`)
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    #[command(flatten)]
    key: KeyOptions,
    #[command(flatten)]
    read: ReadOptions,
}

/// Errors: The failure of each object that cannot be read.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failures> {
    let objects = args.urls.iter().map(|url| Named::parse(url)).collect::<Result<Vec<_>, _>>()?;
    args.key.check_derive_as(objects.len() == 1)?;
    let keys = Keys::load(&args.key, out)?;
    // A presigned URL needs neither credentials nor AWS files.
    let store = if objects.iter().any(|it| matches!(it, Named::Object(_))) {
        Some(Arc::new(Store::connect(connect).await?))
    } else {
        None
    };
    if let Some(store) = &store {
        keys.check(store)?;
    }
    let mut failures = Failures::default();
    for named in &objects {
        let opened = match (named, &store) {
            (Named::Url(url), _) => open_url(url, &keys, args, connect, out).await,
            (Named::Object(at), Some(store)) => open(at, store, &keys, args).await,
            (Named::Object(_), None) => unreachable!("there is a store for each object"),
        };
        match opened {
            Ok((metadata, _)) if out.json() => out.item(&metadata)?,
            Ok((metadata, _)) if out.form() != Form::Own => {
                let wants = matches!(out.form(), Form::Document { has_checksums: true, .. });
                let metadata = if wants { metadata } else { metadata.without_checksums() };
                out.document(&metadata)?;
            }
            Ok((metadata, key)) => show(named.location(), &metadata, key.as_ref(), out)?,
            Err(failure) => failures.add(failure),
        }
    }
    failures.into_result()
}

/// An object on the command line.
enum Named {
    Object(Location),
    Url(SignedUrl),
}

impl Named {
    fn parse(text: &str) -> Result<Named, Failure> {
        Ok(match SignedUrl::recognise(text)? {
            Some(url) => Named::Url(url),
            None => Named::Object(text.parse::<Location>()?.object()?),
        })
    }

    /// The object for messages.
    fn location(&self) -> &Location {
        match self {
            Named::Object(at) => at,
            Named::Url(url) => url.location(),
        }
    }
}

type Found = (ObjectMetadata, Option<ObjectKey>);

async fn open_url(
    url: &SignedUrl,
    keys: &Keys,
    args: &Args,
    connect: &Connect,
    out: &Output,
) -> Result<Found, Failure> {
    let at = url.location();
    let is_plain = args.read.allow_plain && url.is_for_plain();
    let keys = if is_plain { Keys::none(out) } else { keys.clone() };
    let carries_key = !keys.for_url(at)?.is_empty();
    let store = Store::to_read(url, ReadMethod::Head, carries_key, &args.read, connect)?;
    open(at, &Arc::new(store), &keys, args).await
}

async fn open(
    at: &Location,
    store: &Arc<Store>,
    keys: &Keys,
    args: &Args,
) -> Result<Found, Failure> {
    let mut keys = keys.to_open(store, at).await?;
    let Opened { answer, key } = store.head_with(at, &mut keys, &args.read).await?;
    Ok((answer, keys.opened(key.as_ref())))
}

fn show(
    at: &Location,
    it: &ObjectMetadata,
    key: Option<&ObjectKey>,
    out: &Output,
) -> Result<(), Failure> {
    let sealed = match (key, &it.server_side_encryption) {
        (Some(key), _) => format!("sealed, key {key}"),
        (None, Some(algorithm)) => format!("not sealed; encrypted by the store ({algorithm})"),
        (None, None) => "not sealed".to_owned(),
    };
    let rows = [
        ("Encryption", Some(sealed)),
        ("Size", it.content_length.map(|bytes| format!("{bytes} bytes"))),
        ("Content-Type", it.content_type.clone()),
        ("Last-Modified", it.last_modified.clone()),
        ("ETag", it.etag.clone()),
        ("Version", it.version_id.clone()),
        ("CRC64NVME", it.checksum_crc64nvme.clone()),
        ("CRC32C", it.checksum_crc32c.clone()),
        ("CRC32", it.checksum_crc32.clone()),
        ("SHA256", it.checksum_sha256.clone()),
        ("SHA1", it.checksum_sha1.clone()),
        ("Storage class", it.storage_class.clone()),
        ("Cache-Control", it.cache_control.clone()),
        ("Content-Encoding", it.content_encoding.clone()),
        ("Content-Disposition", it.content_disposition.clone()),
        ("Content-Language", it.content_language.clone()),
        ("Tags", it.tag_count.map(|count| count.to_string())),
        ("Restore", it.restore.clone()),
        ("Object Lock", it.object_lock_mode.clone()),
        ("Retained until", it.object_lock_retain_until_date.clone()),
    ];
    let encryption = if key.is_some() { Style::Good } else { Style::Warning };
    out.styled(&Line::default().styled(Style::Strong, at.to_string()))?;
    for (name, value) in rows {
        if let Some(value) = value {
            let style = if name == "Encryption" { encryption } else { Style::Plain };
            let line = Line::default().plain("  ").column(Style::Plain, name, 21);
            out.styled(&line.styled(style, value))?;
        }
    }
    for (name, value) in &it.metadata {
        out.line(&format!("  {:<20} {value}", format!("Metadata {name}")))?;
    }
    // Entries that are not ASCII: the store counts them, and cannot send them.
    if let Some(count) = it.missing_meta.filter(|count| *count > 0) {
        let entries = if count == 1 { "entry" } else { "entries" };
        let missing = format!("{count} {entries} that no header can carry");
        out.line(&format!("  {:<20} {missing}", "Metadata missing"))?;
    }
    Ok(())
}
