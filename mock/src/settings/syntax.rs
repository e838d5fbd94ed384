//! Pieces of the policy language: lists, patterns, and what is malformed.

use serde_json::Value;

use crate::refusal::Refusal;

/// A text, a truth value, or a list of these.
pub(super) fn texts(
    given: Option<&Value>,
    complaint: &'static str,
) -> Result<Vec<String>, Refusal> {
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

pub(super) fn malformed(message: &'static str) -> Refusal {
    Refusal::new(400, "MalformedPolicy", message)
}

/// Whether a text fits a pattern of `*` (anything) and `?` (one character).
pub(super) fn matches(pattern: &str, text: &str) -> bool {
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
