//! How what is written is encrypted: options of every command that writes objects.

use std::sync::Arc;

use super::keys::Keys;
use super::options::parse_header;
use crate::failure::Failure;
use crate::key::KeyArgs;
use crate::key::ring::{ObjectKey, Receiver};
use crate::location::Location;
use crate::output::Output;
use crate::store::Encryption;
use crate::store::wire::Store;
use crate::transfer::Interrupt;

/// Whose key encrypts.
#[derive(Clone, clap::Args)]
pub(super) struct Sealing {
    #[command(flatten)]
    pub(super) key: KeyArgs,
    /// Store it without a key of yours, as the bucket does by default
    #[arg(long, conflicts_with_all = ["key", "AwsCliKey", "derive_as", "sse"])]
    no_key: bool,
    /// Let the store encrypt it with a key that the store manages
    #[arg(long, value_name = "ALGORITHM", value_parser = ["AES256", "aws:kms", "aws:kms:dsse"], conflicts_with_all = ["key", "AwsCliKey"])]
    sse: Option<String>,
    /// The KMS key for `--sse aws:kms`: its id, ARN or alias
    #[arg(long, value_name = "ID", value_parser = parse_header, requires = "sse")]
    sse_kms_key_id: Option<String>,
    /// Tag each object with the MD5 of its key, so that a reader with many keys need not try them all; not
    /// where the object has a key derived for it alone
    #[arg(long, conflicts_with_all = ["no_key", "sse"])]
    pub(super) tag_key: bool,
}

/// How the objects of a run are encrypted; cheap to clone.
#[derive(Clone)]
pub(super) enum Sealer {
    /// Each with the key that it gets.
    Keys(Keys),
    /// All in the same way, without a key of the user's.
    Without(Encryption),
}

impl Sealing {
    /// Whether anything is said that is about writing alone.
    pub(super) fn is_about_writes(&self) -> bool {
        self.no_key || self.sse.is_some() || self.tag_key
    }

    /// Reads the keys. `reads_stdin` says whether standard input is what is to be stored.
    ///
    /// # Errors
    /// [`Failure::Usage`] without a key and without saying that none is wanted.
    pub(super) fn sealer(&self, reads_stdin: bool, out: &Output) -> Result<Sealer, Failure> {
        if self.no_key {
            return Ok(Sealer::Without(Encryption::BucketDefault));
        }
        if let Some(algorithm) = &self.sse {
            return Ok(Sealer::Without(Encryption::Managed {
                algorithm: algorithm.clone(),
                kms_key_id: self.sse_kms_key_id.clone(),
            }));
        }
        if reads_stdin && self.key.uses_stdin()? {
            return Err(Failure::usage("standard input cannot be both the key and the object")
                .hint("take the key from a file, fd:N, env:NAME or cmd:COMMAND"));
        }
        let keys = Keys::load(&self.key, out)?;
        if keys.has_any() {
            Ok(Sealer::Keys(keys))
        } else {
            Err(Failure::usage("no key was given, and nothing is written unsealed by accident")
                .hint("name a key with -k or S3SEAL_KEY (`s3seal keygen -o FILE` makes one), or say --no-key or --sse"))
        }
    }
}

/// Whether an object is tagged with the MD5 of its key, where that is `wanted`.
///
/// # Errors
/// [`Failure::Key`] for a key that can be guessed.
pub(super) fn tags_key(wanted: bool, key: Option<&ObjectKey>) -> Result<bool, Failure> {
    let Some(key) = key.filter(|_| wanted) else { return Ok(false) };
    if key.is_weak {
        return Err(Failure::key(format!(
            "{} is weak, and a tag with its MD5 would help whoever wants to guess it",
            key.label
        ))
        .hint("leave out --tag-key, or take a key of `s3seal keygen`")
        .for_all());
    }
    // An object's own key is found by its name.
    Ok(!key.is_derived)
}

impl Sealer {
    /// The same, while a signal ends the run.
    pub(super) fn until(self, interrupt: &Interrupt) -> Sealer {
        match self {
            Sealer::Keys(keys) => Sealer::Keys(keys.until(interrupt)),
            without @ Sealer::Without(_) => without,
        }
    }

    /// The keys that seal, if any do.
    pub(super) fn keys(&self) -> Option<&Keys> {
        match self {
            Sealer::Keys(keys) => Some(keys),
            Sealer::Without(_) => None,
        }
    }

    /// Whether what is stored is sealed.
    pub(super) fn seals(&self) -> bool {
        matches!(self, Sealer::Keys(_))
    }

    /// Fails where keys were named that cannot go to this store, or that seal nothing.
    pub(super) fn check(&self, store: &Store) -> Result<(), Failure> {
        match self {
            Sealer::Keys(keys) => keys.check_fit().and_then(|()| keys.check(store)),
            Sealer::Without(_) => Ok(()),
        }
    }

    /// Fails where nothing below the folder would get a key; reads none.
    pub(super) fn check_below(&self, store: &Store, folder: &Location) -> Result<(), Failure> {
        match self {
            Sealer::Keys(keys) => keys.check_below(store, folder),
            Sealer::Without(_) => Ok(()),
        }
    }

    /// Fails where the object would get no key; reads none.
    pub(super) fn check_for(&self, store: &Store, at: &Location) -> Result<(), Failure> {
        match self {
            Sealer::Keys(keys) if !keys.has_for(store, at) => {
                Err(keys.none_for(store.receiver(), at))
            }
            _ => Ok(()),
        }
    }

    /// How one object is encrypted, and with which key if it is sealed.
    ///
    /// # Errors
    /// [`Failure::Usage`] where no key was named and no rule gives the object one; [`Failure::Key`] for a key
    /// that seals nothing.
    pub(super) async fn encryption(
        &self,
        store: &Arc<Store>,
        at: &Location,
    ) -> Result<(Encryption, Option<ObjectKey>), Failure> {
        let keys = match self {
            Sealer::Keys(keys) => keys,
            Sealer::Without(encryption) => return Ok((encryption.clone(), None)),
        };
        let key = keys.to_write(store, at).await?;
        let key = key.ok_or_else(|| keys.none_for(store.receiver(), at))?;
        key.check_fit()?;
        Ok((Encryption::CustomerKey(key.key.clone()), Some(key)))
    }

    /// How the object of a presigned URL is encrypted.
    ///
    /// # Errors
    /// As [`Sealer::encryption`].
    pub(super) fn for_url(&self, at: &Location) -> Result<Encryption, Failure> {
        match self {
            Sealer::Without(encryption) => Ok(encryption.clone()),
            Sealer::Keys(keys) => {
                let key = keys.for_url(at)?.into_iter().next();
                let none = || keys.none_for(Receiver::PresignedUrl, at);
                let key = key.ok_or_else(none)?;
                key.check_fit()?;
                Ok(Encryption::CustomerKey(key.key))
            }
        }
    }
}
