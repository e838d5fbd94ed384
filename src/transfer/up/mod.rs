//! Uploads: one request, or parts, resumed where an earlier run was interrupted.

mod pieces;
mod session;
mod single;
mod upload;
