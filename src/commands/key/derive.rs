//! `s3seal key derive`: the key of one object alone.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::Failure;
use crate::jobs::Keys;
use crate::key::KeyOptions;
use crate::key::core::{Encoding, create_key_file};
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::{Connect, Store};

/// Derive the key of one object from a master key, to share that object alone
///
/// Where config.toml says `derive = true` of a key, each object is sealed with a key of its own: a user who
/// is given one can open that object and no other. It is
/// HKDF-SHA256(IKM = the master's 32 bytes, salt = "s3seal", info = "s3seal object key v1", a zero byte, the
/// bucket, a zero byte, the key; 32 bytes), so that it can be made without this program. All versions
/// of an object share it. An object that was replicated, or that is read through an access point, keeps the
/// key of its origin: name that with --derive-as or `derive_bucket`.
///
/// Nothing is sent to the store.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key derive s3://backups/dump.sql  # from the key that a rule gives it
  s3seal key derive -k ./master.key s3://backups/dump.sql -o dump.key
  s3seal get -k ./dump.key s3://backups/dump.sql  # whoever was given that file")]
pub(super) struct Args {
    /// The object: s3://bucket/object
    url: String,
    #[command(flatten)]
    key: KeyOptions,
    /// Write the key to this new file (mode 0600, never overwritten); `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What `--json` prints.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(in crate::commands) enum Item<'a> {
    /// The derived key of one object.
    KeyDerive {
        /// The object: s3://bucket/object.
        url: String,
        /// The derived key itself, in base64; absent with -o.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
        /// The MD5 of the derived key, in base64, as S3 shows it.
        key_md5: String,
        /// The file that holds the key, with -o.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
}

/// Errors: `Kind::Usage` without a key, or where it is not clear whose name counts; `Kind::Key` for a weak master;
/// `Kind::Precondition` if the file exists.
pub(super) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<(), Failure> {
    let at = args.url.parse::<Location>()?.object()?;
    let keys = Keys::load(&args.key, out)?;
    let store = Store::connect(connect).await?;
    let derived = keys.derived(&store, &at)?;
    let key_md5 = derived.key.md5_base64();
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = output {
        create_key_file(path, &derived.key, Encoding::Base64)?;
    }
    let text = derived.key.base64();
    if out.json() {
        return out.item_with_key(&Item::KeyDerive {
            url: at.to_string(),
            key: output.is_none().then_some(text.as_str()),
            key_md5,
            file: output.map(|path| path.display().to_string()),
        });
    }
    match output {
        Some(_) => out.say(&format!("key-MD5: {key_md5}")),
        None => out.line_with_key(&text)?,
    }
    Ok(())
}
