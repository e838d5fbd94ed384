//! Where downloaded bytes go: a file that appears whole or not at all, or a stream.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
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
use crate::transfer::files::{Directory, FilePlace, FileTime, Nameless, PartFile, read_range};
use crate::transfer::names::is_part_name;
use crate::transfer::resume::{Partial, Resumable};

/// How many pieces wait between the connection and a slow reader of the stream.
const WAITING_PIECES: usize = 16;

/// The largest pipe that Linux gives to everybody, in bytes.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;

/// Where to put an object.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A regular file, new or to be replaced.
    File(FilePlace),
    /// Standard output.
    Stdout,
    /// What is written from beginning to end and never replaced: a FIFO, a device, an inherited descriptor.
    Stream(NamedStream),
}

impl Target {
    /// What a path of the user's leads to, through links; `-` is standard output.
    ///
    /// # Errors
    /// Where no file can be there.
    pub(crate) fn of(path: &Path) -> Result<Target, Failure> {
        if path == Path::new("-") {
            return Ok(Target::Stdout);
        }
        let unwritable = |error: io::Error| Failure::unwritable(path.display(), error);
        match NamedOutput::resolve(path).map_err(unwritable)? {
            NamedOutput::Stream(stream) => Ok(Target::Stream(stream)),
            NamedOutput::File { name, .. } if is_part_name(&name) => Err(Failure::usage(format!(
                "{} is what unfinished downloads are called",
                path.display()
            ))
            .hint("give the file another name")),
            NamedOutput::File { folder, name } => {
                let folder = Directory::open(&folder).map_err(unwritable)?;
                FilePlace::new(Arc::new(folder), &name).map(Target::File)
            }
        }
    }

    /// Fails where writing there would overwrite one of the run's key files, or config.toml.
    ///
    /// # Errors
    /// [`Kind::Usage`] then.
    pub(crate) fn spare_protected_files(&self) -> Result<(), Failure> {
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

/// How a file is put in its place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Arrival {
    /// Whether a file that is there already stays.
    pub no_clobber: bool,
    /// The modification time that it gets.
    pub time: FileTime,
}

/// A file in the making, in the folder that it will be in: removed unless it is [`NewFile::publish`]ed.
#[derive(Debug)]
pub(crate) struct NewFile {
    temporary: Temporary,
    place: FilePlace,
    arrival: Arrival,
}

/// What a file is until it is published.
#[derive(Debug)]
enum Temporary {
    /// Gone however this run ends.
    Nameless(Nameless),
    /// The same where the file system has no files without a name; what a killed run leaves, the next one removes.
    Named(PartFile),
    /// Kept for another run, where this one is interrupted.
    Resumable(Box<Partial>),
}

impl NewFile {
    /// Begins a file.
    pub(crate) fn create(place: &FilePlace, arrival: Arrival) -> Result<NewFile, Failure> {
        let temporary = match Nameless::create(&place.folder, place.mode()) {
            Ok(file) => Temporary::Nameless(file),
            // Where that is the file system's word for it, or something else is wrong.
            Err(_) => PartFile::create(&place.folder, place.mode())
                .map(Temporary::Named)
                .map_err(|error| Failure::unwritable(place.path().display(), error))?,
        };
        Ok(NewFile { temporary, place: place.clone(), arrival })
    }

    /// Goes on with the file of an earlier run, or begins one that another run can go on with. Where
    /// that cannot be, it is a file like any other.
    pub(crate) fn resume(
        place: &FilePlace,
        arrival: Arrival,
        download: &Resumable<'_>,
    ) -> Result<NewFile, Failure> {
        match Partial::open(place, place.mode(), download) {
            Some(partial) => {
                let temporary = Temporary::Resumable(Box::new(partial));
                Ok(NewFile { temporary, place: place.clone(), arrival })
            }
            None => NewFile::create(place, arrival),
        }
    }

    /// The units of an earlier run that are in the file, each with its CRC by this algorithm.
    pub(crate) async fn arrived(
        &self,
        algorithm: Algorithm,
    ) -> Result<BTreeMap<u64, u64>, Failure> {
        match &self.temporary {
            Temporary::Nameless(_) | Temporary::Named(_) => Ok(BTreeMap::new()),
            Temporary::Resumable(partial) => {
                partial.arrived(algorithm).await.map_err(|error| self.refuse(error))
            }
        }
    }

    /// Remembers a unit that is in the file now.
    pub(crate) fn finish(&self, index: u64, crc: u64) {
        if let Temporary::Resumable(partial) = &self.temporary {
            partial.finish(index, crc);
        }
    }

    /// What is in the file is of no use to another run.
    pub(crate) fn spoil(&self) {
        if let Temporary::Resumable(partial) = &self.temporary {
            partial.spoil();
        }
    }

    fn as_file(&self) -> &File {
        match &self.temporary {
            Temporary::Nameless(file) => file.file(),
            Temporary::Named(file) => file.file(),
            Temporary::Resumable(partial) => partial.file(),
        }
    }

    pub(crate) fn file(&self) -> io::Result<File> {
        self.as_file().try_clone()
    }

    pub(crate) fn refuse(&self, error: io::Error) -> Failure {
        Failure::unwritable(self.place.path().display(), error)
    }

    /// Gives the file its modification time, once all is written.
    pub(crate) fn set_time(&self, time: SystemTime) -> Result<(), Failure> {
        self.as_file().set_modified(time).map_err(|error| self.refuse(error))
    }

    pub(crate) fn arrival(&self) -> Arrival {
        self.arrival
    }

    /// Feeds the file's bytes to a hash, in order.
    pub(crate) fn hash(&self, mut hash: Hash) -> Result<Hash, Failure> {
        let file = self.as_file();
        let read = file
            .metadata()
            .and_then(|found| read_range(file, 0..found.len(), |bytes| hash.update(bytes)));
        read.map_err(|error| self.refuse(error))?;
        Ok(hash)
    }

    /// The file system that the file is on.
    pub(super) fn device(&self) -> io::Result<u64> {
        Ok(self.as_file().metadata()?.dev())
    }

    /// Syncs all of the file system that the file is on.
    ///
    /// # Errors
    /// Where the system cannot, or the disk refuses.
    pub(super) fn sync_file_system(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        return Ok(rustix::fs::syncfs(self.as_file())?);
        #[cfg(not(target_os = "linux"))]
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Syncs the file, and puts it in its place, as [`NewFile::place`].
    pub(super) fn publish(self) -> Result<Option<Arc<Directory>>, Failure> {
        self.as_file().sync_all().map_err(|error| self.refuse(error))?;
        self.place()
    }

    /// Puts the file, which must be synced, in its place, and returns the folder that it is in; none where
    /// another file is there, and stays.
    pub(super) fn place(self) -> Result<Option<Arc<Directory>>, Failure> {
        let NewFile { temporary, place, arrival } = self;
        let is_new = arrival.no_clobber;
        let placed = match temporary {
            Temporary::Nameless(file) => file.put(&place, is_new),
            Temporary::Named(file) => file.put(&place.name, is_new),
            Temporary::Resumable(partial) => partial.put(&place, is_new),
        };
        match placed {
            Err(error) if is_new && error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(Failure::unwritable(place.path().display(), error)),
            Ok(()) => Ok(Some(place.folder)),
        }
    }
}

/// A stream that a thread of its own writes, so that a reader who is slow, or stuck, does not keep
/// the program from being interrupted.
pub(crate) struct Stream {
    name: String,
    sender: mpsc::Sender<Bytes>,
    writer: JoinHandle<io::Result<()>>,
}

impl Stream {
    /// Opens a stream: standard output where none is named.
    pub(crate) fn open(stream: Option<NamedStream>) -> Stream {
        let name = stream.as_ref().map_or("standard output".to_owned(), ToString::to_string);
        let (sender, mut receiver) = mpsc::channel::<Bytes>(WAITING_PIECES);
        let writer = tokio::task::spawn_blocking(move || {
            let mut output: Box<dyn Write> = match stream {
                Some(stream) => Box::new(stream.open()?),
                None => {
                    let stdout = rustix::io::dup(rustix::stdio::stdout())?;
                    // A larger pipe wakes its two ends less often; not every stdout is a pipe.
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

    /// Writes bytes; false once the reader has gone away.
    pub(crate) async fn write(&self, bytes: Bytes) -> bool {
        self.sender.send(bytes).await.is_ok()
    }

    /// Waits until everything is written. A reader who went away is no error.
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
