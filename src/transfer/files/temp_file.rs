//! A temporary file with a name that no other process can guess. Removed when dropped, unless it was persisted or is
//! kept for another run.

use std::ffi::{OsStr, OsString};
use std::fs::{File, TryLockError};
use std::io;
#[cfg(target_os = "linux")]
use std::io::Seek;
use std::sync::Arc;

use rand::TryRng as _;
use rand::rngs::SysRng;
use rustix::fs::FileType;

use super::directory::{Directory, FileId, Status};
use crate::key::core::hex;
use crate::transfer::names::{TEMP_PREFIX, TEMP_SUFFIX};

/// How many random bytes a name contains.
const ID_BYTES: usize = 16;
/// How often a file is created, if another run removes it before it is locked.
const TRIES: usize = 10;

/// A temporary file, locked while it is open, so that other runs do not remove it as a leftover.
#[derive(Debug)]
pub(crate) struct TempFile {
    folder: Arc<Directory>,
    name: OsString,
    file: File,
    id: FileId,
    is_kept: bool,
}

impl TempFile {
    pub(crate) fn create(folder: &Arc<Directory>, mode: u32) -> io::Result<TempFile> {
        for _ in 0..TRIES {
            let temp = TempFile::named(folder, |name| folder.create(name, mode))?;
            // Another run may have removed it as a leftover before it was locked.
            if lock(&temp.file)? && temp.has_its_name() {
                return Ok(temp);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Gives an unnamed file of this folder a temporary name, or copies it if the system does not allow that.
    #[cfg(target_os = "linux")]
    pub(super) fn from_unnamed(folder: &Arc<Directory>, file: &File) -> io::Result<TempFile> {
        // Locked before it has a name by which other runs can find it.
        lock(file)?;
        let linked =
            TempFile::named(folder, |name| folder.link(file, name).and_then(|()| file.try_clone()));
        linked.or_else(|_| TempFile::copy_of(folder, file))
    }

    #[cfg(target_os = "linux")]
    fn copy_of(folder: &Arc<Directory>, file: &File) -> io::Result<TempFile> {
        use std::os::unix::fs::PermissionsExt;
        let found = file.metadata()?;
        let copy = TempFile::create(folder, found.permissions().mode())?;
        (&*file).rewind()?;
        io::copy(&mut &*file, &mut copy.file())?;
        copy.file().set_modified(found.modified()?)?;
        copy.file().sync_all()?;
        Ok(copy)
    }

    fn named(
        folder: &Arc<Directory>,
        make: impl Fn(&OsStr) -> io::Result<File>,
    ) -> io::Result<TempFile> {
        let name = random_name()?;
        let file = make(&name)?;
        let id = FileId::of(&file)?;
        Ok(TempFile { folder: folder.clone(), name, file, id, is_kept: false })
    }

    /// Opens a file that an earlier run kept. Fails if another file has its name, or another process has it open.
    pub(crate) fn reopen(
        folder: &Arc<Directory>,
        name: &OsStr,
        id: FileId,
    ) -> io::Result<TempFile> {
        let file = open_own(folder, name)?;
        if FileId::of(&file)? != id {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(TempFile { folder: folder.clone(), name: name.to_owned(), file, id, is_kept: false })
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn id(&self) -> FileId {
        self.id
    }

    pub(crate) fn name(&self) -> &OsStr {
        &self.name
    }

    /// Keeps the file when dropped, for another run.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Renames the file within its folder; with `no_clobber` only if no file has the new name.
    /// Errors: [`io::ErrorKind::AlreadyExists`] if a file exists and `no_clobber` is set.
    pub(crate) fn persist(mut self, name: &OsStr, no_clobber: bool) -> io::Result<()> {
        // The file that is renamed must be the one that was written, not one that another process put there.
        if !self.has_its_name() {
            return Err(io::ErrorKind::NotFound.into());
        }
        if no_clobber {
            self.folder.rename_new(&self.name, name)?;
        } else {
            self.folder.rename(&self.name, name)?;
        }
        self.is_kept = true;
        Ok(())
    }

    /// Whether its name still refers to this file.
    fn has_its_name(&self) -> bool {
        self.folder.find(&self.name).is_ok_and(|found| found.is_some_and(|it| it.id == self.id))
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if !self.is_kept && self.has_its_name() {
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// Opens and locks an existing temporary file. Fails unless it is a regular file of this user with a single name, which
/// no other process has open.
pub(crate) fn open_own(folder: &Directory, name: &OsStr) -> io::Result<File> {
    let is_acceptable =
        |found: &Status| found.kind == FileType::RegularFile && found.is_own() && found.links == 1;
    let found = folder.find(name)?.filter(is_acceptable);
    let found = found.ok_or_else(|| io::Error::from(io::ErrorKind::PermissionDenied))?;
    let file = folder.open_file(name)?;
    file.try_lock()?;
    // The file that was checked, opened and locked must be one and the same.
    let named = folder.find(name)?.filter(is_acceptable);
    if named.is_some_and(|named| named.id == found.id) && FileId::of(&file)? == found.id {
        Ok(file)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

/// Whether this process holds the lock, or the file system has no locks.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(false),
        // Not every file system has locks; without them, other runs do not remove the file either.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(true),
    }
}

fn random_name() -> io::Result<OsString> {
    let mut id = [0; ID_BYTES];
    SysRng.try_fill_bytes(&mut id).map_err(io::Error::other)?;
    Ok(format!("{TEMP_PREFIX}{}{TEMP_SUFFIX}", hex(&id)).into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::path::Path;

    use super::*;

    fn folder() -> (tempfile::TempDir, Arc<Directory>) {
        let folder = tempfile::tempdir().unwrap();
        let opened = Arc::new(Directory::open(folder.path()).unwrap());
        (folder, opened)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name =
            |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        entries.map(name).collect()
    }

    fn written(folder: &Arc<Directory>) -> TempFile {
        let temp = TempFile::create(folder, 0o640).unwrap();
        temp.file().write_all(b"content").unwrap();
        temp
    }

    #[test]
    fn it_is_persisted_or_removed() {
        let (path, folder) = folder();
        drop(written(&folder));
        assert!(names(path.path()).is_empty());
        written(&folder).persist("x".as_ref(), true).unwrap();
        let taken = written(&folder).persist("x".as_ref(), true).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        written(&folder).persist("x".as_ref(), false).unwrap();
        assert_eq!(names(path.path()), ["x"]);
        assert_eq!(fs::read(path.path().join("x")).unwrap(), b"content");
    }

    #[test]
    fn another_file_under_its_name_is_neither_renamed_nor_removed() {
        let (path, folder) = folder();
        for persists in [true, false] {
            let temp = written(&folder);
            let own = path.path().join(temp.name());
            fs::rename(&own, path.path().join("aside")).unwrap();
            fs::write(&own, b"another").unwrap();
            if persists {
                assert!(temp.persist("x".as_ref(), false).is_err());
            } else {
                drop(temp);
            }
            assert_eq!(fs::read(&own).unwrap(), b"another");
            assert!(!path.path().join("x").exists());
        }
    }

    #[test]
    fn it_is_reopened_only_as_the_same_file() {
        let (path, folder) = folder();
        let mut temp = written(&folder);
        temp.keep();
        let (name, id) = (temp.name().to_owned(), temp.id());
        assert!(TempFile::reopen(&folder, &name, id).is_err(), "a process has it");
        drop(temp);
        drop(TempFile::reopen(&folder, &name, FileId { inode: 0, ..id }).unwrap_err());
        let mut again = TempFile::reopen(&folder, &name, id).unwrap();
        again.keep();
        drop(again);
        fs::hard_link(path.path().join(&name), path.path().join("other")).unwrap();
        assert!(TempFile::reopen(&folder, &name, id).is_err(), "it has another name");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_copy_is_like_the_file() {
        use std::os::unix::fs::MetadataExt;
        let (path, folder) = folder();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"content").unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        TempFile::copy_of(&folder, &file).unwrap().persist("x".as_ref(), true).unwrap();
        let found = fs::metadata(path.path().join("x")).unwrap();
        assert_eq!((found.mode(), found.mtime()), (file.metadata().unwrap().mode(), 0));
        assert_eq!(fs::read(path.path().join("x")).unwrap(), b"content");
    }
}
