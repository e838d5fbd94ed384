//! Output and requests as text, with everything masked or named that differs from run to run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use s3seal_mock::RequestRecord;

const KEY: &str = "x-amz-server-side-encryption-customer-key-md5";
const SOURCE_KEY: &str = "x-amz-copy-source-server-side-encryption-customer-key-md5";
/// These follow from the rest, or say nothing about what is asked for.
const UNRECORDED: [&str; 7] = [
    KEY,
    SOURCE_KEY,
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-user-agent",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-copy-source-server-side-encryption-customer-algorithm",
];
/// Texts for people, which may become plainer, and what a store or chance makes up.
const MASKED_FIELDS: [&str; 19] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "XDG_STATE_HOME",
    "ETag",
    "LastModified",
    "call",
    "created",
    "etag",
    "expires",
    "hint",
    "initiated",
    "key",
    "lastModified",
    "message",
    "notes",
    "recipe",
    "text",
    "uploadId",
    "warnings",
];

/// What comes after it is the port.
const LOOPBACK: &str = "http://127.0.0.1:";
/// In the name of a trial: 16 for the run, a dash, and 8 that follow from those.
const DRAWN_DIGITS: usize = 25;
const VARYING_PARAMETERS: [&str; 5] =
    ["X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature", "continuation-token", "uploadId"];

/// What is replaced by what.
#[derive(Default)]
pub(super) struct Masks {
    /// Texts that are replaced wherever they appear, and their names.
    texts: Vec<(String, String)>,
    /// How many versions of an object have a name.
    versions: BTreeMap<String, u32>,
    /// The MD5s of the keys that the last run made.
    new_keys: Vec<String>,
}

impl Masks {
    /// Replaces a text wherever it appears, before whatever was added earlier: it may hold that.
    pub(super) fn add(&mut self, text: &str, by: &str) {
        self.texts.insert(0, (text.to_owned(), by.to_owned()));
    }

    /// Names the versions of an object `v1` and so on, in the order of the calls. Those of trials get no name.
    pub(super) fn name_version(&mut self, object: &str, id: &str) {
        if id == "null" || object.contains("/.s3seal/") || self.name(id).is_some() {
            return;
        }
        let count = self.versions.entry(object.to_owned()).or_default();
        *count += 1;
        let name = format!("v{count}");
        self.add(id, &name);
    }

    /// Names the keys that a run made for its trials `new1` and so on, in their order.
    pub(super) fn name_new_keys(&mut self, requests: &[RequestRecord]) {
        self.new_keys.clear();
        let md5s =
            requests.iter().flat_map(|request| [request.header(SOURCE_KEY), request.key_md5()]);
        for md5 in md5s.flatten() {
            if self.name(md5).is_none() && !self.new_keys.iter().any(|it| it == md5) {
                self.new_keys.push(md5.to_owned());
            }
        }
    }

    /// Standard error: an error as JSON, or a line for people, of which only its kind is recorded.
    pub(super) fn error_line(&self, line: &str) -> String {
        if line.starts_with('{') {
            return format!("! {}", self.json(line));
        }
        match line.split_once(": ") {
            Some((kind @ ("warning" | "note" | "hint" | "error"), _)) => format!("! {kind}: …"),
            _ => "! …".to_owned(),
        }
    }

    /// A line of JSON with its fields in their order, and what varies masked.
    pub(super) fn json(&self, line: &str) -> String {
        let (mut rest, mut field, mut text) = (line, "", String::new());
        while let Some((before, string, after)) = next_string(rest) {
            text.push_str(before);
            if after.starts_with(':') {
                field = string;
                let _ = write!(text, "\"{string}\"");
            } else {
                let _ = write!(text, "\"{}\"", self.value(field, string));
            }
            rest = after;
        }
        text + rest
    }

    fn value(&self, field: &str, value: &str) -> String {
        match field {
            "keyMd5" | "fromKeyMd5" | "SSECustomerKeyMD5" => self.key(value),
            "versionId" | "VersionId" => self.version(value),
            "url" => self.url(value),
            "AWS_ENDPOINT_URL" | "endpoint" if value.starts_with(LOOPBACK) => {
                format!("{LOOPBACK}…")
            }
            field if MASKED_FIELDS.contains(&field) => "…".to_owned(),
            _ => self.masked(value),
        }
    }

    /// What requests are sorted by: those of one version stay in their order, those of a bucket do not.
    pub(super) fn object(&self, request: &RequestRecord) -> (String, Option<String>, String) {
        let path = self.masked(&request.path);
        let version = request.query_param("versionId").map(|id| self.version(&id));
        let of_bucket = if path.ends_with('/') { self.request(request) } else { String::new() };
        (path, version, of_bucket)
    }

    pub(super) fn request(&self, request: &RequestRecord) -> String {
        let path = self.masked(&request.path);
        let query = self.query(&request.query);
        let key = |header| request.header(header).map_or("none".to_owned(), |md5| self.key(md5));
        let mut text = format!("> {} {path}{query} key={}", request.method, key(KEY));
        if request.header(SOURCE_KEY).is_some() || request.header("x-amz-copy-source").is_some() {
            let _ = write!(text, " source-key={}", key(SOURCE_KEY));
        }
        let mut headers: Vec<_> = request.headers().filter(|(name, _)| is_recorded(name)).collect();
        headers.sort_unstable();
        for (name, value) in headers {
            let value = self.header(name, value);
            let _ = write!(text, " {name}={value}");
        }
        let _ = match request.status {
            Some(status) => write!(text, " -> {status}"),
            None => write!(text, " -> no answer"),
        };
        text
    }

    /// The name of the key with this MD5.
    fn key(&self, md5: &str) -> String {
        let new = || self.new_keys.iter().position(|it| it == md5);
        match self.name(md5) {
            Some(name) => name.to_owned(),
            None => new().map_or("new".to_owned(), |index| format!("new{}", index + 1)),
        }
    }

    fn name(&self, text: &str) -> Option<&str> {
        self.texts.iter().find(|(masked, _)| masked == text).map(|(_, name)| name.as_str())
    }

    /// The name of a version; those of trials have none.
    fn version(&self, id: &str) -> String {
        self.name(id).unwrap_or(if id == "null" { id } else { "…" }).to_owned()
    }

    fn header(&self, name: &str, value: &str) -> String {
        match name {
            "content-md5" | "if-match" | "x-amz-copy-source-if-match" | "x-amz-meta-mtime" => {
                "…".to_owned()
            }
            "x-amz-tagging" => {
                let names = value.split('&').filter_map(|tag| tag.split_once('='));
                names.map(|(name, _)| format!("{name}=…")).collect::<Vec<_>>().join("&")
            }
            "if-none-match" if value != "*" => "…".to_owned(),
            "x-amz-copy-source" => self.url(value),
            _ => self.masked(value),
        }
    }

    fn url(&self, url: &str) -> String {
        match url.split_once('?') {
            Some((path, query)) => self.masked(path) + &self.query(query),
            None => self.masked(url),
        }
    }

    /// `?` and the query, without what differs from run to run.
    fn query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some(("versionId", id)) => format!("versionId={}", self.version(id)),
            Some((name, _)) if VARYING_PARAMETERS.contains(&name) => format!("{name}=…"),
            _ => without_chance(pair),
        });
        let pairs = pairs.collect::<Vec<_>>().join("&");
        if pairs.is_empty() { pairs } else { format!("?{pairs}") }
    }

    pub(super) fn masked(&self, text: &str) -> String {
        let replace = |text: String, (from, to): &(String, String)| text.replace(from, to);
        let text = self.texts.iter().fold(text.to_owned(), replace);
        without_chance(&text)
    }
}

/// What is before the next JSON string, what is in it, and what is after it.
fn next_string(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('"')?;
    let mut is_escaped = false;
    let end = rest.find(|letter| {
        let ends = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        ends
    })?;
    Some((before, &rest[..end], &rest[end + 1..]))
}

fn is_recorded(name: &str) -> bool {
    let starts = [
        "x-amz-",
        "if-",
        "range",
        "cache-control",
        "content-type",
        "content-encoding",
        "content-md5",
    ];
    starts.iter().any(|start| name.starts_with(start)) && !UNRECORDED.contains(&name)
}

/// The names of trials, without the digits that are drawn by chance.
fn without_chance(text: &str) -> String {
    let Some((before, after)) = text.split_once("trial-") else { return text.to_owned() };
    let is_drawn = |digits: &str| digits.chars().all(|it| it.is_ascii_hexdigit() || it == '-');
    match after.split_at_checked(DRAWN_DIGITS) {
        Some((drawn, rest)) if is_drawn(drawn) => {
            format!("{before}trial-…{}", without_chance(rest))
        }
        _ => format!("{before}trial-{}", without_chance(after)),
    }
}
