//! Conditional requests: RFC 9110, section 13, and "Adding preconditions to S3 operations".

use http::{HeaderMap, HeaderValue};
use s3s::dto::{ETag, ETagCondition, Timestamp};
use time::OffsetDateTime;

use crate::quirks::Quirks;
use crate::refusal::Refusal;
use crate::s3::output::whole_seconds;
use crate::store::{Bucket, Object, Version};

/// The conditions of a read.
macro_rules! read_conditions {
    ($input:expr) => {
        $crate::s3::object::ReadConditions {
            if_match: $input.if_match.clone(),
            if_none_match: $input.if_none_match.clone(),
            if_modified_since: $input.if_modified_since.clone(),
            if_unmodified_since: $input.if_unmodified_since.clone(),
            of_copy: false,
        }
    };
}

/// The conditions on the source of a copy.
macro_rules! source_conditions {
    ($input:expr) => {
        $crate::s3::object::ReadConditions {
            if_match: $input.copy_source_if_match.clone(),
            if_none_match: $input.copy_source_if_none_match.clone(),
            if_modified_since: $input.copy_source_if_modified_since.clone(),
            if_unmodified_since: $input.copy_source_if_unmodified_since.clone(),
            of_copy: true,
        }
    };
}

pub(crate) use {read_conditions, source_conditions};

/// The conditions of a read, or of a copy's source.
pub(crate) struct ReadConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
    /// A copy is refused with 412 where a read gets 304.
    pub(crate) of_copy: bool,
}

impl ReadConditions {
    /// Refuses with 412 or 304. An ETag decides over a date of the same direction.
    pub(crate) fn check(&self, version: &Version, object: &Object) -> Result<(), Refusal> {
        let modified = whole_seconds(version.modified);
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) if !matches(condition, &object.etag) => {
                return Err(self.failed("If-Match"));
            }
            (None, Some(since)) if modified > OffsetDateTime::from(since.clone()) => {
                return Err(self.failed("If-Unmodified-Since"));
            }
            _ => {}
        }
        let unchanged = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => matches(condition, &object.etag).then_some("If-None-Match"),
            (None, Some(since)) => {
                (modified <= OffsetDateTime::from(since.clone())).then_some("If-Modified-Since")
            }
            (None, None) => None,
        };
        match unchanged {
            None => Ok(()),
            Some(condition) if self.of_copy => Err(self.failed(condition)),
            Some(_) => Err(not_modified(version, object)),
        }
    }

    /// A copy names its conditions by its own headers.
    fn failed(&self, condition: &str) -> Refusal {
        let prefix = if self.of_copy { "x-amz-copy-source-" } else { "" };
        Refusal::precondition_failed(&format!("{prefix}{condition}"))
    }
}

/// The conditions of a write, checked when it takes effect.
#[derive(Default)]
pub(crate) struct WriteConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl WriteConditions {
    /// The conditions of a write, as far as the store checks them.
    pub(crate) fn of_write(
        quirks: &Quirks,
        if_match: Option<ETagCondition>,
        if_none_match: Option<ETagCondition>,
    ) -> Self {
        Self { if_match, if_none_match: if_none_match.filter(|_| !quirks.ignores_if_none_match) }
    }

    /// The conditions on the object that a copy overwrites ("CopyObject" in the Amazon S3 API reference), as far as the
    /// store checks them.
    pub(crate) fn of_copy(quirks: &Quirks, headers: &HeaderMap) -> Result<Self, Refusal> {
        if !quirks.checks_copy_conditions {
            return Ok(Self::default());
        }
        let condition = |name: &str| {
            let parse = |value: &HeaderValue| ETagCondition::parse_http_header(value.as_bytes());
            headers
                .get(name)
                .map(parse)
                .transpose()
                .map_err(|_| Refusal::invalid_argument("The condition is not an ETag.", name, ""))
        };
        Ok(Self { if_match: condition("if-match")?, if_none_match: condition("if-none-match")? })
    }

    /// Refuses with 412, 404 where `If-Match` finds nothing, and 501 for what Amazon S3 does not support.
    pub(crate) fn check(&self, bucket: &Bucket, key: &str) -> Result<(), Refusal> {
        let current = bucket.current(key).and_then(|version| version.object.as_ref());
        match &self.if_none_match {
            Some(ETagCondition::Any) if current.is_some() => {
                return Err(Refusal::precondition_failed("If-None-Match"));
            }
            Some(ETagCondition::ETag(_)) => return Err(Refusal::not_implemented()),
            _ => {}
        }
        match (&self.if_match, current) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Refusal::no_such_key(key)),
            (Some(condition), Some(object)) if matches(condition, &object.etag) => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::precondition_failed("If-Match")),
        }
    }
}

fn matches(condition: &ETagCondition, etag: &str) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(ETag::Strong(given) | ETag::Weak(given)) => given == etag,
    }
}

fn not_modified(version: &Version, object: &Object) -> Refusal {
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    Refusal::new(304, "NotModified", "Not Modified")
        .header("etag", &format!("\"{}\"", object.etag))
        .header("last-modified", &version.modified.format(format).unwrap_or_default())
}
