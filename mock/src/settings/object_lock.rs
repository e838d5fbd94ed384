//! Object lock: retention and legal holds of versions, and a bucket's default. Source: "Locking objects with Object Lock" and
//! the operations on retention in the Amazon S3 API reference.

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::schema::time_of;
use crate::refusal::Refusal;
use crate::xml::Element;

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LockMode {
    /// Those who may bypass it can delete, and shorten the time.
    Governance,
    /// Nobody can, until the time is over.
    Compliance,
}

impl LockMode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Governance, Self::Compliance].into_iter().find(|mode| mode.name() == name)
    }
}

/// The lock of one version.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Lock {
    pub(crate) retention: Option<Retention>,
    /// Whether there is a legal hold; `None` if none was ever set.
    pub(crate) legal_hold: Option<bool>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retention {
    pub(crate) mode: LockMode,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) until: OffsetDateTime,
}

/// The answer to a deletion that a lock forbids.
pub(crate) fn locked() -> Refusal {
    Refusal::access_denied("Access Denied because object protected by object lock.")
}

impl Lock {
    /// Refuses the deletion of the version.
    pub(crate) fn check_deletion(&self, bypass: bool, now: OffsetDateTime) -> Result<(), Refusal> {
        if self.legal_hold == Some(true) {
            return Err(locked());
        }
        match &self.retention {
            Some(retention) if retention.until > now => match retention.mode {
                LockMode::Governance if bypass => Ok(()),
                _ => Err(locked()),
            },
            _ => Ok(()),
        }
    }

    /// Refuses another retention than the one there is, unless it is stricter.
    pub(crate) fn check_retention(
        &self,
        new: Option<&Retention>,
        bypass: bool,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let Some(old) = self.retention.as_ref().filter(|old| old.until > now) else {
            return Ok(());
        };
        let is_longer = new.is_some_and(|new| new.until >= old.until);
        let is_as_strict =
            new.is_some_and(|new| new.mode == old.mode || new.mode == LockMode::Compliance);
        match old.mode {
            _ if is_longer && is_as_strict => Ok(()),
            LockMode::Governance if bypass => Ok(()),
            _ => Err(locked()),
        }
    }
}

impl Retention {
    /// What a request asks for, in headers or in a document: a mode and a time, or neither.
    pub(crate) fn of(
        mode: Option<&str>,
        until: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<Option<Self>, Refusal> {
        const UNTIL: &str = "x-amz-object-lock-retain-until-date";
        let (mode, until) = match (mode, until) {
            (None, None) => return Ok(None),
            (Some(mode), Some(until)) => (mode, until),
            _ => {
                return Err(Refusal::invalid_argument(
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
                    UNTIL,
                    "null",
                ));
            }
        };
        let mode = LockMode::from_name(mode).ok_or_else(|| {
            Refusal::invalid_argument("Unknown wormMode directive.", "x-amz-object-lock-mode", mode)
        })?;
        let invalid = |message: &'static str| Refusal::invalid_argument(message, UNTIL, until);
        let time = time_of(until)
            .ok_or_else(|| invalid("The retain until date must be provided in ISO 8601 format"))?;
        if time <= now {
            return Err(invalid("The retain until date must be in the future!"));
        }
        Ok(Some(Self { mode, until: time }))
    }

    /// The time in the form of answers.
    pub(crate) fn until_text(&self) -> String {
        self.until.format(&Rfc3339).unwrap_or_default()
    }
}

/// The object lock of a bucket: once there, it stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketLock {
    default: Option<DefaultRetention>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct DefaultRetention {
    mode: LockMode,
    number: i64,
    in_years: bool,
}

impl BucketLock {
    pub(crate) fn parse(document: &[u8]) -> Result<Self, Refusal> {
        let root = Element::parse(document, "ObjectLockConfiguration")?;
        root.only(&["ObjectLockEnabled", "Rule"])?;
        if root.texts("ObjectLockEnabled") != ["Enabled"] {
            return Err(Refusal::malformed_xml());
        }
        let Some(rule) = root.one("Rule")? else { return Ok(Self::default()) };
        rule.only(&["DefaultRetention"])?;
        let default = rule.one("DefaultRetention")?.ok_or_else(Refusal::malformed_xml)?;
        default.only(&["Mode", "Days", "Years"])?;
        let mode = default.one("Mode")?.and_then(|mode| LockMode::from_name(&mode.text));
        let mode = mode.ok_or_else(Refusal::malformed_xml)?;
        let (number, in_years) = match (default.one("Days")?, default.one("Years")?) {
            (Some(days), None) => (&days.text, false),
            (None, Some(years)) => (&years.text, true),
            _ => return Err(Refusal::malformed_xml()),
        };
        let number: i64 = number.parse().map_err(|_| Refusal::malformed_xml())?;
        let most = if in_years { 100 } else { 36_500 };
        if number < 1 {
            let message = "Default retention period must be a positive integer value.";
            return Err(Refusal::new(400, "InvalidRetentionPeriod", message));
        }
        if number > most {
            let message = "Default retention period too large";
            return Err(Refusal::new(400, "InvalidRetentionPeriod", message));
        }
        Ok(Self { default: Some(DefaultRetention { mode, number, in_years }) })
    }

    /// The content of the document.
    pub(crate) fn to_xml(&self) -> String {
        let mut xml = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>".to_owned();
        if let Some(DefaultRetention { mode, number, in_years }) = &self.default {
            let unit = if *in_years { "Years" } else { "Days" };
            let mode = mode.name();
            xml.push_str(&format!(
                "<Rule><DefaultRetention><Mode>{mode}</Mode><{unit}>{number}</{unit}></DefaultRetention></Rule>"
            ));
        }
        xml
    }

    /// The retention of a version that is written now and names none.
    pub(crate) fn default_retention(&self, now: OffsetDateTime) -> Option<Retention> {
        let DefaultRetention { mode, number, in_years } = self.default.as_ref()?;
        let days = if *in_years { number * 365 } else { *number };
        Some(Retention { mode: *mode, until: now.saturating_add(Duration::days(days)) })
    }
}
