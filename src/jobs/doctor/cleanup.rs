//! The report on the removal of the throw-away objects.

use super::report::DoctorReport;
use crate::failure::{Failure, Kind};
use crate::store::copy::Leftovers;

/// Reports what became of the throw-away objects; `count` of them were written.
pub(super) fn report_left(left: &Leftovers, count: usize, report: &mut DoctorReport) {
    let objects = match count {
        0 => "nothing was written".to_owned(),
        1 => "1 throw-away object was deleted".to_owned(),
        n => format!("{n} throw-away objects were deleted"),
    };
    match left.names.as_slice() {
        [] if left.is_confirmed => {
            report.pass("cleanup", format!("{objects}, and nothing is left"));
        }
        [] => report.pass("cleanup", objects),
        names => report.warn("cleanup", format!("left behind: {}", names.join("; ")), remedy(left)),
    }
}

fn remedy(left: &Leftovers) -> String {
    match &left.cause {
        Some(Failure { kind: Kind::Denied, .. }) if left.has_versions => {
            "grant s3:DeleteObjectVersion, or delete them with other credentials".to_owned()
        }
        Some(Failure { kind: Kind::Denied, .. }) => {
            "grant s3:DeleteObject, or delete them with other credentials".to_owned()
        }
        Some(failure) => format!("delete them later: {}", failure.detail().message),
        None => "look whether they are there, and delete them then".to_owned(),
    }
}
