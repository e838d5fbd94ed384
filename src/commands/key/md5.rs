//! `s3seal key md5`: what S3 calls a key.

use schemars::JsonSchema;
use serde::Serialize;

use super::Chosen;
use crate::failure::Failure;
use crate::key::core::LoadedKey;
use crate::output::Output;

/// Print the key-MD5 alone, a line a key
///
/// It is base64 of the MD5 of the 32 key bytes: the value of the header
/// x-amz-server-side-encryption-customer-key-MD5, which S3 shows with every object sealed with
/// that key. It is no secret.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key md5 ./backup.key  # the MD5 of the key in this file
  s3seal key md5  # the MD5 of the key in S3SEAL_KEY
  pass show backup | s3seal key md5 stdin  # the MD5 of the key that another program prints")]
pub(super) struct Args {
    #[command(flatten)]
    chosen: Chosen,
}

/// What `--json` prints for each key.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(in crate::commands) enum Item<'a> {
    /// A key's MD5.
    KeyMd5 {
        /// Where the key was read: a file, a variable, a command, or its name in config.toml.
        source: &'a str,
        /// The MD5 of the key, in base64, as S3 shows it.
        key_md5: String,
    },
}

/// Errors: If there is no key, or it cannot be read.
pub(super) fn run(args: &Args, out: &Output) -> Result<(), Failure> {
    let ring = args.chosen.load()?;
    ring.warnings.iter().for_each(|warning| out.warn(warning));
    for LoadedKey { key, source, .. } in &ring.keys {
        let key_md5 = key.md5_base64();
        if out.json() {
            out.item(&Item::KeyMd5 { source, key_md5 })?;
        } else {
            out.line(&key_md5)?;
        }
    }
    Ok(())
}
