//! The connection settings that the rules of config.toml supply: endpoint, region and profile of a bucket.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::key::ring::{Reach, RuleConnection, connection_for};
use crate::location::Location;
use crate::store::wire::Connect;

/// Supplements the options with the connection of the rule for the `s3://` URLs among the operands. Options and environment
/// variables take precedence. A rule for another endpoint than the one they name supplies nothing, and if they name a
/// profile other than the rule's, no rule does: its store may not be the one that the profile is for.
/// `names_source`: the store of the source is named by options of its own.
/// Errors: `Kind::Usage` if config.toml cannot be read, or if its rules name different stores for a URL or for several.
pub(crate) fn supplement(
    connect: &Connect,
    operands: &[OsString],
    names_source: bool,
) -> Result<Connect, Failure> {
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
    let profile = connect.profile.clone().or_else(|| variable(&["AWS_PROFILE"]));
    let is_named = endpoint.is_some() || profile.is_some();
    let urls = urls(operands, names_source);
    let Some(rule) = rule_for(&urls, endpoint.as_deref(), is_named)? else { return Ok(connect) };
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

/// The places that the options are about: all, or the destination alone if the source has options of its own.
fn urls(operands: &[OsString], names_source: bool) -> Vec<Location> {
    let operands = operands.iter().filter_map(|it| it.to_str());
    let urls = operands.filter(|it| it.starts_with("s3://"));
    let mut urls: Vec<Location> = urls.filter_map(|url| url.parse().ok()).collect();
    if names_source && urls.len() > 1 {
        urls.drain(..urls.len() - 1);
    }
    urls
}

/// The connection of the first URL that has a rule. `is_named`: the user named the store, so that rules that differ do not
/// matter.
/// Errors: `Kind::Usage` if the rules for a URL differ, or the rule of another URL does.
fn rule_for(
    urls: &[Location],
    endpoint: Option<&str>,
    is_named: bool,
) -> Result<Option<RuleConnection>, Failure> {
    let mut found: Option<(&Location, RuleConnection)> = None;
    for at in urls {
        let rule = match connection_for(at, endpoint)? {
            Reach::Unknown => continue,
            Reach::Several(_) if is_named => return Ok(None),
            Reach::Several(endpoints) => {
                return Err(Failure::usage(format!(
                    "the rules of config.toml do not agree where {at} is: {}",
                    endpoints.join(", ")
                ))
                .hint("name the store with --endpoint-url or --profile"));
            }
            Reach::Known(rule) => rule,
        };
        match &found {
            Some((_, other)) if *other != rule && is_named => return Ok(None),
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
pub(super) fn variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}
