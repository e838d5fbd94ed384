//! Who may use the proxy: Signature Version 4 of its own credentials (AWS, "Authenticating Requests").
//!
//! - `user`: the credentials that clients sign with
//! - `chunks`: the signatures of the chunks of a body
//! - `signature`: the signature of a request, in its headers or in its URL

mod chunks;
mod signature;
mod user;

pub(super) use chunks::ChunkSigner;
pub(super) use signature::{PayloadKind, authorize};
pub(crate) use user::User;
