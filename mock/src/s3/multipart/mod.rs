//! Multipart uploads, from their creation to the finished object.

mod complete;
mod document;
mod part_copy;
mod upload;

pub(crate) use complete::complete_multipart_upload;
pub(crate) use document::complete_with_document;
pub(crate) use part_copy::upload_part_copy;
pub(crate) use upload::{abort_multipart_upload, create_multipart_upload, upload_part};
