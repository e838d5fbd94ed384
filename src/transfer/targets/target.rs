//! Where downloaded bytes go: a file that is published whole or not at all, or a stream.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::key::core::{check_destination, check_output};
use crate::system::{NamedOutput, NamedStream};
use crate::transfer::checksum::{Algorithm, Hash};
use crate::transfer::files::{Directory, FilePlace, FileTime, TempFile, UnnamedFile, read_range};
use crate::transfer::names::is_temp_name;
use crate::transfer::resume::{FetchedRange, PartialFile, ResumableDownload};

/// How many chunks of bytes may wait for a slow reader of the stream.
const MAX_WAITING_CHUNKS: usize = 16;

/// The largest pipe that Linux allows unprivileged processes, in bytes.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;

/// Where to put an object.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A regular file, which is created or replaced.
    File(FilePlace),
    Stdout,
    /// A FIFO, a device or an inherited descriptor: written from beginning to end, never replaced.
    Stream(NamedStream),
}

impl Target {
    /// The target that a path names. Symbolic links are followed; `-` is standard output.
    pub(crate) fn of(path: &Path) -> Result<Target, Failure> {
        if path == Path::new("-") {
            return Ok(Target::Stdout);
        }
        let unwritable = |error: io::Error| Failure::unwritable(path.display(), error);
        match NamedOutput::resolve(path).map_err(unwritable)? {
            NamedOutput::Stream(stream) => Ok(Target::Stream(stream)),
            NamedOutput::File { name, .. } if is_temp_name(&name) => {
                Err(Failure::usage(format!("{} is a name for temporary files", path.display()))
                    .hint("give the file another name"))
            }
            NamedOutput::File { folder, name } => {
                let folder = Directory::open(&folder).map_err(unwritable)?;
                FilePlace::new(Arc::new(folder), &name).map(Target::File)
            }
        }
    }

    /// Errors: `Kind::Usage` if the target is one of the run's key files, or config.toml.
    pub(crate) fn check_not_protected(&self) -> Result<(), Failure> {
        match self {
            Target::File(place) => check_destination(&place.path()),
            Target::Stream(NamedStream::Path(path)) => check_destination(path),
            Target::Stream(stream) => match stream.open() {
                Ok(open) => check_output(open, &stream.to_string()),
                Err(error) => Err(Failure::unwritable(stream, error)),
            },
            Target::Stdout => check_output(rustix::stdio::stdout(), "standard output"),
        }
    }
}

/// How a file is published.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PublishOptions {
    /// Whether an existing file is kept instead.
    pub no_clobber: bool,
    /// The modification time of the new file.
    pub time: FileTime,
    /// Whether the file is written to the disk before it gets its name: it is whole then even after a power failure.
    pub fsync: bool,
}

/// A file that is being written, in the target's folder. Removed if dropped before [`NewFile::publish`], unless another
/// run can resume it.
#[derive(Debug)]
pub(crate) struct NewFile {
    temporary: Temporary,
    place: FilePlace,
    publish_options: PublishOptions,
}

/// The file before it is published.
#[derive(Debug)]
enum Temporary {
    /// Gone however the run ends.
    Unnamed(UnnamedFile),
    /// For file systems without unnamed files. If the run is killed, the next one removes it.
    Named(TempFile),
    /// Kept for another run if this one is interrupted.
    Partial(Box<PartialFile>),
}

impl NewFile {
    pub(crate) fn create(
        place: &FilePlace,
        publish_options: PublishOptions,
    ) -> Result<NewFile, Failure> {
        let temporary = match UnnamedFile::create(&place.folder, place.mode()) {
            Ok(file) => Temporary::Unnamed(file),
            // Not supported, or another error, which creating a named file then reports.
            Err(_) => TempFile::create(&place.folder, place.mode())
                .map(Temporary::Named)
                .map_err(|error| Failure::unwritable(place.path().display(), error))?,
        };
        Ok(NewFile { temporary, place: place.clone(), publish_options })
    }

    /// Reopens the partial file of an earlier run, or creates one that another run can resume. If that fails, creates
    /// a file that cannot be resumed.
    pub(crate) fn resume(
        place: &FilePlace,
        publish_options: PublishOptions,
        download: &ResumableDownload<'_>,
    ) -> Result<NewFile, Failure> {
        match PartialFile::open(place, place.mode(), download) {
            Some(partial) => {
                let temporary = Temporary::Partial(Box::new(partial));
                Ok(NewFile { temporary, place: place.clone(), publish_options })
            }
            None => NewFile::create(place, publish_options),
        }
    }

    /// The ranges of earlier runs that are intact in the file, each with its CRC by this algorithm.
    pub(crate) async fn intact_ranges(
        &self,
        algorithm: Algorithm,
    ) -> Result<Vec<FetchedRange>, Failure> {
        match &self.temporary {
            Temporary::Unnamed(_) | Temporary::Named(_) => Ok(Vec::new()),
            Temporary::Partial(partial) => {
                partial.intact_ranges(algorithm).await.map_err(|error| self.refuse(error))
            }
        }
    }

    /// Whether earlier runs have fetched ranges of it.
    pub(crate) fn is_resumed(&self) -> bool {
        matches!(&self.temporary, Temporary::Partial(partial) if partial.is_resumed())
    }

    /// Records a range that is in the file now.
    pub(crate) fn record(&self, range: &FetchedRange) {
        if let Temporary::Partial(partial) = &self.temporary {
            partial.record(range);
        }
    }

    /// Marks the content as unusable for another run.
    pub(crate) fn discard(&self) {
        if let Temporary::Partial(partial) = &self.temporary {
            partial.discard();
        }
    }

    fn as_file(&self) -> &File {
        match &self.temporary {
            Temporary::Unnamed(file) => file.file(),
            Temporary::Named(file) => file.file(),
            Temporary::Partial(partial) => partial.file(),
        }
    }

    pub(crate) fn file(&self) -> io::Result<File> {
        self.as_file().try_clone()
    }

    pub(crate) fn refuse(&self, error: io::Error) -> Failure {
        Failure::unwritable(self.place.path().display(), error)
    }

    /// Sets the modification time. To be called after the last write.
    pub(crate) fn set_time(&self, time: SystemTime) -> Result<(), Failure> {
        self.as_file().set_modified(time).map_err(|error| self.refuse(error))
    }

    pub(crate) fn publish_options(&self) -> PublishOptions {
        self.publish_options
    }

    /// Updates a hash with all bytes of the file.
    pub(crate) fn hash(&self, mut hash: Hash) -> Result<Hash, Failure> {
        let file = self.as_file();
        let read = file
            .metadata()
            .and_then(|found| read_range(file, 0..found.len(), |bytes| hash.update(bytes)));
        read.map_err(|error| self.refuse(error))?;
        Ok(hash)
    }

    /// Gives the file its final name, and returns its folder. None if an existing file was kept instead. With `fsync` this
    /// waits for the disk; the name is sure to survive a power failure only once the folder is synced as well.
    pub(crate) fn publish(self) -> Result<Option<Arc<Directory>>, Failure> {
        if self.publish_options.fsync {
            self.as_file().sync_all().map_err(|error| self.refuse(error))?;
        }
        let NewFile { temporary, place, publish_options } = self;
        let no_clobber = publish_options.no_clobber;
        let persisted = match temporary {
            Temporary::Unnamed(file) => file.persist(&place, no_clobber),
            Temporary::Named(file) => file.persist(&place.name, no_clobber),
            Temporary::Partial(partial) => partial.persist(&place, no_clobber),
        };
        match persisted {
            Err(error) if no_clobber && error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(Failure::unwritable(place.path().display(), error)),
            Ok(()) => Ok(Some(place.folder)),
        }
    }
}

/// A stream that a separate thread writes to, so that a slow or stuck reader does not keep the program
/// from being interrupted.
pub(crate) struct Stream {
    name: String,
    sender: mpsc::Sender<Bytes>,
    writer: JoinHandle<io::Result<()>>,
}

impl Stream {
    /// Opens a stream; None is standard output.
    pub(crate) fn open(stream: Option<NamedStream>) -> Stream {
        let name = stream.as_ref().map_or("standard output".to_owned(), ToString::to_string);
        let (sender, mut receiver) = mpsc::channel::<Bytes>(MAX_WAITING_CHUNKS);
        let writer = tokio::task::spawn_blocking(move || {
            let mut output: Box<dyn Write> = match stream {
                Some(stream) => Box::new(stream.open()?),
                None => {
                    let stdout = rustix::io::dup(rustix::stdio::stdout())?;
                    // A larger pipe saves context switches. The call fails if stdout is not a pipe.
                    #[cfg(target_os = "linux")]
                    let _ = rustix::pipe::fcntl_setpipe_size(&stdout, PIPE_SIZE);
                    Box::new(File::from(stdout))
                }
            };
            while let Some(bytes) = receiver.blocking_recv() {
                output.write_all(&bytes)?;
            }
            output.flush()
        });
        Stream { name, sender, writer }
    }

    /// Queues bytes; false once the reader has closed the stream, or writing has failed.
    pub(crate) async fn write(&self, bytes: Bytes) -> bool {
        self.sender.send(bytes).await.is_ok()
    }

    /// Waits until all bytes are written. It is not an error if the reader has closed the stream.
    pub(crate) async fn finish(self) -> Result<(), Failure> {
        drop(self.sender);
        match self.writer.await {
            Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::unwritable(self.name, error))
            }
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::other("the output's writer ended unexpectedly")),
        }
    }
}
