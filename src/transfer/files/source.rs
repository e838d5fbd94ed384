//! Sources of uploads: a regular file, which can be read repeatedly at any offset, or a stream.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::original::FileState;
use crate::failure::{Failure, is_out_of_files};
use crate::store::object::Part;
use crate::text::redaction::looks_secret;
use crate::transfer::checksum;
use aws_sdk_s3::primitives::SdkBody as RequestBody;

/// How many bytes of a file are in memory at a time, for each part that is being sent.
const READ_SIZE: usize = 256 << 10;

/// How many bytes are read from a file of size 0, to check that it is empty.
const FIRST_READ: usize = 64 << 10;

/// The content to upload.
pub enum Source {
    /// A regular file.
    File(FileSource),
    /// Anything else that can be read: standard input, a FIFO, a process substitution.
    Stream(Box<dyn Read + Send>),
}

impl Source {
    /// Errors: `Kind::Usage` for a folder; `Kind::Other` if the file cannot be read.
    pub(crate) fn of(
        file: Arc<File>,
        found: &fs::Metadata,
        path: &Path,
    ) -> Result<Source, Failure> {
        if found.is_dir() {
            return Err(Failure::usage(format!("{} is a folder", path.display()))
                .hint("name one file; to seal a folder, `tar c FOLDER | s3seal put - s3://bucket/folder.tar`"));
        }
        // Only the size of a regular file is reliable: that of a FIFO is 0.
        if !found.is_file() {
            return Ok(Source::Stream(Box::new(file)));
        }
        let refuse = |error: io::Error| unreadable(path, error);
        if let Some(stream) = unsized_stream(&file, found).map_err(refuse)? {
            return Ok(stream);
        }
        // The file may have grown since `found`.
        let found = if found.len() == 0 { &file.metadata().map_err(refuse)? } else { found };
        Ok(Source::File(FileSource {
            name: path.display().to_string(),
            bytes: found.len(),
            state: FileState::of(found),
            file,
        }))
    }

    /// The size, if it is known.
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Source::File(file) => Some(file.bytes),
            Source::Stream(_) => None,
        }
    }
}

/// Treats a file with a wrong size as a stream: kernels and FUSE generate the content of some files while it is read,
/// and report a size of 0 or a whole page. A file with blocks on a disk has a correct size, and is not read here.
fn unsized_stream(file: &Arc<File>, found: &fs::Metadata) -> io::Result<Option<Source>> {
    if found.len() > 0 {
        let is_shorter = found.blocks() == 0
            && matches!(file.read_at(&mut [0], found.len() - 1), Ok(0))
            && file.metadata()?.len() == found.len();
        return Ok(is_shorter.then(|| Source::Stream(Box::new(file.clone()))));
    }
    let mut start = vec![0; FIRST_READ];
    let read = file.as_ref().read(&mut start)?;
    if read == 0 || file.metadata()?.len() > 0 {
        return Ok(None);
    }
    start.truncate(read);
    Ok(Some(Source::Stream(Box::new(io::Cursor::new(start).chain(file.clone())))))
}

pub(crate) fn unreadable(path: &Path, error: io::Error) -> Failure {
    if is_out_of_files(&error) {
        return Failure::out_of_files().because(error);
    }
    if path.as_os_str().is_empty() {
        return Failure::usage("the source is an empty text: a variable may not be set")
            .hint("give the file to upload");
    }
    if path.to_str().is_some_and(looks_secret) && error.kind() == io::ErrorKind::NotFound {
        return Failure::usage("the file argument looks like a key")
            .hint("give the file to upload; the key goes behind -k, as file:PATH or cmd:COMMAND");
    }
    let path = path.display();
    let failure = match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::not_found(format!("there is no file {path}")).hint("check the path")
        }
        io::ErrorKind::PermissionDenied => {
            Failure::other(format!("{path} may not be read")).hint("check the file's permissions")
        }
        _ => Failure::other(format!("{path} cannot be read: {error}")),
    };
    failure.because(error)
}

/// A regular file, and its state when it was opened.
#[derive(Debug, Clone)]
pub struct FileSource {
    name: String,
    file: Arc<File>,
    pub(crate) bytes: u64,
    state: FileState,
}

impl FileSource {
    /// Fails if the file has changed since it was opened.
    pub(crate) fn check_unchanged(&self) -> Result<(), Failure> {
        if self.state_now()? == self.state { Ok(()) } else { Err(self.changed()) }
    }

    /// Fails if the content has changed since the file was opened. Name and permissions may change.
    pub(crate) fn check_content(&self) -> Result<(), Failure> {
        let is_same = self.state_now()?.content() == self.state.content();
        if is_same { Ok(()) } else { Err(self.changed()) }
    }

    /// Fails if the file has changed since it was opened and read as these parts. If only the inode has changed, which
    /// may be just the name or the permissions, the parts are read again and compared with their checksums.
    pub(crate) async fn check_parts(&self, parts: &[Part]) -> Result<(), Failure> {
        let now = self.state_now()?;
        if now == self.state {
            return Ok(());
        }
        if now.content() != self.state.content() {
            return Err(self.changed());
        }
        let (file, parts) = (self.clone(), parts.to_vec());
        let are_same = tokio::task::spawn_blocking(move || {
            let mut start = 0;
            parts.iter().all(|part| {
                let range = start..start + part.bytes;
                start = range.end;
                file.crc64nvme(range).is_ok_and(|crc| crc == part.crc64nvme)
            })
        });
        let is_unchanged = are_same.await.unwrap_or(false) && self.state_now()? == now;
        if is_unchanged { Ok(()) } else { Err(self.changed()) }
    }

    fn state_now(&self) -> Result<FileState, Failure> {
        let now = self.file.metadata();
        now.map(|now| FileState::of(&now)).map_err(|error| unreadable(Path::new(&self.name), error))
    }

    fn changed(&self) -> Failure {
        Failure::integrity(format!("{} changed while it was read: nothing was stored", self.name))
            .hint("try again when no process writes to it, or upload a snapshot")
    }

    /// The path, as the user gave it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn metadata(&self) -> io::Result<fs::Metadata> {
        self.file.metadata()
    }

    /// A range of the file as a request body that is read again at each attempt.
    pub fn body(&self, range: Range<u64>) -> RequestBody {
        let file = self.file.clone();
        RequestBody::retryable(move || {
            RequestBody::from_body_1_x(FileBody {
                file: file.clone(),
                at: range.start,
                end: range.end,
                buffer: BytesMut::new(),
            })
        })
    }

    /// The CRC64NVME of a range of the file. Fails if the file has become shorter.
    pub fn crc64nvme(&self, range: Range<u64>) -> io::Result<u64> {
        let mut digest = checksum::crc64nvme();
        self.read(range, |bytes| digest.update(bytes))?;
        Ok(digest.finalize())
    }

    /// Calls `see` with the bytes of a range, in order.
    pub(crate) fn read(&self, range: Range<u64>, see: impl FnMut(&[u8])) -> io::Result<()> {
        read_range(&self.file, range, see)
    }
}

/// Calls `see` with the bytes of a range of the file, in order.
pub(crate) fn read_range(
    file: &File,
    Range { start: mut at, end }: Range<u64>,
    mut see: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut buffer = vec![0; READ_SIZE.min(end.saturating_sub(at) as usize)];
    while at < end {
        let wanted = buffer.len().min((end - at) as usize);
        file.read_exact_at(&mut buffer[..wanted], at)?;
        see(&buffer[..wanted]);
        at += wanted as u64;
    }
    Ok(())
}

/// A range of a file as a request body.
struct FileBody {
    file: Arc<File>,
    at: u64,
    end: u64,
    /// Its memory is reused once the connection has sent the last frame.
    buffer: BytesMut,
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let wanted = READ_SIZE.min((self.end - self.at) as usize);
        if wanted == 0 {
            return Poll::Ready(None);
        }
        let this = &mut *self;
        this.buffer.reserve(wanted);
        this.buffer.resize(wanted, 0);
        if let Err(error) = this.file.read_exact_at(&mut this.buffer, this.at) {
            return Poll::Ready(Some(Err(error)));
        }
        this.at += wanted as u64;
        Poll::Ready(Some(Ok(Frame::data(this.buffer.split().freeze()))))
    }

    fn is_end_stream(&self) -> bool {
        self.at == self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end - self.at)
    }
}
