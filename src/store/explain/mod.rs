//! From a [`Refusal`](super::wire::Refusal) and the [`Circumstances`] of its request to one failure with one cause.
//!
//! - `circumstances`: what the request was for
//! - `classify`: what a refusal says by itself
//! - `diagnosis`: the cause and the fix
//! - `unsupported`: what the store does not implement
//! - `url_refusal`: the same for a presigned URL, in words of its own: a sentence may stand in both

mod circumstances;
mod classify;
mod diagnosis;
mod unsupported;
mod url_refusal;

pub(crate) use circumstances::{Action, Circumstances};
pub(crate) use classify::{
    is_about_credentials, is_decisive, is_missing, is_wordless, refuses_http, unknown_header,
    wants_https,
};
pub(crate) use diagnosis::{diagnose, sse_c_is_blocked};
pub(crate) use url_refusal::{is_about_the_key, no_key_fits_url};
