//! GetObjectAttributes.

use s3s::dto::{
    Checksum as ListedChecksum, ETag, GetObjectAttributesInput, GetObjectAttributesOutput,
    GetObjectAttributesParts, ObjectAttributes, ObjectPart,
};
use s3s::{S3Request, S3Response};

use super::found::Found;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::output::{last_modified, set_checksum};
use crate::store::Object;

pub(crate) async fn get_object_attributes(
    api: &Api,
    request: S3Request<GetObjectAttributesInput>,
) -> Outcome<GetObjectAttributesOutput> {
    let input = &request.input;
    let found = Found::of(api, &input.bucket, &input.key, input.version_id.as_deref())?;
    api.open(&found.object, &Head::of(&request))?;
    let object = &found.object;
    // Some clients send one header with a list, others one header each.
    let asked = |name: &str| {
        input
            .object_attributes
            .iter()
            .any(|given| given.as_str().split(',').any(|given| given.trim() == name))
    };
    let mut output = GetObjectAttributesOutput {
        last_modified: Some(last_modified(found.version.modified)),
        version_id: found.version_id.clone(),
        ..Default::default()
    };
    if asked(ObjectAttributes::ETAG) {
        output.e_tag = Some(ETag::Strong(object.etag.clone()));
    }
    if asked(ObjectAttributes::OBJECT_SIZE) {
        output.object_size = i64::try_from(object.size).ok();
    }
    if asked(ObjectAttributes::STORAGE_CLASS) {
        output.storage_class = Some(object.attributes.listed_storage_class().into());
    }
    if let Some(checksum) = object.checksum.as_ref().filter(|_| asked(ObjectAttributes::CHECKSUM)) {
        let mut listed = ListedChecksum {
            checksum_type: Some(checksum.kind.name().to_owned().into()),
            ..Default::default()
        };
        let (value, _) = checksum.value.split_once('-').unwrap_or((&checksum.value, ""));
        set_checksum!(listed, checksum.algorithm, value.to_owned());
        output.checksum = Some(listed);
    }
    if asked(ObjectAttributes::OBJECT_PARTS) && object.multipart {
        output.object_parts = Some(parts(object, input.max_parts, input.part_number_marker));
    }
    Ok(S3Response::new(output))
}

fn parts(object: &Object, max: Option<i32>, marker: Option<i32>) -> GetObjectAttributesParts {
    let max = max.unwrap_or(1000).clamp(0, 1000);
    let marker = marker.unwrap_or(0).max(0);
    let mut later = (1..).zip(&object.parts).filter(|(number, _)| *number > marker);
    let listed: Vec<_> = later
        .by_ref()
        .take(usize::try_from(max).unwrap_or(1000))
        .map(|(number, part)| {
            let size = i64::try_from(part.blob.len()).ok();
            let mut listed = ObjectPart { part_number: Some(number), size, ..Default::default() };
            if let Some(checksum) = &part.checksum {
                set_checksum!(listed, checksum.algorithm, checksum.value.clone());
            }
            listed
        })
        .collect();
    GetObjectAttributesParts {
        total_parts_count: i32::try_from(object.parts.len()).ok(),
        part_number_marker: Some(marker),
        next_part_number_marker: listed.last().and_then(|part| part.part_number),
        max_parts: Some(max),
        is_truncated: Some(later.next().is_some()),
        parts: Some(listed),
    }
}
