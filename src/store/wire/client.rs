//! From the user's options, environment and AWS files to a client of one store.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{
    self, ProfileFileCredentialsProvider, ProfileFileRegionProvider, ProfileSet,
};
use aws_config::provider_config::ProviderConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider,
};
use aws_sdk_s3::error::SdkError;
use aws_types::SdkConfig;
use aws_types::os_shim_internal::{Env, Fs};

use super::http::{
    Documents, GivesUp, Limits, Requester, Resolver, Trust, is_loopback, plain_client,
};
use super::observers::{Latency, Pace, RequestLog};
use super::presigned_url::Presigned;
use super::refusal::{Refusal, Trouble};
use super::retry::{Retry, Transient};
use super::url::SignedUrl;
use super::{endpoint, region};
use crate::failure::Failure;
use crate::key::ring::KeyRecipient;
use crate::store::learned::{Checksums, Copies, KeyTags, Proven};
use crate::store::seal::OneEcho;
use crate::text::redaction::mask_key_text;

/// The region of a request where nobody names one: stores of one's own seldom care, and Amazon's
/// answers with the right one.
pub(crate) const FALLBACK_REGION: &str = "us-east-1";
/// As aws-cli: one attempt, so that a machine outside EC2 learns quickly that it has no role.
const METADATA_SERVICE_TIMEOUT: Duration = Duration::from_secs(1);

/// How to reach the store: aws-cli's options of the same names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connect {
    /// The store's URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.
    pub(crate) endpoint_url: Option<String>,
    /// The profile of the AWS configuration files to use. Also: AWS_PROFILE.
    pub(crate) profile: Option<String>,
    /// The bucket's region. Also: AWS_REGION, AWS_DEFAULT_REGION.
    pub(crate) region: Option<String>,
    /// Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE.
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Send requests without credentials.
    pub(crate) no_sign_request: bool,
    /// Send the key even over plain http to another machine, where everyone in between can read it.
    pub(crate) allow_http: bool,
    /// Who pays for the request; the one value is `requester`.
    pub(crate) request_payer: Option<String>,
    /// Refuse a bucket that belongs to another account.
    pub(crate) expected_bucket_owner: Option<String>,
    /// How often a request is sent before it is given up [default: 5]. Also: AWS_MAX_ATTEMPTS.
    pub(crate) max_attempts: Option<u32>,
    /// Give up an attempt at a connection after this time; 0: never.
    pub(crate) connect_timeout: u32,
    /// Give up a connection on which nothing has moved for this time; 0: never.
    pub(crate) read_timeout: u32,
    /// Move at most this many bytes a second, up and down together: bytes, or with K, M, G.
    pub(crate) limit_rate: Option<u64>,
}

impl Connect {
    /// The SDK's timeouts.
    pub(crate) fn timeouts(&self) -> TimeoutConfig {
        let given = |seconds: u32| (seconds > 0).then(|| Duration::from_secs(seconds.into()));
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_connect_timeout(given(self.connect_timeout));
        timeouts.set_read_timeout(given(self.read_timeout));
        timeouts.build()
    }
}

/// A store, and the right to talk to it.
#[derive(Debug)]
pub(crate) struct Store {
    /// Replaced when Amazon names another region for the bucket.
    client: RwLock<Client>,
    endpoint: Option<String>,
    /// Whether keys may cross the network in clear.
    allow_http: bool,
    /// Who signs; nobody with `--no-sign-request`.
    pub(crate) credentials: Option<SharedCredentialsProvider>,
    pub(crate) checksums: Checksums,
    pub(crate) proven: Proven,
    pub(crate) key_tags: KeyTags,
    pub(crate) copies: Copies,
    latency: Latency,
    timeouts: TimeoutConfig,
    retry: Retry,
    pace: Pace,
    /// The presigned URL that every request goes to, where there is one.
    pub(crate) url: Option<SignedUrl>,
}

/// What options and configuration come to: how a store is reached.
pub(crate) struct Access<'a> {
    pub(crate) options: &'a Connect,
    pub(crate) shared: SdkConfig,
    pub(crate) trust: Trust,
    pub(crate) retry: Retry,
    pub(crate) endpoint: Option<String>,
    pub(crate) path_style: bool,
    /// The presigned URL instead of credentials.
    pub(crate) presigned: Option<Presigned>,
}

impl Store {
    /// Reads the AWS configuration and makes a client; sends nothing to the store.
    ///
    /// # Errors
    /// [`Kind::Usage`] for an endpoint, profile or CA bundle that cannot be used.
    pub(crate) async fn connect(options: &Connect) -> Result<Store, Failure> {
        let profiles = load_profiles(options).await?;
        let profile = profiles.get_profile(profiles.selected_profile());
        let of_profile = |name: &str| profile.and_then(|section| section.get(name));

        let trust = Trust::load(
            options.ca_bundle.clone().map(|path| (path, "--ca-bundle")),
            of_profile("ca_bundle"),
        )?;
        let retry = Retry::configured(options.max_attempts, of_profile("max_attempts"))?;
        let (retry_config, _) = retry.config();
        let shared = load_shared(options, &trust, retry_config).await;
        let endpoint = match &options.endpoint_url {
            Some(url) => Some(url.clone()),
            None => endpoint::configured(&shared),
        };
        let parsed = endpoint.as_deref().map(endpoint::parse).transpose()?;
        let amazons_own = [shared.use_fips(), shared.use_dual_stack()].contains(&Some(true));
        if parsed.is_some() && amazons_own {
            return Err(Failure::usage("FIPS and dual-stack endpoints are Amazon's own, but another endpoint is named")
                .hint("unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or leave the endpoint out"));
        }
        let path_style = endpoint::is_path_style(endpoint.is_some(), of_profile("s3"));
        let access =
            Access { options, shared, trust, retry, endpoint, path_style, presigned: None };
        Ok(Store::reach(access))
    }

    pub(crate) fn reach(access: Access<'_>) -> Store {
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
        let http_client = GivesUp::on_stalls(http_client);
        let http_client = match options.limit_rate {
            Some(rate) => Limits::to(rate, http_client),
            None => http_client,
        };
        let mut config = Builder::from(&shared)
            .http_client(http_client)
            .interceptor(latency.clone())
            .interceptor(Requester {
                payer: options.request_payer.clone(),
                expected_owner: options.expected_bucket_owner.clone(),
            })
            .interceptor(OneEcho)
            .interceptor(Documents)
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
        Store {
            client: RwLock::new(Client::from_conf(config.build())),
            proven: Proven::at(endpoint.as_deref()),
            endpoint,
            allow_http: options.allow_http,
            credentials: shared.credentials_provider(),
            checksums: Checksums::wanted(
                shared.request_checksum_calculation()
                    != Some(RequestChecksumCalculation::WhenRequired),
                shared.response_checksum_validation()
                    != Some(ResponseChecksumValidation::WhenRequired),
            ),
            key_tags: KeyTags::default(),
            copies: Copies::default(),
            latency,
            timeouts: options.timeouts(),
            retry,
            pace,
            url: presigned.map(|presigned| presigned.url),
        }
    }

    /// How often a request is sent, for what this program repeats by itself.
    pub(crate) fn retry(&self) -> Retry {
        self.retry
    }

    /// What the store says about the pace of requests.
    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Whether requests go to Amazon's own service.
    pub(crate) fn is_amazon(&self) -> bool {
        endpoint::is_amazon(self.endpoint())
    }

    /// Whether a write to the bucket has been proven before, or needs no proving: Amazon's service
    /// is known to seal what it accepts.
    pub(crate) fn is_proven(&self, bucket: &str) -> bool {
        self.is_amazon() || self.proven.knows(bucket)
    }

    /// Remembers that the bucket seals. Where that fails the next write proves it again.
    pub(crate) fn remember_proven(&self, bucket: &str) {
        if !self.is_proven(bucket) {
            self.proven.remember(bucket);
        }
    }

    /// The endpoint that the user named, if any.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Fails where a key would cross the network in clear.
    ///
    /// # Errors
    /// [`Kind::Unsealed`] for a plain-http endpoint on another machine.
    pub(crate) fn carry_keys(&self) -> Result<(), Failure> {
        match self.endpoint().and_then(|url| url.parse().ok()) {
            Some(url) if !self.allow_http => endpoint::refuse_plain_http(&url),
            _ => Ok(()),
        }
    }

    /// Who gets a key that goes with a request.
    pub(crate) fn recipient(&self) -> KeyRecipient<'_> {
        match (&self.url, self.endpoint()) {
            (Some(_), _) => KeyRecipient::PresignedUrl,
            (None, Some(url)) => KeyRecipient::Endpoint(url),
            (None, None) => KeyRecipient::Amazon,
        }
    }

    /// How long is waited for a connection, and while nothing moves on it.
    pub(crate) fn timeouts(&self) -> &TimeoutConfig {
        &self.timeouts
    }

    /// The client as it stands now.
    pub(crate) fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The shortest time that the store took to answer, none where it has not answered yet.
    pub(crate) fn fastest_answer(&self) -> Option<Duration> {
        self.latency.fastest()
    }

    /// Whether the user wants uploads to carry checksums, whatever the store makes of them.
    pub(crate) fn wants_checksums(&self) -> bool {
        self.checksums.are_wanted()
    }

    /// Whether reads ask for checksums.
    pub(crate) fn asks_for_checksums(&self) -> bool {
        self.checksums.asks()
    }

    /// Whether the store has refused a request because of its checksum headers.
    pub(crate) fn refuses_checksums(&self) -> bool {
        self.checksums.are_refused()
    }

    /// Sends a request, and sends it again where Amazon says that the bucket is in another region, or
    /// where the store knows no checksum headers, or no tags.
    ///
    /// The region comes from `x-amz-bucket-region` alone: following a `Location` would take the key
    /// to whatever host it names.
    pub(crate) async fn send<T, E, F>(&self, request: impl Fn(Client) -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        SdkError<E>: Into<Refusal>,
    {
        loop {
            // Another request under way may learn meanwhile what the store refuses: this one carries it all
            // the same.
            let (checksums, tags) = (self.checksums.are_in_use(), self.key_tags.are_in_use());
            let mut refusal: Refusal = match request(self.client()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error.into(),
            };
            if checksums && refusal.is_about_checksum_headers() {
                tracing::debug!("the store refuses checksum headers");
                self.checksums.give_up();
            } else if tags && refusal.is_about_tags() {
                tracing::debug!("the store takes no tags");
                self.key_tags.give_up();
            } else if let Some(region) = self.other_region(&refusal) {
                tracing::debug!(region, "the bucket is in another region");
                if let Err(trouble) = self.move_to(region) {
                    refusal.trouble = Some(trouble);
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

    /// Goes on in another region, but never in another partition.
    fn move_to(&self, region: String) -> Result<(), Trouble> {
        let client = self.client();
        let current = client.config().region().map_or(FALLBACK_REGION, Region::as_ref);
        if !region::are_together(current, &region) {
            return Err(Trouble::OtherPartition(region));
        }
        let config = client.config().to_builder().region(Region::new(region)).build();
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Client::from_conf(config);
        Ok(())
    }
}

pub(crate) async fn load_profiles(options: &Connect) -> Result<ProfileSet, Failure> {
    let wanted = options.profile.clone().map(Cow::Owned);
    let set = profile::load(&Fs::real(), &Env::real(), &Default::default(), wanted).await.map_err(
        |error| {
            Failure::usage(format!("the AWS configuration files cannot be read: {error}"))
                .hint("mend the file, or point AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE elsewhere")
                .because(error)
        },
    )?;
    let name = set.selected_profile();
    if name != "default" && set.get_profile(name).is_none() {
        // It may be (part of) a key that was meant for another option.
        let name = mask_key_text(name);
        return Err(Failure::usage(format!("the AWS configuration has no profile `{name}`"))
            .hint("name one that `aws configure list-profiles` shows, or unset AWS_PROFILE"));
    }
    Ok(set)
}

async fn load_shared(options: &Connect, trust: &Trust, retry: RetryConfig) -> SdkConfig {
    let mut profile_region = ProfileFileRegionProvider::builder();
    if let Some(name) = &options.profile {
        profile_region = profile_region.profile_name(name);
    }
    // The metadata service is left out: asking it costs seconds everywhere but on EC2.
    let region = RegionProviderChain::first_try(options.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile_region.build())
        .or_else(Region::new(FALLBACK_REGION));

    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(trust.client())
        .region(region)
        .timeout_config(options.timeouts())
        .retry_config(retry);
    if let Some(name) = &options.profile {
        loader = loader.profile_name(name);
    }
    if options.no_sign_request {
        return loader.no_credentials().load().await;
    }
    let chain = DefaultCredentialsChain::builder()
        .imds_client(
            imds::Client::builder()
                .connect_timeout(METADATA_SERVICE_TIMEOUT)
                .read_timeout(METADATA_SERVICE_TIMEOUT)
                .max_attempts(1)
                .build(),
        )
        .configure(ProviderConfig::default().with_http_client(trust.client()));
    let Some(name) = &options.profile else {
        return loader.credentials_provider(chain.build().await).load().await;
    };
    // As with aws-cli, a profile that is named counts more than what the environment holds.
    let profile = ProfileFileCredentialsProvider::builder()
        .configure(&ProviderConfig::default().with_http_client(trust.client()))
        .profile_name(name)
        .build();
    let chain = CredentialsProviderChain::first_try("Profile", profile)
        .or_else("Default", chain.build().await);
    loader.credentials_provider(chain).load().await
}
