//! How a bucket is set up: default encryption, CORS rules, policy, and whether there are ACLs.
//!
//! [`Settings`] holds all of it; [`Policy`] and [`CorsRules`] are read from their documents, and say what they allow.

mod configuration;
mod cors;
mod policy;

pub(crate) use configuration::{DefaultEncryption, Ownership, Settings};
pub(crate) use cors::{CORS_METHODS, CorsRules};
pub(crate) use policy::{Policy, PolicyContext};
