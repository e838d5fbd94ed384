//! A file in the making that has a name, one that no other process can guess: removed unless it is put in its
//! place, or left on purpose.

use std::ffi::{OsStr, OsString};
use std::fs::{File, TryLockError};
use std::io;
use std::sync::Arc;

use rand::TryRng as _;
use rand::rngs::SysRng;
use rustix::fs::FileType;

use super::directory::{Directory, FileId, Status};
use super::names::{PART_PREFIX, PART_SUFFIX};
use crate::key::hex;

/// How many bytes of chance are in a name.
const CHANCE: usize = 16;
/// How often a name is drawn, where it is taken, or the file is removed before it is locked.
const TRIES: usize = 10;

/// A file in the making. While this process has it, it is locked, so that other runs let it be.
#[derive(Debug)]
pub(super) struct PartFile {
    folder: Arc<Directory>,
    name: OsString,
    file: File,
    id: FileId,
    is_left: bool,
}

impl PartFile {
    /// Makes a file in this folder.
    pub(super) fn create(folder: &Arc<Directory>, mode: u32) -> io::Result<PartFile> {
        PartFile::named(folder, |name| folder.create(name, mode))
    }

    /// Gives a file of this folder that has no name one.
    #[cfg(target_os = "linux")]
    pub(super) fn link(folder: &Arc<Directory>, file: &File) -> io::Result<PartFile> {
        PartFile::named(folder, |name| {
            let file = file.try_clone()?;
            // Before it can be found.
            lock(&file)?;
            folder.link(&file, name).map(|()| file)
        })
    }

    fn named(
        folder: &Arc<Directory>,
        make: impl Fn(&OsStr) -> io::Result<File>,
    ) -> io::Result<PartFile> {
        for _ in 0..TRIES {
            let name = random_name()?;
            let file = match make(&name) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            };
            let id = FileId::of(&file)?;
            let part = PartFile { folder: folder.clone(), name, file, id, is_left: false };
            // Another run that tidies up may have had it in between.
            if lock(&part.file)? && part.is_in_place() {
                return Ok(part);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Opens a file that an earlier run left: exactly that file, which no other process has.
    pub(super) fn reopen(
        folder: &Arc<Directory>,
        name: &OsStr,
        id: FileId,
    ) -> io::Result<PartFile> {
        let file = open_own(folder, name)?;
        if FileId::of(&file)? != id {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(PartFile { folder: folder.clone(), name: name.to_owned(), file, id, is_left: false })
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn id(&self) -> FileId {
        self.id
    }

    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// Leaves the file to another run.
    pub(super) fn leave(&mut self) {
        self.is_left = true;
    }

    /// Puts it in its place, which is in the same folder; with `is_new` only if nothing is there.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something is there and must not be replaced.
    pub(super) fn put(mut self, name: &OsStr, is_new: bool) -> io::Result<()> {
        // What is put there must be what was written, not what another process called so.
        if !self.is_in_place() {
            return Err(io::ErrorKind::NotFound.into());
        }
        if is_new {
            self.folder.rename_new(&self.name, name)?;
        } else {
            self.folder.rename(&self.name, name)?;
        }
        self.is_left = true;
        Ok(())
    }

    /// Whether its name still stands for it.
    fn is_in_place(&self) -> bool {
        self.folder.find(&self.name).is_ok_and(|found| found.is_some_and(|it| it.id == self.id))
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_left && self.is_in_place() {
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// Opens and locks a file in the making that is there: a regular file of ours without another name, which no
/// process has.
pub(super) fn open_own(folder: &Directory, name: &OsStr) -> io::Result<File> {
    let is_good =
        |found: &Status| found.kind == FileType::RegularFile && found.is_own() && found.links == 1;
    let found = folder.find(name)?.filter(is_good);
    let found = found.ok_or_else(|| io::Error::from(io::ErrorKind::PermissionDenied))?;
    let file = folder.open_file(name)?;
    file.try_lock()?;
    // What was looked at, opened and locked must be one file.
    let named = folder.find(name)?.filter(is_good);
    match named.is_some_and(|named| named.id == found.id) && FileId::of(&file)? == found.id {
        true => Ok(file),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

/// Whether this process has the file for itself, as far as the file system can say.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(false),
        // Not every file system has locks; there no run takes a file away either.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(true),
    }
}

fn random_name() -> io::Result<OsString> {
    let mut chance = [0; CHANCE];
    SysRng.try_fill_bytes(&mut chance).map_err(io::Error::other)?;
    Ok(format!("{PART_PREFIX}{}{PART_SUFFIX}", hex(&chance)).into())
}
