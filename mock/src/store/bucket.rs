//! A bucket: the versions under each key, as "How S3 Versioning works" describes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use super::object::Object;
use super::settings::Settings;
use super::upload::Upload;
use crate::random;
use crate::refusal::Refusal;

/// The id of a version written while versioning was not enabled.
pub(crate) const NULL_VERSION: &str = "null";

/// Key and value of each tag, in the order given.
pub(crate) type Tags = Vec<(String, String)>;

/// The state of a bucket's versioning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Versioning {
    #[default]
    Unversioned,
    Enabled,
    Suspended,
}

/// One version of a key.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) modified: OffsetDateTime,
    /// `None` for a delete marker.
    pub(crate) object: Option<Arc<Object>>,
    pub(crate) tags: Tags,
}

/// A bucket and all it holds.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) created: OffsetDateTime,
    pub(crate) versioning: Versioning,
    pub(crate) blocks_sse_c: bool,
    pub(crate) settings: Settings,
    /// By key; the versions of a key from the oldest to the latest, never empty.
    keys: BTreeMap<String, Vec<Version>>,
    /// By key and upload id.
    uploads: BTreeMap<(String, String), Upload>,
}

/// What a DELETE did.
#[derive(Debug, Default)]
pub(crate) struct Deletion {
    /// The version created (a delete marker) or removed, where the answer names it.
    pub(crate) version: Option<String>,
    /// Whether that version is a delete marker.
    pub(crate) delete_marker: bool,
}

impl Bucket {
    pub(crate) fn new(versioning: Versioning) -> Self {
        Self {
            created: OffsetDateTime::now_utc(),
            versioning,
            blocks_sse_c: false,
            settings: Settings::default(),
            keys: BTreeMap::new(),
            uploads: BTreeMap::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys with their versions, in the order of the keys' UTF-8 bytes.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&String, &Vec<Version>)> {
        self.keys.iter()
    }

    /// The latest version, unless it is a delete marker.
    pub(crate) fn current(&self, key: &str) -> Option<&Version> {
        self.latest(key).filter(|version| version.object.is_some())
    }

    pub(crate) fn latest(&self, key: &str) -> Option<&Version> {
        self.keys.get(key).and_then(|versions| versions.last())
    }

    /// The version asked for, or the latest; it has an object.
    ///
    /// # Errors
    /// `NoSuchKey`, `NoSuchVersion`, and `MethodNotAllowed` for a delete marker asked for by its id.
    pub(crate) fn find(
        &self,
        key: &str,
        id: Option<&str>,
    ) -> Result<(&Version, &Arc<Object>), Refusal> {
        let version = match id {
            None => self.latest(key).ok_or_else(|| Refusal::no_such_key(key))?,
            Some(id) => self.version(key, id)?,
        };
        match &version.object {
            Some(object) => Ok((version, object)),
            None if id.is_none() => Err(Refusal::no_such_key(key)
                .header("x-amz-delete-marker", "true")
                .header("x-amz-version-id", &version.id)),
            None => Err(Refusal::new(
                405,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
            )
            .detail("ResourceType", "DeleteMarker")
            .header("allow", "DELETE")
            .header("x-amz-delete-marker", "true")
            .header("x-amz-version-id", &version.id)),
        }
    }

    /// The tags of a version, to be changed.
    ///
    /// # Errors
    /// As [`Bucket::find`].
    pub(crate) fn tags_mut(
        &mut self,
        key: &str,
        id: Option<&str>,
    ) -> Result<(&mut Tags, String), Refusal> {
        let found = self.find(key, id)?.0.id.clone();
        self.keys
            .get_mut(key)
            .and_then(|versions| versions.iter_mut().find(|version| version.id == found))
            .map(|version| (&mut version.tags, found))
            .ok_or_else(|| Refusal::no_such_key(key))
    }

    /// Makes `object` the latest version; returns the id where the bucket ever had versioning.
    pub(crate) fn put(
        &mut self,
        key: &str,
        object: Option<Arc<Object>>,
        tags: Tags,
    ) -> Option<String> {
        let id = match self.versioning {
            Versioning::Enabled => random::text(VERSION_ALPHABET, 32),
            Versioning::Unversioned | Versioning::Suspended => NULL_VERSION.to_owned(),
        };
        let versions = self.keys.entry(key.to_owned()).or_default();
        if id == NULL_VERSION {
            versions.retain(|version| version.id != NULL_VERSION);
        }
        versions.push(Version {
            id: id.clone(),
            modified: OffsetDateTime::now_utc(),
            object,
            tags,
        });
        self.names(id)
    }

    /// Deletes a version, or the key: then a delete marker covers it where the bucket ever had versioning.
    pub(crate) fn delete(&mut self, key: &str, id: Option<&str>) -> Deletion {
        match id {
            Some(id) => self.remove(key, id),
            None if self.versioning == Versioning::Unversioned => {
                self.keys.remove(key);
                Deletion::default()
            }
            None => Deletion { version: self.put(key, None, Tags::new()), delete_marker: true },
        }
    }

    /// How answers name a version: not at all in a bucket that never had versioning.
    pub(crate) fn names(&self, id: String) -> Option<String> {
        (self.versioning != Versioning::Unversioned).then_some(id)
    }

    /// # Errors
    /// `NoSuchUpload`, for another key's upload too.
    pub(crate) fn upload(&self, key: &str, id: &str) -> Result<&Upload, Refusal> {
        self.uploads
            .get(&(key.to_owned(), id.to_owned()))
            .ok_or_else(|| Refusal::no_such_upload(id))
    }

    /// # Errors
    /// `NoSuchUpload`.
    pub(crate) fn upload_mut(&mut self, key: &str, id: &str) -> Result<&mut Upload, Refusal> {
        self.uploads
            .get_mut(&(key.to_owned(), id.to_owned()))
            .ok_or_else(|| Refusal::no_such_upload(id))
    }

    pub(crate) fn begin_upload(&mut self, key: &str, upload: Upload) -> String {
        let id = random::text(VERSION_ALPHABET, 64);
        self.uploads.insert((key.to_owned(), id.clone()), upload);
        id
    }

    /// # Errors
    /// `NoSuchUpload`.
    pub(crate) fn end_upload(&mut self, key: &str, id: &str) -> Result<Upload, Refusal> {
        self.uploads
            .remove(&(key.to_owned(), id.to_owned()))
            .ok_or_else(|| Refusal::no_such_upload(id))
    }

    /// Key, upload id and upload, in the order of ListMultipartUploads.
    pub(crate) fn uploads(&self) -> impl Iterator<Item = (&str, &str, &Upload)> {
        self.uploads.iter().map(|((key, id), upload)| (key.as_str(), id.as_str(), upload))
    }

    fn version(&self, key: &str, id: &str) -> Result<&Version, Refusal> {
        self.keys
            .get(key)
            .and_then(|versions| versions.iter().find(|version| version.id == id))
            .ok_or_else(|| Refusal::no_such_version(key, id))
    }

    fn remove(&mut self, key: &str, id: &str) -> Deletion {
        let mut deletion = Deletion { version: self.names(id.to_owned()), delete_marker: false };
        if let Some(versions) = self.keys.get_mut(key) {
            if let Some(index) = versions.iter().position(|version| version.id == id) {
                deletion.delete_marker = versions.remove(index).object.is_none();
            }
            if versions.is_empty() {
                self.keys.remove(key);
            }
        }
        deletion
    }
}

/// Characters that need no encoding in a query.
const VERSION_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
