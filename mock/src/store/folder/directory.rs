//! The folder itself: locked for one server, checked before use.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::access::{self, private};
use super::error::{invalid, named};

/// The content of the format file.
const FORMAT: &str = "s3seal-mock format 2\n";

/// Everything that a folder of this server may hold at its top.
const OWN_NAMES: [&str; 8] = [
    "acknowledged",
    "blobs",
    "format",
    "format.new",
    "journal",
    "journal.new",
    "lock",
    "unreferenced",
];

/// From so many files on, one sync of the file system takes less than one of each.
const SYNCED_AS_A_WHOLE: usize = if cfg!(target_os = "linux") { 4 } else { usize::MAX };

/// What was written since the last sync.
#[derive(Default)]
struct Unsynced {
    /// Files were made.
    names: bool,
    /// The names of files whose contents are not synced either: of the first, where all are synced as a whole.
    contents: Vec<String>,
}

/// A folder that is locked for this server until this is dropped.
pub(crate) struct Folder {
    path: PathBuf,
    /// What is not on disk yet.
    unsynced: Mutex<Unsynced>,
    /// Once the server ends, dropped parts stay on disk.
    closing: AtomicBool,
    /// Locked; the system unlocks it however the process ends.
    lock: File,
}

impl Folder {
    /// Opens a folder of this server, or makes an empty or missing folder one. Fails with `ResourceBusy` if another
    /// server has it, `InvalidData` if it holds something else or a format this version does not know, and
    /// `PermissionDenied` if other users could change it.
    pub(crate) fn open(path: &Path) -> io::Result<Arc<Self>> {
        access::create(path)?;
        check_names(path)?;
        access::make_private(path)?;
        let lock = path.join("lock");
        let file = private().create(true).truncate(false).open(&lock);
        let file = file.map_err(|error| named(&lock, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let busy = io::ErrorKind::ResourceBusy;
                return Err(io::Error::new(busy, "it is in use by another server"));
            }
            Err(TryLockError::Error(error)) => return Err(named(&lock, &error)),
        }
        let folder = Self {
            path: path.to_owned(),
            unsynced: Mutex::default(),
            closing: AtomicBool::new(false),
            lock: file,
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

    /// Says up to where the journal was synced.
    pub(crate) fn acknowledged(&self) -> PathBuf {
        self.path.join("acknowledged")
    }

    /// The names of the files in `blobs/`.
    pub(crate) fn files(&self) -> io::Result<Vec<String>> {
        let blobs = self.blobs();
        let entries = fs::read_dir(&blobs).map_err(|error| named(&blobs, &error))?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    /// Moves a file out of the way into `unreferenced/`.
    pub(crate) fn put_aside(&self, file: &Path) -> io::Result<()> {
        let aside = self.path.join("unreferenced");
        access::create(&aside)?;
        fs::rename(file, aside.join(file.file_name().unwrap_or_default()))
    }

    /// Keeps the files of dropped parts from now on.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    pub(crate) fn closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Notes that a file was made; `unsynced` is its name if its content is not on disk yet.
    pub(crate) fn file_created(&self, unsynced: Option<&str>) {
        let mut all = self.unsynced();
        all.names = true;
        if all.contents.len() < SYNCED_AS_A_WHOLE {
            all.contents.extend(unsynced.map(str::to_owned));
        }
    }

    /// Makes sure that the contents and names of all files made so far are on disk.
    pub(crate) fn sync_files(&self) -> io::Result<()> {
        let Unsynced { names, contents } = std::mem::take(&mut *self.unsynced());
        if !names {
            return Ok(());
        }
        #[cfg(target_os = "linux")]
        if contents.len() >= SYNCED_AS_A_WHOLE {
            // Open since the start, so that it gets to know of every failure.
            return Ok(rustix::fs::syncfs(&self.lock)?);
        }
        let blobs = self.blobs();
        for name in contents {
            match File::open(blobs.join(name)) {
                Ok(file) => file.sync_all()?,
                // It was removed since.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        sync_folder(&blobs)
    }

    fn unsynced(&self) -> MutexGuard<'_, Unsynced> {
        self.unsynced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces a file at the folder's top atomically.
    pub(crate) fn replace(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let new = self.path.join(format!("{name}.new"));
        let write = || {
            let mut file = private().create(true).truncate(true).open(&new)?;
            file.write_all(content)?;
            file.sync_all()
        };
        write().map_err(|error| named(&new, &error))?;
        let path = self.path.join(name);
        fs::rename(new, &path).map_err(|error| named(&path, &error))?;
        sync_folder(&self.path)
    }

    fn check_format(&self) -> io::Result<()> {
        let path = self.path.join("format");
        match fs::read(&path) {
            Ok(found) if found == FORMAT.as_bytes() => Ok(()),
            Ok(found) => Err(invalid(format!(
                "it was written in another format ({:?}) than this version knows ({:?}); use the version that wrote it, or give another folder",
                String::from_utf8_lossy(&found[..found.len().min(60)]).trim_end(),
                FORMAT.trim_end()
            ))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                access::create(&self.blobs())?;
                if self.journal().exists() || !self.files()?.is_empty() {
                    return Err(invalid(
                        "it holds objects, and the file `format` is missing; bring it back from a copy, or give another folder"
                            .to_owned(),
                    ));
                }
                self.replace("format", FORMAT.as_bytes())
            }
            Err(error) => Err(named(&path, &error)),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Closing is not enough: a child process that is being started may hold the file open, too.
        let _ = self.lock.unlock();
    }
}

/// Refuses a folder with files of another program.
fn check_names(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        if !OWN_NAMES.iter().any(|own| name == *own) {
            let name = name.to_string_lossy();
            return Err(invalid(format!(
                "it holds {name:?}, which is not this server's; give an empty folder"
            )));
        }
    }
    Ok(())
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
