//! The judgement of the rules of config.toml: those that never count, that change nothing, or that overlap.

use crate::key::ring::RuleSummary;
use crate::store::wire::http::is_loopback;

/// What is wrong with the rules.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Judgement {
    /// What should be changed, and how.
    pub(super) faults: Vec<(String, String)>,
    /// Overlaps, which are allowed: the longer prefix counts.
    pub(super) notes: Vec<String>,
}

/// `names`: all keys of the file. `allows_http`: keys may be sent over plain http.
pub(super) fn judge(rules: &[RuleSummary<'_>], names: &[&str], allows_http: bool) -> Judgement {
    let mut judgement = Judgement::default();
    for (index, rule) in rules.iter().enumerate() {
        let shown = shown(index, rule);
        judgement.faults.extend(fault_of_endpoint(rule, &shown, allows_http));
        if rule.retired.contains(&rule.key) {
            judgement.faults.push((
                format!("{shown} names its key `{}` among the retired ones, too", rule.key),
                format!("leave `{}` out of `retired`", rule.key),
            ));
        }
        let Some((around, outer)) = enclosing(rules, rule) else { continue };
        let outer_shown = self::shown(around, outer);
        if has_same_effect(rule, outer) {
            judgement.faults.push((
                format!("{shown} changes nothing: {outer_shown} names the same keys"),
                "leave out the rule with the longer prefix".to_owned(),
            ));
        } else {
            let opens = keys(rule).any(|key| key == outer.key);
            let rest = if opens { "" } else { ", whose key is not tried there" };
            judgement.notes.push(format!("{shown} comes before {outer_shown}{rest}"));
        }
    }
    for (index, rule) in rules.iter().enumerate() {
        let is_twin = |other: &&RuleSummary<'_>| {
            other.prefix.bucket == rule.prefix.bucket && other.endpoint != rule.endpoint
        };
        if let Some(other) = rules[..index].iter().find(is_twin) {
            judgement.notes.push(format!(
                "{} is for a bucket that a rule at {} names, too: name the store with --endpoint-url",
                self::shown(index, rule),
                other.endpoint
            ));
        }
    }
    let is_used = |name: &str| rules.iter().any(|rule| keys(rule).any(|key| key == name));
    for name in names.iter().filter(|name| !is_used(name)) {
        judgement.faults.push((
            format!("no rule names the key `{name}`, so it is sent nowhere"),
            format!("add a rule for `{name}`, or leave out [keys.{name}]"),
        ));
    }
    judgement
}

fn shown(index: usize, rule: &RuleSummary<'_>) -> String {
    format!("rule {} ({} at {})", index + 1, rule.prefix, rule.endpoint)
}

fn keys<'a>(rule: &'a RuleSummary<'_>) -> impl Iterator<Item = &'a str> {
    std::iter::once(rule.key).chain(rule.retired.iter().copied())
}

fn has_same_effect(rule: &RuleSummary<'_>, other: &RuleSummary<'_>) -> bool {
    let all_in = |one: &RuleSummary<'_>, other: &RuleSummary<'_>| {
        one.retired.iter().all(|key| keys(other).any(|it| it == *key))
    };
    let has_same_keys = rule.key == other.key && all_in(rule, other) && all_in(other, rule);
    has_same_keys && rule.connection == other.connection
}

/// The rule that would count if this one were not there.
fn enclosing<'a>(
    rules: &'a [RuleSummary<'a>],
    rule: &RuleSummary<'_>,
) -> Option<(usize, &'a RuleSummary<'a>)> {
    let is_around = |other: &RuleSummary<'_>| {
        other.endpoint == rule.endpoint
            && other.prefix.bucket == rule.prefix.bucket
            && other.prefix.key.len() < rule.prefix.key.len()
            && rule.prefix.key.starts_with(&other.prefix.key)
    };
    let around = rules.iter().enumerate().filter(|(_, other)| is_around(other));
    around.max_by_key(|(_, other)| other.prefix.key.len())
}

/// An endpoint at which the rule never counts.
fn fault_of_endpoint(
    rule: &RuleSummary<'_>,
    shown: &str,
    allows_http: bool,
) -> Option<(String, String)> {
    let url: http::Uri =
        rule.endpoint.parse().ok().filter(|url: &http::Uri| url.scheme().is_some())?;
    let host = url.host()?;
    let is_amazon = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    if host.starts_with(&format!("{}.", rule.prefix.bucket)) {
        return Some((
            format!("{shown} counts for no request: its endpoint begins with the bucket's name"),
            "name the store's own URL, without the bucket".to_owned(),
        ));
    }
    // The endpoints of a VPC are named with each request.
    if is_amazon && !host.contains(".vpce") {
        return Some((
            format!("{shown} counts only if that URL is named as the endpoint"),
            "write endpoint = \"aws\" for Amazon's own endpoints".to_owned(),
        ));
    }
    if url.scheme_str() == Some("http") && !allows_http && !is_loopback(host) {
        return Some((
            format!("{shown} counts for no request: no key is sent over plain http"),
            "name the store's https endpoint".to_owned(),
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Location;

    fn judged(rules: &[(&str, &str, &str, &[&'static str])], names: &[&str]) -> Judgement {
        let prefixes: Vec<Location> =
            rules.iter().map(|rule| rule.1.parse::<Location>().unwrap().folder()).collect();
        let rules: Vec<_> = rules
            .iter()
            .zip(&prefixes)
            .map(|((endpoint, _, key, retired), prefix)| RuleSummary {
                endpoint: (*endpoint).to_owned(),
                prefix,
                key,
                retired: retired.to_vec(),
                connection: Default::default(),
            })
            .collect();
        judge(&rules, names, false)
    }

    #[track_caller]
    fn faults(rules: &[(&str, &str, &str, &[&'static str])], words: &[&str]) {
        let found = judged(rules, &["a", "b"][..1]).faults;
        assert_eq!(found.len(), words.len(), "{found:?}");
        for ((fault, _), words) in found.iter().zip(words) {
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[test]
    fn rules_that_are_fine() {
        let two: [(&str, &str, &str, &[&str]); 2] =
            [("aws", "s3://b", "a", &[]), ("https://h", "s3://c/p", "b", &["a"])];
        assert_eq!(judged(&two, &["a", "b"]), Judgement::default());
        let twins: [(&str, &str, &str, &[&str]); 2] =
            [("aws", "s3://b", "a", &[]), ("https://h", "s3://b/p", "b", &[])];
        let judged_twins = judged(&twins, &["a", "b"]);
        assert!(judged_twins.faults.is_empty());
        assert!(judged_twins.notes[0].contains("name the store with --endpoint-url"));
        let loopback = [("http://127.0.0.1:9000", "s3://b", "a", &[][..])];
        assert_eq!(judged(&loopback, &["a"]), Judgement::default());
        let of_a_vpc = "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com";
        assert_eq!(judged(&[(of_a_vpc, "s3://b", "a", &[])], &["a"]), Judgement::default());
    }

    #[test]
    fn rules_that_never_count() {
        for (endpoint, words) in [
            ("https://s3.eu-central-1.amazonaws.com", "only if that URL is named"),
            ("https://b.store.example", "begins with the bucket's name"),
            ("http://store.example", "over plain http"),
        ] {
            faults(&[(endpoint, "s3://b", "a", &[])], &[words]);
        }
    }

    #[test]
    fn rules_that_overlap() {
        let outer = ("aws", "s3://b", "a", &[][..]);
        faults(&[("aws", "s3://b/p", "a", &[]), outer], &["rule 1 (s3://b/p/ at aws) changes"]);
        faults(&[outer, ("aws", "s3://b", "a", &["a"])], &["among the retired ones"]);
        let notes = judged(&[outer, ("aws", "s3://b/p", "b", &[])], &["a", "b"]).notes;
        assert_eq!(
            notes,
            [
                "rule 2 (s3://b/p/ at aws) comes before rule 1 (s3://b/ at aws), whose key is not tried there"
            ]
        );
        let notes = judged(&[outer, ("aws", "s3://b/p", "b", &["a"])], &["a", "b"]).notes;
        assert_eq!(notes, ["rule 2 (s3://b/p/ at aws) comes before rule 1 (s3://b/ at aws)"]);
        // The nearest one counts.
        let three = [outer, ("aws", "s3://b/p", "b", &["a"]), ("aws", "s3://b/p/q", "b", &["a"])];
        assert_eq!(judged(&three, &["a", "b"]).faults.len(), 1);
        // A name that only begins alike is no folder around.
        assert_eq!(
            judged(&[("aws", "s3://b/p", "a", &[]), ("aws", "s3://b/p2", "a", &[])], &["a"]),
            Judgement::default()
        );
    }

    #[test]
    fn a_key_without_a_rule_goes_nowhere() {
        let found = judged(&[("aws", "s3://b", "a", &[])], &["a", "b"]);
        assert!(found.faults[0].0.contains("no rule names the key `b`"), "{found:?}");
    }
}
