//! Requests that are relayed as they came, for the proxy: signed with the user's credentials and sent once. The caller
//! reads the answer.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_config::timeout::TimeoutConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_sdk_s3::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use tokio::sync::Mutex;

use super::http::Transport;
use super::refusal::{NoAnswer, Refusal};
use super::region;
use crate::text::percent;

/// The answer to a relayed request.
pub(crate) type Answer = http::Response<SdkBody>;

/// Credentials are renewed this long before they expire.
const RENEWED_BEFORE: Duration = Duration::from_secs(60);
/// Credentials without an expiry are read again after this time, as the SDK does.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(15 * 60);
/// The addresses of how many buckets are remembered.
const MOST_BUCKETS: usize = 1000;

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
    fn again(&self) -> Option<Relayed> {
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

/// Sends relayed requests to one store.
#[derive(Debug)]
pub(super) struct Forwarder {
    transport: Transport,
    timeouts: TimeoutConfig,
    /// The headers that the user wants on every request.
    always: HeaderMap,
    resolver: DefaultResolver,
    params: Params,
    credentials: Option<SharedCredentialsProvider>,
    renewed: Mutex<Option<(Credentials, SystemTime)>>,
    /// The region of each bucket that was looked for.
    regions: RwLock<HashMap<String, String>>,
    /// The URL of each bucket in each region.
    addresses: RwLock<HashMap<(Option<String>, String), String>>,
}

impl Forwarder {
    /// `params` has the region, the endpoint and the addressing style, and no bucket.
    pub(super) fn new(
        transport: Transport,
        timeouts: TimeoutConfig,
        params: Params,
        credentials: Option<SharedCredentialsProvider>,
        always: HeaderMap,
    ) -> Forwarder {
        Forwarder {
            transport,
            timeouts,
            always,
            resolver: DefaultResolver::new(),
            params,
            credentials,
            renewed: Mutex::default(),
            regions: RwLock::default(),
            addresses: RwLock::default(),
        }
    }

    fn region(&self, bucket: Option<&str>) -> String {
        let regions = self.regions.read().unwrap_or_else(PoisonError::into_inner);
        let known = bucket.and_then(|bucket| regions.get(bucket));
        known.map(String::as_str).or(self.params.region()).unwrap_or_default().to_owned()
    }

    /// The URL of a bucket, or of the list of buckets, without a final slash.
    async fn address(&self, bucket: Option<&str>, region: &str) -> Result<String, Refusal> {
        let id = (bucket.map(str::to_owned), region.to_owned());
        let known = self.addresses.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let params = Params::builder().region(region.to_owned());
        let params = params
            .set_bucket(bucket.map(str::to_owned))
            .set_endpoint(self.params.endpoint().map(str::to_owned))
            .set_force_path_style(self.params.force_path_style())
            .set_use_fips(self.params.use_fips())
            .set_use_dual_stack(self.params.use_dual_stack())
            .build()
            .map_err(|error| broken(error.to_string()))?;
        let endpoint = self.resolver.resolve_endpoint(&params).await;
        let endpoint = endpoint.map_err(|error| broken(error.to_string()))?;
        let url = endpoint.url().trim_end_matches('/').to_owned();
        let mut addresses = self.addresses.write().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= MOST_BUCKETS {
            addresses.clear();
        }
        addresses.insert(id, url.clone());
        Ok(url)
    }

    /// The current credentials; none if requests are not signed.
    async fn credentials(&self) -> Result<Option<Credentials>, Refusal> {
        let Some(provider) = &self.credentials else { return Ok(None) };
        let now = SystemTime::now();
        let mut renewed = self.renewed.lock().await;
        if let Some((credentials, until)) = &*renewed
            && now < *until
        {
            return Ok(Some(credentials.clone()));
        }
        let credentials = provider.provide_credentials().await.map_err(|error| {
            let failure = ConnectorError::other(error.into(), None);
            Refusal::from(SdkError::<GetObjectError>::dispatch_failure(failure))
        })?;
        let until = match credentials.expiry() {
            Some(expiry) => expiry.checked_sub(RENEWED_BEFORE).unwrap_or(expiry),
            None => now + READ_AGAIN_AFTER,
        };
        *renewed = Some((credentials.clone(), until));
        Ok(Some(credentials))
    }

    /// Remembers that a bucket is in another region. None if it is said to be in another partition.
    fn learn_region(&self, bucket: &str, region: &str) -> Option<()> {
        if !region::same_partition(self.params.region().unwrap_or_default(), region) {
            return None;
        }
        let mut regions = self.regions.write().unwrap_or_else(PoisonError::into_inner);
        if regions.len() >= MOST_BUCKETS {
            regions.clear();
        }
        regions.insert(bucket.to_owned(), region.to_owned());
        Some(())
    }
}

impl Forwarder {
    /// Sends a request as it is, signed with the user's credentials, and returns whatever the store answers. Amazon's
    /// buckets are looked for in their own region first if the request has a body, which can be sent only once.
    /// Errors: A refusal without a status, if there is no answer.
    pub(super) async fn forward(&self, request: Relayed) -> Result<Answer, Refusal> {
        let finds_regions = self.params.endpoint().is_none();
        let bucket = request.bucket.clone();
        if let (true, Some(bucket)) = (finds_regions, &bucket) {
            if let Some(again) = request.again() {
                let answer = self.forward_once(request).await?;
                return match self.other_region_of(bucket, &answer)? {
                    true => self.forward_once(again).await,
                    false => Ok(answer),
                };
            }
            self.find_region(bucket).await?;
        }
        self.forward_once(request).await
    }

    /// Finds out in which region the bucket is, unless that is known.
    async fn find_region(&self, bucket: &str) -> Result<(), Refusal> {
        let regions = &self.regions;
        if regions.read().unwrap_or_else(PoisonError::into_inner).contains_key(bucket) {
            return Ok(());
        }
        let look = Relayed::new(Method::HEAD, Some(bucket), "");
        let answer = self.forward_once(look).await?;
        let names_region = answer.headers().contains_key("x-amz-bucket-region");
        if !self.other_region_of(bucket, &answer)? && (names_region || answer.status().is_success())
        {
            let region = self.region(Some(bucket));
            self.learn_region(bucket, &region);
        }
        Ok(())
    }

    /// Whether the answer says that the bucket is in another region than the request was signed for.
    fn other_region_of(&self, bucket: &str, answer: &Answer) -> Result<bool, Refusal> {
        let named = answer.headers().get("x-amz-bucket-region").and_then(|it| it.to_str().ok());
        let Some(named) = named.filter(|it| region::is_region(it)) else { return Ok(false) };
        if answer.status().is_success() || named == self.region(Some(bucket)) {
            return Ok(false);
        }
        match self.learn_region(bucket, named) {
            Some(()) => Ok(true),
            None => Err(Refusal {
                no_answer: Some(NoAnswer::OtherPartition(named.to_owned())),
                ..Refusal::default()
            }),
        }
    }

    async fn forward_once(&self, mut request: Relayed) -> Result<Answer, Refusal> {
        let region = self.region(request.bucket.as_deref());
        let base = self.address(request.bucket.as_deref(), &region).await?;
        let uri = uri(&base, &request.key, &request.query)?;
        tracing::info!("{} {uri}", request.method);
        for (name, value) in &self.always {
            request.headers.entry(name).or_insert_with(|| value.clone());
        }
        let patience = request.patience;
        let credentials = if request.is_anonymous { None } else { self.credentials().await? };
        let request = signed(request, uri, &region, credentials)?;
        let mut timeouts = HttpConnectorSettings::builder();
        let read_timeout = self.timeouts.read_timeout().map(|usual| usual + patience);
        timeouts.set_connect_timeout(self.timeouts.connect_timeout());
        timeouts.set_read_timeout(read_timeout);
        let connector = self.transport.connector(&timeouts.build());
        let answer = connector.call(request).await.map_err(|error| {
            tracing::info!("not answered");
            Refusal::from(SdkError::<GetObjectError>::dispatch_failure(error))
        })?;
        tracing::info!("answered {}", answer.status().as_u16());
        answer.try_into_http1x().map_err(|error| broken(error.to_string()))
    }
}

/// The request that is sent.
fn signed(
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

fn uri(base: &str, key: &str, query: &[(String, String)]) -> Result<Uri, Refusal> {
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

fn broken(why: String) -> Refusal {
    Refusal { no_answer: Some(NoAnswer::Broken(why)), ..Refusal::default() }
}

/// Reads the document in an answer, which is at most `most` bytes long.
/// Errors: `NoAnswer::TooLong` if it is longer, `NoAnswer::Broken` if the connection breaks.
pub(crate) async fn read_document(body: SdkBody, most: usize) -> Result<Bytes, Refusal> {
    use http_body_util::{BodyExt, Limited};
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Refusal { no_answer: Some(NoAnswer::TooLong), ..Refusal::default() })
        }
        Err(error) => {
            let cause = error.downcast_ref::<io::Error>().map(ToString::to_string);
            Err(broken(cause.unwrap_or_else(|| "the answer was cut off".to_owned())))
        }
    }
}
