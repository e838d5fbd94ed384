//! Many keys: the keys and rules of `config.toml`, and the [`Candidates`] for one object.
//!
//! - `rule`: the endpoint and the prefix that a key is for
//! - `config`: the format of `config.toml`
//! - `config_keys`: the keys that `config.toml` names, each read when it is first needed
//! - `candidates`: the keys that may be sent for one object
//! - `keyring`: the keys of a run, and the choice among them

mod candidates;
mod config;
mod config_keys;
mod keyring;
mod rule;

pub(crate) use candidates::{Candidates, ObjectKey};
pub(crate) use config::variables;
pub(crate) use config_keys::{ConfigKeys, Inspected, KeySummary, RuleSummary, Scope};
pub(crate) use keyring::Keyring;
pub(crate) use rule::KeyRecipient;
