//! UploadPartCopy: a part out of an object that is there already.

use s3s::dto::{
    CopyPartResult, ETag, Range as ByteRange, StreamingBlob, UploadPartCopyInput,
    UploadPartCopyOutput,
};
use s3s::{S3Request, S3Response};
use time::OffsetDateTime;

use crate::body::intake::{self, Declared, MAX_SIZE};
use crate::encoding;
use crate::random;
use crate::refusal::Refusal;
use crate::s3::multipart::upload::check_part_number;
use crate::s3::object::condition::ReadConditions;
use crate::s3::object::copy::source;
use crate::s3::object::get::ObjectReader;
use crate::s3::object::put::last_modified;
use crate::s3::{Api, Head, Outcome};
use crate::ssec;
use crate::store::UploadedPart;
use crate::store::{Slot, SlotKey};

pub(crate) async fn upload_part_copy(
    api: &Api,
    request: S3Request<UploadPartCopyInput>,
) -> Outcome<UploadPartCopyOutput> {
    let head = Head::of(&request);
    let input = &request.input;
    api.manner.check_part_copy(head.headers)?;
    let customer_key = api.part_key(&head)?;
    check_part_number(input.part_number)?;
    let (encryption, algorithm, object_id) = {
        let buckets = api.store.lock();
        let upload = buckets.bucket(&input.bucket)?.upload(&input.key, &input.upload_id)?;
        ssec::same_upload(upload.encryption.key_check(), customer_key.as_ref())?;
        let algorithm = upload.effective_checksum().map(|(algorithm, _)| algorithm);
        (upload.encryption.clone(), algorithm, upload.object_id.clone())
    };
    let conditions = ReadConditions {
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        if_modified_since: input.copy_source_if_modified_since.clone(),
        if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
        of_copy: true,
    };
    let (found, source_key) = source(api, &head, &input.copy_source, &conditions)?;
    let range = match input.copy_source_range.as_deref() {
        None => 0..found.object.size,
        Some(range) => whole_range(range, found.object.size)?,
    };
    if range.end - range.start > MAX_SIZE {
        return Err(Refusal::invalid_request(
            "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
        ));
    }

    let reader = ObjectReader::new(&found, range, source_key.as_ref());
    let part = input.part_number;
    let slot = Slot { bucket: &input.bucket, key: &input.key, object: &object_id, part };
    let taken = intake::take(
        &api.store,
        &Declared::default(),
        None,
        Some(StreamingBlob::new(reader)),
        customer_key.as_ref().map(|key| SlotKey::new(key, slot)).as_ref(),
        encryption.etag_is_md5(),
        algorithm,
    )
    .await?;
    let etag = taken.sums.md5.as_deref().map_or_else(random::hex::<16>, encoding::hex);
    let modified = OffsetDateTime::now_utc();
    let mut result = CopyPartResult {
        e_tag: Some(ETag::Strong(etag.clone())),
        last_modified: Some(last_modified(modified)),
        ..Default::default()
    };
    if let (Some(algorithm), Some(value)) = (algorithm, &taken.sums.own) {
        set_checksum!(result, algorithm, encoding::base64(value));
    }
    let part =
        UploadedPart { blob: taken.blob, etag, modified, checksum: taken.sums.own, declared: None };
    api.store.lock().bucket_mut(&input.bucket)?.add_part(
        &input.key,
        &input.upload_id,
        input.part_number,
        part,
    )?;
    Ok(S3Response::new(UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: found.version_id,
        server_side_encryption: encryption.method().map(Into::into),
        bucket_key_enabled: encryption.bucket_key(),
        ssekms_key_id: encryption.kms_key_id(),
        sse_customer_algorithm: encryption.customer_algorithm(),
        sse_customer_key_md5: encryption.customer_key_md5(),
        ..Default::default()
    }))
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
