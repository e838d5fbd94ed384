//! Presigned URLs.
//!
//! - `check`: whether a received URL allows the request, before anything is sent
//! - `presign`: makes a URL with the headers of the seal signed
//! - `signature`: re-signs a URL with an additional header
//! - `through`: reads and writes through a received URL

mod check;
mod presign;
mod signature;
mod through;

pub(crate) use presign::{Headers, LONGEST_EXPIRY, Method, Presign, PresignedUrl};
pub(crate) use through::ReadMethod;
