//! One version of a key, and the state of a bucket's versioning.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::object::Object;
use crate::random;
use crate::settings::Lock;

/// The id of a version written while versioning was not enabled.
pub(crate) const NULL_VERSION: &str = "null";

/// Key and value of each tag, in the order given.
pub(crate) type Tags = Vec<(String, String)>;

/// The state of a bucket's versioning.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    #[default]
    Unversioned,
    Enabled,
    Suspended,
}

/// One version of a key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) modified: OffsetDateTime,
    /// `None` for a delete marker.
    pub(crate) object: Option<Arc<Object>>,
    pub(crate) tags: Tags,
    #[serde(default)]
    pub(crate) lock: Lock,
    /// An ACL that was set after the object was written.
    #[serde(default)]
    pub(crate) acl: Option<String>,
}

impl Version {
    /// The ACL, as `Acl::stored` reads it; `None` for `private`.
    pub(crate) fn acl_text(&self) -> Option<&str> {
        let written = self.object.as_ref().and_then(|object| object.attributes.acl.as_deref());
        self.acl.as_deref().or(written)
    }
}

pub(crate) fn new_id() -> String {
    random::text(ID_ALPHABET, 32)
}

/// Characters that need no encoding in a query.
pub(crate) const ID_ALPHABET: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
