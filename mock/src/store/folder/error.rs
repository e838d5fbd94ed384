//! Why a folder cannot be used.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The error inside that of [`crate::Builder::start`] if the folder of [`crate::Builder::dir`] cannot be used, so that
/// a program can distinguish it from an unusable address. Nothing in the folder was removed.
#[derive(Debug)]
pub struct FolderError {
    path: PathBuf,
    cause: io::Error,
}

impl FolderError {
    pub(crate) fn wrap(path: &Path, cause: io::Error) -> io::Error {
        io::Error::new(cause.kind(), Self { path: path.to_owned(), cause })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the folder {} cannot be used: {}", self.path.display(), self.cause)
    }
}

impl Error for FolderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

/// Adds the file's name to an error.
pub(crate) fn named(path: &Path, error: &io::Error) -> io::Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

pub(crate) fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
