//! A request as a client sent it: bucket, key, and the pairs of its query.

use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::refused::Refused;
use crate::location::Location;
use crate::store::is_seal_header;
use crate::text::percent;

/// The longest key in bytes (AWS, "Naming Amazon S3 objects").
const LONGEST_KEY: usize = 1024;

/// The head of a request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: Method,
    /// None for the list of buckets.
    pub(super) bucket: Option<String>,
    /// Decoded; empty for a bucket.
    pub(super) key: String,
    /// Decoded, in the order of the URL; the parameters of a presigned URL included.
    pub(super) query: Vec<(String, String)>,
    /// The parameters that stand for headers, in lower case: presigners of some SDKs move them into the URL. `headers` has
    /// them, too.
    pub(super) hoisted: Vec<String>,
    pub(super) headers: HeaderMap,
    /// The path of the URL, decoded: what the client signed.
    pub(super) path: String,
}

impl Request {
    /// Errors: `InvalidURI` for a URL that is no UTF-8, `KeyTooLongError`.
    pub(super) fn of(head: Parts) -> Result<Request, Refused> {
        let Parts { method, uri, mut headers, .. } = head;
        let invalid = || Refused::invalid("InvalidURI", "Couldn't parse the specified URI.");
        let path = percent::strictly_decoded(uri.path()).ok_or_else(invalid)?;
        let query = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let decoded = |text| percent::form_decoded(text).map_err(|_| invalid());
                Ok((decoded(name)?, decoded(value)?))
            })
            .collect::<Result<Vec<_>, Refused>>()?;
        refuse_ambiguity(&query)?;
        let hoisted = hoist(&query, &mut headers)?;
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let in_path = path.strip_prefix('/').ok_or_else(invalid)?;
        let (bucket, key) = match bucket_of_host(host) {
            Some(bucket) => (bucket, in_path),
            None => in_path.split_once('/').unwrap_or((in_path, "")),
        };
        if key.len() > LONGEST_KEY {
            return Err(Refused::invalid("KeyTooLongError", "Your key is too long"));
        }
        let is_of_bucket = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if bucket.starts_with('.') || !bucket.bytes().all(is_of_bucket) {
            return Err(Refused::invalid(
                "InvalidBucketName",
                "The specified bucket is not valid.",
            ));
        }
        if bucket.is_empty() && !key.is_empty() {
            return Err(invalid());
        }
        let bucket = (!bucket.is_empty()).then(|| bucket.to_owned());
        Ok(Request { method, bucket, key: key.to_owned(), query, hoisted, headers, path })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    /// The object that is asked for; the bucket's name is empty for the list of buckets.
    pub(super) fn location(&self) -> Location {
        Location { bucket: self.bucket.clone().unwrap_or_default(), key: self.key.clone() }
    }

    /// The query without the parameters of a signature, and without those that stand for headers.
    pub(super) fn query_to_relay(&self) -> Vec<(String, String)> {
        self.query.iter().filter(|(name, _)| self.is_relayed(name)).cloned().collect()
    }

    fn is_relayed(&self, name: &str) -> bool {
        !is_of_signature(name) && !self.hoisted.contains(&name.to_ascii_lowercase())
    }

    /// Whether the query has no parameters to relay but these, and the SDKs' `x-id`.
    pub(super) fn has_only(&self, known: &[&str]) -> bool {
        self.query.iter().all(|(name, _)| {
            name == "x-id" || known.contains(&name.as_str()) || !self.is_relayed(name)
        })
    }
}

/// Whether a parameter belongs to a presigned URL's signature.
fn is_of_signature(name: &str) -> bool {
    [
        "X-Amz-Algorithm",
        "X-Amz-Content-Sha256",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    ]
    .iter()
    .any(|known| name.eq_ignore_ascii_case(known))
}

/// A parameter that comes twice could mean one thing here and another to the store.
fn refuse_ambiguity(query: &[(String, String)]) -> Result<(), Refused> {
    let mut names: Vec<&str> = query.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Refused::invalid(
            "InvalidArgument",
            format!("The parameter {} comes twice.", pair[0]),
        )),
        None => Ok(()),
    }
}

/// Adds the headers that stand in the query, and returns their names.
/// Errors: `InvalidArgument` for a key: URLs are logged and remembered everywhere.
fn hoist(query: &[(String, String)], headers: &mut HeaderMap) -> Result<Vec<String>, Refused> {
    let mut hoisted = Vec::new();
    for (name, value) in query {
        let lower = name.to_ascii_lowercase();
        if !lower.starts_with("x-amz-") || is_of_signature(name) {
            continue;
        }
        if is_seal_header(&lower) {
            return Err(Refused::invalid(
                "InvalidArgument",
                "A URL must not carry a key (SSE-C): send it in headers.",
            ));
        }
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(lower.as_str()), HeaderValue::try_from(value))
        {
            headers.entry(name).or_insert(value);
            hoisted.push(lower);
        }
    }
    Ok(hoisted)
}

/// The bucket that a host name begins with: `bucket.localhost`, which SDKs ask for if the endpoint is `localhost`.
fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix(".localhost").filter(|bucket| !bucket.is_empty())
}
