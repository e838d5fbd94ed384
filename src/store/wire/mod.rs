//! The client: from options, environment and AWS files to a [`Store`] whose `send` repeats what may be repeated. Above
//! this wing, a failed request is a [`Refusal`]: no other file handles errors of the SDK.
//!
//! - `attempts`: how often a write was sent
//! - `client`: the [`Store`], its client and `send`
//! - `configuration`: options, environment and AWS files, and which of them decides
//! - `content_md5`: the Content-MD5 header
//! - `forward`: requests relayed for the proxy
//! - `endpoint`: which endpoint, in which addressing style, and no keys over plain http
//! - `http`: the HTTP client below the SDK
//! - `observers`: interceptors that only watch
//! - `refusal`: a failed request, without SDK types
//! - `region`: regions and their partitions
//! - `relayed`: a relayed request as it is sent
//! - `retry`: which requests are repeated, and after which pause
//! - `signing`: signed requests, or requests to a presigned URL
//! - `url`: presigned URLs as received

mod attempts;
mod client;
mod configuration;
mod content_md5;
mod endpoint;
mod forward;
pub(crate) mod http;
pub(crate) mod observers;
mod refusal;
mod region;
mod relayed;
mod retry;
mod signing;
mod url;

pub(crate) use attempts::Attempts;
pub(crate) use client::Store;
pub(crate) use configuration::{Access, Connect, FALLBACK_REGION, load_profiles, profile_names};
pub(crate) use content_md5::add_content_md5;
pub(crate) use forward::{Answer, read_document};
pub(crate) use refusal::{MaybeWritten, NoAnswer, Refusal, innermost, status_within_success};
pub(crate) use region::is_region;
pub(crate) use relayed::Relayed;
pub(crate) use retry::{Backoff, Retry};
pub(crate) use signing::{Presigned, Wire};
pub(crate) use url::SignedUrl;
