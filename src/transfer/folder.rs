//! A local folder that objects are written into: nothing leads out of it, whatever lies there already.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::failure::Failure;

/// The folder, and the one below it that was made sure of last: most names share it with the next.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    ready: Mutex<Option<PathBuf>>,
}

impl Folder {
    /// A folder that is there, or is made once something is to lie in it.
    pub fn at(root: &Path) -> Folder {
        Folder { root: root.to_owned(), ready: Mutex::default() }
    }

    /// # Errors
    /// [`Failure::Usage`] where something else is in its place.
    pub fn check(&self) -> Result<(), Failure> {
        match fs::metadata(&self.root) {
            Ok(found) if !found.is_dir() => {
                Err(Failure::usage(format!("{} is no folder", self.root.display()))
                    .hint("several objects need a folder to lie in"))
            }
            _ => Ok(()),
        }
    }

    /// The folder's own path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file of this path below the folder lies; makes the folders that lead there.
    ///
    /// # Errors
    /// [`Failure::Other`] where a symbolic link or a file stands in the way.
    pub fn place(&self, below: &Path) -> Result<PathBuf, Failure> {
        self.make(below.parent().unwrap_or(Path::new("")))?;
        let path = self.root.join(below);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => Err(symlink(&path)),
            Ok(found) if found.is_dir() => Err(Failure::other(format!(
                "{} is a folder, and a file should be there",
                path.display()
            ))
            .hint("move it away, or choose another destination")),
            _ => Ok(path),
        }
    }

    /// Makes a folder below this one, and those that lead there.
    ///
    /// # Errors
    /// As [`Folder::place`].
    pub fn make(&self, below: &Path) -> Result<(), Failure> {
        let ready = || self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready().as_ref().is_some_and(|ready| ready.starts_with(below)) {
            return Ok(());
        }
        fs::create_dir_all(&self.root)
            .map_err(|error| Failure::unwritable(self.root.display(), &error))?;
        let mut path = self.root.clone();
        for segment in below {
            path.push(segment);
            make_one(&path)?;
        }
        *ready() = Some(below.to_owned());
        Ok(())
    }
}

fn make_one(path: &Path) -> Result<(), Failure> {
    match fs::create_dir(path) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(Failure::unwritable(path.display(), &error)),
    }
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(found) if found.is_symlink() => Err(symlink(path)),
        _ => Err(Failure::other(format!(
            "{} is a file, and a folder should be there",
            path.display()
        ))
        .hint("move it away, or choose another destination")),
    }
}

fn symlink(path: &Path) -> Failure {
    Failure::other(format!(
        "{} is a symbolic link: what is written there could land outside the destination",
        path.display()
    ))
    .hint("remove the link, or name where it leads to as the destination")
}
