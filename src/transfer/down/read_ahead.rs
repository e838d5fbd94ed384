//! A large object as one stream of bytes: chunks are downloaded in parallel and returned in order, from a few
//! reused buffers.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::reader::{PinnedObject, Reader};
use crate::failure::Failure;
use crate::transfer::buffers::{Buffer, Buffers};
use crate::transfer::engine::Engine;
use crate::transfer::permits::Permit;
use crate::transfer::plan;

/// The bytes of one request and one buffer.
const CHUNK_SIZE: u64 = 4 << 20;
/// Enough for the chunks that are being downloaded, that wait for an earlier one, and that are being written.
const BUFFERS: usize = 8;

/// Downloads chunks ahead of the reader.
pub(super) struct ReadAhead {
    engine: Engine,
    object: Arc<PinnedObject>,
    bytes: u64,
    /// Indices of chunks.
    next_requested: u64,
    next_returned: u64,
    under_way: JoinSet<Result<(u64, Bytes), Failure>>,
    arrived: BTreeMap<u64, Bytes>,
    buffers: Buffers,
    /// For the next request, while it waits for a permit.
    spare: Option<Buffer>,
}

impl ReadAhead {
    /// Reads a whole object of `bytes` bytes.
    pub(super) fn new(engine: &Engine, object: Arc<PinnedObject>, bytes: u64) -> ReadAhead {
        ReadAhead {
            engine: engine.clone(),
            object,
            bytes,
            next_requested: 0,
            next_returned: 0,
            under_way: JoinSet::new(),
            arrived: BTreeMap::new(),
            buffers: Buffers::new(BUFFERS),
            spare: None,
        }
    }

    /// The next bytes; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunks = self.bytes.div_ceil(CHUNK_SIZE);
        while self.next_returned < chunks {
            if let Some(bytes) = self.arrived.remove(&self.next_returned) {
                self.next_returned += 1;
                return Ok(Some(bytes));
            }
            let more = self.next_requested < chunks;
            tokio::select! {
                biased;
                Some(joined) = self.under_way.join_next(), if !self.under_way.is_empty() => {
                    let ended = |_| Failure::other("a range's download ended unexpectedly");
                    let (index, bytes) = joined.map_err(ended)??;
                    self.arrived.insert(index, bytes);
                }
                buffer = self.buffers.lend(CHUNK_SIZE as usize), if more && self.spare.is_none() => {
                    self.spare = Some(buffer);
                }
                permit = self.engine.permits().of_bytes(CHUNK_SIZE), if more && self.spare.is_some() => {
                    self.request_chunk(permit);
                }
            }
        }
        Ok(None)
    }

    fn request_chunk(&mut self, permit: Permit) {
        let Some(mut buffer) = self.spare.take() else { return };
        let index = self.next_requested;
        self.next_requested += 1;
        let range = plan::range(index, self.bytes, CHUNK_SIZE);
        let mut reader = Reader::new(self.object.clone(), range, None);
        self.under_way.spawn(async move {
            let meter = permit.meter();
            while let Some((_, bytes)) = reader.next().await? {
                meter.add(bytes.len() as u64);
                buffer.content.extend_from_slice(&bytes);
            }
            drop(permit);
            Ok((index, buffer.freeze()))
        });
    }
}
