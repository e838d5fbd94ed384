//! An embedded S3 server that answers like Amazon S3 in everything SSE-C, for tests and offline work.
//!
//! It runs in threads of its own, so that plain `#[test]` functions can use it. It keeps everything in memory, or in a
//! folder, and encrypts objects that come with a customer's key with that key. It is a development server: not for
//! production.

// Modules from the lowest to the highest; each imports only from those before it:
// encoding, random, refusal, xml, quirks, route, checksum, ssec, redact, request_log, answer, fault, log_file,
// settings, store, context, body, auth, s3, browser, exchange, server.
mod answer;
mod auth;
mod body;
mod browser;
mod checksum;
mod context;
mod encoding;
mod exchange;
mod fault;
mod log_file;
mod quirks;
mod random;
mod redact;
mod refusal;
mod request_log;
mod route;
mod s3;
mod server;
mod settings;
mod ssec;
mod store;
mod xml;

pub use answer::{Answer, Reply, Tampering};
pub use fault::{Fault, FaultKind, UnknownFault};
pub use quirks::{Behavior, UnknownBehavior};
pub use request_log::RequestRecord;
pub use server::{Builder, Server, StoredObject};
pub use store::FolderError;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
