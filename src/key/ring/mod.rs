//! Many keys: the keys and rules of `config.toml`, and the [`Candidates`] for one object.
//!
//! - `rule`: the endpoint and the prefix that a key is for
//! - `connection`: the endpoint, region and profile of a rule
//! - `reach`: the connection for a URL
//! - `config`: the format of `config.toml`
//! - `config_keys`: the keys that `config.toml` names, each read when it is first needed
//! - `addition`: adds a rule and its key to `config.toml`
//! - `candidates`: the keys that may be sent for one object
//! - `keyring`: the keys of a run, and the choice among them

mod addition;
mod candidates;
mod config;
mod config_keys;
mod connection;
mod keyring;
mod reach;
mod rule;

pub(crate) use addition::{Addition, config_file, names_key};
pub(crate) use candidates::{Candidates, ObjectKey};
pub(crate) use config::variables;
pub(crate) use config_keys::{ConfigKeys, Inspected, KeySummary, RuleSummary, Scope};
pub(crate) use connection::RuleConnection;
pub(crate) use keyring::Keyring;
pub(crate) use reach::{Reach, connection_for};
pub(crate) use rule::KeyRecipient;
