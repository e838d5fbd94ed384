//! Requests that are relayed as they came, for the proxy: signed with the user's credentials and sent once. The caller
//! reads the answer.

use std::collections::HashMap;
use std::io;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use aws_config::timeout::TimeoutConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_sdk_s3::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::sync::Mutex;

use super::http::Transport;
use super::observers::log_attempt;
use super::refusal::{NoAnswer, Refusal};
use super::region;
use super::relayed::{Relayed, broken, signed, uri};

/// The answer to a relayed request.
pub(crate) type Answer = http::Response<SdkBody>;

/// Credentials are renewed this long before they expire.
const RENEWED_BEFORE: Duration = Duration::from_secs(60);
/// Credentials without an expiry are read again after this time, as the SDK does.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(15 * 60);
/// The addresses of how many buckets are remembered.
const MOST_BUCKETS: usize = 1000;

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
        let (what, sent) = (format!("{} {uri}", request.method), Instant::now());
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
            log_attempt(&what, None, sent, 1);
            Refusal::from(SdkError::<GetObjectError>::dispatch_failure(error))
        })?;
        log_attempt(&what, Some(answer.status().as_u16()), sent, 1);
        answer.try_into_http1x().map_err(|error| broken(error.to_string()))
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::provider::future;

    use super::*;
    use crate::store::wire::http::{Resolver, plain_client};

    /// Gives other credentials each time, which are valid for a while.
    #[derive(Debug, Clone)]
    struct Rotating {
        valid: Option<Duration>,
        given: Arc<AtomicUsize>,
    }

    impl ProvideCredentials for Rotating {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let number = self.given.fetch_add(1, Ordering::Relaxed);
            let expiry = self.valid.map(|valid| SystemTime::now() + valid);
            let id = format!("AK{number}");
            future::ProvideCredentials::ready(Ok(Credentials::new(
                id, "secret", None, expiry, "test",
            )))
        }
    }

    async fn ids(valid: Option<Duration>) -> Vec<String> {
        let rotating = Rotating { valid, given: Arc::default() };
        let forwarder = Forwarder::new(
            plain_client(Resolver { only_loopback: true }),
            TimeoutConfig::builder().build(),
            Params::builder().region("us-east-1").build().unwrap(),
            Some(SharedCredentialsProvider::new(rotating)),
            HeaderMap::new(),
        );
        let mut ids = Vec::new();
        for _ in 0..2 {
            let credentials = forwarder.credentials().await.unwrap().unwrap();
            ids.push(credentials.access_key_id().to_owned());
        }
        ids
    }

    #[tokio::test]
    async fn credentials_are_renewed_before_they_expire() {
        assert_eq!(ids(None).await, ["AK0", "AK0"]);
        assert_eq!(ids(Some(Duration::from_secs(3600))).await, ["AK0", "AK0"]);
        assert_eq!(ids(Some(RENEWED_BEFORE / 2)).await, ["AK0", "AK1"]);
    }
}
