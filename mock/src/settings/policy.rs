//! Policies of buckets and sessions. What this server does not evaluate is refused with 501 when the policy is given: a statement that is
//! silently ignored would protect nothing. Source: "Bucket policies for Amazon S3" and the IAM policy reference.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::condition::{Condition, PolicyContext};
use super::requester::Requester;
use super::syntax::{malformed, matches, texts};
use crate::refusal::Refusal;

/// Bytes of the largest policy of a bucket.
const MAX_SIZE: usize = 20 * 1024;

/// What a policy is attached to.
#[derive(Clone, Copy)]
enum Kind<'a> {
    /// Its resources are those of the bucket of this name; any, where it was checked before.
    Bucket(Option<&'a str>),
    /// Its principal is the session that it came with.
    Session,
}

/// The statements of a policy: a bucket's, or a session's.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Source", into = "Source")]
pub(crate) struct Policy {
    source: String,
    statements: Vec<Statement>,
}

/// A policy as a folder keeps it.
#[derive(Serialize, Deserialize)]
struct Source {
    source: String,
}

impl From<Policy> for Source {
    fn from(policy: Policy) -> Self {
        Self { source: policy.source }
    }
}

impl TryFrom<Source> for Policy {
    type Error = String;

    fn try_from(stored: Source) -> Result<Self, String> {
        Self::read(stored.source, Kind::Bucket(None))
            .map_err(|refusal| refusal.message.into_owned())
    }
}

#[derive(Clone)]
struct Statement {
    allows: bool,
    principals: Principals,
    /// Patterns in lower case, for actions are compared without case.
    actions: Patterns,
    resources: Patterns,
    conditions: Vec<Condition>,
}

/// Patterns of which one has to fit, or none.
#[derive(Clone)]
struct Patterns {
    patterns: Vec<String>,
    negated: bool,
}

impl Patterns {
    fn fit(&self, text: &str) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern, text)) != self.negated
    }
}

#[derive(Clone)]
enum Principals {
    /// Strangers, too.
    Everybody,
    /// Accounts (by their numbers), and users, roles and sessions of roles (by their ARNs).
    Some(Vec<String>),
}

/// What a policy says about a request. A denial goes before any permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Denied,
    Allowed,
    /// Nothing.
    Silent,
}

impl Policy {
    /// Reads the policy of `bucket`. What this server does not evaluate is refused with 501.
    pub(crate) fn parse(document: &[u8], bucket: &str) -> Result<Self, Refusal> {
        if document.len() > MAX_SIZE {
            return Err(malformed("Policies must not exceed the maximum allowed length of 20480"));
        }
        let source = std::str::from_utf8(document)
            .map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
        Self::read(source.to_owned(), Kind::Bucket(Some(bucket)))
    }

    /// Reads the policy of a session, which names no principal. What this server does not evaluate is refused with 501.
    pub(crate) fn of_session(source: &str) -> Result<Self, Refusal> {
        Self::read(source.to_owned(), Kind::Session)
    }

    fn read(source: String, kind: Kind<'_>) -> Result<Self, Refusal> {
        let Ok(Value::Object(policy)) = serde_json::from_str(&source) else {
            return Err(malformed("Policies must be valid JSON and the first byte must be '{'"));
        };
        only(&policy, &["Version", "Id", "Statement"])?;
        if !matches!(
            policy.get("Version").and_then(Value::as_str),
            Some("2012-10-17" | "2008-10-17")
        ) {
            return Err(malformed("The policy must contain a valid version string"));
        }
        let given = match policy.get("Statement") {
            Some(Value::Array(statements)) => statements.as_slice(),
            Some(statement @ Value::Object(_)) => std::slice::from_ref(statement),
            _ => return Err(malformed("Missing required field Statement")),
        };
        let mut statements = Vec::new();
        for statement in given {
            let Value::Object(statement) = statement else {
                return Err(malformed("Policy statement must be an object"));
            };
            statements.push(Statement::of(statement, kind)?);
        }
        Ok(Self { source, statements })
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// What the policy says about `action` on `resource`.
    pub(crate) fn verdict(
        &self,
        requester: &Requester,
        action: &str,
        resource: &str,
        context: &PolicyContext,
    ) -> Verdict {
        let action = action.to_ascii_lowercase();
        let mut verdict = Verdict::Silent;
        for statement in &self.statements {
            let applies = statement.principals.include(requester)
                && statement.actions.fit(&action)
                && statement.resources.fit(resource)
                && statement.conditions.iter().all(|condition| condition.holds(context));
            match (applies, statement.allows) {
                (true, false) => return Verdict::Denied,
                (true, true) => verdict = Verdict::Allowed,
                (false, _) => {}
            }
        }
        verdict
    }

    /// Whether it allows `action` on `resource`, whatever the request's properties.
    pub(crate) fn allows(&self, requester: &Requester, action: &str, resource: &str) -> bool {
        let verdict = self.verdict(requester, action, resource, &PolicyContext::default());
        verdict == Verdict::Allowed
    }

    /// Whether it lets strangers do anything: "The meaning of public" in "Blocking public access to your Amazon S3 storage".
    pub(crate) fn is_public(&self) -> bool {
        self.statements.iter().any(|statement| {
            statement.allows
                && matches!(statement.principals, Principals::Everybody)
                && !statement.conditions.iter().any(Condition::restricts)
        })
    }
}

impl Statement {
    fn of(statement: &Map<String, Value>, kind: Kind<'_>) -> Result<Self, Refusal> {
        only(
            statement,
            &[
                "Sid",
                "Effect",
                "Principal",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ],
        )?;
        let principals = match (kind, statement.get("Principal")) {
            (Kind::Bucket(_), principal) => Principals::of(principal)?,
            (Kind::Session, None) => Principals::Everybody,
            (Kind::Session, Some(_)) => {
                return Err(malformed("Policy document should not specify a principal."));
            }
        };
        let mut actions =
            patterns(statement, "Action", "NotAction", "Missing required field Action")?;
        let resources =
            patterns(statement, "Resource", "NotResource", "Missing required field Resource")?;
        if let Kind::Bucket(Some(bucket)) = kind {
            let own = format!("arn:aws:s3:::{bucket}");
            let is_own = |resource: &&String| {
                let rest = resource.strip_prefix(&own);
                *resource == "*"
                    || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '*']))
            };
            if let Some(resource) = resources.patterns.iter().find(|it| !is_own(it)) {
                return Err(malformed("Policy has invalid resource").detail("Detail", resource));
            }
        }
        for action in &mut actions.patterns {
            *action = action.to_ascii_lowercase();
            // A session may use other services, too.
            let is_known = match kind {
                Kind::Bucket(_) => action.starts_with("s3:"),
                Kind::Session => action.contains(':'),
            };
            if action != "*" && !is_known {
                return Err(malformed("Policy has invalid action"));
            }
        }
        let conditions = Condition::all(statement.get("Condition"))?;
        let allows = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(malformed("Invalid effect")),
        };
        Ok(Self { allows, principals, actions, resources, conditions })
    }
}

impl Principals {
    fn of(given: Option<&Value>) -> Result<Self, Refusal> {
        let names = match given {
            Some(Value::String(name)) if name == "*" => return Ok(Self::Everybody),
            Some(Value::Object(kinds)) if kinds.len() == 1 && kinds.contains_key("AWS") => {
                texts(kinds.get("AWS"), "Invalid principal in policy")?
            }
            // Services and federated users do not come here.
            Some(Value::Object(_)) => return Err(Refusal::not_implemented()),
            _ => return Err(malformed("Invalid principal in policy")),
        };
        if names.iter().any(|name| name == "*") {
            return Ok(Self::Everybody);
        }
        let read = |name: &String| {
            let account = |text: &str| {
                (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()))
                    .then(|| text.to_owned())
            };
            if let Some(account) = account(name) {
                return Ok(account);
            }
            let rest = |service: &str| {
                let (number, rest) = name.strip_prefix(service)?.split_once(':')?;
                account(number)?;
                Some((number, rest))
            };
            let begins = |text: &str, kinds: &[&str]| {
                kinds.iter().any(|kind| text.starts_with(kind)) && !text.contains('*')
            };
            match (rest("arn:aws:iam::"), rest("arn:aws:sts::")) {
                (Some((number, "root")), _) => Ok(number.to_owned()),
                (Some((_, named)), _) if begins(named, &["user/", "role/"]) => Ok(name.clone()),
                (_, Some((_, named))) if begins(named, &["assumed-role/"]) => Ok(name.clone()),
                // Federated users and groups are not known here.
                (Some(_), _) | (_, Some(_)) => Err(Refusal::not_implemented()),
                (None, None) => {
                    Err(malformed("Invalid principal in policy").detail("Detail", name))
                }
            }
        };
        Ok(Self::Some(names.iter().map(read).collect::<Result<_, _>>()?))
    }

    fn include(&self, requester: &Requester) -> bool {
        match self {
            Self::Everybody => true,
            Self::Some(names) => {
                let (arn, principal) = (requester.arn(), requester.principal_arn());
                names.iter().any(|name| {
                    Some(name.as_str()) == requester.account()
                        || [&arn, &principal].contains(&&Some(name.clone()))
                })
            }
        }
    }
}

/// The patterns of a field, or of its opposite: one of the two is there.
fn patterns(
    statement: &Map<String, Value>,
    name: &str,
    opposite: &str,
    complaint: &'static str,
) -> Result<Patterns, Refusal> {
    match (statement.get(name), statement.get(opposite)) {
        (Some(_), Some(_)) => Err(malformed("Invalid policy syntax.")),
        (None, Some(given)) => {
            Ok(Patterns { patterns: texts(Some(given), complaint)?, negated: true })
        }
        (given, None) => Ok(Patterns { patterns: texts(given, complaint)?, negated: false }),
    }
}

/// Refuses unknown fields, which would be ignored silently.
fn only(map: &Map<String, Value>, names: &[&str]) -> Result<(), Refusal> {
    match map.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) if name == "NotPrincipal" => Err(Refusal::not_implemented()),
        Some(name) => Err(malformed("Unknown field").detail("Detail", name)),
    }
}
