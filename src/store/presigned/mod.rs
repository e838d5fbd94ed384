//! Presigned URLs: made with the seal signed into them; checked before anything is sent; read and written through.

mod check;
mod presign;
mod signature;
mod through;

pub(crate) use presign::{LONGEST_EXPIRY, Method, Presign, PresignedUrl};
