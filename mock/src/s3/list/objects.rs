//! ListObjects and ListObjectsV2.

use s3s::dto::{
    ETag, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output,
    Object as ListedObject,
};
use s3s::{S3Request, S3Response};

use super::page::{Encoding, Offer, Pager};
use crate::encoding;
use crate::refusal::Refusal;
use crate::s3::api::{Api, Outcome};
use crate::s3::output::{last_modified, owner};
use crate::store::{Bucket, Object, Version};

pub(crate) async fn list_objects(
    api: &Api,
    request: S3Request<ListObjectsInput>,
) -> Outcome<ListObjectsOutput> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (prefix, delimiter) = (input.prefix.as_deref(), input.delimiter.as_deref());
    let mut pager = Pager::new(prefix, delimiter, input.max_keys, "maxKeys")?;
    let marker = input.marker.unwrap_or_default();
    let start = Start {
        // The marker may be a common prefix of the page before: then everything it stands for was shown.
        is_prefix: delimiter.is_some_and(|d| !d.is_empty() && marker.ends_with(d)),
        after: marker,
    };
    let buckets = api.store.lock();
    let contents = fill(&mut pager, buckets.bucket(&input.bucket)?, &start, encoding, true);
    let next = pager.next().filter(|_| pager.has_delimiter() && pager.is_truncated());
    Ok(S3Response::new(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(encoding.apply(pager.prefix())),
        marker: Some(encoding.apply(&start.after)),
        max_keys: pager.limit(),
        is_truncated: Some(pager.is_truncated()),
        contents: Some(contents),
        common_prefixes: Some(pager.common_prefixes(encoding)),
        delimiter: encoding.apply_to(pager.delimiter()),
        next_marker: next.map(|(next, _)| encoding.apply(next)),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

pub(crate) async fn list_objects_v2(
    api: &Api,
    request: S3Request<ListObjectsV2Input>,
) -> Outcome<ListObjectsV2Output> {
    let input = request.input;
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let (prefix, delimiter) = (input.prefix.as_deref(), input.delimiter.as_deref());
    let mut pager = Pager::new(prefix, delimiter, input.max_keys, "maxKeys")?;
    let start = match &input.continuation_token {
        Some(token) => Start::of_token(token)?,
        None => Start { after: input.start_after.clone().unwrap_or_default(), is_prefix: false },
    };
    let with_owner = input.fetch_owner.unwrap_or(false);
    let buckets = api.store.lock();
    let contents = fill(&mut pager, buckets.bucket(&input.bucket)?, &start, encoding, with_owner);
    let next = pager.next().filter(|_| pager.is_truncated());
    Ok(S3Response::new(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(encoding.apply(pager.prefix())),
        max_keys: pager.limit(),
        key_count: pager.count(),
        continuation_token: input.continuation_token,
        is_truncated: Some(pager.is_truncated()),
        next_continuation_token: next.map(|(next, _)| token(next, pager.ends_with_prefix())),
        contents: Some(contents),
        common_prefixes: Some(pager.common_prefixes(encoding)),
        delimiter: encoding.apply_to(pager.delimiter()),
        start_after: encoding.apply_to(input.start_after.as_deref()),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

/// Where a page begins.
struct Start {
    after: String,
    /// `after` is a common prefix that was shown already.
    is_prefix: bool,
}

impl Start {
    fn of_token(token: &str) -> Result<Self, Refusal> {
        let text = encoding::from_base64(token).and_then(|bytes| String::from_utf8(bytes).ok());
        text.and_then(|text| match text.split_at_checked(1)? {
            ("p", after) => Some(Self { after: after.to_owned(), is_prefix: true }),
            ("k", after) => Some(Self { after: after.to_owned(), is_prefix: false }),
            _ => None,
        })
        .ok_or_else(|| {
            Refusal::invalid_argument(
                "The continuation token provided is incorrect",
                "continuation-token",
                token,
            )
        })
    }

    fn is_past(&self, key: &str) -> bool {
        !self.after.is_empty()
            && (key <= self.after.as_str() || (self.is_prefix && key.starts_with(&self.after)))
    }
}

/// A continuation token: opaque to clients.
fn token(next: &str, is_prefix: bool) -> String {
    encoding::base64(format!("{}{next}", if is_prefix { 'p' } else { 'k' }).as_bytes())
}

fn fill(
    pager: &mut Pager,
    bucket: &Bucket,
    start: &Start,
    encoding: Encoding,
    with_owner: bool,
) -> Vec<ListedObject> {
    let own = with_owner.then(|| owner(&bucket.owner));
    let mut contents = Vec::new();
    for (key, versions) in bucket.keys().filter(|(key, _)| !start.is_past(key)) {
        let Some(version) = versions.last() else { continue };
        let Some(object) = &version.object else { continue };
        match pager.offer(key, None) {
            Offer::Show => contents.push(ListedObject {
                key: Some(encoding.apply(key)),
                owner: own.clone(),
                ..listed(version, object)
            }),
            Offer::Skip => {}
            Offer::End => break,
        }
    }
    contents
}

fn listed(version: &Version, object: &Object) -> ListedObject {
    let checksum = object.checksum.as_ref();
    ListedObject {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(last_modified(version.modified)),
        size: i64::try_from(object.size).ok(),
        storage_class: Some(object.attributes.listed_storage_class().into()),
        checksum_algorithm: checksum.map(|sum| vec![sum.algorithm.name().to_owned().into()]),
        checksum_type: checksum.map(|sum| sum.kind.name().to_owned().into()),
        ..Default::default()
    }
}
