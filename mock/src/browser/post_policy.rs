//! The policy of a browser's form: what a page may upload, and until when.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::form::Form;
use crate::encoding;
use crate::refusal::Refusal;

/// A signed policy document.
pub(crate) struct PostPolicy {
    expiration: OffsetDateTime,
    conditions: Vec<Condition>,
}

enum Condition {
    Equals {
        field: String,
        value: String,
    },
    StartsWith {
        field: String,
        value: String,
    },
    /// Bytes of the file.
    Length {
        min: u64,
        max: u64,
    },
}

impl PostPolicy {
    /// Reads a document in base64.
    pub(crate) fn parse(encoded: &str) -> Result<Self, Refusal> {
        let json = encoding::from_base64(encoded.trim())
            .and_then(|json| serde_json::from_slice::<Value>(&json).ok())
            .ok_or_else(|| invalid("Invalid JSON."))?;
        let expiration = json
            .get("expiration")
            .and_then(Value::as_str)
            .ok_or_else(|| invalid("Policy missing expiration."))?;
        let expiration = OffsetDateTime::parse(expiration, &Rfc3339)
            .map_err(|_| invalid("Invalid 'expiration' value"))?;
        let conditions = json
            .get("conditions")
            .and_then(Value::as_array)
            .ok_or_else(|| invalid("Policy missing conditions."))?;
        let mut read = Vec::new();
        for condition in conditions {
            Condition::read(condition, &mut read)?;
        }
        Ok(Self { expiration, conditions: read })
    }

    /// Checks everything but the size of the file, which is known last.
    pub(crate) fn check(
        &self,
        form: &Form,
        bucket: &str,
        key: &str,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        if now >= self.expiration {
            return Err(denied("Policy expired."));
        }
        for condition in &self.conditions {
            condition.check(form, bucket, key)?;
        }
        let uncovered: Vec<_> = form
            .fields
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !exempt(name))
            .filter(|name| !self.conditions.iter().any(|c| c.field() == Some(name)))
            .collect();
        if uncovered.is_empty() {
            return Ok(());
        }
        Err(denied(&format!("Extra input fields: {}", uncovered.join(", "))))
    }

    /// Bytes that the file may have, at least and at most.
    pub(crate) fn file_len(&self) -> (u64, u64) {
        self.conditions.iter().fold((0, u64::MAX), |(least, most), condition| match condition {
            Condition::Length { min, max } => (least.max(*min), most.min(*max)),
            _ => (least, most),
        })
    }
}

impl Condition {
    fn read(value: &Value, into: &mut Vec<Self>) -> Result<(), Refusal> {
        match value {
            Value::Object(pairs) if !pairs.is_empty() => {
                for (field, value) in pairs {
                    let value = value.as_str().ok_or_else(bad_condition)?.to_owned();
                    into.push(Self::Equals { field: field.to_ascii_lowercase(), value });
                }
                Ok(())
            }
            Value::Array(parts) => {
                let [kind, second, third] = parts.as_slice() else { return Err(bad_condition()) };
                let kind = kind.as_str().ok_or_else(bad_condition)?.to_ascii_lowercase();
                let field = || {
                    second
                        .as_str()
                        .and_then(|name| name.strip_prefix('$'))
                        .map(str::to_ascii_lowercase)
                        .ok_or_else(bad_condition)
                };
                let text = || third.as_str().map(str::to_owned).ok_or_else(bad_condition);
                into.push(match kind.as_str() {
                    "eq" => Self::Equals { field: field()?, value: text()? },
                    "starts-with" => Self::StartsWith { field: field()?, value: text()? },
                    "content-length-range" => Self::Length {
                        min: number(second).ok_or_else(bad_condition)?,
                        max: number(third).ok_or_else(bad_condition)?,
                    },
                    _ => return Err(bad_condition()),
                });
                Ok(())
            }
            _ => Err(bad_condition()),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Equals { field, .. } | Self::StartsWith { field, .. } => Some(field),
            Self::Length { .. } => None,
        }
    }

    fn check(&self, form: &Form, bucket: &str, key: &str) -> Result<(), Refusal> {
        let given = |field: &str| match field {
            "bucket" => bucket.to_owned(),
            "key" => key.to_owned(),
            other => form.field(other).unwrap_or_default().to_owned(),
        };
        match self {
            Self::Equals { field, value } if given(field) != *value => {
                Err(failed("eq", field, value))
            }
            Self::StartsWith { field, value } if !starts(field, &given(field), value) => {
                Err(failed("starts-with", field, value))
            }
            _ => Ok(()),
        }
    }
}

/// Every one of several content types must have the prefix.
fn starts(field: &str, given: &str, prefix: &str) -> bool {
    if field == "content-type" {
        return given.split(',').all(|kind| kind.trim_start().starts_with(prefix));
    }
    given.starts_with(prefix)
}

/// Fields that no policy needs to name.
fn exempt(name: &str) -> bool {
    matches!(name, "x-amz-signature" | "policy" | "file" | "submit" | "bucket")
        || name.starts_with("x-ignore-")
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn failed(kind: &str, field: &str, value: &str) -> Refusal {
    // The value of a key header is a secret, even in a policy.
    let shown = if field.ends_with("customer-key") { "REDACTED" } else { value };
    denied(&format!("Policy Condition failed: [\"{kind}\", \"${field}\", \"{shown}\"]"))
}

fn bad_condition() -> Refusal {
    invalid("Invalid Conditions.")
}

fn denied(why: &str) -> Refusal {
    Refusal::access_denied(format!("Invalid according to Policy: {why}"))
}

fn invalid(why: &str) -> Refusal {
    Refusal::new(400, "InvalidPolicyDocument", format!("Invalid Policy: {why}"))
}
