//! One request and its answer, from the first byte to the last.
//!
//! [`Handler`] is what every connection shares; [`Handler::serve`] answers a request.
//! [`Control`] answers what is asked of the server itself.

mod answer;
mod control;
mod document;
mod handler;
mod serve;
mod sts;

pub(crate) use control::Control;
pub(crate) use handler::Handler;
pub(crate) use sts::Sts;
