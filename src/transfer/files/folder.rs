//! A local folder that objects are downloaded into. It is opened once, and all operations below it use handles that
//! follow no links: no existing or newly created link can lead out of it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::FileType;

use super::directory::Directory;
use super::place::{FilePlace, symlink};
use crate::failure::Failure;

/// The folder, and a cache of the subfolder that was used last, as most names share it with the next.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    opened: Mutex<Opened>,
    /// The folders in which others were made; None unless they are to be synced.
    changed: Option<Mutex<Vec<Arc<Directory>>>>,
}

#[derive(Debug, Default)]
struct Opened {
    root: Option<Arc<Directory>>,
    last: Option<(PathBuf, Arc<Directory>)>,
}

impl Folder {
    /// A folder that exists, or is created when a file is written into it. Links in its own path are followed, as the
    /// user named it.
    pub(crate) fn at(root: &Path) -> Folder {
        Folder { root: root.to_owned(), opened: Mutex::default(), changed: None }
    }

    /// The same, and with `fsync` one that remembers in which folders others were made.
    pub(crate) fn with_fsync(self, fsync: bool) -> Folder {
        Folder { changed: fsync.then(Mutex::default), ..self }
    }

    /// The folders in which others were made since this was asked.
    pub(crate) fn take_changed(&self) -> Vec<Arc<Directory>> {
        let changed =
            self.changed.as_ref().map(|it| it.lock().unwrap_or_else(PoisonError::into_inner));
        changed.map_or_else(Vec::new, |mut changed| std::mem::take(&mut *changed))
    }

    fn remember_changed(&self, folder: &Arc<Directory>) {
        if let Some(changed) = &self.changed {
            changed.lock().unwrap_or_else(PoisonError::into_inner).push(folder.clone());
        }
    }

    /// Errors: `Kind::Usage` if the path exists and is not a folder.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match fs::metadata(&self.root) {
            Ok(found) if !found.is_dir() => {
                Err(Failure::usage(format!("{} is no folder", self.root.display()))
                    .hint("several objects need a folder as destination"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The place of the file at this path below the folder; creates its parent folders.
    /// Errors: `Kind::Other` if the path contains a symbolic link, or names something other than a regular file.
    pub(crate) fn place(&self, below: &Path) -> Result<FilePlace, Failure> {
        let name = below.file_name().unwrap_or(OsStr::new(""));
        let folder = self.directory(below.parent().unwrap_or(Path::new("")), true)?;
        FilePlace::new(folder, name)
    }

    /// Creates a subfolder and its parents. Fails as [`Folder::place`] does.
    pub(crate) fn make(&self, below: &Path) -> Result<(), Failure> {
        self.directory(below, true).map(drop)
    }

    /// Removes a file below the folder. It is not an error if the file no longer exists.
    /// Errors: `Kind::Other` if it is no longer a regular file, or its path contains a link.
    pub(crate) fn remove(&self, below: &Path) -> Result<(), Failure> {
        let name = below.file_name().unwrap_or(OsStr::new(""));
        let folder = self.directory(below.parent().unwrap_or(Path::new("")), false)?;
        let path = folder.path().join(name);
        let refuse = |error: io::Error| {
            Failure::other(format!("{} cannot be deleted: {error}", path.display()))
                .hint("check the permissions of its folder")
                .because(error)
        };
        match folder.find(name).map_err(refuse)? {
            Some(found) if found.kind == FileType::RegularFile => {
                folder.remove(name).map_err(refuse)
            }
            None => Ok(()),
            Some(_) => Err(Failure::other(format!(
                "{} is no longer a file, and was not deleted",
                path.display()
            ))
            .hint("another process changes the destination: run the same command again")),
        }
    }

    /// The open folder; None if it does not exist yet.
    pub(crate) fn open(&self) -> Result<Option<Arc<Directory>>, Failure> {
        let mut opened = self.opened();
        if opened.root.is_none() {
            match Directory::open(&self.root) {
                Ok(root) => opened.root = Some(Arc::new(root)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(Failure::unwritable(self.root.display(), error)),
            }
        }
        Ok(opened.root.clone())
    }

    fn directory(&self, below: &Path, creates: bool) -> Result<Arc<Directory>, Failure> {
        if let Some((path, last)) = &self.opened().last
            && path == below
        {
            return Ok(last.clone());
        }
        let mut folder = match self.open()? {
            Some(root) => root,
            None => {
                let unwritable = |error| Failure::unwritable(self.root.display(), error);
                let missing = self.root.ancestors().take_while(|it| !it.exists()).count();
                fs::create_dir_all(&self.root).map_err(unwritable)?;
                for parent in self.root.ancestors().skip(1).take(missing) {
                    let parent = if parent == Path::new("") { Path::new(".") } else { parent };
                    self.remember_changed(&Arc::new(Directory::open(parent).map_err(unwritable)?));
                }
                let gone =
                    || Failure::not_found(format!("{} no longer exists", self.root.display()));
                self.open()?.ok_or_else(gone)?
            }
        };
        for segment in below {
            let (entered, is_new) = enter(&folder, segment, creates)?;
            if is_new {
                self.remember_changed(&folder);
            }
            folder = Arc::new(entered);
        }
        self.opened().last = Some((below.to_owned(), folder.clone()));
        Ok(folder)
    }

    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folder of this name, and whether it was made.
fn enter(folder: &Directory, name: &OsStr, creates: bool) -> Result<(Directory, bool), Failure> {
    let path = folder.path().join(name);
    let unwritable = |error: io::Error| Failure::unwritable(path.display(), error);
    let (mut entered, mut is_new) = (folder.enter(name), false);
    if creates && entered.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        match folder.make(name) {
            // Another process has created it, or a file of that name; `enter` finds out.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => {
                made.map_err(unwritable)?;
                is_new = true;
            }
        }
        entered = folder.enter(name);
    }
    entered.map(|entered| (entered, is_new)).map_err(|error| match folder.find(name) {
        Ok(Some(found)) if found.kind == FileType::Symlink => symlink(&path),
        Ok(Some(found)) if found.kind != FileType::Directory => {
            Failure::other(format!("{} is a file, and a folder should be there", path.display()))
                .hint("move it away, or choose another destination")
        }
        _ => unwritable(error),
    })
}
