//! Which bucket, key and operation a request names.
//!
//! `operations` is the table of the operations of the S3 API; `request` reads the head of a request.

mod operations;
mod request;

pub use operations::{Support, operations};
pub(crate) use request::{
    STS, Target, conflicting, host, host_bucket, is_operation, is_refused, operation, query_pairs,
    takes_document,
};
