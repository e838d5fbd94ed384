//! Subresources of S3 that are not served. The S3 layer asks for a body first, or does not know the newer ones and
//! would take them for an object or a list: a PUT of `?renameObject` would overwrite.

use crate::route::Target;

/// Not served anywhere.
const NOWHERE: &[&str] = &[
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "annotation",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "logging",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "torrent",
    "website",
];
/// Served for buckets, and for objects unknown.
const NOT_FOR_OBJECTS: &[&str] =
    &["cors", "delete", "encryption", "location", "policy", "versioning", "versions"];
/// Served for objects only.
const NOT_FOR_BUCKETS: &[&str] = &["attributes", "tagging", "uploadId"];

/// Whether the query names a subresource that this server lacks.
pub(super) fn names(target: &Target, query: &[(String, String)]) -> bool {
    let other = if target.key.is_some() { NOT_FOR_OBJECTS } else { NOT_FOR_BUCKETS };
    query.iter().any(|(name, _)| {
        NOWHERE.contains(&name.as_str())
            || (target.bucket.is_some() && other.contains(&name.as_str()))
    })
}
