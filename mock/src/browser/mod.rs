//! What only browsers send: forms (POST Object), and the preflight before a request from another origin.

mod form;
mod post;
mod post_policy;
mod preflight;

pub(crate) use post::PostObject;
pub(crate) use preflight::preflight;
