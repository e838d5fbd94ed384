//! Interceptors that watch requests without changing them.
//!
//! - `answer_head`: the status and the key-MD5 of an answer
//! - `latency`: the fastest answer so far
//! - `pace`: how often the store has asked for fewer requests
//! - `request_log`: a line of `-v` for each attempt at a request

mod answer_head;
mod latency;
mod pace;
mod request_log;

pub(crate) use answer_head::AnswerHead;
pub(crate) use latency::Latency;
pub(crate) use pace::Pace;
pub(crate) use request_log::{RequestLog, log_attempt};
