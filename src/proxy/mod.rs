//! A local S3 endpoint that seals what passes: for tools that know no SSE-C. It keeps no state: every object can be opened
//! with its key and without the proxy.
//!
//! | file | what it does |
//! |---|---|
//! | `refused` | a refused request, and its error document |
//! | `request`, `operation` | what a client asks for; which operation of S3 that is, and what is done with it |
//! | `auth` | who may use the proxy: Signature Version 4 of its own credentials |
//! | `body` | bodies: unframed, and verified before their last byte goes to the store |
//! | `observe` | log lines and metrics |
//! | `exchange` | the operations: sealed, proven, opened or relayed |
//! | `server` | listens, serves connections, ends in order |
//!
//! The order of the table is the order of imports: each file imports from those above it only.

mod auth;
mod body;
mod exchange;
mod observe;
mod operation;
mod refused;
mod request;
mod server;

pub(crate) use auth::User;
pub(crate) use observe::LogLine;
pub(crate) use server::{ProxyOptions, RunningProxy, TlsOptions};
