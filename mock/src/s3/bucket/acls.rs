//! The ACLs of buckets, and PutObjectAcl. Source: "Access control list (ACL) overview" in the Amazon S3 user guide.

use bytes::Bytes;
use http::HeaderMap;

use super::documents::{Reply, xml_answer};
use crate::auth::not_supported;
use crate::refusal::Refusal;
use crate::settings::Acl;
use crate::store::Bucket;

/// The answer to GetBucketAcl.
pub(super) fn get(bucket: &Bucket) -> Reply {
    let settings = &bucket.settings;
    let text = settings.acl.as_deref().filter(|_| settings.ownership.allows_acls());
    xml_answer("AccessControlPolicy", &Acl::stored(text, &bucket.owner).to_xml(&bucket.owner))
}

/// The ACL that a request asks for, in headers or in a document. Whether the bucket has ACLs, and which it blocks, was
/// checked of the headers before.
pub(super) fn requested(
    bucket: &Bucket,
    headers: &HeaderMap,
    document: &Bytes,
) -> Result<String, Refusal> {
    match Acl::of_headers(headers)? {
        Some(_) if !document.is_empty() => {
            let message = "This request does not support content";
            return Err(Refusal::new(400, "UnexpectedContent", message));
        }
        Some(acl) => return Ok(acl),
        None => {}
    }
    if document.is_empty() {
        return Err(Refusal::new(
            400,
            "MissingSecurityHeader",
            "Your request was missing a required header",
        )
        .detail("MissingHeaderName", "x-amz-acl"));
    }
    let settings = &bucket.settings;
    let acl = match Acl::of_document(document, &bucket.owner) {
        // Where there are no ACLs, it does not matter what is wrong with the grants.
        Err(refusal) if !settings.ownership.allows_acls() && refusal.code != "MalformedXML" => {
            return Err(not_supported());
        }
        read => read?,
    };
    if acl != "private" && !settings.ownership.allows_acls() {
        return Err(not_supported());
    }
    if settings.blocks("BlockPublicAcls") && Acl::stored(Some(&acl), &bucket.owner).is_public() {
        return Err(Refusal::access_denied("Access Denied"));
    }
    Ok(acl)
}
