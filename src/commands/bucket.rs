//! `s3seal bucket`: makes and deletes buckets, and whether they accept SSE-C.

use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::Failure;
use crate::location::Location;
use crate::output::{Form, Line, Output, Style};
use crate::store::wire::{Connect, Store};
use crate::store::{BucketEncryption, SseC};

/// Make or delete a bucket; see, allow or block SSE-C in it
///
/// Since April 2026 Amazon blocks SSE-C in new buckets, and in those of accounts that held no such object,
/// until somebody allows it. The switch is part of the bucket's encryption configuration, which is read,
/// changed and written back, so that a KMS default and bucket keys stay. Needs s3:GetEncryptionConfiguration
/// and s3:PutEncryptionConfiguration. Reading sealed objects is never blocked.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal bucket create s3://backups --region eu-central-1
  s3seal bucket status s3://backups
  s3seal bucket allow s3://backups
  s3seal bucket block s3://public  # nobody can seal, or ransom, objects with a key of theirs")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a bucket that takes objects with SSE-C
    Create(Buckets),
    /// Delete a bucket that is empty
    Delete(Buckets),
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
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op")]
pub(super) enum Item<'a> {
    /// What a bucket's configuration says of encryption.
    #[serde(rename = "bucket-status")]
    Status(Configuration<'a>),
    /// The bucket lets objects be written with SSE-C.
    #[serde(rename = "bucket-allow")]
    Allow(Configuration<'a>),
    /// The bucket refuses objects that are written with SSE-C.
    #[serde(rename = "bucket-block")]
    Block(Configuration<'a>),
    /// A new bucket.
    #[serde(rename = "bucket-create")]
    Create(Changed),
    /// A deleted bucket.
    #[serde(rename = "bucket-delete")]
    Delete(Changed),
}

/// What a bucket's configuration says of encryption.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Configuration<'a> {
    /// The bucket: s3://bucket/.
    url: String,
    /// The switch for SSE-C.
    sse_c: SseC,
    /// Whether this command has changed the switch; absent with `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
    /// The bucket's default encryption: AES256, aws:kms or aws:kms:dsse.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_encryption: Option<&'a str>,
    /// The id or ARN of the default's KMS key.
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<&'a str>,
    /// Whether an S3 bucket key saves requests to KMS.
    bucket_key: bool,
}

/// Reads the switch, or sets it and reads it again.
/// Errors: `Kind::Denied`, `Kind::NotFound`; `Kind::Other` if the store has no such setting.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let (buckets, allowed) = match &args.action {
        Action::Create(buckets) | Action::Delete(buckets) => (buckets, None),
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
    match &args.action {
        Action::Create(_) => return create(&store, &at, out).await,
        Action::Delete(_) => return delete(&store, &at, out).await,
        _ => {}
    }
    let before = store.bucket_encryption(&at).await?;
    match allowed {
        None => report(&at, &before, None, out),
        Some(allowed) => set(&store, &at, before, allowed, out).await,
    }
}

/// A bucket that was made or deleted.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changed {
    /// The bucket: s3://bucket/.
    url: String,
    /// The switch for SSE-C, if it was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    sse_c: Option<SseC>,
}

/// Makes the bucket, and allows SSE-C in it where the store has such a setting.
async fn create(store: &Store, at: &Location, out: &Output) -> Result<(), Failure> {
    store.create_bucket(at).await?;
    let made = |failure: Failure| failure.leaving("; the bucket was made all the same");
    let mut sse_c = None;
    // Other stores have no such setting, or none that is set to refuse.
    if store.is_amazon()
        || store.bucket_encryption(at).await.is_ok_and(|it| it.sse_c() == SseC::Blocked)
    {
        let before = store.bucket_encryption(at).await.map_err(made)?;
        store.set_bucket_encryption(at, &before.with_sse_c(true)).await.map_err(made)?;
        sse_c = Some(SseC::Allowed);
    }
    if out.json() {
        return out.item(&Item::Create(Changed { url: at.to_string(), sse_c }));
    }
    if out.form() == Form::Lines {
        return out.line(&format!("make_bucket: {}", at.bucket));
    }
    let allowed = if sse_c.is_some() { ", SSE-C allowed" } else { "" };
    out.say(&format!("made {at}{allowed}"));
    Ok(())
}

async fn delete(store: &Store, at: &Location, out: &Output) -> Result<(), Failure> {
    store.delete_bucket(at).await?;
    if out.json() {
        return out.item(&Item::Delete(Changed { url: at.to_string(), sse_c: None }));
    }
    if out.form() == Form::Lines {
        return out.line(&format!("remove_bucket: {}", at.bucket));
    }
    out.say(&format!("deleted {at}"));
    Ok(())
}

async fn set(
    store: &Store,
    at: &Location,
    before: BucketEncryption,
    allowed: bool,
    out: &Output,
) -> Result<(), Failure> {
    let wanted = if allowed { SseC::Allowed } else { SseC::Blocked };
    if before.sse_c() == wanted {
        return report(at, &before, Some((wanted, false)), out);
    }
    store.set_bucket_encryption(at, &before.with_sse_c(allowed)).await?;
    // A store that does not know the setting accepts the configuration nevertheless.
    let after = store.bucket_encryption(at).await?;
    if after.sse_c() != wanted {
        return Err(Failure::other("the store took the configuration without the switch: it has none")
            .hint("whether it seals is shown by the first sealed `s3seal put`, which counts only with proof")
            .at(at));
    }
    report(at, &after, Some((wanted, true)), out)
}

/// `set`: the wanted switch, and whether it had to be changed.
fn report(
    at: &Location,
    encryption: &BucketEncryption,
    set: Option<(SseC, bool)>,
    out: &Output,
) -> Result<(), Failure> {
    let sse_c = encryption.sse_c();
    if out.json() {
        let found = Configuration {
            url: at.to_string(),
            sse_c,
            changed: set.map(|(_, changed)| changed),
            default_encryption: encryption.default_algorithm(),
            kms_key_id: encryption.kms_key_id(),
            bucket_key: encryption.bucket_key(),
        };
        return out.item(&match set {
            None => Item::Status(found),
            Some((SseC::Blocked, _)) => Item::Block(found),
            Some(_) => Item::Allow(found),
        });
    }
    let (said, again) = match sse_c {
        SseC::Blocked => ("blocked", "was blocked already"),
        SseC::Allowed => ("allowed", "was allowed already"),
        SseC::Unstated => ("not mentioned, so not blocked", ""),
    };
    match set {
        Some((_, changed)) => {
            out.say(&format!("{at}: SSE-C {}", if changed { said } else { again }));
            Ok(())
        }
        None => show(at, said, encryption, out),
    }
}

fn show(at: &Location, sse_c: &str, it: &BucketEncryption, out: &Output) -> Result<(), Failure> {
    let style = if it.sse_c() == SseC::Blocked { Style::Bad } else { Style::Good };
    out.styled(&Line::default().styled(Style::Strong, at.to_string()))?;
    out.styled(&Line::default().plain("  SSE-C    ").styled(style, sse_c))?;
    let kms = it.kms_key_id().map(|id| format!(" ({id})")).unwrap_or_default();
    let bucket_key = if it.bucket_key() { ", with a bucket key" } else { "" };
    let default = it.default_algorithm().unwrap_or("none");
    out.line(&format!("  default  {default}{kms}{bucket_key}"))
}
