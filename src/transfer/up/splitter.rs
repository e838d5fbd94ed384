//! Splits a source into the parts that are uploaded: ranges of a file, or buffers of a stream.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;

use crate::failure::Failure;
use crate::transfer::buffers::{Buffer, Buffers};
use crate::transfer::files::{FileSource, Source, unreadable};
use crate::transfer::{checksum, plan};
use aws_sdk_s3::primitives::SdkBody as RequestBody;

/// How many bytes of a stream may be in memory. One part always may.
const MAX_STREAM_MEMORY: u64 = 64 << 20;
const MAX_BUFFERS: usize = 4;

#[derive(Debug, Clone)]
pub(super) enum PartContent {
    Range { file: FileSource, start: u64, end: u64 },
    Buffer(Bytes),
}

impl PartContent {
    pub(super) fn whole(file: FileSource) -> PartContent {
        let end = file.bytes;
        PartContent::Range { file, start: 0, end }
    }

    /// The size in bytes.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            PartContent::Range { start, end, .. } => end - start,
            PartContent::Buffer(bytes) => bytes.len() as u64,
        }
    }

    /// Calls `see` with all bytes, in order.
    pub(super) fn read(&self, mut see: impl FnMut(&[u8])) -> Result<(), Failure> {
        match self {
            PartContent::Range { file, start, end } => {
                file.read(*start..*end, see).map_err(|error| match file.check_unchanged() {
                    Err(changed) => changed,
                    Ok(()) => unreadable(Path::new(file.name()), error),
                })
            }
            PartContent::Buffer(bytes) => {
                see(bytes);
                Ok(())
            }
        }
    }

    pub(super) fn crc64nvme(&self) -> Result<u64, Failure> {
        let mut digest = checksum::crc64nvme();
        self.read(|bytes| digest.update(bytes))?;
        Ok(digest.finalize())
    }

    /// Replaces the failure if the file has changed: to the store, changed bytes look like damage in transit.
    pub(super) fn blame_change(&self, failure: Failure) -> Failure {
        match self {
            PartContent::Range { file, .. } => file.check_unchanged().err().unwrap_or(failure),
            PartContent::Buffer(_) => failure,
        }
    }

    /// A request body that can be sent again at each attempt.
    pub(super) fn body(&self) -> RequestBody {
        match self {
            PartContent::Range { file, start, end } => file.body(*start..*end),
            PartContent::Buffer(bytes) => RequestBody::from(bytes.clone()),
        }
    }
}

/// Splits a source into parts, in order.
pub(super) struct PartSplitter {
    source: Option<Source>,
    /// A part that was read ahead, or put back.
    first: Option<PartContent>,
    /// How many parts have been cut.
    number: u64,
    part_size: Option<u64>,
    /// Hold the parts of a stream: those being sent and the one being read.
    buffers: Buffers,
}

impl PartSplitter {
    /// Splits into parts of `part_size` bytes, or of the default size.
    pub(super) fn of(source: Source, part_size: Option<u64>) -> PartSplitter {
        let buffers = Buffers::new(MAX_BUFFERS + 1);
        PartSplitter { source: Some(source), first: None, number: 0, part_size, buffers }
    }

    /// The whole source as one part, if it has at most `max_bytes` bytes, or is a stream that ends before its
    /// second part. An empty source is one empty part.
    pub(super) async fn single_part(
        &mut self,
        max_bytes: u64,
    ) -> Result<Option<PartContent>, Failure> {
        match &self.source {
            Some(Source::File(file)) if file.bytes <= max_bytes => {
                let content = PartContent::whole(file.clone());
                self.source = None;
                Ok(Some(content))
            }
            Some(Source::Stream(_)) => {
                let first = self.next().await?.unwrap_or(PartContent::Buffer(Bytes::new()));
                if self.source.is_none() {
                    return Ok(Some(first));
                }
                self.first = Some(first);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Makes `content`, which was the single part, the next part.
    pub(super) fn put_back(&mut self, content: PartContent) {
        self.first = Some(content);
    }

    /// Whether a single part was put back.
    pub(super) fn is_single_part(&self) -> bool {
        self.source.is_none() && self.first.is_some()
    }

    /// The regular file that is split, and the size of its parts.
    pub(super) fn file(&self) -> Option<(&FileSource, u64)> {
        match &self.source {
            Some(Source::File(file)) => {
                Some((file, plan::part_size(file.bytes, self.part_size).ok()?))
            }
            _ => None,
        }
    }

    /// How many parts may be sent at once: those of a stream are in memory.
    pub(super) fn max_at_once(&self) -> usize {
        match &self.source {
            Some(Source::Stream(_)) => {
                let size = plan::stream_part_size(self.number + 1, self.part_size);
                usize::try_from(MAX_STREAM_MEMORY / size)
                    .unwrap_or(usize::MAX)
                    .clamp(1, MAX_BUFFERS)
            }
            _ => usize::MAX,
        }
    }

    pub(super) async fn next(&mut self) -> Result<Option<PartContent>, Failure> {
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
                Ok(Some(PartContent::Range { file, start, end }))
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
                Ok(Some(PartContent::Buffer(bytes)))
            }
        }
    }
}

/// Reads up to `size` bytes; fewer only at the end of the stream.
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
        let mut splitter = PartSplitter::of(source, part_size);
        let mut sizes = Vec::new();
        while let Some(content) = splitter.next().await.unwrap() {
            sizes.push(content.bytes());
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
    async fn a_single_part_is_recognised() {
        for (bytes, only) in [(0, true), (9, true), (10, false), (11, false)] {
            let mut splitter = PartSplitter::of(stream(bytes), Some(10));
            let found = splitter.single_part(10).await.unwrap();
            assert_eq!(found.is_some(), only, "{bytes}");
            if !only {
                assert_eq!(splitter.next().await.unwrap().unwrap().bytes(), 10);
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
