//! The AWS configuration: options, environment and files, and their precedence.

use std::borrow::Cow;
use std::path::PathBuf;
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
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use aws_types::os_shim_internal::{Env, Fs};

use super::endpoint;
use super::http::{RateLimit, Trust};
use super::retry::Retry;
use super::signing::Presigned;
use crate::failure::Failure;
use crate::text::redaction::mask_key_text;

/// The region if none is configured: other stores rarely check it, and Amazon answers with the right one.
pub(crate) const FALLBACK_REGION: &str = "us-east-1";
/// As in aws-cli, with one attempt, so that a machine outside EC2 finds out quickly that it has no role.
const METADATA_SERVICE_TIMEOUT: Duration = Duration::from_secs(1);
/// How to reach the store: aws-cli's options of the same names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connect {
    /// The store's URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.
    pub(crate) endpoint_url: Option<String>,
    /// The URL to use where neither the option, the environment nor the profile names one.
    pub(crate) default_endpoint_url: Option<String>,
    /// The profile of the AWS configuration files to use. Also: AWS_PROFILE.
    pub(crate) profile: Option<String>,
    /// The bucket's region. Also: AWS_REGION, AWS_DEFAULT_REGION.
    pub(crate) region: Option<String>,
    /// Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE.
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Send requests without credentials.
    pub(crate) no_sign_request: bool,
    /// Send the key even over plain http to another machine, so that everyone on the path can read it.
    pub(crate) allow_http: bool,
    /// Who pays for the request; the only value is `requester`.
    pub(crate) request_payer: Option<String>,
    /// Refuse a bucket that belongs to another account.
    pub(crate) expected_bucket_owner: Option<String>,
    /// How often a request is attempted [default: 5]. Also: AWS_MAX_ATTEMPTS.
    pub(crate) max_attempts: Option<u32>,
    /// Give up a connection attempt after this time in seconds; 0: never.
    pub(crate) connect_timeout: u32,
    /// Give up a connection on which nothing moves for this time in seconds; 0: never.
    pub(crate) read_timeout: u32,
    /// The most bytes per second, uploads and downloads together.
    pub(crate) limit_rate: Option<RateLimit>,
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

/// The settings that options and configuration result in.
#[derive(Clone)]
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

impl Access<'_> {
    /// Reads the AWS configuration.
    /// Errors: `Kind::Usage` for an endpoint, profile or CA bundle that cannot be used.
    pub(super) async fn load(options: &Connect) -> Result<Access<'_>, Failure> {
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
            None => endpoint::configured(&shared).or_else(|| options.default_endpoint_url.clone()),
        };
        let parsed = endpoint.as_deref().map(endpoint::parse).transpose()?;
        let amazons_own = [shared.use_fips(), shared.use_dual_stack()].contains(&Some(true));
        if parsed.is_some() && amazons_own {
            return Err(Failure::usage("FIPS and dual-stack endpoints are Amazon's own, but another endpoint is named")
                .hint("unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or leave the endpoint out"));
        }
        let path_style = endpoint::is_path_style(endpoint.is_some(), of_profile("s3"));
        Ok(Access { options, shared, trust, retry, endpoint, path_style, presigned: None })
    }

    /// The same settings for another region.
    pub(super) fn in_region(self, region: &str) -> Self {
        let shared = self.shared.to_builder().region(Region::new(region.to_owned())).build();
        Access { shared, ..self }
    }
}

/// The names of the profiles in the AWS configuration files; none if the files cannot be read.
pub(crate) async fn profile_names() -> Vec<String> {
    let set = profile::load(&Fs::real(), &Env::real(), &Default::default(), None).await;
    let mut names: Vec<_> = set.iter().flat_map(ProfileSet::profiles).map(str::to_owned).collect();
    names.sort();
    names
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
        // The name may be (part of) a key that was meant for another option.
        let name = mask_key_text(name);
        let known: Vec<&str> = set.profiles().collect();
        let hint = if known.is_empty() {
            "there is no profile at all: `s3seal setup` writes one; or unset AWS_PROFILE".to_owned()
        } else {
            format!("check --profile or AWS_PROFILE: there are {}", known.join(", "))
        };
        return Err(
            Failure::usage(format!("the AWS configuration has no profile `{name}`")).hint(hint)
        );
    }
    Ok(set)
}

async fn load_shared(options: &Connect, trust: &Trust, retry: RetryConfig) -> SdkConfig {
    let mut profile_region = ProfileFileRegionProvider::builder();
    if let Some(name) = &options.profile {
        profile_region = profile_region.profile_name(name);
    }
    // Without the metadata service: outside EC2 a request to it takes seconds to fail.
    let region = RegionProviderChain::first_try(options.region.clone().map(Region::new))
        .or_else(EnvironmentVariableRegionProvider::new())
        .or_else(profile_region.build())
        .or_else(Region::new(FALLBACK_REGION));

    let http_client = trust.client();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client.clone())
        .region(region)
        .timeout_config(options.timeouts())
        .retry_config(retry);
    if let Some(name) = &options.profile {
        loader = loader.profile_name(name);
    }
    if options.no_sign_request {
        return loader.no_credentials().load().await;
    }
    let provider = ProviderConfig::default().with_http_client(http_client);
    let chain = DefaultCredentialsChain::builder()
        .imds_client(
            imds::Client::builder()
                .configure(&provider)
                .connect_timeout(METADATA_SERVICE_TIMEOUT)
                .read_timeout(METADATA_SERVICE_TIMEOUT)
                .max_attempts(1)
                .build(),
        )
        .configure(provider.clone());
    let Some(name) = &options.profile else {
        return loader.credentials_provider(chain.build().await).load().await;
    };
    // As in aws-cli, a named profile takes precedence over the environment.
    let profile =
        ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(name).build();
    let chain = CredentialsProviderChain::first_try("Profile", profile)
        .or_else("Default", chain.build().await);
    loader.credentials_provider(chain).load().await
}
