//! The operations of the S3 API.
//!
//! `api` is what every operation gets, `keys` the rules of SSE-C, `output` what many answers have in common; `service`
//! says which function serves which operation, `corrections` what is changed in the documents of the S3 layer. The functions are in `object`, `multipart`, `list` and `bucket`.

mod api;
mod bucket;
mod corrections;
mod keys;
mod list;
mod multipart;
mod object;
mod output;
mod service;

pub(crate) use api::Api;
pub(crate) use bucket::Configuration;
pub(crate) use service::{LocalhostDomain, call};
