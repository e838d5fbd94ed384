//! What can be found out before the first object is read or written, for `doctor`.
//!
//! - `certificate`: reads a certificate
//! - `contact`: the first request, and the store's clock
//! - `endpoint`: whether an endpoint accepts connections
//! - `handshake`: the certificate and encryption of an https endpoint
//! - `settings`: where endpoint, region and credentials come from

mod certificate;
mod contact;
mod endpoint;
mod handshake;
mod settings;

pub(crate) use certificate::Certificate;
pub(crate) use contact::{Contact, ContactOutcome};
pub(crate) use endpoint::connect;
pub(crate) use handshake::{Handshake, is_proxied};
pub(crate) use settings::{Identity, Settings};
