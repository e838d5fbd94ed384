//! ListObjectVersions.

use s3s::dto::{
    DeleteMarkerEntry, ETag, ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion,
};
use s3s::{S3Request, S3Response};

use super::page::{Encoding, Offer, Pager};
use crate::refusal::Refusal;
use crate::s3::api::{Api, Outcome};
use crate::s3::output::{last_modified, owner};
use crate::store::{Object, Version};

pub(crate) async fn list_object_versions(
    api: &Api,
    request: S3Request<ListObjectVersionsInput>,
) -> Outcome<ListObjectVersionsOutput> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (prefix, delimiter) = (input.prefix.as_deref(), input.delimiter.as_deref());
    let key_marker = input.key_marker.unwrap_or_default();
    let version_marker = input.version_id_marker.unwrap_or_default();
    let mut pager =
        Pager::new(prefix, delimiter, input.max_keys, "maxKeys")?.after_prefix(&key_marker);
    if key_marker.is_empty() && !version_marker.is_empty() {
        return Err(Refusal::invalid_argument(
            "A version-id marker cannot be specified without a key marker.",
            "version-id-marker",
            &version_marker,
        ));
    }
    let is_past = |key: &str| {
        key < key_marker.as_str()
            || (key == key_marker && version_marker.is_empty() && !key_marker.is_empty())
    };
    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let own = Some(owner(&bucket.owner));
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    'keys: for (key, all) in bucket.keys().filter(|(key, _)| !is_past(key)) {
        let mut newest_first: Vec<_> = all.iter().rev().enumerate().collect();
        if *key == key_marker {
            let shown = newest_first.iter().position(|(_, version)| version.id == version_marker);
            newest_first.drain(..shown.map_or(0, |index| index + 1));
        }
        for (index, version) in newest_first {
            match pager.offer(key, Some(&version.id)) {
                Offer::Show => {}
                Offer::Skip => continue,
                Offer::End => break 'keys,
            }
            let (key, is_latest) = (encoding.apply(key), index == 0);
            match &version.object {
                Some(object) => versions.push(ObjectVersion {
                    owner: own.clone(),
                    ..listed(key, version, object, is_latest)
                }),
                None => markers.push(DeleteMarkerEntry {
                    owner: own.clone(),
                    ..delete_marker(key, version, is_latest)
                }),
            }
        }
    }
    let next = pager.next();
    Ok(S3Response::new(ListObjectVersionsOutput {
        name: Some(input.bucket),
        prefix: Some(encoding.apply(pager.prefix())),
        key_marker: Some(encoding.apply(&key_marker)),
        version_id_marker: Some(version_marker),
        next_key_marker: next.map(|(key, _)| encoding.apply(key)),
        next_version_id_marker: next.and_then(|(_, id)| id.clone()),
        delimiter: encoding.apply_to(pager.delimiter()),
        max_keys: pager.limit(),
        is_truncated: Some(pager.is_truncated()),
        versions: Some(versions),
        delete_markers: Some(markers),
        common_prefixes: Some(pager.common_prefixes(encoding)),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

fn delete_marker(key: String, version: &Version, is_latest: bool) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        is_latest: Some(is_latest),
        key: Some(key),
        last_modified: Some(last_modified(version.modified)),
        owner: None,
        version_id: Some(version.id.clone()),
    }
}

fn listed(key: String, version: &Version, object: &Object, is_latest: bool) -> ObjectVersion {
    let checksum = object.checksum.as_ref();
    ObjectVersion {
        checksum_algorithm: checksum.map(|sum| vec![sum.algorithm.name().to_owned().into()]),
        checksum_type: checksum.map(|sum| sum.kind.name().to_owned().into()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        is_latest: Some(is_latest),
        key: Some(key),
        last_modified: Some(last_modified(version.modified)),
        owner: None,
        size: i64::try_from(object.size).ok(),
        storage_class: Some(object.attributes.listed_storage_class().into()),
        version_id: Some(version.id.clone()),
        restore_status: None,
    }
}
