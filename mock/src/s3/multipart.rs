//! Multipart uploads: "Uploading and copying objects using multipart upload".

use std::collections::BTreeMap;
use std::sync::Arc;

use md5::{Digest as _, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
    ListPartsInput, ListPartsOutput, Part as ListedPart, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response};
use time::OffsetDateTime;

use super::condition::WriteConditions;
use super::put::{check_metadata, content_encoding, last_modified, storage_class};
use super::tagging::parse_tagging_header;
use super::{Api, Head, Outcome};
use crate::checksum::{self, Algorithm, Checksum, Kind};
use crate::intake::{self, Declared};
use crate::random;
use crate::refusal::Refusal;
use crate::ssec;
use crate::store::object::{Attributes, Object, Part};
use crate::store::upload::{Upload, UploadedPart};

/// Every part but the last has at least this many bytes.
const MIN_PART_SIZE: u64 = 5 << 20;

pub(super) async fn create(
    api: &Api,
    request: S3Request<CreateMultipartUploadInput>,
) -> Outcome<CreateMultipartUploadOutput> {
    let head = Head::of(&request);
    let (bucket, key) = (&request.input.bucket, &request.input.key);
    api.store.lock().bucket(bucket)?;
    let customer_key = api.write_key(&head, bucket, key)?;
    let encryption = api.encryption(head.headers, customer_key.as_ref())?;
    let input = &request.input;
    let checksum = announced(
        input.checksum_algorithm.as_ref().map(|name| name.as_str()),
        input.checksum_type.as_ref().map(|name| name.as_str()),
    )?;
    check_metadata(input.metadata.as_ref())?;
    let upload = Upload {
        initiated: OffsetDateTime::now_utc(),
        encryption: encryption.clone(),
        attributes: Attributes {
            content_type: input.content_type.clone(),
            cache_control: input.cache_control.clone(),
            content_disposition: input.content_disposition.clone(),
            content_encoding: content_encoding(input.content_encoding.clone()),
            content_language: input.content_language.clone(),
            expires: input.expires.clone(),
            website_redirect: input.website_redirect_location.clone(),
            storage_class: storage_class(input.storage_class.as_ref().map(|class| class.as_str().to_owned()))?,
            metadata: input.metadata.clone(),
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
        ssekms_key_id: encryption.kms_key_id(),
        sse_customer_algorithm: encryption.customer_algorithm(),
        sse_customer_key_md5: encryption.customer_key_md5(),
        ..Default::default()
    }))
}

pub(super) async fn upload_part(api: &Api, request: S3Request<UploadPartInput>) -> Outcome<UploadPartOutput> {
    let head = Head::of(&request);
    let customer_key = api.part_key(&head)?;
    let declared = Declared::for_upload(head.headers)?;
    let trailers = request.trailing_headers.clone();
    let input = request.input;
    let number = input.part_number;
    if !(1..=10_000).contains(&number) {
        return Err(Refusal::invalid_argument(
            "Part number must be an integer between 1 and 10000, inclusive",
            "partNumber",
            &number.to_string(),
        ));
    }
    let (encryption, algorithm) = {
        let buckets = api.store.lock();
        let upload = buckets.bucket(&input.bucket)?.upload(&input.key, &input.upload_id)?;
        ssec::same_upload(upload.encryption.key_check(), customer_key.as_ref())?;
        check_part_algorithm(upload, declared.algorithm())?;
        (upload.encryption.clone(), upload.effective_checksum().map(|(algorithm, _)| algorithm))
    };
    let md5 = encryption.etag_is_md5();
    let taken =
        intake::take(&declared, trailers.as_ref(), input.body, customer_key.as_ref(), md5, algorithm).await?;

    let etag = match &taken.md5 {
        Some(md5) if encryption.etag_is_md5() => checksum::hex(md5),
        _ => random::hex::<16>(),
    };
    let mut output = UploadPartOutput {
        e_tag: Some(ETag::Strong(etag.clone())),
        server_side_encryption: encryption.method().map(Into::into),
        ssekms_key_id: encryption.kms_key_id(),
        sse_customer_algorithm: encryption.customer_algorithm(),
        sse_customer_key_md5: encryption.customer_key_md5(),
        ..Default::default()
    };
    if let Some((algorithm, value)) = &taken.checksum {
        set_checksum!(output, *algorithm, checksum::encode(value));
    }
    let part = UploadedPart {
        blob: taken.blob,
        etag,
        modified: OffsetDateTime::now_utc(),
        checksum: taken.checksum.map(|(_, value)| value),
    };
    // Completed or aborted meanwhile: then the part is refused like any late one.
    api.store.lock().bucket_mut(&input.bucket)?.upload_mut(&input.key, &input.upload_id)?.parts.insert(number, part);
    Ok(S3Response::new(output))
}

pub(super) async fn complete(
    api: &Api,
    request: S3Request<CompleteMultipartUploadInput>,
) -> Outcome<CompleteMultipartUploadOutput> {
    let customer_key = api.part_key(&Head::of(&request))?;
    let declared = Declared::of(&request.headers);
    let input = request.input;
    let (bucket_name, key, upload_id) = (&input.bucket, &input.key, &input.upload_id);
    let asked = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let conditions = WriteConditions { if_match: input.if_match, if_none_match: input.if_none_match };

    // One step from the look to the change, so that no part and no other writer comes between.
    let mut buckets = api.store.lock();
    let bucket = buckets.bucket_mut(bucket_name)?;
    let upload = bucket.upload(key, upload_id)?;
    if customer_key.is_some() || (upload.encryption.key_check().is_some() && upload.checksum.is_some()) {
        ssec::same_upload(upload.encryption.key_check(), customer_key.as_ref())?;
    }
    let chosen = chosen_parts(upload, &asked)?;
    let checksum = whole_checksum(upload, &chosen)?;
    check_declared(checksum.as_ref(), &declared?, input.checksum_type.as_ref().map(|kind| kind.as_str()))?;
    let size: u64 = chosen.iter().map(|part| part.blob.len()).sum();
    if let Some(expected) = input.mpu_object_size.filter(|expected| u64::try_from(*expected) != Ok(size)) {
        return Err(Refusal::invalid_request(format!(
            "The provided 'x-amz-mp-object-size' header value {expected} does not match what was computed: {size}"
        )));
    }
    conditions.check(bucket, key)?;

    let etag = whole_etag(upload, &chosen);
    let algorithm = upload.effective_checksum().map(|(algorithm, _)| algorithm);
    let parts = chosen.iter().map(|part| stored_part(part, algorithm)).collect();
    let upload = bucket.end_upload(key, upload_id)?;
    let object = Object {
        parts,
        size,
        etag: etag.clone(),
        encryption: upload.encryption.clone(),
        checksum: checksum.clone(),
        attributes: upload.attributes,
        multipart: true,
    };
    let version_id = bucket.put(key, Some(Arc::new(object)), upload.tags);
    drop(buckets);

    let host = request.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(bucket_name.clone()),
        key: Some(key.clone()),
        location: Some(format!("http://{host}/{bucket_name}/{}", urlencoding::encode(key))),
        e_tag: Some(ETag::Strong(etag)),
        version_id,
        server_side_encryption: upload.encryption.method().map(Into::into),
        ssekms_key_id: upload.encryption.kms_key_id(),
        ..Default::default()
    };
    if let Some(checksum) = checksum {
        output.checksum_type = Some(checksum.kind.name().to_owned().into());
        set_checksum!(output, checksum.algorithm, checksum.value);
    }
    Ok(S3Response::new(output))
}

pub(super) async fn abort(
    api: &Api,
    request: S3Request<AbortMultipartUploadInput>,
) -> Outcome<AbortMultipartUploadOutput> {
    let input = request.input;
    api.store.lock().bucket_mut(&input.bucket)?.end_upload(&input.key, &input.upload_id)?;
    let output = AbortMultipartUploadOutput::default();
    Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
}

pub(super) async fn list_parts(api: &Api, request: S3Request<ListPartsInput>) -> Outcome<ListPartsOutput> {
    let customer_key = api.part_key(&Head::of(&request))?;
    let input = request.input;
    let buckets = api.store.lock();
    let upload = buckets.bucket(&input.bucket)?.upload(&input.key, &input.upload_id)?;
    if customer_key.is_some() || (upload.encryption.key_check().is_some() && upload.checksum.is_some()) {
        ssec::same_upload(upload.encryption.key_check(), customer_key.as_ref())?;
    }
    let max = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let limit = usize::try_from(max).unwrap_or(1000);
    let marker = input.part_number_marker.unwrap_or(0).max(0);
    let mut later = upload.parts.range(marker.saturating_add(1)..);
    let algorithm = upload.effective_checksum().map(|(algorithm, _)| algorithm);
    let parts: Vec<_> = later.by_ref().take(limit).map(|(number, part)| listed(*number, part, algorithm)).collect();
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
        checksum_algorithm: upload.checksum.map(|(algorithm, _)| algorithm.name().to_owned().into()),
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
        set_checksum!(listed, algorithm, checksum::encode(value));
    }
    listed
}

/// What CreateMultipartUpload says about checksums.
fn announced(algorithm: Option<&str>, kind: Option<&str>) -> Result<Option<(Algorithm, Kind)>, Refusal> {
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
            return Err(Refusal::invalid_request("Value for x-amz-checksum-type header is invalid."));
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

/// A part brings the checksum that was announced. It may leave it to the server only where the whole object's is
/// wanted, or none at all.
fn check_part_algorithm(upload: &Upload, given: Option<Algorithm>) -> Result<(), Refusal> {
    let fits = match (upload.effective_checksum(), given) {
        (Some((_, kind)), None) => kind == Kind::FullObject,
        (Some((expected, _)), Some(given)) => expected == given,
        (None, given) => given.is_none(),
    };
    if fits {
        return Ok(());
    }
    let name = |algorithm: Option<Algorithm>| algorithm.map_or("null".to_owned(), |a| a.name().to_lowercase());
    Err(Refusal::invalid_request(format!(
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
        name(upload.checksum.map(|(algorithm, _)| algorithm)),
        name(given)
    )))
}

fn chosen_parts(upload: &Upload, asked: &[CompletedPart]) -> Result<Vec<UploadedPart>, Refusal> {
    let malformed = || {
        Refusal::new(
            400,
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    };
    if asked.is_empty() {
        return Err(malformed());
    }
    let numbers: Vec<_> = asked.iter().map(|part| part.part_number.ok_or_else(malformed)).collect::<Result<_, _>>()?;
    if !numbers.is_sorted_by(|a, b| a < b) {
        return Err(Refusal::new(
            400,
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ));
    }
    let mut chosen = Vec::with_capacity(asked.len());
    for (part, number) in asked.iter().zip(numbers) {
        let etag = part.e_tag.as_ref().map(ETag::value).unwrap_or_default();
        let found = upload.parts.get(&number).filter(|found| found.etag == etag);
        let found = found.ok_or_else(|| invalid_part(number, etag))?;
        check_part_checksum(upload, part, number, found)?;
        chosen.push(found.clone());
    }
    let small = chosen.iter().rev().skip(1).rev().zip(asked).find(|(part, _)| part.blob.len() < MIN_PART_SIZE);
    if let Some((part, asked)) = small {
        return Err(Refusal::new(
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
        )
        .detail("ProposedSize", part.blob.len().to_string())
        .detail("MinSizeAllowed", MIN_PART_SIZE.to_string())
        .detail("PartNumber", asked.part_number.unwrap_or_default().to_string())
        .detail("ETag", &part.etag));
    }
    Ok(chosen)
}

fn check_part_checksum(
    upload: &Upload,
    asked: &CompletedPart,
    number: i32,
    found: &UploadedPart,
) -> Result<(), Refusal> {
    let given = [
        (Algorithm::Crc32, &asked.checksum_crc32),
        (Algorithm::Crc32c, &asked.checksum_crc32c),
        (Algorithm::Crc64Nvme, &asked.checksum_crc64nvme),
        (Algorithm::Sha1, &asked.checksum_sha1),
        (Algorithm::Sha256, &asked.checksum_sha256),
    ];
    let mut given = given.into_iter().filter_map(|(algorithm, value)| value.as_ref().map(|value| (algorithm, value)));
    let Some((algorithm, value)) = given.next() else {
        return match upload.checksum {
            Some((algorithm, Kind::Composite)) => Err(Refusal::invalid_request(format!(
                "The upload was created using a {} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request.",
                algorithm.name().to_lowercase()
            ))),
            _ => Ok(()),
        };
    };
    let expected = upload.effective_checksum().map(|(algorithm, _)| algorithm);
    let fits = expected == Some(algorithm) && algorithm.decode(value) == found.checksum;
    if fits { Ok(()) } else { Err(invalid_part(number, &found.etag)) }
}

fn invalid_part(number: i32, etag: &str) -> Refusal {
    Refusal::new(
        400,
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    )
    .detail("PartNumber", number.to_string())
    .detail("ETag", etag)
}

fn whole_checksum(upload: &Upload, parts: &[UploadedPart]) -> Result<Option<Checksum>, Refusal> {
    let Some((algorithm, kind)) = upload.effective_checksum() else { return Ok(None) };
    let values: Option<Vec<_>> =
        parts.iter().map(|part| Some((part.checksum.clone()?, part.blob.len()))).collect();
    let value = values.and_then(|values| match kind {
        Kind::Composite => Some(checksum::composite(algorithm, &values)),
        Kind::FullObject => checksum::combine(algorithm, &values).map(|value| checksum::encode(&value)),
    });
    value.map(|value| Some(Checksum { algorithm, kind, value })).ok_or_else(|| {
        Refusal::new(500, "InternalError", "We encountered an internal error. Please try again.")
    })
}

/// Compares what CompleteMultipartUpload says about the whole object.
fn check_declared(
    checksum: Option<&Checksum>,
    declared: &Declared,
    kind: Option<&str>,
) -> Result<(), Refusal> {
    if let (Some(checksum), Some(kind)) = (checksum, kind)
        && checksum.kind.name() != kind
    {
        return Err(Refusal::invalid_request(format!(
            "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
            checksum.kind.name()
        )));
    }
    let Some(algorithm) = declared.algorithm() else { return Ok(()) };
    let expected = match checksum {
        Some(own) if own.algorithm == algorithm && own.kind == Kind::FullObject => own.value.clone(),
        Some(own) if own.algorithm == algorithm => {
            own.value.rsplit_once('-').map_or(own.value.clone(), |(value, _)| value.to_owned())
        }
        _ => return Err(intake::bad_digest(algorithm)),
    };
    if declared.value().map(checksum::encode) == Some(expected) { Ok(()) } else { Err(intake::bad_digest(algorithm)) }
}

fn whole_etag(upload: &Upload, parts: &[UploadedPart]) -> String {
    let digest = if upload.encryption.etag_is_md5() {
        let mut md5 = Md5::new();
        for part in parts {
            md5.update(unhex(&part.etag));
        }
        checksum::hex(&md5.finalize())
    } else {
        random::hex::<16>()
    };
    format!("{digest}-{}", parts.len())
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn stored_part(part: &UploadedPart, algorithm: Option<Algorithm>) -> Part {
    let checksum = algorithm.zip(part.checksum.as_ref()).map(|(algorithm, value)| Checksum {
        algorithm,
        kind: Kind::FullObject,
        value: checksum::encode(value),
    });
    Part { blob: Arc::clone(&part.blob), checksum }
}
