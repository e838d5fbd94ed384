//! Whether a user of the server signed a request to STS. The S3 layer verifies those to S3 only. Source: "AWS Signature
//! Version 4 for API requests" in the IAM user guide.

use aws_lc_rs::{constant_time, digest};
use http::request::Parts;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use super::authenticator::{Authenticator, MAX_SKEW, TokenError, mac};
use super::signature::Signature;
use crate::encoding;
use crate::refusal::Refusal;
use crate::route;
use crate::settings::Caller;

/// Requests to the global endpoint are signed for this region.
const GLOBAL_REGION: &str = "us-east-1";

impl Authenticator {
    /// Who sent a request to STS with this body.
    pub(crate) fn check_sts(
        &self,
        head: &Parts,
        body: &[u8],
        now: OffsetDateTime,
    ) -> Result<Caller, Refusal> {
        if !head.headers.contains_key("authorization") {
            let message = "Request is missing Authentication Token";
            return Err(Refusal::new(403, "MissingAuthenticationToken", message));
        }
        let signature = Signature::of_request(&head.headers, &[]).map_err(|_| {
            let message = "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders', and the request a header 'X-Amz-Date'.";
            Refusal::new(400, "IncompleteSignature", message)
        })?;
        let parts: Vec<_> = signature.credential.rsplitn(5, '/').collect();
        let [terminal, service, region, date, access_key] = parts[..] else {
            let message = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term";
            return Err(Refusal::new(400, "IncompleteSignature", message));
        };
        let token = head.headers.get("x-amz-security-token").and_then(|token| token.to_str().ok());
        let account = self.account(access_key, token).map_err(|error| match error {
            TokenError::Expired => Refusal::new(
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
            ),
            TokenError::UnknownKey | TokenError::Wrong => Refusal::new(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ),
        })?;
        if service != "sts" || terminal != "aws4_request" {
            return Err(mismatch("Credential should be scoped to correct service: 'sts'. "));
        }
        if region != self.region && region != GLOBAL_REGION {
            return Err(mismatch("Credential should be scoped to a valid region. "));
        }
        check_time(&signature, date, now)?;
        let hash = |bytes: &[u8]| encoding::hex(digest::digest(&digest::SHA256, bytes).as_ref());
        let canonical = canonical(head, &signature, &hash(body))
            .ok_or_else(|| mismatch("'Host' must be a 'SignedHeader' in the AWS Authorization."))?;
        let text = format!(
            "AWS4-HMAC-SHA256\n{}\n{date}/{region}/sts/aws4_request\n{}",
            signature.date,
            hash(canonical.as_bytes())
        );
        let mut key = format!("AWS4{}", account.secret_key).into_bytes();
        for step in [date, region, "sts", "aws4_request"] {
            key = mac(&key, step);
        }
        let computed = encoding::hex(&mac(&key, &text));
        constant_time::verify_slices_are_equal(computed.as_bytes(), signature.value.as_bytes())
            .map_err(|_| mismatch("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."))?;
        Ok(account.caller)
    }
}

fn mismatch(message: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::new(403, "SignatureDoesNotMatch", message)
}

fn check_time(signature: &Signature, date: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let signed = signature.time().map_err(|_| {
        Refusal::new(400, "IncompleteSignature", "Date must be in ISO-8601 'basic format'.")
    })?;
    if !signature.date.starts_with(date) || date.len() != 8 {
        return Err(mismatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
        ));
    }
    let shown = |time: OffsetDateTime| {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        time.format(format).unwrap_or_default()
    };
    let (now_text, minutes) = (shown(now), MAX_SKEW.whole_minutes());
    let own = &signature.date;
    if signed - now < Duration::ZERO - MAX_SKEW {
        let limit = shown(now - MAX_SKEW);
        return Err(mismatch(format!(
            "Signature expired: {own} is now earlier than {limit} ({now_text} - {minutes} min.)"
        )));
    }
    if signed - now > MAX_SKEW {
        let limit = shown(now + MAX_SKEW);
        return Err(mismatch(format!(
            "Signature not yet current: {own} is still later than {limit} ({now_text} + {minutes} min.)"
        )));
    }
    Ok(())
}

/// The text that a signature is about; `None` unless the host is signed, and every signed header is there.
fn canonical(head: &Parts, signature: &Signature, body_hash: &str) -> Option<String> {
    let mut query: Vec<_> = route::query_pairs(head.uri.query().unwrap_or_default())
        .iter()
        .map(|(name, value)| {
            format!("{}={}", urlencoding::encode(name), urlencoding::encode(value))
        })
        .collect();
    query.sort();
    let names: Vec<_> = signature.signed_headers.split(';').collect();
    if !names.contains(&"host") {
        return None;
    }
    let mut headers = String::new();
    for name in &names {
        let values: Option<Vec<String>> = head
            .headers
            .get_all(*name)
            .iter()
            .map(|value| {
                Some(value.to_str().ok()?.split_whitespace().collect::<Vec<_>>().join(" "))
            })
            .collect();
        let values = values.filter(|values| !values.is_empty())?;
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    Some(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{body_hash}",
        head.method,
        head.uri.path(),
        query.join("&"),
        signature.signed_headers
    ))
}
