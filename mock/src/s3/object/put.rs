//! PutObject.

use std::sync::Arc;

use s3s::dto::{Metadata, PutObjectInput, PutObjectOutput, Timestamp};
use s3s::{S3Request, S3Response};

use crate::body::intake::{self, Declared};
use crate::browser::post::FromForm;
use crate::checksum::{Algorithm, Checksum, Kind};
use crate::encoding;
use crate::random;
use crate::refusal::Refusal;
use crate::s3::object::condition::WriteConditions;
use crate::s3::object::tagging::parse_tagging_header;
use crate::s3::{Api, Head, Outcome};
use crate::store::new_id;
use crate::store::{Attributes, Object, Part};
use crate::store::{Slot, SlotKey};

pub(crate) async fn put_object(
    api: &Api,
    request: S3Request<PutObjectInput>,
) -> Outcome<PutObjectOutput> {
    let head = Head::of(&request);
    let (bucket, key) = (&request.input.bucket, &request.input.key);
    api.store.lock().bucket(bucket)?;
    let customer_key = api.write_key(&head, bucket, key)?;
    let encryption = api.encryption(bucket, head.headers, customer_key.as_ref())?;
    let declared = if head.extensions.get::<FromForm>().is_some() {
        Declared::of(head.headers)?
    } else {
        Declared::for_upload(head.headers)?
    };
    let tags = parse_tagging_header(request.input.tagging.as_deref())?;
    let conditions = api.conditions(WriteConditions {
        if_match: request.input.if_match.clone(),
        if_none_match: request.input.if_none_match.clone(),
    });
    let keeps_chunked = api.manner.keeps_chunked(head.headers);
    // Asked before the body is read, so that a big one need not be sent, and again when it takes effect.
    conditions.check(api.store.lock().bucket(bucket)?, key)?;

    let trailers = request.trailing_headers.clone();
    let (bucket, key) = (bucket.clone(), key.clone());
    let input = request.input;
    let attributes = Attributes {
        content_type: input.content_type,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: if keeps_chunked {
            input.content_encoding
        } else {
            content_encoding(input.content_encoding.as_deref())
        },
        content_language: input.content_language,
        expires: input.expires,
        website_redirect: input.website_redirect_location,
        storage_class: storage_class(input.storage_class.map(|class| class.as_str().to_owned()))?,
        metadata: input.metadata,
        acl: input.acl.map(|acl| acl.as_str().to_owned()),
    };
    check_metadata(attributes.metadata.as_ref())?;
    let md5 = encryption.etag_is_md5() || api.manner.shows_md5_of_sealed();
    // Where the sender gave none, Amazon S3 computes this one.
    let algorithm = declared.algorithm().unwrap_or(Algorithm::Crc64Nvme);
    let id = new_id();
    let slot = Slot { bucket: &bucket, key: &key, object: &id, part: 0 };
    let taken = intake::take(
        &api.store,
        &declared,
        trailers.as_ref(),
        input.body,
        customer_key.as_ref().map(|key| SlotKey::new(key, slot)).as_ref(),
        md5,
        Some(algorithm),
    )
    .await?;

    let etag = match &taken.sums.md5 {
        Some(digest) if md5 => encoding::hex(digest),
        _ => random::hex::<16>(),
    };
    let checksum = taken.sums.own.map(|value| Checksum {
        algorithm,
        kind: Kind::FullObject,
        value: encoding::base64(&value),
    });
    let object = Arc::new(Object {
        id,
        size: taken.blob.len(),
        parts: vec![Part { number: 0, blob: taken.blob, checksum: None }],
        etag,
        encryption,
        checksum,
        attributes,
        multipart: false,
    });
    let version_id = {
        let mut buckets = api.store.lock();
        let bucket = buckets.bucket_mut(&bucket)?;
        conditions.check(bucket, &key)?;
        bucket.put(&key, Some(Arc::clone(&object)), tags)
    };
    let mut output = PutObjectOutput {
        e_tag: Some(s3s::dto::ETag::Strong(object.etag.clone())),
        server_side_encryption: object.encryption.method().map(Into::into),
        bucket_key_enabled: object.encryption.bucket_key(),
        ssekms_key_id: object.encryption.kms_key_id(),
        sse_customer_algorithm: object.encryption.customer_algorithm(),
        sse_customer_key_md5: object.encryption.customer_key_md5(),
        version_id,
        ..Default::default()
    };
    if let Some(checksum) = &object.checksum {
        output.checksum_type = Some(checksum.kind.name().to_owned().into());
        set_checksum!(output, checksum.algorithm, checksum.value.clone());
    }
    Ok(S3Response::new(output))
}

/// `aws-chunked` is about the transfer and not kept: "Signature calculations: Transferring payload in multiple chunks".
pub(crate) fn content_encoding(given: Option<&str>) -> Option<String> {
    let kept: Vec<_> = given
        .iter()
        .flat_map(|encodings| encodings.split(','))
        .map(str::trim)
        .filter(|encoding| !encoding.is_empty() && *encoding != "aws-chunked")
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// `None` for STANDARD.
///
/// # Errors
/// `InvalidStorageClass`.
pub(crate) fn storage_class(given: Option<String>) -> Result<Option<String>, Refusal> {
    match given.as_deref() {
        None | Some("STANDARD") => Ok(None),
        Some(
            "REDUCED_REDUNDANCY"
            | "STANDARD_IA"
            | "ONEZONE_IA"
            | "INTELLIGENT_TIERING"
            | "GLACIER"
            | "GLACIER_IR"
            | "DEEP_ARCHIVE",
        ) => Ok(given),
        Some(_) => Err(Refusal::new(
            400,
            "InvalidStorageClass",
            "The storage class you specified is not valid",
        )),
    }
}

/// User metadata is limited to 2 KB of names and values: "Working with object metadata".
pub(crate) fn check_metadata(metadata: Option<&Metadata>) -> Result<(), Refusal> {
    const MAX: usize = 2048;
    let size: usize =
        metadata.into_iter().flatten().map(|(name, value)| name.len() + value.len()).sum();
    if size <= MAX {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "MetadataTooLarge",
        "Your metadata headers exceed the maximum allowed metadata size",
    )
    .detail("Size", size.to_string())
    .detail("MaxSizeAllowed", MAX.to_string()))
}

/// The time of a version, as answers give it.
pub(crate) fn last_modified(time: time::OffsetDateTime) -> Timestamp {
    crate::s3::whole_seconds(time).into()
}
