//! An open folder. All operations look names up relative to its handle and follow no links, so they affect this very
//! folder even if another process moves it or puts a link in its place.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fd::OwnedFd;
use rustix::fs::{self as sys, AtFlags, FileType, Mode, OFlags, Stat};

/// The mode of a new folder, before the umask.
const NEW_FOLDER: Mode = Mode::from_bits_retain(0o777);

/// Identifies a file, independently of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId {
    pub(crate) device: u64,
    pub(crate) inode: u64,
}

impl FileId {
    pub(crate) fn of(file: &File) -> io::Result<FileId> {
        let found = file.metadata()?;
        Ok(FileId { device: found.dev(), inode: found.ino() })
    }
}

/// The status of a file; of a symbolic link, that of the link itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status {
    pub(crate) kind: FileType,
    pub(super) id: FileId,
    /// Permissions, with set-id and sticky bits.
    pub(super) mode: u32,
    pub(super) owner: u32,
    /// How many hard links the file has.
    pub(super) links: u64,
    pub(crate) bytes: u64,
    pub(crate) modified: SystemTime,
}

impl Status {
    /// Whether the file belongs to the effective user.
    pub(super) fn is_own(&self) -> bool {
        self.owner == rustix::process::geteuid().as_raw()
    }
}

// The types of the fields differ between systems.
#[allow(clippy::unnecessary_cast)]
impl From<Stat> for Status {
    fn from(stat: Stat) -> Status {
        let since = Duration::from_secs((stat.st_mtime as i64).unsigned_abs());
        let whole = if stat.st_mtime < 0 {
            UNIX_EPOCH.checked_sub(since)
        } else {
            UNIX_EPOCH.checked_add(since)
        };
        let nanos = Duration::from_nanos(stat.st_mtime_nsec as u64);
        Status {
            kind: FileType::from_raw_mode(stat.st_mode),
            id: FileId { device: stat.st_dev as u64, inode: stat.st_ino as u64 },
            mode: (stat.st_mode as u32) & 0o7777,
            owner: stat.st_uid,
            links: stat.st_nlink as u64,
            bytes: u64::try_from(stat.st_size).unwrap_or_default(),
            modified: whole.and_then(|it| it.checked_add(nanos)).unwrap_or(UNIX_EPOCH),
        }
    }
}

/// An open folder.
#[derive(Debug)]
pub(crate) struct Directory {
    handle: File,
    /// For messages only.
    path: PathBuf,
    id: FileId,
}

impl Directory {
    /// Opens the folder at a path from the user; links are followed. The empty path is the current folder.
    pub(crate) fn open(path: &Path) -> io::Result<Directory> {
        let named = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let handle = open_folder(|flags| sys::open(named, flags, Mode::empty()))?;
        Directory::new(handle, path.to_owned())
    }

    /// Opens a subfolder. Fails if it is a symbolic link.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Directory> {
        let open = |flags| sys::openat(&self.handle, name, flags | OFlags::NOFOLLOW, Mode::empty());
        Directory::new(open_folder(open)?, self.path.join(name))
    }

    fn new(handle: OwnedFd, path: PathBuf) -> io::Result<Directory> {
        let handle = File::from(handle);
        let id = FileId::of(&handle)?;
        Ok(Directory { handle, path, id })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn id(&self) -> FileId {
        self.id
    }

    pub(super) fn make(&self, name: &OsStr) -> io::Result<()> {
        Ok(sys::mkdirat(&self.handle, name, NEW_FOLDER)?)
    }

    /// The status of the entry with this name; None if there is none.
    pub(crate) fn find(&self, name: &OsStr) -> io::Result<Option<Status>> {
        match sys::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat.into())),
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The names in the folder, each with the file type that the listing gives, which may be unknown.
    pub(crate) fn entries(&self) -> io::Result<Vec<(OsString, FileType)>> {
        let mut entries = Vec::new();
        for entry in sys::Dir::read_from(&self.handle)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                entries.push((name.to_owned(), entry.file_type()));
            }
        }
        Ok(entries)
    }

    /// Creates a file of this name, for reading and writing.
    pub(super) fn create(&self, name: &OsStr, mode: u32) -> io::Result<File> {
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(sys::openat(&self.handle, name, flags, Mode::from_bits_retain(mode))?.into())
    }

    /// Creates a file without a name (`O_TMPFILE`), which disappears when it is closed.
    #[cfg(target_os = "linux")]
    pub(super) fn create_unnamed(&self, mode: u32) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        Ok(sys::openat(&self.handle, ".", flags, Mode::from_bits_retain(mode))?.into())
    }

    /// Gives an unnamed file this name, unless the name exists.
    #[cfg(target_os = "linux")]
    pub(super) fn link(&self, file: &File, name: &OsStr) -> io::Result<()> {
        use std::os::fd::AsRawFd;
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        Ok(sys::linkat(sys::CWD, path, &self.handle, name, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// Opens an existing file for reading and writing, without following a link or waiting for the other end of a FIFO.
    pub(super) fn open_file(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(sys::openat(&self.handle, name, flags, Mode::empty())?.into())
    }

    /// Renames a file, and replaces an existing one.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(sys::renameat(&self.handle, from, &self.handle, to)?)
    }

    /// Renames a file, unless the new name exists.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        #[cfg(any(target_os = "linux", target_vendor = "apple"))]
        {
            let flags = sys::RenameFlags::NOREPLACE;
            match sys::renameat_with(&self.handle, from, &self.handle, to, flags) {
                // Not every file system supports the flag.
                Err(
                    rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP,
                ) => {}
                done => return Ok(done?),
            }
        }
        sys::linkat(&self.handle, from, &self.handle, to, AtFlags::empty())?;
        self.remove(from)
    }

    /// Removes a file or link, but no folder.
    pub(crate) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(sys::unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    /// Makes changes of the names in the folder survive a power failure, if the file system can do that.
    /// Errors: Also if the user may not read the folder.
    pub(crate) fn sync(&self) -> io::Result<()> {
        let synced = self.handle.sync_all();
        // Some file systems sync files, and not folders.
        let has_no_sync = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
        };
        synced.or_else(|error| if has_no_sync(&error) { Ok(()) } else { Err(error) })
    }
}

fn open_folder(open: impl Fn(OFlags) -> rustix::io::Result<OwnedFd>) -> io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    match open(flags | OFlags::RDONLY) {
        // A folder without read permission can still be written to.
        #[cfg(target_os = "linux")]
        Err(rustix::io::Errno::ACCESS) => Ok(open(flags | OFlags::PATH)?),
        opened => Ok(opened?),
    }
}
