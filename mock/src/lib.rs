//! An embedded S3 server that answers like Amazon S3 in everything SSE-C, for tests and offline work.
//!
//! It runs in threads of its own, so that plain `#[test]` functions can use it. It keeps everything in memory, or in a
//! folder, and encrypts objects that come with a customer's key with that key. It is a development server: not for
//! production.

// Modules from the lowest to the highest; each imports only from those before it (tests/house.rs of the workspace):
//
// encoding, random      base64, hex, ids
// refusal, xml          what S3 refuses with; documents
// quirks                what other stores do differently: one table
// route                 the operations of the API; which one a request is
// checksum, ssec        checksums; the rules of SSE-C
// redact, request_log   what is not shown; the record of requests
// answer, fault         answers of an interceptor; injected trouble
// log_file, settings    the log; settings of buckets: CORS, policies
// store                 objects and uploads, in memory or in a folder, encrypted at rest
// context, body, auth   what is known of a request; bodies in and out; signatures and access
// s3                    the operations: objects, uploads, lists, buckets
// browser               CORS preflights, POST forms
// exchange, server      a request from its first byte to its answer, also to the server itself; connections, TLS, the builder
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
pub use auth::{Identity, InvalidIdentity};
pub use fault::{Fault, FaultKind, UnknownFault};
pub use quirks::{Behavior, UnknownBehavior};
pub use request_log::RequestRecord;
pub use route::{Support, operations};
pub use server::{Builder, Server, StoredObject};
pub use store::FolderError;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
