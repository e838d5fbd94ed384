//! `s3seal bucket`: whether a bucket accepts SSE-C.

use serde::Serialize;

use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::{Connect, Store};
use crate::store::{BucketEncryption, SseC};

/// See, allow or block SSE-C in a bucket
///
/// Since April 2026 Amazon blocks SSE-C in new buckets, and in those of accounts that held no such object,
/// until somebody allows it. The switch is part of the bucket's encryption configuration, which is read,
/// changed and written back, so that a KMS default and bucket keys stay. Needs s3:GetEncryptionConfiguration
/// and s3:PutEncryptionConfiguration. Reading sealed objects is never blocked.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal bucket status s3://backups
  s3seal bucket allow s3://backups
  s3seal bucket block s3://public          nobody can seal, or ransom, objects with a key of theirs")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Show whether SSE-C is blocked, and the default encryption
    Status(Buckets),
    /// Let objects be written with SSE-C
    Allow(Buckets),
    /// Refuse objects that are written with SSE-C
    Block(Buckets),
}

#[derive(clap::Args)]
struct Buckets {
    /// The bucket: s3://bucket
    url: String,
}

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    sse_c: SseC,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_encryption: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<&'a str>,
    bucket_key: bool,
}

/// Reads the switch, or sets it and reads it again.
/// Errors: `Kind::Denied`, `Kind::NotFound`; `Kind::Other` if the store has no such setting.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let (buckets, allowed) = match &args.action {
        Action::Status(buckets) => (buckets, None),
        Action::Allow(buckets) => (buckets, Some(true)),
        Action::Block(buckets) => (buckets, Some(false)),
    };
    let at: Location = buckets.url.parse()?;
    if !at.key.is_empty() {
        return Err(Failure::usage(format!(
            "{at} names an object, and the switch is the bucket's"
        ))
        .hint(format!("write s3://{}", at.bucket)));
    }
    let store = Store::connect(connect).await?;
    let before = store.bucket_encryption(&at).await?;
    match allowed {
        None => report("bucket-status", &at, &before, None, out),
        Some(allowed) => set(&store, &at, before, allowed, out).await,
    }
}

async fn set(
    store: &Store,
    at: &Location,
    before: BucketEncryption,
    allowed: bool,
    out: &Output,
) -> Result<(), Failure> {
    let (op, wanted) =
        if allowed { ("bucket-allow", SseC::Allowed) } else { ("bucket-block", SseC::Blocked) };
    if before.sse_c() == wanted {
        return report(op, at, &before, Some(false), out);
    }
    store.set_bucket_encryption(at, &before.with_sse_c(allowed)).await?;
    // A store that does not know the setting accepts the configuration nevertheless.
    let after = store.bucket_encryption(at).await?;
    if after.sse_c() != wanted {
        return Err(Failure::other("the store took the configuration without the switch: it has none")
            .hint("whether it seals is shown by the first sealed `s3seal put`, which counts only with proof")
            .at(at));
    }
    report(op, at, &after, Some(true), out)
}

fn report(
    op: &'static str,
    at: &Location,
    encryption: &BucketEncryption,
    changed: Option<bool>,
    out: &Output,
) -> Result<(), Failure> {
    let sse_c = encryption.sse_c();
    if out.json() {
        return out.item(&Item {
            op,
            url: at.to_string(),
            sse_c,
            changed,
            default_encryption: encryption.default_algorithm(),
            kms_key_id: encryption.kms_key_id(),
            bucket_key: encryption.bucket_key(),
        });
    }
    let (said, again) = match sse_c {
        SseC::Blocked => ("blocked", "was blocked already"),
        SseC::Allowed => ("allowed", "was allowed already"),
        SseC::Unstated => ("not mentioned, so not blocked", ""),
    };
    match changed {
        Some(changed) => {
            out.say(&format!("{at}: SSE-C {}", if changed { said } else { again }));
            Ok(())
        }
        None => show(at, said, encryption, out),
    }
}

fn show(at: &Location, sse_c: &str, it: &BucketEncryption, out: &Output) -> Result<(), Failure> {
    out.line(&at.to_string())?;
    out.line(&format!("  SSE-C    {sse_c}"))?;
    let kms = it.kms_key_id().map(|id| format!(" ({id})")).unwrap_or_default();
    let bucket_key = if it.bucket_key() { ", with a bucket key" } else { "" };
    let default = it.default_algorithm().unwrap_or("none");
    out.line(&format!("  default  {default}{kms}{bucket_key}"))
}
