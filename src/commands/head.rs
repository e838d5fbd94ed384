//! `s3seal head`: what the store says of an object.

use std::sync::Arc;

use crate::failure::{Failure, Failures};
use crate::jobs::Keys;
use crate::key::KeyOptions;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
use crate::store::object::{ObjectMetadata, Opened, ReadOptions};
use crate::store::wire::{Connect, Store};

/// Show an object's metadata, opened with the key it was sealed with
///
/// With `--json`, one object a line, with the fields of `aws s3api head-object`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal head -k ./backup.key s3://backups/dump.sql
  s3seal head -k ./backup.key --json s3://backups/dump.sql | jq -r .SSECustomerKeyMD5")]
pub(crate) struct Args {
    /// The objects: s3://bucket/key
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,
    #[command(flatten)]
    key: KeyOptions,
    #[command(flatten)]
    read: ReadOptions,
}

/// Errors: The failure of each object that cannot be read.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failures> {
    let objects = args
        .urls
        .iter()
        .map(|url| url.parse::<Location>()?.object())
        .collect::<Result<Vec<_>, Failure>>()?;
    args.key.check_derive_as(objects.len() == 1)?;
    let keys = Keys::load(&args.key, out)?;
    let store = Arc::new(Store::connect(connect).await?);
    keys.check(&store)?;
    let mut failures = Failures::default();
    for at in &objects {
        let opened = async {
            let mut keys = keys.to_open(&store, at).await?;
            let Opened { answer, key } = store.head_with(at, &mut keys, &args.read).await?;
            Ok((answer, keys.opened(key.as_ref())))
        };
        match opened.await {
            Ok((metadata, _)) if out.json() => out.item(&metadata)?,
            Ok((metadata, key)) => show(at, &metadata, key.as_ref(), out)?,
            Err(failure) => failures.add(failure),
        }
    }
    failures.into_result()
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
    out.line(&at.to_string())?;
    for (name, value) in rows {
        if let Some(value) = value {
            out.line(&format!("  {name:<20} {value}"))?;
        }
    }
    for (name, value) in &it.metadata {
        out.line(&format!("  {:<20} {value}", format!("Metadata {name}")))?;
    }
    Ok(())
}
