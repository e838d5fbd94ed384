//! What can be found out before the first object: where the configuration comes from, who answers, which certificate.

mod certificate;
mod contact;
mod handshake;
mod settings;

pub(crate) use certificate::Certificate;
pub(crate) use contact::{Contact, ContactOutcome};
pub(crate) use handshake::{Handshake, is_proxied};
pub(crate) use settings::Settings;
