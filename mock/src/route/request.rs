//! Which bucket, key and operation the head of a request names.

use http::{HeaderMap, Method};

use super::operations::{Level, OPERATIONS, Row, Support, VARIANTS};

/// What a request is about.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
}

impl Target {
    /// Reads path-style and virtual-hosted-style addresses. `path` is still percent-encoded.
    pub(crate) fn of(headers: &HeaderMap, path: &str) -> Self {
        let decoded =
            urlencoding::decode(path).map_or_else(|_| path.to_owned(), |path| path.into_owned());
        let rest = decoded.strip_prefix('/').unwrap_or(&decoded);
        let (bucket, key) = match host(headers).and_then(host_bucket) {
            Some(bucket) => (bucket, rest),
            None => rest.split_once('/').unwrap_or((rest, "")),
        };
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self { bucket: text(bucket), key: text(key) }
    }
}

pub(crate) fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get("host").and_then(|host| host.to_str().ok())
}

/// The bucket of a virtual-hosted-style name under `localhost`.
pub(crate) fn host_bucket(host: &str) -> Option<&str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix(".localhost").filter(|bucket| !bucket.is_empty())
}

/// The parameters of a query, decoded, in their order.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        urlencoding::decode(&spaced).map(|text| text.into_owned()).unwrap_or(spaced)
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// What a request to STS is called: its action is in its body.
pub(crate) const STS: &str = "SecurityTokenService";

/// The S3 API's name for the operation; [`STS`] for a request to that service, and `"Unknown"` where there is none.
pub(crate) fn operation(
    method: &Method,
    target: &Target,
    query: &[(String, String)],
    headers: &HeaderMap,
) -> &'static str {
    if method == Method::POST && *target == Target::default() && has_form(headers) {
        return STS;
    }
    let operation = row(method, target, query).map_or("Unknown", |row| row.name);
    let is_copy = headers.contains_key("x-amz-copy-source");
    let variant = VARIANTS.iter().find(|(plain, _)| *plain == operation).filter(|_| {
        if operation == "ListObjects" {
            query.iter().find(|(name, _)| name == "list-type").is_some_and(|(_, kind)| kind == "2")
        } else {
            is_copy
        }
    });
    variant.map_or(operation, |(_, variant)| variant)
}

/// Whether the body is a form of names and values.
fn has_form(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").map(|kind| String::from_utf8_lossy(kind.as_bytes()));
    kind.is_some_and(|kind| {
        kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
    })
}

/// Whether the request names an operation that is not served. The S3 layer would read a body first, or does not know the
/// newer ones and would treat them as an object or a list: a PUT of `?renameObject` would overwrite.
pub(crate) fn is_refused(method: &Method, target: &Target, query: &[(String, String)]) -> bool {
    let row = row(method, target, query);
    let is_subresource =
        |name: &str| OPERATIONS.iter().any(|row| row.subresource.split('&').next() == Some(name));
    match row {
        Some(row) if row.support == Support::Refused => true,
        // A subresource that this method or level does not have.
        Some(Row { subresource: "", .. }) | None => {
            query.iter().any(|(name, _)| !name.is_empty() && is_subresource(name))
        }
        Some(_) => false,
    }
}

/// The subresources of a query, where it names several: which of them is meant would be a guess.
pub(crate) fn conflicting(query: &[(String, String)]) -> Option<String> {
    let is_subresource =
        |name: &str| OPERATIONS.iter().any(|row| row.subresource.split('&').next() == Some(name));
    let mut names: Vec<_> = query
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !name.is_empty() && is_subresource(name))
        .collect();
    names.sort_unstable();
    names.dedup();
    (names.len() > 1).then(|| names.join(", "))
}

fn row(method: &Method, target: &Target, query: &[(String, String)]) -> Option<&'static Row> {
    let level = match target {
        Target { bucket: None, .. } => Level::Root,
        Target { key: None, .. } => Level::Bucket,
        _ => Level::Object,
    };
    let has = |name: &str| name.is_empty() || query.iter().any(|(given, _)| given == name);
    OPERATIONS.iter().find(|row| {
        method == row.method && level == row.level && row.subresource.split('&').all(has)
    })
}

/// Whether the operation's body is a document of the API rather than an object's content.
pub(crate) fn takes_document(operation: &str) -> bool {
    !matches!(operation, "PutObject" | "UploadPart" | "PostObject" | "Unknown")
}

/// Whether [`operation`] can return this name.
pub(crate) fn is_operation(name: &str) -> bool {
    name == STS
        || OPERATIONS.iter().any(|row| row.name == name)
        || VARIANTS.iter().any(|(_, variant)| *variant == name)
}
