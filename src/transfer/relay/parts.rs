//! Copies within the store, part by part, of objects that are too large for one request.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::store::copy::{Copied, CopiedPart, Copy, MOST_BYTES_OF_ONE_COPY};
use crate::store::learned::ConditionalWrite;
use crate::store::object::Written;
use crate::transfer::engine::Engine;
use crate::transfer::plan;

/// In bytes. The parts do not pass through this machine, so few large ones are cheaper.
const COPIED_PART_SIZE: u64 = 256 << 20;

impl Engine {
    /// The part size, if the object must be copied in parts: because it is larger than one request can copy, or than
    /// the part size that the user asked for.
    pub(super) fn copied_part_size(&self, copy: &Copy) -> Result<Option<u64>, Failure> {
        let (bytes, requested) = (copy.bytes(), self.options().part_size);
        if bytes > requested.unwrap_or(MOST_BYTES_OF_ONE_COPY) {
            plan::part_size(bytes, requested)
                .map(|size| Some(requested.unwrap_or(size.max(COPIED_PART_SIZE))))
                .map_err(|failure| failure.at(&copy.source.at))
        } else {
            Ok(None)
        }
    }

    /// None if the store cannot copy the object in parts; nothing was published then.
    pub(super) async fn copy_in_parts(
        &self,
        copy: &Copy,
        part_size: u64,
    ) -> Result<Option<Copied>, Failure> {
        let (store, at) = (self.store(), &copy.write.at);
        if store.check_relay(copy).is_err() {
            return Ok(None);
        }
        let (over, copy) = (copy, &self.guarded(copy, ConditionalWrite::Complete).await);
        // Not cancelled by a signal: if it were cancelled before the id arrives, the upload could not be aborted.
        let upload_id: Arc<str> = store.create_upload(&copy.write).await?.into();
        let mut under_way = JoinSet::new();
        let copied = self.copy_parts(copy, &upload_id, part_size, &mut under_way);
        let copied = self.interrupt().race(copied).await;
        // A part that arrives after the abort would stay in the store.
        under_way.shutdown().await;
        let completed = match copied {
            Ok(Some(parts)) => self.complete_parts(over, copy, &upload_id, &parts).await.map(Some),
            Ok(None) => Ok(None),
            Err(failure) => Err(failure),
        };
        match completed {
            Ok(Some(written)) => store.keep_copy_if_proven(copy, written).await,
            given_up => {
                let aborted = store.abort_upload(at, &upload_id).await;
                let failure = match (given_up, &aborted) {
                    (Ok(_), Ok(())) => return Ok(None),
                    (Ok(_), Err(_)) => Failure::other("the store cannot copy the object in parts"),
                    (Err(failure), _) => failure,
                };
                Err(match aborted {
                    Ok(()) => failure,
                    Err(left) => failure.leaving(&format!(
                        "; and the unfinished upload {upload_id} of {at} could not be aborted: {}",
                        left.detail().message
                    )),
                }
                .at(at))
            }
        }
    }

    async fn complete_parts(
        &self,
        over: &Copy,
        copy: &Copy,
        upload_id: &str,
        parts: &[CopiedPart],
    ) -> Result<Written, Failure> {
        // Checked as late as possible: not every store honours If-Match.
        if over.replaces_newest() {
            self.interrupt().race(self.store().check_newest(&copy.source)).await?;
        }
        self.store().complete_copy(copy, upload_id, parts).await
    }

    async fn copy_parts(
        &self,
        copy: &Copy,
        upload_id: &Arc<str>,
        part_size: u64,
        under_way: &mut JoinSet<Result<Option<CopiedPart>, Failure>>,
    ) -> Result<Option<Vec<CopiedPart>>, Failure> {
        let item = self.progress().item(copy.write.at.name(), Some(copy.bytes()));
        let mut parts = Vec::new();
        let count = copy.bytes().div_ceil(part_size);
        let shared = Arc::new(copy.clone());
        let mut next = 0;
        while next < count || !under_way.is_empty() {
            tokio::select! {
                biased;
                Some(joined) = under_way.join_next() => {
                    let unexpected = |_| Failure::other("a part's copy ended unexpectedly");
                    let Some(part) = joined.map_err(unexpected)?? else { return Ok(None) };
                    item.add(part.bytes());
                    parts.push(part);
                }
                permit = self.permits().request(), if next < count => {
                    let range = plan::range(next, copy.bytes(), part_size);
                    next += 1;
                    let (copy, upload_id) = (shared.clone(), upload_id.clone());
                    let (store, number) = (self.store().clone(), next as i32);
                    under_way.spawn(async move {
                        let _permit = permit;
                        store.copy_part(&copy, &upload_id, number, range).await
                    });
                }
            }
        }
        parts.sort_unstable_by_key(CopiedPart::number);
        Ok(Some(parts))
    }
}
