//! Multipart uploads: "Uploading and copying objects using multipart upload".

use std::collections::BTreeMap;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, ListPartsInput, ListPartsOutput, Part as ListedPart,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response};
use time::OffsetDateTime;

use crate::body::intake::{self, Declared};
use crate::checksum::{Algorithm, Kind};
use crate::encoding;
use crate::random;
use crate::refusal::Refusal;
use crate::s3::object::put::{check_metadata, content_encoding, last_modified, storage_class};
use crate::s3::object::tagging::parse_tagging_header;
use crate::s3::{Api, Head, Outcome};
use crate::ssec;
use crate::store::Attributes;
use crate::store::new_id;
use crate::store::{Slot, SlotKey};
use crate::store::{Upload, UploadedPart};

pub(crate) async fn create(
    api: &Api,
    request: S3Request<CreateMultipartUploadInput>,
) -> Outcome<CreateMultipartUploadOutput> {
    let head = Head::of(&request);
    let (bucket, key) = (&request.input.bucket, &request.input.key);
    api.store.lock().bucket(bucket)?;
    let customer_key = api.write_key(&head, bucket, key)?;
    let encryption = api.encryption(bucket, head.headers, customer_key.as_ref())?;
    let input = &request.input;
    let checksum = announced(
        input.checksum_algorithm.as_ref().map(|name| name.as_str()),
        input.checksum_type.as_ref().map(|name| name.as_str()),
    )?;
    check_metadata(input.metadata.as_ref())?;
    let upload = Upload {
        object_id: new_id(),
        initiated: OffsetDateTime::now_utc(),
        encryption: encryption.clone(),
        attributes: Attributes {
            content_type: input.content_type.clone(),
            cache_control: input.cache_control.clone(),
            content_disposition: input.content_disposition.clone(),
            content_encoding: content_encoding(input.content_encoding.as_deref()),
            content_language: input.content_language.clone(),
            expires: input.expires.clone(),
            website_redirect: input.website_redirect_location.clone(),
            storage_class: storage_class(
                input.storage_class.as_ref().map(|class| class.as_str().to_owned()),
            )?,
            metadata: input.metadata.clone(),
            acl: input.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        },
        tags: parse_tagging_header(input.tagging.as_deref())?,
        checksum,
        parts: BTreeMap::new(),
    };
    let upload_id = api.store.lock().bucket_mut(bucket)?.begin_upload(key, upload);
    Ok(S3Response::new(CreateMultipartUploadOutput {
        bucket: Some(bucket.clone()),
        key: Some(key.clone()),
        upload_id: Some(upload_id),
        checksum_algorithm: checksum.map(|(algorithm, _)| algorithm.name().to_owned().into()),
        checksum_type: checksum.map(|(_, kind)| kind.name().to_owned().into()),
        server_side_encryption: encryption.method().map(Into::into),
        bucket_key_enabled: encryption.bucket_key(),
        ssekms_key_id: encryption.kms_key_id(),
        sse_customer_algorithm: encryption.customer_algorithm(),
        sse_customer_key_md5: encryption.customer_key_md5(),
        ..Default::default()
    }))
}

pub(crate) async fn upload_part(
    api: &Api,
    request: S3Request<UploadPartInput>,
) -> Outcome<UploadPartOutput> {
    let head = Head::of(&request);
    let customer_key = api.part_key(&head)?;
    let declared = Declared::for_upload(head.headers)?;
    let trailers = request.trailing_headers.clone();
    let input = request.input;
    let number = input.part_number;
    check_part_number(number)?;
    let (encryption, algorithm, customer_key, object_id) = {
        let mut buckets = api.store.lock();
        let bucket = buckets.bucket_mut(&input.bucket)?;
        bucket.admit_part(&input.key, &input.upload_id, |upload| {
            let (encryption, key) = api.manner.admit_part(upload, customer_key)?;
            check_part_algorithm(upload, declared.algorithm())?;
            let algorithm = upload.effective_checksum().map(|(algorithm, _)| algorithm);
            Ok((encryption, algorithm, key, upload.object_id.clone()))
        })?
    };
    let md5 = encryption.etag_is_md5() || api.manner.shows_md5_of_sealed();
    let slot = Slot { bucket: &input.bucket, key: &input.key, object: &object_id, part: number };
    let taken = intake::take(
        &api.store,
        &declared,
        trailers.as_ref(),
        input.body,
        customer_key.as_ref().map(|key| SlotKey::new(key, slot)).as_ref(),
        md5,
        algorithm,
    )
    .await?;

    let etag = match &taken.sums.md5 {
        Some(digest) if md5 => encoding::hex(digest),
        _ => random::hex::<16>(),
    };
    let mut output = UploadPartOutput {
        e_tag: Some(ETag::Strong(etag.clone())),
        server_side_encryption: encryption.method().map(Into::into),
        bucket_key_enabled: encryption.bucket_key(),
        ssekms_key_id: encryption.kms_key_id(),
        sse_customer_algorithm: encryption.customer_algorithm(),
        sse_customer_key_md5: encryption.customer_key_md5(),
        ..Default::default()
    };
    let shown = taken.sums.declared.clone().or(algorithm.zip(taken.sums.own.clone()));
    if let Some((algorithm, value)) = shown {
        set_checksum!(output, algorithm, encoding::base64(&value));
    }
    let part = UploadedPart {
        blob: taken.blob,
        etag,
        modified: OffsetDateTime::now_utc(),
        checksum: taken.sums.own,
        declared: taken.sums.declared,
    };
    // Completed or aborted meanwhile: then the part is refused like any late one.
    api.store.lock().bucket_mut(&input.bucket)?.add_part(
        &input.key,
        &input.upload_id,
        number,
        part,
    )?;
    Ok(S3Response::new(output))
}

pub(crate) async fn abort(
    api: &Api,
    request: S3Request<AbortMultipartUploadInput>,
) -> Outcome<AbortMultipartUploadOutput> {
    let input = request.input;
    api.store.lock().bucket_mut(&input.bucket)?.end_upload(&input.key, &input.upload_id)?;
    let output = AbortMultipartUploadOutput::default();
    Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
}

pub(crate) async fn list_parts(
    api: &Api,
    request: S3Request<ListPartsInput>,
) -> Outcome<ListPartsOutput> {
    let customer_key = api.part_key(&Head::of(&request))?;
    let input = request.input;
    let buckets = api.store.lock();
    let upload = buckets.bucket(&input.bucket)?.upload(&input.key, &input.upload_id)?;
    if customer_key.is_some()
        || (upload.encryption.key_check().is_some() && upload.checksum.is_some())
    {
        ssec::same_upload(upload.encryption.key_check(), customer_key.as_ref())?;
    }
    let max = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let limit = usize::try_from(max).unwrap_or(1000);
    let marker = input.part_number_marker.unwrap_or(0).max(0);
    let mut later = upload.parts.range(marker.saturating_add(1)..);
    let algorithm = upload.effective_checksum().map(|(algorithm, _)| algorithm);
    let parts: Vec<_> =
        later.by_ref().take(limit).map(|(number, part)| listed(*number, part, algorithm)).collect();
    Ok(S3Response::new(ListPartsOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(input.upload_id.clone()),
        part_number_marker: Some(marker),
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        max_parts: Some(max),
        is_truncated: Some(later.next().is_some()),
        parts: Some(parts),
        storage_class: Some(upload.attributes.listed_storage_class().into()),
        checksum_algorithm: upload
            .checksum
            .map(|(algorithm, _)| algorithm.name().to_owned().into()),
        checksum_type: upload.checksum.map(|(_, kind)| kind.name().to_owned().into()),
        ..Default::default()
    }))
}

fn listed(number: i32, part: &UploadedPart, algorithm: Option<Algorithm>) -> ListedPart {
    let mut listed = ListedPart {
        part_number: Some(number),
        e_tag: Some(ETag::Strong(part.etag.clone())),
        last_modified: Some(last_modified(part.modified)),
        size: i64::try_from(part.blob.len()).ok(),
        ..Default::default()
    };
    if let (Some(algorithm), Some(value)) = (algorithm, &part.checksum) {
        set_checksum!(listed, algorithm, encoding::base64(value));
    }
    listed
}

/// # Errors
/// `InvalidArgument` for a number that no part can have.
pub(crate) fn check_part_number(number: i32) -> Result<(), Refusal> {
    if (1..=10_000).contains(&number) {
        return Ok(());
    }
    Err(Refusal::invalid_argument(
        "Part number must be an integer between 1 and 10000, inclusive",
        "partNumber",
        &number.to_string(),
    ))
}

/// What CreateMultipartUpload says about checksums.
fn announced(
    algorithm: Option<&str>,
    kind: Option<&str>,
) -> Result<Option<(Algorithm, Kind)>, Refusal> {
    let Some(name) = algorithm else {
        return match kind {
            None => Ok(None),
            Some(_) => Err(Refusal::invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let algorithm = Algorithm::from_name(name).ok_or_else(|| {
        Refusal::invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
        )
    })?;
    let kind = match kind.map(|kind| (kind, Kind::from_name(kind))) {
        None if algorithm == Algorithm::Crc64Nvme => Kind::FullObject,
        None => Kind::Composite,
        Some((_, Some(kind))) => kind,
        Some((_, None)) => {
            return Err(Refusal::invalid_request(
                "Value for x-amz-checksum-type header is invalid.",
            ));
        }
    };
    let possible = match kind {
        Kind::FullObject => algorithm.is_crc(),
        Kind::Composite => algorithm != Algorithm::Crc64Nvme,
    };
    if possible {
        return Ok(Some((algorithm, kind)));
    }
    Err(Refusal::invalid_request(format!(
        "The {} checksum type cannot be used with the {} checksum algorithm.",
        kind.name(),
        algorithm.name().to_lowercase()
    )))
}

/// A part brings the checksum that was announced; it may leave it to the server where the whole object's is wanted.
/// Where nothing was announced it may bring any, as the SDKs do by default, for its own transfer only.
fn check_part_algorithm(upload: &Upload, given: Option<Algorithm>) -> Result<(), Refusal> {
    let fits = match (upload.checksum, given) {
        (Some((_, kind)), None) => kind == Kind::FullObject,
        (Some((expected, _)), Some(given)) => expected == given,
        (None, _) => true,
    };
    if fits {
        return Ok(());
    }
    let name = |algorithm: Option<Algorithm>| {
        algorithm.map_or("null".to_owned(), |a| a.name().to_lowercase())
    };
    Err(Refusal::invalid_request(format!(
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
        name(upload.checksum.map(|(algorithm, _)| algorithm)),
        name(given)
    )))
}
