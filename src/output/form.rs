//! What stdout carries: this program's own output, or that of aws-cli for command lines of aws-cli.

use serde_json::Value;

use super::json;
use crate::failure::Failure;

/// The form of the data on stdout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Form {
    #[default]
    Own,
    /// Lines such as `upload: ./file to s3://bucket/object`, as `aws s3` prints them.
    Lines,
    /// One JSON document, as `aws s3api` prints it.
    Document {
        /// What `--query` selects of it.
        selection: Option<Selection>,
        /// Whether an answer to a HEAD has checksums.
        has_checksums: bool,
    },
}

/// What is printed of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) query: &'static Query,
    /// Text instead of JSON.
    pub(crate) is_text: bool,
}

/// A simple JMESPath expression: `NAME`, `NAME.NAME` or `[NAME, NAME.NAME]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Query {
    One(Vec<String>),
    List(Vec<Vec<String>>),
}

impl Query {
    /// Parses an expression; none if it is not a simple one.
    pub(crate) fn parse(text: &str) -> Option<Query> {
        let path = |text: &str| text.trim().split('.').map(name).collect::<Option<Vec<_>>>();
        match text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(list) => list.split(',').map(path).collect::<Option<_>>().map(Query::List),
            None => path(text).map(Query::One),
        }
    }

    fn of(&self, document: &Value) -> Value {
        let find = |path: &Vec<String>| {
            let step = |found: &Value, name: &String| found.get(name).cloned();
            path.iter()
                .try_fold(document.clone(), |found, name| step(&found, name))
                .unwrap_or_default()
        };
        match self {
            Query::One(path) => find(path),
            Query::List(paths) => paths.iter().map(find).collect(),
        }
    }
}

/// An identifier, with or without quotes.
fn name(text: &str) -> Option<String> {
    if let Some(quoted) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let is_plain = !quoted.is_empty() && !quoted.contains(['"', '\\']);
        return is_plain.then(|| quoted.to_owned());
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name = text.bytes().all(is_word) && !text.starts_with(|c: char| c.is_ascii_digit());
    (is_name && !text.is_empty()).then(|| text.to_owned())
}

/// The document, or what is selected of it, as aws-cli prints it.
pub(super) fn document(
    value: &impl serde::Serialize,
    selection: Option<Selection>,
) -> serde_json::Result<Vec<u8>> {
    let Some(Selection { query, is_text }) = selection else { return json::document(value) };
    let selected = query.of(&serde_json::to_value(value)?);
    if !is_text {
        return json::document(&selected);
    }
    let text = match &selected {
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join("\t"),
        Value::Object(map) => map.values().map(text).collect::<Vec<_>>().join("\t"),
        scalar => text(scalar),
    };
    Ok(format!("{text}\n").into_bytes())
}

/// As Python writes it.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => super::safe(text),
        other => other.to_string(),
    }
}

/// Errors: `Kind::Usage` if the expression is not a simple one.
pub(crate) fn parse_query(text: &str) -> Result<Query, Failure> {
    Query::parse(text).ok_or_else(|| {
        Failure::usage("--query takes names of fields here: NAME, NAME.NAME or [NAME,NAME]")
            .hint("leave it out, and select with jq")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(query: &str, is_text: bool) -> Option<String> {
        let document =
            json!({ "ETag": "\"e\"", "Parts": 3, "On": true, "Metadata": { "a-b": "c" } });
        let query = Box::leak(Box::new(Query::parse(query)?));
        let bytes = super::document(&document, Some(Selection { query, is_text })).unwrap();
        Some(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn names_are_selected_as_aws_cli_does() {
        for (query, as_json, as_text) in [
            ("ETag", "\"\\\"e\\\"\"\n", "\"e\"\n"),
            (" Parts ", "3\n", "3\n"),
            ("On", "true\n", "True\n"),
            ("Metadata.\"a-b\"", "\"c\"\n", "c\n"),
            ("Absent.Name", "null\n", "None\n"),
            ("[ETag, Absent]", "[\n    \"\\\"e\\\"\",\n    null\n]\n", "\"e\"\tNone\n"),
        ] {
            assert_eq!(said(query, false).as_deref(), Some(as_json), "{query}");
            assert_eq!(said(query, true).as_deref(), Some(as_text), "{query}");
        }
        for query in ["", "a b", "a[0]", "a | b", "length(a)", "a.b-c", "{a: b}", "*", "[a", "\"\""]
        {
            assert_eq!(said(query, false), None, "{query}");
        }
    }
}
