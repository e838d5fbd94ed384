//! GetObject and HeadObject.

use std::collections::VecDeque;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::dto::{
    ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range as ByteRange,
    StreamingBlob,
};
use s3s::stream::{ByteStream, RemainingLength};
use s3s::{S3Request, S3Response, StdError};

use crate::checksum::Checksum;
use crate::refusal::Refusal;
use crate::s3::object::condition::ReadConditions;
use crate::s3::object::put::last_modified;
use crate::s3::{Api, Head, Outcome};
use crate::ssec::CustomerKey;
use crate::store::BlobReader;
use crate::store::{NULL_VERSION, Version};
use crate::store::{Object, Part};
use crate::store::{Slot, SlotKey};

pub(crate) async fn get_object(
    api: &Api,
    request: S3Request<GetObjectInput>,
) -> Outcome<GetObjectOutput> {
    let input = &request.input;
    let found = Found::of(api, &input.bucket, &input.key, input.version_id.as_deref())?;
    if api.manner.looks_at_ranges_first() {
        found.select(input.range, None)?;
    }
    let key = found.unlock(api, &Head::of(&request))?;
    ReadConditions {
        if_match: input.if_match.clone(),
        if_none_match: input.if_none_match.clone(),
        if_modified_since: input.if_modified_since.clone(),
        if_unmodified_since: input.if_unmodified_since.clone(),
        of_copy: false,
    }
    .check(&found.version, &found.object)?;
    let part = part_number(input.part_number)?.filter(|_| api.manner.knows_part_numbers());
    let mut selected = found.select(input.range, part)?;
    if crate::s3::notes_of(&request.extensions)?.wrong_range {
        selected.shift(found.object.size);
    }
    api.check_readable(&found.object)?;
    let with_checksum = input.checksum_mode.is_some();

    let reader = ObjectReader::new(&found, selected.range.clone(), key.as_ref());
    let Found { object, version, version_id, .. } = found;
    let attributes = &object.attributes;
    let mut output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(StreamingBlob::new(reader)),
        cache_control: attributes.cache_control.clone(),
        content_disposition: attributes.content_disposition.clone(),
        content_encoding: attributes.content_encoding.clone(),
        content_language: attributes.content_language.clone(),
        content_length: length(&selected.range),
        content_range: selected.content_range,
        content_type: Some(attributes.content_type()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        expires: attributes.expires.clone(),
        last_modified: Some(last_modified(version.modified)),
        metadata: attributes.metadata.clone(),
        parts_count: selected.parts_count,
        sse_customer_algorithm: object.encryption.customer_algorithm(),
        sse_customer_key_md5: object.encryption.customer_key_md5(),
        bucket_key_enabled: object.encryption.bucket_key(),
        ssekms_key_id: object.encryption.kms_key_id(),
        server_side_encryption: object.encryption.method().map(Into::into),
        storage_class: attributes.storage_class.clone().map(Into::into),
        tag_count: tag_count(&version),
        version_id,
        website_redirect_location: attributes.website_redirect.clone(),
        ..Default::default()
    };
    if let Some(checksum) = selected.checksum.filter(|_| with_checksum) {
        output.checksum_type = Some(checksum.kind.name().to_owned().into());
        set_checksum!(output, checksum.algorithm, checksum.value);
    }
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
    found.unlock(api, &Head::of(&request))?;
    ReadConditions {
        if_match: input.if_match.clone(),
        if_none_match: input.if_none_match.clone(),
        if_modified_since: input.if_modified_since.clone(),
        if_unmodified_since: input.if_unmodified_since.clone(),
        of_copy: false,
    }
    .check(&found.version, &found.object)?;
    let part = part_number(input.part_number)?.filter(|_| api.manner.knows_part_numbers());
    let selected = found.select(input.range, part)?;
    let with_checksum = input.checksum_mode.is_some();

    let Found { object, version, version_id, .. } = found;
    let attributes = &object.attributes;
    let overridden = |given: &Option<String>, own: Option<String>| given.clone().or(own);
    let mut output = HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: overridden(&input.response_cache_control, attributes.cache_control.clone()),
        content_disposition: overridden(
            &input.response_content_disposition,
            attributes.content_disposition.clone(),
        ),
        content_encoding: overridden(
            &input.response_content_encoding,
            attributes.content_encoding.clone(),
        ),
        content_language: overridden(
            &input.response_content_language,
            attributes.content_language.clone(),
        ),
        content_length: length(&selected.range),
        content_range: selected.content_range,
        content_type: overridden(&input.response_content_type, Some(attributes.content_type())),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        expires: input.response_expires.clone().or_else(|| attributes.expires.clone()),
        last_modified: Some(last_modified(version.modified)),
        metadata: attributes.metadata.clone(),
        parts_count: selected.parts_count,
        sse_customer_algorithm: object.encryption.customer_algorithm(),
        sse_customer_key_md5: object.encryption.customer_key_md5(),
        bucket_key_enabled: object.encryption.bucket_key(),
        ssekms_key_id: object.encryption.kms_key_id(),
        server_side_encryption: object.encryption.method().map(Into::into),
        storage_class: attributes.storage_class.clone().map(Into::into),
        version_id,
        website_redirect_location: attributes.website_redirect.clone(),
        ..Default::default()
    };
    if let Some(checksum) = selected.checksum.filter(|_| with_checksum) {
        output.checksum_type = Some(checksum.kind.name().to_owned().into());
        set_checksum!(output, checksum.algorithm, checksum.value);
    }
    // The typed output has no place for the number of tags.
    let mut headers = HeaderMap::new();
    if let Some(count) = tag_count(&version) {
        headers.insert("x-amz-tagging-count", HeaderValue::from(count));
    }
    Ok(S3Response::with_headers(output, headers))
}

/// An object that a read asked for.
pub(crate) struct Found {
    bucket: String,
    key: String,
    pub(crate) version: Version,
    pub(crate) object: Arc<Object>,
    pub(crate) version_id: Option<String>,
}

impl Found {
    pub(crate) fn of(
        api: &Api,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Self, Refusal> {
        let buckets = api.store.lock();
        let name = bucket.to_owned();
        let bucket = buckets.bucket(bucket)?;
        let (version, object) = bucket.find(key, version)?;
        Ok(Self {
            bucket: name,
            key: key.to_owned(),
            version_id: bucket.names(version.id.clone()),
            version: version.clone(),
            object: Arc::clone(object),
        })
    }

    /// The key that opens the object, if it needs one.
    pub(crate) fn unlock(
        &self,
        api: &Api,
        head: &Head<'_>,
    ) -> Result<Option<CustomerKey>, Refusal> {
        api.open(self, head)
    }

    /// What a part is sealed for. The version's id decides, so that another version's content does not pass for it.
    fn slot(&self, part: &Part) -> Slot<'_> {
        let object =
            if self.version.id == NULL_VERSION { &self.object.id } else { &self.version.id };
        Slot { bucket: &self.bucket, key: &self.key, object, part: part.number }
    }

    /// The bytes asked for.
    fn select(&self, range: Option<ByteRange>, part: Option<usize>) -> Result<Selection, Refusal> {
        let size = self.object.size;
        match (range, part) {
            (Some(_), Some(_)) => Err(Refusal::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            )),
            (None, None) => Ok(Selection {
                range: 0..size,
                partial: false,
                content_range: None,
                parts_count: None,
                checksum: self.object.checksum.clone(),
            }),
            (Some(asked), None) => {
                let range =
                    asked.check(size).ok().filter(|range| !range.is_empty()).ok_or_else(|| {
                        Refusal::new(416, "InvalidRange", "The requested range is not satisfiable")
                            .detail("RangeRequested", asked.to_header_string())
                            .detail("ActualObjectSize", size.to_string())
                            .header("content-range", &format!("bytes */{size}"))
                    })?;
                Ok(Selection {
                    content_range: content_range(&range, size),
                    range,
                    partial: true,
                    parts_count: None,
                    checksum: None,
                })
            }
            (None, Some(number)) => {
                let range = self.object.part_range(number).ok_or_else(|| {
                    Refusal::new(
                        416,
                        "InvalidPartNumber",
                        "The requested partnumber is not satisfiable",
                    )
                    .detail("PartNumberRequested", number.to_string())
                    .detail("ActualPartCount", self.object.parts.len().to_string())
                })?;
                let parts = self
                    .object
                    .multipart
                    .then(|| i32::try_from(self.object.parts.len()).unwrap_or(i32::MAX));
                let checksum =
                    self.object.parts.get(number - 1).and_then(|part| part.checksum.clone());
                Ok(Selection {
                    content_range: content_range(&range, size),
                    range,
                    partial: true,
                    parts_count: parts,
                    checksum,
                })
            }
        }
    }
}

struct Selection {
    range: Range<u64>,
    partial: bool,
    content_range: Option<String>,
    parts_count: Option<i32>,
    /// A range has none.
    checksum: Option<Checksum>,
}

impl Selection {
    /// Another range of the same length, one byte off; where the range is the whole object there is none.
    fn shift(&mut self, size: u64) {
        let Range { start, end } = self.range;
        if start > 0 {
            self.range = start - 1..end - 1;
        } else if end < size {
            self.range = start + 1..end + 1;
        }
        self.content_range = content_range(&self.range, size);
    }
}

/// Reads a range of an object, across its parts, a chunk at a time.
pub(crate) struct ObjectReader {
    parts: VecDeque<BlobReader>,
    left: u64,
}

impl ObjectReader {
    pub(crate) fn new(found: &Found, range: Range<u64>, key: Option<&CustomerKey>) -> Self {
        let mut parts = VecDeque::new();
        let mut start = 0;
        for part in &found.object.parts {
            let slot_key = key.map(|key| SlotKey::new(key, found.slot(part)));
            let end = start + part.blob.len();
            let (from, to) = (range.start.max(start), range.end.min(end));
            if from < to {
                parts.push_back(BlobReader::new(
                    Arc::clone(&part.blob),
                    from - start..to - start,
                    slot_key.as_ref(),
                ));
            }
            start = end;
        }
        Self { parts, left: range.end - range.start }
    }
}

impl Stream for ObjectReader {
    type Item = Result<Bytes, StdError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        while let Some(part) = this.parts.front_mut() {
            match part.next() {
                Some(piece) => {
                    this.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
                    return Poll::Ready(Some(piece.map_err(Into::into)));
                }
                None => drop(this.parts.pop_front()),
            }
        }
        Poll::Ready(None)
    }
}

impl ByteStream for ObjectReader {
    fn remaining_length(&self) -> RemainingLength {
        usize::try_from(self.left)
            .map_or_else(|_| RemainingLength::unknown(), RemainingLength::new_exact)
    }
}

fn part_number(number: Option<i32>) -> Result<Option<usize>, Refusal> {
    number
        .map(|number| match usize::try_from(number) {
            Ok(number @ 1..=10_000) => Ok(number),
            _ => Err(Refusal::invalid_argument(
                "Part number must be an integer between 1 and 10000, inclusive",
                "partNumber",
                &number.to_string(),
            )),
        })
        .transpose()
}

fn content_range(range: &Range<u64>, size: u64) -> Option<String> {
    let last = range.end.checked_sub(1)?;
    (!range.is_empty()).then(|| format!("bytes {}-{last}/{size}", range.start))
}

fn length(range: &Range<u64>) -> Option<i64> {
    i64::try_from(range.end - range.start).ok()
}

fn tag_count(version: &Version) -> Option<i32> {
    i32::try_from(version.tags.len()).ok().filter(|count| *count > 0)
}
