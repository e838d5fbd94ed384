//! A file in the making that has a name, one that no other process can guess: removed unless it is put in its
//! place, or left on purpose.

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

/// How many bytes of chance are in a name.
const CHANCE: usize = 16;
/// How often a file is made, where another run removes it before it is locked.
const TRIES: usize = 10;

/// A file in the making. While this process has it, it is locked, so that other runs let it be.
#[derive(Debug)]
pub(crate) struct TempFile {
    folder: Arc<Directory>,
    name: OsString,
    file: File,
    id: FileId,
    is_kept: bool,
}

impl TempFile {
    /// Makes a file in this folder.
    pub(crate) fn create(folder: &Arc<Directory>, mode: u32) -> io::Result<TempFile> {
        for _ in 0..TRIES {
            let part = TempFile::named(folder, |name| folder.create(name, mode))?;
            // Another run that tidies up may have had it before it was locked.
            if lock(&part.file)? && part.is_in_place() {
                return Ok(part);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// Gives a file of this folder that has no name one, or makes a copy of it where that is forbidden.
    #[cfg(target_os = "linux")]
    pub(super) fn from_unnamed(folder: &Arc<Directory>, file: &File) -> io::Result<TempFile> {
        // Before it can be found.
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

    /// Opens a file that an earlier run left: exactly that file, which no other process has.
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

    /// Leaves the file to another run.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Puts it in its place, which is in the same folder; with `is_new` only if nothing is there.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something is there and must not be replaced.
    pub(crate) fn persist(mut self, name: &OsStr, no_clobber: bool) -> io::Result<()> {
        // What is put there must be what was written, not what another process called so.
        if !self.is_in_place() {
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

    /// Whether its name still stands for it.
    fn is_in_place(&self) -> bool {
        self.folder.find(&self.name).is_ok_and(|found| found.is_some_and(|it| it.id == self.id))
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if !self.is_kept && self.is_in_place() {
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// Opens and locks a file in the making that is there: a regular file of ours without another name, which no
/// process has.
pub(crate) fn open_own(folder: &Directory, name: &OsStr) -> io::Result<File> {
    let is_good =
        |found: &Status| found.kind == FileType::RegularFile && found.is_own() && found.links == 1;
    let found = folder.find(name)?.filter(is_good);
    let found = found.ok_or_else(|| io::Error::from(io::ErrorKind::PermissionDenied))?;
    let file = folder.open_file(name)?;
    file.try_lock()?;
    // What was looked at, opened and locked must be one file.
    let named = folder.find(name)?.filter(is_good);
    if named.is_some_and(|named| named.id == found.id) && FileId::of(&file)? == found.id {
        Ok(file)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
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
    Ok(format!("{TEMP_PREFIX}{}{TEMP_SUFFIX}", hex(&chance)).into())
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
        let part = TempFile::create(folder, 0o640).unwrap();
        part.file().write_all(b"content").unwrap();
        part
    }

    #[test]
    fn it_is_put_in_its_place_or_removed() {
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
    fn another_file_under_its_name_is_neither_put_there_nor_removed() {
        let (path, folder) = folder();
        for puts in [true, false] {
            let part = written(&folder);
            let own = path.path().join(part.name());
            fs::rename(&own, path.path().join("aside")).unwrap();
            fs::write(&own, b"another").unwrap();
            if puts {
                assert!(part.persist("x".as_ref(), false).is_err());
            } else {
                drop(part);
            }
            assert_eq!(fs::read(&own).unwrap(), b"another");
            assert!(!path.path().join("x").exists());
        }
    }

    #[test]
    fn it_is_opened_again_only_as_the_file_that_it_was() {
        let (path, folder) = folder();
        let mut part = written(&folder);
        part.keep();
        let (name, id) = (part.name().to_owned(), part.id());
        assert!(TempFile::reopen(&folder, &name, id).is_err(), "a process has it");
        drop(part);
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
