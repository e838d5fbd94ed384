//! Which keys may go to one object, and in which order they are tried.

use std::fmt;

use crate::failure::Failure;
use crate::key::core::{Key, Unfit};

/// A key as it is used for one object.
#[derive(Debug, Clone)]
pub(crate) struct ObjectKey {
    /// What is sent.
    pub key: Key,
    /// What the user calls it: its name in config.toml, or its source.
    pub label: String,
    /// Whether it was derived for this object alone.
    pub is_derived: bool,
    /// Whether it is easier to guess than 256 random bits.
    pub is_weak: bool,
    /// Why it seals nothing, though it may open what it sealed.
    pub(super) unfit: Option<Unfit>,
    /// What it was derived from, or itself.
    pub(super) master: Key,
}

/// The keys that may go to one object, the most promising first.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Those that have been read.
    pub keys: Vec<ObjectKey>,
    /// Keys of the ring that are not needed if one of the others fits.
    pub(super) unread: Vec<usize>,
    /// What was found wrong with them.
    pub warnings: Vec<String>,
    /// Why a key cannot be used that should have been among them.
    pub unusable: Option<Failure>,
}

impl Candidates {
    /// Whether there are keys that have not been read.
    pub(crate) fn has_more(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Takes away all keys but the first where something could tell which of them to try next, so that not
    /// more of them are sent than needed.
    pub(crate) fn hold_back(&mut self) -> Vec<ObjectKey> {
        match self.keys.len() + self.unread.len() {
            0..=2 => Vec::new(),
            _ => self.keys.split_off(self.keys.len().min(1)),
        }
    }
}

impl ObjectKey {
    /// Fails where it seals nothing; no other object would fare better.
    ///
    /// # Errors
    /// [`Kind::Key`] then.
    pub(crate) fn check_fit(&self) -> Result<(), Failure> {
        self.unfit.map_or(Ok(()), |unfit| Err(unfit.refuse(&self.label).for_all()))
    }

    /// The key that its owner keeps: what it was derived from, or itself.
    pub(crate) fn master(&self) -> &Key {
        &self.master
    }
}

/// As it is called, and the MD5 by which a store knows it.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let derived = if self.is_derived { ", derived" } else { "" };
        write!(f, "{}{derived}, key-MD5 {}", self.label, self.key.md5_base64())
    }
}
