//! The checks that need no object: settings, credentials, connection, clock, bucket, and whether it allows SSE-C.

use std::sync::Arc;
use std::time::Duration;

use super::report::{DoctorReport, Stop};
use super::tls::check_tls;
use crate::failure::{Failure, Kind};
use crate::key::ring::ConfigKeys;
use crate::location::Location;
use crate::store::SseC;
use crate::store::explain::sse_c_is_blocked;
use crate::store::probe::{ContactOutcome, Settings, is_proxied};
use crate::store::wire::{Connect, Store};

/// The clock difference in seconds from which on `doctor` warns.
const WARN_SKEW: i64 = 60;
/// The largest clock difference in seconds with which S3 accepts a signature (AWS, "Authenticating Requests").
const MAX_SKEW: i64 = 15 * 60;

/// Checks everything that must hold before an object can be written to the folder, and returns the store.
pub(super) async fn reach(
    folder: Option<&Location>,
    connect: &Connect,
    report: &mut DoctorReport,
) -> Result<Arc<Store>, Stop> {
    check_config(report);
    let settings = Settings::load(connect).await;
    let settings = settings.map_err(|failure| report.stop("credentials", &failure))?;
    let store = Store::connect(connect).await;
    let store = store.map_err(|failure| report.stop("endpoint", &failure))?;
    let signer = check_credentials(&settings, &store, report).await?;
    let endpoint = describe_endpoint(&settings, &store);
    // Neither a throw-away key nor a signature is sent over plain http.
    if let Err(failure) = store.check_may_send_keys() {
        report.pass("endpoint", endpoint);
        return Err(report.stop("tls", &failure));
    }
    let contact = store.contact(folder).await;
    match &contact.outcome {
        ContactOutcome::Silent(failure) => {
            let is_proxied = contact.address.as_ref().is_some_and(is_proxied);
            let failure = if is_proxied { blame_proxy(failure) } else { failure.clone() };
            return Err(report.stop("endpoint", &failure));
        }
        ContactOutcome::Refused(failure) if folder.is_none() => {
            return Err(report.stop("endpoint", failure));
        }
        _ => report.pass("endpoint", endpoint),
    }
    check_tls(&contact, report).await?;
    match &contact.outcome {
        ContactOutcome::Credentials(failure) => {
            let mut failure = failure.clone();
            failure.detail_mut().message += &format!(" ({signer})");
            return Err(report.stop("credentials", &failure));
        }
        outcome => check_clock(contact.clock_ahead, outcome, report)?,
    }
    if let Some(folder) = folder {
        check_bucket(folder, contact.outcome, report)?;
        check_switch(&store, folder, report).await?;
    }
    Ok(Arc::new(store))
}

/// Adds to the failure that the proxy may be the one that did not answer: requests go through it.
fn blame_proxy(failure: &Failure) -> Failure {
    let mut failure = failure.clone();
    failure.detail_mut().message +=
        ", or not its proxy: requests go through the one that the environment names";
    failure.hint("check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or leave it out for this host with NO_PROXY")
}

fn check_config(report: &mut DoctorReport) {
    let ring = match ConfigKeys::load(None) {
        Ok(ring) => ring,
        // The other checks do not depend on config.toml: the proof generates its own keys.
        Err(failure) => return report.fail("config", &failure),
    };
    let Some(path) = ring.file() else {
        return report.pass("config", "no config.toml: keys come from -k or S3SEAL_KEY");
    };
    let names: Vec<&str> = ring.names().collect();
    let keys = match names.as_slice() {
        [] => "no keys".to_owned(),
        [name] => format!("1 key ({name})"),
        names => format!("{} keys ({})", names.len(), names.join(", ")),
    };
    let rules = match ring.rules() {
        1 => "1 rule".to_owned(),
        n => format!("{n} rules"),
    };
    report.pass("config", format!("{}: {keys}, {rules}", path.display()));
}

/// Returns a short description of the signer.
async fn check_credentials(
    settings: &Settings<'_>,
    store: &Store,
    report: &mut DoctorReport,
) -> Result<String, Stop> {
    let identity = settings.identity(store).await;
    let identity = identity.map_err(|failure| report.stop("credentials", &failure))?;
    let Some(identity) = identity else {
        let said = "requests are not signed";
        report.pass("credentials", format!("{said}: --no-sign-request"));
        return Ok(said.to_owned());
    };
    let signer = match identity.key_id_end.as_str() {
        "" => format!("from {}", identity.from),
        end => format!("access key …{end}, from {}", identity.from),
    };
    let expires =
        identity.expires.map(|end| format!(", until {}", humantime::format_rfc3339_seconds(end)));
    report.pass("credentials", format!("{signer}{}", expires.unwrap_or_default()));
    Ok(signer)
}

fn describe_endpoint(settings: &Settings<'_>, store: &Store) -> String {
    let region = settings.region(store);
    let region = format!("region {} ({})", region.value, region.from);
    match settings.endpoint(store) {
        Some(endpoint) => format!("{} ({}), {region}", endpoint.value, endpoint.from),
        None => format!("Amazon S3, {region}"),
    }
}

fn check_clock(
    ahead: Option<i64>,
    outcome: &ContactOutcome,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let said = ahead.map(|ahead| match ahead {
        0 => "this machine's clock and the store's agree".to_owned(),
        ahead => {
            let apart = humantime::format_duration(Duration::from_secs(ahead.unsigned_abs()));
            let side = if ahead > 0 { "behind" } else { "ahead of" };
            format!("this machine's clock is {apart} {side} the store's")
        }
    });
    if let ContactOutcome::Clock(failure) = outcome {
        let mut failure = failure.clone();
        if let Some(said) = said {
            failure.detail_mut().message = format!("{said}: it refuses what is signed here");
        }
        return Err(report.stop("clock", &failure));
    }
    let hint = "set the clock (for instance `timedatectl set-ntp true`)";
    match (ahead.map(i64::abs), said) {
        // Requests are signed again with the store's time, but presigned URLs are not.
        (Some(apart), Some(said)) if apart > MAX_SKEW => {
            let failure = Failure::denied(format!("{said}: presigned URLs made here are refused"));
            return Err(report.stop("clock", &failure.hint(hint)));
        }
        (Some(apart), Some(said)) if apart > WARN_SKEW => report.warn("clock", said, hint),
        (_, Some(said)) => report.pass("clock", said),
        (_, None) => report.skip("clock", "the store does not tell the time"),
    }
    Ok(())
}

fn check_bucket(
    folder: &Location,
    outcome: ContactOutcome,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let bucket = &folder.bucket;
    match outcome {
        ContactOutcome::Refused(failure @ Failure { kind: Kind::Denied, .. }) => {
            let detail = failure.detail();
            let hint = detail.hint.as_ref().map(ToString::to_string).unwrap_or_default();
            report.warn("bucket", format!("{bucket}: {}", detail.message), hint);
            Ok(())
        }
        ContactOutcome::Refused(failure) => Err(report.stop("bucket", &failure)),
        ContactOutcome::Answered(Some(region)) => {
            report.pass("bucket", format!("{bucket} is there, in region {region}"));
            Ok(())
        }
        _ => {
            report.pass("bucket", format!("{bucket} is there"));
            Ok(())
        }
    }
}

async fn check_switch(
    store: &Store,
    folder: &Location,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    match store.bucket_encryption(folder).await.map(|found| found.sse_c()) {
        Ok(SseC::Allowed) => report.pass("sse-c", "the bucket allows it"),
        Ok(SseC::Unstated) => report.pass("sse-c", "the bucket does not block it"),
        Ok(SseC::Blocked) => {
            let failure = sse_c_is_blocked(&folder.bucket);
            return Err(report.stop("sse-c", &failure));
        }
        Err(failure @ Failure { kind: Kind::NotFound, .. }) => {
            return Err(report.stop("bucket", &failure));
        }
        Err(failure) if failure.is(Kind::Denied) => {
            let detail = failure.detail();
            report.warn(
                "sse-c",
                &*detail.message,
                detail.hint.as_ref().map(ToString::to_string).unwrap_or_default(),
            );
        }
        Err(failure) => report.skip("sse-c", failure.detail().message.clone()),
    }
    Ok(())
}
