//! A folder that outlives the server, even one that is killed at any moment.
//!
//! `blobs/` holds the bytes of each part in a file of its own, written and synced before anything refers to it.
//! `journal` holds every change of the index, synced before it is acknowledged; an index in memory is rebuilt from it.
//! A file that the journal does not refer to was never acknowledged, and is removed at the next start.

pub(crate) mod file;
pub(crate) mod journal;
pub(crate) mod recovery;

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the format file says; a later format is another line.
const FORMAT: &str = "s3seal-mock format 1\n";

/// Everything that a folder of this server may hold at its top.
const OWN_NAMES: [&str; 6] = ["blobs", "format", "format.new", "journal", "journal.new", "lock"];

/// A folder that belongs to this server alone, while this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Files were made since their folder was last synced.
    unsynced: AtomicBool,
    /// Once the server ends, what it forgets stays on disk.
    closing: AtomicBool,
    /// Locked; the system lets go of it however the process ends.
    _lock: File,
}

impl Folder {
    /// Takes a folder of this server, or makes one out of an empty folder or none.
    ///
    /// # Errors
    /// `ResourceBusy` if another server has it, `InvalidData` if it holds something else or a format this version does
    /// not know, and whatever the file system says.
    pub(crate) fn open(path: &Path) -> io::Result<Arc<Self>> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)?;
        check_names(path)?;
        let lock = private().create(true).truncate(false).open(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let shown = path.display();
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    format!("{shown} is in use by another server"),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let folder = Self {
            path: path.to_owned(),
            unsynced: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            _lock: lock,
        };
        folder.check_format()?;
        Ok(Arc::new(folder))
    }

    /// Where the bytes of parts are.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// Keeps every file from now on, whatever is dropped.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    pub(crate) fn closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Notes that a file was made.
    pub(crate) fn made_file(&self) {
        self.unsynced.store(true, Ordering::SeqCst);
    }

    /// Makes sure that the names of all files made so far are on disk.
    pub(crate) fn sync_names(&self) -> io::Result<()> {
        if self.unsynced.swap(false, Ordering::SeqCst) {
            sync_folder(&self.blobs()).inspect_err(|_| self.made_file())?;
        }
        Ok(())
    }

    /// Replaces a file of the folder's top, whole.
    pub(crate) fn replace(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let new = self.path.join(format!("{name}.new"));
        let mut file = private().create(true).truncate(true).open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(new, self.path.join(name))?;
        sync_folder(&self.path)
    }

    fn check_format(&self) -> io::Result<()> {
        match fs::read(self.path.join("format")) {
            Ok(found) if found == FORMAT.as_bytes() => Ok(()),
            Ok(found) => Err(invalid(format!(
                "{} was written in another format ({:?}) than this version knows ({:?})",
                self.path.display(),
                String::from_utf8_lossy(&found[..found.len().min(60)]).trim_end(),
                FORMAT.trim_end()
            ))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.journal().exists() {
                    let shown = self.path.display();
                    return Err(invalid(format!("{shown} holds a journal without its format")));
                }
                fs::create_dir_all(self.blobs())?;
                self.replace("format", FORMAT.as_bytes())
            }
            Err(error) => Err(error),
        }
    }
}

/// Files of somebody else's must not come to harm.
fn check_names(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        if !OWN_NAMES.iter().any(|own| name == *own) {
            let (shown, name) = (path.display(), name.to_string_lossy());
            return Err(invalid(format!("{shown} holds {name:?}, which is not this server's")));
        }
    }
    Ok(())
}

/// How to make files that only their owner can read.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened, and need not be synced.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
