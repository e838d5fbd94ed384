//! The connection settings that the rules of config.toml supply: endpoint, region and profile of a bucket.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::key::ring::{RuleConnection, connection_for};
use crate::location::Location;
use crate::store::wire::Connect;

/// Options that name the store of the source on their own, so that the others are about the destination.
const SOURCE_OPTIONS: &[&str] =
    &["--source-endpoint-url", "--source-profile", "--source-region", "--source-no-sign-request"];

/// Supplements the options with the connection of the rule for the `s3://` URLs among the arguments. Options and environment
/// variables take precedence. A rule for another endpoint than the one they name supplies nothing, and if they name a
/// profile other than the rule's, no rule does: its store may not be the one that the profile is for.
/// Errors: `Kind::Usage` if config.toml cannot be read, or if its rules name different stores for the URLs.
pub(crate) fn supplement(connect: &Connect, arguments: &[OsString]) -> Result<Connect, Failure> {
    let mut connect = connect.clone();
    let endpoint = connect
        .endpoint_url
        .clone()
        .or_else(|| variable(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]));
    let has_region =
        connect.region.is_some() || variable(&["AWS_REGION", "AWS_DEFAULT_REGION"]).is_some();
    let has_credentials = variable(&["AWS_ACCESS_KEY_ID"]).is_some() || connect.no_sign_request;
    if endpoint.is_some() && has_region && has_credentials {
        return Ok(connect);
    }
    let Some(rule) = rule_for(&urls(arguments), endpoint.as_deref())? else { return Ok(connect) };
    let profile = connect.profile.clone().or_else(|| variable(&["AWS_PROFILE"]));
    if profile.is_some() && profile != rule.profile {
        return Ok(connect);
    }
    if endpoint.is_none() {
        connect.endpoint_url = rule.endpoint;
    }
    if !has_region {
        connect.region = rule.region;
    }
    if !has_credentials && profile.is_none() {
        connect.profile = rule.profile;
    }
    Ok(connect)
}

/// The places among the arguments that the options are about.
fn urls(arguments: &[OsString]) -> Vec<Location> {
    let arguments: Vec<&str> = arguments.iter().filter_map(|it| it.to_str()).collect();
    let urls = arguments.iter().filter(|it| it.starts_with("s3://"));
    let mut urls: Vec<Location> = urls.filter_map(|url| url.parse().ok()).collect();
    let names_source =
        arguments.iter().any(|it| SOURCE_OPTIONS.iter().any(|option| it.starts_with(option)));
    if names_source && urls.len() > 1 {
        urls.drain(..urls.len() - 1);
    }
    urls
}

/// The connection of the first URL that has a rule.
/// Errors: `Kind::Usage` if the rule of another URL differs.
fn rule_for(urls: &[Location], endpoint: Option<&str>) -> Result<Option<RuleConnection>, Failure> {
    let mut found: Option<(&Location, RuleConnection)> = None;
    for at in urls {
        let Some(rule) = connection_for(at, endpoint)? else { continue };
        match &found {
            Some((first, other)) if *other != rule => {
                return Err(Failure::usage(format!(
                    "config.toml names different stores, regions or profiles for {first} and {at}"
                ))
                .hint("name the source's with --source-endpoint-url, --source-region and --source-profile; other commands work on one store at a time"));
            }
            Some(_) => {}
            None => found = Some((at, rule)),
        }
    }
    Ok(found.map(|(_, rule)| rule))
}

/// The value of the first of these variables that is set and not empty.
fn variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}
