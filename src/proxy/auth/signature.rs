//! Checks the signature of a request by signing what was received (AWS, "Authenticating Requests: Using the Authorization
//! Header" and "Using Query Parameters").

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::Method;
use http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::chunks::ChunkSigner;
use super::user::User;
use crate::key::core::{decode_hex, hex};
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;
use crate::text::{percent, time};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far the clocks of client and proxy may be apart.
const MOST_SKEW: Duration = Duration::from_secs(15 * 60);
/// The longest validity of a presigned URL in seconds.
const LONGEST_EXPIRY: u64 = 7 * 24 * 3600;

/// What a request says about its body.
pub(in crate::proxy) struct Authorized {
    pub(in crate::proxy) payload: PayloadKind,
    /// For the chunks of a body, if they are signed.
    pub(in crate::proxy) chunks: Option<ChunkSigner>,
}

/// How the body is signed and framed: the value of `x-amz-content-sha256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::proxy) enum PayloadKind {
    Unsigned,
    Sha256([u8; 32]),
    /// In chunks, each with its signature unless `is_signed` is false, and with a checksum behind them if `has_trailer`.
    Chunked {
        is_signed: bool,
        has_trailer: bool,
    },
}

/// The parts of a signature.
struct Claim<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
    date: &'a str,
    /// The validity of a presigned URL; none for a signature in headers.
    expires: Option<Duration>,
}

/// Checks that the request is signed by the user, now.
/// Errors: As Amazon S3 answers: `AccessDenied` without a signature, `InvalidAccessKeyId`, `SignatureDoesNotMatch`,
/// `RequestTimeTooSkewed`, and those about malformed signatures.
pub(in crate::proxy) fn authorize(
    request: &Request,
    user: &User,
    now: SystemTime,
) -> Result<Authorized, Refused> {
    let in_header = request.header(AUTHORIZATION.as_str());
    let in_query = request.parameter("X-Amz-Signature").is_some();
    let claim = match (in_header, in_query) {
        (Some(_), true) => {
            return Err(Refused::invalid(
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
            ));
        }
        (Some(header), false) => of_header(request, header)?,
        (None, true) => of_query(request)?,
        (None, false) if request.has_parameter("AWSAccessKeyId") => return Err(version_2()),
        (None, false) => return Err(Refused::access_denied("Access Denied")),
    };
    check_time(&claim, now)?;
    let scope = Scope::of(&claim)?;
    if scope.access_key != user.access_key {
        return Err(Refused::signature(
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ));
    }
    if request.headers.contains_key("x-amz-security-token")
        || request.has_parameter("X-Amz-Security-Token")
    {
        return Err(Refused::new(
            400,
            "InvalidToken",
            "The provided token is malformed or otherwise invalid. The credentials of s3seal proxy have none.",
        )
        .because("signature"));
    }
    check_signed_headers(request, &claim)?;
    let content = request.header("x-amz-content-sha256");
    let content = match (content, claim.expires) {
        (Some(content), _) => content,
        (None, Some(_)) => "UNSIGNED-PAYLOAD",
        (None, None) => {
            return Err(Refused::invalid(
                "InvalidRequest",
                "Missing required header for this request: x-amz-content-sha256",
            ));
        }
    };
    let key = Zeroizing::new(signing_key(user, &scope));
    let scope_text = scope.text();
    let canonical = canonical_request(request, &claim, content);
    let text = format!(
        "{ALGORITHM}\n{}\n{scope_text}\n{}",
        claim.date,
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let expected = calculate_signature(key.as_slice(), text.as_bytes());
    if !bool::from(expected.as_bytes().ct_eq(claim.signature.as_bytes())) {
        return Err(Refused::signature(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        ));
    }
    let payload = payload_kind(content)?;
    let is_signed = matches!(payload, PayloadKind::Chunked { is_signed: true, .. });
    let chunks = is_signed.then(|| ChunkSigner {
        key,
        date: claim.date.to_owned(),
        scope: scope_text,
        last: expected,
    });
    Ok(Authorized { payload, chunks })
}

fn of_header<'a>(request: &'a Request, header: &'a str) -> Result<Claim<'a>, Refused> {
    let Some(fields) = header.strip_prefix(ALGORITHM) else { return Err(version_2()) };
    let field = |name: &str| {
        fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let malformed = || {
        let message = "The authorization header is malformed; the Credential, SignedHeaders or Signature is missing.";
        Refused::signature("AuthorizationHeaderMalformed", message)
    };
    let date = request.header("x-amz-date").ok_or_else(|| {
        Refused::access_denied("AWS authentication requires a valid Date or x-amz-date header")
    })?;
    Ok(Claim {
        credential: field("Credential").ok_or_else(malformed)?,
        signed_headers: field("SignedHeaders").ok_or_else(malformed)?,
        signature: field("Signature").ok_or_else(malformed)?,
        date,
        expires: None,
    })
}

fn of_query(request: &Request) -> Result<Claim<'_>, Refused> {
    let refuse = |message: &str| Refused::signature("AuthorizationQueryParametersError", message);
    let missing = || {
        refuse(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        )
    };
    let parameter = |name| request.parameter(name).ok_or_else(missing);
    if parameter("X-Amz-Algorithm")? != ALGORITHM {
        return Err(refuse("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
    }
    let expires = parameter("X-Amz-Expires")?.parse::<u64>().ok();
    let expires = expires.filter(|seconds| *seconds <= LONGEST_EXPIRY).ok_or_else(|| {
        refuse("X-Amz-Expires must be a number of seconds of at most a week (604800)")
    })?;
    Ok(Claim {
        credential: parameter("X-Amz-Credential")?,
        signed_headers: parameter("X-Amz-SignedHeaders")?,
        signature: parameter("X-Amz-Signature")?,
        date: parameter("X-Amz-Date")?,
        expires: Some(Duration::from_secs(expires)),
    })
}

fn check_time(claim: &Claim<'_>, now: SystemTime) -> Result<(), Refused> {
    let signed = parse_date(claim.date).ok_or_else(|| {
        Refused::access_denied("AWS authentication requires a valid Date or x-amz-date header")
    })?;
    let is_early = signed > now + MOST_SKEW;
    match claim.expires {
        None if is_early || signed + MOST_SKEW < now => Err(Refused::signature(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        )),
        Some(_) if is_early => Err(Refused::access_denied("Request is not valid yet")),
        Some(expires) if signed + expires < now => {
            Err(Refused::access_denied("Request has expired"))
        }
        _ => Ok(()),
    }
}

/// The scope of a credential: `ACCESS-KEY/DATE/REGION/SERVICE/aws4_request`.
struct Scope<'a> {
    access_key: &'a str,
    day: &'a str,
    region: &'a str,
    time: SystemTime,
}

impl Scope<'_> {
    /// Any region is accepted: clients name whichever they are configured with.
    fn of<'a>(claim: &Claim<'a>) -> Result<Scope<'a>, Refused> {
        let malformed = |message: &str| {
            let code = match claim.expires {
                None => "AuthorizationHeaderMalformed",
                Some(_) => "AuthorizationQueryParametersError",
            };
            Refused::signature(code, message)
        };
        let parts: Vec<&str> = claim.credential.split('/').collect();
        let [access_key, day, region, service, ending] = parts.as_slice() else {
            return Err(malformed(
                "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            ));
        };
        let time = parse_date(claim.date).filter(|_| claim.date.starts_with(day));
        let time = time.ok_or_else(|| malformed("the Credential's date is not the request's."))?;
        if *service != "s3" || *ending != "aws4_request" {
            return Err(malformed("the Credential is for another service than s3."));
        }
        Ok(Scope { access_key, day, region, time })
    }

    fn text(&self) -> String {
        format!("{}/{}/s3/aws4_request", self.day, self.region)
    }
}

fn signing_key(user: &User, scope: &Scope<'_>) -> Vec<u8> {
    generate_signing_key(user.secret(), scope.time, scope.region, "s3").as_ref().to_vec()
}

/// Every `x-amz-` header must be signed, and the host.
fn check_signed_headers(request: &Request, claim: &Claim<'_>) -> Result<(), Refused> {
    let signs = |name: &str| claim.signed_headers.split(';').any(|it| it == name);
    let is_hoisted = |name: &str| request.hoisted.iter().any(|it| it == name);
    let is_unsigned = |name: &str| name.starts_with("x-amz-") && !signs(name) && !is_hoisted(name);
    // Presigned URLs of some SDKs leave it to the receiver whether a payload hash is sent.
    let is_free = |name: &str| name == "x-amz-content-sha256" && claim.expires.is_some();
    let unsigned =
        request.headers.keys().any(|it| is_unsigned(it.as_str()) && !is_free(it.as_str()));
    if unsigned || !signs("host") {
        return Err(Refused::access_denied(
            "There were headers present in the request which were not signed",
        ));
    }
    Ok(())
}

fn canonical_request(request: &Request, claim: &Claim<'_>, content: &str) -> String {
    let path: Vec<String> = request.path.split('/').map(percent::encoded).collect();
    let mut query: Vec<(String, String)> = request
        .query
        .iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| (percent::encoded(name), percent::encoded(value)))
        .collect();
    query.sort();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut headers = String::new();
    for name in claim.signed_headers.split(';') {
        let values: Vec<String> = request
            .headers
            .get_all(name)
            .iter()
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes());
                text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            })
            .collect();
        headers += &format!("{name}:{}\n", values.join(","));
    }
    let method: &Method = &request.method;
    let (path, query) = (path.join("/"), query.join("&"));
    format!("{method}\n{path}\n{query}\n{headers}\n{}\n{content}", claim.signed_headers)
}

fn payload_kind(content: &str) -> Result<PayloadKind, Refused> {
    let chunked = |is_signed, has_trailer| Ok(PayloadKind::Chunked { is_signed, has_trailer });
    match content {
        "UNSIGNED-PAYLOAD" => Ok(PayloadKind::Unsigned),
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => chunked(false, true),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => chunked(true, false),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => chunked(true, true),
        text => {
            let digest = decode_hex(text).and_then(|bytes| bytes[..].try_into().ok());
            digest.map(PayloadKind::Sha256).ok_or_else(|| {
                Refused::invalid(
                    "InvalidArgument",
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING values that s3seal proxy knows, or a valid sha256 value.",
                )
            })
        }
    }
}

/// Parses `20261129T153000Z`.
fn parse_date(text: &str) -> Option<SystemTime> {
    let is_plain = text.len() == 16 && text.is_ascii() && text.as_bytes()[8] == b'T';
    let (day, clock) = is_plain.then(|| (&text[..8], &text[9..]))?;
    let long = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &day[..4],
        &day[4..6],
        &day[6..],
        &clock[..2],
        &clock[2..4],
        clock[4..6].to_owned()
    );
    time::parse_time(&long).filter(|_| text.ends_with('Z'))
}

fn version_2() -> Refused {
    Refused::invalid(
        "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    )
}
