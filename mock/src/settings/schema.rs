//! The shape of a configuration document: which elements it may have, and what they hold.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::refusal::Refusal;
use crate::xml::Element;

/// How often an element comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    Once,
    AtMostOnce,
    Any,
    AtLeastOnce,
}

/// What an element holds.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number of at least this.
    Number(u64),
    Bool,
    /// A time of ISO 8601.
    Time,
    Fields(&'static [Field]),
}

/// An element within another one.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) times: Times,
    pub(super) content: Content,
}

pub(super) const fn once(name: &'static str, content: Content) -> Field {
    Field { name, times: Times::Once, content }
}

pub(super) const fn maybe(name: &'static str, content: Content) -> Field {
    Field { name, times: Times::AtMostOnce, content }
}

pub(super) const fn any(name: &'static str, content: Content) -> Field {
    Field { name, times: Times::Any, content }
}

pub(super) const fn some(name: &'static str, content: Content) -> Field {
    Field { name, times: Times::AtLeastOnce, content }
}

/// Refuses an element that is not of this shape with `MalformedXML`.
pub(super) fn check(element: &Element, fields: &[Field]) -> Result<(), Refusal> {
    let known = |child: &Element| fields.iter().any(|field| field.name == child.name);
    if !element.children.iter().all(known) || !(element.text.is_empty() || fields.is_empty()) {
        return Err(Refusal::malformed_xml());
    }
    for field in fields {
        let count = element.all(field.name).count();
        let fits = match field.times {
            Times::Once => count == 1,
            Times::AtMostOnce => count <= 1,
            Times::Any => true,
            Times::AtLeastOnce => count >= 1,
        };
        if !fits {
            return Err(Refusal::malformed_xml());
        }
        for child in element.all(field.name) {
            check_content(child, field.content)?;
        }
    }
    Ok(())
}

fn check_content(element: &Element, content: Content) -> Result<(), Refusal> {
    let text = element.text.as_str();
    let fits = match content {
        Content::Fields(fields) => return check(element, fields),
        Content::Text => true,
        Content::Word(words) => words.contains(&text),
        Content::Number(least) => text.parse::<u64>().is_ok_and(|number| number >= least),
        Content::Bool => matches!(text, "true" | "false" | "TRUE" | "FALSE"),
        Content::Time => time_of(text).is_some(),
    };
    if fits && element.children.is_empty() { Ok(()) } else { Err(Refusal::malformed_xml()) }
}

/// A time of a document, with or without an hour.
pub(crate) fn time_of(text: &str) -> Option<OffsetDateTime> {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    OffsetDateTime::parse(&whole, &Rfc3339).ok()
}
