//! CreateMultipartUpload, UploadPart and AbortMultipartUpload: "Uploading and copying objects using multipart upload".

use std::collections::BTreeMap;

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, ETag, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response};
use time::OffsetDateTime;

use crate::body::{Declared, Intake, Received, upload_body};
use crate::checksum::{Algorithm, Kind};
use crate::encoding;
use crate::quirks::{KeyedPart, Quirks};
use crate::refusal::Refusal;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::object::{check_part_number, parse_tagging_header, requested_lock};
use crate::s3::output::{attributes, check_metadata, set_checksum, set_encryption};
use crate::ssec::{self, CustomerKey, KeyCheck};
use crate::store::{Encryption, Slot, Upload, UploadedPart, new_id};

pub(crate) async fn create_multipart_upload(
    api: &Api,
    request: S3Request<CreateMultipartUploadInput>,
) -> Outcome<CreateMultipartUploadOutput> {
    let head = Head::of(&request);
    let input = &request.input;
    let (bucket, key) = (&input.bucket, &input.key);
    api.store.lock().bucket(bucket)?;
    let customer_key = api.write_key(&head, bucket, key)?;
    let encryption = api.encryption(bucket, &head, customer_key.as_ref())?;
    let checksum = announced(
        input.checksum_algorithm.as_ref().map(|name| name.as_str()),
        input.checksum_type.as_ref().map(|name| name.as_str()),
    )?;
    check_metadata(input.metadata.as_ref())?;
    let upload = Upload {
        object_id: new_id(),
        initiated: api.store.clock().now(),
        encryption: encryption.clone(),
        attributes: attributes!(input),
        tags: parse_tagging_header(input.tagging.as_deref())?,
        lock: requested_lock(&api.store, &head)?,
        checksum,
        parts: BTreeMap::new(),
    };
    let upload_id = api.store.lock().bucket_mut(bucket)?.begin_upload(key, upload);
    let mut output = CreateMultipartUploadOutput {
        bucket: Some(bucket.clone()),
        key: Some(key.clone()),
        upload_id: Some(upload_id),
        checksum_algorithm: checksum.map(|(algorithm, _)| algorithm.name().to_owned().into()),
        checksum_type: checksum.map(|(_, kind)| kind.name().to_owned().into()),
        ..Default::default()
    };
    set_encryption!(output, &encryption);
    Ok(S3Response::new(output))
}

pub(crate) async fn upload_part(
    api: &Api,
    mut request: S3Request<UploadPartInput>,
) -> Outcome<UploadPartOutput> {
    let body = request.input.body.take();
    let trailers = request.trailing_headers.take();
    let head = Head::of(&request);
    let customer_key = api.part_key(&head)?;
    let declared = Declared::for_upload(head.headers)?;
    let input = &request.input;
    let part = input.part_number;
    check_part_number(part)?;
    let (encryption, algorithm, customer_key, object_id) = {
        let mut buckets = api.store.lock();
        let bucket = buckets.bucket_mut(&input.bucket)?;
        bucket.admit_part(&input.key, &input.upload_id, |upload| {
            let (encryption, key) = admit_part(api.quirks, upload, customer_key)?;
            check_part_algorithm(upload, declared.algorithm())?;
            let algorithm = upload.algorithm();
            Ok((encryption, algorithm, key, upload.object_id.clone()))
        })?
    };
    let intake = Intake {
        store: &api.store,
        declared: &declared,
        trailers: trailers.as_ref(),
        key: customer_key.as_ref(),
        slot: Slot { bucket: &input.bucket, key: &input.key, object: &object_id, part },
        etag_is_md5: encryption.etag_is_md5() || api.quirks.shows_md5_of_sealed,
        algorithm,
    };
    let received = intake.take(upload_body(body)).await?;

    let e_tag = Some(ETag::Strong(received.etag.clone()));
    let mut output = UploadPartOutput { e_tag, ..Default::default() };
    set_encryption!(output, &encryption);
    let shown = received.declared.clone().or(algorithm.zip(received.checksum.clone()));
    if let Some((algorithm, value)) = shown {
        set_checksum!(output, algorithm, encoding::base64(&value));
    }
    // If the upload was completed or aborted meanwhile, the part is refused like any late part.
    let mut buckets = api.store.lock();
    let bucket = buckets.bucket_mut(&input.bucket)?;
    bucket.add_part(&input.key, &input.upload_id, part, uploaded_part(received))?;
    Ok(S3Response::new(output))
}

pub(crate) async fn abort_multipart_upload(
    api: &Api,
    request: S3Request<AbortMultipartUploadInput>,
) -> Outcome<AbortMultipartUploadOutput> {
    let input = request.input;
    api.store.lock().bucket_mut(&input.bucket)?.end_upload(&input.key, &input.upload_id)?;
    let output = AbortMultipartUploadOutput::default();
    Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
}

pub(crate) fn uploaded_part(received: Received) -> UploadedPart {
    let Received { blob, etag, declared, checksum } = received;
    UploadedPart { blob, etag, modified: OffsetDateTime::now_utc(), checksum, declared }
}

/// What a part is sealed with, and the encryption that its answer shows.
fn admit_part(
    quirks: &Quirks,
    upload: &mut Upload,
    key: Option<CustomerKey>,
) -> Result<(Encryption, Option<CustomerKey>), Refusal> {
    match (upload.encryption.key_check(), &key) {
        (Some(_), None) if quirks.takes_parts_without_key => return Ok((Encryption::None, None)),
        (None, Some(key)) if quirks.keyed_part_of_plain_upload == KeyedPart::SealsUpload => {
            upload.encryption = Encryption::Customer(KeyCheck::new(key));
        }
        (None, Some(_)) if quirks.keyed_part_of_plain_upload == KeyedPart::StoredPlain => {
            return Ok((upload.encryption.clone(), None));
        }
        (check, key) => ssec::same_upload(check, key.as_ref())
            .map_err(|refusal| quirks.other_part_key.map_or(refusal, Refusal::from))?,
    }
    Ok((upload.encryption.clone(), key))
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
    let algorithm = Algorithm::supported(name)?;
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

/// A part must have the announced checksum, or none if the upload has a full-object one. If nothing was announced, it
/// may have any, as the SDKs do by default, for its own transfer only.
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
