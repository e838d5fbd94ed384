//! The place of a file that will be written: an open folder and a name in it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FileType;

use super::directory::{Directory, Status};
use crate::failure::Failure;

/// The mode of a new file, before the umask.
const NEW_FILE: u32 = 0o666;
/// The bits of a replaced file's mode that the new file gets: not the set-id and sticky bits.
const PERMISSIONS: u32 = 0o777;

/// The place of a file that will be written: a name in an open folder, where a regular file or nothing exists.
#[derive(Debug, Clone)]
pub(crate) struct FilePlace {
    pub(crate) folder: Arc<Directory>,
    pub(crate) name: OsString,
    pub(super) found: Option<Status>,
}

impl FilePlace {
    /// Errors: `Kind::Other` if a link, a folder, a FIFO or the like has this name.
    pub(crate) fn new(folder: Arc<Directory>, name: &OsStr) -> Result<FilePlace, Failure> {
        let path = folder.path().join(name);
        let found =
            folder.find(name).map_err(|error| Failure::unwritable(path.display(), error))?;
        let path = path.display();
        let refuse = |what: &str| {
            Err(Failure::other(format!("{path} is {what}, and a file should be there"))
                .hint("move it away, or choose another destination"))
        };
        match found.map(|found| found.kind) {
            None | Some(FileType::RegularFile) => {
                Ok(FilePlace { folder, name: name.to_owned(), found })
            }
            Some(FileType::Symlink) => Err(symlink(&folder.path().join(name))),
            Some(FileType::Directory) => refuse("a folder"),
            Some(FileType::Fifo) => refuse("a FIFO"),
            Some(FileType::Socket) => refuse("a socket"),
            Some(_) => refuse("a device"),
        }
    }

    /// The path, for messages.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Whether a file existed when the place was made.
    pub(crate) fn exists(&self) -> bool {
        self.found.is_some()
    }

    pub(crate) fn folder(&self) -> &Arc<Directory> {
        &self.folder
    }

    pub(crate) fn name(&self) -> &OsStr {
        &self.name
    }

    /// The mode of the new file, before the umask.
    pub(crate) fn mode(&self) -> u32 {
        self.found.as_ref().and_then(kept_mode).unwrap_or(NEW_FILE)
    }
}

/// The permissions that a new file takes over from the file it replaces; None unless that belongs to the user.
pub(crate) fn kept_mode(found: &Status) -> Option<u32> {
    let is_own = found.kind == FileType::RegularFile && found.is_own();
    is_own.then_some(found.mode & PERMISSIONS)
}

/// Writing through a symbolic link is refused, as it can lead out of the destination.
pub(super) fn symlink(path: &Path) -> Failure {
    Failure::other(format!(
        "{} is a symbolic link: what is written there could land outside the destination",
        path.display()
    ))
    .hint("remove the link, or name where it leads to as the destination")
}
