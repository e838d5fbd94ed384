//! Changes of the index, as a journal keeps them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::blob::Blob;
use super::upload::{Completed, Upload, UploadedPart};
use super::version::{Tags, Version};
use crate::settings::Lock;

/// What one step changed: the bucket's name and the change. All of it takes effect, or nothing.
pub(crate) type Step = Vec<(String, Change)>;

/// One change in a bucket. Applying it twice in a row is the same as once.
#[derive(Serialize, Deserialize)]
pub(crate) enum Change {
    /// The bucket exists with these settings.
    Settings(serde_json::Value),
    /// The bucket is gone.
    Removed,
    /// The version is the latest of its key; one with the same id is gone.
    Put { key: String, version: Version },
    /// The version's tags are these.
    Tags { key: String, id: String, tags: Tags },
    /// The version's lock is this.
    Locked { key: String, id: String, lock: Lock },
    /// The version's ACL is this.
    Shared { key: String, id: String, acl: String },
    /// The version is gone.
    Deleted { key: String, id: String },
    /// The key is gone with all its versions.
    Forgotten { key: String },
    /// The upload has begun, and holds these parts.
    Begun { key: String, id: String, upload: Box<Upload> },
    /// The upload holds this part.
    Part { key: String, id: String, number: i32, part: UploadedPart },
    /// The upload is gone.
    Ended { key: String, id: String },
    /// The upload is gone because it was completed.
    Completed { key: String, id: String, completed: Box<Completed> },
}

impl Change {
    /// The parts that the change names.
    pub(crate) fn blobs(&self) -> Box<dyn Iterator<Item = &Arc<Blob>> + '_> {
        match self {
            Self::Put { version, .. } => {
                let parts = version.object.iter().flat_map(|object| &object.parts);
                Box::new(parts.map(|part| &part.blob))
            }
            Self::Begun { upload, .. } => Box::new(upload.parts.values().map(|part| &part.blob)),
            Self::Part { part, .. } => Box::new(std::iter::once(&part.blob)),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// Whether an object that the change names is the sum of its parts, in their order.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Self::Put { version, .. } => {
                version.object.as_ref().is_none_or(|object| object.is_sound())
            }
            _ => true,
        }
    }
}

/// What the current step changed in a bucket.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) recorded: Vec<Change>,
    /// Removed from the index: their bytes stay until the step is on disk.
    pub(crate) retired: Vec<Arc<Blob>>,
}

impl Changes {
    pub(crate) fn retire(&mut self, version: &Version) {
        let parts = version.object.iter().flat_map(|object| &object.parts);
        self.retired.extend(parts.map(|part| Arc::clone(&part.blob)));
    }
}
