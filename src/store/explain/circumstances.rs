//! The circumstances of a refused request.

use crate::key::core::Key;
use crate::location::Location;

/// What the request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Read,
    Write,
    /// Copying an object within the store, including its tags.
    Copy,
    Delete,
    ListUploads,
    AbortUpload,
    List,
    ListBuckets,
    CreateBucket,
    DeleteBucket,
    ListVersions,
    ReadBucketEncryption,
    ReadVersioning,
    WriteBucketEncryption,
    ReadTags,
    ReadAcl,
    ReadOwnership,
}

/// What a diagnosis knows besides the refusal.
pub(crate) struct Circumstances<'a> {
    pub(crate) action: Action,
    pub(crate) at: &'a Location,
    /// The key that the request carried.
    pub(crate) key: Option<&'a Key>,
}

/// The consequence of a refused request.
pub(super) fn outcome(action: Action) -> &'static str {
    match action {
        Action::Write | Action::Copy => "nothing was stored",
        _ => "nothing was read",
    }
}
