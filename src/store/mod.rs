//! S3 as this program sees it: one store, whose every write with a key is proven, and whose every refusal is explained.
//!
//! | wing | what it does |
//! |---|---|
//! | `seal` | the three SSE-C headers out, the proof in |
//! | `learned` | what this program has found out about a store and remembers |
//! | `wire` | the client: configuration, endpoint, TLS, retries, timeouts, rate; refusals without SDK types |
//! | `explain` | a refusal and its circumstances in, one failure with one cause out |
//! | `object` | HEAD, GET, PUT, multipart uploads, lists and deletes, each proven or checked |
//! | `list` | objects, versions and unfinished uploads, a page at a time |
//! | `copy` | copies within the store, their proof, and whether the store can be trusted with them |
//! | `presigned` | presigned URLs: made, received, checked, and used instead of credentials |
//! | `bucket` | the switch that blocks SSE-C |
//! | `probe` | the first contact, for `doctor`: who answers, with which certificate, configured where |
//!
//! The order of the table is the order of imports: each wing imports from those above it only.

mod bucket;
pub(crate) mod copy;
pub(crate) mod explain;
pub(crate) mod learned;
pub(crate) mod list;
pub(crate) mod object;
pub(crate) mod presigned;
pub(crate) mod probe;
mod seal;
pub(crate) mod wire;

pub(crate) use bucket::{BucketEncryption, SseC};
pub(crate) use seal::Encryption;
