//! From the user's options, environment and AWS files to a client of one store.

use std::borrow::Cow;
use std::net::IpAddr;
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
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    SharedCredentialsProvider,
};
use aws_sdk_s3::error::SdkError;
use aws_types::SdkConfig;
use aws_types::os_shim_internal::{Env, Fs};
use aws_types::service_config::ServiceConfigKey;

use super::checksums::Checksums;
use super::latency::Latency;
use super::proven::Proven;
use super::refusal::{Permanent, Refusal};
use super::request_log::RequestLog;
use super::seal::OneEcho;
use super::trust::{self, Requester, Trust};
use crate::failure::Failure;

/// The region of a request where nobody names one: stores of one's own seldom care, and Amazon's
/// answers with the right one.
const FALLBACK_REGION: &str = "us-east-1";
const AMAZON: [&str; 2] = ["amazonaws.com", "amazonaws.com.cn"];
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
pub(super) const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a body may stand still before the attempt is given up.
const STALL_GRACE: Duration = Duration::from_secs(30);
/// As aws-cli: one attempt, so that a machine outside EC2 learns quickly that it has no role.
const METADATA_SERVICE_TIMEOUT: Duration = Duration::from_secs(1);

/// How to reach the store: aws-cli's options of the same names.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Connection options")]
pub struct Connect {
    /// The store's URL; path-style addressing. Also: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The profile of the AWS configuration files to use. Also: AWS_PROFILE.
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// The bucket's region. Also: AWS_REGION, AWS_DEFAULT_REGION.
    #[arg(long, global = true, value_name = "NAME")]
    region: Option<String>,
    /// Trust the certificate authorities in this PEM file, and no others. Also: AWS_CA_BUNDLE.
    #[arg(long, global = true, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,
    /// Send requests without credentials.
    #[arg(long, global = true)]
    no_sign_request: bool,
    /// Send the key even over plain http to another machine, where everyone in between can read it.
    #[arg(long, global = true)]
    allow_http: bool,
    /// Who pays for the request; the one value is `requester`.
    #[arg(long, global = true, value_name = "requester", value_parser = ["requester"], hide_possible_values = true)]
    request_payer: Option<String>,
    /// Refuse a bucket that belongs to another account.
    #[arg(long, global = true, value_name = "ACCOUNT")]
    expected_bucket_owner: Option<String>,
}

/// A store, and the right to talk to it.
#[derive(Debug)]
pub struct Store {
    /// Replaced when Amazon names another region for the bucket.
    client: RwLock<Client>,
    endpoint: Option<String>,
    /// Who signs; nobody with `--no-sign-request`.
    pub(super) credentials: Option<SharedCredentialsProvider>,
    pub(super) checksums: Checksums,
    pub(super) proven: Proven,
    latency: Latency,
}

impl Store {
    /// Reads the AWS configuration and makes a client; sends nothing to the store.
    ///
    /// `carries_key` says whether any request will carry a key.
    ///
    /// # Errors
    /// [`Failure::Unsealed`] where a key would cross the network in clear; [`Failure::Usage`] for
    /// an endpoint, profile or CA bundle that cannot be used.
    pub async fn connect(options: &Connect, carries_key: bool) -> Result<Store, Failure> {
        let profiles = load_profiles(options).await?;
        let profile = profiles.get_profile(profiles.selected_profile());
        let of_profile = |name: &str| profile.and_then(|section| section.get(name));

        let trust = Trust::load(
            options.ca_bundle.clone().map(|path| (path, "--ca-bundle")),
            of_profile("ca_bundle"),
        )?;
        let shared = load_shared(options, &trust).await;
        let endpoint = match &options.endpoint_url {
            Some(url) => Some(url.clone()),
            None => configured_endpoint(&shared),
        };
        let parsed = endpoint.as_deref().map(parse_endpoint).transpose()?;
        let amazons_own = [shared.use_fips(), shared.use_dual_stack()].contains(&Some(true));
        if parsed.is_some() && amazons_own {
            return Err(Failure::usage("FIPS and dual-stack endpoints are Amazon's own, but another endpoint is named")
                .hint("unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or leave the endpoint out"));
        }
        if let (true, Some(url)) = (carries_key && !options.allow_http, &parsed) {
            refuse_plain_http(url)?;
        }

        let latency = Latency::unknown();
        let mut config = Builder::from(&shared)
            .interceptor(latency.clone())
            .interceptor(Requester {
                payer: options.request_payer.clone(),
                expected_owner: options.expected_bucket_owner.clone(),
            })
            .interceptor(OneEcho)
            .interceptor(RequestLog)
            .retry_classifier(Permanent)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .force_path_style(path_style(endpoint.is_some(), of_profile("s3")));
        // An empty variable names no endpoint, whatever the SDK has made of it.
        config.set_endpoint_url(
            parsed.as_ref().map(|url| url.to_string().trim_end_matches('/').to_owned()),
        );
        if parsed.as_ref().is_some_and(|url| url.scheme_str() == Some("http")) {
            config = config.http_client(trust::plain_client());
        }
        if options.no_sign_request {
            config = config.allow_no_auth();
        }
        let client = Client::from_conf(config.build());
        Ok(Store {
            client: RwLock::new(client),
            endpoint,
            credentials: shared.credentials_provider(),
            checksums: Checksums::wanted(
                shared.request_checksum_calculation()
                    != Some(RequestChecksumCalculation::WhenRequired),
                shared.response_checksum_validation()
                    != Some(ResponseChecksumValidation::WhenRequired),
            ),
            proven: Proven::default(),
            latency,
        })
    }

    /// Whether requests go to Amazon's own service.
    pub fn is_amazon(&self) -> bool {
        let host = self.endpoint.as_deref().and_then(|url| {
            url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase))
        });
        match host {
            None => true,
            Some(host) => AMAZON.iter().any(|domain| {
                host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }),
        }
    }

    /// The endpoint that the user named, if any.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The client as it stands now.
    pub(super) fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The shortest time that the store took to answer, none where it has not answered yet.
    pub fn fastest_answer(&self) -> Option<Duration> {
        self.latency.fastest()
    }

    /// Whether the store has refused a request because of its checksum headers.
    pub fn refuses_checksums(&self) -> bool {
        self.checksums.are_refused()
    }

    /// Sends a request, and sends it again where Amazon says that the bucket is in another region, or
    /// where the store knows no checksum headers.
    ///
    /// The region comes from `x-amz-bucket-region` alone: following a `Location` would take the key
    /// to whatever host it names.
    pub(super) async fn send<T, E, F>(&self, request: impl Fn(Client) -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
        SdkError<E>: Into<Refusal>,
    {
        let refusal = match request(self.client()).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error.into(),
        };
        if refusal.is_about_checksum_headers() && self.checksums.give_up() {
            tracing::debug!("the store refuses checksum headers");
            return request(self.client()).await.map_err(Into::into);
        }
        match self.other_region(&refusal) {
            Some(region) => {
                tracing::debug!(region, "the bucket is in another region");
                self.move_to(region);
                request(self.client()).await.map_err(Into::into)
            }
            None => Err(refusal),
        }
    }

    fn other_region(&self, refusal: &Refusal) -> Option<String> {
        let region = refusal.bucket_region.as_ref()?;
        let current = self.client().config().region().map(ToString::to_string);
        (self.endpoint.is_none() && current.as_ref() != Some(region)).then(|| region.clone())
    }

    fn move_to(&self, region: String) {
        let config = self.client().config().to_builder().region(Region::new(region)).build();
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Client::from_conf(config);
    }
}

async fn load_profiles(options: &Connect) -> Result<ProfileSet, Failure> {
    let wanted = options.profile.clone().map(Cow::Owned);
    let set = profile::load(&Fs::real(), &Env::real(), &Default::default(), wanted).await.map_err(
        |error| {
            Failure::usage(format!("the AWS configuration files cannot be read: {error}")).hint(
                "mend the file, or point AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE elsewhere",
            )
        },
    )?;
    let name = set.selected_profile();
    if name != "default" && set.get_profile(name).is_none() {
        return Err(Failure::usage(format!("the AWS configuration has no profile `{name}`"))
            .hint("name one that `aws configure list-profiles` shows, or unset AWS_PROFILE"));
    }
    Ok(set)
}

async fn load_shared(options: &Connect, trust: &Trust) -> SdkConfig {
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
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .read_timeout(READ_TIMEOUT)
                .build(),
        )
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled().grace_period(STALL_GRACE).build(),
        );
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

/// The endpoint that the environment or the profile names for S3, or for all services.
fn configured_endpoint(shared: &SdkConfig) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id("S3")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    let for_s3 = shared.service_config().and_then(|config| config.load_config(key));
    let for_all = || shared.endpoint_url().map(str::to_owned);
    for_s3.filter(|url| !url.is_empty()).or_else(for_all).filter(|url| !url.is_empty())
}

fn parse_endpoint(url: &str) -> Result<http::Uri, Failure> {
    let hint = "write it like https://s3.example.com or http://127.0.0.1:9000";
    let uri: http::Uri =
        url.parse().map_err(|_| Failure::usage("the endpoint is not a URL").hint(hint))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => {}
        _ => return Err(Failure::usage("the endpoint is not an http or https URL").hint(hint)),
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(Failure::usage("the endpoint holds a user name or password")
            .hint("give credentials by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or a profile"));
    }
    Ok(uri)
}

/// An SSE-C key is sent with every request: over plain http anybody on the way has it.
fn refuse_plain_http(endpoint: &http::Uri) -> Result<(), Failure> {
    if endpoint.scheme_str() != Some("http") || is_loopback(endpoint.host().unwrap_or_default()) {
        return Ok(());
    }
    let host = endpoint.authority().map_or("", |authority| authority.as_str());
    Err(Failure::unsealed(format!(
        "the key would cross the network in clear on its way to http://{host}: nothing was sent"
    ))
    .hint("use the store's https endpoint, or --allow-http if nobody else can listen"))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        // RFC 6761 section 6.3 keeps these names for the loopback interface.
        Err(_) => {
            bare.eq_ignore_ascii_case("localhost")
                || bare.to_ascii_lowercase().ends_with(".localhost")
        }
    }
}

/// Stores of one's own seldom have a DNS name per bucket; `addressing_style` in the profile's
/// nested `s3` section overrules, as in aws-cli.
fn path_style(custom_endpoint: bool, s3_section: Option<&str>) -> bool {
    let style = s3_section.unwrap_or_default().lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == "addressing_style").then(|| value.trim().to_owned())
    });
    match style.as_deref() {
        Some("path") => true,
        Some("virtual") => false,
        _ => custom_endpoint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_over_https_or_stay_on_this_machine() {
        for url in [
            "https://store.example",
            "http://127.0.0.1:9000",
            "http://127.9.9.9",
            "http://[::1]:9000",
            "http://localhost:9000",
            "http://demo.localhost:9000",
        ] {
            assert!(refuse_plain_http(&url.parse().unwrap()).is_ok(), "{url}");
        }
        for url in [
            "http://store.example",
            "http://10.0.0.1:9000",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[2001:db8::1]:9000",
        ] {
            let failure = refuse_plain_http(&url.parse().unwrap()).expect_err(url);
            assert_eq!(failure.exit_code(), 6, "{url}");
        }
    }

    #[test]
    fn endpoints_must_be_urls() {
        for url in
            ["", "store.example", "ftp://store.example", "https://a:b@store.example", "http://"]
        {
            assert_eq!(parse_endpoint(url).expect_err(url).exit_code(), 2, "{url}");
        }
    }

    #[test]
    fn addressing_style_is_the_profiles() {
        assert!(path_style(true, None));
        assert!(!path_style(false, None));
        assert!(path_style(false, Some("\n  addressing_style = path\n")));
        assert!(!path_style(true, Some("max_concurrent_requests = 3\naddressing_style = virtual")));
        assert!(path_style(true, Some("addressing_style = auto")));
    }
}
