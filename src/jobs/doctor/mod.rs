//! The checks of `doctor`, from the settings to a live proof with throw-away objects.
//!
//! - `report`: the results of the checks
//! - `limit`: the time limit of a check
//! - `rules`: the judgement of the rules of config.toml
//! - `config`: config.toml, its keys, and the endpoints of its rules
//! - `tls`: the certificate and the TLS version
//! - `bucket`: the bucket, its versions, and its switch for SSE-C
//! - `reach`: settings, credentials, endpoint and clock
//! - `trial`: throw-away objects; a signal stops the work between them
//! - `own`: failures about objects that `doctor` itself has made
//! - `proof`, `copies`, `presigned`: the checks with throw-away objects
//! - `cleanup`: the report on their removal

mod bucket;
mod cleanup;
mod config;
mod copies;
mod limit;
mod own;
mod presigned;
mod proof;
mod reach;
mod report;
mod rules;
mod tls;
mod trial;

use std::time::Duration;

pub(crate) use report::DoctorRecord;

use limit::TimeLimit;
use reach::reach;
use report::{DoctorReport, Stop};

use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Connect;
use crate::transfer::Interrupt;

/// Makes all checks, prints the results, and returns the exit code.
/// Errors: `Kind::Interrupted`; `Kind::Other` if stdout cannot be written.
pub(crate) async fn run(
    folder: Option<Location>,
    time_limit: Duration,
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let interrupt = Interrupt::listen()?;
    let mut report = DoctorReport::new(out);
    let limit = TimeLimit::new(time_limit);
    let interrupted = match examine(folder, limit, connect, &interrupt, &mut report).await {
        Ok(()) => None,
        Err(Stop::Failed(check)) => {
            report.skip_rest(&format!("`{check}` failed"));
            None
        }
        Err(Stop::Interrupted(failure)) => {
            report.skip_rest("interrupted");
            Some(failure)
        }
    };
    let code = report.exit_code();
    report.finish()?;
    interrupted.map_or(Ok(code), Err)
}

async fn examine(
    folder: Option<Location>,
    limit: TimeLimit,
    connect: &Connect,
    interrupt: &Interrupt,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let reached = async { Ok(reach(folder.as_ref(), limit, connect, report).await) };
    let store = interrupt.race(reached).await.map_err(Stop::Interrupted)??;
    let Some(folder) = folder else {
        report.skip_rest("no folder was named: `s3seal doctor s3://BUCKET/PREFIX`");
        return Ok(());
    };
    proof::prove(&store, folder, limit, connect, interrupt, report).await
}
