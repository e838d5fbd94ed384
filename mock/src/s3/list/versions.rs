//! Versioning of buckets, and ListObjectVersions.

use s3s::dto::{
    BucketVersioningStatus, DeleteMarkerEntry, ETag, GetBucketVersioningInput,
    GetBucketVersioningOutput, ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion,
    PutBucketVersioningInput, PutBucketVersioningOutput,
};
use s3s::{S3Request, S3Response};

use crate::refusal::Refusal;
use crate::s3::bucket::buckets::owner;
use crate::s3::list::objects::{Encoding, common_prefix, common_prefixes, delimiter, limit};
use crate::s3::object::put::last_modified;
use crate::s3::{Api, Outcome};
use crate::store::{Version, Versioning};

pub(crate) async fn get_bucket_versioning(
    api: &Api,
    request: S3Request<GetBucketVersioningInput>,
) -> Outcome<GetBucketVersioningOutput> {
    let status = match api.store.lock().bucket(&request.input.bucket)?.versioning {
        Versioning::Unversioned => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    Ok(S3Response::new(GetBucketVersioningOutput {
        status: status.map(BucketVersioningStatus::from_static),
        mfa_delete: None,
    }))
}

pub(crate) async fn put_bucket_versioning(
    api: &Api,
    request: S3Request<PutBucketVersioningInput>,
) -> Outcome<PutBucketVersioningOutput> {
    let input = request.input;
    let versioning =
        match input.versioning_configuration.status.as_ref().map(|status| status.as_str()) {
            Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
            Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
            _ => {
                return Err(Refusal::new(
                    400,
                    "IllegalVersioningConfigurationException",
                    "The Versioning element must be specified",
                ));
            }
        };
    api.store.lock().bucket_mut(&input.bucket)?.versioning = versioning;
    Ok(S3Response::new(PutBucketVersioningOutput::default()))
}

pub(crate) async fn list_object_versions(
    api: &Api,
    request: S3Request<ListObjectVersionsInput>,
) -> Outcome<ListObjectVersionsOutput> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let limit = limit(input.max_keys, "maxKeys")?;
    let key_marker = input.key_marker.clone().unwrap_or_default();
    let version_marker = input.version_id_marker.clone().unwrap_or_default();
    if key_marker.is_empty() && !version_marker.is_empty() {
        return Err(Refusal::invalid_argument(
            "A version-id marker cannot be specified without a key marker.",
            "version-id-marker",
            &version_marker,
        ));
    }
    let prefix = input.prefix.clone().unwrap_or_default();
    let delimiter = delimiter(input.delimiter.as_deref());

    let buckets = api.store.lock();
    let bucket = buckets.bucket(&input.bucket)?;
    let (mut versions, mut markers, mut prefixes) = (Vec::new(), Vec::new(), Vec::<String>::new());
    let (mut truncated, mut last) = (false, None);
    'keys: for (key, of_key) in bucket.keys() {
        if !key.starts_with(&prefix)
            || (*key < key_marker)
            || (*key == key_marker && version_marker.is_empty() && !key_marker.is_empty())
        {
            continue;
        }
        let common = common_prefix(key, &prefix, delimiter.as_deref());
        if common
            .as_ref()
            .is_some_and(|common| prefixes.last() == Some(common) || *common == key_marker)
        {
            continue;
        }
        let mut newest_first: Vec<_> = of_key.iter().rev().enumerate().collect();
        if *key == key_marker {
            let shown = newest_first.iter().position(|(_, version)| version.id == version_marker);
            newest_first.drain(..shown.map_or(0, |index| index + 1));
        }
        for (index, version) in newest_first {
            if versions.len() + markers.len() + prefixes.len() == limit {
                truncated = limit > 0;
                break 'keys;
            }
            if let Some(common) = common {
                last = Some((common.clone(), None));
                prefixes.push(common);
                continue 'keys;
            }
            last = Some((key.clone(), Some(version.id.clone())));
            match listed(&encoding.apply(key), version, index == 0) {
                Ok(object) => versions.push(object),
                Err(marker) => markers.push(marker),
            }
        }
    }
    let next = last.filter(|_| truncated);
    Ok(S3Response::new(ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(encoding.apply(&prefix)),
        key_marker: Some(encoding.apply(&key_marker)),
        version_id_marker: Some(version_marker),
        next_key_marker: next.as_ref().map(|(key, _)| encoding.apply(key)),
        next_version_id_marker: next.and_then(|(_, id)| id),
        delimiter: input.delimiter.as_deref().map(|delimiter| encoding.apply(delimiter)),
        max_keys: i32::try_from(limit).ok(),
        is_truncated: Some(truncated),
        versions: Some(versions),
        delete_markers: Some(markers),
        common_prefixes: Some(common_prefixes(&prefixes, encoding)),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

fn listed(
    key: &str,
    version: &Version,
    is_latest: bool,
) -> Result<ObjectVersion, DeleteMarkerEntry> {
    let Some(object) = &version.object else {
        return Err(DeleteMarkerEntry {
            is_latest: Some(is_latest),
            key: Some(key.to_owned()),
            last_modified: Some(last_modified(version.modified)),
            owner: Some(owner()),
            version_id: Some(version.id.clone()),
        });
    };
    Ok(ObjectVersion {
        checksum_algorithm: object
            .checksum
            .as_ref()
            .map(|sum| vec![sum.algorithm.name().to_owned().into()]),
        checksum_type: object.checksum.as_ref().map(|sum| sum.kind.name().to_owned().into()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        is_latest: Some(is_latest),
        key: Some(key.to_owned()),
        last_modified: Some(last_modified(version.modified)),
        owner: Some(owner()),
        size: i64::try_from(object.size).ok(),
        storage_class: Some(object.attributes.listed_storage_class().into()),
        version_id: Some(version.id.clone()),
        restore_status: None,
    })
}
