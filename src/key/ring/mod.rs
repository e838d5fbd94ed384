//! Many keys: what `config.toml` says, which rule names which key for which store, and the [`Candidates`] for one object.

mod candidates;
mod config;
mod keyring;
mod rule;
mod rules;

pub(crate) use candidates::{Candidates, ObjectKey};
pub(crate) use config::variables;
pub(crate) use keyring::Keyring;
pub(crate) use rule::Receiver;
pub(crate) use rules::{Named, Ring, Scope};
