//! A second check of an object before the last other copy of it is deleted: the store's answer must agree with its
//! earlier answer, and with what was sent.

use super::extent::ReadOptions;
use super::metadata::{ObjectMetadata, bare_etag};
use super::write::Stored;
use crate::failure::{Advice, Failure};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::wire::Store;

impl Store {
    /// Fails unless the store holds a written object as it was sent. Sends nothing if the store has already confirmed
    /// the checksum. `key` seals the object.
    /// Errors: `Kind::Integrity` if the store shows another object; otherwise as [`Store::head`].
    pub(crate) async fn check_stored(
        &self,
        at: &Location,
        key: Option<&Key>,
        stored: &Stored,
    ) -> Result<(), Failure> {
        if stored.is_checked {
            return Ok(());
        }
        let found = self.head_version(at, key, stored.version_id.as_deref()).await?;
        let sum = found.checksum_crc64nvme.as_ref();
        let is_as_sent = found.content_length == Some(stored.bytes)
            && etag(found.etag.as_ref()) == etag(stored.etag.as_ref())
            && sum.is_none_or(|sum| *sum == stored.checksum_crc64nvme);
        if is_as_sent {
            return Ok(());
        }
        Err(Failure::integrity("the store does not show the object as it was sent")
            .hint(Advice::LookAndStoreAgain)
            .at(at))
    }

    /// Fails unless the object is still the one that was read, with the same size and checksums.
    pub(super) async fn check_unchanged(
        &self,
        at: &Location,
        key: Option<&Key>,
        read: &ObjectMetadata,
    ) -> Result<(), Failure> {
        let found = self.head_version(at, key, read.version_id.as_deref()).await?;
        if etag(found.etag.as_ref()) != etag(read.etag.as_ref()) {
            return Err(replaced(at));
        }
        let has_size = read.content_length.is_none() || found.content_length == read.content_length;
        if has_size && found.has_checksum_of(read) {
            return Ok(());
        }
        Err(Failure::integrity(
            "the store now names another size or checksum of the same object: it was left alone",
        )
        .hint("read it again, and compare, before you delete it")
        .at(at))
    }

    async fn head_version(
        &self,
        at: &Location,
        key: Option<&Key>,
        version_id: Option<&str>,
    ) -> Result<ObjectMetadata, Failure> {
        let keys: Vec<Key> = key.into_iter().cloned().collect();
        let version_id = version_id.map(str::to_owned);
        let options = ReadOptions { version_id, ..ReadOptions::default() };
        Ok(self.head(at, &keys, &options).await?.answer)
    }
}

/// The failure for an object that is not the one that was read.
pub(super) fn replaced(at: &Location) -> Failure {
    Failure::precondition(
        "another client has replaced the source since it was read: it was left alone",
    )
    .hint(Advice::LookAndDecide)
    .at(at)
}

fn etag(text: Option<&String>) -> Option<&str> {
    text.map(|etag| bare_etag(etag))
}
