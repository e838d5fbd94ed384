//! A source taken apart into the parts that are uploaded: stretches of a file, or buffers of a stream.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;

use crate::failure::Failure;
use crate::transfer::buffers::{Buffer, Buffers};
use crate::transfer::files::{FileSource, Source, unreadable};
use crate::transfer::{checksum, plan};
use aws_sdk_s3::primitives::SdkBody as RequestBody;

/// How much of a stream may be in memory, in bytes; one part at least.
const STREAM_BUFFERS: u64 = 64 << 20;
const MOST_BUFFERS: usize = 4;

/// The bytes of one part.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Range { file: FileSource, start: u64, end: u64 },
    Buffer(Bytes),
}

impl Piece {
    /// All of a file in one piece.
    pub(super) fn whole(file: FileSource) -> Piece {
        let end = file.bytes;
        Piece::Range { file, start: 0, end }
    }

    /// Its size in bytes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Piece::Range { start, end, .. } => end - start,
            Piece::Buffer(bytes) => bytes.len() as u64,
        }
    }

    /// Shows all its bytes, in order.
    pub(super) fn read(&self, mut see: impl FnMut(&[u8])) -> Result<(), Failure> {
        match self {
            Piece::Range { file, start, end } => {
                file.read(*start..*end, see).map_err(|error| match file.check_unchanged() {
                    Err(changed) => changed,
                    Ok(()) => unreadable(Path::new(file.name()), error),
                })
            }
            Piece::Buffer(bytes) => {
                see(bytes);
                Ok(())
            }
        }
    }

    /// Its CRC64NVME.
    pub(super) fn crc64nvme(&self) -> Result<u64, Failure> {
        let mut digest = checksum::crc64nvme();
        self.read(|bytes| digest.update(bytes))?;
        Ok(digest.finalize())
    }

    /// Bytes that are not what they were a moment ago look to the store like damage on the way.
    pub(super) fn blame_change(&self, failure: Failure) -> Failure {
        match self {
            Piece::Range { file, .. } => file.check_unchanged().err().unwrap_or(failure),
            Piece::Buffer(_) => failure,
        }
    }

    /// A request body, made anew for each attempt.
    pub(super) fn body(&self) -> RequestBody {
        match self {
            Piece::Range { file, start, end } => file.body(*start..*end),
            Piece::Buffer(bytes) => RequestBody::from(bytes.clone()),
        }
    }
}

/// A source taken apart into parts, in order.
pub(super) struct Pieces {
    source: Option<Source>,
    /// The piece that was read ahead, to learn whether it is the only one.
    first: Option<Piece>,
    /// How many pieces have been cut.
    number: u64,
    part_size: Option<u64>,
    /// For the parts of a stream: those under way and the one being read.
    buffers: Buffers,
}

impl Pieces {
    /// Cuts into parts of `part_size` bytes, or of the usual size.
    pub(super) fn of(source: Source, part_size: Option<u64>) -> Pieces {
        let buffers = Buffers::new(MOST_BUFFERS + 1);
        Pieces { source: Some(source), first: None, number: 0, part_size, buffers }
    }

    /// The only piece, if there is but one of at most `one_request` bytes. An empty source is one
    /// empty piece.
    pub(super) async fn only(&mut self, one_request: u64) -> Result<Option<Piece>, Failure> {
        match &self.source {
            Some(Source::File(file)) if file.bytes <= one_request => {
                let piece = Piece::whole(file.clone());
                self.source = None;
                Ok(Some(piece))
            }
            Some(Source::Stream(_)) => {
                let first = self.next().await?.unwrap_or(Piece::Buffer(Bytes::new()));
                if self.source.is_none() {
                    return Ok(Some(first));
                }
                self.first = Some(first);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// The regular file that is cut, and the size of its parts.
    pub(super) fn file(&self) -> Option<(&FileSource, u64)> {
        match &self.source {
            Some(Source::File(file)) => {
                Some((file, plan::part_size(file.bytes, self.part_size).ok()?))
            }
            _ => None,
        }
    }

    /// How many pieces may be under way at once: those of a stream are in memory.
    pub(super) fn most_at_once(&self) -> usize {
        match &self.source {
            Some(Source::Stream(_)) => {
                let size = plan::stream_part_size(self.number + 1, self.part_size);
                usize::try_from(STREAM_BUFFERS / size).unwrap_or(usize::MAX).clamp(1, MOST_BUFFERS)
            }
            _ => usize::MAX,
        }
    }

    /// The next piece.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, Failure> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        match self.source.take() {
            None => Ok(None),
            Some(Source::File(file)) => {
                let size = plan::part_size(file.bytes, self.part_size)?;
                let Range { start, end } = plan::range(self.number, file.bytes, size);
                self.number += 1;
                if end < file.bytes {
                    self.source = Some(Source::File(file.clone()));
                }
                Ok(Some(Piece::Range { file, start, end }))
            }
            Some(Source::Stream(stream)) => {
                self.number += 1;
                let size = plan::stream_part_size(self.number, self.part_size);
                let buffer = self.buffers.lend(size as usize).await;
                let (stream, bytes) = read_part(stream, buffer, size).await?;
                if bytes.len() as u64 == size {
                    self.source = Some(Source::Stream(stream));
                } else if bytes.is_empty() {
                    return Ok(None);
                }
                Ok(Some(Piece::Buffer(bytes)))
            }
        }
    }
}

/// Reads up to `size` bytes; fewer are all that there were.
pub(super) async fn read_part(
    mut stream: Box<dyn Read + Send>,
    mut buffer: Buffer,
    size: u64,
) -> Result<(Box<dyn Read + Send>, Bytes), Failure> {
    let read = tokio::task::spawn_blocking(move || {
        stream.by_ref().take(size).read_to_end(&mut buffer.content)?;
        io::Result::Ok((stream, buffer.freeze()))
    });
    match read.await {
        Ok(Ok(part)) => Ok(part),
        Ok(Err(error)) => {
            Err(Failure::other(format!("the input cannot be read: {error}")).because(error))
        }
        Err(_) => Err(Failure::other("the input's reader ended unexpectedly")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    async fn sizes(source: Source, part_size: Option<u64>) -> Vec<u64> {
        let mut pieces = Pieces::of(source, part_size);
        let mut sizes = Vec::new();
        while let Some(piece) = pieces.next().await.unwrap() {
            sizes.push(piece.bytes());
        }
        sizes
    }

    fn stream(bytes: usize) -> Source {
        Source::Stream(Box::new(io::Cursor::new(vec![7; bytes])))
    }

    #[tokio::test]
    async fn streams_are_cut_into_parts() {
        assert_eq!(sizes(stream(25), Some(10)).await, [10, 10, 5]);
        assert_eq!(sizes(stream(20), Some(10)).await, [10, 10]);
        assert_eq!(sizes(stream(0), Some(10)).await, [0u64; 0]);
    }

    #[tokio::test]
    async fn one_piece_is_recognised() {
        for (bytes, only) in [(0, true), (9, true), (10, false), (11, false)] {
            let mut pieces = Pieces::of(stream(bytes), Some(10));
            let found = pieces.only(10).await.unwrap();
            assert_eq!(found.is_some(), only, "{bytes}");
            if !only {
                assert_eq!(pieces.next().await.unwrap().unwrap().bytes(), 10);
            }
        }
    }

    #[tokio::test]
    async fn files_are_cut_without_being_read() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut file, &[7; 25]).unwrap();
        let open = || {
            let file = Arc::new(file.reopen().unwrap());
            let found = file.metadata().unwrap();
            Source::of(file, &found, Path::new("file")).unwrap()
        };
        assert_eq!(open().bytes(), Some(25));
        assert_eq!(sizes(open(), Some(10)).await, [10, 10, 5]);
    }
}
