//! The documents `?cors` and `?policy`, and the form of the answers to all of them.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use s3s::S3Response;

use crate::refusal::Refusal;
use crate::settings::{CorsRules, Policy};
use crate::store::Bucket;
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

pub(crate) fn get_policy(bucket: &Bucket, name: &str) -> Result<Reply, Refusal> {
    let policy = bucket.settings.policy.as_ref().ok_or_else(|| {
        Refusal::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
            .detail("BucketName", name)
    })?;
    let mut reply = Reply::new(Bytes::from(policy.source().to_owned()));
    reply.headers.insert("content-type", HeaderValue::from_static("application/json"));
    Ok(reply)
}

pub(crate) fn put_policy(
    bucket: &mut Bucket,
    name: &str,
    document: &Bytes,
) -> Result<Reply, Refusal> {
    bucket.settings.policy = Some(Policy::parse(document, name)?);
    Ok(no_content(StatusCode::NO_CONTENT))
}

pub(crate) fn delete_policy(bucket: &mut Bucket) -> Reply {
    bucket.settings.policy = None;
    no_content(StatusCode::NO_CONTENT)
}
