//! The checks of the bucket: that it is there, whether it keeps versions, and whether it allows SSE-C.

use super::limit::TimeLimit;
use super::report::{DoctorReport, Stop};
use crate::failure::{Failure, Kind};
use crate::location::Location;
use crate::store::explain::sse_c_is_blocked;
use crate::store::probe::ContactOutcome;
use crate::store::wire::Store;
use crate::store::{BucketEncryption, ObjectLock, SseC, Versioning};

/// `outcome`: the answer to the first request, which listed the folder.
pub(super) async fn check_bucket(
    store: &Store,
    folder: &Location,
    outcome: ContactOutcome,
    limit: TimeLimit,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let bucket = &folder.bucket;
    let listed = match outcome {
        ContactOutcome::Refused(failure) if failure.is(Kind::Denied) => Err(failure),
        ContactOutcome::Refused(failure) => return Err(report.stop("bucket", &failure)),
        ContactOutcome::Answered(region) => Ok(region),
        _ => Ok(None),
    };
    let found = limit.wait(store.bucket_encryption(folder)).await.and_then(|found| found);
    match (listed, &found) {
        // Where the bucket was listed, it is there: the store lacks the setting.
        (Err(_), Err(failure)) if is_absent(failure) => return Err(report.stop("bucket", failure)),
        (Err(failure), _) => warn(report, "bucket", &format!("{bucket}: "), &failure),
        (Ok(Some(region)), _) => {
            report.pass("bucket", format!("{bucket} is there, in region {region}"));
        }
        (Ok(None), _) => report.pass("bucket", format!("{bucket} is there")),
    }
    check_versions(store, folder, limit, report).await;
    check_switch(folder, found, report)
}

fn is_absent(failure: &Failure) -> bool {
    failure.is(Kind::NotFound) && failure.detail().code.as_deref() == Some("NoSuchBucket")
}

/// Describes versions and object lock: they decide what is left of objects that are replaced or deleted.
async fn check_versions(
    store: &Store,
    folder: &Location,
    limit: TimeLimit,
    report: &mut DoctorReport,
) {
    let deadline = limit.begin();
    let versioning = match deadline.wait(store.versioning(folder)).await {
        Ok(Ok(versioning)) => versioning,
        Ok(Err(failure)) | Err(failure) => {
            return report.skip("versioning", failure.detail().message.clone());
        }
    };
    let said = match versioning {
        Versioning::Enabled => "the bucket keeps the versions of its objects",
        Versioning::Suspended => "suspended: what is replaced or deleted from now on is gone",
        Versioning::Never => "none are kept: what is replaced or deleted is gone",
    };
    // Object lock needs versions.
    let lock = match versioning {
        Versioning::Enabled => deadline.wait(store.object_lock(folder)).await.ok().flatten(),
        _ => None,
    };
    match lock {
        None => report.pass("versioning", said),
        Some(ObjectLock::Unset) => {
            report.pass("versioning", format!("{said}, and object lock is on"));
        }
        Some(ObjectLock::Default(retention)) => report.warn(
            "versioning",
            format!("{said}, and object lock retains each one ({retention})"),
            "throw-away objects, and versions that `rotate` replaces, stay until then: choose another bucket for trials",
        ),
    }
}

fn check_switch(
    folder: &Location,
    found: Result<BucketEncryption, Failure>,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    match found.map(|found| found.sse_c()) {
        Ok(SseC::Allowed) => report.pass("sse-c", "the bucket allows it"),
        Ok(SseC::Unstated) => report.pass("sse-c", "the bucket does not block it"),
        Ok(SseC::Blocked) => {
            let failure = sse_c_is_blocked(&folder.bucket);
            return Err(report.stop("sse-c", &failure));
        }
        Err(failure) if failure.is(Kind::Denied) => warn(report, "sse-c", "", &failure),
        Err(failure) if failure.is(Kind::NotFound) => {
            report.skip("sse-c", "the store does not show the bucket's encryption configuration");
        }
        Err(failure) => report.skip("sse-c", failure.detail().message.clone()),
    }
    Ok(())
}

fn warn(report: &mut DoctorReport, check: &'static str, about: &str, failure: &Failure) {
    let detail = failure.detail();
    let hint = detail.hint.as_ref().map(ToString::to_string).unwrap_or_default();
    report.warn(check, format!("{about}{}", detail.message), hint);
}
