//! Bodies of requests and answers.

pub(crate) mod incoming;
pub(crate) mod intake;
pub(crate) mod rechunk;
pub(crate) mod throttle;
