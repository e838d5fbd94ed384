//! `s3seal doctor`: what stands between this machine and sealed objects, if anything does.

mod proof;
mod reach;
mod report;
mod tls;
mod trial;

use std::sync::Arc;

use reach::reach;
use report::Report;

use crate::failure::{Failure, Failures};
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::{Connect, Store};
use crate::transfer::Interrupt;

/// Check everything that sealed objects need: settings, connection, bucket, and that the store really seals
///
/// Says of each thing `pass`, `warn`, `fail` or `skip` and how to mend it, and of several faults the one that is
/// the cause. With a URL it proves what the store does: with throw-away keys it writes a few throw-away objects
/// (`.s3seal/trial-…`, some 5 MiB) at the top of the bucket, or below that folder if the credentials may not write at
/// the top, reads, copies and deletes them, all their versions. It neither reads nor sends a key of yours. Where a store does not seal, the first line says so.
///
/// The exit code is 0 where nothing failed; warnings do not count. Otherwise it is the failed check's: 5 access
/// denied, 6 the store does not seal, 8 it cannot be reached; of several their common one, else 1.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  s3seal doctor                              settings, credentials, connection and clock alone
  s3seal doctor s3://backups/db/             and that what is stored there is sealed
  s3seal doctor --json s3://backups | jq -r 'select(.status == \"fail\") | .hint'
  s3seal mock --behave ceph --tls -- s3seal doctor s3://demo     what a store is like")]
pub(crate) struct Args {
    /// The bucket to prove it in, and a folder that the credentials may write to: s3://bucket or s3://bucket/prefix
    url: Option<String>,
}

/// Why no further check can be made.
enum Stop {
    /// This check has failed.
    After(&'static str),
    /// A signal came.
    Interrupted(Failure),
}

/// Looks at one thing after the other, and returns the exit code.
///
/// # Errors
/// [`Kind::Usage`] for a URL that names no bucket; [`Kind::Interrupted`].
pub(crate) async fn run(args: &Args, connect: &Connect, out: &Output) -> Result<u8, Failures> {
    let folder = args.url.as_deref().map(to_folder).transpose()?;
    let interrupt = Interrupt::listen()?;
    let mut report = Report::default();
    let stop = match examine(folder, connect, &interrupt, &mut report).await {
        Ok(()) => None,
        Err(Stop::After(check)) => {
            report.skip_rest(&format!("`{check}` failed"));
            None
        }
        Err(Stop::Interrupted(failure)) => {
            report.skip_rest("interrupted");
            Some(failure)
        }
    };
    report.print(out)?;
    stop.map_or(Ok(report.exit_code()), |failure| Err(failure.into()))
}

async fn examine(
    folder: Option<Location>,
    connect: &Connect,
    interrupt: &Interrupt,
    report: &mut Report,
) -> Result<(), Stop> {
    let reached = async { Ok(reach(folder.as_ref(), connect, report).await) };
    let store: Arc<Store> = interrupt.race(reached).await.map_err(Stop::Interrupted)??;
    match folder {
        Some(folder) => proof::prove(&store, folder, connect, interrupt, report).await,
        None => {
            report.skip_rest("no folder was named: `s3seal doctor s3://BUCKET/PREFIX`");
            Ok(())
        }
    }
}

/// As with `-r`, a prefix means the folder of that name.
fn to_folder(url: &str) -> Result<Location, Failure> {
    let mut at: Location = url.parse()?;
    if !at.key.is_empty() && !at.key.ends_with('/') {
        at.key.push('/');
    }
    Ok(at)
}

/// Ends the examination with a check that has failed.
fn fail(report: &mut Report, check: &'static str, failure: &Failure) -> Stop {
    report.fail(check, failure);
    Stop::After(check)
}
