//! How requests go out: from options, environment and AWS files to a [`Store`] whose `send` repeats what may be repeated.
//! Above this wing, a request that fails is a [`Refusal`]: no other file handles errors of the SDK.

mod attempts;
mod client;
mod content_md5;
mod endpoint;
pub(crate) mod http;
pub(crate) mod observers;
mod presigned_url;
mod refusal;
mod region;
mod retry;
mod url;

pub(crate) use attempts::Attempts;
pub(crate) use client::{Access, Connect, FALLBACK_REGION, Store, load_profiles};
pub(crate) use content_md5::add_content_md5;
pub(crate) use presigned_url::Presigned;
pub(crate) use refusal::{Named, Refusal, Trouble, innermost, status_within_success};
pub(crate) use region::is_region;
pub(crate) use retry::{Backoff, Retry};
pub(crate) use url::SignedUrl;
