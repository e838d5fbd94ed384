//! Checks before anything is sent whether a presigned URL allows the request, and names the option to change if not.

use std::time::SystemTime;

use crate::failure::{Advice, Failure};
use crate::store::learned::CHECKSUM_MODE;
use crate::store::seal;
use crate::store::wire::http::is_loopback;
use crate::store::wire::{Connect, SignedUrl};

/// Fails if the URL does not allow the request. `sent` holds the request headers that result from options, in lower
/// case.
pub(super) fn check(
    url: &SignedUrl,
    operation: &str,
    mut sent: Vec<String>,
    sealed: bool,
    connect: &Connect,
) -> Result<(), Failure> {
    if let Some(other) = url.operation().filter(|other| *other != operation) {
        return Err(Failure::usage(format!("the URL was signed for {other}, not for {operation}"))
            .hint(Advice::AskForUrlOfOperation)
            .at(url));
    }
    url.check_expiry(SystemTime::now())?;
    check_secrecy(url, connect)?;
    check_seal(url, sealed)?;
    let of_connection = [
        (connect.request_payer.is_some(), "x-amz-request-payer"),
        (connect.expected_bucket_owner.is_some(), "x-amz-expected-bucket-owner"),
    ];
    sent.extend(of_connection.iter().filter(|(given, _)| *given).map(|(_, it)| (*it).to_owned()));
    check_headers(url, &sent)
}

/// Over plain http, everyone on the path could use the URL and the key.
fn check_secrecy(url: &SignedUrl, connect: &Connect) -> Result<(), Failure> {
    let origin: http::Uri = url.location().bucket.parse().unwrap_or_default();
    let is_safe = origin.scheme_str() == Some("https")
        || origin.host().is_some_and(is_loopback)
        || connect.allow_http;
    if is_safe {
        return Ok(());
    }
    Err(Failure::unsealed(
        "over plain http everybody on the way could use the URL, and the key: nothing was sent",
    )
    .hint(Advice::AskForHttpsUrl)
    .at(url))
}

fn check_seal(url: &SignedUrl, sealed: bool) -> Result<(), Failure> {
    match (url.signs_seal(), sealed) {
        (Some(true), false) => {
            Err(Failure::key("the URL was signed for a sealed object, and no key was given")
                .hint("name the key that came with it, with -k or S3SEAL_KEY")
                .at(url))
        }
        (Some(false), true) => Err(Failure::unsealed(
            "the URL was signed without the seal's headers, so the key cannot be used with it",
        )
        .hint(Advice::AskForSealedUrlOrPlain)
        .at(url)),
        _ => Ok(()),
    }
}

fn check_headers(url: &SignedUrl, sent: &[String]) -> Result<(), Failure> {
    let sends = |header: &str| sent.iter().any(|it| it == header);
    if let Some(missing) = url.signed_headers().find(|it| !comes_by_itself(it) && !sends(it)) {
        return Err(Failure::usage(format!(
            "the URL was signed with the header {missing}, which is not given"
        ))
        .hint(Advice::GiveHeader(missing.to_owned()))
        .at(url));
    }
    let is_refused = |header: &&String| {
        url.names_headers() && header.starts_with("x-amz-") && !url.signs(header)
    };
    if let Some(unsigned) = sent.iter().find(is_refused) {
        return Err(Failure::usage(format!("the URL was signed without the header {unsigned}"))
            .hint(Advice::LeaveOutSignedHeader(unsigned.clone()))
            .at(url));
    }
    Ok(())
}

/// Whether a header is sent independently of the options.
fn comes_by_itself(header: &str) -> bool {
    matches!(header, "host" | "content-length" | "content-md5" | CHECKSUM_MODE)
        || header.starts_with(seal::PREFIX)
}
