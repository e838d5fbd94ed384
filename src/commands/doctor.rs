//! `s3seal doctor`: what stands between this machine and sealed objects, if anything does.

use std::time::Duration;

use crate::failure::{Failure, Failures};
use crate::jobs::doctor;
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;

/// Check settings, connection and bucket, and that the store really seals
///
/// Prints a line as soon as a check is done: `pass`, `warn`, `fail` or `skip`, what was found, and how to mend it; of several
/// faults the one that is the cause. What a store cannot do, and s3seal does without, is a `warn`.
///
/// Of config.toml it checks the rules, that the keys can be read from their files and variables (no command is run), and that
/// the endpoints of the rules accept a connection. No key of yours is sent anywhere.
///
/// With a URL it proves what the store does: with throw-away keys it writes a few throw-away objects
/// (`.s3seal/trial-…`, some 5 MiB) at the top of the bucket, or below that folder if the credentials may not write at
/// the top, reads, copies and deletes them, all their versions. With --json, all lines come at the end, and where a store does
/// not seal, the first one says so.
///
/// The exit code is 0 where nothing failed; warnings do not count. Otherwise it is the failed check's: 5 access
/// denied, 4 a key of config.toml that should seal there cannot be read, 6 the store does not seal, 8 it cannot be reached; of several their common one, else 1.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal doctor  # settings, credentials, connection and clock alone
  s3seal doctor s3://backups/db/  # and that what is stored there is sealed
  s3seal doctor --json s3://backups | jq -r 'select(.status == \"fail\") | .hint'
  s3seal mock --behave ceph --tls -- s3seal doctor s3://demo  # what a store is like")]
pub(crate) struct Args {
    /// The bucket to prove it in, and a folder that the credentials may write to: s3://bucket or s3://bucket/prefix
    url: Option<String>,
    /// Give up a check after this time; six times that for credentials, for the upload of 5 MiB, and for the removal of the
    /// throw-away objects
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = clap::value_parser!(u64).range(1..=3600))]
    time_limit: u64,
}

/// Errors: `Kind::Usage` for a URL that names no bucket; `Kind::Interrupted`.
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failures> {
    let folder = args.url.as_deref().map(to_folder).transpose()?;
    Ok(doctor::run(folder, Duration::from_secs(args.time_limit), connect, out).await?)
}

/// Parses a prefix as the folder of that name, as `-r` does.
fn to_folder(url: &str) -> Result<Location, Failure> {
    let mut at: Location = url.parse()?;
    if !at.key.is_empty() && !at.key.ends_with('/') {
        at.key.push('/');
    }
    Ok(at)
}
