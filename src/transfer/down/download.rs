//! Downloads: the first request brings size, ETag and checksum, and all of a small object; a large one
//! then comes in ranges, several at once. Nothing is published unverified.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::in_order::InOrder;
use super::reader::{Object, Reader};
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{KeysToTry, ObjectMetadata, ReadOptions, Reading};
use crate::transfer::checksum::{Algorithm, Expected};
use crate::transfer::engine::Engine;
use crate::transfer::files::FilePlace;
use crate::transfer::plan;
use crate::transfer::progress::Item;
use crate::transfer::resume::{Partial, Resumable, is_resumable};
use crate::transfer::targets::{Arrival, NewFile, Stream, Target};

/// The bytes that one request of a large download asks for.
const UNIT: u64 = 8 << 20;

/// What was downloaded.
#[derive(Debug)]
pub(crate) struct Downloaded {
    /// What the store says of the object.
    pub metadata: ObjectMetadata,
    /// The key that opened it; none for an object that is not sealed.
    pub key: Option<Key>,
    /// How many bytes were written.
    pub bytes: u64,
    /// Whether they are known to be the ones that were uploaded.
    pub verified: Verified,
    /// Whether a file that appeared meanwhile was there, and stayed.
    pub is_kept_out: bool,
}

/// Whether a download was held against a checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    /// It matched the checksum of the whole object.
    Yes,
    /// Only a part of the object was asked for.
    RangeOnly,
    /// The store keeps no checksum of the whole object.
    NoChecksum,
    /// Whoever read the stream went away before its end.
    CutShort,
}

impl Engine {
    /// Writes an object, or the range of it that `wanted` names, to a target.
    ///
    /// # Errors
    /// As [`Store::get`]; [`Kind::Integrity`] where the bytes are not those that were uploaded,
    /// [`Kind::Precondition`] where the object was replaced meanwhile. A file target is untouched
    /// then; what went to a stream cannot be called back.
    pub(crate) async fn download(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        wanted: &ReadOptions,
        target: Target,
        arrival: Arrival,
    ) -> Result<Downloaded, Failure> {
        target.spare_protected_files()?;
        let place = if let Target::File(place) = &target { Some(place.clone()) } else { None };
        if let Some(place) = &place {
            self.sweep(place.folder());
        }
        let fetched = self.interrupt().race(self.fetch(at, keys, wanted, target, arrival)).await;
        let is_left = |place: FilePlace| Partial::is_left_of(&place.path(), self.store(), at);
        let (mut downloaded, file) = fetched.map_err(|failure| {
            if is_resumable(&failure) && place.is_some_and(is_left) {
                return failure
                    .leaving("; what was downloaded so far is kept")
                    .hint("run the same command again to go on")
                    .at(at);
            }
            failure
        })?;
        // Not raced: a file that is given up on its way to its place would stay where it is.
        if let Some(file) = file {
            if let Some(time) = file.arrival().time.of(&downloaded.metadata) {
                file.set_time(time)?;
            }
            match self.publisher().publish(file).await? {
                Some(folder) => self.published(folder),
                None => downloaded.is_kept_out = true,
            }
        }
        Ok(downloaded)
    }

    async fn fetch(
        &self,
        at: &Location,
        keys: &mut dyn KeysToTry,
        wanted: &ReadOptions,
        target: Target,
        arrival: Arrival,
    ) -> Result<(Downloaded, Option<NewFile>), Failure> {
        let line = self.lines().take().await;
        let opened = self.store().get_with(at, keys, wanted).await?;
        // Another key may have been read meanwhile, from that very file.
        target.spare_protected_files()?;
        let Reading { metadata, extent, body } = opened.answer;
        let whole = !wanted.is_part();
        let bytes = extent.bytes();
        let item = self.progress().item(at.name(), Some(bytes));
        let expected = if whole { Expected::of(&metadata) } else { None };
        let object = Arc::new(Object {
            store: self.store().clone(),
            at: at.clone(),
            key: opened.key.clone(),
            version_id: wanted.version_id.clone(),
            etag: metadata.etag.clone(),
            bytes: extent.total,
        });
        // Without an ETag nobody could tell whether two ranges are of the same object.
        let in_ranges = whole
            && bytes > plan::ONE_REQUEST
            && metadata.etag.is_some()
            && self.options().concurrency != Some(1);
        let mut finished = None;
        let mut is_cut_short = false;
        let matches = match target {
            Target::File(place) => {
                let unit = self.options().part_size.unwrap_or(UNIT);
                let file = if in_ranges && self.options().resumes() {
                    self.clean_up(&at.bucket);
                    let (store, metadata) = (self.store(), &metadata);
                    let download = Resumable { store, at, metadata, bytes, unit };
                    NewFile::resume(&place, arrival, &download)?
                } else {
                    NewFile::create(&place, arrival)?
                };
                let matches = if in_ranges {
                    drop((body, line));
                    let units = Units::new(bytes, unit);
                    let filled = self.in_ranges(&object, units, &file, expected.as_ref(), &item);
                    let filled = filled.await;
                    if filled.as_ref().map_or_else(|failure| !is_resumable(failure), |ok| !ok) {
                        file.spoil();
                    }
                    filled?
                } else {
                    let reader = Reader::new(object, extent.range, Some(body));
                    sequential(reader, &file, expected.as_ref(), &item).await?
                };
                finished = Some(file);
                matches
            }
            Target::Stdout | Target::Stream(_) => {
                let stream_to = if let Target::Stream(it) = target { Some(it) } else { None };
                let pieces = if in_ranges {
                    drop((body, line));
                    Pieces::Ahead(InOrder::new(self, object, bytes))
                } else {
                    Pieces::AsTheyCome(Reader::new(object, extent.range, Some(body)))
                };
                let matches =
                    stream(pieces, Stream::open(stream_to), expected.as_ref(), &item).await?;
                is_cut_short = matches.is_none();
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
            _ if is_cut_short => Verified::CutShort,
            (false, _) => Verified::RangeOnly,
            (true, Some(_)) => Verified::Yes,
            (true, None) => Verified::NoChecksum,
        };
        let key = opened.key;
        Ok((Downloaded { metadata, key, bytes, verified, is_kept_out: false }, finished))
    }

    /// Fills the file by ranges, several at once, in any order.
    async fn in_ranges(
        &self,
        object: &Arc<Object>,
        mut units: Units,
        target: &NewFile,
        expected: Option<&Expected>,
        item: &Item,
    ) -> Result<bool, Failure> {
        let combines = expected.filter(|it| matches!(it.algorithm, Algorithm::Crc(..)));
        let algorithm = combines.map_or(Algorithm::CRC64NVME, |it| it.algorithm);
        for (index, crc) in target.arrived(algorithm).await? {
            units.finish(index, crc);
            item.resume(units.bytes(index));
        }
        let file = Arc::new(target.file().map_err(|error| target.refuse(error))?);
        let mut next = units.next_left(0);
        let mut under_way = JoinSet::new();
        while next.is_some() || !under_way.is_empty() {
            tokio::select! {
                biased;
                Some(joined) = under_way.join_next(), if !under_way.is_empty() => {
                    let ended = |_| Failure::other("a range's download ended unexpectedly");
                    let filled: Result<(u64, u64), Filling> = joined.map_err(ended)?;
                    let (index, crc) = filled.map_err(|error| error.of(target))?;
                    units.finish(index, crc);
                    target.finish(index, crc);
                    item.add(units.bytes(index));
                }
                line = self.lines().take(), if next.is_some() => {
                    let Some(index) = next else { continue };
                    next = units.next_left(index + 1);
                    let (file, object, range) = (file.clone(), object.clone(), units.range(index));
                    under_way.spawn(async move {
                        let _line = line;
                        let crc = fill(Reader::new(object, range, None), &file, algorithm).await?;
                        Ok((index, crc))
                    });
                }
            }
        }
        match expected {
            None => Ok(true),
            Some(expected) if combines.is_some() => Ok(expected.matches_crcs(units.crcs())),
            Some(expected) => Ok(expected.matches(target.hash(expected.algorithm.hash())?)),
        }
    }
}

/// The stretches of a file that are asked for one by one, and which of them have arrived.
struct Units {
    bytes: u64,
    unit: u64,
    /// The CRC of each that has arrived, by its index.
    done: BTreeMap<u64, u64>,
}

impl Units {
    fn new(bytes: u64, unit: u64) -> Units {
        Units { bytes, unit, done: BTreeMap::new() }
    }

    fn range(&self, index: u64) -> Range<u64> {
        plan::range(index, self.bytes, self.unit)
    }

    fn bytes(&self, index: u64) -> u64 {
        let range = self.range(index);
        range.end - range.start
    }

    /// The first of those from `index` that has not arrived: found when it is needed, so that a size that a store
    /// merely claims takes no memory.
    fn next_left(&self, index: u64) -> Option<u64> {
        let mut all = index..self.bytes.div_ceil(self.unit);
        all.find(|index| !self.done.contains_key(index))
    }

    fn finish(&mut self, index: u64, crc: u64) {
        self.done.insert(index, crc);
    }

    /// CRC and length of each, in order.
    fn crcs(&self) -> impl Iterator<Item = (u64, u64)> {
        self.done.iter().map(|(index, crc)| (*crc, self.bytes(*index)))
    }
}

/// What kept a stretch of the file from being filled.
enum Filling {
    Read(Failure),
    Write(std::io::Error),
}

impl Filling {
    fn of(self, target: &NewFile) -> Failure {
        match self {
            Filling::Read(failure) => failure,
            Filling::Write(error) => target.refuse(error),
        }
    }
}

/// Writes the reader's bytes to their places, and returns their CRC.
async fn fill(mut reader: Reader, file: &File, crc: Algorithm) -> Result<u64, Filling> {
    let mut hash = crc.hash();
    while let Some((at, bytes)) = reader.next().await.map_err(Filling::Read)? {
        hash.update(&bytes);
        file.write_all_at(&bytes, at).map_err(Filling::Write)?;
    }
    Ok(hash.crc().unwrap_or_default())
}

async fn sequential(
    mut reader: Reader,
    target: &NewFile,
    expected: Option<&Expected>,
    item: &Item,
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

/// Bytes in order, from one connection or from several.
enum Pieces {
    AsTheyCome(Reader),
    Ahead(InOrder),
}

impl Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        match self {
            Pieces::AsTheyCome(reader) => Ok(reader.next().await?.map(|(_, bytes)| bytes)),
            Pieces::Ahead(ranges) => ranges.next().await,
        }
    }
}

/// Whether what was written has the expected checksum; none where its reader went away before the end.
async fn stream(
    mut pieces: Pieces,
    target: Stream,
    expected: Option<&Expected>,
    item: &Item,
) -> Result<Option<bool>, Failure> {
    let mut hash = expected.map(|it| it.algorithm.hash());
    while let Some(bytes) = pieces.next().await? {
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
