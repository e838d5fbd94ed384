//! Copies: in one request if a trial has shown that the store copies correctly, else by download and upload, through
//! a bounded amount of memory and never through a file.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::SemaphorePermit;

use crate::failure::{Advice, Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::copy::{Compared, Copied, Copy, CopySource};
use crate::store::learned::{ConditionalWrite, CopyMethod};
use crate::store::object::{
    FixedKeys, KeysToTry, ObjectMetadata, Opened, ReadOptions, Stored, Unopened,
};
use crate::transfer::checksum::ExpectedChecksum;
use crate::transfer::down::{ChunkSender, ObjectReader, Reader, send_all};
use crate::transfer::engine::Engine;
use crate::transfer::files::Source;

/// The most memory that one copy needs: a part on each of four connections, and one being filled.
const MAX_MIB_PER_COPY: u64 = 40;
/// How many chunks may wait, in the sizes that the connection delivers.
const MAX_WAITING: usize = 4;

impl Engine {
    /// Fetches an object's metadata, with the key that opens it if it is sealed.
    /// Errors: As [`Store::head`](crate::store::wire::Store::head).
    pub(crate) async fn inspect(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Failure> {
        Ok(self.inspect_with(at, &mut FixedKeys { keys, is_sealed: false }, options).await?)
    }

    /// The same, with keys that are read only when they are needed.
    pub(crate) async fn inspect_with(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Unopened> {
        let opened = async {
            let _permit = self.permits().request().await;
            Ok(self.store().head_with(at, keys, options).await)
        };
        self.interrupt().race(opened).await.map_err(Unopened::Failed)?
    }

    /// Makes a copy, proven to be encrypted as requested: within the store if a trial has shown that it copies
    /// correctly, else through this machine.
    /// Errors: `Kind::Precondition` if the source was replaced since it was opened; `Kind::Unsealed` if the store
    /// does not seal; `Kind::Integrity` if the copy differs from the source; otherwise as [`Engine::upload`] and
    /// [`Engine::download`].
    pub(crate) async fn copy(&self, copy: &Copy) -> Result<Copied, Failure> {
        let (store, part_size) = (self.store(), self.copied_part_size(copy)?);
        let method = if part_size.is_some() { CopyMethod::InParts } else { CopyMethod::Whole };
        // Trials are not cancelled by a signal: they must delete the objects that they have written.
        let is_tried = copy.source.holder.is_destination()
            && (part_size.is_some() || store.fits_one_copy(copy))
            && store.can_copy(copy, method).await;
        if is_tried {
            let copied = match part_size {
                Some(part_size) => self.copy_in_parts(copy, part_size).await,
                None => self.copy_within(copy).await,
            };
            match copied {
                Ok(Some(copied)) => return Ok(copied),
                Ok(None) => {}
                // A failure for this object only.
                Err(failure) if failure.detail().status == Some(500) => {
                    return self.relay(copy).await;
                }
                Err(failure) => return Err(failure),
            }
        }
        let copied = self.relay(copy).await?;
        if is_tried {
            store.give_up_copies(copy, method).await;
        }
        Ok(copied)
    }

    /// Compares a copy with its source, so that the source may be deleted. Fetches the copy's metadata, unless that was
    /// done before. If the credentials do not allow that, a checksum in the store's answer is enough.
    /// Errors: As [`Store::compare_copy`](crate::store::wire::Store::compare_copy).
    pub(crate) async fn compare(&self, copy: &Copy, copied: &Copied) -> Result<(), Failure> {
        if copied.compared == Compared::ByLook {
            return Ok(());
        }
        let compared = self.interrupt().race(self.store().compare_copy(copy, &copied.stored)).await;
        match compared {
            Err(Failure { kind: Kind::Denied, .. }) if copied.compared == Compared::ByAnswer => {
                Ok(())
            }
            compared => compared,
        }
    }

    /// The same copy, without If-Match if the store is not known to honour it in this request.
    pub(super) async fn guarded(&self, copy: &Copy, kind: ConditionalWrite) -> Copy {
        let mut copy = copy.clone();
        if copy.replaces_newest() && !self.store().honors_if_match(&copy, kind).await {
            copy.write.condition.if_match = None;
        }
        copy
    }

    /// None if the store cannot copy the object.
    async fn copy_within(&self, copy: &Copy) -> Result<Option<Copied>, Failure> {
        let copy = &self.guarded(copy, ConditionalWrite::Copy).await;
        let at = &copy.write.at;
        let item = self.progress().item(at.name(), Some(copy.bytes()));
        let _permit = self.interrupt().race(async { Ok(self.permits().request().await) }).await?;
        let sent = self.interrupt().race(self.store().copy_object(copy)).await;
        let written = sent.map_err(|failure| {
            if failure.is_interruption() {
                return failure
                    .leaving(": the copy may or may not have been made")
                    .hint(Advice::Look(at.to_string()))
                    .at(at);
            }
            failure
        })?;
        let Some(written) = written else { return Ok(None) };
        let copied = self.store().keep_copy_if_proven(copy, written).await?;
        if copied.is_some() {
            item.add(copy.bytes());
        }
        Ok(copied)
    }

    /// Downloads the source and uploads it as the copy.
    async fn relay(&self, copy: &Copy) -> Result<Copied, Failure> {
        self.store().check_relay(copy)?;
        let write = self.guarded(copy, ConditionalWrite::Complete).await.write;
        let (source, interrupt) = (&copy.source, self.interrupt());
        let from = source.holder.store(self.store());
        let _memory = interrupt.race(self.reserve_memory(copy.bytes())).await?;
        let keys: Vec<Key> = source.key.iter().cloned().collect();
        let options = ReadOptions {
            version_id: source.version_id().map(str::to_owned),
            if_match: source.metadata.etag.clone(),
            ..ReadOptions::default()
        };
        let opened = interrupt.race(from.get(&source.at, &keys, &options)).await;
        let opened = opened.map_err(|failure| refer_to_source(failure, source))?;
        let (found, inspected) = (&opened.answer.metadata, &source.metadata);
        check_whole(found).map_err(|failure| failure.at(&source.at))?;
        // Not every store honours If-Match.
        if (&found.etag, found.content_length) != (&inspected.etag, inspected.content_length) {
            return Err(source.replaced());
        }
        if !found.has_checksum_of(inspected) {
            return Err(Failure::integrity(
                "the store reports two checksums for one object: nothing was stored",
            )
            .hint("try again; if it stays, the source is damaged in the store")
            .at(&source.at));
        }
        let (reader, expected) = Reader::of(from, &source.at, &options, opened);
        // The content must match the checksum that was inspected before the copy, as well as the one in this answer.
        let earlier = ExpectedChecksum::of(inspected).filter(|it| expected.as_ref() != Some(it));
        let expected = Vec::from_iter(expected.into_iter().chain(earlier));
        let download_error = Arc::new(Mutex::new(None));
        let stream = ObjectReader::start(MAX_WAITING, |chunks| {
            let (at, download_error) = (source.at.clone(), download_error.clone());
            async move {
                // Stored first: the upload that reads the stream fails with a less exact message.
                fetch(reader, expected, at, chunks).await.inspect_err(|failure| {
                    *download_error.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(failure.clone());
                })
            }
        });
        let stream = Source::Stream(Box::new(stream));
        let uploaded = if copy.is_in_place() {
            self.upload_over(stream, write, copy).await
        } else {
            self.upload(stream, write).await
        };
        let stored = uploaded.map_err(|failure| {
            let cause = download_error.lock().unwrap_or_else(PoisonError::into_inner).take();
            cause.map_or(failure, |cause| refer_to_source(cause, source))
        })?;
        Ok(Copied { compared: compared(&stored, source), stored })
    }

    /// Waits for the memory that the copy of this many bytes needs.
    async fn reserve_memory(&self, bytes: u64) -> Result<SemaphorePermit<'_>, Failure> {
        let mib = bytes.div_ceil(1 << 20).clamp(1, MAX_MIB_PER_COPY) as u32;
        let reserve_memory = self.copy_memory().acquire_many(mib).await;
        reserve_memory.map_err(|_| Failure::other("copies ended unexpectedly"))
    }
}

/// Fails if the store sends only a part of the requested whole object.
fn check_whole(found: &ObjectMetadata) -> Result<(), Failure> {
    let bytes = found.content_length.unwrap_or_default();
    let whole = format!("bytes 0-{}/{bytes}", bytes.saturating_sub(1));
    match &found.content_range {
        Some(range) if *range != whole => Err(Failure::integrity(
            "the store sent a part of the source instead of all of it: nothing was stored",
        )
        .hint("a proxy in between may have changed the answer: go around it")),
        _ => Ok(()),
    }
}

/// Whether the store has confirmed that the upload has the checksum of the source.
fn compared(stored: &Stored, source: &CopySource) -> Compared {
    let of_source = source.metadata.checksum_crc64nvme.as_ref();
    if stored.is_checked && of_source == Some(&stored.checksum_crc64nvme) {
        Compared::ByAnswer
    } else {
        Compared::Unchecked
    }
}

/// A read that fails its If-Match means that the source was replaced.
fn refer_to_source(failure: Failure, source: &CopySource) -> Failure {
    match failure {
        Failure { kind: Kind::Precondition, .. } => source.replaced(),
        failure => failure,
    }
}

/// Downloads the source, and verifies its checksums.
async fn fetch(
    reader: Reader,
    expected: Vec<ExpectedChecksum>,
    at: Location,
    chunks: ChunkSender,
) -> Result<(), Failure> {
    if send_all(reader, &expected, &chunks).await? {
        return Ok(());
    }
    Err(Failure::integrity(
        "what arrived of the source is not what was uploaded: the checksums differ; nothing was stored",
    )
    .hint("try again; if it stays, the source is damaged in the store")
    .at(&at))
}
