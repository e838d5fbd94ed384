//! Uploads: one request, or a multipart upload that resumes an interrupted one.
//!
//! - `splitter`: splits a source into parts
//! - `session`: a multipart upload that another run can resume
//! - `sending`: the body of a request, counted as the connection takes it
//! - `single`: uploads through a presigned URL
//! - `upload`: uploads a source as one object

mod sending;
mod session;
mod single;
mod splitter;
mod upload;
