//! What was asked of a store when it refused.

use crate::key::Key;
use crate::location::Location;

/// What was asked of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Read,
    Write,
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
pub(super) struct Circumstances<'a> {
    pub(super) action: Action,
    pub(super) at: &'a Location,
    /// The key that the request carried.
    pub(super) key: Option<&'a Key>,
}

/// What a refused request leaves behind.
pub(super) fn outcome(action: Action) -> &'static str {
    match action {
        Action::Write => "nothing was stored",
        _ => "nothing was read",
    }
}
