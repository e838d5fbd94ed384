//! The HTTP client below the SDK.
//!
//! - `connector`: connections: TCP, proxies, TLS, and the pool of them
//! - `documents`: the longest document that an answer may hold
//! - `loopback`: hosts that are this machine, and how they are resolved
//! - `rate`: `--limit-rate`
//! - `stall`: the timeout of connections on which nothing moves
//! - `transport`: what carries requests, and its layers
//! - `trust`: trusted certificate authorities, and the clients that use them

mod connector;
mod documents;
mod loopback;
mod rate;
mod stall;
mod transport;
mod trust;

pub(crate) use documents::{DocumentLimit, TooLong};
pub(crate) use loopback::{Resolver, is_loopback};
pub(crate) use rate::{RateLimit, RateLimited, parse_rate};
pub(crate) use stall::StallTimeout;
pub(crate) use transport::Transport;
pub(crate) use trust::{RequestHeaders, Trust, plain_client};
