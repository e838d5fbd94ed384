//! Tags: "Categorizing your objects using tags". They are not encrypted and need no key.

use std::sync::Arc;

use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput,
    GetObjectTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput, Tag,
};
use s3s::{S3Request, S3Response};

use crate::refusal::Refusal;
use crate::route;
use crate::s3::api::{Api, Head, Outcome};
use crate::store::{Cause, Event, Tags};

const MAX_TAGS: usize = 10;

pub(crate) async fn get_object_tagging(
    api: &Api,
    request: S3Request<GetObjectTaggingInput>,
) -> Outcome<GetObjectTaggingOutput> {
    let input = request.input;
    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let (version, _) = bucket.find(&input.key, input.version_id.as_deref())?;
    // In one order, whichever of headers, documents and forms brought them.
    let mut tags: Vec<_> = version.tags.iter().collect();
    tags.sort_unstable();
    let tag_set = tags
        .into_iter()
        .map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) })
        .collect();
    Ok(S3Response::new(GetObjectTaggingOutput {
        tag_set,
        version_id: bucket.shown_id(version.id.clone()),
    }))
}

pub(crate) async fn put_object_tagging(
    api: &Api,
    request: S3Request<PutObjectTaggingInput>,
) -> Outcome<PutObjectTaggingOutput> {
    let cause = Head::of(&request).context().cause();
    let input = request.input;
    let given = input.tagging.tag_set.into_iter();
    let tags: Tags =
        given.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect();
    check_tags(&tags)?;
    let version = input.version_id.as_deref();
    let version_id = replace(api, (&input.bucket, &input.key, version), tags, cause)?;
    Ok(S3Response::new(PutObjectTaggingOutput { version_id }))
}

pub(crate) async fn delete_object_tagging(
    api: &Api,
    request: S3Request<DeleteObjectTaggingInput>,
) -> Outcome<DeleteObjectTaggingOutput> {
    let cause = Head::of(&request).context().cause();
    let input = request.input;
    let version = input.version_id.as_deref();
    let version_id = replace(api, (&input.bucket, &input.key, version), Tags::new(), cause)?;
    let output = DeleteObjectTaggingOutput { version_id };
    Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
}

/// The tags of `x-amz-tagging`, which has the form of a query.
pub(crate) fn parse_tagging_header(header: Option<&str>) -> Result<Tags, Refusal> {
    let tags = header.map(route::query_pairs).unwrap_or_default();
    check_tags(&tags)?;
    Ok(tags)
}

fn replace(
    api: &Api,
    (name, key, version): (&str, &str, Option<&str>),
    tags: Tags,
    cause: Cause,
) -> Result<Option<String>, Refusal> {
    let mut buckets = api.store.lock();
    let bucket = buckets.bucket_mut(name)?;
    let event = if tags.is_empty() { "ObjectTagging:Delete" } else { "ObjectTagging:Put" };
    let id = bucket.set_tags(key, version, tags)?;
    let version_id = bucket.shown_id(id);
    let object = bucket.find(key, version).ok().map(|(_, object)| Arc::clone(object));
    let (key, told) = (key.to_owned(), version_id.clone());
    buckets.announce(name, &Event { name: event, key, version_id: told, object, cause });
    Ok(version_id)
}

fn check_tags(tags: &Tags) -> Result<(), Refusal> {
    if tags.len() > MAX_TAGS {
        return Err(Refusal::new(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    for (index, (key, value)) in tags.iter().enumerate() {
        if key.is_empty() || key.chars().count() > 128 {
            return Err(Refusal::new(400, "InvalidTag", "The TagKey you have provided is invalid")
                .detail("TagKey", key));
        }
        if value.chars().count() > 256 {
            return Err(Refusal::new(
                400,
                "InvalidTag",
                "The TagValue you have provided is invalid",
            )
            .detail("TagKey", key)
            .detail("TagValue", value));
        }
        if tags[..index].iter().any(|(earlier, _)| earlier == key) {
            let message = "Cannot provide multiple Tags with the same key";
            return Err(Refusal::new(400, "InvalidTag", message).detail("TagKey", key));
        }
    }
    Ok(())
}
