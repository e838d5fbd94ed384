//! Many keys: the keys and rules of `config.toml`, and the [`Candidates`] for one object.

mod candidates;
mod config;
mod config_keys;
mod keyring;
mod rule;

pub(crate) use candidates::{Candidates, ObjectKey};
pub(crate) use config::variables;
pub(crate) use config_keys::{ConfigKeys, KeySummary, Scope};
pub(crate) use keyring::Keyring;
pub(crate) use rule::KeyRecipient;
