//! A relayed request as it is sent: its URL, and its signature (AWS, "Signature Version 4").

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::refusal::{NoAnswer, Refusal};
use crate::text::percent;

/// A request to relay.
#[derive(Debug)]
pub(crate) struct Relayed {
    pub(crate) method: Method,
    /// None for the list of buckets.
    pub(crate) bucket: Option<String>,
    /// The object's key, not encoded; empty for a bucket.
    pub(crate) key: String,
    /// The pairs of the query, not encoded.
    pub(crate) query: Vec<(String, String)>,
    /// Without Host, without a signature, and without headers of the connection.
    pub(crate) headers: HeaderMap,
    pub(crate) body: SdkBody,
    /// The SHA-256 of the body in hexadecimal, to be signed over plain http; the body is not signed without it.
    pub(crate) sha256: Option<String>,
    /// Whether the body ends with a trailer (`aws-chunked`).
    pub(crate) has_trailer: bool,
    /// Whether it is sent without a signature.
    pub(crate) is_anonymous: bool,
    /// How much longer than other requests this one may take.
    pub(crate) patience: Duration,
}

impl Relayed {
    /// A request without headers and without a body.
    pub(crate) fn new(method: Method, bucket: Option<&str>, key: &str) -> Relayed {
        Relayed {
            method,
            bucket: bucket.map(str::to_owned),
            key: key.to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: SdkBody::empty(),
            sha256: None,
            has_trailer: false,
            is_anonymous: false,
            patience: Duration::ZERO,
        }
    }

    /// The same request, if it has no body.
    pub(super) fn again(&self) -> Option<Relayed> {
        (self.body.content_length() == Some(0)).then(|| Relayed {
            method: self.method.clone(),
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: SdkBody::empty(),
            sha256: self.sha256.clone(),
            has_trailer: self.has_trailer,
            is_anonymous: self.is_anonymous,
            patience: self.patience,
        })
    }
}

/// The request that is sent.
pub(super) fn signed(
    request: Relayed,
    uri: Uri,
    region: &str,
    credentials: Option<Credentials>,
) -> Result<HttpRequest, Refusal> {
    let Relayed { method, headers, body, sha256, has_trailer, .. } = request;
    let over_tls = uri.scheme_str() == Some("https");
    let length = body.content_length();
    let mut request = http::Request::new(body);
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    if let Some(length) = length.filter(|it| *it > 0 || has_body(&method)) {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Some(credentials) = credentials {
        let identity = credentials.into();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(|error| broken(error.to_string()))?;
        let payload = match sha256 {
            _ if has_trailer => SignableBody::StreamingUnsignedPayloadTrailer,
            Some(sha256) if !over_tls => SignableBody::Precomputed(sha256),
            _ => SignableBody::UnsignedPayload,
        };
        let text = request.uri().to_string();
        let headers: Vec<(Cow<'_, str>, Cow<'_, str>)> = request
            .headers()
            .iter()
            .filter(|(name, _)| is_signed(name))
            .map(|(name, value)| {
                (Cow::Borrowed(name.as_str()), String::from_utf8_lossy(value.as_bytes()))
            })
            .collect();
        let pairs = headers.iter().map(|(name, value)| (&**name, &**value));
        let signable = SignableRequest::new(method.as_str(), text, pairs, payload)
            .map_err(|error| broken(error.to_string()))?;
        let signed = sign(signable, &params.into()).map_err(|error| broken(error.to_string()))?;
        let (instructions, _) = signed.into_parts();
        drop(headers);
        instructions.apply_to_request_http1x(&mut request);
    }
    HttpRequest::try_from(request).map_err(|error| broken(error.to_string()))
}

/// Whether a request with this method has a Content-Length even if its body is empty.
fn has_body(method: &Method) -> bool {
    matches!(*method, Method::PUT | Method::POST)
}

/// Headers that a proxy in between must not change.
fn is_signed(name: &HeaderName) -> bool {
    *name == CONTENT_TYPE || name == "content-md5" || name.as_str().starts_with("x-amz-")
}

pub(super) fn uri(base: &str, key: &str, query: &[(String, String)]) -> Result<Uri, Refusal> {
    let key: Vec<String> = key.split('/').map(percent::encoded).collect();
    let mut uri = format!("{base}/{}", key.join("/"));
    for (index, (name, value)) in query.iter().enumerate() {
        uri.push(if index == 0 { '?' } else { '&' });
        uri += &percent::encoded(name);
        uri.push('=');
        uri += &percent::encoded(value);
    }
    uri.parse().map_err(|error: http::uri::InvalidUri| broken(error.to_string()))
}

pub(super) fn broken(why: String) -> Refusal {
    Refusal { no_answer: Some(NoAnswer::Broken(why)), ..Refusal::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_and_how_it_is_written() {
        for (base, key, query, expected) in [
            ("http://h", "", &[][..], "http://h/"),
            ("http://h/b", "a b/ü+%", &[], "http://h/b/a%20b/%C3%BC%2B%25"),
            (
                "http://h/b",
                "k",
                &[("uploads", ""), ("x", "a+b&c")],
                "http://h/b/k?uploads=&x=a%2Bb%26c",
            ),
            ("http://h/b", "a//b/", &[], "http://h/b/a//b/"),
        ] {
            let query: Vec<(String, String)> = query
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            assert_eq!(uri(base, key, &query).unwrap().to_string(), expected);
        }
        let signed = |name: &'static str| is_signed(&HeaderName::from_static(name));
        assert!(signed("x-amz-acl") && signed("content-type") && signed("content-md5"));
        assert!(!signed("accept-encoding") && !signed("user-agent") && !signed("range"));
    }
}
