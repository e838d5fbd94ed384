//! Multipart uploads.

pub(crate) mod complete;
pub(crate) mod part_copy;
pub(crate) mod upload;
