//! What is asked of the server itself rather than of S3: `/-/health`, and on request `/-/reset`, `/-/requests`, `/-/faults`
//! and `/-/clock`. `-` cannot be the name of a bucket.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use s3s::Body;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::fault::{Fault, Faults};
use crate::redact;
use crate::request_log::{RequestLog, RequestRecord};
use crate::route;
use crate::store::Store;

const PREFIX: &str = "/-/";
/// Bytes of the largest document.
const MAX_DOCUMENT: usize = 64 << 10;

/// Brings the store back to what it was at the start.
pub(crate) type Restore = Arc<dyn Fn() -> io::Result<()> + Send + Sync>;

/// Answers what is asked of the server itself.
pub(crate) struct Control {
    /// Whether anything but the server's health can be asked for.
    pub(crate) enabled: bool,
    pub(crate) restore: Restore,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) store: Arc<Store>,
}

/// Status and document of an answer.
type Answer = (u16, Value);

impl Control {
    /// Whether a request is for the server itself.
    pub(crate) fn is_meant(head: &Parts) -> bool {
        let bucket = route::host(&head.headers).and_then(route::host_bucket);
        bucket.is_none() && head.uri.path().starts_with(PREFIX)
    }

    pub(crate) async fn answer(&self, head: &Parts, body: Incoming) -> Response<Body> {
        let name = head.uri.path().trim_start_matches(PREFIX);
        let (status, document) = if name == "health" {
            (200, json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
        } else if !self.enabled {
            refused(403, "the server was started without --control")
        } else if !is_local(&head.headers) {
            refused(403, "only programs on this machine can control the server, not web pages")
        } else {
            match Limited::new(body, MAX_DOCUMENT).collect().await {
                Ok(body) => self.act(head.method.as_str(), name, &body.to_bytes()),
                Err(_) => refused(400, "the document did not arrive, or is too long"),
            }
        };
        let text = if document.is_null() { String::new() } else { document.to_string() + "\n" };
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert("content-type", json);
        response
    }

    fn act(&self, method: &str, name: &str, document: &Bytes) -> Answer {
        match (method, name) {
            ("POST", "reset") => match self.reset() {
                Ok(()) => (204, Value::Null),
                Err(error) => refused(500, &error.to_string()),
            },
            ("GET", "requests") => {
                (200, self.log.all().iter().map(record).collect::<Vec<_>>().into())
            }
            ("DELETE", "requests") => {
                self.log.clear();
                (204, Value::Null)
            }
            ("GET", "faults") => (200, self.shown_faults()),
            ("PUT", "faults") => self.set_faults(document),
            ("DELETE", "faults") => {
                self.faults.replace(None, Vec::new());
                (204, Value::Null)
            }
            ("GET", "clock") => (200, self.shown_clock()),
            ("POST", "clock") => self.set_clock(document),
            (_, "reset" | "requests" | "faults" | "clock") => {
                refused(405, "this method is not for this address")
            }
            _ => refused(404, "there are health, reset, requests, faults and clock"),
        }
    }

    /// Brings everything back to the start.
    pub(crate) fn reset(&self) -> io::Result<()> {
        self.store.clock().reset();
        self.faults.reset();
        let restored = (self.restore)();
        self.log.clear();
        restored
    }

    /// Moves the time that objects see forward; what expires on the way is gone when this returns.
    pub(crate) fn advance(&self, seconds: i64) {
        self.store.clock().advance(seconds);
        self.store.expire();
    }

    fn shown_faults(&self) -> Value {
        let (seed, faults) = self.faults.current();
        let faults: Vec<_> = faults.iter().map(Fault::to_string).collect();
        json!({"seed": seed, "faults": faults})
    }

    fn set_faults(&self, document: &Bytes) -> Answer {
        let form = || {
            refused(400, "give {\"faults\": [\"KIND=PROBABILITY[@OPERATION]\", …], \"seed\": N}")
        };
        let Ok(Value::Object(members)) = serde_json::from_slice(document) else { return form() };
        if members.keys().any(|name| !matches!(name.as_str(), "seed" | "faults")) {
            return form();
        }
        let seed = match members.get("seed") {
            None => None,
            Some(seed) => match seed.as_u64() {
                Some(seed) => Some(seed),
                None => return form(),
            },
        };
        let Some(Value::Array(given)) = members.get("faults") else { return form() };
        let mut faults = Vec::new();
        for fault in given {
            match fault.as_str().unwrap_or_default().parse() {
                Ok(fault) => faults.push(fault),
                Err(error) => return refused(400, &format!("{error}")),
            }
        }
        self.faults.replace(seed, faults);
        (200, self.shown_faults())
    }

    fn shown_clock(&self) -> Value {
        let clock = self.store.clock();
        let now = clock.now().format(&Rfc3339).unwrap_or_default();
        json!({"now": now, "offsetSeconds": clock.offset()})
    }

    fn set_clock(&self, document: &Bytes) -> Answer {
        let form =
            || refused(400, "give {\"advanceSeconds\": N} or {\"now\": \"2030-01-31T00:00:00Z\"}");
        let Ok(Value::Object(members)) = serde_json::from_slice(document) else { return form() };
        let mut members = members.iter();
        match (members.next(), members.next()) {
            (Some((name, seconds)), None) if name == "advanceSeconds" => {
                match seconds.as_i64().filter(|seconds| *seconds >= 0) {
                    Some(seconds) => self.advance(seconds),
                    None => return form(),
                }
            }
            (Some((name, now)), None) if name == "now" => {
                match OffsetDateTime::parse(now.as_str().unwrap_or_default(), &Rfc3339) {
                    Ok(now) => {
                        self.store.clock().set(now);
                        self.store.expire();
                    }
                    Err(_) => return form(),
                }
            }
            _ => return form(),
        }
        (200, self.shown_clock())
    }
}

fn refused(status: u16, why: &str) -> Answer {
    (status, json!({"error": why}))
}

/// Whether a program on this machine asks. A browser names the page's origin, and a page that points its own name to this
/// machine has that name as the host.
fn is_local(headers: &HeaderMap) -> bool {
    let host = route::host(headers).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    !headers.contains_key("origin") && matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// A request as it is shown: without keys, signatures and session tokens.
fn record(record: &RequestRecord) -> Value {
    let headers: serde_json::Map<_, _> = record
        .headers()
        .map(|(name, value)| (redact::text(name), redact::header(name, value).into()))
        .collect();
    json!({
        "connection": record.connection,
        "method": redact::text(&record.method),
        "path": redact::text(&record.path),
        "query": redact::query(&record.query),
        "operation": record.operation,
        "bucket": record.bucket.as_deref().map(redact::text),
        "key": record.key.as_deref().map(redact::text),
        "hasKey": record.has_key(),
        "headers": headers,
        "status": record.status,
    })
}
