//! The connection that the rules supply for a URL.

use super::config::Config;
use super::connection::RuleConnection;
use super::rule::{KeyRecipient, Rule};
use crate::failure::Failure;
use crate::location::Location;

/// Where the objects at or below this URL are: the connection of the rule with the longest prefix above it, else of the rules
/// below it. `endpoint`: only rules for this endpoint count. None if no rule applies, or if several apply that differ.
/// Errors: `Kind::Usage` if config.toml cannot be read.
pub(crate) fn connection_for(
    at: &Location,
    endpoint: Option<&str>,
) -> Result<Option<RuleConnection>, Failure> {
    Ok(choose(&Config::load()?.rules, at, endpoint))
}

fn choose(rules: &[Rule], at: &Location, endpoint: Option<&str>) -> Option<RuleConnection> {
    let is_for = |rule: &&Rule| endpoint.is_none_or(|url| rule.is_for(KeyRecipient::Endpoint(url)));
    let rules: Vec<&Rule> = rules.iter().filter(is_for).collect();
    let above = || rules.iter().filter(|rule| rule.covers_at_own_endpoint(at));
    let chosen: Vec<RuleConnection> = match above().map(|rule| rule.prefix_length()).max() {
        Some(longest) => above()
            .filter(|rule| rule.prefix_length() == longest)
            .map(|rule| rule.connection())
            .collect(),
        None => {
            let folder = at.folder();
            let below = rules.iter().filter(|rule| rule.overlaps_at_own_endpoint(&folder));
            below.map(|rule| rule.connection()).collect()
        }
    };
    let first = chosen.first()?;
    chosen.iter().all(|other| other == first).then(|| first.clone())
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
        let chosen = |url: &str, endpoint| {
            choose(&rules, &url.parse().unwrap(), endpoint).and_then(|it| it.region)
        };
        for (url, endpoint, region) in [
            ("s3://b/x", None, Some("one")),
            ("s3://b", None, Some("one")),
            ("s3://b/p/x", None, Some("two")),
            ("s3://b/p/x", Some("https://one.example/"), Some("one")),
            ("s3://b/p/x", Some("https://other.example"), None),
            ("s3://tie/x", None, None),
            ("s3://tie/x", Some("https://three.example"), Some("three")),
            ("s3://deep", None, Some("five")),
            ("s3://deep/q", None, None),
            ("s3://other", None, None),
        ] {
            assert_eq!(chosen(url, endpoint).as_deref(), region, "{url} {endpoint:?}");
        }
    }
}
