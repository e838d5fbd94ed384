//! ListMultipartUploads.

use s3s::dto::{ListMultipartUploadsInput, ListMultipartUploadsOutput, MultipartUpload};
use s3s::{S3Request, S3Response};

use super::page::{Encoding, Offer, Pager};
use crate::s3::api::{Api, Outcome};
use crate::s3::output::{initiator, last_modified, owner};
use crate::store::Upload;

pub(crate) async fn list_multipart_uploads(
    api: &Api,
    request: S3Request<ListMultipartUploadsInput>,
) -> Outcome<ListMultipartUploadsOutput> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (prefix, delimiter) = (input.prefix.as_deref(), input.delimiter.as_deref());
    let key_marker = input.key_marker.unwrap_or_default();
    let id_marker = input.upload_id_marker.unwrap_or_default();
    let mut pager =
        Pager::new(prefix, delimiter, input.max_uploads, "max-uploads")?.after_prefix(&key_marker);
    let is_past = |key: &str, id: &str| {
        let past = match id_marker.as_str() {
            "" => key <= key_marker.as_str(),
            marker => (key, id) <= (key_marker.as_str(), marker),
        };
        past && !key_marker.is_empty()
    };
    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let (own, initiator) = (owner(&bucket.owner), initiator(&bucket.owner));
    let mut uploads = Vec::new();
    for (key, id, upload) in bucket.uploads().filter(|(key, id, _)| !is_past(key, id)) {
        match pager.offer(key, Some(id)) {
            Offer::Show => uploads.push(MultipartUpload {
                owner: Some(own.clone()),
                initiator: Some(initiator.clone()),
                ..listed(encoding.apply(key), id, upload)
            }),
            Offer::Skip => {}
            Offer::End => break,
        }
    }
    let next = pager.next();
    Ok(S3Response::new(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        key_marker: Some(encoding.apply(&key_marker)),
        next_key_marker: next.map(|(key, _)| encoding.apply(key)),
        next_upload_id_marker: next.map(|(_, id)| id.clone().unwrap_or_default()),
        upload_id_marker: Some(id_marker),
        prefix: encoding.apply_to(prefix),
        delimiter: encoding.apply_to(pager.delimiter()),
        max_uploads: pager.limit(),
        is_truncated: Some(pager.is_full),
        uploads: Some(uploads),
        common_prefixes: Some(pager.common_prefixes(encoding)),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

fn listed(key: String, id: &str, upload: &Upload) -> MultipartUpload {
    MultipartUpload {
        key: Some(key),
        upload_id: Some(id.to_owned()),
        initiated: Some(last_modified(upload.initiated)),
        storage_class: Some(upload.attributes.listed_storage_class().into()),
        checksum_algorithm: upload
            .checksum
            .map(|(algorithm, _)| algorithm.name().to_owned().into()),
        checksum_type: upload.checksum.map(|(_, kind)| kind.name().to_owned().into()),
        ..Default::default()
    }
}
