//! `s3seal key verify`: whether a key still opens what was sealed with it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::jobs::{Keys, verify};
use crate::key::KeyOptions;
use crate::location::{Location, is_web_url};
use crate::output::Output;
use crate::store::wire::Connect;
use crate::text::redaction::looks_secret;

/// Check that your keys still open these objects
///
/// One HEAD request each; nothing is read. For cron: with `-q` it says nothing as long as all is well.
/// The exit code is 4 for an object that none of the keys opens, 6 for one that is not sealed, 3 for one
/// that is not there; of several failures the common code, else 1.
///
/// A key may stand in any form that `key convert` writes, also among the other lines of a tool's configuration
/// (rclone.conf, litestream.yml, …). With `--for`, the operands are such files: it proves that what was exported
/// opens the object.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key verify -k ./backup.key s3://backups/dump.sql s3://backups/2026/home.tar
  s3seal key verify -k ./new.key -k ./old.key --files-from sample.txt
  s3seal key verify ~/.config/rclone/rclone.conf --for s3://backups/dump.sql
  s3seal key verify -q -k ./backup.key s3://backups/canary  # in cron: quiet while it opens")]
pub(super) struct Args {
    /// The objects: s3://bucket/object; with `--for`, the sources of the keys to check
    #[arg(required_unless_present_any = ["files_from", "objects"], value_name = "URL")]
    operands: Vec<OsString>,
    /// The object to open; the operands are then sources of keys, as with -k. Repeatable
    #[arg(long = "for", value_name = "URL")]
    objects: Vec<String>,
    /// The URLs that this file names as well, one a line, lines that begin with `#` left out; `-` is standard
    /// input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    #[command(flatten)]
    key: KeyOptions,
}

/// Errors: Only what keeps the run from starting, such as `Kind::Usage` without a key.
pub(super) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let mut key = args.key.clone();
    let objects = if args.objects.is_empty() {
        args.operands.iter().map(|operand| object(operand)).collect::<Result<Vec<_>, Failure>>()?
    } else {
        args.operands.iter().try_for_each(|operand| check_source(operand))?;
        if !args.operands.is_empty() && key.aws_cli.is_given() {
            return Err(Failure::usage("aws-cli's options name one key, and the operands others")
                .hint("name the keys one way"));
        }
        key.key.splice(0..0, args.operands.iter().cloned());
        let objects = args.objects.iter().map(|url| url.parse::<Location>()?.object());
        objects.collect::<Result<Vec<_>, Failure>>()?
    };
    key.check_derive_as(objects.len() == 1 && args.files_from.is_none())?;
    let keys = keys(&key, args.files_from.as_deref(), out)?;
    verify(objects, args.files_from.clone(), keys, connect, out).await
}

fn object(operand: &OsStr) -> Result<Location, Failure> {
    let text = operand.to_string_lossy();
    if !looks_secret(&text) && !is_web_url(&text) && Path::new(operand).is_file() {
        return Err(Failure::usage(format!("`{text}` is a file, not an s3:// URL")).hint(
            "name the key with -k, or name the object that it is to open: `--for s3://BUCKET/KEY`",
        ));
    }
    text.parse::<Location>()?.object()
}

fn check_source(operand: &OsStr) -> Result<(), Failure> {
    let text = operand.to_string_lossy();
    if text.starts_with("s3://") || is_web_url(&text) {
        return Err(Failure::usage(
            "with --for, the operands are sources of keys, and one is a URL",
        )
        .hint(
            "repeat --for for each object, or name the keys with -k and the objects as operands",
        ));
    }
    Ok(())
}

fn keys(key: &KeyOptions, list: Option<&Path>, out: &Output) -> Result<Keys, Failure> {
    if list == Some(Path::new("-")) && key.uses_stdin()? {
        return Err(Failure::usage("standard input cannot be both the key and the list")
            .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
    }
    let keys = Keys::load_exported(key, out)?;
    if keys.has_any() {
        return Ok(keys);
    }
    Err(Failure::usage("there is no key to verify")
        .hint("name it with -k or S3SEAL_KEY, or add a rule to config.toml"))
}
