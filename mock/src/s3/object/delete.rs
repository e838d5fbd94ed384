//! DeleteObject and DeleteObjects. Neither needs a key, whatever is deleted.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETag, ETagCondition, Error, ObjectIdentifier,
};
use s3s::{S3Request, S3Response};
use time::OffsetDateTime;

use super::condition::WriteConditions;
use super::lock::bypasses;
use crate::auth::{Subject, permit, sender_context};
use crate::refusal::Refusal;
use crate::s3::api::{Api, Head, Outcome};
use crate::store::{Buckets, Cause, Deletion, Event};

/// The most keys of one DeleteObjects.
const MAX_KEYS: usize = 1000;

pub(crate) async fn delete_object(
    api: &Api,
    request: S3Request<DeleteObjectInput>,
) -> Outcome<DeleteObjectOutput> {
    let rights = Rights { bypass: bypasses(&request.headers), now: api.store.clock().now() };
    let cause = Head::of(&request).context().cause();
    let input = request.input;
    let mut buckets = api.store.lock();
    let place =
        Place { bucket: &input.bucket, key: &input.key, version: input.version_id.as_deref() };
    let deletion = delete(&mut buckets, place, input.if_match, rights, &cause)?;
    let output = DeleteObjectOutput {
        delete_marker: deletion.delete_marker.then_some(true),
        version_id: deletion.version,
        ..Default::default()
    };
    Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
}

pub(crate) async fn delete_objects(
    api: &Api,
    request: S3Request<DeleteObjectsInput>,
) -> Outcome<DeleteObjectsOutput> {
    let rights = Rights { bypass: bypasses(&request.headers), now: api.store.clock().now() };
    let context = Head::of(&request).context().clone();
    let input = request.input;
    if input.delete.objects.is_empty() || input.delete.objects.len() > MAX_KEYS {
        return Err(Refusal::malformed_xml());
    }
    // These are conditions of directory buckets; the headers of DeleteObject are refused in the same way.
    if input.delete.objects.iter().any(|it| it.size.is_some() || it.last_modified_time.is_some()) {
        return Err(Refusal::not_implemented());
    }
    let quiet = input.delete.quiet.unwrap_or(false);
    let cause = context.cause();
    let properties = sender_context(&context);
    let subject = Subject { caller: context.caller(), properties: &properties };
    let mut buckets = api.store.lock();
    buckets.bucket(&input.bucket)?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in input.delete.objects {
        let condition = object.e_tag.clone().map(condition);
        let action = match object.version_id {
            None => "s3:DeleteObject",
            Some(_) => "s3:DeleteObjectVersion",
        };
        let outcome =
            permit(&buckets, action, &input.bucket, Some(&object.key), subject).and_then(|()| {
                let version = object.version_id.as_deref();
                let place = Place { bucket: &input.bucket, key: &object.key, version };
                delete(&mut buckets, place, condition, rights, &cause)
            });
        match outcome {
            Ok(_) if quiet => {}
            Ok(deletion) => deleted.push(report(object, deletion)),
            Err(refusal) => errors.push(Error {
                code: Some(refusal.code.into_owned()),
                message: Some(refusal.message.into_owned()),
                key: Some(object.key),
                version_id: object.version_id,
            }),
        }
    }
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors),
        ..Default::default()
    }))
}

/// What counts for a locked version.
#[derive(Clone, Copy)]
struct Rights {
    bypass: bool,
    now: OffsetDateTime,
}

/// What is to be deleted.
#[derive(Clone, Copy)]
struct Place<'a> {
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
}

fn delete(
    buckets: &mut Buckets,
    Place { bucket: name, key, version }: Place<'_>,
    if_match: Option<ETagCondition>,
    rights: Rights,
    cause: &Cause,
) -> Result<Deletion, Refusal> {
    let bucket = buckets.bucket_mut(name)?;
    // A delete marker is no deletion, and what is not there is not locked.
    if let Some(locked) = version.and_then(|id| bucket.version(key, id).ok()) {
        locked.lock.check_deletion(rights.bypass, rights.now)?;
    }
    if if_match.is_some() && version.is_some() {
        let (_, object) = bucket.find(key, version)?;
        match if_match {
            Some(ETagCondition::ETag(etag)) if etag.value() != object.etag => {
                return Err(Refusal::precondition_failed("If-Match"));
            }
            _ => {}
        }
    } else {
        WriteConditions { if_match, if_none_match: None }.check(bucket, key)?;
    }
    let is_there = match version {
        None => bucket.latest(key).is_some(),
        Some(id) => bucket.version(key, id).is_ok(),
    };
    let deletion = bucket.delete(key, version);
    let is_covered = version.is_none() && deletion.delete_marker;
    if is_there || is_covered {
        let removed = Event {
            name: if is_covered {
                "ObjectRemoved:DeleteMarkerCreated"
            } else {
                "ObjectRemoved:Delete"
            },
            key: key.to_owned(),
            version_id: deletion.version.clone(),
            object: None,
            cause: cause.clone(),
        };
        buckets.announce(name, &removed);
    }
    Ok(deletion)
}

fn condition(etag: ETag) -> ETagCondition {
    if etag.value() == "*" { ETagCondition::Any } else { ETagCondition::ETag(etag) }
}

fn report(object: ObjectIdentifier, deletion: Deletion) -> DeletedObject {
    let marker = deletion.delete_marker;
    DeletedObject {
        key: Some(object.key),
        delete_marker: marker.then_some(true),
        delete_marker_version_id: deletion.version.filter(|_| marker),
        version_id: object.version_id,
    }
}
