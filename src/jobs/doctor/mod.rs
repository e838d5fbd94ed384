//! The checks of `doctor`, from the settings to a live proof with throw-away objects.
//!
//! - `report`: the results of the checks
//! - `tls`: the certificate and the TLS version
//! - `reach`: settings, credentials, endpoint, clock and bucket
//! - `trial`: throw-away objects; a signal stops the work between them
//! - `proof`: the checks with throw-away objects

mod proof;
mod reach;
mod report;
mod tls;
mod trial;

pub(crate) use report::DoctorRecord;

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
    connect: &Connect,
    out: &Output,
) -> Result<u8, Failure> {
    let interrupt = Interrupt::listen()?;
    let mut report = DoctorReport::default();
    let interrupted = match examine(folder, connect, &interrupt, &mut report).await {
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
    report.print(out)?;
    interrupted.map_or(Ok(report.exit_code()), Err)
}

async fn examine(
    folder: Option<Location>,
    connect: &Connect,
    interrupt: &Interrupt,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let reached = async { Ok(reach(folder.as_ref(), connect, report).await) };
    let store = interrupt.race(reached).await.map_err(Stop::Interrupted)??;
    let Some(folder) = folder else {
        report.skip_rest("no folder was named: `s3seal doctor s3://BUCKET/PREFIX`");
        return Ok(());
    };
    proof::prove(&store, folder, connect, interrupt, report).await
}
