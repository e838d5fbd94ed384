//! Where a file is to be: its name in a folder that is held open.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FileType;

use super::directory::{Directory, Status};
use crate::failure::Failure;

/// The mode of a new file, before the umask.
const NEW_FILE: u32 = 0o666;
/// What a file that is replaced hands on of its mode: permissions, but never set-id or sticky bits.
const PERMISSIONS: u32 = 0o777;

/// Where a file is to be: a name in a folder that is held open, with a regular file there or nothing.
#[derive(Debug, Clone)]
pub(crate) struct FilePlace {
    pub(crate) folder: Arc<Directory>,
    pub(crate) name: OsString,
    pub(super) found: Option<Status>,
}

impl FilePlace {
    /// # Errors
    /// [`Kind::Other`] where a link, a folder or a FIFO and the like is there.
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

    /// Its path, to be shown.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Whether a file was there.
    pub(crate) fn exists(&self) -> bool {
        self.found.is_some()
    }

    pub(crate) fn folder(&self) -> &Arc<Directory> {
        &self.folder
    }

    pub(crate) fn name(&self) -> &OsStr {
        &self.name
    }

    /// The mode of the file that will be there, before the umask.
    pub(crate) fn mode(&self) -> u32 {
        self.found.as_ref().and_then(kept_mode).unwrap_or(NEW_FILE)
    }
}

/// The permissions that a file hands on to the one that replaces it: only one of ours does.
pub(crate) fn kept_mode(found: &Status) -> Option<u32> {
    let is_own = found.kind == FileType::RegularFile && found.is_own();
    is_own.then_some(found.mode & PERMISSIONS)
}

/// What is written through a link could land anywhere.
pub(super) fn symlink(path: &Path) -> Failure {
    Failure::other(format!(
        "{} is a symbolic link: what is written there could land outside the destination",
        path.display()
    ))
    .hint("remove the link, or name where it leads to as the destination")
}
