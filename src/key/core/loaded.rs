//! A key with its source.

use super::encoding::Form;
use super::material::Key;
use super::parser::ParsedKey;
use super::strength::{Unfit, weakness};
use crate::failure::Failure;

#[derive(Debug, Clone)]
pub(crate) struct LoadedKey {
    pub key: Key,
    /// The source as messages show it.
    pub source: String,
    pub form: Form,
    /// Warnings for the owner, one line each, without the source.
    pub warnings: Vec<String>,
    /// Why the key is refused for writing. It may still open what it sealed.
    pub unfit: Option<Unfit>,
    /// The name in config.toml, if the key comes from there.
    pub name: Option<String>,
    /// The index in config.toml, if the key comes from there.
    pub(crate) entry: Option<usize>,
}

impl LoadedKey {
    pub(crate) fn new(parsed: ParsedKey, source: String) -> LoadedKey {
        let ParsedKey { key, form, warnings, unfit } = parsed;
        LoadedKey { key, source, form, warnings, unfit, name: None, entry: None }
    }

    /// The warnings, each with the label.
    pub(crate) fn labelled_warnings(&self) -> impl Iterator<Item = String> {
        self.warnings.iter().map(|warning| format!("{}: {warning}", self.label()))
    }

    /// The name in config.toml, or the source.
    pub(crate) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.source)
    }

    /// Whether it is easier to guess than 256 random bits.
    pub(crate) fn is_weak(&self) -> bool {
        weakness(self.key.bytes()).is_some()
    }

    /// Fails with `Kind::Key` if the key is unfit for writing.
    pub(crate) fn check_fit(&self) -> Result<(), Failure> {
        self.unfit.map_or(Ok(()), |unfit| Err(unfit.refuse(self.label())))
    }
}
