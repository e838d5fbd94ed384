//! The conditions of a policy's statement. Source: "IAM JSON policy elements: Condition" and "Actions, resources, and
//! condition keys for Amazon S3".

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::syntax::{malformed, matches, texts};
use crate::refusal::Refusal;

/// The properties of a request that conditions can test, by their names in lower case.
#[derive(Clone, Default)]
pub(crate) struct PolicyContext(BTreeMap<String, String>);

impl PolicyContext {
    /// Adds a property, if the request has it.
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.0.insert(name.to_ascii_lowercase(), value);
        }
    }

    /// Adds a tag of the object; its name is compared with case.
    pub(crate) fn set_tag(&mut self, name: &str, value: &str) {
        self.0.insert(format!("s3:existingobjecttag/{name}"), value.to_owned());
    }
}

/// One test; all of a statement must hold.
#[derive(Clone)]
pub(super) struct Condition {
    test: Test,
    negated: bool,
    if_exists: bool,
    /// In lower case.
    key: String,
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    Null,
    Bool,
    Equals,
    EqualsIgnoringCase,
    Like,
    Address,
}

/// What can be tested; a name that ends with `/` has the name of a tag after it.
const KEYS: [&str; 13] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:securetransport",
    "aws:sourceip",
    "aws:username",
    "s3:delimiter",
    "s3:existingobjecttag/",
    "s3:prefix",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
];

impl Condition {
    /// Reads the conditions of a statement. What is not evaluated is refused with 501.
    pub(super) fn all(given: Option<&Value>) -> Result<Vec<Self>, Refusal> {
        let tests = match given {
            None => return Ok(Vec::new()),
            Some(Value::Object(tests)) => tests,
            Some(_) => return Err(malformed("Invalid policy syntax.")),
        };
        let mut conditions = Vec::new();
        for (name, keys) in tests {
            let Value::Object(keys) = keys else { return Err(malformed("Invalid policy syntax.")) };
            for (key, values) in keys {
                conditions.push(Self::of(name, key, values)?);
            }
        }
        Ok(conditions)
    }

    fn of(operator: &str, key: &str, values: &Value) -> Result<Self, Refusal> {
        let (plain, if_exists) =
            operator.strip_suffix("IfExists").map_or((operator, false), |plain| (plain, true));
        let (test, negated) = match plain {
            "Null" if !if_exists => (Test::Null, false),
            "Bool" => (Test::Bool, false),
            "StringEquals" => (Test::Equals, false),
            "StringNotEquals" => (Test::Equals, true),
            "StringEqualsIgnoreCase" => (Test::EqualsIgnoringCase, false),
            "StringNotEqualsIgnoreCase" => (Test::EqualsIgnoringCase, true),
            // Of an ARN, either may have wildcards.
            "StringLike" | "ArnLike" | "ArnEquals" => (Test::Like, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (Test::Like, true),
            "IpAddress" => (Test::Address, false),
            "NotIpAddress" => (Test::Address, true),
            _ => return Err(Refusal::not_implemented()),
        };
        let name = key.to_ascii_lowercase();
        if !KEYS
            .iter()
            .any(|known| *known == name || (known.ends_with('/') && name.starts_with(known)))
        {
            return Err(Refusal::not_implemented());
        }
        // The name of a tag is compared with case.
        let key = match key.split_once('/') {
            Some((_, tag)) => format!("s3:existingobjecttag/{tag}"),
            None => name,
        };
        let values = texts(Some(values), "Invalid policy syntax.")?;
        let boolean = |value: &String| value == "true" || value == "false";
        if matches!(test, Test::Null | Test::Bool) && !values.iter().all(boolean) {
            return Err(malformed("Invalid policy syntax."));
        }
        if test == Test::Address && !values.iter().all(|value| network(value).is_some()) {
            return Err(malformed("Invalid policy syntax."));
        }
        Ok(Self { test, negated, if_exists, key, values })
    }

    pub(super) fn holds(&self, context: &PolicyContext) -> bool {
        let value = context.0.get(&self.key);
        let any = |fits: &dyn Fn(&str) -> bool| self.values.iter().any(|given| fits(given));
        match (self.test, value) {
            (Test::Null, value) => any(&|given| given == value.is_none().to_string()),
            (_, None) if self.if_exists => true,
            // A missing value differs from every value.
            (_, None) => self.negated,
            (test, Some(value)) => {
                any(&|given| match test {
                    Test::EqualsIgnoringCase => given.eq_ignore_ascii_case(value),
                    Test::Like => matches(given, value),
                    Test::Address => contains(given, value),
                    _ => given == value,
                }) != self.negated
            }
        }
    }

    /// Whether it keeps a statement for everybody from being public: "The meaning of public".
    pub(super) fn restricts(&self) -> bool {
        let keys = ["aws:principalaccount", "aws:principalarn", "aws:sourceip"];
        let is_wild = |value: &String| value.contains('*') || value.ends_with("/0");
        !self.negated && keys.contains(&self.key.as_str()) && !self.values.iter().any(is_wild)
    }
}

/// An address and the bits of it that count.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, bits)| (a, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some((address, bits))
}

fn contains(given: &str, address: &str) -> bool {
    let number = |address: IpAddr| match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    let (Some((network, bits)), Ok(address)) = (network(given), address.parse::<IpAddr>()) else {
        return false;
    };
    let ((network, width), (address, own_width)) = (number(network), number(address));
    // A shift by all bits would be one too far.
    width == own_width && (bits == 0 || network >> (width - bits) == address >> (width - bits))
}
