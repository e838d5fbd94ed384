//! Downloads: the first response has the size, the ETag and the checksum, and the whole content of a small
//! object; a large one is then fetched in parallel ranges. A file is published only after verification.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::read_ahead::ReadAhead;
use super::reader::{PinnedObject, Reader};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{KeysToTry, ObjectMetadata, ReadOptions, Reading};
use crate::transfer::checksum::{Algorithm, ExpectedChecksum};
use crate::transfer::engine::Engine;
use crate::transfer::files::FilePlace;
use crate::transfer::plan;
use crate::transfer::progress::ProgressItem;
use crate::transfer::resume::{PartialFile, ResumableDownload, is_resumable};
use crate::transfer::targets::{NewFile, PublishOptions, Stream, Target};

/// The bytes of one request of a large download, unless the user asks for another part size.
const CHUNK_SIZE: u64 = 8 << 20;

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
    /// Downloads an object, or the range in `options`, to a target.
    /// Errors: As [`Store::get`]; `Kind::Integrity` if the checksum differs, `Kind::Precondition` if the object was
    /// replaced meanwhile. An existing file is not changed then; bytes written to a stream cannot be taken back.
    pub(crate) async fn download(
        &self,
        at: &Location,
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
        let fetched =
            self.interrupt().race(self.fetch(at, keys, options, target, publish_options)).await;
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
            match self.publisher().publish(file).await? {
                Some(folder) => self.sync_later(folder),
                None => downloaded.kept_existing = true,
            }
        }
        Ok(downloaded)
    }

    async fn fetch(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        options: &ReadOptions,
        target: Target,
        publish_options: PublishOptions,
    ) -> Result<(Downloaded, Option<NewFile>), Failure> {
        let permit = self.permits().acquire().await;
        let opened = self.store().get_with(at, keys, options).await?;
        // Checked again: `get_with` may have read another key, from this very file.
        target.check_not_protected()?;
        let Reading { metadata, extent, body } = opened.answer;
        let whole = !options.is_part();
        let bytes = extent.bytes();
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
        let in_ranges = whole
            && bytes > plan::MAX_SINGLE_REQUEST
            && metadata.etag.is_some()
            && self.options().concurrency != Some(1);
        let mut finished = None;
        let mut reader_closed = false;
        let matches = match target {
            Target::File(place) => {
                let chunk_size = self.options().part_size.unwrap_or(CHUNK_SIZE);
                let file = if in_ranges && self.options().resumes() {
                    self.expire_abandoned(&at.bucket);
                    let (store, metadata) = (self.store(), &metadata);
                    let download = ResumableDownload { store, at, metadata, bytes, chunk_size };
                    NewFile::resume(&place, publish_options, &download)?
                } else {
                    NewFile::create(&place, publish_options)?
                };
                let matches = if in_ranges {
                    drop((body, permit));
                    let chunks = Chunks::new(bytes, chunk_size);
                    let filled =
                        self.download_ranges(&object, chunks, &file, expected.as_ref(), &item);
                    let filled = filled.await;
                    if filled.as_ref().map_or_else(|failure| !is_resumable(failure), |ok| !ok) {
                        file.discard();
                    }
                    filled?
                } else {
                    let reader = Reader::new(object, extent.range, Some(body));
                    write_in_order(reader, &file, expected.as_ref(), &item).await?
                };
                finished = Some(file);
                matches
            }
            Target::Stdout | Target::Stream(_) => {
                let stream_to = if let Target::Stream(it) = target { Some(it) } else { None };
                let source = if in_ranges {
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

    /// Fills the file with parallel ranges, in any order. Returns whether the checksum matches.
    async fn download_ranges(
        &self,
        object: &Arc<PinnedObject>,
        mut chunks: Chunks,
        target: &NewFile,
        expected: Option<&ExpectedChecksum>,
        item: &ProgressItem,
    ) -> Result<bool, Failure> {
        let combines = expected.filter(|it| matches!(it.algorithm, Algorithm::Crc(..)));
        let algorithm = combines.map_or(Algorithm::CRC64NVME, |it| it.algorithm);
        for (index, crc) in target.intact_chunks(algorithm).await? {
            chunks.finish(index, crc);
            item.resume(chunks.bytes(index));
        }
        let file = Arc::new(target.file().map_err(|error| target.refuse(error))?);
        let mut next = chunks.next_missing(0);
        let mut under_way = JoinSet::new();
        while next.is_some() || !under_way.is_empty() {
            tokio::select! {
                biased;
                Some(joined) = under_way.join_next(), if !under_way.is_empty() => {
                    let ended = |_| Failure::other("a range's download ended unexpectedly");
                    let filled: Result<(u64, u64), ChunkError> = joined.map_err(ended)?;
                    let (index, crc) = filled.map_err(|error| error.into_failure(target))?;
                    chunks.finish(index, crc);
                    target.finish_chunk(index, crc);
                    item.add(chunks.bytes(index));
                }
                permit = self.permits().acquire(), if next.is_some() => {
                    let Some(index) = next else { continue };
                    next = chunks.next_missing(index + 1);
                    let (file, object, range) = (file.clone(), object.clone(), chunks.range(index));
                    under_way.spawn(async move {
                        let _permit = permit;
                        let crc = fill(Reader::new(object, range, None), &file, algorithm).await?;
                        Ok((index, crc))
                    });
                }
            }
        }
        match expected {
            None => Ok(true),
            Some(expected) if combines.is_some() => Ok(expected.matches_crcs(chunks.crcs())),
            Some(expected) => Ok(expected.matches(target.hash(expected.algorithm.hash())?)),
        }
    }
}

/// The chunks of an object, each fetched by one request, and which of them have arrived.
struct Chunks {
    bytes: u64,
    chunk_size: u64,
    /// The CRC of each that has arrived, by its index.
    done: BTreeMap<u64, u64>,
}

impl Chunks {
    fn new(bytes: u64, chunk_size: u64) -> Chunks {
        Chunks { bytes, chunk_size, done: BTreeMap::new() }
    }

    fn range(&self, index: u64) -> Range<u64> {
        plan::range(index, self.bytes, self.chunk_size)
    }

    fn bytes(&self, index: u64) -> u64 {
        let range = self.range(index);
        range.end - range.start
    }

    /// The first chunk from `index` on that has not arrived. Searched when it is needed, so that a false size from the
    /// store takes no memory.
    fn next_missing(&self, index: u64) -> Option<u64> {
        let mut all = index..self.bytes.div_ceil(self.chunk_size);
        all.find(|index| !self.done.contains_key(index))
    }

    fn finish(&mut self, index: u64, crc: u64) {
        self.done.insert(index, crc);
    }

    /// The CRC and the length of each chunk, in order.
    fn crcs(&self) -> impl Iterator<Item = (u64, u64)> {
        self.done.iter().map(|(index, crc)| (*crc, self.bytes(*index)))
    }
}

/// Why a chunk of the file was not filled.
enum ChunkError {
    Read(Failure),
    Write(std::io::Error),
}

impl ChunkError {
    fn into_failure(self, target: &NewFile) -> Failure {
        match self {
            ChunkError::Read(failure) => failure,
            ChunkError::Write(error) => target.refuse(error),
        }
    }
}

/// Writes the reader's bytes to the file at their offsets, and returns their CRC.
async fn fill(mut reader: Reader, file: &File, crc: Algorithm) -> Result<u64, ChunkError> {
    let mut hash = crc.hash();
    while let Some((at, bytes)) = reader.next().await.map_err(ChunkError::Read)? {
        hash.update(&bytes);
        file.write_all_at(&bytes, at).map_err(ChunkError::Write)?;
    }
    Ok(hash.crc().unwrap_or_default())
}

async fn write_in_order(
    mut reader: Reader,
    target: &NewFile,
    expected: Option<&ExpectedChecksum>,
    item: &ProgressItem,
) -> Result<bool, Failure> {
    let file = target.file().map_err(|error| target.refuse(error))?;
    let mut hash = expected.map(|it| it.algorithm.hash());
    let start = reader.next;
    while let Some((at, bytes)) = reader.next().await? {
        if let Some(hash) = &mut hash {
            hash.update(&bytes);
        }
        file.write_all_at(&bytes, at - start).map_err(|error| target.refuse(error))?;
        item.add(bytes.len() as u64);
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
