//! The checks that need no object: settings, credentials, connection and clock, then those of the bucket.

use std::sync::Arc;
use std::time::Duration;

use super::bucket::check_bucket;
use super::config::check_config;
use super::limit::TimeLimit;
use super::report::{DoctorReport, Stop};
use super::tls::check_tls;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::probe::{ContactOutcome, Identity, Settings, is_proxied};
use crate::store::wire::{Connect, Store};

/// The clock difference in seconds from which on `doctor` warns.
const WARN_SKEW: i64 = 60;
/// The largest clock difference in seconds with which S3 accepts a signature (AWS, "Authenticating Requests").
const MAX_SKEW: i64 = 15 * 60;

/// Credentials may come from a program that asks for a password, or from a service that is started for it.
const OF_CREDENTIALS: u32 = 6;

/// Checks everything that must hold before an object can be written to the folder, and returns the store.
pub(super) async fn reach(
    folder: Option<&Location>,
    limit: TimeLimit,
    connect: &Connect,
    report: &mut DoctorReport,
) -> Result<Arc<Store>, Stop> {
    check_config(folder, connect.allow_http, limit, report).await;
    let patience = limit.times(OF_CREDENTIALS);
    let settings = patience.wait(Settings::load(connect)).await.and_then(|settings| settings);
    let settings = settings.map_err(|failure| report.stop("credentials", &failure))?;
    let store = patience.wait(Store::connect(connect)).await.and_then(|store| store);
    let store = store.map_err(|failure| report.stop("endpoint", &failure))?;
    let identity = patience.wait(settings.identity(&store)).await.and_then(|identity| identity);
    let identity = identity.map_err(|failure| report.stop("credentials", &failure))?;
    let (signer, credentials) = describe(identity);
    let endpoint = describe_endpoint(&settings, &store);
    // Neither a throw-away key nor a signature is sent over plain http.
    if let Err(failure) = store.check_may_send_keys() {
        report.pass("credentials", credentials);
        report.pass("endpoint", endpoint);
        return Err(report.stop("tls", &failure));
    }
    let contact = match limit.wait(store.contact(folder)).await {
        Ok(contact) => contact,
        Err(failure) => {
            report.pass("credentials", credentials);
            return Err(report.stop("endpoint", &failure));
        }
    };
    let refused = match &contact.outcome {
        ContactOutcome::Credentials(failure) => {
            let mut failure = failure.clone();
            failure.detail_mut().message += &format!(" ({signer})");
            Some(report.stop("credentials", &failure))
        }
        _ => {
            report.pass("credentials", credentials);
            None
        }
    };
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
    check_tls(&contact, limit, report).await?;
    if let Some(stop) = refused {
        return Err(stop);
    }
    check_clock(contact.clock_ahead, &contact.outcome, report)?;
    if let Some(folder) = folder {
        check_bucket(&store, folder, contact.outcome, limit, report).await?;
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

/// A short description of the signer, and what the check says.
fn describe(identity: Option<Identity>) -> (String, String) {
    let Some(identity) = identity else {
        let said = "requests are not signed";
        return (said.to_owned(), format!("{said}: --no-sign-request"));
    };
    let signer = match identity.key_id_end.as_str() {
        "" => format!("from {}", identity.from),
        end => format!("access key …{end}, from {}", identity.from),
    };
    let expires =
        identity.expires.map(|end| format!(", until {}", humantime::format_rfc3339_seconds(end)));
    let said = format!("{signer}{}", expires.unwrap_or_default());
    (signer, said)
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
