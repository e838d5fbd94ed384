//! What was asked of a store when it refused.

use crate::key::core::Key;
use crate::location::Location;

/// What was asked of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Read,
    Write,
    /// Writing an object that the store reads from another, its tags among it.
    Copy,
    Delete,
    ListUploads,
    AbortUpload,
    List,
    ListVersions,
    ReadBucketEncryption,
    WriteBucketEncryption,
    ReadTags,
    ReadAcl,
    ReadOwnership,
}

/// What diagnosis knows besides the refusal.
pub(crate) struct Circumstances<'a> {
    pub(crate) action: Action,
    pub(crate) at: &'a Location,
    /// The key that the request carried.
    pub(crate) key: Option<&'a Key>,
}

/// What a refused request leaves behind.
pub(super) fn outcome(action: Action) -> &'static str {
    match action {
        Action::Write | Action::Copy => "nothing was stored",
        _ => "nothing was read",
    }
}
