//! Downloads: the first request brings size, ETag, checksum and the first bytes; for a large file
//! other connections take ranges from behind until they meet it. Nothing is published unverified.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::checksum::{Algorithm, Expected, Hash};
use super::target::{NewFile, Stream};
use super::{Division, Progress, Target, plan};
use crate::failure::Failure;
use crate::key::Key;
use crate::location::Location;
use crate::store::{Body, ObjectMetadata, Opened, ReadOptions, Reading, Store};

/// The unit that connections take turns at, in bytes.
const UNIT: u64 = 8 << 20;
/// How often one stretch of bytes is asked for again after its connection broke.
const MOST_REPEATS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// What was downloaded.
#[derive(Debug)]
pub struct Downloaded {
    /// What the store says of the object.
    pub metadata: ObjectMetadata,
    /// How many bytes were written.
    pub bytes: u64,
    /// Whether they are known to be the ones that were uploaded.
    pub verified: Verified,
}

/// Whether a download was held against a checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It matched the checksum of the whole object.
    Yes,
    /// Only a part of the object was asked for.
    RangeOnly,
    /// The store keeps no checksum of the whole object.
    NoChecksum,
}

/// Writes an object that was opened, or the range of it, to a target.
///
/// # Errors
/// [`Failure::Integrity`] where the bytes are not those that were uploaded, [`Failure::Precondition`]
/// where the object was replaced meanwhile. A file target is untouched then; what went to a stream
/// cannot be called back.
pub async fn download(
    store: &Arc<Store>,
    at: &Location,
    opened: Opened<Reading>,
    wanted: &ReadOptions,
    target: Target,
    division: Division,
    progress: &Progress,
) -> Result<Downloaded, Failure> {
    let Reading { metadata, body } = opened.answer;
    let whole = !wanted.is_part();
    let Range { start, end } = extent(&metadata, wanted).map_err(|failure| failure.at(at))?;
    let expected = if whole { Expected::of(&metadata) } else { None };
    let object = Arc::new(Object {
        store: store.clone(),
        at: at.clone(),
        key: opened.key,
        version_id: wanted.version_id.clone(),
        etag: metadata.etag.clone(),
    });
    let reader = Reader::new(object, start..end, Some(body));
    let matches = match target {
        Target::File(path) => {
            let file = NewFile::create(&path, end - start)?;
            // Without an ETag nobody could tell whether two ranges are of the same object.
            let many = whole
                && division.concurrency() > 1
                && end > plan::ONE_REQUEST
                && metadata.etag.is_some();
            let matches = match many {
                true => parallel(reader, &file, expected.as_ref(), division, progress).await?,
                false => sequential(reader, &file, expected.as_ref(), progress).await?,
            };
            if matches {
                file.publish()?;
            }
            matches
        }
        Target::Stdout => stream(reader, Stream::open(None), expected.as_ref(), progress).await?,
        Target::Stream(path) => {
            stream(reader, Stream::open(Some(path)), expected.as_ref(), progress).await?
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
        (false, _) => Verified::RangeOnly,
        (true, Some(_)) => Verified::Yes,
        (true, None) => Verified::NoChecksum,
    };
    Ok(Downloaded { bytes: end - start, metadata, verified })
}

/// Which bytes of the object the answer holds, held against those that were asked for.
fn extent(metadata: &ObjectMetadata, wanted: &ReadOptions) -> Result<Range<u64>, Failure> {
    let Some(bytes) = metadata.content_length else {
        return Err(Failure::integrity("the store does not say how long the object is")
            .hint("a proxy in between may recode answers: go around it"));
    };
    let other = || {
        Failure::integrity("the store answered with another range than was asked for")
            .hint("fetch the whole object, without --range")
    };
    if !wanted.is_part() {
        return Ok(0..bytes);
    }
    let (range, total) =
        metadata.content_range.as_deref().and_then(parse_range).ok_or_else(other)?;
    let asked = wanted.part_of(total).ok_or_else(other)?;
    match range == asked && range.end - range.start == bytes {
        true => Ok(range),
        false => Err(other()),
    }
}

/// From `bytes 100-199/1234`, the range 100..200 and the 1234.
fn parse_range(content_range: &str) -> Option<(Range<u64>, u64)> {
    let (range, total) = content_range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total): (u64, u64, u64) =
        (first.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
    (first <= last && last < total).then(|| (first..last + 1, total))
}

/// One state of an object, to ask for more of.
struct Object {
    store: Arc<Store>,
    at: Location,
    key: Option<Key>,
    version_id: Option<String>,
    etag: Option<String>,
}

/// Bytes of an object, in order, across broken connections.
struct Reader {
    object: Arc<Object>,
    next: u64,
    end: u64,
    body: Option<Body>,
    /// Arrived, but not asked for yet.
    rest: Bytes,
    repeats: u32,
}

impl Reader {
    fn new(object: Arc<Object>, range: Range<u64>, body: Option<Body>) -> Reader {
        Reader { object, next: range.start, end: range.end, body, rest: Bytes::new(), repeats: 0 }
    }

    /// The next bytes before `limit`, and where they belong.
    async fn next_until(&mut self, limit: u64) -> Result<Option<(u64, Bytes)>, Failure> {
        while self.next < limit {
            if !self.rest.is_empty() {
                let wanted = (limit - self.next).min(self.rest.len() as u64);
                let at = self.next;
                self.next += wanted;
                return Ok(Some((at, self.rest.split_to(wanted as usize))));
            }
            let body = match &mut self.body {
                Some(body) => body,
                None => self.body.insert(self.object.more(self.next..self.end).await?),
            };
            match body.next().await {
                Ok(Some(bytes)) => {
                    self.rest = bytes;
                    self.repeats = 0;
                }
                ended => self.pause(ended.err()).await?,
            }
        }
        Ok(None)
    }

    async fn next(&mut self) -> Result<Option<(u64, Bytes)>, Failure> {
        self.next_until(self.end).await
    }

    /// The SDK repeats no request whose answer has begun, so the rest is asked for here.
    async fn pause(&mut self, why: Option<String>) -> Result<(), Failure> {
        let why = why.unwrap_or_else(|| "it ended early".to_owned());
        tracing::debug!(at = self.next, why, "the connection broke");
        self.body = None;
        self.repeats += 1;
        if self.repeats > MOST_REPEATS {
            return Err(Failure::unavailable(format!(
                "the download broke off again and again: {why}"
            ))
            .hint("try again later")
            .at(&self.object.at));
        }
        tokio::time::sleep(FIRST_PAUSE * 2u32.pow(self.repeats - 1)).await;
        Ok(())
    }
}

impl Object {
    async fn more(&self, range: Range<u64>) -> Result<Body, Failure> {
        let (key, version, etag) =
            (self.key.as_ref(), self.version_id.as_deref(), self.etag.as_deref());
        self.store.get_more(&self.at, key, version, etag, range).await
    }
}

/// Which units are still to be had: the first connection takes them from the front, the others from
/// behind.
struct Units(Mutex<Range<u64>>);

impl Units {
    fn front(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    fn back(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next_back()
    }
}

async fn parallel(
    mut front: Reader,
    target: &NewFile,
    expected: Option<&Expected>,
    division: Division,
    progress: &Progress,
) -> Result<bool, Failure> {
    let bytes = front.end;
    let unit = division.part_size.unwrap_or(UNIT);
    let units = Arc::new(Units(Mutex::new(0..bytes.div_ceil(unit))));
    let crc = expected.map(|it| it.algorithm).filter(|it| matches!(it, Algorithm::Crc(..)));
    let file = Arc::new(target.file().map_err(|error| target.refuse(&error))?);
    let range = move |index| plan::range(index, bytes, unit);

    let mut others = JoinSet::new();
    for _ in 1..division.concurrency() {
        let (units, file, object) = (units.clone(), file.clone(), front.object.clone());
        others.spawn(async move {
            let mut done = Vec::new();
            while let Some(index) = units.back() {
                let Range { start, end } = range(index);
                let mut reader = Reader::new(object.clone(), start..end, None);
                done.push((index, fill(&mut reader, end, &file, crc).await?, end - start));
            }
            Ok::<_, Filling>(done)
        });
    }
    let refuse = |error| match error {
        Filling::Read(failure) => failure,
        Filling::Write(error) => target.refuse(&error),
    };
    let mut done = Vec::new();
    while let Some(index) = units.front() {
        let Range { start, end } = range(index);
        let filled = fill(&mut front, end, &file, crc);
        // A failure elsewhere must not wait until the first connection is through.
        done.push((index, filled.await.map_err(refuse)?, end - start));
        progress.add(end - start);
        while let Some(joined) = others.try_join_next() {
            take(joined, &mut done, progress).map_err(refuse)?;
        }
    }
    drop(front);
    while let Some(joined) = others.join_next().await {
        take(joined, &mut done, progress).map_err(refuse)?;
    }
    done.sort_unstable_by_key(|(index, ..)| *index);
    match (expected, crc) {
        (None, _) => Ok(true),
        (Some(expected), Some(_)) => {
            Ok(expected.matches_crcs(done.into_iter().map(|(_, crc, bytes)| (crc, bytes))))
        }
        (Some(expected), None) => Ok(expected.matches(target.hash(expected.algorithm.hash())?)),
    }
}

type Done = Vec<(u64, u64, u64)>;

fn take(
    joined: Result<Result<Done, Filling>, tokio::task::JoinError>,
    done: &mut Done,
    progress: &Progress,
) -> Result<(), Filling> {
    let ended = |_| Filling::Read(Failure::other("a range's download ended unexpectedly"));
    let more = joined.map_err(ended)??;
    progress.add(more.iter().map(|(.., bytes)| bytes).sum());
    done.extend(more);
    Ok(())
}

/// What kept a stretch of the file from being filled.
enum Filling {
    Read(Failure),
    Write(std::io::Error),
}

/// Writes the reader's bytes up to `end` to their places, and returns their CRC.
async fn fill(
    reader: &mut Reader,
    end: u64,
    file: &File,
    crc: Option<Algorithm>,
) -> Result<u64, Filling> {
    let mut hash = crc.map(Algorithm::hash);
    while reader.next < end {
        let Some((at, bytes)) = reader.next_until(end).await.map_err(Filling::Read)? else { break };
        if let Some(hash) = &mut hash {
            hash.update(&bytes);
        }
        file.write_all_at(&bytes, at).map_err(Filling::Write)?;
    }
    Ok(match hash {
        Some(Hash::Crc(digest)) => digest.finalize(),
        _ => 0,
    })
}

async fn sequential(
    mut reader: Reader,
    target: &NewFile,
    expected: Option<&Expected>,
    progress: &Progress,
) -> Result<bool, Failure> {
    let file = target.file().map_err(|error| target.refuse(&error))?;
    let mut hash = expected.map(|it| it.algorithm.hash());
    let start = reader.next;
    while let Some((at, bytes)) = reader.next().await? {
        if let Some(hash) = &mut hash {
            hash.update(&bytes);
        }
        file.write_all_at(&bytes, at - start).map_err(|error| target.refuse(&error))?;
        progress.add(bytes.len() as u64);
    }
    Ok(expected.zip(hash).is_none_or(|(expected, hash)| expected.matches(hash)))
}

async fn stream(
    mut reader: Reader,
    target: Stream,
    expected: Option<&Expected>,
    progress: &Progress,
) -> Result<bool, Failure> {
    let mut hash = expected.map(|it| it.algorithm.hash());
    while let Some((_, bytes)) = reader.next().await? {
        if let Some(hash) = &mut hash {
            hash.update(&bytes);
        }
        progress.add(bytes.len() as u64);
        if !target.write(bytes).await {
            target.finish().await?;
            return Ok(true);
        }
    }
    target.finish().await?;
    Ok(expected.zip(hash).is_none_or(|(expected, hash)| expected.matches(hash)))
}
