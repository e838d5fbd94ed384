//! Where a key of config.toml may be sent: to one endpoint, for the objects below one prefix.

use std::fmt;

use super::connection::RuleConnection;
use crate::location::Location;

/// The server that receives a key with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyRecipient<'a> {
    /// Amazon S3, reached without naming an endpoint.
    Amazon,
    /// The store at this URL.
    Endpoint(&'a str),
    /// The host of a presigned URL.
    PresignedUrl,
}

/// The store that a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    Amazon,
    /// A URL as [`normalised`] writes it.
    Url(String),
}

/// Which key seals the objects below a prefix, and which retired keys may still open them.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) endpoint: Endpoint,
    /// A folder: the key is empty or ends in `/`.
    prefix: Location,
    /// Indexes of keys in the config file.
    pub(super) key: usize,
    pub(super) retired: Vec<usize>,
    region: Option<String>,
    /// The profile of the AWS files.
    profile: Option<String>,
}

impl Endpoint {
    /// Parses `aws` or a URL.
    pub(super) fn parse(text: &str) -> Option<Endpoint> {
        match text {
            "aws" => Some(Endpoint::Amazon),
            _ => normalised(text).map(Endpoint::Url),
        }
    }

    fn matches(&self, recipient: KeyRecipient<'_>) -> bool {
        match (self, recipient) {
            (Endpoint::Amazon, KeyRecipient::Amazon) => true,
            (Endpoint::Url(url), KeyRecipient::Endpoint(other)) => {
                Some(url) == normalised(other).as_ref()
            }
            _ => false,
        }
    }

    /// None for Amazon's own.
    pub(super) fn url(&self) -> Option<&str> {
        if let Endpoint::Url(url) = self { Some(url) } else { None }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Endpoint::Amazon => "aws",
            Endpoint::Url(url) => url,
        })
    }
}

impl Rule {
    pub(super) fn new(
        endpoint: Endpoint,
        prefix: &Location,
        key: usize,
        retired: Vec<usize>,
    ) -> Rule {
        Rule { endpoint, prefix: prefix.folder(), key, retired, region: None, profile: None }
    }

    /// The same rule, with the region of the bucket and the profile of the AWS files to reach it with.
    pub(super) fn reached_by(self, region: Option<String>, profile: Option<String>) -> Rule {
        Rule { region, profile, ..self }
    }

    /// All keys of the rule, the sealing one first.
    pub(super) fn keys(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.key).chain(self.retired.iter().copied())
    }

    /// Whether the rule applies to this object of this store.
    pub(super) fn covers(&self, recipient: KeyRecipient<'_>, at: &Location) -> bool {
        let Location { bucket, key: folder } = &self.prefix;
        // The object `p` is covered by the prefix `p/`.
        let is_folder_name = !at.key.is_empty() && folder.strip_suffix('/') == Some(&at.key);
        let is_below = at.key.starts_with(folder.as_str()) || is_folder_name;
        *bucket == at.bucket && is_below && self.endpoint.matches(recipient)
    }

    /// Whether the rule applies to anything in this folder of this store.
    pub(super) fn overlaps(&self, recipient: KeyRecipient<'_>, folder: &Location) -> bool {
        let is_below =
            self.prefix.bucket == folder.bucket && self.prefix.key.starts_with(&folder.key);
        self.covers(recipient, folder) || (is_below && self.endpoint.matches(recipient))
    }

    /// Whether the rule applies to an object of this name at the rule's own endpoint.
    pub(super) fn covers_at_own_endpoint(&self, at: &Location) -> bool {
        match &self.endpoint {
            Endpoint::Amazon => self.covers(KeyRecipient::Amazon, at),
            Endpoint::Url(url) => self.covers(KeyRecipient::Endpoint(url), at),
        }
    }

    /// Whether the rule applies to anything in this folder at the rule's own endpoint.
    pub(super) fn overlaps_at_own_endpoint(&self, folder: &Location) -> bool {
        match &self.endpoint {
            Endpoint::Amazon => self.overlaps(KeyRecipient::Amazon, folder),
            Endpoint::Url(url) => self.overlaps(KeyRecipient::Endpoint(url), folder),
        }
    }

    /// Whether the rule is for this endpoint.
    pub(super) fn is_for(&self, recipient: KeyRecipient<'_>) -> bool {
        self.endpoint.matches(recipient)
    }

    pub(super) fn connection(&self) -> RuleConnection {
        let endpoint = match &self.endpoint {
            Endpoint::Amazon => None,
            Endpoint::Url(url) => Some(url.clone()),
        };
        let (region, profile) = (self.region.clone(), self.profile.clone());
        RuleConnection { endpoint, region, profile }
    }

    /// In bytes. If several rules cover an object, the longest prefix wins.
    pub(super) fn prefix_length(&self) -> usize {
        self.prefix.key.len()
    }

    /// Whether both rules have the same endpoint and prefix, so that neither wins.
    pub(super) fn has_same_scope(&self, other: &Rule) -> bool {
        self.prefix == other.prefix && self.endpoint == other.endpoint
    }

    pub(super) fn prefix(&self) -> String {
        self.prefix.to_string()
    }

    pub(super) fn prefix_location(&self) -> &Location {
        &self.prefix
    }

    pub(super) fn bucket(&self) -> &str {
        &self.prefix.bucket
    }
}

/// The URL with scheme and host in lower case, without the scheme's default port and without a final slash. None if it is
/// not an http(s) endpoint.
fn normalised(url: &str) -> Option<String> {
    let url: http::Uri = url.parse().ok()?;
    let scheme = url.scheme_str()?.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let host = url.host().filter(|host| !host.is_empty())?.to_ascii_lowercase();
    let has_extras = url.query().is_some() || url.authority()?.as_str().contains('@');
    let port = url.port_u16().unwrap_or(default_port);
    let path = url.path().trim_end_matches('/');
    (!has_extras).then(|| {
        if port == default_port {
            format!("{scheme}://{host}{path}")
        } else {
            format!("{scheme}://{host}:{port}{path}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Location {
        url.parse().unwrap()
    }

    fn rule(endpoint: &str, prefix: &str) -> Rule {
        Rule::new(Endpoint::parse(endpoint).unwrap(), &at(prefix), 0, Vec::new())
    }

    #[test]
    fn a_prefix_is_a_folder() {
        let rule = rule("aws", "s3://b/p/");
        for inside in ["s3://b/p", "s3://b/p/", "s3://b/p/x", "s3://b/p//x"] {
            assert!(rule.covers(KeyRecipient::Amazon, &at(inside)), "{inside}");
        }
        for outside in ["s3://b/p2", "s3://b/P/x", "s3://b", "s3://b2/p/x", "s3://b/x/p/x"] {
            assert!(!rule.covers(KeyRecipient::Amazon, &at(outside)), "{outside}");
        }
    }

    #[test]
    fn slashes_are_significant() {
        let rule = rule("aws", "s3://b/p//");
        assert!(rule.covers(KeyRecipient::Amazon, &at("s3://b/p//x")));
        for outside in ["s3://b/p/x", "s3://b/p", "s3://b/x"] {
            assert!(!rule.covers(KeyRecipient::Amazon, &at(outside)), "{outside}");
        }
        let nameless = self::rule("aws", "s3://b//");
        assert!(nameless.covers(KeyRecipient::Amazon, &at("s3://b//x")));
        assert!(!nameless.covers(KeyRecipient::Amazon, &at("s3://b/x")));
    }

    #[test]
    fn a_folder_may_contain_objects_of_a_rule() {
        let rule = rule("aws", "s3://b/p/q");
        for folder in ["s3://b/", "s3://b/p/", "s3://b/p/q/", "s3://b/p/q/r/"] {
            assert!(rule.overlaps(KeyRecipient::Amazon, &at(folder)), "{folder}");
        }
        for folder in ["s3://b/x/", "s3://b2/", "s3://b/p/q2/"] {
            assert!(!rule.overlaps(KeyRecipient::Amazon, &at(folder)), "{folder}");
        }
        assert!(!rule.overlaps(KeyRecipient::Endpoint("https://h"), &at("s3://b/")));
    }

    #[test]
    fn an_endpoint_matches_only_itself() {
        let object = at("s3://b/x");
        let rule = rule("HTTPS://Store.Example:443/", "s3://b");
        for same in ["https://store.example", "https://STORE.example/", "https://store.example:443"]
        {
            assert!(rule.covers(KeyRecipient::Endpoint(same), &object), "{same}");
        }
        for other in [
            "http://store.example",
            "https://store.example:444",
            "https://store.example.com",
            "https://store.example/path",
            "https://store.example@evil.example",
            "",
        ] {
            assert!(!rule.covers(KeyRecipient::Endpoint(other), &object), "{other}");
        }
        assert!(!rule.covers(KeyRecipient::Amazon, &object));
        assert!(!rule.covers(KeyRecipient::PresignedUrl, &object));
        let amazon = self::rule("aws", "s3://b");
        assert!(!amazon.covers(KeyRecipient::Endpoint("https://s3.amazonaws.com"), &object));
    }

    #[test]
    fn invalid_endpoints() {
        for text in [
            "",
            "AWS",
            "store.example",
            "ftp://store.example",
            "https://",
            "https://a@b",
            "https://a/?b",
        ] {
            assert!(Endpoint::parse(text).is_none(), "{text}");
        }
    }
}
