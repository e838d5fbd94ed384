//! What the server keeps: buckets, versions, uploads under way, and the bytes of their parts.

pub(crate) mod blob;
pub(crate) mod bucket;
pub(crate) mod object;
pub(crate) mod seal;
pub(crate) mod settings;
pub(crate) mod upload;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bucket::Bucket;

use crate::refusal::Refusal;

/// Everything there is, in memory. Locked for single steps only: never while a body is read or written.
#[derive(Debug, Default)]
pub(crate) struct Store(Mutex<Buckets>);

impl Store {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Buckets> {
        // No step leaves the buckets half-changed, so what a panicking thread left behind is still sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The buckets by name.
#[derive(Debug, Default)]
pub(crate) struct Buckets(BTreeMap<String, Bucket>);

impl Buckets {
    /// # Errors
    /// `NoSuchBucket`.
    pub(crate) fn bucket(&self, name: &str) -> Result<&Bucket, Refusal> {
        self.0.get(name).ok_or_else(|| Refusal::no_such_bucket(name))
    }

    /// # Errors
    /// `NoSuchBucket`.
    pub(crate) fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, Refusal> {
        self.0.get_mut(name).ok_or_else(|| Refusal::no_such_bucket(name))
    }

    /// # Errors
    /// `BucketAlreadyOwnedByYou`.
    pub(crate) fn create(&mut self, name: &str, bucket: Bucket) -> Result<(), Refusal> {
        if self.0.contains_key(name) {
            return Err(Refusal::new(
                409,
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
            )
            .detail("BucketName", name));
        }
        self.0.insert(name.to_owned(), bucket);
        Ok(())
    }

    /// # Errors
    /// `NoSuchBucket`, `BucketNotEmpty`.
    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        let bucket = self.bucket(name)?;
        if !bucket.is_empty() {
            let message = "The bucket you tried to delete is not empty";
            return Err(Refusal::new(409, "BucketNotEmpty", message).detail("BucketName", name));
        }
        self.0.remove(name);
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Bucket)> {
        self.0.iter()
    }
}
