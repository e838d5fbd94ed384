//! What an operator sees: one log line a request, and metrics. Neither holds a key.
//!
//! - `entry`: what is known of one request
//! - `log`: the lines
//! - `metrics`: counts in the text format of Prometheus

mod entry;
mod log;
mod metrics;

pub(crate) use entry::LogLine;
pub(super) use entry::{Entry, SealedWith};
pub(super) use log::RequestLog;
pub(super) use metrics::Metrics;
