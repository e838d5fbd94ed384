//! Copies: in one request where the store can be trusted with it, else downloaded and uploaded again, through a
//! bounded amount of memory and never through a file.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::SemaphorePermit;

use crate::failure::{Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::copy::{Compared, Copied, Copy, CopySource};
use crate::store::learned::{ConditionalWrite, CopyMethod};
use crate::store::object::{
    FixedKeys, KeysToTry, ObjectMetadata, Opened, ReadOptions, Stored, Unopened,
};
use crate::transfer::checksum::Expected;
use crate::transfer::down::{ObjectReader, Pieces, Reader, send_all};
use crate::transfer::engine::Engine;
use crate::transfer::files::Source;

/// The most that one of them needs: a part on each of four connections, and one being filled.
const MOST_MIB_OF_ONE: u64 = 40;
/// How many pieces wait, as they came from the connection.
const MOST_WAITING: usize = 4;

impl Engine {
    /// Asks for an object's metadata, and opens it with a key where it is sealed.
    ///
    /// # Errors
    /// As [`Store::head`](crate::store::wire::Store::head).
    pub(crate) async fn inspect(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Failure> {
        Ok(self.inspect_with(at, &mut FixedKeys { keys, is_sealed: false }, options).await?)
    }

    /// The same, with keys that are read only as they are needed.
    pub(crate) async fn inspect_with(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Unopened> {
        let opened = async {
            let _line = self.lines().take().await;
            Ok(self.store().head_with(at, keys, options).await)
        };
        self.interrupt().race(opened).await.map_err(Unopened::Failed)?
    }

    /// Makes a copy, proven to be encrypted as asked: within the store where that can be trusted with it, else
    /// through this machine.
    ///
    /// # Errors
    /// [`Kind::Precondition`] where the source was replaced since it was opened; [`Kind::Unsealed`] where the
    /// store does not seal; [`Kind::Integrity`] where the copy is not what the source was; otherwise as
    /// [`Engine::upload`] and [`Engine::download`].
    pub(crate) async fn copy(&self, copy: &Copy) -> Result<Copied, Failure> {
        let (store, part_size) = (self.store(), self.copied_part_size(copy)?);
        let method = if part_size.is_some() { CopyMethod::InParts } else { CopyMethod::Whole };
        // Trials are not raced: what they have written must be deleted.
        let is_tried = (part_size.is_some() || store.fits_one_copy(copy))
            && store.can_copy(copy, method).await;
        if is_tried {
            let copied = match part_size {
                Some(part_size) => self.copy_in_parts(copy, part_size).await,
                None => self.copy_within(copy).await,
            };
            match copied {
                Ok(Some(copied)) => return Ok(copied),
                Ok(None) => {}
                // Of this object alone.
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

    /// Compares a copy with what was seen of its source, so that the source may be deleted: with a look at it, unless
    /// that was needed before. Where the credentials may not look, a checksum that the store has answered with counts.
    ///
    /// # Errors
    /// As [`Store::compare_copy`](crate::store::wire::Store::compare_copy).
    pub(crate) async fn compare(&self, copy: &Copy, copied: &Copied) -> Result<(), Failure> {
        if copied.compared == Compared::ByLook {
            return Ok(());
        }
        let looked = self.interrupt().race(self.store().compare_copy(copy, &copied.stored)).await;
        match looked {
            Err(Failure { kind: Kind::Denied, .. }) if copied.compared == Compared::ByAnswer => {
                Ok(())
            }
            looked => looked,
        }
    }

    /// The same copy, on the condition only that whatever writes it is known to honour it.
    pub(super) async fn guarded(&self, copy: &Copy, kind: ConditionalWrite) -> Copy {
        let mut copy = copy.clone();
        if copy.replaces_newest() && !self.store().honors_if_match(&copy, kind).await {
            copy.write.condition.if_match = None;
        }
        copy
    }

    /// None where the store cannot copy it.
    async fn copy_within(&self, copy: &Copy) -> Result<Option<Copied>, Failure> {
        let copy = &self.guarded(copy, ConditionalWrite::Copy).await;
        let at = &copy.write.at;
        let item = self.progress().item(at.name(), Some(copy.bytes()));
        let _line = self.interrupt().race(async { Ok(self.lines().take().await) }).await?;
        let sent = self.interrupt().race(self.store().copy_object(copy)).await;
        let written = sent.map_err(|failure| {
            if failure.is_interruption() {
                return failure
                    .leaving(": the copy may or may not have been made")
                    .hint(format!("look with `s3seal head {at}`"))
                    .at(at);
            }
            failure
        })?;
        let Some(written) = written else { return Ok(None) };
        let copied = self.store().settle_copy(copy, written).await?;
        if copied.is_some() {
            item.add(copy.bytes());
        }
        Ok(copied)
    }

    /// Downloads and uploads again.
    async fn relay(&self, copy: &Copy) -> Result<Copied, Failure> {
        self.store().check_relay(copy)?;
        let write = self.guarded(copy, ConditionalWrite::Complete).await.write;
        let (source, interrupt) = (&copy.source, self.interrupt());
        let _room = interrupt.race(self.room(copy.bytes())).await?;
        let keys: Vec<Key> = source.key.iter().cloned().collect();
        let options = ReadOptions {
            version_id: source.version_id().map(str::to_owned),
            if_match: source.metadata.etag.clone(),
            ..ReadOptions::default()
        };
        let opened = interrupt.race(self.store().get(&source.at, &keys, &options)).await;
        let opened = opened.map_err(|failure| about_source(failure, source))?;
        let (found, known) = (&opened.answer.metadata, &source.metadata);
        check_whole(found).map_err(|failure| failure.at(&source.at))?;
        // Not every store honours If-Match.
        if (&found.etag, found.content_length) != (&known.etag, known.content_length) {
            return Err(source.replaced());
        }
        if !found.has_checksum_of(known) {
            return Err(Failure::integrity(
                "the store names two checksums of one object: nothing was stored",
            )
            .hint("try again; if it stays, the source is damaged in the store")
            .at(&source.at));
        }
        let (reader, expected) = Reader::of(self.store(), &source.at, &options, opened);
        // What was said before the copy counts as much as what is said with the bytes.
        let also = Expected::of(known).filter(|known| expected.as_ref() != Some(known));
        let expected = Vec::from_iter(expected.into_iter().chain(also));
        let broke = Arc::new(Mutex::new(None));
        let stream = ObjectReader::start(MOST_WAITING, |pieces| {
            let (at, broke) = (source.at.clone(), broke.clone());
            async move {
                // Kept before the upload that reads the stream can fail with less to say.
                fetch(reader, expected, at, pieces).await.inspect_err(|failure| {
                    *broke.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.clone());
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
            let cause = broke.lock().unwrap_or_else(PoisonError::into_inner).take();
            cause.map_or(failure, |cause| about_source(cause, source))
        })?;
        Ok(Copied { compared: compared(&stored, source), stored })
    }

    /// Waits until the object may be in memory as far as it has to be.
    async fn room(&self, bytes: u64) -> Result<SemaphorePermit<'_>, Failure> {
        let mib = bytes.div_ceil(1 << 20).clamp(1, MOST_MIB_OF_ONE) as u32;
        let room = self.relayed().acquire_many(mib).await;
        room.map_err(|_| Failure::other("copies ended unexpectedly"))
    }
}

/// Fails where a store sends a part of an object that was asked for as a whole.
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

/// Whether the store has confirmed of what was uploaded the checksum that the source has.
fn compared(stored: &Stored, source: &CopySource) -> Compared {
    let of_source = source.metadata.checksum_crc64nvme.as_ref();
    if stored.is_checked && of_source == Some(&stored.checksum_crc64nvme) {
        Compared::ByAnswer
    } else {
        Compared::Unseen
    }
}

/// A read that the store refuses because of its condition speaks of a download.
fn about_source(failure: Failure, source: &CopySource) -> Failure {
    match failure {
        Failure { kind: Kind::Precondition, .. } => source.replaced(),
        failure => failure,
    }
}

/// Fetches the source, and compares it with what the store says of it.
async fn fetch(
    reader: Reader,
    expected: Vec<Expected>,
    at: Location,
    pieces: Pieces,
) -> Result<(), Failure> {
    if send_all(reader, &expected, &pieces).await? {
        return Ok(());
    }
    Err(Failure::integrity(
        "what arrived of the source is not what was uploaded: the checksums differ; nothing was stored",
    )
    .hint("try again; if it stays, the source is damaged in the store")
    .at(&at))
}
