//! What is checked before the signature itself: the credential's scope, the clock, and what was left unsigned.
//! Source: "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API reference.

use std::collections::BTreeMap;

use http::request::Parts;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::manner::Manner;
use crate::refusal::Refusal;
use crate::route;

/// The account that owns every bucket.
const ACCOUNT: &str = "123456789012";
/// How far a client's clock may be off.
const MAX_SKEW: Duration = Duration::minutes(15);
/// The longest life of a presigned URL, in seconds.
const MAX_EXPIRES: i64 = 7 * 24 * 60 * 60;

/// Who may come in, and where this is.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) region: String,
    pub(crate) users: Users,
    pub(crate) manner: Manner,
}

/// Secret keys by access key id.
#[derive(Clone, Default)]
pub(crate) struct Users(pub(crate) BTreeMap<String, String>);

impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Gate {
    /// # Errors
    /// Whatever makes the request unacceptable before its signature is computed.
    pub(crate) fn check(&self, head: &Parts, now: OffsetDateTime) -> Result<(), Refusal> {
        let query = route::query_pairs(head.uri.query().unwrap_or_default());
        if !self.manner.overlooks_hoisted_keys() {
            refuse_hoisted_keys(&query)?;
        }
        let authorization = Authorization::of(head, &query)?;
        self.check_identity(&authorization)?;
        match authorization.expires {
            None => check_skew(&authorization, now)?,
            Some(expires) => check_expiry(&authorization, expires, now)?,
        }
        check_signed_host(&authorization)?;
        if !(self.manner.trusts_unsigned_headers() && authorization.expires.is_some()) {
            check_signed_headers(head, &authorization)
                .map_err(|refusal| self.manner.unsigned_header(refusal))?;
        }
        check_owner(head)
    }

    fn check_identity(&self, authorization: &Authorization) -> Result<(), Refusal> {
        let scope: Vec<_> = authorization.credential.rsplitn(5, '/').collect();
        let [end, service, region, date, id] = scope[..] else {
            return Err(authorization.malformed("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."));
        };
        if !self.users.0.contains_key(id) {
            return Err(Refusal::invalid_access_key(id));
        }
        // The S3 layer relies on digits here.
        if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
            return Err(authorization.malformed(&format!("incorrect date format \"{date}\". This date in the credential must be in the format \"yyyyMMdd\".")));
        }
        if !authorization.date.starts_with(date) {
            let own = &authorization.date;
            return Err(authorization.malformed(&format!("Invalid credential date \"{date}\". This date is not the same as X-Amz-Date: \"{own}\".")));
        }
        if region != self.region {
            let expected = &self.region;
            return Err(authorization
                .malformed(&format!("the region '{region}' is wrong; expecting '{expected}'"))
                .detail("Region", expected)
                .header("x-amz-bucket-region", expected));
        }
        if service != "s3" {
            return Err(authorization.malformed(&format!(
                "incorrect service \"{service}\". This endpoint belongs to \"s3\"."
            )));
        }
        if end != "aws4_request" {
            return Err(authorization.malformed(&format!(
                "incorrect terminal \"{end}\". This endpoint uses \"aws4_request\"."
            )));
        }
        Ok(())
    }
}

/// The signature's frame, out of the header or out of a presigned query.
struct Authorization {
    credential: String,
    signed_headers: String,
    date: String,
    /// Seconds; present in presigned requests only.
    expires: Option<i64>,
}

impl Authorization {
    fn of(head: &Parts, query: &[(String, String)]) -> Result<Self, Refusal> {
        // One that is repeated counts as none: what is checked here must be what the signature is computed of.
        let param = |name: &str| {
            let mut given = query.iter().filter(|(given, _)| given == name);
            given.next().filter(|_| given.next().is_none()).map(|(_, value)| value.clone())
        };
        if query.iter().any(|(name, _)| name == "X-Amz-Signature" || name == "X-Amz-Algorithm") {
            return Self::presigned(param);
        }
        let unsupported = || Refusal::unsupported_signature();
        // Signature Version 2, which newer buckets refuse.
        if param("AWSAccessKeyId").is_some() {
            return Err(unsupported());
        }
        let Some(header) = head.headers.get("authorization") else {
            return Err(Refusal::access_denied("Access Denied"));
        };
        let header = header.to_str().unwrap_or_default();
        let fields = header.strip_prefix("AWS4-HMAC-SHA256").ok_or_else(unsupported)?;
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
        };
        let date =
            head.headers.get("x-amz-date").and_then(|date| date.to_str().ok()).map(str::to_owned);
        match (field("Credential"), field("SignedHeaders"), field("Signature"), date) {
            (Some(credential), Some(signed_headers), Some(_), Some(date)) => {
                Ok(Self { credential, signed_headers, date, expires: None })
            }
            (Some(_), Some(_), Some(_), None) => Err(Refusal::access_denied(
                "AWS authentication requires a valid Date or x-amz-date header",
            )),
            _ => Err(Refusal::new(
                400,
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the authorization component is missing or mal-formed.",
            )),
        }
    }

    fn presigned(param: impl Fn(&str) -> Option<String>) -> Result<Self, Refusal> {
        let expires = param("X-Amz-Expires").map(|value| value.parse::<i64>());
        match (
            param("X-Amz-Credential"),
            param("X-Amz-SignedHeaders"),
            param("X-Amz-Date"),
            expires,
        ) {
            (Some(credential), Some(signed_headers), Some(date), Some(Ok(expires)))
                if param("X-Amz-Algorithm").as_deref() == Some("AWS4-HMAC-SHA256")
                    && param("X-Amz-Signature").is_some() =>
            {
                Ok(Self { credential, signed_headers, date, expires: Some(expires) })
            }
            _ => Err(Refusal::new(
                400,
                "AuthorizationQueryParametersError",
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            )),
        }
    }

    fn malformed(&self, why: &str) -> Refusal {
        if self.expires.is_some() {
            let message = format!("Error parsing the X-Amz-Credential parameter; {why}");
            Refusal::new(400, "AuthorizationQueryParametersError", message)
        } else {
            Refusal::new(
                400,
                "AuthorizationHeaderMalformed",
                format!("The authorization header is malformed; {why}"),
            )
        }
    }

    fn time(&self) -> Result<OffsetDateTime, Refusal> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        PrimitiveDateTime::parse(&self.date, format).map(PrimitiveDateTime::assume_utc).map_err(
            |_| {
                Refusal::access_denied(
                    "AWS authentication requires a valid Date or x-amz-date header",
                )
            },
        )
    }
}

fn check_skew(authorization: &Authorization, now: OffsetDateTime) -> Result<(), Refusal> {
    if (now - authorization.time()?).abs() <= MAX_SKEW {
        return Ok(());
    }
    Err(Refusal::new(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    )
    .detail("RequestTime", &authorization.date)
    .detail("ServerTime", iso8601(now))
    .detail("MaxAllowedSkewMilliseconds", MAX_SKEW.whole_milliseconds().to_string()))
}

fn check_expiry(
    authorization: &Authorization,
    expires: i64,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    if !(0..=MAX_EXPIRES).contains(&expires) {
        let message = if expires < 0 {
            "X-Amz-Expires must be non-negative"
        } else {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
        };
        return Err(Refusal::new(400, "AuthorizationQueryParametersError", message));
    }
    let from = authorization.time()?;
    // The client names the date: it may be the last one there is.
    let until = from.saturating_add(Duration::seconds(expires));
    if from - now > MAX_SKEW {
        return Err(
            Refusal::access_denied("Request is not valid yet").detail("ServerTime", iso8601(now))
        );
    }
    if until < now {
        return Err(Refusal::access_denied("Request has expired")
            .detail("X-Amz-Expires", expires.to_string())
            .detail("Expires", iso8601(until))
            .detail("ServerTime", iso8601(now)));
    }
    Ok(())
}

/// A request whose host is not signed could be sent to another server, or for another bucket.
fn check_signed_host(authorization: &Authorization) -> Result<(), Refusal> {
    let mut signed = authorization.signed_headers.split(';');
    if signed.any(|name| name.eq_ignore_ascii_case("host")) {
        return Ok(());
    }
    Err(not_signed("host"))
}

fn not_signed(names: &str) -> Refusal {
    Refusal::access_denied("There were headers present in the request which were not signed")
        .detail("HeadersNotSigned", names)
}

fn check_signed_headers(head: &Parts, authorization: &Authorization) -> Result<(), Refusal> {
    let signed: Vec<_> = authorization.signed_headers.split(';').collect();
    let presigned = authorization.expires.is_some();
    let mut unsigned: Vec<_> = head
        .headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| name.starts_with("x-amz-") && !signed.contains(name))
        // The payload of a presigned request is not known when it is signed, so its hash may come unsigned.
        .filter(|name| !(presigned && *name == "x-amz-content-sha256"))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    unsigned.sort_unstable();
    Err(not_signed(&unsigned.join(", ")))
}

/// A query is logged wherever it passes, so a key in it is refused rather than ignored: ignored, the object would
/// land in plaintext.
pub(crate) fn refuse_hoisted_keys(query: &[(String, String)]) -> Result<(), Refusal> {
    let hoisted = query.iter().map(|(name, _)| name.to_ascii_lowercase()).find(|name| {
        name.starts_with(crate::ssec::PREFIX) || name.starts_with(crate::ssec::SOURCE_PREFIX)
    });
    match hoisted {
        None => Ok(()),
        Some(name) => Err(Refusal::access_denied(format!(
            "The parameters of Server Side Encryption with Customer provided keys must be sent as headers; the query string has {name}"
        ))),
    }
}

fn check_owner(head: &Parts) -> Result<(), Refusal> {
    match head.headers.get("x-amz-expected-bucket-owner") {
        Some(owner) if owner != ACCOUNT => Err(Refusal::access_denied("Access Denied")),
        _ => Ok(()),
    }
}

fn iso8601(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    time.format(format).unwrap_or_default()
}
