//! A bucket's rules for cross-origin requests. Source: "Using cross-origin resource sharing (CORS)" in the Amazon S3
//! user guide.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::xml::{Element, escape};

const MAX_RULES: usize = 100;
pub(crate) const CORS_METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/// The rules of a bucket; the first that fits decides.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CorsRules(Vec<Rule>);

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    id: Option<String>,
    origins: Vec<String>,
    methods: Vec<String>,
    /// Headers that a preflight may ask for.
    headers: Vec<String>,
    /// Headers that a page may read.
    exposed: Vec<String>,
    /// Seconds.
    max_age: Option<u32>,
}

impl CorsRules {
    pub(crate) fn of(root: &Element) -> Result<Self, Refusal> {
        root.only(&["CORSRule"])?;
        let rules: Vec<_> = root.all("CORSRule").map(Rule::of).collect::<Result<_, _>>()?;
        if rules.is_empty() || rules.len() > MAX_RULES {
            return Err(Refusal::malformed_xml());
        }
        Ok(Self(rules))
    }

    /// The content of the configuration's document.
    pub(crate) fn to_xml(&self) -> String {
        self.0.iter().map(Rule::to_xml).collect()
    }

    /// The headers of the answer to a request from `origin`; none where no rule fits.
    pub(crate) fn answer(&self, origin: &str, method: &str) -> Option<HeaderMap> {
        self.0.iter().find_map(|rule| rule.fits(origin, method, &[])?.headers(&[]))
    }

    /// The headers of the answer to a preflight, which also asks for request headers.
    pub(crate) fn preflight(
        &self,
        origin: &str,
        method: &str,
        asked: &[String],
    ) -> Option<HeaderMap> {
        self.0.iter().find_map(|rule| rule.fits(origin, method, asked)?.headers(asked))
    }
}

impl Rule {
    fn of(element: &Element) -> Result<Self, Refusal> {
        element.only(&[
            "ID",
            "AllowedOrigin",
            "AllowedMethod",
            "AllowedHeader",
            "ExposeHeader",
            "MaxAgeSeconds",
        ])?;
        let rule = Self {
            id: element.one("ID")?.map(|id| id.text.clone()),
            origins: element.texts("AllowedOrigin"),
            methods: element.texts("AllowedMethod"),
            headers: element.texts("AllowedHeader"),
            exposed: element.texts("ExposeHeader"),
            max_age: match element.one("MaxAgeSeconds")? {
                None => None,
                Some(seconds) => Some(seconds.text.parse().map_err(|_| Refusal::malformed_xml())?),
            },
        };
        if rule.origins.is_empty() || rule.methods.is_empty() {
            return Err(Refusal::malformed_xml());
        }
        if let Some(method) =
            rule.methods.iter().find(|method| !CORS_METHODS.contains(&method.as_str()))
        {
            return Err(Refusal::invalid_request(format!(
                "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            )));
        }
        for (name, patterns) in [("AllowedOrigin", &rule.origins), ("AllowedHeader", &rule.headers)]
        {
            let wild = patterns.iter().find(|pattern| pattern.matches('*').count() > 1);
            if let Some(pattern) = wild {
                return Err(Refusal::invalid_request(format!(
                    "{name} \"{pattern}\" can not have more than one wildcard."
                )));
            }
        }
        if let Some(exposed) = rule.exposed.iter().find(|name| name.contains('*')) {
            return Err(Refusal::invalid_request(format!(
                "ExposeHeader \"{exposed}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
            )));
        }
        Ok(rule)
    }

    fn to_xml(&self) -> String {
        let mut xml = String::from("<CORSRule>");
        let mut add = |name: &str, value: &str| {
            xml.push_str(&format!("<{name}>{}</{name}>", escape(value)));
        };
        if let Some(id) = &self.id {
            add("ID", id);
        }
        for (name, values) in [
            ("AllowedOrigin", &self.origins),
            ("AllowedMethod", &self.methods),
            ("AllowedHeader", &self.headers),
            ("ExposeHeader", &self.exposed),
        ] {
            values.iter().for_each(|value| add(name, value));
        }
        if let Some(seconds) = self.max_age {
            add("MaxAgeSeconds", &seconds.to_string());
        }
        xml.push_str("</CORSRule>");
        xml
    }

    fn fits<'a>(&'a self, origin: &'a str, method: &str, asked: &[String]) -> Option<Fit<'a>> {
        let pattern = self.origins.iter().find(|pattern| matches(pattern, origin))?;
        let headers = asked.iter().all(|name| {
            self.headers.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
        });
        (headers && self.methods.iter().any(|allowed| allowed == method))
            .then_some(Fit { rule: self, origin: if pattern == "*" { "*" } else { origin } })
    }
}

/// A rule that allows a request, and the origin for the answer.
struct Fit<'a> {
    rule: &'a Rule,
    origin: &'a str,
}

impl Fit<'_> {
    fn headers(&self, asked: &[String]) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        let mut add = |name: &'static str, value: &str| {
            let value = HeaderValue::from_str(value).ok()?;
            headers.insert(HeaderName::from_static(name), value);
            Some(())
        };
        add("access-control-allow-origin", self.origin)?;
        add("access-control-allow-methods", &self.rule.methods.join(", "))?;
        if !asked.is_empty() {
            add("access-control-allow-headers", &asked.join(", "))?;
        }
        if !self.rule.exposed.is_empty() {
            add("access-control-expose-headers", &self.rule.exposed.join(", "))?;
        }
        if let Some(seconds) = self.rule.max_age {
            add("access-control-max-age", &seconds.to_string())?;
        }
        if self.origin != "*" {
            add("access-control-allow-credentials", "true")?;
        }
        add("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")?;
        Some(headers)
    }
}

/// Whether a text fits a pattern with at most one `*`.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => {
            text.len() >= before.len() + after.len()
                && text.starts_with(before)
                && text.ends_with(after)
        }
    }
}
