//! `s3seal put`: seal a file, or what comes through a pipe, and store it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::keys;
use crate::failure::Failure;
use crate::key::KeyArgs;
use crate::location::Location;
use crate::output::Output;
use crate::store::{Attributes, Condition, Connect, Encryption, Store, Stored, Write};
use crate::transfer::{Engine, Interrupt, Progress, Source, TransferOptions};

/// Seal a file with your key and store it
///
/// The object counts as written only once the store has proven that it used your key; what a store
/// kept in plaintext is removed again. Without a key nothing is written, unless `--no-key` or `--sse`
/// says so.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal put -k ./backup.key dump.sql s3://backups/2026/           keeps the file's name
  pg_dump db | s3seal put -k ./backup.key - s3://backups/db.sql    from a pipe
  s3seal put -k cmd:'pass show s3' app.tar s3://ci/app.tar --if-none-match '*'
  s3seal put --sse aws:kms public.tar s3://ci/public.tar           the store's key, not yours")]
pub struct Args {
    /// The file; `-` is standard input
    source: PathBuf,
    /// Where to: s3://bucket/key, or s3://bucket/folder/ to keep the file's name
    dest: String,
    #[command(flatten)]
    key: KeyArgs,
    /// Store it without a key of yours, as the bucket does by default
    #[arg(long, conflicts_with_all = ["key", "sse"])]
    no_key: bool,
    /// Let the store encrypt it with a key that the store manages
    #[arg(long, value_name = "ALGORITHM", value_parser = ["AES256", "aws:kms", "aws:kms:dsse"], conflicts_with = "key")]
    sse: Option<String>,
    /// The KMS key for `--sse aws:kms`: its id, ARN or alias
    #[arg(long, value_name = "ID", requires = "sse")]
    sse_kms_key_id: Option<String>,
    #[command(flatten)]
    condition: Condition,
    #[command(flatten)]
    attributes: Attributes,
    #[command(flatten)]
    transfer: TransferOptions,
}

/// What `--json` prints of an upload.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    op: &'static str,
    url: String,
    bytes: u64,
    sealed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_md5: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sse: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<&'a str>,
    #[serde(rename = "checksumCRC64NVME")]
    checksum_crc64nvme: &'a str,
}

/// Writes one object.
///
/// # Errors
/// [`Failure::Usage`] without a key and without saying that none is wanted; whatever else stands in
/// the way.
pub async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let at = destination(&args.dest, &args.source)?;
    let encryption = encryption(args, out)?;
    // Only now: while a key is read there is nothing to clean up, and Ctrl-C should just end it.
    let interrupt = Interrupt::listen()?;
    let source = interrupt.race(open(args.source.clone())).await?;
    let store = interrupt.race(Store::connect(connect, encryption.key().is_some())).await?;
    if !args.attributes.metadata.is_empty() && encryption.key().is_some() && out.interactive() {
        out.say("note: metadata and tags are never encrypted, whatever the key");
    }

    let mut attributes = args.attributes.clone();
    if attributes.content_type.is_none() {
        attributes.content_type = Some(guess_content_type(&args.source, &at));
    }
    let write = Write {
        at: at.clone(),
        encryption: encryption.clone(),
        attributes,
        condition: args.condition.clone(),
    };
    let engine = Engine::new(store, &args.transfer, interrupt, Progress::start(out.progress()));
    let stored = engine.upload(source, write).await?;
    if engine.store().refuses_checksums() {
        out.say("note: the store takes no checksums, so only the connection guarded the bytes on their way");
    }
    if let Some(note) = &stored.note {
        out.say(&format!("note: {note}"));
    }
    report(&at, &encryption, &stored, out)
}

fn report(
    at: &Location,
    encryption: &Encryption,
    stored: &Stored,
    out: &Output,
) -> Result<(), Failure> {
    let key_md5 = encryption.key().map(|key| key.md5_base64());
    let managed = match encryption {
        Encryption::Managed { algorithm, .. } => Some(algorithm.as_str()),
        _ => None,
    };
    if out.json() {
        return out.item(&Item {
            op: "put",
            url: at.to_string(),
            bytes: stored.bytes,
            sealed: key_md5.is_some(),
            key_md5,
            sse: managed,
            etag: stored.etag.as_deref(),
            version_id: stored.version_id.as_deref(),
            checksum_crc64nvme: &stored.checksum_crc64nvme,
        });
    }
    let bytes = stored.bytes;
    match (key_md5, managed) {
        (Some(md5), _) => out.say(&format!("sealed {at} ({bytes} bytes, key-MD5 {md5})")),
        (None, Some(sse)) => {
            out.say(&format!("stored {at} ({bytes} bytes, encrypted by the store: {sse})"));
        }
        (None, None) => out.say(&format!("stored {at} ({bytes} bytes, not sealed)")),
    }
    Ok(())
}

/// Where the object goes: a folder of objects takes the file's name.
fn destination(dest: &str, source: &Path) -> Result<Location, Failure> {
    let at: Location = dest.parse()?;
    if !at.is_folder() {
        return at.object();
    }
    let name = source.file_name().and_then(|name| name.to_str()).filter(|name| *name != "-");
    match name {
        Some(name) => at.join(name).object(),
        None => Err(Failure::usage(format!("{at} is a folder, and the input has no name to keep"))
            .hint("give the object's whole key: s3://bucket/folder/name")),
    }
}

fn encryption(args: &Args, out: &Output) -> Result<Encryption, Failure> {
    if args.no_key {
        return Ok(Encryption::BucketDefault);
    }
    if let Some(algorithm) = &args.sse {
        return Ok(Encryption::Managed {
            algorithm: algorithm.clone(),
            kms_key_id: args.sse_kms_key_id.clone(),
        });
    }
    if args.source == Path::new("-") && args.key.uses_stdin()? {
        return Err(Failure::usage("standard input cannot be both the key and the object")
            .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
    }
    let key = keys(&args.key, out)?.into_iter().next().ok_or_else(|| {
        Failure::usage("no key was given, and nothing is written unsealed by accident").hint(
            "name a key with -k or S3SEAL_KEY (`s3seal keygen -o FILE` makes one), or say --no-key or --sse",
        )
    })?;
    Ok(Encryption::CustomerKey(key))
}

/// Opening a FIFO waits until somebody writes to it.
async fn open(path: PathBuf) -> Result<Source, Failure> {
    tokio::task::spawn_blocking(move || Source::open(&path))
        .await
        .unwrap_or_else(|_| Err(Failure::other("the input's opener ended unexpectedly")))
}

/// What is said where nothing can be guessed: left unsaid, each store has a default of its own.
const UNKNOWN_CONTENT_TYPE: &str = "application/octet-stream";

fn guess_content_type(source: &Path, at: &Location) -> String {
    let by_source = mime_guess::from_path(source).first_raw();
    let guessed = by_source.or_else(|| mime_guess::from_path(at.name()).first_raw());
    guessed.unwrap_or(UNKNOWN_CONTENT_TYPE).to_owned()
}
