//! The keys that may be sent for one object, in the order in which they are tried.

use std::fmt;

use crate::failure::Failure;
use crate::key::core::{Key, Unfit};

/// A key as it is used for one object.
#[derive(Debug, Clone)]
pub(crate) struct ObjectKey {
    /// The key that is sent.
    pub key: Key,
    /// The key's name in config.toml, or its source.
    pub label: String,
    /// Whether it was derived for this object alone.
    pub is_derived: bool,
    /// Whether it is easier to guess than 256 random bits.
    pub is_weak: bool,
    /// Why the key is refused for writing. It may still open what it sealed.
    pub(super) unfit: Option<Unfit>,
    /// The key that this one was derived from, or this key itself.
    pub(super) master: Key,
}

/// The keys that may be sent for one object, the most likely first.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// The keys that have been read.
    pub keys: Vec<ObjectKey>,
    /// The indexes of config.toml's keys that are read only if none of `keys` fits.
    pub(super) unread: Vec<usize>,
    pub warnings: Vec<String>,
    /// Why the first unusable key that a rule names cannot be used. None if all can be.
    pub first_unusable: Option<Failure>,
}

impl Candidates {
    pub(crate) fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Removes and returns all keys but the first if there are three or more: the object's tag may name the right one, so
    /// that no more keys are sent than needed.
    pub(crate) fn hold_back(&mut self) -> Vec<ObjectKey> {
        match self.keys.len() + self.unread.len() {
            0..=2 => Vec::new(),
            _ => self.keys.split_off(self.keys.len().min(1)),
        }
    }
}

impl ObjectKey {
    /// A key that a client of the proxy sent for this object.
    pub(crate) fn of_client(key: Key) -> ObjectKey {
        let master = key.clone();
        let label = "the client's key".to_owned();
        ObjectKey { key, label, is_derived: false, is_weak: false, unfit: None, master }
    }

    /// Fails if the key is unfit for writing. The failure affects every object.
    /// Errors: `Kind::Key`.
    pub(crate) fn check_fit(&self) -> Result<(), Failure> {
        self.unfit.map_or(Ok(()), |unfit| Err(unfit.refuse(&self.label).stopping_the_run()))
    }

    /// The key that its owner keeps: the one this key was derived from, or this key itself.
    pub(crate) fn master(&self) -> &Key {
        &self.master
    }
}

/// The label and the key-MD5.
impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let derived = if self.is_derived { ", derived" } else { "" };
        write!(f, "{}{derived}, key-MD5 {}", self.label, self.key.md5_base64())
    }
}
