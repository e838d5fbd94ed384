//! The HTTP connections below the SDK: one pool for all requests of a client, HTTP/1.1 over TCP or TLS.
//!
//! - `client`: the SDK's interface, over hyper's client and its pool
//! - `dial`: how a connection comes about: TCP, the environment's proxy, TLS, and the time for all of them
//! - `errors`: what the SDK is told about a failed request
//! - `scratch`: the memory through which the records of all TLS connections pass
//! - `stream`: TLS over a connection; its tests are in `stream_tests`
//! - `tls`: what TLS offers, and whose certificates it trusts

mod client;
mod dial;
mod errors;
mod scratch;
mod stream;
mod tls;

pub(super) use client::Client;
pub(super) use tls::Tls;

#[cfg(test)]
mod stream_tests;
