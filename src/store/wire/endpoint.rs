//! Which endpoint requests go to, whether the path names the bucket, and the refusal to send keys over plain http.

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::http::is_loopback;
use crate::failure::{Advice, Failure};

const AMAZON: [&str; 2] = ["amazonaws.com", "amazonaws.com.cn"];

/// The endpoint that the environment or the profile names for S3, or for all services.
pub(super) fn configured(shared: &SdkConfig) -> Option<String> {
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

/// Parses an endpoint URL.
/// Errors: `Kind::Usage` if it is not a URL, or contains credentials.
pub(super) fn parse(url: &str) -> Result<http::Uri, Failure> {
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

/// Whether this is Amazon's own service, as it is without an endpoint.
pub(super) fn is_amazon(endpoint: Option<&str>) -> bool {
    let host = endpoint.and_then(|url| {
        url.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_ascii_lowercase))
    });
    match host {
        None => true,
        Some(host) => AMAZON.iter().any(|domain| {
            host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        }),
    }
}

/// Whether both are the same URL; none stands for Amazon's own.
pub(super) fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let parts = |url: &str| {
        let url: http::Uri = url.parse().ok()?;
        let scheme = url.scheme_str()?.to_ascii_lowercase();
        let port = url.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        Some((scheme, url.host()?.to_ascii_lowercase(), port))
    };
    one.map(parts) == other.map(parts)
}

/// An SSE-C key is sent with every request: over plain http everyone on the path can read it.
/// Errors: `Kind::Unsealed` for http to another machine.
pub(super) fn refuse_plain_http(endpoint: &http::Uri) -> Result<(), Failure> {
    if endpoint.scheme_str() != Some("http") || is_loopback(endpoint.host().unwrap_or_default()) {
        return Ok(());
    }
    let host = endpoint.authority().map_or("", |authority| authority.as_str());
    Err(Failure::unsealed(format!(
        "the key would cross the network in clear on its way to http://{host}: nothing was sent"
    ))
    .hint(Advice::UseHttpsEndpoint))
}

/// Self-hosted stores rarely have a DNS name per bucket. As in aws-cli, `addressing_style` in the profile's nested `s3`
/// section takes precedence.
pub(super) fn is_path_style(custom_endpoint: bool, s3_section: Option<&str>) -> bool {
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
            assert_eq!(parse(url).expect_err(url).exit_code(), 2, "{url}");
        }
    }

    #[test]
    fn an_endpoint_has_several_spellings() {
        let store = Some("https://store.example");
        for url in ["https://store.example/", "https://STORE.example:443"] {
            assert!(is_same(store, Some(url)), "{url}");
        }
        for url in ["https://store.example:8443", "http://store.example", "https://b.example"] {
            assert!(!is_same(store, Some(url)), "{url}");
        }
        assert!(is_same(None, None) && !is_same(None, store));
    }

    #[test]
    fn addressing_style_is_the_profiles() {
        assert!(is_path_style(true, None));
        assert!(!is_path_style(false, None));
        assert!(is_path_style(false, Some("\n  addressing_style = path\n")));
        assert!(!is_path_style(
            true,
            Some("max_concurrent_requests = 3\naddressing_style = virtual")
        ));
        assert!(is_path_style(true, Some("addressing_style = auto")));
    }
}
