//! What browsers send: forms (POST Object).

pub(crate) mod form;
pub(crate) mod post;
pub(crate) mod post_policy;
