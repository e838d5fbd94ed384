//! The ACLs of buckets, and PutObjectAcl: canned ones. Source: "Access control list (ACL) overview" in the Amazon S3 user guide.

use bytes::Bytes;
use http::HeaderMap;

use super::documents::{Reply, xml_answer};
use crate::auth::grants;
use crate::refusal::Refusal;
use crate::s3::output::owner;
use crate::store::Bucket;
use crate::xml::{Element, escape};

/// The answer to GetBucketAcl.
pub(super) fn get(bucket: &Bucket) -> Reply {
    let own = owner();
    let (id, name) = (own.id.unwrap_or_default(), own.display_name.unwrap_or_default());
    let user = format!("<ID>{id}</ID><DisplayName>{name}</DisplayName>");
    let instance = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let mut content = format!(
        "<Owner>{user}</Owner><AccessControlList><Grant><Grantee {instance} xsi:type=\"CanonicalUser\">{user}</Grantee><Permission>FULL_CONTROL</Permission></Grant>"
    );
    let settings = &bucket.settings;
    let canned = settings.acl.as_deref().filter(|_| settings.ownership.allows_acls());
    for (uri, permission) in canned.and_then(grants).unwrap_or_default() {
        content.push_str(&format!(
            "<Grant><Grantee {instance} xsi:type=\"Group\"><URI>{}</URI></Grantee><Permission>{permission}</Permission></Grant>",
            escape(uri)
        ));
    }
    content.push_str("</AccessControlList>");
    xml_answer("AccessControlPolicy", &content)
}

/// The canned ACL that a request asks for, in a header, or in a document that grants nothing to others. Whether the bucket
/// has ACLs, and which it blocks, was checked of the header before.
pub(super) fn requested(
    bucket: &Bucket,
    headers: &HeaderMap,
    document: &Bytes,
) -> Result<String, Refusal> {
    if let Some(canned) = headers.get("x-amz-acl") {
        return Ok(String::from_utf8_lossy(canned.as_bytes()).into_owned());
    }
    if document.is_empty() {
        return Err(Refusal::new(
            400,
            "MissingSecurityHeader",
            "Your request was missing a required header",
        )
        .detail("MissingHeaderName", "x-amz-acl"));
    }
    let root = Element::parse(document, "AccessControlPolicy")?;
    root.only(&["Owner", "AccessControlList"])?;
    let list = root.one("AccessControlList")?.ok_or_else(Refusal::malformed_xml)?;
    list.only(&["Grant"])?;
    let own = owner().id.unwrap_or_default();
    let is_own = |grant: &Element| {
        let ids: Vec<_> = grant.all("Grantee").flat_map(|grantee| grantee.texts("ID")).collect();
        ids == [own.clone()] && grant.texts("Permission") == ["FULL_CONTROL"]
    };
    if list.all("Grant").all(is_own) {
        return Ok("private".to_owned());
    }
    if bucket.settings.ownership.allows_acls() {
        return Err(Refusal::not_implemented());
    }
    Err(Refusal::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"))
}
