//! The connection that the rules supply for a URL.

use super::config::Config;
use super::connection::RuleConnection;
use super::rule::{KeyRecipient, Rule};
use crate::failure::Failure;
use crate::location::Location;

/// What the rules say of where a URL is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// No rule is for its bucket.
    Unknown,
    Known(RuleConnection),
    /// Rules for it have different endpoints, regions or profiles: these endpoints.
    Several(Vec<String>),
}

/// Where the objects at or below this URL are: the connection of the rule with the longest prefix above it, else of the rules
/// below it, else of any rules for its bucket. `endpoint`: only rules for this endpoint count.
/// Errors: `Kind::Usage` if config.toml cannot be read.
pub(crate) fn connection_for(at: &Location, endpoint: Option<&str>) -> Result<Reach, Failure> {
    Ok(choose(&Config::load()?.rules, at, endpoint))
}

fn choose(rules: &[Rule], at: &Location, endpoint: Option<&str>) -> Reach {
    let is_for = |rule: &&Rule| endpoint.is_none_or(|url| rule.is_for(KeyRecipient::Endpoint(url)));
    let of_bucket = |rule: &&Rule| rule.bucket() == at.bucket;
    let rules: Vec<&Rule> = rules.iter().filter(is_for).filter(of_bucket).collect();
    let above = |rule: &&&Rule| rule.covers_at_own_endpoint(at);
    let longest = rules.iter().filter(above).map(|rule| rule.prefix_length()).max();
    let folder = at.folder();
    let is_nearest = |rule: &&&Rule| match longest {
        Some(longest) => rule.covers_at_own_endpoint(at) && rule.prefix_length() == longest,
        None => rule.overlaps_at_own_endpoint(&folder),
    };
    let mut nearest: Vec<RuleConnection> =
        rules.iter().filter(is_nearest).map(|rule| rule.connection()).collect();
    if nearest.is_empty() {
        nearest = rules.iter().map(|rule| rule.connection()).collect();
    }
    match nearest.as_slice() {
        [] => Reach::Unknown,
        [first, rest @ ..] if rest.iter().all(|other| other == first) => {
            Reach::Known(first.clone())
        }
        several => {
            let endpoint = |it: &RuleConnection| it.endpoint.clone().unwrap_or("aws".to_owned());
            let mut endpoints: Vec<String> = several.iter().map(endpoint).collect();
            endpoints.dedup();
            Reach::Several(endpoints)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rule::Endpoint;
    use super::*;

    fn rule(endpoint: &str, prefix: &str, region: &str) -> Rule {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        Rule::new(endpoint, &prefix.parse().unwrap(), 0, Vec::new())
            .reached_by(Some(region.to_owned()), None)
    }

    #[test]
    fn the_longest_prefix_counts_and_a_tie_does_not() {
        let rules = [
            rule("https://one.example", "s3://b", "one"),
            rule("https://two.example", "s3://b/p", "two"),
            rule("https://three.example", "s3://tie", "three"),
            rule("aws", "s3://tie", "four"),
            rule("https://five.example", "s3://deep/p", "five"),
        ];
        let chosen = |url: &str, endpoint| match choose(&rules, &url.parse().unwrap(), endpoint) {
            Reach::Known(it) => it.region,
            Reach::Unknown => None,
            Reach::Several(_) => Some("several".to_owned()),
        };
        for (url, endpoint, region) in [
            ("s3://b/x", None, Some("one")),
            ("s3://b", None, Some("one")),
            ("s3://b/p/x", None, Some("two")),
            ("s3://b/p/x", Some("https://one.example/"), Some("one")),
            ("s3://b/p/x", Some("https://other.example"), None),
            ("s3://tie/x", None, Some("several")),
            ("s3://tie/x", Some("https://three.example"), Some("three")),
            ("s3://deep", None, Some("five")),
            ("s3://deep/q", None, Some("five")),
            ("s3://other", None, None),
        ] {
            assert_eq!(chosen(url, endpoint).as_deref(), region, "{url} {endpoint:?}");
        }
    }
}
