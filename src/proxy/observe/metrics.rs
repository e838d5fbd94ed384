//! Counts of requests in the text format of Prometheus ("Exposition formats", version 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::entry::Entry;

/// The upper bounds of the histogram of durations, in seconds.
const BOUNDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// What has happened since the start.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Metrics {
    /// By operation and status.
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    /// By cause.
    refusals: Mutex<BTreeMap<&'static str, u64>>,
    received: AtomicU64,
    sent: AtomicU64,
    running: AtomicI64,
    /// From the head of a request to the head of its answer: the store's time, and a little of this program's.
    latency: Mutex<Histogram>,
}

#[derive(Debug, Default)]
struct Histogram {
    counts: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    pub(in crate::proxy) fn begin(&self) {
        self.running.fetch_add(1, Ordering::Relaxed);
    }

    /// The head of an answer is there.
    pub(in crate::proxy) fn answered(&self, after: Duration) {
        let mut latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = after.as_secs_f64();
        for (bound, count) in BOUNDS.iter().zip(&mut latency.counts) {
            *count += u64::from(seconds <= *bound);
        }
        latency.count += 1;
        latency.seconds += seconds;
    }

    /// A request has ended.
    pub(super) fn count(&self, entry: &Entry, status: u16, sent: u64) {
        self.running.fetch_sub(1, Ordering::Relaxed);
        self.received.fetch_add(entry.received(), Ordering::Relaxed);
        self.sent.fetch_add(sent, Ordering::Relaxed);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((entry.operation(), status)).or_default() += 1;
        if let Some(cause) = entry.cause() {
            let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
            *refusals.entry(cause).or_default() += 1;
        }
    }

    /// The text that a scraper reads.
    pub(in crate::proxy) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        head(text, "s3seal_proxy_requests_total", "counter", "Requests by operation and status.")?;
        for ((operation, status), count) in
            &*self.requests.lock().unwrap_or_else(PoisonError::into_inner)
        {
            writeln!(
                text,
                "s3seal_proxy_requests_total{{operation=\"{operation}\",status=\"{status}\"}} {count}"
            )?;
        }
        head(text, "s3seal_proxy_refusals_total", "counter", "Requests refused here, by cause.")?;
        for (cause, count) in &*self.refusals.lock().unwrap_or_else(PoisonError::into_inner) {
            writeln!(text, "s3seal_proxy_refusals_total{{cause=\"{cause}\"}} {count}")?;
        }
        let bytes = "s3seal_proxy_bytes_total";
        head(text, bytes, "counter", "Bytes of bodies, from clients and to them.")?;
        let (received, sent) =
            (self.received.load(Ordering::Relaxed), self.sent.load(Ordering::Relaxed));
        writeln!(text, "{bytes}{{direction=\"received\"}} {received}")?;
        writeln!(text, "{bytes}{{direction=\"sent\"}} {sent}")?;
        head(text, "s3seal_proxy_running_requests", "gauge", "Requests under way.")?;
        let running = self.running.load(Ordering::Relaxed);
        writeln!(text, "s3seal_proxy_running_requests {running}")?;
        let name = "s3seal_proxy_store_seconds";
        head(text, name, "histogram", "Seconds until the answer of the store began.")?;
        let latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        for (bound, count) in BOUNDS.iter().zip(latency.counts) {
            writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}")?;
        }
        let (count, seconds) = (latency.count, latency.seconds);
        writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}")?;
        writeln!(text, "{name}_sum {seconds}\n{name}_count {count}")
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}
