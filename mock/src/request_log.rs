//! The log of requests for tests. It holds no key: headers with keys are dropped first.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::request::Parts;

use crate::route::{self, Target};
use crate::{redact, ssec};

/// One request and how it was answered.
#[derive(Clone)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The HTTP method.
    pub method: String,
    /// The path as it came, percent-encoded.
    pub path: String,
    /// The bucket named by path or host.
    pub bucket: Option<String>,
    /// The key, decoded.
    pub key: Option<String>,
    /// The query as it came, without `?`; the values of keys are replaced.
    pub query: String,
    /// The S3 API's name for the operation, such as `"UploadPart"`; `"SecurityTokenService"` for any action of STS, and
    /// `"Unknown"` where there is none.
    pub operation: &'static str,
    /// The status answered; `None` while the request is being served, or when the connection was dropped instead.
    pub status: Option<u16>,
    /// The connection that brought the request, counted from 1 over the server's life.
    pub connection: u64,
    headers: Vec<(String, String)>,
    has_key: bool,
}

impl RequestRecord {
    pub(crate) fn new(head: &Parts, connection: u64) -> Self {
        let target = Target::of(&head.headers, head.uri.path());
        let query = head.uri.query().unwrap_or_default();
        let operation =
            route::operation(&head.method, &target, &route::query_pairs(query), &head.headers);
        let has_key = ssec::KEY_HEADERS.iter().any(|name| head.headers.contains_key(*name));
        let headers = head
            .headers
            .iter()
            .filter(|(name, _)| !redact::is_key(name.as_str()))
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            bucket: target.bucket,
            key: target.key,
            query: redact::query_names(query),
            operation,
            status: None,
            connection,
            headers,
            has_key,
        }
    }

    /// The value of a header; names are compared without case. Always `None` for the two headers that carry keys.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The headers with lower-case names, in the order they came, without those that carry keys, in any spelling.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a header brought an SSE-C key, for the object or for a copy's source.
    pub fn has_key(&self) -> bool {
        self.has_key
    }

    /// The MD5 that came with the object's SSE-C key, in base64.
    pub fn key_md5(&self) -> Option<&str> {
        self.header("x-amz-server-side-encryption-customer-key-md5")
    }

    /// A parameter of the query, decoded.
    pub fn query_param(&self, name: &str) -> Option<String> {
        route::query_pairs(&self.query)
            .into_iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value)
    }
}

impl fmt::Debug for RequestRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("RequestRecord")
            .field("operation", &self.operation)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("status", &self.status)
            .field("connection", &self.connection)
            .field("headers", &names)
            .field("has_key", &self.has_key)
            .finish_non_exhaustive()
    }
}

/// The records of a server, in the order in which the requests came.
pub(crate) struct RequestLog {
    records: Mutex<Records>,
    /// The oldest beyond these are forgotten.
    max: usize,
}

#[derive(Default)]
struct Records {
    /// How many records were removed: a record's number stays the same.
    cleared: usize,
    records: VecDeque<RequestRecord>,
}

impl RequestLog {
    pub(crate) fn new(max: usize) -> Self {
        Self { records: Mutex::default(), max: max.max(1) }
    }

    /// Appends a record and returns its number.
    pub(crate) fn push(&self, record: RequestRecord) -> usize {
        let mut log = self.lock();
        if log.records.len() == self.max {
            log.records.pop_front();
            log.cleared += 1;
        }
        log.records.push_back(record);
        log.cleared + log.records.len() - 1
    }

    pub(crate) fn answered(&self, number: usize, status: u16) {
        let mut log = self.lock();
        let index = number.checked_sub(log.cleared);
        if let Some(record) = index.and_then(|index| log.records.get_mut(index)) {
            record.status = Some(status);
        }
    }

    pub(crate) fn all(&self) -> Vec<RequestRecord> {
        self.lock().records.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut log = self.lock();
        log.cleared += log.records.len();
        log.records.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
