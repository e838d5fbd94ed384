//! An object that a request names, and its bytes.

use std::collections::VecDeque;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use s3s::StdError;
use s3s::dto::Range as ByteRange;
use s3s::stream::{ByteStream, RemainingLength};

use crate::checksum::Checksum;
use crate::refusal::Refusal;
use crate::s3::api::Api;
use crate::ssec::CustomerKey;
use crate::store::{BlobReader, NULL_VERSION, Object, Part, Slot, SlotKey, Version};

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
            version_id: bucket.shown_id(version.id.clone()),
            version: version.clone(),
            object: Arc::clone(object),
        })
    }

    /// What a part is sealed for: with the version's id, so that another version's content does not open in its place.
    fn slot(&self, part: &Part) -> Slot<'_> {
        let object =
            if self.version.id == NULL_VERSION { &self.object.id } else { &self.version.id };
        Slot { bucket: &self.bucket, key: &self.key, object, part: part.number }
    }

    /// The bytes asked for by a range or a part number.
    pub(crate) fn select(
        &self,
        range: Option<ByteRange>,
        part: Option<usize>,
    ) -> Result<Selected, Refusal> {
        let object = &self.object;
        match (range, part) {
            (Some(_), Some(_)) => Err(Refusal::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            )),
            (None, None) => Ok(Selected {
                partial: false,
                content_range: None,
                checksum: object.checksum.clone(),
                ..Selected::part(0..object.size, object.size)
            }),
            (Some(asked), None) => {
                let size = object.size;
                let range = asked.check(size).ok().filter(|range| !range.is_empty());
                let range = range.ok_or_else(|| {
                    Refusal::new(416, "InvalidRange", "The requested range is not satisfiable")
                        .detail("RangeRequested", asked.to_header_string())
                        .detail("ActualObjectSize", size.to_string())
                        .header("content-range", &format!("bytes */{size}"))
                })?;
                Ok(Selected::part(range, size))
            }
            (None, Some(number)) => {
                let message = "The requested partnumber is not satisfiable";
                let range = object.part_range(number).ok_or_else(|| {
                    Refusal::new(416, "InvalidPartNumber", message)
                        .detail("PartNumberRequested", number.to_string())
                        .detail("ActualPartCount", object.parts.len().to_string())
                })?;
                let count = i32::try_from(object.parts.len()).unwrap_or(i32::MAX);
                Ok(Selected {
                    parts_count: object.multipart.then_some(count),
                    checksum: object.parts.get(number - 1).and_then(|part| part.checksum.clone()),
                    ..Selected::part(range, object.size)
                })
            }
        }
    }
}

pub(crate) struct Selected {
    pub(crate) range: Range<u64>,
    pub(crate) partial: bool,
    pub(crate) content_range: Option<String>,
    pub(crate) parts_count: Option<i32>,
    /// `None` for a range.
    pub(crate) checksum: Option<Checksum>,
}

impl Selected {
    fn part(range: Range<u64>, size: u64) -> Self {
        let content_range = content_range(&range, size);
        Self { range, partial: true, content_range, parts_count: None, checksum: None }
    }

    /// Moves the range by one byte; the whole object stays as it is.
    pub(crate) fn shift(&mut self, size: u64) {
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

    /// The bytes as the body of a copy.
    pub(crate) fn into_body(self) -> impl Stream<Item = Result<Bytes, Refusal>> + Send {
        self.then(async |piece| {
            // A large copy must not keep a worker thread to itself.
            tokio::task::yield_now().await;
            piece.map_err(|_| Refusal::internal_error())
        })
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

fn content_range(range: &Range<u64>, size: u64) -> Option<String> {
    let last = range.end.checked_sub(1)?;
    (!range.is_empty()).then(|| format!("bytes {}-{last}/{size}", range.start))
}
