//! From the user's options, environment and AWS files to a client of one store.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::endpoint::Params;
use aws_sdk_s3::config::{Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::SdkError;
use aws_types::SdkConfig;

use super::configuration::{Access, Connect, FALLBACK_REGION};
use super::forward::{Answer, Forwarder};
use super::http::{
    DocumentLimit, RateLimited, RequestHeaders, Resolver, StallTimeout, is_loopback, plain_client,
};
use super::observers::{Latency, Pace, RequestLog};
use super::refusal::{NoAnswer, Refusal};
use super::relayed::Relayed;
use super::retry::{Retry, Transient};
use super::signing::Wire;
use super::{endpoint, region};
use crate::failure::Failure;
use crate::key::ring::KeyRecipient;
use crate::store::learned::{Checksums, Learned, Proven};
use crate::store::seal::OneEcho;

/// One store: its client, and what is known about it.
#[derive(Debug)]
pub(crate) struct Store {
    /// Replaced when Amazon names another region for the bucket.
    client: RwLock<Client>,
    endpoint: Option<String>,
    /// Whether keys may be sent over plain http.
    allow_http: bool,
    wire: Wire,
    learned: Learned,
    latency: Latency,
    timeouts: TimeoutConfig,
    retry: Retry,
    pace: Pace,
    forwarder: Forwarder,
}

impl Store {
    /// Reads the AWS configuration and makes a client; sends nothing to the store.
    /// Errors: `Kind::Usage` for an endpoint, profile or CA bundle that cannot be used.
    pub(crate) async fn connect(options: &Connect) -> Result<Store, Failure> {
        Ok(Store::from_access(Access::load(options).await?))
    }

    /// The same, and the store again with a region of its own: requests for buckets of two regions would otherwise keep
    /// replacing each other's client. Both share the credentials.
    pub(crate) async fn connect_twice(
        options: &Connect,
        region: Option<&str>,
    ) -> Result<(Store, Store), Failure> {
        let access = Access::load(options).await?;
        let again = match region {
            Some(region) => access.clone().in_region(region),
            None => access.clone(),
        };
        Ok((Store::from_access(access), Store::from_access(again)))
    }

    pub(crate) fn from_access(access: Access<'_>) -> Store {
        let Access { options, shared, trust, retry, endpoint, path_style, presigned } = access;
        let parsed: Option<http::Uri> = endpoint.as_deref().and_then(|url| url.parse().ok());
        let (_, retry_partition) = retry.config();
        let latency = Latency::unknown();
        let pace = Pace::default();
        let plain = parsed.as_ref().is_some_and(|url| url.scheme_str() == Some("http"));
        let host = parsed.as_ref().and_then(http::Uri::host).unwrap_or_default();
        let only_loopback = is_loopback(host) && !options.allow_http;
        let http_client =
            if plain { plain_client(Resolver { only_loopback }) } else { trust.client() };
        let http_client = StallTimeout::around(http_client);
        let http_client = match &options.limit_rate {
            Some(rate) => RateLimited::at(rate, http_client),
            None => http_client,
        };
        let request_headers = RequestHeaders {
            payer: options.request_payer.clone(),
            expected_owner: options.expected_bucket_owner.clone(),
        };
        let forwarder = Forwarder::new(
            http_client.clone(),
            options.timeouts(),
            endpoint_params(&shared, endpoint.as_deref(), path_style),
            shared.credentials_provider().filter(|_| !options.no_sign_request),
            request_headers.to_map(),
        );
        let mut config = Builder::from(&shared)
            .http_client(http_client)
            .interceptor(latency.clone())
            .interceptor(request_headers)
            .interceptor(OneEcho)
            .interceptor(DocumentLimit)
            .interceptor(RequestLog)
            .interceptor(pace.clone())
            .retry_partition(retry_partition)
            .retry_classifier(Transient)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .force_path_style(path_style);
        // An empty variable names no endpoint, whatever the SDK has made of it.
        config.set_endpoint_url(
            parsed.as_ref().map(|url| url.to_string().trim_end_matches('/').to_owned()),
        );
        if options.no_sign_request || presigned.is_some() {
            config = config.allow_no_auth();
        }
        if let Some(presigned) = presigned.clone() {
            config = config.interceptor(presigned);
        }
        let checksums = Checksums::wanted(
            shared.request_checksum_calculation() != Some(RequestChecksumCalculation::WhenRequired),
            shared.response_checksum_validation() != Some(ResponseChecksumValidation::WhenRequired),
        );
        let is_amazon = endpoint::is_amazon(endpoint.as_deref());
        let proven = Proven::at(endpoint.as_deref(), is_amazon);
        Store {
            client: RwLock::new(Client::from_conf(config.build())),
            learned: Learned::new(checksums, proven),
            endpoint,
            allow_http: options.allow_http,
            wire: match presigned {
                Some(presigned) => Wire::Presigned(presigned.url),
                None => Wire::Signed(shared.credentials_provider()),
            },
            latency,
            timeouts: options.timeouts(),
            retry,
            pace,
            forwarder,
        }
    }

    /// Sends a request as it is, signed with the user's credentials, and returns whatever the store answers. It is not
    /// repeated.
    /// Errors: A refusal without a status, if there is no answer.
    pub(crate) async fn forward(&self, request: Relayed) -> Result<Answer, Refusal> {
        self.forwarder.forward(request).await
    }

    /// The retry settings, for requests that this program repeats itself.
    pub(crate) fn retry(&self) -> Retry {
        self.retry
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Whether requests go to Amazon's own service.
    pub(crate) fn is_amazon(&self) -> bool {
        endpoint::is_amazon(self.endpoint())
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(crate) fn learned(&self) -> &Learned {
        &self.learned
    }

    /// The configured region.
    pub(crate) fn region(&self) -> String {
        self.client().config().region().map_or(FALLBACK_REGION.to_owned(), ToString::to_string)
    }

    /// The configured endpoint; none for Amazon's own.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Fails if a key would cross the network in clear text.
    /// Errors: `Kind::Unsealed` for a plain http endpoint on another machine.
    pub(crate) fn check_may_send_keys(&self) -> Result<(), Failure> {
        match self.endpoint().and_then(|url| url.parse().ok()) {
            Some(url) if !self.allow_http => endpoint::refuse_plain_http(&url),
            _ => Ok(()),
        }
    }

    /// Whether requests to both go to the same URL.
    pub(crate) fn has_endpoint_of(&self, other: &Store) -> bool {
        endpoint::is_same(self.endpoint(), other.endpoint())
    }

    /// Who receives the key of a request.
    pub(crate) fn recipient(&self) -> KeyRecipient<'_> {
        match (&self.wire, self.endpoint()) {
            (Wire::Presigned(_), _) => KeyRecipient::PresignedUrl,
            (Wire::Signed(_), Some(url)) => KeyRecipient::Endpoint(url),
            (Wire::Signed(_), None) => KeyRecipient::Amazon,
        }
    }

    /// The connect timeout and the read timeout.
    pub(crate) fn timeouts(&self) -> &TimeoutConfig {
        &self.timeouts
    }

    /// The current client; [`Store::send`] may replace it.
    pub(crate) fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The shortest time in which the store has answered; none before its first answer.
    pub(crate) fn fastest_answer(&self) -> Option<Duration> {
        self.latency.fastest()
    }

    /// Sends a request. Repeats it if Amazon reports that the bucket is in another region, or if the store does not
    /// accept checksum headers or tags.
    ///
    /// The region comes only from `x-amz-bucket-region`: following a `Location` would send the key to any host that it
    /// names.
    pub(crate) async fn send<T, E, F>(&self, request: impl Fn(Client) -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        SdkError<E>: Into<Refusal>,
    {
        loop {
            // Read before sending: a concurrent request may disable them while this one still carries them.
            let (checksums, tags) =
                (self.learned.checksums().are_in_use(), self.learned.key_tags().are_in_use());
            let mut refusal: Refusal = match request(self.client()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error.into(),
            };
            if checksums && refusal.is_about_checksum_headers() {
                tracing::debug!("the store refuses checksum headers");
                self.learned.checksums().disable();
            } else if tags && refusal.is_about_tags() {
                tracing::debug!("the store takes no tags");
                self.learned.key_tags().disable();
            } else if let Some(region) = self.other_region(&refusal) {
                tracing::debug!(region, "the bucket is in another region");
                if let Err(no_answer) = self.switch_region(region) {
                    refusal.no_answer = Some(no_answer);
                    return Err(refusal);
                }
                return request(self.client()).await.map_err(Into::into);
            } else {
                return Err(refusal);
            }
        }
    }

    fn other_region(&self, refusal: &Refusal) -> Option<String> {
        let region = refusal.bucket_region.as_deref()?;
        let current = self.client().config().region().map(ToString::to_string);
        (self.endpoint.is_none() && current.as_deref() != Some(region)).then(|| region.to_owned())
    }

    /// Switches to another region, but never to another partition.
    fn switch_region(&self, region: String) -> Result<(), NoAnswer> {
        let client = self.client();
        let current = client.config().region().map_or(FALLBACK_REGION, Region::as_ref);
        if !region::same_partition(current, &region) {
            return Err(NoAnswer::OtherPartition(region));
        }
        let config = client.config().to_builder().region(Region::new(region)).build();
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Client::from_conf(config);
        Ok(())
    }
}

/// What decides the addresses of relayed requests.
fn endpoint_params(shared: &SdkConfig, endpoint: Option<&str>, path_style: bool) -> Params {
    let region = shared.region().map_or(FALLBACK_REGION, Region::as_ref).to_owned();
    Params::builder()
        .region(region)
        .set_endpoint(endpoint.map(|url| url.trim_end_matches('/').to_owned()))
        .force_path_style(path_style)
        .set_use_fips(shared.use_fips())
        .set_use_dual_stack(shared.use_dual_stack())
        .build()
        .unwrap_or_else(|_| unreachable!("the region is all that is required"))
}
