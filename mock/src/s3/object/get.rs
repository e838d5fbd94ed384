//! GetObject and HeadObject.

use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::dto::{
    ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, StreamingBlob,
};
use s3s::{S3Request, S3Response};

use super::condition::read_conditions;
use super::found::{Found, ObjectReader};
use super::lock::set_lock;
use crate::quirks::SEAWEEDFS_INTERNAL_ERROR;
use crate::refusal::Refusal;
use crate::s3::api::{Api, Head, Outcome};
use crate::s3::output::{last_modified, set_encryption, set_object_checksum};
use crate::ssec::{KeyHeaders, PREFIX};
use crate::store::{Object, Version};

/// What the answers to GET and HEAD have in common.
macro_rules! describe {
    ($Output:ident, $found:expr, $selected:expr, $with_checksum:expr) => {{
        let object = &$found.object;
        let attributes = &object.attributes;
        let mut output = $Output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: attributes.cache_control.clone(),
            content_disposition: attributes.content_disposition.clone(),
            content_encoding: attributes.content_encoding.clone(),
            content_language: attributes.content_language.clone(),
            content_length: i64::try_from($selected.range.end - $selected.range.start).ok(),
            content_range: $selected.content_range.clone(),
            content_type: Some(attributes.content_type()),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            expires: attributes.expires.clone(),
            last_modified: Some(last_modified($found.version.modified)),
            metadata: attributes.metadata.clone(),
            parts_count: $selected.parts_count,
            storage_class: attributes.storage_class.clone().map(Into::into),
            version_id: $found.version_id.clone(),
            website_redirect_location: attributes.website_redirect.clone(),
            ..Default::default()
        };
        set_encryption!(output, &object.encryption);
        set_lock!(output, &$found.version.lock);
        if let Some(checksum) = $selected.checksum.as_ref().filter(|_| $with_checksum) {
            set_object_checksum!(output, checksum);
        }
        output
    }};
}

pub(crate) async fn get_object(
    api: &Api,
    request: S3Request<GetObjectInput>,
) -> Outcome<GetObjectOutput> {
    let head = Head::of(&request);
    let input = &request.input;
    let found = Found::of(api, &input.bucket, &input.key, input.version_id.as_deref())?;
    if api.quirks.checks_range_before_key {
        found.select(input.range, None)?;
    }
    let key = api.open_content(&found.object, &head)?;
    read_conditions!(input).check(&found.version, &found.object)?;
    let mut selected = found.select(input.range, part_number(api, input.part_number)?)?;
    if head.context().wrong_range {
        selected.shift(found.object.size);
    }
    check_readable(api, &found.object)?;
    let mut output = describe!(GetObjectOutput, found, selected, input.checksum_mode.is_some());
    output.tag_count = tag_count(&found.version);
    let reader = ObjectReader::new(&found, selected.range, key.as_ref());
    output.body = Some(StreamingBlob::new(reader));
    let mut response = S3Response::new(output);
    response.status = selected.partial.then_some(StatusCode::PARTIAL_CONTENT);
    Ok(response)
}

pub(crate) async fn head_object(
    api: &Api,
    request: S3Request<HeadObjectInput>,
) -> Outcome<HeadObjectOutput> {
    let input = &request.input;
    let found = Found::of(api, &input.bucket, &input.key, input.version_id.as_deref())?;
    let head = Head::of(&request);
    let is_keyless = !KeyHeaders::of(head.headers, PREFIX).any();
    if api.quirks.hides_sealed_from_head && is_keyless && found.object.encryption.is_sealed() {
        return Err(Refusal::no_such_key(&input.key));
    }
    api.open(&found.object, &head)?;
    read_conditions!(input).check(&found.version, &found.object)?;
    let selected = found.select(input.range, part_number(api, input.part_number)?)?;
    let mut output = describe!(HeadObjectOutput, found, selected, input.checksum_mode.is_some());
    let replace = |own: &mut Option<String>, given: &Option<String>| {
        if given.is_some() {
            own.clone_from(given);
        }
    };
    replace(&mut output.cache_control, &input.response_cache_control);
    replace(&mut output.content_disposition, &input.response_content_disposition);
    replace(&mut output.content_encoding, &input.response_content_encoding);
    replace(&mut output.content_language, &input.response_content_language);
    replace(&mut output.content_type, &input.response_content_type);
    output.expires = input.response_expires.clone().or(output.expires);
    // The typed output has no place for the number of tags.
    let mut headers = HeaderMap::new();
    if let Some(count) = tag_count(&found.version) {
        headers.insert("x-amz-tagging-count", HeaderValue::from(count));
    }
    Ok(S3Response::with_headers(output, headers))
}

/// A sealed object cannot be read if one of its parts was uploaded without the key.
fn check_readable(api: &Api, object: &Object) -> Result<(), Refusal> {
    let mixed =
        object.encryption.is_sealed() && object.parts.iter().any(|part| !part.blob.is_sealed());
    if mixed && api.quirks.takes_parts_without_key {
        return Err(SEAWEEDFS_INTERNAL_ERROR.into());
    }
    Ok(())
}

fn part_number(api: &Api, number: Option<i32>) -> Result<Option<usize>, Refusal> {
    let Some(number) = number else { return Ok(None) };
    check_part_number(number)?;
    Ok(usize::try_from(number).ok().filter(|_| api.quirks.serves_part_numbers))
}

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

fn tag_count(version: &Version) -> Option<i32> {
    i32::try_from(version.tags.len()).ok().filter(|count| *count > 0)
}
