//! CopyObject, between sealed and plain in any combination.

use std::sync::Arc;

use futures_util::StreamExt as _;
use md5::{Digest as _, Md5};
use s3s::dto::{CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag};
use s3s::{S3Request, S3Response};

use crate::body::intake::{MAX_SIZE, storage_failed};
use crate::checksum::{Algorithm, Checksum, Hasher, Kind};
use crate::encoding;
use crate::random;
use crate::refusal::Refusal;
use crate::s3::object::condition::ReadConditions;
use crate::s3::object::get::{Found, ObjectReader};
use crate::s3::object::put::{check_metadata, content_encoding, last_modified, storage_class};
use crate::s3::object::tagging::parse_tagging_header;
use crate::s3::{Api, Head, Outcome};
use crate::ssec::CustomerKey;
use crate::store::new_id;
use crate::store::{Attributes, Object, Part};
use crate::store::{Slot, SlotKey};

pub(crate) async fn copy_object(
    api: &Api,
    request: S3Request<CopyObjectInput>,
) -> Outcome<CopyObjectOutput> {
    let head = Head::of(&request);
    let input = &request.input;
    let (bucket, key) = (&input.bucket, &input.key);
    api.store.lock().bucket(bucket)?;
    let customer_key = api.copy_key(&head, input)?;
    let encryption = api.encryption(bucket, head.headers, customer_key.as_ref())?;

    let conditions = ReadConditions {
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        if_modified_since: input.copy_source_if_modified_since.clone(),
        if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
        of_copy: true,
    };
    let destination = api.copy_conditions(head.headers)?;
    let (found, source_key) = source(api, &head, &input.copy_source, &conditions)?;
    if found.object.size > MAX_SIZE {
        return Err(Refusal::invalid_request(
            "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
        ));
    }
    let replace_metadata = replaces(
        "metadata",
        input.metadata_directive.as_ref().map(|directive| directive.as_str()),
    )?;
    let replace_tags =
        replaces("tagging", input.tagging_directive.as_ref().map(|directive| directive.as_str()))?;
    let in_place = matches!(
        &input.copy_source,
        CopySource::Bucket { bucket: from_bucket, key: from_key, version_id: None }
            if **from_bucket == *bucket && **from_key == *key
    );
    let changes_encryption = !api.manner.copies_in_place_with_metadata_only()
        && (customer_key.is_some()
            || source_key.is_some()
            || head.headers.contains_key("x-amz-server-side-encryption"));
    if in_place
        && !replace_metadata
        && !changes_encryption
        && input.storage_class.is_none()
        && input.website_redirect_location.is_none()
    {
        return Err(Refusal::invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    let attributes = attributes(input, &found.object.attributes, replace_metadata)?;
    let tags = if replace_tags {
        parse_tagging_header(input.tagging.as_deref())?
    } else {
        found.version.tags.clone()
    };

    let algorithm = match &input.checksum_algorithm {
        Some(name) => Algorithm::from_name(name.as_str()).ok_or_else(|| {
            Refusal::invalid_request(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
            )
        })?,
        None => found.object.checksum.as_ref().map_or(Algorithm::Crc64Nvme, |sum| sum.algorithm),
    };
    let mut hasher = Hasher::new(algorithm);
    let mut md5 = encryption.etag_is_md5().then(Md5::new);
    let id = new_id();
    let slot = Slot { bucket, key, object: &id, part: 0 };
    let slot_key = customer_key.as_ref().map(|key| SlotKey::new(key, slot));
    let mut writer = api.store.writer(slot_key.as_ref()).map_err(storage_failed)?;
    let mut reader = ObjectReader::new(&found, 0..found.object.size, source_key.as_ref());
    while let Some(piece) = reader.next().await {
        let piece = piece.map_err(|_| Refusal::internal_error())?;
        hasher.update(&piece);
        if let Some(md5) = &mut md5 {
            md5.update(&piece);
        }
        writer.push(&piece).map_err(storage_failed)?;
        // A big copy must not hold a worker for itself.
        tokio::task::yield_now().await;
    }
    let checksum =
        Checksum { algorithm, kind: Kind::FullObject, value: encoding::base64(&hasher.finish()) };
    let blob = writer.finish().map_err(storage_failed)?;
    let object = Arc::new(Object {
        id,
        size: blob.len(),
        parts: vec![Part { number: 0, blob, checksum: None }],
        etag: md5.map_or_else(random::hex::<16>, |md5| encoding::hex(&md5.finalize())),
        encryption,
        checksum: Some(checksum.clone()),
        attributes,
        multipart: false,
    });
    let (version_id, modified) = {
        let mut buckets = api.store.lock();
        let bucket = buckets.bucket_mut(bucket)?;
        destination.check(bucket, key)?;
        let id = bucket.put(key, Some(Arc::clone(&object)), tags);
        (id, bucket.latest(key).map(|version| last_modified(version.modified)))
    };
    let mut result = CopyObjectResult {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: modified,
        checksum_type: Some(checksum.kind.name().to_owned().into()),
        ..Default::default()
    };
    set_checksum!(result, checksum.algorithm, checksum.value);
    Ok(S3Response::new(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: found.version_id,
        version_id,
        server_side_encryption: object.encryption.method().map(Into::into),
        bucket_key_enabled: object.encryption.bucket_key(),
        ssekms_key_id: object.encryption.kms_key_id(),
        sse_customer_algorithm: object.encryption.customer_algorithm(),
        sse_customer_key_md5: object.encryption.customer_key_md5(),
        ..Default::default()
    }))
}

/// The object to be copied, and the key that opens it.
///
/// # Errors
/// It is not there, its key is missing or wrong, or a condition on it fails.
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
    let storage_class =
        storage_class(input.storage_class.as_ref().map(|class| class.as_str().to_owned()))?;
    let website_redirect = input.website_redirect_location.clone();
    let acl = input.acl.as_ref().map(|acl| acl.as_str().to_owned());
    if !replace {
        return Ok(Attributes { storage_class, website_redirect, acl, ..source.clone() });
    }
    check_metadata(input.metadata.as_ref())?;
    Ok(Attributes {
        content_type: input.content_type.clone(),
        cache_control: input.cache_control.clone(),
        content_disposition: input.content_disposition.clone(),
        content_encoding: content_encoding(input.content_encoding.as_deref()),
        content_language: input.content_language.clone(),
        expires: input.expires.clone(),
        website_redirect,
        storage_class,
        metadata: input.metadata.clone(),
        acl,
    })
}
