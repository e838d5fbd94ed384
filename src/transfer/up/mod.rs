//! Uploads: one request, or a multipart upload that resumes an interrupted one.

mod session;
mod single;
mod splitter;
mod upload;
