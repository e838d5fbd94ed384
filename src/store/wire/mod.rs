//! How requests go out: from options, environment and AWS files to a [`Store`] whose `send` repeats what may be repeated.
//! Above this wing, a request that fails is a [`Refusal`]: no other file handles errors of the SDK.

mod attempts;
mod client;
mod configuration;
mod content_md5;
mod endpoint;
pub(crate) mod http;
pub(crate) mod observers;
mod refusal;
mod region;
mod retry;
mod signing;
mod url;

pub(crate) use attempts::Attempts;
pub(crate) use client::Store;
pub(crate) use configuration::{Access, Connect, FALLBACK_REGION, load_profiles};
pub(crate) use content_md5::add_content_md5;
pub(crate) use refusal::{MaybeWritten, NoAnswer, Refusal, innermost, status_within_success};
pub(crate) use region::is_region;
pub(crate) use retry::{Backoff, Retry};
pub(crate) use signing::{Presigned, Wire};
pub(crate) use url::SignedUrl;
