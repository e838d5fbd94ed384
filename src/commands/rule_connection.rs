//! The connection settings that the rules of config.toml supply: endpoint, region and profile of a bucket.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::key::ring::connection_for;
use crate::location::Location;
use crate::store::wire::Connect;

/// Supplements the options with the connection of the rule for the first `s3://` URL among the arguments. Options and
/// environment variables take precedence. A rule for another endpoint than the one they name supplies nothing, and if they
/// name credentials or a profile other than the rule's, no rule does: its store may not be the one that those are for.
/// Errors: `Kind::Usage` if config.toml cannot be read.
pub(crate) fn supplement(connect: &Connect, arguments: &[OsString]) -> Result<Connect, Failure> {
    let mut connect = connect.clone();
    let urls = arguments.iter().filter_map(|argument| argument.to_str());
    let locations = urls.filter(|url| url.starts_with("s3://")).map(str::parse::<Location>);
    let Some(Ok(at)) = locations.into_iter().next() else { return Ok(connect) };
    let endpoint = connect
        .endpoint_url
        .clone()
        .or_else(|| variable(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]));
    let Some(rule) = connection_for(&at, endpoint.as_deref())? else { return Ok(connect) };
    let profile = connect.profile.clone().or_else(|| variable(&["AWS_PROFILE"]));
    let has_credentials = variable(&["AWS_ACCESS_KEY_ID"]).is_some() || connect.no_sign_request;
    if profile.is_some() && profile != rule.profile {
        return Ok(connect);
    }
    if endpoint.is_none() {
        connect.endpoint_url = rule.endpoint;
    }
    if connect.region.is_none() && variable(&["AWS_REGION", "AWS_DEFAULT_REGION"]).is_none() {
        connect.region = rule.region;
    }
    if !has_credentials && profile.is_none() {
        connect.profile = rule.profile;
    }
    Ok(connect)
}

/// The value of the first of these variables that is set and not empty.
fn variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}
