//! What is known of one request.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use schemars::JsonSchema;
use serde::Serialize;

use crate::key::ring::ObjectKey;
use crate::proxy::refused::Refused;
use crate::proxy::request::Request;

/// The key that a request was sealed or opened with, once that is known.
#[derive(Debug, Clone, Default)]
pub(in crate::proxy) struct SealedWith(Arc<OnceLock<String>>);

impl SealedWith {
    pub(in crate::proxy) fn is(&self, key: &ObjectKey) {
        let _ = self.0.set(key.key.md5_base64());
    }
}

/// One request, from its head to the end of its answer.
#[derive(Debug)]
pub(in crate::proxy) struct Entry {
    began: Instant,
    time: SystemTime,
    method: String,
    bucket: String,
    key: String,
    operation: &'static str,
    received: u64,
    sealed_with: SealedWith,
    has_own_key: bool,
    code: Option<String>,
    cause: Option<&'static str>,
    message: Option<String>,
}

/// An entry as a line of JSON.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum LogLine<'a> {
    /// A request to the proxy; a line of its log.
    Request {
        /// When the request came: RFC 3339, UTC.
        time: String,
        /// The method of HTTP.
        method: &'a str,
        /// The operation of S3, such as PutObject.
        operation: &'a str,
        /// The bucket; empty for requests about no bucket.
        bucket: &'a str,
        /// The object's name; empty for requests about no object.
        key: &'a str,
        /// The HTTP status of the proxy's answer.
        status: u16,
        /// The length of the request's body in bytes.
        received_bytes: u64,
        /// How many bytes of the answer's body were sent.
        sent_bytes: u64,
        /// The time from the request's head to the answer's end, in milliseconds.
        milliseconds: u64,
        /// The MD5 of the key that sealed or opened the object, in base64, as S3 shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        key_md5: Option<&'a str>,
        /// The error code of a refusal.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str>,
        /// Why the proxy itself refused the request: one word.
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<&'a str>,
        /// What happened, for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'a str>,
    },
}

impl Entry {
    pub(in crate::proxy) fn begin(method: &http::Method) -> Entry {
        Entry {
            began: Instant::now(),
            time: SystemTime::now(),
            method: method.to_string(),
            bucket: String::new(),
            key: String::new(),
            operation: "Unknown",
            received: 0,
            sealed_with: SealedWith::default(),
            has_own_key: false,
            code: None,
            cause: None,
            message: None,
        }
    }

    pub(in crate::proxy) fn asks_for(&mut self, request: &Request) {
        self.bucket = request.bucket.clone().unwrap_or_default();
        self.key.clone_from(&request.key);
    }

    pub(in crate::proxy) fn is_operation(&mut self, name: &'static str) {
        self.operation = name;
    }

    /// `bytes` is the declared length of the body.
    pub(in crate::proxy) fn takes(&mut self, bytes: u64) {
        self.received = bytes;
    }

    pub(in crate::proxy) fn has_own_key(&mut self) {
        self.has_own_key = true;
    }

    pub(in crate::proxy) fn sealed_with(&self) -> SealedWith {
        self.sealed_with.clone()
    }

    pub(in crate::proxy) fn refused(&mut self, refused: &Refused) {
        self.code = Some(refused.code.clone());
        self.cause = refused.cause;
        self.message = Some(refused.message.clone());
    }

    pub(super) fn operation(&self) -> &'static str {
        self.operation
    }

    pub(super) fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn cause(&self) -> Option<&'static str> {
        self.cause
    }

    pub(in crate::proxy) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The line for people.
    pub(super) fn text(&self, status: u16, sent: u64) -> String {
        let time = humantime::format_rfc3339_millis(self.time);
        let at = match (self.bucket.is_empty(), self.key.is_empty()) {
            (true, _) => "/".to_owned(),
            (false, true) => format!("s3://{}", self.bucket),
            (false, false) => format!("s3://{}/{}", self.bucket, self.key),
        };
        let mut line = format!(
            "{time} {} {at} {status}, {} bytes in, {sent} out, {} ms",
            self.operation,
            self.received,
            self.elapsed().as_millis()
        );
        if let Some(md5) = self.sealed_with.0.get() {
            line += &format!(", key-MD5 {md5}");
        } else if self.has_own_key {
            line += ", with the client's own key";
        }
        if let Some(message) = &self.message {
            line += &format!(": {message}");
        }
        line
    }

    pub(super) fn line(&self, status: u16, sent: u64) -> LogLine<'_> {
        LogLine::Request {
            time: humantime::format_rfc3339_millis(self.time).to_string(),
            method: &self.method,
            operation: self.operation,
            bucket: &self.bucket,
            key: &self.key,
            status,
            received_bytes: self.received,
            sent_bytes: sent,
            milliseconds: self.elapsed().as_millis() as u64,
            key_md5: self.sealed_with.0.get().map(String::as_str),
            code: self.code.as_deref(),
            cause: self.cause,
            message: self.message.as_deref(),
        }
    }
}
