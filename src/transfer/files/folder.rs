//! A local folder that objects are written into. Its handle is taken once, and everything below it is done
//! through handles that follow no links: nothing leads out of it, whatever lies there already and whatever is put
//! there meanwhile.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::FileType;

use super::directory::Directory;
use super::place::{FilePlace, symlink};
use crate::failure::Failure;

/// The folder, and the one below it that was used last: most names share it with the next.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    opened: Mutex<Opened>,
}

#[derive(Debug, Default)]
struct Opened {
    root: Option<Arc<Directory>>,
    last: Option<(PathBuf, Arc<Directory>)>,
}

impl Folder {
    /// A folder that is there, or is made once something is to lie in it. Links in its own path are followed: the
    /// user named it.
    pub(crate) fn at(root: &Path) -> Folder {
        Folder { root: root.to_owned(), opened: Mutex::default() }
    }

    /// # Errors
    /// [`Kind::Usage`] where something else is in its place.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match fs::metadata(&self.root) {
            Ok(found) if !found.is_dir() => {
                Err(Failure::usage(format!("{} is no folder", self.root.display()))
                    .hint("several objects need a folder to lie in"))
            }
            _ => Ok(()),
        }
    }

    /// The folder's own path.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file of this path below the folder lies; makes the folders that lead there.
    ///
    /// # Errors
    /// [`Kind::Other`] where a symbolic link, or anything but a regular file, stands in the way.
    pub(crate) fn place(&self, below: &Path) -> Result<FilePlace, Failure> {
        let name = below.file_name().unwrap_or(OsStr::new(""));
        let folder = self.directory(below.parent().unwrap_or(Path::new("")), true)?;
        FilePlace::new(folder, name)
    }

    /// Makes a folder below this one, and those that lead there.
    ///
    /// # Errors
    /// As [`Folder::place`].
    pub(crate) fn make(&self, below: &Path) -> Result<(), Failure> {
        self.directory(below, true).map(drop)
    }

    /// Removes a file below the folder.
    ///
    /// # Errors
    /// Where it is no file any more, is reached through a link, or cannot be removed.
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
            // It is gone, as it should be.
            None => Ok(()),
            Some(_) => Err(Failure::other(format!(
                "{} is no file any more, and was not deleted",
                path.display()
            ))
            .hint("another process changes the destination: run the same command again")),
        }
    }

    /// The folder's handle; none where there is no such folder yet.
    ///
    /// # Errors
    /// Where it cannot be opened.
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

    fn directory(&self, below: &Path, makes: bool) -> Result<Arc<Directory>, Failure> {
        if let Some((path, last)) = &self.opened().last
            && path == below
        {
            return Ok(last.clone());
        }
        let mut folder = match self.open()? {
            Some(root) => root,
            None => {
                fs::create_dir_all(&self.root)
                    .map_err(|error| Failure::unwritable(self.root.display(), error))?;
                let gone =
                    || Failure::not_found(format!("there is no {} any more", self.root.display()));
                self.open()?.ok_or_else(gone)?
            }
        };
        for segment in below {
            folder = Arc::new(enter(&folder, segment, makes)?);
        }
        self.opened().last = Some((below.to_owned(), folder.clone()));
        Ok(folder)
    }

    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn enter(folder: &Directory, name: &OsStr, makes: bool) -> Result<Directory, Failure> {
    let path = folder.path().join(name);
    let unwritable = |error: io::Error| Failure::unwritable(path.display(), error);
    let mut entered = folder.enter(name);
    if makes && entered.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        match folder.make(name) {
            // Another process made it, or something else.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made.map_err(unwritable)?,
        }
        entered = folder.enter(name);
    }
    entered.map_err(|error| match folder.find(name) {
        Ok(Some(found)) if found.kind == FileType::Symlink => symlink(&path),
        Ok(Some(found)) if found.kind != FileType::Directory => {
            Failure::other(format!("{} is a file, and a folder should be there", path.display()))
                .hint("move it away, or choose another destination")
        }
        _ => unwritable(error),
    })
}
