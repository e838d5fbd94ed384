//! How written objects are encrypted: with a customer key, by the store, or not at all.

use std::sync::Arc;

use super::keys::Keys;
use crate::failure::{Advice, Failure};
use crate::key::KeyOptions;
use crate::key::ring::{KeyRecipient, ObjectKey};
use crate::location::Location;
use crate::output::Output;
use crate::store::Encryption;
use crate::store::object::{Attributes, Condition, Write};
use crate::store::wire::Store;
use crate::transfer::Interrupt;

/// How a job encrypts the objects that it writes.
#[derive(Clone)]
pub(crate) struct SealingOptions {
    pub(crate) key: KeyOptions,
    /// The encryption to use instead of a key.
    pub(crate) without_key: Option<Encryption>,
    /// Whether objects are tagged with the MD5 of their keys.
    pub(crate) tag_key: bool,
}

/// How the objects of a run are encrypted; cheap to clone.
#[derive(Clone)]
pub(crate) enum Sealer {
    /// Each object with its own choice of key.
    Keys(Keys),
    /// All objects the same way, without a customer key.
    Without(Encryption),
}

/// How one object is encrypted, and its key if it is sealed.
#[derive(Clone)]
pub(crate) struct ObjectEncryption {
    pub(crate) encryption: Encryption,
    pub(crate) key: Option<ObjectKey>,
}

impl ObjectEncryption {
    /// The algorithm, if the store encrypts with its own key.
    pub(crate) fn managed(&self) -> Option<&str> {
        match &self.encryption {
            Encryption::Managed { algorithm, .. } => Some(algorithm),
            _ => None,
        }
    }

    /// The words for people.
    pub(crate) fn describe(&self) -> String {
        match (&self.key, self.managed()) {
            (Some(key), _) => format!("key {key}"),
            (None, Some(sse)) => format!("encrypted by the store: {sse}"),
            (None, None) => "not sealed".to_owned(),
        }
    }

    /// A write with this encryption. With `tag_key` the object is tagged with the MD5 of its key, unless that key is
    /// derived.
    /// Errors: `Kind::Key` if the tag would help to guess a weak key.
    pub(crate) fn write(
        &self,
        at: &Location,
        attributes: Attributes,
        condition: Condition,
        tag_key: bool,
    ) -> Result<Write, Failure> {
        let tags_key = tag_key && self.can_tag_key().map_err(|failure| failure.at(at))?;
        let encryption = self.encryption.clone();
        Ok(Write { at: at.clone(), encryption, attributes, condition, tags_key })
    }

    fn can_tag_key(&self) -> Result<bool, Failure> {
        let Some(key) = &self.key else { return Ok(false) };
        if key.is_weak {
            return Err(Failure::key(format!(
                "{} is weak, and a tag with its MD5 would help an attacker to guess it",
                key.label
            ))
            .hint(Advice::LeaveOutTagKey)
            .stopping_the_run());
        }
        // A derived key is found by the object's name, so it needs no tag.
        Ok(!key.is_derived)
    }
}

impl Sealer {
    /// Reads the keys. `reads_stdin` says whether standard input is the content to store.
    /// Errors: `Kind::Usage` if there is no key, or standard input would be both the key and the content.
    pub(crate) fn load(
        options: &SealingOptions,
        reads_stdin: bool,
        out: &Output,
    ) -> Result<Sealer, Failure> {
        if let Some(encryption) = &options.without_key {
            return Ok(Sealer::Without(encryption.clone()));
        }
        if reads_stdin && options.key.uses_stdin()? {
            return Err(Failure::usage("standard input cannot be both the key and the object")
                .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
        }
        let keys = Keys::load(&options.key, out)?;
        if keys.has_any() {
            return Ok(Sealer::Keys(keys));
        }
        Err(Failure::usage("no key was given, and nothing is written unsealed by accident")
            .hint(Advice::NameKeyToSeal))
    }

    /// The same sealer; a signal cancels the wait for a command that prints a key.
    pub(crate) fn cancelled_by(self, interrupt: &Interrupt) -> Sealer {
        match self {
            Sealer::Keys(keys) => Sealer::Keys(keys.cancelled_by(interrupt)),
            without @ Sealer::Without(_) => without,
        }
    }

    /// The keys for sealing, unless objects are written without one.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        match self {
            Sealer::Keys(keys) => Some(keys),
            Sealer::Without(_) => None,
        }
    }

    /// Whether objects are sealed.
    pub(crate) fn seals(&self) -> bool {
        matches!(self, Sealer::Keys(_))
    }

    /// Fails if a given key may not be sent to this store, or is unfit for writing.
    pub(crate) fn check(&self, store: &Store) -> Result<(), Failure> {
        match self {
            Sealer::Keys(keys) => keys.check_fit().and_then(|()| keys.check(store)),
            Sealer::Without(_) => Ok(()),
        }
    }

    /// Fails if no object below the folder would get a key. Reads none.
    pub(crate) fn check_below(&self, store: &Store, folder: &Location) -> Result<(), Failure> {
        match self {
            Sealer::Keys(keys) => keys.check_below(store, folder),
            Sealer::Without(_) => Ok(()),
        }
    }

    /// Fails if the object would get no key. Reads none.
    pub(crate) fn check_for(&self, store: &Store, at: &Location) -> Result<(), Failure> {
        match self {
            Sealer::Keys(keys) if !keys.has_for(store, at) => {
                Err(keys.no_key_for(store.recipient(), at))
            }
            _ => Ok(()),
        }
    }

    /// Errors: `Kind::Usage` if no key was given and no rule chooses one; `Kind::Key` if the key is unfit for
    /// writing.
    pub(crate) async fn encryption(
        &self,
        store: &Arc<Store>,
        at: &Location,
    ) -> Result<ObjectEncryption, Failure> {
        let keys = match self {
            Sealer::Keys(keys) => keys,
            Sealer::Without(encryption) => {
                return Ok(ObjectEncryption { encryption: encryption.clone(), key: None });
            }
        };
        let key = keys.to_write(store, at).await?;
        let key = key.ok_or_else(|| keys.no_key_for(store.recipient(), at))?;
        key.check_fit()?;
        Ok(ObjectEncryption {
            encryption: Encryption::CustomerKey(key.key.clone()),
            key: Some(key),
        })
    }

    /// How the object of a presigned URL is encrypted.
    pub(crate) fn for_url(&self, at: &Location) -> Result<Encryption, Failure> {
        match self {
            Sealer::Without(encryption) => Ok(encryption.clone()),
            Sealer::Keys(keys) => {
                let key = keys.for_url(at)?.into_iter().next();
                let none = || keys.no_key_for(KeyRecipient::PresignedUrl, at);
                let key = key.ok_or_else(none)?;
                key.check_fit()?;
                Ok(Encryption::CustomerKey(key.key))
            }
        }
    }
}
