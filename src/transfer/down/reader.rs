//! Reads the bytes of an object in order, and reconnects when the connection breaks.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::failure::{Advice, Failure};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{Body, Opened, ReadOptions, Reading};
use crate::store::wire::{Backoff, Store};
use crate::transfer::checksum::ExpectedChecksum;

/// An object pinned to one version and ETag, so that all its ranges are of the same state.
pub(super) struct PinnedObject {
    pub(super) store: Arc<Store>,
    pub(super) at: Location,
    pub(super) key: Option<Key>,
    pub(super) version_id: Option<String>,
    pub(super) etag: Option<String>,
    /// The object's size.
    pub(super) bytes: u64,
}

/// Reads a range of an object in order, across broken connections.
pub(crate) struct Reader {
    object: Arc<PinnedObject>,
    pub(super) next: u64,
    end: u64,
    body: Option<Body>,
    backoff: Backoff,
}

impl Reader {
    /// Continues to read `opened`. Returns the object's checksum as well.
    pub(crate) fn of(
        store: &Arc<Store>,
        at: &Location,
        wanted: &ReadOptions,
        opened: Opened<Reading>,
    ) -> (Reader, Option<ExpectedChecksum>) {
        let Reading { metadata, extent, body } = opened.answer;
        let expected = ExpectedChecksum::of(&metadata);
        let object = Arc::new(PinnedObject {
            store: store.clone(),
            at: at.clone(),
            key: opened.key,
            version_id: wanted.version_id.clone(),
            etag: metadata.etag,
            bytes: extent.total,
        });
        (Reader::new(object, extent.range, Some(body)), expected)
    }

    pub(super) fn new(object: Arc<PinnedObject>, range: Range<u64>, body: Option<Body>) -> Reader {
        let backoff = object.store.retry().backoff();
        Reader { object, next: range.start, end: range.end, body, backoff }
    }

    /// What is still to be read.
    pub(super) fn rest(&self) -> Range<u64> {
        self.next..self.end
    }

    /// The next bytes, and their offset in the object.
    pub(crate) async fn next(&mut self) -> Result<Option<(u64, Bytes)>, Failure> {
        while self.next < self.end {
            let body = match &mut self.body {
                Some(body) => body,
                None => self.body.insert(self.object.get_range(self.next..self.end).await?),
            };
            match body.next().await {
                Ok(Some(mut bytes)) => {
                    let wanted = self.end - self.next;
                    bytes.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
                    let at = self.next;
                    self.next += bytes.len() as u64;
                    self.backoff.reset();
                    return Ok(Some((at, bytes)));
                }
                ended => self.pause(ended.err()).await?,
            }
        }
        Ok(None)
    }

    /// Prepares the next attempt: the SDK does not retry after a response has begun, so the rest is requested here.
    async fn pause(&mut self, why: Option<String>) -> Result<(), Failure> {
        let why = why.unwrap_or_else(|| "it ended early".to_owned());
        tracing::debug!(at = self.next, why, "the connection broke");
        self.body = None;
        if self.backoff.pause().await {
            return Ok(());
        }
        Err(Failure::unavailable(format!("the download broke off again and again: {why}"))
            .hint(Advice::AllowMoreAttempts)
            .at(&self.object.at))
    }
}

impl PinnedObject {
    async fn get_range(&self, range: Range<u64>) -> Result<Body, Failure> {
        let (key, version, etag) =
            (self.key.as_ref(), self.version_id.as_deref(), self.etag.as_deref());
        self.store.get_more(&self.at, key, version, etag, range, self.bytes).await
    }
}
