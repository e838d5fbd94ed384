//! Interceptors that watch requests without changing them: how fast the store answers, how often it asks for fewer
//! requests, the head of an answer, and the request log that `-v` prints.

mod answer_head;
mod latency;
mod pace;
mod request_log;

pub(crate) use answer_head::AnswerHead;
pub(crate) use latency::Latency;
pub(crate) use pace::Pace;
pub(crate) use request_log::RequestLog;
