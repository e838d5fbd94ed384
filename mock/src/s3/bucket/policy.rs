//! GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use super::reply::{Reply, no_content};
use crate::refusal::Refusal;
use crate::settings::Policy;
use crate::store::Bucket;

pub(crate) fn get(bucket: &Bucket, name: &str) -> Result<Reply, Refusal> {
    let policy = bucket.settings.policy.as_ref().ok_or_else(|| {
        Refusal::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
            .detail("BucketName", name)
    })?;
    let mut reply = Reply::new(Bytes::from(policy.source().to_owned()));
    reply.headers.insert("content-type", HeaderValue::from_static("application/json"));
    Ok(reply)
}

pub(crate) fn put(bucket: &mut Bucket, name: &str, document: &Bytes) -> Result<Reply, Refusal> {
    bucket.settings.policy = Some(Policy::parse(document, name)?);
    Ok(no_content(StatusCode::NO_CONTENT))
}

pub(crate) fn delete(bucket: &mut Bucket) -> Reply {
    bucket.settings.policy = None;
    no_content(StatusCode::NO_CONTENT)
}
