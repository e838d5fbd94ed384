//! Where a key of the ring may go: to one endpoint, and there to what is below one prefix.

use std::fmt;

use crate::location::Location;

/// Who gets a key with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receiver<'a> {
    /// Amazon S3, reached without naming an endpoint.
    Amazon,
    /// The store at this URL.
    Endpoint(&'a str),
    /// Whatever host a presigned URL names.
    PresignedUrl,
}

/// The store that a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    Amazon,
    /// A URL as [`normalised`] writes it.
    Url(String),
}

/// Which key seals what is below a prefix, and which others may still open it.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) endpoint: Endpoint,
    /// A folder.
    prefix: Location,
    /// The indexes of the keys.
    pub(super) key: usize,
    pub(super) retired: Vec<usize>,
}

impl Endpoint {
    /// Reads `aws` or a URL.
    pub(super) fn parse(text: &str) -> Option<Endpoint> {
        match text {
            "aws" => Some(Endpoint::Amazon),
            _ => normalised(text).map(Endpoint::Url),
        }
    }

    fn is(&self, receiver: Receiver<'_>) -> bool {
        match (self, receiver) {
            (Endpoint::Amazon, Receiver::Amazon) => true,
            (Endpoint::Url(url), Receiver::Endpoint(other)) => {
                Some(url) == normalised(other).as_ref()
            }
            _ => false,
        }
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
        Rule { endpoint, prefix: prefix.folder(), key, retired }
    }

    /// The keys: the one that seals first.
    pub(super) fn keys(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.key).chain(self.retired.iter().copied())
    }

    /// Whether the rule is for this object of this store.
    pub(super) fn covers(&self, receiver: Receiver<'_>, at: &Location) -> bool {
        let Location { bucket, key: folder } = &self.prefix;
        // An object of the folder's own name counts.
        let is_itself = !at.key.is_empty() && folder.strip_suffix('/') == Some(&at.key);
        let is_meant = at.key.starts_with(folder.as_str()) || is_itself;
        *bucket == at.bucket && is_meant && self.endpoint.is(receiver)
    }

    /// Whether the rule is for anything below this folder of this store.
    pub(super) fn meets(&self, receiver: Receiver<'_>, folder: &Location) -> bool {
        let is_below =
            self.prefix.bucket == folder.bucket && self.prefix.key.starts_with(&folder.key);
        self.covers(receiver, folder) || (is_below && self.endpoint.is(receiver))
    }

    /// Whether the rule is for an object of this name, at whatever endpoint.
    pub(super) fn names(&self, at: &Location) -> bool {
        match &self.endpoint {
            Endpoint::Amazon => self.covers(Receiver::Amazon, at),
            Endpoint::Url(url) => self.covers(Receiver::Endpoint(url), at),
        }
    }

    /// How much the prefix says: of several rules that cover an object, the one that says most counts.
    pub(super) fn length(&self) -> usize {
        self.prefix.key.len()
    }

    /// Whether nothing would tell which of the two counts.
    pub(super) fn covers_the_same(&self, other: &Rule) -> bool {
        self.prefix == other.prefix && self.endpoint == other.endpoint
    }

    /// The prefix as a URL.
    pub(super) fn prefix(&self) -> String {
        self.prefix.to_string()
    }
}

/// Scheme and host in lower case, the port always, no slash at the end. None for what is no endpoint.
fn normalised(url: &str) -> Option<String> {
    let url: http::Uri = url.parse().ok()?;
    let scheme = url.scheme_str()?.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let host = url.host().filter(|host| !host.is_empty())?.to_ascii_lowercase();
    let has_more = url.query().is_some() || url.authority()?.as_str().contains('@');
    let port = url.port_u16().unwrap_or(usual);
    let path = url.path().trim_end_matches('/');
    (!has_more).then(|| {
        if port == usual {
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
            assert!(rule.covers(Receiver::Amazon, &at(inside)), "{inside}");
        }
        for outside in ["s3://b/p2", "s3://b/P/x", "s3://b", "s3://b2/p/x", "s3://b/x/p/x"] {
            assert!(!rule.covers(Receiver::Amazon, &at(outside)), "{outside}");
        }
    }

    #[test]
    fn slashes_count() {
        let rule = rule("aws", "s3://b/p//");
        assert!(rule.covers(Receiver::Amazon, &at("s3://b/p//x")));
        for outside in ["s3://b/p/x", "s3://b/p", "s3://b/x"] {
            assert!(!rule.covers(Receiver::Amazon, &at(outside)), "{outside}");
        }
        let nameless = self::rule("aws", "s3://b//");
        assert!(nameless.covers(Receiver::Amazon, &at("s3://b//x")));
        assert!(!nameless.covers(Receiver::Amazon, &at("s3://b/x")));
    }

    #[test]
    fn a_folder_may_hold_what_a_rule_is_for() {
        let rule = rule("aws", "s3://b/p/q");
        for folder in ["s3://b/", "s3://b/p/", "s3://b/p/q/", "s3://b/p/q/r/"] {
            assert!(rule.meets(Receiver::Amazon, &at(folder)), "{folder}");
        }
        for folder in ["s3://b/x/", "s3://b2/", "s3://b/p/q2/"] {
            assert!(!rule.meets(Receiver::Amazon, &at(folder)), "{folder}");
        }
        assert!(!rule.meets(Receiver::Endpoint("https://h"), &at("s3://b/")));
    }

    #[test]
    fn an_endpoint_is_itself_and_no_other() {
        let object = at("s3://b/x");
        let rule = rule("HTTPS://Store.Example:443/", "s3://b");
        for same in ["https://store.example", "https://STORE.example/", "https://store.example:443"]
        {
            assert!(rule.covers(Receiver::Endpoint(same), &object), "{same}");
        }
        for other in [
            "http://store.example",
            "https://store.example:444",
            "https://store.example.com",
            "https://store.example/path",
            "https://store.example@evil.example",
            "",
        ] {
            assert!(!rule.covers(Receiver::Endpoint(other), &object), "{other}");
        }
        assert!(!rule.covers(Receiver::Amazon, &object));
        assert!(!rule.covers(Receiver::PresignedUrl, &object));
        let amazon = self::rule("aws", "s3://b");
        assert!(!amazon.covers(Receiver::Endpoint("https://s3.amazonaws.com"), &object));
    }

    #[test]
    fn what_is_no_endpoint() {
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
