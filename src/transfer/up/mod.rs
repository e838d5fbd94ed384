//! Uploads: one request, or parts, resumed where an earlier run was interrupted.

mod session;
mod single;
mod splitter;
mod upload;
