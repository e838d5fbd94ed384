//! The documents `?cors` and `?policy`, and the form of the answers to all of them.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use s3s::S3Response;

use crate::refusal::Refusal;
use crate::settings::{BucketLock, CorsRules, Ownership, Policy};
use crate::store::{Bucket, Versioning};
use crate::xml::Element;

pub(crate) type Reply = S3Response<Bytes>;

pub(crate) fn xml_answer(root: &str, content: &str) -> Reply {
    let mut reply = Reply::new(Bytes::from(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{content}</{root}>"
    )));
    reply.headers.insert("content-type", HeaderValue::from_static("application/xml"));
    reply
}

pub(crate) fn no_content(status: StatusCode) -> Reply {
    Reply::with_status(Bytes::new(), status)
}

pub(crate) fn get_cors(bucket: &Bucket, name: &str) -> Result<Reply, Refusal> {
    let rules = bucket.settings.cors.as_ref().ok_or_else(|| {
        Refusal::new(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist")
            .detail("BucketName", name)
    })?;
    Ok(xml_answer("CORSConfiguration", &rules.to_xml()))
}

pub(crate) fn put_cors(bucket: &mut Bucket, document: &Bytes) -> Result<Reply, Refusal> {
    let root = Element::parse(document, "CORSConfiguration")?;
    bucket.settings.cors = Some(CorsRules::of(&root)?);
    Ok(Reply::new(Bytes::new()))
}

pub(crate) fn delete_cors(bucket: &mut Bucket) -> Reply {
    bucket.settings.cors = None;
    no_content(StatusCode::NO_CONTENT)
}

pub(crate) fn put_ownership(bucket: &mut Bucket, document: &Bytes) -> Result<Reply, Refusal> {
    let root = Element::parse(document, "OwnershipControls")?;
    root.only(&["Rule"])?;
    let rule = root.one("Rule")?.ok_or_else(Refusal::malformed_xml)?;
    rule.only(&["ObjectOwnership"])?;
    let name = rule.one("ObjectOwnership")?.ok_or_else(Refusal::malformed_xml)?;
    let ownership = Ownership::from_name(&name.text).ok_or_else(Refusal::malformed_xml)?;
    bucket.settings.ownership = ownership;
    Ok(Reply::new(Bytes::new()))
}

pub(crate) fn delete_ownership(bucket: &mut Bucket) -> Reply {
    bucket.settings.ownership = Ownership::Unset;
    no_content(StatusCode::NO_CONTENT)
}

pub(crate) fn get_lock(bucket: &Bucket, name: &str) -> Result<Reply, Refusal> {
    let lock = bucket.settings.lock.as_ref().ok_or_else(|| {
        let message = "Object Lock configuration does not exist for this bucket";
        Refusal::new(404, "ObjectLockConfigurationNotFoundError", message)
            .detail("BucketName", name)
    })?;
    Ok(xml_answer("ObjectLockConfiguration", &lock.to_xml()))
}

pub(crate) fn put_lock(bucket: &mut Bucket, document: &Bytes) -> Result<Reply, Refusal> {
    let lock = BucketLock::parse(document)?;
    if bucket.versioning != Versioning::Enabled {
        let message =
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
        return Err(Refusal::new(409, "InvalidBucketState", message));
    }
    bucket.settings.lock = Some(lock);
    Ok(Reply::new(Bytes::new()))
}

pub(crate) fn get_policy(bucket: &Bucket, name: &str) -> Result<Reply, Refusal> {
    let policy = bucket.settings.policy.as_ref().ok_or_else(|| {
        Refusal::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
            .detail("BucketName", name)
    })?;
    let mut reply = Reply::new(Bytes::from(policy.source().to_owned()));
    reply.headers.insert("content-type", HeaderValue::from_static("application/json"));
    Ok(reply)
}

pub(crate) fn get_policy_status(bucket: &Bucket, name: &str) -> Result<Reply, Refusal> {
    // It is there where the policy is.
    get_policy(bucket, name)?;
    let is_public = bucket.settings.policy.as_ref().is_some_and(Policy::is_public);
    let is_public = if is_public { "true" } else { "false" };
    Ok(xml_answer("PolicyStatus", &format!("<IsPublic>{is_public}</IsPublic>")))
}

pub(crate) fn put_policy(
    bucket: &mut Bucket,
    name: &str,
    document: &Bytes,
) -> Result<Reply, Refusal> {
    let policy = Policy::parse(document, name)?;
    if policy.is_public() && bucket.settings.blocks("BlockPublicPolicy") {
        return Err(Refusal::access_denied(format!(
            "Access Denied: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{name}\" because public policies are blocked by the BlockPublicPolicy block public access setting."
        )));
    }
    bucket.settings.policy = Some(policy);
    Ok(no_content(StatusCode::NO_CONTENT))
}

pub(crate) fn delete_policy(bucket: &mut Bucket) -> Reply {
    bucket.settings.policy = None;
    no_content(StatusCode::NO_CONTENT)
}
