//! The protection of the connection: https or not, and the certificate.

use std::time::{Duration, SystemTime};

use super::limit::TimeLimit;
use super::report::{DoctorReport, Stop};
use crate::store::probe::{Certificate, Contact, ContactOutcome, Handshake, is_proxied};

/// From this time before the end of a certificate on `doctor` warns, as many certificate authorities do.
const SOON: Duration = Duration::from_secs(30 * DAY);
const DAY: u64 = 24 * 60 * 60;
/// The most names of a certificate to print: Amazon's certificates have dozens.
const MAX_NAMES: usize = 4;

/// Checks how the first request was protected.
pub(super) async fn check_tls(
    contact: &Contact,
    limit: TimeLimit,
    report: &mut DoctorReport,
) -> Result<(), Stop> {
    let Some(address) = &contact.address else {
        report.skip("tls", "nothing was sent");
        return Ok(());
    };
    if address.scheme_str() == Some("http") {
        report.warn(
            "tls",
            "plain http: nothing hides keys and objects on their way",
            "use the store's https endpoint for anything but trials on this machine",
        );
        return Ok(());
    }
    let is_proxied = is_proxied(address);
    let shown = match is_proxied {
        true => None,
        false => limit.wait(Handshake::of(address)).await.ok().flatten(),
    };
    if let ContactOutcome::Untrusted(failure) = &contact.outcome {
        let mut failure = failure.clone();
        if let Some(Handshake { certificate, .. }) = &shown {
            failure.detail_mut().message += &format!("; it is {}", described(certificate));
        }
        return Err(report.stop("tls", &failure));
    }
    match shown {
        Some(shown) => report_handshake(&shown, SystemTime::now(), report),
        None if is_proxied => report.pass("tls", "the certificate is accepted, through a proxy"),
        None => report.pass("tls", "the certificate is accepted"),
    }
    Ok(())
}

fn report_handshake(shown: &Handshake, now: SystemTime, report: &mut DoctorReport) {
    let protocol = shown.protocol.map(|protocol| format!("{protocol}, ")).unwrap_or_default();
    let group = shown.group.map(|group| format!("{group:?}, ")).unwrap_or_default();
    let said = format!("{protocol}{group}{}", described(&shown.certificate));
    match days_left(&shown.certificate, now) {
        Some(days) => report.warn(
            "tls",
            format!(
                "{said}: no client will accept it after {days} more day{}",
                if days == 1 { "" } else { "s" }
            ),
            "the operator of the store has to renew the certificate",
        ),
        None if shown.is_post_quantum() => report.pass("tls", said),
        None => report.pass(
            "tls",
            format!("{said}; not post-quantum, so what is recorded today may be read some day"),
        ),
    }
}

/// How many more days a certificate is valid. None if it is valid for longer than [`SOON`].
fn days_left(certificate: &Certificate, now: SystemTime) -> Option<u64> {
    let left = certificate.not_after.duration_since(now).unwrap_or_default();
    (left < SOON).then_some(left.as_secs() / DAY)
}

fn described(certificate: &Certificate) -> String {
    let Certificate { names, issuer, not_after } = certificate;
    let until = humantime::format_rfc3339_seconds(*not_after).to_string();
    let (until, _) = until.split_once('T').unwrap_or((&until, ""));
    let names = match names.split_at_checked(MAX_NAMES) {
        Some((first, others)) if !others.is_empty() => {
            format!("{} and {} more", first.join(", "), others.len())
        }
        _ => names.join(", "),
    };
    format!("a certificate for {names}, by {issuer}, until {until}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(names: &[&str]) -> Certificate {
        Certificate {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            issuer: "R11 (Let's Encrypt)".to_owned(),
            not_after: SystemTime::UNIX_EPOCH + Duration::from_secs(100 * DAY),
        }
    }

    #[test]
    fn a_month_before_its_end_somebody_should_act() {
        let certificate = certificate(&[]);
        let left =
            |day| days_left(&certificate, SystemTime::UNIX_EPOCH + Duration::from_secs(day * DAY));
        assert_eq!(left(0), None);
        assert_eq!(left(70), None);
        assert_eq!(left(71), Some(29));
        assert_eq!(left(100), Some(0));
        assert_eq!(left(200), Some(0));
    }

    #[test]
    fn many_names_are_counted() {
        let described = |names: &[&str]| described(&certificate(names));
        assert_eq!(
            described(&["a", "b", "c", "d"]),
            "a certificate for a, b, c, d, by R11 (Let's Encrypt), until 1970-04-11"
        );
        assert!(described(&["a", "b", "c", "d", "e", "f"]).contains("a, b, c, d and 2 more"));
    }
}
