//! Whether a user of the server signed a request or a form: checks the credential, the clock, and unsigned headers. The
//! S3 layer then computes the signatures of requests; those of forms are computed here.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::{constant_time, hmac};
use http::request::Parts;
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use super::identity::Identity;
use super::session::Sessions;
use super::signature::{Signature, query_error};
use crate::encoding;
use crate::quirks::Quirks;
use crate::refusal::Refusal;
use crate::route;
use crate::settings::Caller;
use crate::ssec;
use crate::store::Clock;

/// How far a client's clock may be off.
pub(super) const MAX_SKEW: Duration = Duration::minutes(15);
/// The longest life of a presigned URL, in seconds.
const MAX_EXPIRES: i64 = 7 * 24 * 60 * 60;

/// The users of the server, and its region.
pub(crate) struct Authenticator {
    pub(crate) region: String,
    /// By access key id.
    pub(crate) users: BTreeMap<String, Identity>,
    pub(crate) sessions: Sessions,
    /// By which sessions expire.
    pub(crate) clock: Clock,
    pub(crate) quirks: &'static Quirks,
}

/// A known access key.
pub(super) struct Account {
    pub(super) secret_key: String,
    pub(super) caller: Caller,
}

/// Why an access key and a session's token do not belong together.
#[derive(Clone, Copy)]
pub(super) enum TokenError {
    /// The key of a session without its token is unknown, too.
    UnknownKey,
    Wrong,
    Expired,
}

impl Authenticator {
    /// Checks everything about a request but the signature's value, and says who claims to have sent it.
    pub(crate) fn check(&self, head: &Parts, now: OffsetDateTime) -> Result<Caller, Refusal> {
        let query = route::query_pairs(head.uri.query().unwrap_or_default());
        if !self.quirks.overlooks_query_keys {
            refuse_query_keys(&query)?;
        }
        if Signature::is_missing(&head.headers, &query) {
            return Ok(Caller::ANONYMOUS);
        }
        let signature = Signature::of_request(&head.headers, &query)?;
        let scope = signature.scope(&self.region, |id| self.secret(id).is_some())?;
        let token = match signature.expires() {
            Some(_) => {
                let mut given = query.iter().filter(|(name, _)| name == "X-Amz-Security-Token");
                given.next().map(|(_, token)| token.as_str())
            }
            None => head.headers.get(TOKEN).and_then(|token| token.to_str().ok()),
        };
        let account = self
            .account(scope.access_key, token)
            .map_err(|e| refused(e, scope.access_key, token))?;
        match signature.expires() {
            None => check_skew(&signature, now)?,
            Some(expires) => check_expiry(&signature, expires, now)?,
        }
        check_signed_host(&signature)?;
        if !(self.quirks.trusts_unsigned_headers && signature.expires().is_some()) {
            check_signed_headers(head, &signature)
                .map_err(|refusal| self.quirks.unsigned_header.map_or(refusal, Refusal::from))?;
        }
        Ok(account.caller)
    }

    /// The secret key of a user or a session.
    fn secret(&self, access_key: &str) -> Option<String> {
        let user = self.users.get(access_key).map(|user| user.secret_key.clone());
        user.or_else(|| self.sessions.get(access_key).map(|session| session.secret_key))
    }

    /// Whose access key it is. Users have no token, and sessions need theirs.
    pub(super) fn account(
        &self,
        access_key: &str,
        token: Option<&str>,
    ) -> Result<Account, TokenError> {
        if let Some(user) = self.users.get(access_key) {
            return match token {
                None => Ok(Account {
                    secret_key: user.secret_key.clone(),
                    caller: user.requester.clone().into(),
                }),
                Some(_) => Err(TokenError::Wrong),
            };
        }
        let session = self.sessions.get(access_key).ok_or(TokenError::UnknownKey)?;
        let token = token.ok_or(TokenError::UnknownKey)?;
        constant_time::verify_slices_are_equal(token.as_bytes(), session.token.as_bytes())
            .map_err(|_| TokenError::Wrong)?;
        if session.expires <= self.clock.now() {
            return Err(TokenError::Expired);
        }
        Ok(Account { secret_key: session.secret_key, caller: session.caller })
    }

    /// Verifies the signature of a form, which covers its policy in base64.
    pub(crate) fn check_form<'f>(
        &self,
        policy: &str,
        field: impl Fn(&str) -> Option<&'f str>,
    ) -> Result<Caller, Refusal> {
        let token = field(TOKEN);
        let signature = Signature::of_form(field)?;
        let scope = signature.scope(&self.region, |id| self.secret(id).is_some())?;
        let account = self
            .account(scope.access_key, token)
            .map_err(|e| refused(e, scope.access_key, token))?;
        let secret = &account.secret_key;
        let mut key = format!("AWS4{secret}").into_bytes();
        for step in [scope.date, &self.region, "s3", "aws4_request"] {
            key = mac(&key, step);
        }
        let computed = encoding::hex(&mac(&key, policy));
        constant_time::verify_slices_are_equal(computed.as_bytes(), signature.value.as_bytes())
            .map_err(|_| {
                Refusal::signature_does_not_match().detail("AWSAccessKeyId", scope.access_key)
            })?;
        Ok(account.caller)
    }
}

/// Gives the S3 layer the secret keys with which it verifies signatures.
pub(crate) struct SecretKeys(pub(crate) Arc<Authenticator>);

#[async_trait::async_trait]
impl S3Auth for SecretKeys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let secret = self.0.secret(access_key).ok_or_else(|| s3_error!(InvalidAccessKeyId))?;
        Ok(secret.into())
    }
}

/// Where a request has the token of its session; in a presigned query it is called so, too, in other case.
const TOKEN: &str = "x-amz-security-token";

/// The answer of S3 to a wrong token: "Error responses" in the Amazon S3 API reference.
fn refused(error: TokenError, access_key: &str, token: Option<&str>) -> Refusal {
    let token = token.unwrap_or_default();
    match error {
        TokenError::UnknownKey => Refusal::invalid_access_key(access_key),
        TokenError::Wrong => Refusal::new(
            400,
            "InvalidToken",
            "The provided token is malformed or otherwise invalid.",
        )
        .detail("Token-0", token),
        TokenError::Expired => Refusal::new(400, "ExpiredToken", "The provided token has expired.")
            .detail("Token-0", token),
    }
}

pub(super) fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn check_skew(signature: &Signature, now: OffsetDateTime) -> Result<(), Refusal> {
    if (now - signature.time()?).abs() <= MAX_SKEW {
        return Ok(());
    }
    Err(Refusal::new(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    )
    .detail("RequestTime", &signature.date)
    .detail("ServerTime", iso8601(now))
    .detail("MaxAllowedSkewMilliseconds", MAX_SKEW.whole_milliseconds().to_string()))
}

fn check_expiry(signature: &Signature, expires: i64, now: OffsetDateTime) -> Result<(), Refusal> {
    if !(0..=MAX_EXPIRES).contains(&expires) {
        let message = if expires < 0 {
            "X-Amz-Expires must be non-negative"
        } else {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
        };
        return Err(query_error(message));
    }
    let from = signature.time()?;
    // The client chooses the date: the sum may overflow.
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

/// A request whose host is not signed could be replayed to another server or bucket.
fn check_signed_host(signature: &Signature) -> Result<(), Refusal> {
    let mut signed = signature.signed_headers.split(';');
    if signed.any(|name| name.eq_ignore_ascii_case("host")) {
        return Ok(());
    }
    Err(not_signed("host"))
}

fn not_signed(names: &str) -> Refusal {
    Refusal::access_denied("There were headers present in the request which were not signed")
        .detail("HeadersNotSigned", names)
}

fn check_signed_headers(head: &Parts, signature: &Signature) -> Result<(), Refusal> {
    let signed: Vec<_> = signature.signed_headers.split(';').collect();
    let presigned = signature.expires().is_some();
    let mut unsigned: Vec<_> = head
        .headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| name.starts_with("x-amz-") && !signed.contains(name))
        // A presigned URL is made before its payload is known, so the payload's hash may be unsigned.
        .filter(|name| !(presigned && *name == "x-amz-content-sha256"))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    unsigned.sort_unstable();
    Err(not_signed(&unsigned.join(", ")))
}

/// Refuses a key in the query: queries are logged on their way, and an ignored key would store the object in plaintext.
pub(crate) fn refuse_query_keys(query: &[(String, String)]) -> Result<(), Refusal> {
    let in_query = query
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .find(|name| name.starts_with(ssec::PREFIX) || name.starts_with(ssec::SOURCE_PREFIX));
    match in_query {
        None => Ok(()),
        Some(name) => Err(Refusal::access_denied(format!(
            "The parameters of Server Side Encryption with Customer provided keys must be sent as headers; the query string has {name}"
        ))),
    }
}

fn iso8601(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    time.format(format).unwrap_or_default()
}
