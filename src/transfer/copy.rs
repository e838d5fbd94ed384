//! Copies: in one request where the store can be trusted with it, else downloaded and uploaded again, through a
//! bounded amount of memory and never through a file.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf, Bytes};
use tokio::sync::{SemaphorePermit, mpsc};

use super::checksum::Expected;
use super::download::Reader;
use super::{Engine, Source};
use crate::failure::Failure;
use crate::key::Key;
use crate::location::Location;
use crate::store::{Copy, CopySource, Guard, ObjectMetadata, Opened, ReadOptions, Stored, Way};

/// How much of all objects that go through memory may be in it at once, in MiB.
pub(super) const MOST_MIB: u32 = 64;
/// The most that one of them needs: a part on each of four connections, and one being filled.
const MOST_MIB_OF_ONE: u64 = 40;
/// How many pieces wait, as they came from the connection.
const MOST_WAITING: usize = 4;

impl Engine {
    /// Asks for an object's metadata, and opens it with a key where it is sealed.
    ///
    /// # Errors
    /// As [`Store::head`](crate::store::Store::head).
    pub async fn inspect(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<Opened<ObjectMetadata>, Failure> {
        self.interrupt()
            .race(async {
                let _line = self.lines().take().await;
                self.store().head(at, keys, options).await
            })
            .await
    }

    /// Makes a copy, proven to be encrypted as asked: within the store where that can be trusted with it, else
    /// through this machine.
    ///
    /// # Errors
    /// [`Failure::Precondition`] where the source was replaced since it was opened; [`Failure::Unsealed`] where the
    /// store does not seal; otherwise as [`Engine::upload`] and [`Engine::download`].
    pub async fn copy(&self, copy: &Copy) -> Result<Stored, Failure> {
        let (store, part_size) = (self.store(), self.copied_part_size(copy)?);
        let way = if part_size.is_some() { Way::InParts } else { Way::Whole };
        // Trials are not raced: what they have written must be deleted.
        let is_tried =
            (part_size.is_some() || store.fits_one_copy(copy)) && store.can_copy(copy, way).await;
        if is_tried {
            let copied = match part_size {
                Some(part_size) => self.copy_in_parts(copy, part_size).await,
                None => self.copy_within(copy).await,
            };
            match copied {
                Ok(Some(stored)) => return Ok(stored),
                Ok(None) => {}
                // Of this object alone.
                Err(failure) if failure.detail().status == Some(500) => {
                    return self.relay(copy).await;
                }
                Err(failure) => return Err(failure),
            }
        }
        let stored = self.relay(copy).await?;
        if is_tried {
            store.give_up_copies(copy, way).await;
        }
        Ok(stored)
    }

    /// The same copy, on the condition only that whatever writes it is known to honour it.
    pub(super) async fn guarded(&self, copy: &Copy, guard: Guard) -> Copy {
        let mut copy = copy.clone();
        if copy.replaces_newest() && !self.store().guards(&copy, guard).await {
            copy.write.condition.if_match = None;
        }
        copy
    }

    /// None where the store cannot copy it.
    async fn copy_within(&self, copy: &Copy) -> Result<Option<Stored>, Failure> {
        let copy = &self.guarded(copy, Guard::Copy).await;
        let at = &copy.write.at;
        let item = self.progress().item(at.name(), Some(copy.bytes()));
        let _line = self.interrupt().race(async { Ok(self.lines().take().await) }).await?;
        let sent = self.interrupt().race(self.store().copy_object(copy)).await;
        let written = sent.map_err(|mut failure| {
            if matches!(failure, Failure::Interrupted { .. }) {
                failure.detail_mut().message += ": the copy may or may not have been made";
                return failure.hint(format!("look with `s3seal head {at}`")).at(at);
            }
            failure
        })?;
        let Some(written) = written else { return Ok(None) };
        let stored = self.store().settle_copy(copy, written).await?;
        if stored.is_some() {
            item.add(copy.bytes());
        }
        Ok(stored)
    }

    /// Downloads and uploads again.
    async fn relay(&self, copy: &Copy) -> Result<Stored, Failure> {
        self.store().check_relay(copy)?;
        let write = self.guarded(copy, Guard::Complete).await.write;
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
        let arriving = Arriving { reader, expected, at: source.at.clone() };
        let broke = Arc::new(Mutex::new(None));
        let stream = Source::Stream(Box::new(Relay::start(arriving, broke.clone())));
        let uploaded = match copy.is_in_place() {
            true => self.upload_over(stream, write, copy).await,
            false => self.upload(stream, write).await,
        };
        uploaded.map_err(|failure| {
            let cause = broke.lock().unwrap_or_else(PoisonError::into_inner).take();
            cause.map_or(failure, |cause| about_source(cause, source))
        })
    }

    /// Waits until the object may be in memory as far as it has to be.
    async fn room(&self, bytes: u64) -> Result<SemaphorePermit<'_>, Failure> {
        let mib = bytes.div_ceil(1 << 20).clamp(1, MOST_MIB_OF_ONE) as u32;
        let room = self.0.relayed.acquire_many(mib).await;
        room.map_err(|_| Failure::other("copies ended unexpectedly"))
    }
}

/// A read that the store refuses because of its condition speaks of a download.
fn about_source(failure: Failure, source: &CopySource) -> Failure {
    match failure {
        Failure::Precondition(_) => source.replaced(),
        failure => failure,
    }
}

/// An object that is fetched.
struct Arriving {
    reader: Reader,
    expected: Option<Expected>,
    at: Location,
}

/// An object as it arrives, to be read as a stream. Its end comes only after its checksum was compared, so that
/// nothing damaged is published.
struct Relay {
    /// The end is an empty piece.
    pieces: mpsc::Receiver<Bytes>,
    piece: Bytes,
    is_ended: bool,
}

impl Relay {
    /// Begins to fetch; `broke` gets what goes wrong.
    fn start(arriving: Arriving, broke: Arc<Mutex<Option<Failure>>>) -> Relay {
        let (sender, pieces) = mpsc::channel(MOST_WAITING);
        tokio::spawn(async move {
            match arriving.fetch(&sender).await {
                Ok(()) => drop(sender.send(Bytes::new()).await),
                // Before the channel closes, which is when somebody looks.
                Err(failure) => {
                    *broke.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                }
            }
        });
        Relay { pieces, piece: Bytes::new(), is_ended: false }
    }
}

impl Arriving {
    async fn fetch(mut self, pieces: &mpsc::Sender<Bytes>) -> Result<(), Failure> {
        let mut hash = self.expected.as_ref().map(|it| it.algorithm.hash());
        while let Some((_, bytes)) = self.reader.next().await? {
            if let Some(hash) = &mut hash {
                hash.update(&bytes);
            }
            // Nobody reads any more: the upload has failed, and says why.
            if !bytes.is_empty() && pieces.send(bytes).await.is_err() {
                return Ok(());
            }
        }
        if !self.expected.zip(hash).is_none_or(|(expected, hash)| expected.matches(hash)) {
            return Err(Failure::integrity(
                "what arrived of the source is not what was uploaded: the checksums differ; nothing was stored",
            )
            .hint("try again; if it stays, the source is damaged in the store")
            .at(&self.at));
        }
        Ok(())
    }
}

impl Read for Relay {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && !self.is_ended {
            self.piece = self.pieces.blocking_recv().ok_or(io::ErrorKind::UnexpectedEof)?;
            self.is_ended = self.piece.is_empty();
        }
        let bytes = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..bytes]);
        Ok(bytes)
    }
}
