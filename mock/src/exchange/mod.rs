//! One request and its answer, from the first byte to the last.
//!
//! [`Handler`] is what every connection shares; [`Handler::serve`] answers a request.

mod answer;
mod document;
mod handler;
mod serve;

pub(crate) use handler::Handler;
