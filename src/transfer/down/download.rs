//! Downloads: the first response has the size, the ETag and the checksum, and the whole content of a small
//! object; a large one is then fetched in parallel ranges. A file is published only after verification.

use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;

use super::file_ranges::{CHUNK_SIZE, start_write_back};
use super::read_ahead::ReadAhead;
use super::reader::{PinnedObject, Reader};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{KeysToTry, ObjectMetadata, ReadOptions, Reading};
use crate::transfer::checksum::ExpectedChecksum;
use crate::transfer::engine::Engine;
use crate::transfer::files::FilePlace;
use crate::transfer::permits::{Permit, Permits};
use crate::transfer::plan;
use crate::transfer::progress::ProgressItem;
use crate::transfer::resume::{PartialFile, ResumableDownload, is_resumable};
use crate::transfer::targets::{NewFile, PublishOptions, Stream, Target};

/// For smaller files, in bytes, it costs more than it helps that the system begins to write them at once.
const MIN_WRITE_BACK: u64 = 1 << 20;

#[derive(Debug)]
pub(crate) struct Downloaded {
    pub metadata: ObjectMetadata,
    /// The key that opened the object; None if it is not sealed.
    pub key: Option<Key>,
    /// How many bytes were downloaded.
    pub bytes: u64,
    pub verified: Verified,
    /// Whether a file that was created meanwhile was kept, and the download dropped.
    pub kept_existing: bool,
}

/// Whether the content was compared with a checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    /// It has the checksum of the whole object.
    Yes,
    /// Only a part of the object was requested.
    RangeOnly,
    /// The store has no checksum of the whole object.
    NoChecksum,
    /// The reader closed the stream before its end.
    ReaderClosed,
}

impl Engine {
    /// Downloads an object, which has about `listed_bytes` bytes, or the range of it in `options`, to a target.
    /// Errors: As [`Store::get`]; `Kind::Integrity` if the checksum differs, `Kind::Precondition` if the object was
    /// replaced meanwhile. An existing file is not changed then; bytes written to a stream cannot be taken back.
    pub(crate) async fn download(
        &self,
        at: &Location,
        listed_bytes: Option<u64>,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
        target: Target,
        publish_options: PublishOptions,
    ) -> Result<Downloaded, Failure> {
        target.check_not_protected()?;
        let place = if let Target::File(place) = &target { Some(place.clone()) } else { None };
        if let Some(place) = &place {
            self.remove_leftovers(place.folder());
        }
        let fetched = self.fetch(at, listed_bytes, keys, options, target, publish_options);
        let fetched = self.interrupt().race(fetched).await;
        let is_resumable_at =
            |place: FilePlace| PartialFile::exists_for(&place.path(), self.store(), at);
        let (mut downloaded, file) = fetched.map_err(|failure| {
            if is_resumable(&failure) && place.is_some_and(is_resumable_at) {
                return failure
                    .leaving("; what was downloaded so far is kept")
                    .hint("run the same command again to go on")
                    .at(at);
            }
            failure
        })?;
        // Not cancelled by a signal: a file that is dropped while it is being published would stay.
        if let Some(file) = file {
            if let Some(time) = file.publish_options().time.of(&downloaded.metadata) {
                file.set_time(time)?;
            }
            let fsync = file.publish_options().fsync;
            let published = if fsync {
                let published = tokio::task::spawn_blocking(|| file.publish());
                let ended = |_| Failure::other("the task that publishes a file ended unexpectedly");
                published.await.map_err(ended)??
            } else {
                file.publish()?
            };
            match published {
                Some(folder) if fsync => self.sync_later(folder)?,
                Some(_) => {}
                None => downloaded.kept_existing = true,
            }
        }
        Ok(downloaded)
    }

    /// The permit for the first request of an object.
    async fn permit_to_open(&self, listed_bytes: Option<u64>) -> Permit {
        let of_bytes = async |bytes: u64| self.permits().of_bytes(bytes.min(CHUNK_SIZE)).await;
        if let Some(bytes) = listed_bytes {
            return of_bytes(bytes).await;
        }
        let guess = self.typical_size();
        let permit = of_bytes(guess).await;
        // While this waited, the answers to others have shown that such objects are large.
        let learned = self.typical_size();
        if Permits::are_large(learned) && !Permits::are_large(guess) {
            drop(permit);
            return of_bytes(learned).await;
        }
        permit
    }

    async fn fetch(
        &self,
        at: &Location,
        listed_bytes: Option<u64>,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
        target: Target,
        publish_options: PublishOptions,
    ) -> Result<(Downloaded, Option<NewFile>), Failure> {
        let mut permit = self.permit_to_open(listed_bytes).await;
        let opened = self.store().get_with(at, keys, options).await?;
        // Checked again: `get_with` may have read another key, from this very file.
        target.check_not_protected()?;
        let Reading { metadata, extent, body } = opened.answer;
        let whole = !options.is_part();
        let bytes = extent.bytes();
        permit.resize(bytes.min(CHUNK_SIZE));
        if listed_bytes.is_none() {
            self.note_size(bytes);
        }
        let item = self.progress().item(at.name(), Some(bytes));
        let expected = if whole { ExpectedChecksum::of(&metadata) } else { None };
        let object = Arc::new(PinnedObject {
            store: self.store().clone(),
            at: at.clone(),
            key: opened.key.clone(),
            version_id: options.version_id.clone(),
            etag: metadata.etag.clone(),
            bytes: extent.total,
        });
        // Without an ETag, two ranges could be of different states of the object.
        let in_ranges = whole && bytes > plan::MAX_SINGLE_REQUEST && metadata.etag.is_some();
        let mut finished = None;
        let mut reader_closed = false;
        let matches = match target {
            Target::File(place) => {
                let file = if in_ranges && self.options().resumes() {
                    self.expire_abandoned(&at.bucket);
                    let (store, metadata) = (self.store(), &metadata);
                    let download = ResumableDownload { store, at, metadata, bytes };
                    NewFile::resume(&place, publish_options, &download)?
                } else {
                    NewFile::create(&place, publish_options)?
                };
                let matches = if in_ranges {
                    let (first, expected) = ((body, permit), expected.as_ref());
                    let filled = self.download_ranges(&object, first, &file, expected, &item).await;
                    if filled.as_ref().map_or_else(|failure| !is_resumable(failure), |ok| !ok) {
                        file.discard();
                    }
                    filled?
                } else {
                    let reader = Reader::new(object, extent.range, Some(body));
                    write_in_order(reader, &file, expected.as_ref(), &item, &permit).await?
                };
                finished = Some(file);
                matches
            }
            Target::Stdout | Target::Stream(_) => {
                let stream_to = if let Target::Stream(it) = target { Some(it) } else { None };
                let source = if in_ranges && self.options().concurrency != Some(1) {
                    drop((body, permit));
                    ByteSource::Parallel(ReadAhead::new(self, object, bytes))
                } else {
                    ByteSource::Single(Reader::new(object, extent.range, Some(body)))
                };
                let matches =
                    stream(source, Stream::open(stream_to), expected.as_ref(), &item).await?;
                reader_closed = matches.is_none();
                matches.unwrap_or(true)
            }
        };
        if !matches {
            return Err(Failure::integrity(
                "what arrived is not what was uploaded: the checksums differ",
            )
            .hint("try again; if it stays, the object is damaged in the store")
            .at(at));
        }
        let verified = match (whole, expected) {
            _ if reader_closed => Verified::ReaderClosed,
            (false, _) => Verified::RangeOnly,
            (true, Some(_)) => Verified::Yes,
            (true, None) => Verified::NoChecksum,
        };
        let key = opened.key;
        Ok((Downloaded { metadata, key, bytes, verified, kept_existing: false }, finished))
    }
}

async fn write_in_order(
    mut reader: Reader,
    target: &NewFile,
    expected: Option<&ExpectedChecksum>,
    item: &ProgressItem,
    permit: &Permit,
) -> Result<bool, Failure> {
    let meter = permit.meter();
    let file = target.file().map_err(|error| target.refuse(error))?;
    let mut hash = expected.map(|it| it.algorithm.hash());
    let start = reader.next;
    while let Some((at, bytes)) = reader.next().await? {
        if let Some(hash) = &mut hash {
            hash.update(&bytes);
        }
        file.write_all_at(&bytes, at - start).map_err(|error| target.refuse(error))?;
        item.add(bytes.len() as u64);
        meter.add(bytes.len() as u64);
    }
    let written = reader.next - start;
    if written >= MIN_WRITE_BACK {
        start_write_back(&file, 0..written);
    }
    Ok(expected.zip(hash).is_none_or(|(expected, hash)| expected.matches(hash)))
}

/// Bytes in order, from one connection or from parallel ones.
enum ByteSource {
    Single(Reader),
    Parallel(ReadAhead),
}

impl ByteSource {
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        match self {
            ByteSource::Single(reader) => Ok(reader.next().await?.map(|(_, bytes)| bytes)),
            ByteSource::Parallel(ranges) => ranges.next().await,
        }
    }
}

/// Whether the written bytes have the expected checksum; None if the reader closed the stream before its end.
async fn stream(
    mut source: ByteSource,
    target: Stream,
    expected: Option<&ExpectedChecksum>,
    item: &ProgressItem,
) -> Result<Option<bool>, Failure> {
    let mut hash = expected.map(|it| it.algorithm.hash());
    while let Some(bytes) = source.next().await? {
        if let Some(hash) = &mut hash {
            hash.update(&bytes);
        }
        item.add(bytes.len() as u64);
        if !target.write(bytes).await {
            target.finish().await?;
            return Ok(None);
        }
    }
    target.finish().await?;
    Ok(Some(expected.zip(hash).is_none_or(|(expected, hash)| expected.matches(hash))))
}
