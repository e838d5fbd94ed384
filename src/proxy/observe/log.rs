//! One line for each request, to a file or to stderr.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use super::entry::Entry;
use super::metrics::Metrics;
use crate::output::{log_item, log_line};

/// Where the lines go, and the metrics that count the same requests.
#[derive(Debug, Clone)]
pub(in crate::proxy) struct RequestLog(Arc<Sinks>);

#[derive(Debug)]
struct Sinks {
    /// Stderr if there is no file.
    file: Option<Mutex<File>>,
    json: bool,
    /// Whether only refusals are logged.
    only_refusals: bool,
    metrics: Arc<Metrics>,
}

impl RequestLog {
    pub(in crate::proxy) fn new(
        file: Option<File>,
        json: bool,
        only_refusals: bool,
        metrics: Arc<Metrics>,
    ) -> RequestLog {
        let file = file.map(Mutex::new);
        RequestLog(Arc::new(Sinks { file, json, only_refusals, metrics }))
    }

    pub(in crate::proxy) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Logs and counts a request whose answer has ended, after `sent` bytes of its body.
    pub(in crate::proxy) fn record(&self, entry: &Entry, status: u16, sent: u64) {
        self.0.metrics.count(entry, status, sent);
        if self.0.only_refusals && entry.cause().is_none() && status < 500 {
            return;
        }
        let line = if self.0.json {
            log_item(&entry.line(status, sent))
        } else {
            log_line(&entry.text(status, sent))
        };
        // There is no other place to report that the log cannot be written.
        let _ = match &self.0.file {
            Some(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.write_all(line.as_bytes())
            }
            None => std::io::stderr().lock().write_all(line.as_bytes()),
        };
    }
}
