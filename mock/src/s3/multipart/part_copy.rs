//! UploadPartCopy: a part copied from an existing object.

use http::HeaderMap;
use s3s::dto::{
    CopyPartResult, ETag, Range as ByteRange, UploadPartCopyInput, UploadPartCopyOutput,
};
use s3s::{S3Request, S3Response};

use super::upload::uploaded_part;
use crate::body::{Declared, Intake};
use crate::encoding;
use crate::quirks::Quirks;
use crate::refusal::Refusal;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::object::{
    ObjectReader, check_part_number, check_source_size, source, source_conditions,
};
use crate::s3::output::{last_modified, set_checksum, set_encryption};
use crate::ssec::{self, KeyHeaders};
use crate::store::Slot;

pub(crate) async fn upload_part_copy(
    api: &Api,
    request: S3Request<UploadPartCopyInput>,
) -> Outcome<UploadPartCopyOutput> {
    let head = Head::of(&request);
    let input = &request.input;
    check_keys(api.quirks, head.headers)?;
    let customer_key = api.part_key(&head)?;
    let part = input.part_number;
    check_part_number(part)?;
    let (encryption, algorithm, object_id) = {
        let buckets = api.store.lock();
        let upload = buckets.bucket(&input.bucket)?.upload(&input.key, &input.upload_id)?;
        ssec::same_upload(upload.encryption.key_check(), customer_key.as_ref())?;
        let algorithm = upload.algorithm();
        (upload.encryption.clone(), algorithm, upload.object_id.clone())
    };
    let (found, source_key) = source(api, &head, &input.copy_source, &source_conditions!(input))?;
    let range = match input.copy_source_range.as_deref() {
        None => 0..found.object.size,
        Some(range) => whole_range(range, found.object.size)?,
    };
    check_source_size(range.end - range.start)?;

    let intake = Intake {
        store: &api.store,
        declared: &Declared::default(),
        trailers: None,
        key: customer_key.as_ref(),
        slot: Slot { bucket: &input.bucket, key: &input.key, object: &object_id, part },
        etag_is_md5: encryption.etag_is_md5(),
        algorithm,
    };
    let reader = ObjectReader::new(&found, range, source_key.as_ref());
    let part_copy = uploaded_part(intake.take(reader.into_body()).await?);
    let mut result = CopyPartResult {
        e_tag: Some(ETag::Strong(part_copy.etag.clone())),
        last_modified: Some(last_modified(part_copy.modified)),
        ..Default::default()
    };
    if let (Some(algorithm), Some(value)) = (algorithm, &part_copy.checksum) {
        set_checksum!(result, algorithm, encoding::base64(value));
    }
    let mut buckets = api.store.lock();
    let bucket = buckets.bucket_mut(&input.bucket)?;
    bucket.add_part(&input.key, &input.upload_id, part, part_copy)?;
    let mut output = UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: found.version_id,
        ..Default::default()
    };
    set_encryption!(output, &encryption);
    Ok(S3Response::new(output))
}

/// Some stores cannot copy a part with a key on either side.
fn check_keys(quirks: &Quirks, headers: &HeaderMap) -> Result<(), Refusal> {
    let keyed = [ssec::PREFIX, ssec::SOURCE_PREFIX]
        .into_iter()
        .any(|prefix| KeyHeaders::of(headers, prefix).any());
    quirks.part_copy_with_key.filter(|_| keyed).map_or(Ok(()), |error| Err(error.into()))
}

/// Unlike a GET's range, a copy's has both ends and lies within the object.
fn whole_range(range: &str, size: u64) -> Result<std::ops::Range<u64>, Refusal> {
    match ByteRange::parse(range) {
        Ok(ByteRange::Int { first, last: Some(last) }) if last < size => Ok(first..last + 1),
        Ok(ByteRange::Int { last: Some(_), .. }) => Err(Refusal::invalid_argument(
            format!("Range specified is not valid for source object of size: {size}"),
            "x-amz-copy-source-range",
            range,
        )),
        _ => Err(Refusal::invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
            "x-amz-copy-source-range",
            range,
        )),
    }
}
