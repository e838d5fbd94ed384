//! STS on the port of S3: temporary credentials for users and roles. Roles need no set-up: every user may assume any, and it
//! may do what the users of its account may. Source: the AWS Security Token Service API reference, version 2011-06-15.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use s3s::Body;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

use crate::auth::{Authenticator, Session};
use crate::body::RequestBody;
use crate::random;
use crate::refusal::Refusal;
use crate::route;
use crate::settings::{Caller, Policy, Requester};
use crate::xml::escape;

const VERSION: &str = "2011-06-15";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// Bytes of the largest form.
const MAX_FORM: usize = 64 << 10;
/// Characters of the longest session policy.
const MAX_POLICY: usize = 2048;
const HOUR: i64 = 60 * 60;

/// Answers requests to STS.
#[derive(Clone)]
pub(crate) struct Sts {
    pub(crate) authenticator: Arc<Authenticator>,
}

impl Sts {
    pub(crate) async fn answer(&self, head: &Parts, body: RequestBody) -> Response<Body> {
        let hex = random::hex::<16>();
        let id = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
        let answered = match Limited::new(body, MAX_FORM).collect().await {
            Ok(body) => self.act(head, &body.to_bytes()),
            Err(_) => Err(Refusal::new(413, "RequestEntityTooLarge", "The form is too large.")),
        };
        let (status, xml) = match answered {
            Ok((action, result)) => (
                StatusCode::OK,
                format!(
                    "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>"
                ),
            ),
            Err(Refusal { status, code, message, .. }) => {
                let side = if status.is_server_error() { "Receiver" } else { "Sender" };
                let text = format!(
                    "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{side}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
                    escape(&code),
                    escape(&message)
                );
                (status, text)
            }
        };
        let mut response = Response::new(Body::from(Bytes::from(xml)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert("content-type", HeaderValue::from_static("text/xml"));
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert("x-amzn-requestid", id);
        }
        response
    }

    /// The action and its result in XML.
    fn act(&self, head: &Parts, form: &[u8]) -> Result<(&'static str, String), Refusal> {
        let caller = self.authenticator.check_sts(head, form, OffsetDateTime::now_utc())?;
        let given = Parameters(route::query_pairs(&String::from_utf8_lossy(form)));
        // The signature covers the token, and was verified.
        let is_session = head.headers.contains_key("x-amz-security-token");
        let (action, version) = (given.get("Action"), given.get("Version"));
        match (action, version) {
            (Some("AssumeRole"), Some(VERSION)) => {
                Ok(("AssumeRole", self.assume(&caller, &given)?))
            }
            (Some("GetSessionToken"), Some(VERSION)) => {
                Ok(("GetSessionToken", self.session_token(caller, is_session, &given)?))
            }
            (Some("GetCallerIdentity"), Some(VERSION)) => Ok(("GetCallerIdentity", shown(&caller))),
            (Some(action), Some(VERSION)) if ELSEWHERE.contains(&action) => {
                Err(unserved(&format!("{action} is not implemented.")))
            }
            (None, _) => Err(Refusal::new(400, "MissingAction", "The request names no Action.")),
            (Some(action), version) => Err(Refusal::new(
                400,
                "InvalidAction",
                format!(
                    "Could not find operation {action} for version {}",
                    version.unwrap_or("NO_VERSION_SPECIFIED")
                ),
            )),
        }
    }

    fn assume(&self, caller: &Caller, given: &Parameters) -> Result<String, Refusal> {
        // An ExternalId is for the role's trust policy, and there is none.
        let known = ["RoleArn", "RoleSessionName", "DurationSeconds", "Policy", "ExternalId"];
        given.only(&known)?;
        let arn = given.required("RoleArn", "roleArn")?;
        let name = given.required("RoleSessionName", "roleSessionName")?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if !name.chars().all(is_name) {
            let constraint = "Member must satisfy regular expression pattern: [\\w+=,.@-]*";
            return Err(invalid(name, "roleSessionName", constraint));
        }
        if !(2..=64).contains(&name.len()) {
            let (bound, limit) = if name.len() < 2 { ("greater", 2) } else { ("less", 64) };
            let constraint = format!("Member must have length {bound} than or equal to {limit}");
            return Err(invalid(name, "roleSessionName", &constraint));
        }
        let (account, role) = role(arn)
            .ok_or_else(|| Refusal::new(400, "ValidationError", format!("{arn} is invalid")))?;
        let seconds = given.seconds(HOUR, 12 * HOUR)?;
        if matches!(caller.requester, Requester::Role { .. }) && seconds > HOUR {
            let message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining";
            return Err(Refusal::new(400, "ValidationError", message));
        }
        let policy = given.get("Policy").map(session_policy).transpose()?;
        // A session that may not assume roles cannot get rid of its policy by one.
        if let Some(own) = &caller.session_policy
            && !own.allows(&caller.requester, "sts:AssumeRole", arn)
        {
            let own = caller.requester.arn().unwrap_or_default();
            return Err(Refusal::access_denied(format!(
                "User: {own} is not authorized to perform: sts:AssumeRole on resource: {arn} because no session policy allows the sts:AssumeRole action"
            )));
        }
        let size = given.get("Policy").map(|policy| policy.len() * 100 / MAX_POLICY);
        let size = size.map(|percent| format!("<PackedPolicySize>{percent}</PackedPolicySize>"));
        let requester = Requester::Role { account, role, session: name.to_owned() };
        let (id, own) = (requester.unique_id(), requester.arn().unwrap_or_default());
        let session =
            self.begin(Caller { requester, session_policy: policy.map(Arc::new) }, seconds);
        Ok(format!(
            "{}<AssumedRoleUser><AssumedRoleId>{}</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser>{}",
            credentials(&session),
            escape(&id),
            escape(&own),
            size.unwrap_or_default()
        ))
    }

    fn session_token(
        &self,
        caller: Caller,
        is_session: bool,
        given: &Parameters,
    ) -> Result<String, Refusal> {
        given.only(&["DurationSeconds"])?;
        if is_session {
            let message = "Cannot call GetSessionToken with session credentials";
            return Err(Refusal::access_denied(message));
        }
        let seconds = given.seconds(12 * HOUR, 36 * HOUR)?;
        Ok(credentials(&self.begin(caller, seconds)))
    }

    fn begin(&self, caller: Caller, seconds: i64) -> Session {
        let until = self.authenticator.clock.now().saturating_add(Duration::seconds(seconds));
        self.authenticator.sessions.begin(caller, until)
    }
}

/// Actions of STS that are not served.
const ELSEWHERE: [&str; 7] = [
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "DecodeAuthorizationMessage",
    "GetAccessKeyInfo",
    "GetDelegatedAccessToken",
    "GetFederationToken",
];

/// The parameters of an action, decoded.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Refuses parameters that would be ignored, such as session tags, and those that come twice.
    fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let is_known = |name: &str| ["Action", "Version"].contains(&name) || known.contains(&name);
        for (at, (name, _)) in self.0.iter().enumerate() {
            if !is_known(name) {
                return Err(unserved(&format!("The parameter {name} is not implemented.")));
            }
            if self.0[..at].iter().any(|(other, _)| other == name) {
                let message = format!("The parameter {name} is given twice.");
                return Err(Refusal::new(400, "MalformedInput", message));
            }
        }
        Ok(())
    }

    fn required(&self, name: &str, member: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            let message = format!(
                "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
            );
            Refusal::new(400, "ValidationError", message)
        })
    }

    /// `DurationSeconds`.
    fn seconds(&self, default: i64, most: i64) -> Result<i64, Refusal> {
        let Some(text) = self.get("DurationSeconds") else { return Ok(default) };
        let refused = |constraint: &str| Err(invalid(text, "durationSeconds", constraint));
        match text.parse::<i64>() {
            Err(_) => refused("Member must be a number"),
            Ok(seconds) if seconds < 900 => {
                refused("Member must have value greater than or equal to 900")
            }
            Ok(seconds) if seconds > most => {
                refused(&format!("Member must have value less than or equal to {most}"))
            }
            Ok(seconds) => Ok(seconds),
        }
    }
}

fn invalid(value: &str, member: &str, constraint: &str) -> Refusal {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    );
    Refusal::new(400, "ValidationError", message)
}

fn unserved(message: &str) -> Refusal {
    Refusal::new(501, "NotImplemented", message.to_owned())
}

fn session_policy(text: &str) -> Result<Policy, Refusal> {
    if text.chars().count() > MAX_POLICY {
        let constraint = format!("Member must have length less than or equal to {MAX_POLICY}");
        return Err(invalid(text, "policy", &constraint));
    }
    Policy::of_session(text).map_err(|refusal| {
        if refusal.status == StatusCode::NOT_IMPLEMENTED {
            unserved("The session policy holds something that this server does not evaluate.")
        } else {
            Refusal::new(400, "MalformedPolicyDocument", refusal.message)
        }
    })
}

/// Account, and path and name, of a role's ARN.
fn role(arn: &str) -> Option<(String, String)> {
    let (account, role) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
    let is_role = role.chars().all(is_name) && !role.starts_with('/') && !role.ends_with('/');
    (is_account && is_role && !role.is_empty()).then(|| (account.to_owned(), role.to_owned()))
}

fn credentials(session: &Session) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let Session { access_key, secret_key, token, expires, .. } = session;
    let expires = expires.format(format).unwrap_or_default();
    format!(
        "<Credentials><AccessKeyId>{access_key}</AccessKeyId><SecretAccessKey>{secret_key}</SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{expires}</Expiration></Credentials>"
    )
}

/// The result of GetCallerIdentity.
fn shown(caller: &Caller) -> String {
    let requester = &caller.requester;
    format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
        escape(&requester.arn().unwrap_or_default()),
        escape(&requester.unique_id()),
        requester.account().unwrap_or_default()
    )
}
