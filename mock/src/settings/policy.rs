//! Bucket policies, as far as denials such as "no writes without SSE-C" need them. Everything else is refused with 501
//! when the policy is put: a statement that is silently ignored would protect nothing.
//! Source: "Bucket policies for Amazon S3" and the IAM policy reference.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// Bytes of the largest policy.
const MAX_SIZE: usize = 20 * 1024;
const ACCOUNT: &str = "123456789012";

/// The statements of a bucket's policy. Only denials have an effect: every user may do anything else.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Policy {
    source: String,
    denials: Vec<Denial>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Denial {
    /// Patterns in lower case, for actions are compared without case.
    actions: Vec<String>,
    resources: Vec<String>,
    conditions: Vec<Condition>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Condition {
    test: Test,
    if_exists: bool,
    key: Key,
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Test {
    Null,
    Equals,
    NotEquals,
    Bool,
}

/// What a condition can test.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Key {
    CustomerAlgorithm,
    Encryption,
    KmsKeyId,
    SecureTransport,
}

/// The properties of a request that conditions can test.
#[derive(Clone, Default)]
pub(crate) struct PolicyContext {
    pub(crate) customer_algorithm: Option<String>,
    pub(crate) encryption: Option<String>,
    pub(crate) kms_key_id: Option<String>,
    pub(crate) secure_transport: bool,
}

impl Policy {
    /// Reads the policy of `bucket`. What this server does not evaluate is refused with 501.
    pub(crate) fn parse(document: &[u8], bucket: &str) -> Result<Self, Refusal> {
        if document.len() > MAX_SIZE {
            return Err(malformed("Policies must not exceed the maximum allowed length of 20480"));
        }
        let source = std::str::from_utf8(document)
            .map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
        let Ok(Value::Object(policy)) = serde_json::from_str(source) else {
            return Err(malformed("Policies must be valid JSON and the first byte must be '{'"));
        };
        only(&policy, &["Version", "Id", "Statement"])?;
        if !matches!(
            policy.get("Version").and_then(Value::as_str),
            Some("2012-10-17" | "2008-10-17")
        ) {
            return Err(malformed("The policy must contain a valid version string"));
        }
        let statements = match policy.get("Statement") {
            Some(Value::Array(statements)) => statements.as_slice(),
            Some(statement @ Value::Object(_)) => std::slice::from_ref(statement),
            _ => return Err(malformed("Missing required field Statement")),
        };
        let mut denials = Vec::new();
        for statement in statements {
            let Value::Object(statement) = statement else {
                return Err(malformed("Policy statement must be an object"));
            };
            denials.extend(Denial::of(statement, bucket)?);
        }
        Ok(Self { source: source.to_owned(), denials })
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Whether a statement denies `action` on `resource`.
    pub(crate) fn denies(&self, action: &str, resource: &str, context: &PolicyContext) -> bool {
        let action = action.to_ascii_lowercase();
        self.denials.iter().any(|denial| {
            denial.actions.iter().any(|pattern| matches(pattern, &action))
                && denial.resources.iter().any(|pattern| matches(pattern, resource))
                && denial.conditions.iter().all(|condition| condition.holds(context))
        })
    }
}

impl Denial {
    /// `None` for a statement without effect.
    fn of(statement: &Map<String, Value>, bucket: &str) -> Result<Option<Self>, Refusal> {
        only(statement, &["Sid", "Effect", "Principal", "Action", "Resource", "Condition"])?;
        let principals = principals(statement.get("Principal"))?;
        let actions = texts(statement.get("Action"), "Missing required field Action")?;
        let resources = texts(statement.get("Resource"), "Missing required field Resource")?;
        let own = format!("arn:aws:s3:::{bucket}");
        for resource in &resources {
            let fits = resource == "*"
                || resource
                    .strip_prefix(&own)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '*']));
            if !fits {
                return Err(malformed("Policy has invalid resource").detail("Detail", resource));
            }
        }
        if actions
            .iter()
            .any(|action| action != "*" && !action.to_ascii_lowercase().starts_with("s3:"))
        {
            return Err(malformed("Policy has invalid action"));
        }
        let conditions = conditions(statement.get("Condition"))?;
        match statement.get("Effect").and_then(Value::as_str) {
            // All users belong to the owner's account, so a permission for it adds nothing. One for everybody would
            // allow anonymous requests.
            Some("Allow") if principals == Principals::Account => Ok(None),
            Some("Allow") => Err(Refusal::not_implemented()),
            Some("Deny") => Ok(Some(Self {
                actions: actions.iter().map(|action| action.to_ascii_lowercase()).collect(),
                resources,
                conditions,
            })),
            _ => Err(malformed("Invalid effect")),
        }
    }
}

impl Condition {
    fn holds(&self, context: &PolicyContext) -> bool {
        let secure = context.secure_transport.to_string();
        let value = match self.key {
            Key::CustomerAlgorithm => context.customer_algorithm.as_deref(),
            Key::Encryption => context.encryption.as_deref(),
            Key::KmsKeyId => context.kms_key_id.as_deref(),
            Key::SecureTransport => Some(secure.as_str()),
        };
        let among = |value: &str| self.values.iter().any(|given| given == value);
        match (self.test, value) {
            (Test::Null, value) => among(if value.is_none() { "true" } else { "false" }),
            (_, None) if self.if_exists => true,
            // A missing value differs from every value.
            (test, None) => test == Test::NotEquals,
            (Test::Equals | Test::Bool, Some(value)) => among(value),
            (Test::NotEquals, Some(value)) => !among(value),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Principals {
    Everybody,
    Account,
}

fn principals(given: Option<&Value>) -> Result<Principals, Refusal> {
    let names = match given {
        Some(Value::String(name)) if name == "*" => return Ok(Principals::Everybody),
        Some(Value::Object(kinds)) if kinds.len() == 1 && kinds.contains_key("AWS") => {
            texts(kinds.get("AWS"), "Invalid principal in policy")?
        }
        Some(Value::Object(_)) => return Err(Refusal::not_implemented()),
        _ => return Err(malformed("Invalid principal in policy")),
    };
    if names.iter().any(|name| name == "*") {
        return Ok(Principals::Everybody);
    }
    let whole_account = format!("arn:aws:iam::{ACCOUNT}:root");
    if names.iter().any(|name| *name == whole_account || name == ACCOUNT) {
        return Ok(Principals::Account);
    }
    // Some of the users, or another account: this server does not distinguish users.
    Err(Refusal::not_implemented())
}

fn conditions(given: Option<&Value>) -> Result<Vec<Condition>, Refusal> {
    let tests = match given {
        None => return Ok(Vec::new()),
        Some(Value::Object(tests)) => tests,
        Some(_) => return Err(malformed("Invalid policy syntax.")),
    };
    let mut conditions = Vec::new();
    for (name, keys) in tests {
        let (plain, if_exists) =
            name.strip_suffix("IfExists").map_or((name.as_str(), false), |plain| (plain, true));
        let test = match plain {
            "Null" if !if_exists => Test::Null,
            "StringEquals" => Test::Equals,
            "StringNotEquals" => Test::NotEquals,
            "Bool" => Test::Bool,
            _ => return Err(Refusal::not_implemented()),
        };
        let Value::Object(keys) = keys else { return Err(malformed("Invalid policy syntax.")) };
        for (key, values) in keys {
            let key = match key.to_ascii_lowercase().as_str() {
                "s3:x-amz-server-side-encryption-customer-algorithm" => Key::CustomerAlgorithm,
                "s3:x-amz-server-side-encryption" => Key::Encryption,
                "s3:x-amz-server-side-encryption-aws-kms-key-id" => Key::KmsKeyId,
                "aws:securetransport" => Key::SecureTransport,
                _ => return Err(Refusal::not_implemented()),
            };
            let values = texts(Some(values), "Invalid policy syntax.")?;
            let boolean = |value: &String| value == "true" || value == "false";
            if matches!(test, Test::Null | Test::Bool) && !values.iter().all(boolean) {
                return Err(malformed("Invalid policy syntax."));
            }
            conditions.push(Condition { test, if_exists, key, values });
        }
    }
    Ok(conditions)
}

/// A text, a truth value, or a list of these.
fn texts(given: Option<&Value>, complaint: &'static str) -> Result<Vec<String>, Refusal> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    };
    match given {
        Some(Value::Array(values)) if !values.is_empty() => values.iter().map(text).collect(),
        Some(value) => text(value).map(|text| vec![text]),
        None => None,
    }
    .ok_or_else(|| malformed(complaint))
}

/// Refuses unknown fields, which would be ignored silently.
fn only(map: &Map<String, Value>, names: &[&str]) -> Result<(), Refusal> {
    let known_elsewhere = ["NotPrincipal", "NotAction", "NotResource"];
    match map.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) if known_elsewhere.contains(&name.as_str()) => Err(Refusal::not_implemented()),
        Some(name) => Err(malformed("Unknown field").detail("Detail", name)),
    }
}

fn malformed(message: &'static str) -> Refusal {
    Refusal::new(400, "MalformedPolicy", message)
}

/// Whether a text fits a pattern of `*` (anything) and `?` (one character).
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` was, and how far it reaches.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), star) {
            (Some('*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(&c), _) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            (_, Some((at, reach))) => {
                star = Some((at, reach + 1));
                p = at + 1;
                t = reach + 1;
            }
            (_, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
