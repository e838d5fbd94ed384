//! Deletes, and the removal of objects that a store kept in plaintext.

use aws_sdk_s3::operation::delete_object::DeleteObjectOutput;

use super::extent::ReadOptions;
use super::metadata::{NULL_VERSION, ObjectMetadata, bare_etag};
use super::recheck::replaced;
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::wire::{Refusal, Store};

/// What a delete did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Removed {
    /// Whether a delete marker merely hides the object: its versions remain.
    pub delete_marker: bool,
    /// The version that was deleted, or the delete marker's.
    pub version_id: Option<String>,
}

/// The result of removing plaintext.
enum Removal {
    RemovedVersion,
    RemovedObject,
    ReplacedMeanwhile,
    Remains,
}

impl Store {
    /// Deletes an object, or one version of it permanently. Needs no key. As in S3, deleting a missing object succeeds.
    /// Errors: `Kind::Denied`; `Kind::NotFound` for the bucket.
    pub(crate) async fn delete(
        &self,
        at: &Location,
        version_id: Option<&str>,
    ) -> Result<Removed, Failure> {
        match self.delete_once(at, version_id, None).await {
            Ok(output) => Ok(Removed {
                delete_marker: output.delete_marker().unwrap_or(false),
                version_id: output.version_id().map(str::to_owned),
            }),
            Err(refusal) => {
                let about = Circumstances { action: Action::Delete, at, key: None };
                Err(diagnose(self, &refusal, &about))
            }
        }
    }

    /// Deletes an object exactly as it was read: that version permanently or, without versions, only if no other writer
    /// has replaced it. `key` opened it. If it was read without a checksum, its size and ETag are checked again first.
    /// Errors: `Kind::Precondition` if it was replaced, `Kind::Integrity` if the store contradicts its earlier
    /// answer: in both cases the object is kept; otherwise as [`Store::delete`].
    pub(crate) async fn delete_as_read(
        &self,
        at: &Location,
        key: Option<&Key>,
        read: &ObjectMetadata,
    ) -> Result<(), Failure> {
        let version_id = read.version_id.as_deref();
        if version_id.is_some_and(|version| version != NULL_VERSION) {
            if !read.has_whole_checksum() {
                self.check_unchanged(at, key, read).await?;
            }
            return self.delete(at, version_id).await.map(drop);
        }
        let Some(etag) = read.etag.as_deref() else { return Err(replaced(at)) };
        // Some stores ignore If-Match on a delete, so check first as well.
        self.check_unchanged(at, key, read).await?;
        match self.delete_if_match(at, version_id, etag).await {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.status == Some(412) => Err(replaced(at)),
            // An earlier attempt succeeded, but its answer was lost.
            Err(refusal) if refusal.is("NoSuchKey") => Ok(()),
            Err(refusal) => {
                let about = Circumstances { action: Action::Delete, at, key: None };
                Err(diagnose(self, &refusal, &about))
            }
        }
    }

    /// Removes exactly this copy, which the store did not seal.
    /// Errors: `Kind::Unsealed` if it remains.
    pub(crate) async fn remove_unsealed_copy(
        &self,
        at: &Location,
        etag: Option<&str>,
        version_id: Option<&str>,
    ) -> Result<(), Failure> {
        match self.remove_plaintext(at, etag, version_id).await {
            Removal::Remains => Err(Failure::unsealed(format!(
                "the store copied without sealing, and the copy could not be removed: plaintext remains at {at}"
            ))
            .hint("remove it yourself, all versions of it")
            .stopping_the_run()
            .at(at)),
            Removal::RemovedVersion | Removal::RemovedObject | Removal::ReplacedMeanwhile => Ok(()),
        }
    }

    /// Removes exactly the object that this program wrote and the store did not seal. Returns the failure to report.
    pub(super) async fn remove_unsealed(
        &self,
        at: &Location,
        etag: Option<&str>,
        version_id: Option<&str>,
    ) -> Failure {
        let ignored =
            "the store ignored the encryption asked for and stored the object in plaintext";
        let (message, hint) = match self.remove_plaintext(at, etag, version_id).await {
            Removal::RemovedVersion => (
                format!("{ignored}: that version was removed again"),
                "this store does not seal: use one that does",
            ),
            Removal::RemovedObject => (
                format!(
                    "{ignored}: it was removed again; an object that had this name before is gone"
                ),
                "this store does not seal: use one that does",
            ),
            Removal::ReplacedMeanwhile => (
                format!(
                    "{ignored}: another client has replaced it since, and their object was left alone"
                ),
                "this store does not seal: use one that does",
            ),
            Removal::Remains => (
                format!("{ignored}, and it could not be removed: plaintext remains at {at}"),
                "remove it yourself, all versions of it",
            ),
        };
        Failure::unsealed(message).hint(hint).stopping_the_run().at(at)
    }

    async fn remove_plaintext(
        &self,
        at: &Location,
        etag: Option<&str>,
        version_id: Option<&str>,
    ) -> Removal {
        if let Some(version) = version_id.filter(|version| *version != NULL_VERSION) {
            return match self.delete_once(at, Some(version), None).await {
                Ok(_) => Removal::RemovedVersion,
                Err(_) => Removal::Remains,
            };
        }
        let Some(etag) = etag else { return Removal::Remains };
        // Some stores ignore If-Match on a delete, so check first as well.
        let found = match self.head(at, &[], &ReadOptions::default()).await {
            Ok(found) if found.answer.etag.as_deref().map(bare_etag) != Some(bare_etag(etag)) => {
                return Removal::ReplacedMeanwhile;
            }
            Ok(found) => found.answer,
            Err(_) => return Removal::Remains,
        };
        // Amazon's answer to a write does not name the null version of a bucket whose versioning is suspended.
        let version_id =
            version_id.or(found.version_id.as_deref().filter(|it| *it == NULL_VERSION));
        match self.delete_if_match(at, version_id, etag).await {
            // A delete marker only hides the plaintext.
            Ok(output) if version_id.is_none() && output.delete_marker() == Some(true) => {
                Removal::Remains
            }
            Ok(_) => Removal::RemovedObject,
            Err(refusal) if refusal.status == Some(412) => Removal::ReplacedMeanwhile,
            Err(_) => Removal::Remains,
        }
    }

    /// Some stores refuse conditions on deletes: repeats the delete without one, because the callers have checked
    /// before.
    async fn delete_if_match(
        &self,
        at: &Location,
        version_id: Option<&str>,
        etag: &str,
    ) -> Result<DeleteObjectOutput, Refusal> {
        match self.delete_once(at, version_id, Some(etag)).await {
            Err(refusal) if matches!(refusal.status, Some(400 | 501)) => {
                self.delete_once(at, version_id, None).await
            }
            other => other,
        }
    }

    async fn delete_once(
        &self,
        at: &Location,
        version_id: Option<&str>,
        if_match: Option<&str>,
    ) -> Result<DeleteObjectOutput, Refusal> {
        self.send(|client| {
            client
                .delete_object()
                .bucket(&at.bucket)
                .key(&at.key)
                .set_version_id(version_id.map(str::to_owned))
                .set_if_match(if_match.map(str::to_owned))
                .send()
        })
        .await
    }
}
