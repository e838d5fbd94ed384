//! Where downloaded bytes go: a file that appears whole or not at all, or a stream.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::checksum::{Algorithm, Hash};
use super::partial::{self, Partial, Resumable};
use crate::failure::Failure;
use crate::key::{check_destination, check_output};

/// The mode of a new file, before the umask.
const NEW_FILE: u32 = 0o666;
/// How many pieces wait between the connection and a slow reader of the stream.
const WAITING_PIECES: usize = 16;

/// The largest pipe that Linux gives to everybody, in bytes.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;

/// Where to put an object.
#[derive(Debug, Clone)]
pub enum Target {
    /// A regular file, new or to be replaced.
    File(PathBuf),
    /// Standard output.
    Stdout,
    /// A FIFO or a device, written from beginning to end.
    Stream(PathBuf),
}

impl Target {
    /// What kind of target a path is; `-` is standard output.
    pub fn of(path: &Path) -> Target {
        if path == Path::new("-") {
            return Target::Stdout;
        }
        match fs::metadata(path) {
            Ok(found) if !found.is_file() && !found.is_dir() => Target::Stream(path.to_owned()),
            _ => Target::File(path.to_owned()),
        }
    }

    /// Fails where writing there would overwrite one of the run's key files, or config.toml.
    ///
    /// # Errors
    /// [`Failure::Usage`] then.
    pub(super) fn spare_protected_files(&self) -> Result<(), Failure> {
        match self {
            Target::File(path) | Target::Stream(path) => check_destination(path),
            Target::Stdout => check_output(rustix::stdio::stdout(), "standard output"),
        }
    }
}

/// A file in the making, beside the one it will become: removed unless [`NewFile::publish`]ed.
#[derive(Debug)]
pub(super) struct NewFile {
    temporary: Temporary,
    path: PathBuf,
}

/// What a file is until it is published.
#[derive(Debug)]
enum Temporary {
    /// Gone when this run ends.
    Passing(NamedTempFile),
    /// Kept for another run, where this one is interrupted.
    Resumable(Box<Partial>),
}

impl NewFile {
    /// Begins a file.
    pub(super) fn create(path: &Path) -> Result<NewFile, Failure> {
        let (path, mode) = place_of(path);
        let refuse = |error: io::Error| Failure::unwritable(path.display(), &error);
        let temporary = tempfile::Builder::new()
            .prefix(partial::PREFIX)
            .suffix(partial::SUFFIX)
            .permissions(fs::Permissions::from_mode(mode))
            .tempfile_in(folder_of(&path))
            .map_err(refuse)?;
        Ok(NewFile { temporary: Temporary::Passing(temporary), path })
    }

    /// Goes on with the file of an earlier run, or begins one that another run can go on with. Where
    /// that cannot be, it is a file like any other.
    pub(super) fn resume(path: &Path, download: &Resumable<'_>) -> Result<NewFile, Failure> {
        let (place, mode) = place_of(path);
        match Partial::open(&place, mode, download) {
            Some(partial) => {
                let temporary = Temporary::Resumable(Box::new(partial));
                Ok(NewFile { temporary, path: place })
            }
            None => NewFile::create(path),
        }
    }

    /// The units of an earlier run that are in the file, each with its CRC by this algorithm.
    pub(super) async fn arrived(
        &self,
        algorithm: Algorithm,
    ) -> Result<BTreeMap<u64, u64>, Failure> {
        match &self.temporary {
            Temporary::Passing(_) => Ok(BTreeMap::new()),
            Temporary::Resumable(partial) => {
                partial.arrived(algorithm).await.map_err(|error| self.refuse(&error))
            }
        }
    }

    /// Remembers a unit that is in the file now.
    pub(super) fn finish(&self, index: u64, crc: u64) {
        if let Temporary::Resumable(partial) = &self.temporary {
            partial.finish(index, crc);
        }
    }

    /// What is in the file is of no use to another run.
    pub(super) fn spoil(&self) {
        if let Temporary::Resumable(partial) = &self.temporary {
            partial.spoil();
        }
    }

    /// Whether an interrupted download to this path has left something to go on with.
    pub(super) fn is_left_of(path: &Path) -> bool {
        partial::path_of(&place_of(path).0).exists()
    }

    fn as_file(&self) -> &File {
        match &self.temporary {
            Temporary::Passing(temporary) => temporary.as_file(),
            Temporary::Resumable(partial) => partial.file(),
        }
    }

    pub(super) fn file(&self) -> io::Result<File> {
        self.as_file().try_clone()
    }

    pub(super) fn refuse(&self, error: &io::Error) -> Failure {
        Failure::unwritable(self.path.display(), error)
    }

    /// Feeds the file's bytes to a hash, in order.
    pub(super) fn hash(&self, mut hash: Hash) -> Result<Hash, Failure> {
        let mut read = || {
            let mut file = self.file()?;
            file.rewind()?;
            let mut buffer = vec![0; 256 << 10];
            loop {
                match file.read(&mut buffer)? {
                    0 => return io::Result::Ok(()),
                    n => hash.update(&buffer[..n]),
                }
            }
        };
        read().map_err(|error| self.refuse(&error))?;
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
    pub(super) fn publish(self) -> Result<PathBuf, Failure> {
        self.as_file().sync_all().map_err(|error| self.refuse(&error))?;
        self.place()
    }

    /// Puts the file, which must be synced, in its place, and returns the folder that it is in.
    pub(super) fn place(self) -> Result<PathBuf, Failure> {
        let NewFile { temporary, path } = self;
        let placed = match temporary {
            Temporary::Passing(temporary) => {
                temporary.persist(&path).map(drop).map_err(|error| error.error)
            }
            Temporary::Resumable(partial) => partial.persist(&path),
        };
        placed.map_err(|error| Failure::unwritable(path.display(), &error))?;
        Ok(folder_of(&path).to_owned())
    }
}

/// Where a file will be, and its mode. Through a symbolic link the file it points to is replaced, not the
/// link; a file that is replaced keeps its mode, and a new one gets what the umask leaves.
fn place_of(path: &Path) -> (PathBuf, u32) {
    let mode_of = |found: &fs::Metadata| found.permissions().mode() & 0o777;
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let mode = fs::metadata(&path).map_or(NEW_FILE, |found| mode_of(&found));
            (path, mode)
        }
        found => (path.to_owned(), found.map_or(NEW_FILE, |found| mode_of(&found))),
    }
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A stream that a thread of its own writes, so that a reader who is slow, or stuck, does not keep
/// the program from being interrupted.
pub(super) struct Stream {
    name: String,
    sender: mpsc::Sender<Bytes>,
    writer: JoinHandle<io::Result<()>>,
}

impl Stream {
    /// Opens a stream: standard output where there is no path.
    pub(super) fn open(path: Option<PathBuf>) -> Stream {
        let name =
            path.as_ref().map_or("standard output".to_owned(), |it| it.display().to_string());
        let (sender, mut receiver) = mpsc::channel::<Bytes>(WAITING_PIECES);
        let writer = tokio::task::spawn_blocking(move || {
            let mut output: Box<dyn Write> = match path {
                Some(path) => Box::new(fs::OpenOptions::new().write(true).open(path)?),
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
    pub(super) async fn write(&self, bytes: Bytes) -> bool {
        self.sender.send(bytes).await.is_ok()
    }

    /// Waits until everything is written. A reader who went away is no error.
    pub(super) async fn finish(self) -> Result<(), Failure> {
        drop(self.sender);
        match self.writer.await {
            Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::unwritable(self.name, &error))
            }
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::other("the output's writer ended unexpectedly")),
        }
    }
}
