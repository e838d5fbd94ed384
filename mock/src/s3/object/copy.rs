//! CopyObject, between sealed and plain in any combination.

use std::sync::Arc;

use s3s::dto::{CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, Timestamp};
use s3s::{S3Request, S3Response};

use super::condition::{ReadConditions, WriteConditions, source_conditions};
use super::found::{Found, ObjectReader};
use super::lock::requested_lock;
use super::put::{announce_creation, whole_object};
use super::tagging::parse_tagging_header;
use crate::body::{Declared, Intake, MAX_SIZE};
use crate::checksum::Algorithm;
use crate::refusal::Refusal;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::keys::illegal_copy;
use crate::s3::output::{
    attributes, check_metadata, last_modified, set_encryption, set_object_checksum,
};
use crate::ssec::CustomerKey;
use crate::store::{Attributes, Object, Slot, Tags, new_id};

pub(crate) async fn copy_object(
    api: &Api,
    request: S3Request<CopyObjectInput>,
) -> Outcome<CopyObjectOutput> {
    let head = Head::of(&request);
    let input = &request.input;
    let (bucket, key) = (&input.bucket, &input.key);
    api.store.lock().bucket(bucket)?;
    let customer_key = api.copy_key(&head, input)?;
    let encryption = api.encryption(bucket, &head, customer_key.as_ref())?;
    let conditions = WriteConditions::of_copy(api.quirks, head.headers)?;
    let (found, source_key) = source(api, &head, &input.copy_source, &source_conditions!(input))?;
    check_source_size(found.object.size)?;
    let is_lost = api.quirks.unsealable_size.is_some_and(|size| found.object.size <= size);
    if is_lost && customer_key.is_some() && !found.object.encryption.is_sealed() {
        return Err(Refusal::no_such_key(key));
    }
    let with_keys = customer_key.is_some() || source_key.is_some();
    let (attributes, tags) = description(api, &head, input, &found, with_keys)?;

    let lock = requested_lock(&api.store, &head)?;
    let algorithm = match &input.checksum_algorithm {
        Some(name) => Algorithm::supported(name.as_str())?,
        None => found.object.checksum.as_ref().map_or(Algorithm::Crc64Nvme, |sum| sum.algorithm),
    };
    let id = new_id();
    let intake = Intake {
        store: &api.store,
        declared: &Declared::default(),
        trailers: None,
        key: customer_key.as_ref(),
        slot: Slot { bucket, key, object: &id, part: 0 },
        etag_is_md5: encryption.etag_is_md5(),
        algorithm: Some(algorithm),
    };
    let reader = ObjectReader::new(&found, 0..found.object.size, source_key.as_ref());
    let received = intake.take(reader.into_body()).await?;
    let object = whole_object(id, received, algorithm, encryption, attributes);
    let (version_id, modified) = {
        let mut buckets = api.store.lock();
        let bucket = buckets.bucket_mut(bucket)?;
        conditions.check(bucket, key)?;
        let id = bucket.put_locked(key, Some(Arc::clone(&object)), tags, lock);
        let modified = bucket.latest(key).map(|version| last_modified(version.modified));
        let created = (&object, id.as_ref());
        let cause = head.context().cause();
        announce_creation(&mut buckets, &input.bucket, "ObjectCreated:Copy", key, created, cause);
        (id, modified)
    };
    Ok(S3Response::new(answer(&object, found.version_id, version_id, modified)))
}

fn answer(
    object: &Object,
    copy_source_version_id: Option<String>,
    version_id: Option<String>,
    last_modified: Option<Timestamp>,
) -> CopyObjectOutput {
    let e_tag = Some(ETag::Strong(object.etag.clone()));
    let mut result = CopyObjectResult { e_tag, last_modified, ..Default::default() };
    if let Some(checksum) = &object.checksum {
        set_object_checksum!(result, checksum);
    }
    let mut output = CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id,
        version_id,
        ..Default::default()
    };
    set_encryption!(output, &object.encryption);
    output
}

/// The object to be copied, and the key that opens it.
pub(crate) fn source(
    api: &Api,
    head: &Head<'_>,
    from: &CopySource,
    conditions: &ReadConditions,
) -> Result<(Found, Option<CustomerKey>), Refusal> {
    let CopySource::Bucket { bucket, key, version_id } = from else {
        return Err(Refusal::not_implemented());
    };
    let found = Found::of(api, bucket, key, version_id.as_deref())?;
    let key = api.open_source(&found.object, head)?;
    conditions.check(&found.version, &found.object)?;
    Ok((found, key))
}

pub(crate) fn check_source_size(size: u64) -> Result<(), Refusal> {
    if size <= MAX_SIZE {
        return Ok(());
    }
    Err(Refusal::invalid_request(
        "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
    ))
}

/// The attributes and tags of the copy: its source's, or those of the request.
fn description(
    api: &Api,
    head: &Head<'_>,
    input: &CopyObjectInput,
    found: &Found,
    with_keys: bool,
) -> Result<(Attributes, Tags), Refusal> {
    let metadata_directive = input.metadata_directive.as_ref().map(|given| given.as_str());
    let replace_metadata = replaces("metadata", metadata_directive)?;
    let tagging_directive = input.tagging_directive.as_ref().map(|given| given.as_str());
    let replace_tags = replaces("tagging", tagging_directive)?;
    let changes_encryption = !api.quirks.copy_in_place_needs_replace
        && (with_keys || head.headers.contains_key("x-amz-server-side-encryption"));
    if is_in_place(input)
        && !replace_metadata
        && !changes_encryption
        && input.storage_class.is_none()
        && input.website_redirect_location.is_none()
    {
        return Err(illegal_copy());
    }
    let attributes = attributes(input, &found.object.attributes, replace_metadata)?;
    let tags = if replace_tags {
        parse_tagging_header(input.tagging.as_deref())?
    } else {
        found.version.tags.clone()
    };
    Ok((attributes, tags))
}

fn is_in_place(input: &CopyObjectInput) -> bool {
    matches!(
        &input.copy_source,
        CopySource::Bucket { bucket, key, version_id: None }
            if **bucket == *input.bucket && **key == *input.key
    )
}

/// Whether a directive says that the request replaces what the source has.
fn replaces(what: &str, directive: Option<&str>) -> Result<bool, Refusal> {
    match directive {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(Refusal::invalid_argument(
            format!("Unknown {what} directive."),
            &format!("x-amz-{what}-directive"),
            other,
        )),
    }
}

/// Storage class, website redirect and ACL are never copied: "CopyObject" in the Amazon S3 API reference.
fn attributes(
    input: &CopyObjectInput,
    source: &Attributes,
    replace: bool,
) -> Result<Attributes, Refusal> {
    let given = attributes!(input);
    if replace {
        check_metadata(given.metadata.as_ref())?;
        return Ok(given);
    }
    let Attributes { storage_class, website_redirect, acl, .. } = given;
    Ok(Attributes { storage_class, website_redirect, acl, ..source.clone() })
}
