//! The HTTP client below the SDK: trusted certificates, name resolution, stalled connections, rate limits, and the longest
//! document that an answer may hold.

mod documents;
mod loopback;
mod rate;
mod stall;
mod trust;

pub(crate) use documents::{DocumentLimit, TooLong};
pub(crate) use loopback::{Resolver, is_loopback};
pub(crate) use rate::{RateLimited, parse_rate};
pub(crate) use stall::StallTimeout;
pub(crate) use trust::{RequestHeaders, Trust, plain_client};
