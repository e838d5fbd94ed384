//! Lifecycle rules: what expires when. Transitions are kept and returned, and move nothing.
//! Source: "Managing the lifecycle of objects" and "Lifecycle configuration elements" in the Amazon S3 user guide.

use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime, Time};

use super::fields::{STATUS, TAG, TRANSITION};
use super::schema::Content::{Bool, Fields, Number, Text, Time as TimeText, Word};
use super::schema::{Field, any, maybe, once, some, time_of};
use crate::refusal::Refusal;
use crate::xml::Element;

const MAX_RULES: usize = 1000;

pub(super) const FIELDS: &[Field] = &[some("Rule", Fields(RULE))];
const RULE: &[Field] = &[
    maybe("ID", Text),
    maybe("Prefix", Text),
    maybe(
        "Filter",
        Fields(&[
            maybe("Prefix", Text),
            maybe("Tag", Fields(TAG)),
            maybe("ObjectSizeGreaterThan", Number(0)),
            maybe("ObjectSizeLessThan", Number(1)),
            maybe(
                "And",
                Fields(&[
                    maybe("Prefix", Text),
                    any("Tag", Fields(TAG)),
                    maybe("ObjectSizeGreaterThan", Number(0)),
                    maybe("ObjectSizeLessThan", Number(1)),
                ]),
            ),
        ]),
    ),
    once("Status", Word(STATUS)),
    maybe(
        "Expiration",
        Fields(&[
            maybe("Date", TimeText),
            maybe("Days", Number(1)),
            maybe("ExpiredObjectDeleteMarker", Bool),
        ]),
    ),
    any("Transition", Fields(TRANSITION)),
    maybe(
        "NoncurrentVersionExpiration",
        Fields(&[maybe("NoncurrentDays", Number(1)), maybe("NewerNoncurrentVersions", Number(1))]),
    ),
    any(
        "NoncurrentVersionTransition",
        Fields(&[
            maybe("NoncurrentDays", Number(0)),
            maybe("NewerNoncurrentVersions", Number(1)),
            once(
                "StorageClass",
                Word(&[
                    "GLACIER",
                    "STANDARD_IA",
                    "ONEZONE_IA",
                    "INTELLIGENT_TIERING",
                    "DEEP_ARCHIVE",
                    "GLACIER_IR",
                ]),
            ),
        ]),
    ),
    maybe("AbortIncompleteMultipartUpload", Fields(&[once("DaysAfterInitiation", Number(1))])),
];

pub(super) fn check_rules(root: &Element) -> Result<(), Refusal> {
    let mut ids = BTreeSet::new();
    if root.all("Rule").count() > MAX_RULES {
        return Err(Refusal::malformed_xml());
    }
    for rule in root.all("Rule") {
        if let Some(id) = rule.texts("ID").into_iter().next() {
            if id.chars().count() > 255 {
                let message = "ID length should not exceed allowed limit of 255";
                return Err(Refusal::invalid_argument(message, "ID", &id));
            }
            if !id.is_empty() && !ids.insert(id.clone()) {
                let message =
                    format!("Rule ID must be unique. Found same ID for more than one rule: {id}");
                return Err(Refusal::invalid_argument(message, "ID", &id));
            }
        }
        // A rule is for a prefix, in the older form, or for a filter with one condition.
        let filter = rule.one("Filter")?;
        if rule.one("Prefix")?.is_some() == filter.is_some()
            || filter.is_some_and(|filter| filter.children.len() > 1)
        {
            return Err(Refusal::malformed_xml());
        }
        let actions = [
            "Expiration",
            "Transition",
            "NoncurrentVersionExpiration",
            "NoncurrentVersionTransition",
            "AbortIncompleteMultipartUpload",
        ];
        if !rule.children.iter().any(|child| actions.contains(&child.name.as_str())) {
            return Err(Refusal::invalid_request(
                "At least one action needs to be specified in a rule",
            ));
        }
        if rule.all("Expiration").chain(rule.all("Transition")).any(has_not_one_time) {
            return Err(Refusal::malformed_xml());
        }
        let dates = rule.all("Expiration").chain(rule.all("Transition"));
        let mut dates = dates.flat_map(|action| action.texts("Date"));
        if dates.any(|date| time_of(&date).is_none_or(|date| date.time() != Time::MIDNIGHT)) {
            return Err(Refusal::invalid_argument("'Date' must be at midnight GMT", "Date", ""));
        }
    }
    Ok(())
}

/// An action has one of a date, days and the word for delete markers.
fn has_not_one_time(action: &Element) -> bool {
    let times = ["Date", "Days", "ExpiredObjectDeleteMarker"];
    action.children.iter().filter(|child| times.contains(&child.name.as_str())).count() != 1
}

/// Gives an id to every rule that has none.
pub(crate) fn name_rules(root: &mut Element, new_id: impl Fn() -> String) {
    for rule in root.children.iter_mut().filter(|child| child.name == "Rule") {
        rule.children.retain(|child| child.name != "ID" || !child.text.is_empty());
        if rule.all("ID").count() == 0 {
            let id = Element { name: "ID".to_owned(), text: new_id(), ..Element::default() };
            rule.children.insert(0, id);
        }
    }
}

/// An enabled rule.
pub(crate) struct LifecycleRule {
    prefix: String,
    tags: Vec<(String, String)>,
    above: Option<u64>,
    below: Option<u64>,
    expiration: Option<When>,
    /// Whether delete markers go that stand for nothing.
    pub(crate) removes_markers: bool,
    /// Days after which a version that is not the latest goes, and how many of these stay.
    noncurrent: Option<(i64, usize)>,
    /// Days after which an unfinished upload goes.
    uploads: Option<i64>,
}

enum When {
    Date(OffsetDateTime),
    Days(i64),
}

impl LifecycleRule {
    /// The enabled rules of a document that was checked.
    pub(crate) fn all(root: &Element) -> Vec<Self> {
        let enabled = root.all("Rule").filter(|rule| rule.texts("Status") == ["Enabled"]);
        enabled.map(Self::of).collect()
    }

    fn of(rule: &Element) -> Self {
        let filter = rule.all("Filter").next();
        let filter = filter.map_or(rule, |filter| filter.all("And").next().unwrap_or(filter));
        let first = |element: &Element, name: &str| element.texts(name).into_iter().next();
        let number = |element: &Element, name: &str| first(element, name)?.parse::<i64>().ok();
        let size = |name: &str| first(filter, name)?.parse().ok();
        let tags = filter.all("Tag").map(|tag| {
            (first(tag, "Key").unwrap_or_default(), first(tag, "Value").unwrap_or_default())
        });
        let expiration = rule.all("Expiration").next();
        let when = expiration.and_then(|expiration| {
            let date = first(expiration, "Date").and_then(|date| time_of(&date));
            date.map(When::Date).or_else(|| number(expiration, "Days").map(When::Days))
        });
        let marker = expiration.and_then(|it| first(it, "ExpiredObjectDeleteMarker"));
        let noncurrent = rule.all("NoncurrentVersionExpiration").next().map(|action| {
            let kept = number(action, "NewerNoncurrentVersions").unwrap_or(0);
            (number(action, "NoncurrentDays").unwrap_or(0), usize::try_from(kept).unwrap_or(0))
        });
        let abort = rule.all("AbortIncompleteMultipartUpload").next();
        Self {
            prefix: first(filter, "Prefix").unwrap_or_default(),
            tags: tags.collect(),
            above: size("ObjectSizeGreaterThan"),
            below: size("ObjectSizeLessThan"),
            expiration: when,
            removes_markers: marker.is_some_and(|marker| marker.eq_ignore_ascii_case("true")),
            noncurrent,
            uploads: abort.and_then(|abort| number(abort, "DaysAfterInitiation")),
        }
    }

    /// Whether the rule is about an object; a delete marker has no size.
    pub(crate) fn covers(&self, key: &str, tags: &[(String, String)], size: Option<u64>) -> bool {
        key.starts_with(&self.prefix)
            && self.tags.iter().all(|tag| tags.contains(tag))
            && self.above.is_none_or(|above| size.is_some_and(|size| size > above))
            && self.below.is_none_or(|below| size.is_some_and(|size| size < below))
    }

    pub(crate) fn covers_uploads(&self, key: &str) -> bool {
        self.uploads.is_some() && key.starts_with(&self.prefix)
    }

    /// Whether the latest version expires.
    pub(crate) fn expires(&self, modified: OffsetDateTime, now: OffsetDateTime) -> bool {
        match &self.expiration {
            Some(When::Date(date)) => *date <= now,
            Some(When::Days(days)) => is_due(modified, *days, now),
            None => false,
        }
    }

    /// Whether a version goes that `newer` others followed, the first of them the latest or not at `since`.
    pub(crate) fn expires_noncurrent(
        &self,
        since: OffsetDateTime,
        newer: usize,
        now: OffsetDateTime,
    ) -> bool {
        self.noncurrent.is_some_and(|(days, kept)| newer >= kept && is_due(since, days, now))
    }

    pub(crate) fn aborts(&self, initiated: OffsetDateTime, now: OffsetDateTime) -> bool {
        self.uploads.is_some_and(|days| is_due(initiated, days, now))
    }
}

/// Days are counted to the midnight (UTC) after them.
fn is_due(since: OffsetDateTime, days: i64, now: OffsetDateTime) -> bool {
    let after = since.saturating_add(Duration::days(days));
    let midnight = after.replace_time(Time::MIDNIGHT);
    let due = if midnight == after { after } else { midnight.saturating_add(Duration::DAY) };
    due <= now
}
