//! ListParts.

use s3s::dto::{ETag, ListPartsInput, ListPartsOutput, Part as ListedPart};
use s3s::{S3Request, S3Response};

use crate::checksum::Algorithm;
use crate::encoding;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::keys::check_upload_key;
use crate::s3::output::{initiator, last_modified, owner, set_checksum};
use crate::store::UploadedPart;

pub(crate) async fn list_parts(
    api: &Api,
    request: S3Request<ListPartsInput>,
) -> Outcome<ListPartsOutput> {
    let customer_key = api.part_key(&Head::of(&request))?;
    let input = request.input;
    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let upload = bucket.upload(&input.key, &input.upload_id)?;
    check_upload_key(upload, customer_key.as_ref())?;
    let max = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let limit = usize::try_from(max).unwrap_or(1000);
    let marker = input.part_number_marker.unwrap_or(0).max(0);
    let mut later = upload.parts.range(marker.saturating_add(1)..);
    let algorithm = upload.algorithm();
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
        owner: Some(owner(&bucket.owner)),
        initiator: Some(initiator(&bucket.owner)),
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
