//! An embedded S3 server that answers like Amazon S3 in everything SSE-C, for tests and offline work.
//!
//! It runs in threads of its own, so that plain `#[test]` functions can use it; it keeps everything in memory, or
//! in a folder that survives it, and what comes with a customer's key is encrypted with that key. It is a development server: not for production.

mod answer;
mod body;
mod builder;
mod checksum;
mod cors;
mod exchange;
mod fault;
mod form;
mod gate;
mod habits;
mod idle;
mod intake;
mod journal;
mod line;
mod manner;
mod outgoing;
mod places;
mod policy;
mod post;
mod post_policy;
mod random;
mod rechunk;
mod record;
mod redact;
mod refusal;
mod route;
mod s3;
mod serve;
mod server;
mod ssec;
mod store;
mod tls;
mod xml;

pub use answer::{Answer, Reply, Tampering};
pub use builder::Builder;
pub use fault::{Fault, FaultKind, UnknownFault};
pub use manner::{Manner, UnknownManner};
pub use record::RequestRecord;
pub use server::{Server, StoredObject};
pub use store::dir::error::FolderError;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
