//! Received presigned URLs: what they were signed for and until when, parsed before anything is sent; and how to print
//! one without its signature.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::failure::{Advice, Failure};
use crate::location::{Location, is_web_url};
use crate::store::seal;
use crate::text::percent::decoded;
use crate::text::redaction;

/// The clock difference that S3 accepts.
const CLOCK_SKEW: Duration = Duration::from_secs(15 * 60);

/// A presigned URL. Its text is a secret: it authorizes its holder.
#[derive(Clone)]
pub(crate) struct SignedUrl {
    text: String,
    /// The bucket is scheme and host, the key is the path as in the text.
    at: Location,
    signed: Signed,
    expires: SystemTime,
    /// The S3 operation, if the URL names it, as many SDKs' do.
    operation: Option<String>,
}

/// The headers that a signature covers, in lower case.
#[derive(Debug, Clone)]
enum Signed {
    /// Signature version 4 names them.
    Named(BTreeSet<String>),
    /// Signature version 2 does not.
    Unknown,
}

impl SignedUrl {
    /// Parses a text that may be a presigned URL; none if it is not a web URL.
    /// Errors: `Kind::Usage` if it is not presigned, or cut off; `Kind::Unsealed` if it has the seal in its query.
    pub(crate) fn recognise(text: &str) -> Result<Option<SignedUrl>, Failure> {
        is_web_url(text).then(|| text.parse()).transpose()
    }

    /// The object for messages: the URL without its query.
    pub(crate) fn location(&self) -> &Location {
        &self.at
    }

    /// The object's name: the last segment of the path, decoded.
    pub(crate) fn name(&self) -> String {
        decoded(&self.at.key).rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Whether the URL is known to be for an object that is not sealed.
    pub(crate) fn is_for_plain(&self) -> bool {
        self.signs_seal() == Some(false)
    }

    /// The whole URL, byte for byte as it is sent.
    pub(super) fn secret(&self) -> &str {
        &self.text
    }

    /// Whether the seal's headers are signed; none if the URL does not say.
    pub(crate) fn signs_seal(&self) -> Option<bool> {
        match &self.signed {
            Signed::Named(names) => Some(names.iter().any(|name| name.starts_with(seal::PREFIX))),
            Signed::Unknown => None,
        }
    }

    /// Whether this header, in lower case, is known to be signed.
    pub(crate) fn signs(&self, header: &str) -> bool {
        matches!(&self.signed, Signed::Named(names) if names.contains(header))
    }

    /// Whether the URL says which headers it signs.
    pub(crate) fn names_headers(&self) -> bool {
        matches!(self.signed, Signed::Named(_))
    }

    /// The headers that are known to be signed, in lower case.
    pub(crate) fn signed_headers(&self) -> impl Iterator<Item = &str> {
        let names = match &self.signed {
            Signed::Named(names) => Some(names),
            Signed::Unknown => None,
        };
        names.into_iter().flatten().map(String::as_str)
    }

    /// The S3 operation, if the URL names it.
    pub(crate) fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// Fails if the URL has expired by more than the accepted clock difference.
    pub(crate) fn check_expiry(&self, now: SystemTime) -> Result<(), Failure> {
        match self.expires.checked_add(CLOCK_SKEW) {
            Some(end) if end < now => Err(Failure::denied(format!(
                "the URL expired at {}",
                humantime::format_rfc3339_seconds(self.expires)
            ))
            .hint("ask for a new one")
            .at(&self.at)),
            _ => Ok(()),
        }
    }
}

/// The URL without its query.
impl fmt::Display for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at.fmt(f)
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedUrl({self})")
    }
}

impl FromStr for SignedUrl {
    type Err = Failure;

    fn from_str(text: &str) -> Result<SignedUrl, Failure> {
        let text = text.split('#').next().unwrap_or_default();
        let malformed = |what: &str| {
            Failure::usage(what).hint(
                "copy the whole URL, and put it in quotes: a shell cuts it off at the first `&`",
            )
        };
        let uri: http::Uri = text.parse().map_err(|_| malformed("the URL is malformed"))?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.authority()) else {
            return Err(malformed("the URL names no host"));
        };
        if host.as_str().contains('@') {
            return Err(malformed("the URL holds a user name or password"));
        }
        let at = Location {
            bucket: format!("{scheme}://{host}"),
            key: uri.path().trim_start_matches('/').to_owned(),
        };
        if at.key.is_empty() {
            return Err(malformed("the URL names no object"));
        }
        let query = Query::of(uri.query().unwrap_or_default());
        if query.holds_seal() {
            return Err(Failure::unsealed(
                "the URL has the seal in its query, where stores overlook it and logs keep it",
            )
            .hint(Advice::AskForUrlWithSealHeaders)
            .at(&at));
        }
        let (signed, expires) = query.signed().map_err(|what| malformed(what).at(&at))?;
        let operation = match query.get("uploadId") {
            Some(_) => Some("UploadPart".to_owned()),
            None => query.get("x-id").map(str::to_owned),
        };
        let signature = signature_in(uri.query().unwrap_or_default())
            .ok_or_else(|| malformed("the URL is cut off: its signature is missing").at(&at))?;
        // The signature alone would let its reader use the URL.
        redaction::register_text(&signature);
        Ok(SignedUrl { text: text.to_owned(), at, signed, expires, operation })
    }
}

/// The first signature in the query, as in the text.
fn signature_in(query: &str) -> Option<String> {
    let value = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let name = decoded(name).to_ascii_lowercase();
        (["x-amz-signature", "signature"].contains(&name.as_str()) && !value.is_empty())
            .then(|| value.to_owned())
    };
    query.split('&').find_map(value)
}

/// A URL's query, decoded.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(text: &str) -> Query {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        Query(text.split('&').map(pair).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn holds_seal(&self) -> bool {
        self.0.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with(seal::PREFIX))
    }

    /// Which headers are signed, and when the signature expires.
    fn signed(&self) -> Result<(Signed, SystemTime), &'static str> {
        const CUT_OFF: &str = "the URL is cut off: a part of its signature is missing";
        let seconds =
            |name| self.get(name).and_then(|text| text.parse().ok()).map(Duration::from_secs);
        if self.get("Signature").is_some() {
            let expires = seconds("Expires").and_then(|time| UNIX_EPOCH.checked_add(time));
            return Ok((Signed::Unknown, expires.ok_or(CUT_OFF)?));
        }
        let headers = self.get("X-Amz-SignedHeaders");
        let date = self.get("X-Amz-Date").and_then(parse_date);
        let known = [headers.is_some(), date.is_some(), self.get("X-Amz-Signature").is_some()];
        if known == [false; 3] {
            return Err("the URL is not presigned: it holds no signature");
        }
        let (Some(headers), Some(date), true) = (headers, date, known[2]) else {
            return Err(CUT_OFF);
        };
        let expires = seconds("X-Amz-Expires").and_then(|time| date.checked_add(time));
        let names = headers.split(';').map(str::to_ascii_lowercase).collect();
        Ok((Signed::Named(names), expires.ok_or(CUT_OFF)?))
    }
}

/// Parses `20261122T103000Z`.
fn parse_date(text: &str) -> Option<SystemTime> {
    let digits = |range: Range<usize>| {
        text.get(range).filter(|part| part.bytes().all(|it| it.is_ascii_digit()))
    };
    let (year, month, day) = (digits(0..4)?, digits(4..6)?, digits(6..8)?);
    let (hour, minute, second) = (digits(9..11)?, digits(11..13)?, digits(13..15)?);
    humantime::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261122%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261122T103000Z&X-Amz-Expires=60&X-Amz-Signature=5ec2e7";

    fn signed(path: &str, rest: &str) -> Result<SignedUrl, Failure> {
        format!("https://store.example{path}?{QUERY}{rest}").parse()
    }

    #[test]
    fn what_a_url_says() {
        let url =
            signed("/b/a%20b/c%2Fd.txt", "&X-Amz-SignedHeaders=host%3BX-Amz-Meta-A&x-id=GetObject")
                .unwrap();
        assert_eq!(url.to_string(), "https://store.example/b/a%20b/c%2Fd.txt");
        assert_eq!(url.name(), "d.txt");
        assert_eq!(url.signed_headers().collect::<Vec<_>>(), ["host", "x-amz-meta-a"]);
        assert_eq!(url.signs_seal(), Some(false));
        assert_eq!(url.operation(), Some("GetObject"));
        let end = humantime::parse_rfc3339("2026-11-22T10:31:00Z").unwrap();
        assert!(url.check_expiry(end + CLOCK_SKEW).is_ok());
        let late = url.check_expiry(end + CLOCK_SKEW + Duration::from_secs(1)).unwrap_err();
        assert_eq!(late.exit_code(), 5);
        assert!(late.to_string().contains("expired at 2026-11-22T10:31:00Z"), "{late}");
    }

    #[test]
    fn the_signature_is_known_however_its_name_is_spelt() {
        for (given, spelt) in [
            ("X-Amz-Signature=5ec2e7", "X-AMZ-SIGNATURE=5ec2e7"),
            ("X-Amz-Signature=5ec2e7", "X-Amz-Signature=5ec2e7&x-signature=other"),
        ] {
            let query = QUERY.replace(given, spelt);
            assert_eq!(signature_in(&query).as_deref(), Some("5ec2e7"), "{spelt}");
        }
        let empty = QUERY.replace("5ec2e7", "");
        let text = format!("https://b.s3.example/k?{empty}&X-Amz-SignedHeaders=host");
        let failure = text.parse::<SignedUrl>();
        assert_eq!(failure.unwrap_err().exit_code(), 2);
    }

    #[test]
    fn nothing_shown_holds_the_signature() {
        let url = signed("/b/k", "&X-Amz-SignedHeaders=host").unwrap();
        assert!(url.secret().contains("5ec2e7"));
        assert!(!format!("{url} {url:?} {:?}", url.location()).contains("5ec2e7"));
    }

    #[test]
    fn version_2_says_less() {
        let url: SignedUrl =
            "https://b.s3.example/k?AWSAccessKeyId=AKIA&Signature=a%2Bb%3D&Expires=1795343460"
                .parse()
                .unwrap();
        assert_eq!(url.signs_seal(), None);
        assert_eq!(url.signed_headers().count(), 0);
        assert!(url.check_expiry(UNIX_EPOCH + Duration::from_secs(1_795_343_460)).is_ok());
        assert!(url.check_expiry(UNIX_EPOCH + Duration::from_secs(1_795_344_361)).is_err());
    }

    #[test]
    fn what_is_no_presigned_url() {
        for (text, code) in [
            ("https://store.example/b/k".to_owned(), 2),
            ("https://store.example/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned(), 2),
            (format!("https://store.example/b/k?{QUERY}"), 2),
            (format!("https://me:secret@store.example/b/k?{QUERY}&X-Amz-SignedHeaders=host"), 2),
            (format!("https:///b/k?{QUERY}&X-Amz-SignedHeaders=host"), 2),
            (format!("https://store.example?{QUERY}&X-Amz-SignedHeaders=host"), 2),
            ("https://b.s3.example/k?AWSAccessKeyId=AKIA&Signature=a&Expires=soon".to_owned(), 2),
            (
                format!(
                    "https://store.example/b/k?{QUERY}&X-Amz-SignedHeaders=host&X-Amz-Server-Side-Encryption-Customer-Key=a"
                ),
                6,
            ),
        ] {
            let failure = text.parse::<SignedUrl>().expect_err(&text);
            assert_eq!(failure.exit_code(), code, "{text}");
            assert!(!format!("{failure:?}").contains("5ec2e7"), "{failure:?}");
        }
        assert!(SignedUrl::recognise("s3://b/k").unwrap().is_none());
        assert!(SignedUrl::recognise("HTTPS://store.example/k").is_err());
    }

    #[test]
    fn dates() {
        assert_eq!(parse_date("19700101T000001Z"), Some(UNIX_EPOCH + Duration::from_secs(1)));
        for text in ["", "19700101", "19701301T000000Z", "+970-101T000000Z", "1970ä0101T000001"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
