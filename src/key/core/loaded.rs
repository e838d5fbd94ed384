//! A key as it was read, and from where.

use super::encoding::Form;
use super::material::Key;
use super::strength::{Unfit, weakness};
use crate::failure::Failure;

/// A key and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    /// The key.
    pub key: Key,
    /// Its source as messages show it.
    pub source: String,
    /// How it was written.
    pub form: Form,
    /// What its owner should know about it; one line each, without the source.
    pub warnings: Vec<String>,
    /// Why it seals nothing, though it may open what it sealed.
    pub unfit: Option<Unfit>,
    /// Its name in config.toml, if that is how it was named.
    pub name: Option<String>,
    /// Its index in the ring.
    pub(crate) entry: Option<usize>,
}

impl Loaded {
    /// What the user calls it: its name in config.toml, or its source.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.source)
    }

    /// Whether it is easier to guess than 256 random bits.
    pub(crate) fn is_weak(&self) -> bool {
        weakness(self.key.bytes()).is_some()
    }

    /// Fails where it seals nothing.
    ///
    /// # Errors
    /// [`Kind::Key`] then.
    pub(crate) fn check_fit(&self) -> Result<(), Failure> {
        self.unfit.map_or(Ok(()), |unfit| Err(unfit.refuse(self.label())))
    }
}
