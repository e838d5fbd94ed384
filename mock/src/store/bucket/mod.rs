//! A bucket: the versions under each key, as "How S3 Versioning works" describes them. `uploads` has the multipart uploads.

mod uploads;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::blob::Blob;
use super::change::{Change, Changes};
use super::clock::Clock;
use super::object::Object;
use super::upload::{Completed, Upload};
use super::version::{NULL_VERSION, Tags, Version, Versioning, new_id};
use crate::refusal::Refusal;
use crate::settings::{DEFAULT_ACCOUNT, Lock, Settings};

/// A bucket and its content. A folder keeps every field that is not skipped; a new field needs `#[serde(default)]`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bucket {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
    pub(crate) versioning: Versioning,
    pub(crate) blocks_sse_c: bool,
    /// The account that created it.
    #[serde(default = "default_owner")]
    pub(crate) owner: String,
    #[serde(default)]
    pub(crate) settings: Settings,
    /// By key; the versions of a key from the oldest to the latest, never empty.
    #[serde(skip)]
    keys: BTreeMap<String, Vec<Version>>,
    /// By key and upload id.
    #[serde(skip)]
    uploads: BTreeMap<(String, String), Upload>,
    /// The last uploads that were completed, by key and upload id.
    #[serde(skip)]
    completed: VecDeque<(String, String, Completed)>,
    /// What the current step changed in the skipped fields.
    #[serde(skip)]
    changes: Changes,
    /// The server's.
    #[serde(skip)]
    clock: Clock,
}

fn default_owner() -> String {
    DEFAULT_ACCOUNT.to_owned()
}

#[derive(Default)]
pub(crate) struct Deletion {
    /// The version created (a delete marker) or removed, where the answer names it.
    pub(crate) version: Option<String>,
    pub(crate) delete_marker: bool,
}

impl Bucket {
    pub(crate) fn new(versioning: Versioning) -> Self {
        Self {
            created: OffsetDateTime::now_utc(),
            versioning,
            blocks_sse_c: false,
            owner: default_owner(),
            settings: Settings::of_new_bucket(),
            keys: BTreeMap::new(),
            uploads: BTreeMap::new(),
            completed: VecDeque::new(),
            changes: Changes::default(),
            clock: Clock::default(),
        }
    }

    pub(crate) fn set_clock(&mut self, clock: &Clock) {
        self.clock = clock.clone();
    }

    /// A bucket without content, as a folder keeps it.
    pub(crate) fn with_settings(settings: serde_json::Value) -> serde_json::Result<Self> {
        serde_json::from_value(settings)
    }

    /// This bucket with the content of `former`.
    pub(crate) fn with_content_of(self, former: Option<Self>) -> Self {
        match former {
            Some(Self { keys, uploads, completed, .. }) => {
                Self { keys, uploads, completed, ..self }
            }
            None => self,
        }
    }

    /// The changes that create this bucket with its content.
    pub(crate) fn as_changes(&self) -> impl Iterator<Item = serde_json::Result<Change>> {
        let settings = serde_json::to_value(self).map(Change::Settings);
        let versions = self.keys.iter().flat_map(|(key, versions)| {
            let put =
                |version: &Version| Change::Put { key: key.clone(), version: version.clone() };
            versions.iter().map(put)
        });
        let uploads = self.uploads.iter().map(|((key, id), upload)| {
            let (key, id, upload) = (key.clone(), id.clone(), Box::new(upload.clone()));
            Change::Begun { key, id, upload }
        });
        let completed = self.completed.iter().map(|(key, id, completed)| {
            let (key, id, completed) = (key.clone(), id.clone(), Box::new(completed.clone()));
            Change::Completed { key, id, completed }
        });
        [settings].into_iter().chain(versions.chain(uploads).chain(completed).map(Ok))
    }

    /// The bytes of everything in the bucket.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = &Arc<Blob>> {
        let objects = self.keys.values().flatten().filter_map(|version| version.object.as_ref());
        let parts = self.uploads.values().flat_map(|upload| upload.parts.values());
        objects
            .flat_map(|object| object.parts.iter().map(|part| &part.blob))
            .chain(parts.map(|part| &part.blob))
    }

    /// The changes since the last call.
    pub(crate) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
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
    /// A delete marker asked for by its id is `MethodNotAllowed`.
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

    /// Gives a version other tags, and returns its id.
    pub(crate) fn set_tags(
        &mut self,
        key: &str,
        id: Option<&str>,
        tags: Tags,
    ) -> Result<String, Refusal> {
        let version = self.version_mut(key, id)?;
        version.tags.clone_from(&tags);
        let id = version.id.clone();
        self.changes.recorded.push(Change::Tags { key: key.to_owned(), id: id.clone(), tags });
        Ok(id)
    }

    /// Locks a version, or unlocks it; what may be changed is for the caller to judge.
    pub(crate) fn set_lock(
        &mut self,
        key: &str,
        id: Option<&str>,
        lock: Lock,
    ) -> Result<(), Refusal> {
        let version = self.version_mut(key, id)?;
        version.lock.clone_from(&lock);
        let id = version.id.clone();
        self.changes.recorded.push(Change::Locked { key: key.to_owned(), id, lock });
        Ok(())
    }

    /// Gives a version another ACL.
    pub(crate) fn set_acl(
        &mut self,
        key: &str,
        id: Option<&str>,
        acl: &str,
    ) -> Result<(), Refusal> {
        let version = self.version_mut(key, id)?;
        version.acl = Some(acl.to_owned());
        let (id, acl) = (version.id.clone(), acl.to_owned());
        self.changes.recorded.push(Change::Shared { key: key.to_owned(), id, acl });
        Ok(())
    }

    /// A version, to be changed without recording it.
    fn version_mut(&mut self, key: &str, id: Option<&str>) -> Result<&mut Version, Refusal> {
        let found = self.find(key, id)?.0.id.clone();
        self.keys
            .get_mut(key)
            .and_then(|versions| versions.iter_mut().find(|version| version.id == found))
            .ok_or_else(|| Refusal::no_such_key(key))
    }

    /// Makes `object` the latest version; returns the id that the answer to a write names, which it does only while
    /// versioning is enabled.
    pub(crate) fn put(
        &mut self,
        key: &str,
        object: Option<Arc<Object>>,
        tags: Tags,
    ) -> Option<String> {
        self.put_locked(key, object, tags, Lock::default())
    }

    /// As [`Bucket::put`], with a lock; the bucket's default applies where it names no retention.
    pub(crate) fn put_locked(
        &mut self,
        key: &str,
        object: Option<Arc<Object>>,
        tags: Tags,
        mut lock: Lock,
    ) -> Option<String> {
        if let (None, Some(default), true) =
            (&lock.retention, &self.settings.lock, object.is_some())
        {
            lock.retention = default.default_retention(self.clock.now());
        }
        let id = self.push(key, object, tags, lock);
        (self.versioning == Versioning::Enabled).then_some(id)
    }

    fn push(&mut self, key: &str, object: Option<Arc<Object>>, tags: Tags, lock: Lock) -> String {
        let id = match self.versioning {
            Versioning::Enabled => object.as_ref().map_or_else(new_id, |object| object.id.clone()),
            Versioning::Unversioned | Versioning::Suspended => NULL_VERSION.to_owned(),
        };
        let version =
            Version { id: id.clone(), modified: self.clock.now(), object, tags, lock, acl: None };
        self.place(key, version.clone());
        self.changes.recorded.push(Change::Put { key: key.to_owned(), version });
        id
    }

    /// Makes `version` the latest, in place of one with the same id.
    pub(crate) fn place(&mut self, key: &str, version: Version) {
        // Most keys have one version; a vector would make room for four.
        let versions = self.keys.entry(key.to_owned()).or_insert_with(|| Vec::with_capacity(1));
        if let Some(index) = versions.iter().position(|other| other.id == version.id) {
            self.changes.retire(&versions.remove(index));
        }
        versions.push(version);
    }

    /// Removes a key with all its versions.
    fn forget(&mut self, key: &str) {
        for version in self.keys.remove(key).into_iter().flatten() {
            self.changes.retire(&version);
        }
        self.changes.recorded.push(Change::Forgotten { key: key.to_owned() });
    }

    /// Deletes a version, or the key: then a delete marker covers it where the bucket ever had versioning.
    pub(crate) fn delete(&mut self, key: &str, id: Option<&str>) -> Deletion {
        match id {
            Some(id) => self.remove(key, id),
            None if self.versioning == Versioning::Unversioned => {
                self.forget(key);
                Deletion::default()
            }
            None => {
                let version = Some(self.push(key, None, Tags::new(), Lock::default()));
                Deletion { version, delete_marker: true }
            }
        }
    }

    /// How answers name a version: not at all in a bucket that never had versioning.
    pub(crate) fn shown_id(&self, id: String) -> Option<String> {
        (self.versioning != Versioning::Unversioned).then_some(id)
    }

    /// Repeats a change of the journal.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            // These concern the whole bucket: recovery applies them.
            Change::Settings(_) | Change::Removed => {}
            Change::Put { key, version } => self.place(&key, version),
            Change::Tags { key, id, tags } => {
                if let Ok(version) = self.version_mut(&key, Some(&id)) {
                    version.tags = tags;
                }
            }
            Change::Shared { key, id, acl } => {
                if let Ok(version) = self.version_mut(&key, Some(&id)) {
                    version.acl = Some(acl);
                }
            }
            Change::Locked { key, id, lock } => {
                if let Ok(version) = self.version_mut(&key, Some(&id)) {
                    version.lock = lock;
                }
            }
            Change::Deleted { key, id } => drop(self.delete(&key, Some(&id))),
            Change::Forgotten { key } => self.forget(&key),
            Change::Begun { key, id, upload } => self.resume_upload(&key, &id, *upload),
            Change::Part { key, id, number, part } => drop(self.add_part(&key, &id, number, part)),
            Change::Ended { key, id } => drop(self.end_upload(&key, &id)),
            Change::Completed { key, id, completed } => {
                self.remember_unrecorded(key, id, *completed);
            }
        }
        // They are in the journal already.
        drop(self.take_changes());
    }

    pub(crate) fn version(&self, key: &str, id: &str) -> Result<&Version, Refusal> {
        self.keys
            .get(key)
            .and_then(|versions| versions.iter().find(|version| version.id == id))
            .ok_or_else(|| Refusal::no_such_version(key, id))
    }

    fn remove(&mut self, key: &str, id: &str) -> Deletion {
        let mut deletion = Deletion { version: self.shown_id(id.to_owned()), delete_marker: false };
        if let Some(versions) = self.keys.get_mut(key) {
            if let Some(index) = versions.iter().position(|version| version.id == id) {
                let version = versions.remove(index);
                deletion.delete_marker = version.object.is_none();
                self.changes.retire(&version);
                let (key, id) = (key.to_owned(), id.to_owned());
                self.changes.recorded.push(Change::Deleted { key, id });
            }
            if versions.is_empty() {
                self.keys.remove(key);
            }
        }
        deletion
    }
}
