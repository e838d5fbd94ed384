//! Subresources of S3 that are not served. The S3 layer would read a body first, or does not know the newer ones and
//! would treat them as an object or a list: a PUT of `?renameObject` would overwrite.

use http::Method;

use crate::route::Target;

/// Not served anywhere.
const NOWHERE: &str = "\
    abac accelerate analytics annotation intelligent-tiering inventory legal-hold \
    lifecycle logging metadataConfiguration metadataInventoryTable metadataJournalTable \
    metadataTable metrics notification object-lock policyStatus publicAccessBlock \
    renameObject replication requestPayment restore retention select session torrent \
    website";
/// Served for buckets, and for objects unknown.
const NOT_FOR_OBJECTS: &str =
    "cors delete encryption location ownershipControls policy versioning versions";
/// Served for objects only.
const NOT_FOR_BUCKETS: &str = "acl attributes tagging uploadId";
/// Read-only.
const NOT_TO_WRITE: &str = "acl ownershipControls";

/// Whether the query names a subresource that this server lacks.
pub(crate) fn names(method: &Method, target: &Target, query: &[(String, String)]) -> bool {
    let other = if target.key.is_some() { NOT_FOR_OBJECTS } else { NOT_FOR_BUCKETS };
    query.iter().any(|(name, _)| {
        lists(NOWHERE, name)
            || (method != Method::GET && lists(NOT_TO_WRITE, name))
            || (target.bucket.is_some() && lists(other, name))
    })
}

fn lists(names: &str, name: &str) -> bool {
    names.split(' ').any(|one| one == name)
}
