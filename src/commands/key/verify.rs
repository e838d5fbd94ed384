//! `s3seal key verify`: whether a key still opens what was sealed with it.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::jobs::{Keys, verify};
use crate::key::KeyOptions;
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;

/// Check that your keys still open these objects
///
/// One HEAD request each; nothing is read. For cron: with `-q` it says nothing as long as all is well.
/// The exit code is 4 for an object that none of the keys opens, 6 for one that is not sealed, 3 for one
/// that is not there; of several failures the common code, else 1.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal key verify -k ./backup.key s3://backups/dump.sql s3://backups/2026/home.tar
  s3seal key verify -k ./new.key -k ./old.key --files-from sample.txt
  s3seal key verify -q -k ./backup.key s3://backups/canary  # in cron: quiet while it opens")]
pub(super) struct Args {
    /// The objects: s3://bucket/key
    #[arg(required_unless_present = "files_from", value_name = "URL")]
    urls: Vec<String>,
    /// The URLs that this file names as well, one a line, lines that begin with `#` left out; `-` is standard
    /// input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    #[command(flatten)]
    key: KeyOptions,
}

/// Errors: Only what keeps the run from starting, such as `Kind::Usage` without a key.
pub(super) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failure> {
    let objects = args.urls.iter().map(|url| url.parse::<Location>()?.object());
    let objects = objects.collect::<Result<Vec<_>, Failure>>()?;
    args.key.check_derive_as(objects.len() == 1 && args.files_from.is_none())?;
    let keys = keys(args, out)?;
    verify(objects, args.files_from.clone(), keys, connect, out).await
}

fn keys(args: &Args, out: &Output) -> Result<Keys, Failure> {
    if args.files_from.as_deref() == Some(Path::new("-")) && args.key.uses_stdin()? {
        return Err(Failure::usage("standard input cannot be both the key and the list")
            .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
    }
    let keys = Keys::load(&args.key, out)?;
    if keys.has_any() {
        return Ok(keys);
    }
    Err(Failure::usage("there is no key to verify")
        .hint("name it with -k or S3SEAL_KEY, or add a rule to config.toml"))
}
