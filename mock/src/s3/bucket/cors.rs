//! GetBucketCors, PutBucketCors, DeleteBucketCors.

use bytes::Bytes;
use http::StatusCode;

use super::reply::{Reply, no_content, xml_answer};
use crate::refusal::Refusal;
use crate::settings::CorsRules;
use crate::store::Bucket;
use crate::xml::Element;

pub(crate) fn get(bucket: &Bucket, name: &str) -> Result<Reply, Refusal> {
    let rules = bucket.settings.cors.as_ref().ok_or_else(|| {
        Refusal::new(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist")
            .detail("BucketName", name)
    })?;
    Ok(xml_answer("CORSConfiguration", &rules.to_xml()))
}

pub(crate) fn put(bucket: &mut Bucket, document: &Bytes) -> Result<Reply, Refusal> {
    let root = Element::parse(document, "CORSConfiguration")?;
    bucket.settings.cors = Some(CorsRules::of(&root)?);
    Ok(Reply::new(Bytes::new()))
}

pub(crate) fn delete(bucket: &mut Bucket) -> Reply {
    bucket.settings.cors = None;
    no_content(StatusCode::NO_CONTENT)
}
