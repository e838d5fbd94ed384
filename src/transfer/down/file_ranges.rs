//! A large object into a file, by parallel ranges in any order. What has arrived of a range is recorded as it arrives, so
//! that another run can go on from there.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ranges::Ranges;
use super::reader::{PinnedObject, Reader};
use crate::failure::Failure;
use crate::store::object::Body;
use crate::transfer::checksum::{Algorithm, ExpectedChecksum, Hash};
use crate::transfer::engine::Engine;
use crate::transfer::permits::Permit;
use crate::transfer::progress::ProgressItem;
use crate::transfer::resume::FetchedRange;
use crate::transfer::targets::NewFile;

/// The bytes of one request of a large download, unless the user asks for another part size.
pub(super) const CHUNK_SIZE: u64 = 8 << 20;
/// What arrived in this time may have to be fetched again by another run,
const RECORD_INTERVAL: Duration = Duration::from_millis(250);
/// or this share of the object: so many lines has the journal at most, beside one for each range.
const MAX_RECORDS: u64 = 4_096;

impl Engine {
    /// Fills the file with the object's bytes. Returns whether the checksum matches. `first` is the answer with the whole
    /// object: with one request at a time it is all that is needed, else ranges are faster.
    pub(super) async fn download_ranges(
        &self,
        object: &Arc<PinnedObject>,
        first: (Body, Permit),
        target: &NewFile,
        expected: Option<&ExpectedChecksum>,
        item: &ProgressItem,
    ) -> Result<bool, Failure> {
        let combines = expected.filter(|it| matches!(it.algorithm, Algorithm::Crc(..)));
        let algorithm = combines.map_or(Algorithm::CRC64NVME, |it| it.algorithm);
        let is_alone = self.options().concurrency == Some(1);
        let chunk_size = self.options().part_size.unwrap_or(CHUNK_SIZE);
        let longest = if is_alone { object.bytes } else { chunk_size };
        let mut ranges = Ranges::new(object.bytes, longest, algorithm);
        // Others need the permit while what an earlier run has fetched is read.
        let first = Some(first).filter(|_| is_alone && !target.is_resumed());
        for range in target.intact_ranges(algorithm).await? {
            item.resume(range.bytes);
            ranges.add(range);
        }
        let file = Arc::new(target.file().map_err(|error| target.refuse(error))?);
        let (sender, mut fetched) = mpsc::unbounded_channel();
        let mut next = ranges.take();
        let mut first = first.filter(|_| next == Some(0..object.bytes));
        let mut under_way = JoinSet::new();
        while next.is_some() || !under_way.is_empty() {
            tokio::select! {
                biased;
                Some(range) = fetched.recv() => {
                    target.record(&range);
                    ranges.add(range);
                }
                Some(joined) = under_way.join_next(), if !under_way.is_empty() => {
                    let ended = |_| Failure::other("a range's download ended unexpectedly");
                    let rest: Result<Range<u64>, FillError> = joined.map_err(ended)?;
                    ranges.give_back(rest.map_err(|error| error.into_failure(target))?);
                    next = next.or_else(|| ranges.take());
                }
                (body, permit) = self.body_or_permit(&mut first, chunk_size), if next.is_some() => {
                    let Some(range) = next.take() else { continue };
                    next = ranges.take();
                    let fill = Fill {
                        reader: Reader::new(object.clone(), range, body),
                        file: file.clone(),
                        permit,
                        item: item.clone(),
                        recorder: Recorder::new(algorithm, object.bytes, sender.clone()),
                    };
                    under_way.spawn(fill.run());
                }
            }
        }
        while let Ok(range) = fetched.try_recv() {
            target.record(&range);
            ranges.add(range);
        }
        match expected {
            None => Ok(true),
            Some(expected) if combines.is_some() => Ok(expected.matches_crcs(ranges.crcs())),
            Some(expected) => Ok(expected.matches(target.hash(expected.algorithm.hash())?)),
        }
    }

    /// The answer that is there already, or the permit for another request of `bytes` bytes.
    async fn body_or_permit(
        &self,
        first: &mut Option<(Body, Permit)>,
        bytes: u64,
    ) -> (Option<Body>, Permit) {
        match first.take() {
            Some((body, permit)) => (Some(body), permit),
            None => (None, self.permits().of_bytes(bytes).await),
        }
    }
}

/// Why a range of the file was not filled.
enum FillError {
    Read(Failure),
    Write(std::io::Error),
}

impl FillError {
    fn into_failure(self, target: &NewFile) -> Failure {
        match self {
            FillError::Read(failure) => failure,
            FillError::Write(error) => target.refuse(error),
        }
    }
}

/// Writes the bytes of a range to the file at their offsets.
struct Fill {
    reader: Reader,
    file: Arc<File>,
    permit: Permit,
    item: ProgressItem,
    recorder: Recorder,
}

impl Fill {
    /// Returns the rest of the range: empty, unless it was stopped.
    async fn run(mut self) -> Result<Range<u64>, FillError> {
        let (meter, mut dirty) = (self.permit.meter(), self.reader.rest().start);
        let mut stopped = std::pin::pin!(self.permit.stopped());
        loop {
            let next = tokio::select! {
                biased;
                () = &mut stopped => break,
                next = self.reader.next() => next.map_err(FillError::Read)?,
            };
            let Some((at, bytes)) = next else { break };
            self.file.write_all_at(&bytes, at).map_err(FillError::Write)?;
            self.recorder.add(at, &bytes);
            self.item.add(bytes.len() as u64);
            meter.add(bytes.len() as u64);
            let end = self.reader.rest().start;
            if end - dirty >= CHUNK_SIZE {
                start_write_back(&self.file, dirty..end);
                dirty = end;
            }
        }
        self.recorder.record();
        let rest = self.reader.rest();
        start_write_back(&self.file, dirty..rest.start);
        Ok(rest)
    }
}

/// Has the system begin to write a range of the file to the disk, and does not wait for it: what gets its final name has
/// most of its blocks on the way. A failure only means that the system begins when it wants to.
pub(super) fn start_write_back(file: &File, range: Range<u64>) {
    #[cfg(target_os = "linux")]
    if let Some(length) = std::num::NonZeroU64::new(range.end - range.start) {
        // Linux begins to write dirty pages that are no longer needed; it forgets only those that are written.
        let _ = rustix::fs::fadvise(file, range.start, Some(length), rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, range);
}

/// Records what has arrived of a range, piece by piece.
struct Recorder {
    algorithm: Algorithm,
    sender: mpsc::UnboundedSender<FetchedRange>,
    /// The fewest bytes of a piece that does not end its range.
    least: u64,
    /// The piece that is not recorded yet: where it starts, its bytes, and their hash.
    piece: Option<(u64, u64, Hash)>,
    since: Instant,
}

impl Recorder {
    /// For a range of an object of `bytes` bytes.
    fn new(
        algorithm: Algorithm,
        bytes: u64,
        sender: mpsc::UnboundedSender<FetchedRange>,
    ) -> Recorder {
        let least = bytes / MAX_RECORDS;
        Recorder { algorithm, sender, least, piece: None, since: Instant::now() }
    }

    /// Adds bytes that are in the file, behind those before.
    fn add(&mut self, at: u64, bytes: &[u8]) {
        let (_, length, hash) = self.piece.get_or_insert_with(|| (at, 0, self.algorithm.hash()));
        *length += bytes.len() as u64;
        hash.update(bytes);
        if *length >= self.least && self.since.elapsed() >= RECORD_INTERVAL {
            self.record();
        }
    }

    fn record(&mut self) {
        self.since = Instant::now();
        let Some((start, bytes, hash)) = self.piece.take() else { return };
        // The receiver is gone if the download has failed.
        let _ =
            self.sender.send(FetchedRange { start, bytes, crc: hash.crc().unwrap_or_default() });
    }
}
