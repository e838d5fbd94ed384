//! One S3 store. Every write with a key is proven, and every refusal is explained.
//!
//! | wing | what it does |
//! |---|---|
//! | `seal` | the three SSE-C headers of a request, and the proof in its answer |
//! | `learned` | what this program has found out about a store, and remembers |
//! | `wire` | the client: configuration, endpoint, TLS, retries, timeouts, rate; refusals without SDK types |
//! | `explain` | from a refusal and its circumstances to one failure with one cause |
//! | `object` | HEAD, GET, PUT, multipart uploads and deletes, each proven or checked |
//! | `list` | objects, versions and unfinished uploads, a page at a time |
//! | `copy` | copies within the store, their proof, and whether the store can be trusted with them |
//! | `presigned` | presigned URLs: makes them, checks received ones, and uses them instead of credentials |
//! | `bucket` | a bucket's setting that allows or blocks SSE-C |
//! | `probe` | the first contact, for `doctor`: configuration, answer, clock and certificate |
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

pub(crate) use bucket::{BucketEncryption, ObjectLock, SseC, Versioning};
pub(crate) use seal::{
    ALGORITHM as SSE_C_ALGORITHM, Echo, Encryption, KEY as KEY_HEADER, KEY_MD5 as KEY_MD5_HEADER,
    MANAGED, PREFIX as SEAL_PREFIX, SOURCE_PREFIX as SEAL_SOURCE_PREFIX, is_seal_header,
    seal_headers, seal_source_headers,
};
