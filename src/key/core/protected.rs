//! The files that a run must neither overwrite, delete nor upload by accident: its key files and config.toml. They are
//! identified by device and inode, so that other spellings of the path, symbolic links and hard links are recognised.

use std::fs::{self, Metadata};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use crate::failure::{Advice, Failure};

static FILES: RwLock<Vec<ProtectedFile>> = RwLock::new(Vec::new());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ProtectedFile {
    /// Device and inode.
    identity: (u64, u64),
    kind: Protected,
}

/// Why a file is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protected {
    Key,
    Config,
}

impl Protected {
    fn noun(self) -> &'static str {
        match self {
            Protected::Key => "a key file",
            Protected::Config => "config.toml",
        }
    }

    /// The warning that the file is left out of an upload.
    pub(crate) fn left_out(self, path: &Path) -> String {
        format!(
            "{} is {} of this run: left out ({})",
            path.display(),
            self.noun(),
            Advice::StoreKeyFilesToo
        )
    }

    /// The warning that a sync does not delete the file.
    pub(crate) fn not_deleted(self, path: &Path) -> String {
        format!("{} is {} of this run: not deleted", path.display(), self.noun())
    }

    /// The warning that a move stored the file, but does not delete it.
    pub(crate) fn kept(self, path: &Path) -> String {
        format!("{} is {} of this run: it was stored, but not deleted", path.display(), self.noun())
    }
}

/// Protects an open file, if it is a regular file: pipes and devices store nothing that could be lost.
pub(crate) fn protect(found: &Metadata, kind: Protected) {
    if !found.is_file() {
        return;
    }
    let file = ProtectedFile { identity: (found.dev(), found.ino()), kind };
    let mut files = FILES.write().unwrap_or_else(PoisonError::into_inner);
    if !files.contains(&file) {
        files.push(file);
    }
}

/// Protects a named key file, whether it is read or not.
pub(crate) fn protect_path(path: &Path) {
    if let Ok(found) = fs::metadata(path) {
        protect(&found, Protected::Key);
    }
}

/// The protection of the file at this path, if any.
pub(crate) fn protection_of(path: &Path) -> Option<Protected> {
    protection(&fs::metadata(path).ok()?)
}

/// Fails with `Kind::Usage` if writing to this path would overwrite a protected file, or append to it.
pub(crate) fn check_destination(path: &Path) -> Result<(), Failure> {
    protection_of(path).map_or(Ok(()), |kind| Err(overwrites(&path.display().to_string(), kind)))
}

/// Fails with `Kind::Usage` if the open descriptor, called `name` in the message, is a protected file.
pub(crate) fn check_output(descriptor: impl AsFd, name: &str) -> Result<(), Failure> {
    protection_of_open(descriptor).map_or(Ok(()), |kind| Err(overwrites(name, kind)))
}

/// Fails with `Kind::Usage` if the single source of an upload (`-` is standard input) is a protected file.
pub(crate) fn check_source(path: &Path) -> Result<(), Failure> {
    let kind = if path == Path::new("-") {
        protection_of_open(rustix::stdio::stdin())
    } else {
        protection_of(path)
    };
    let Some(kind) = kind else { return Ok(()) };
    let (path, noun) = (path.display(), kind.noun());
    Err(Failure::usage(format!(
        "{path} is {noun} of this run: a key that is stored beside the data it seals is lost with it, or stolen with it"
    ))
    .hint(Advice::IncludeKeys))
}

fn protection_of_open(descriptor: impl AsFd) -> Option<Protected> {
    let file = fs::File::from(descriptor.as_fd().try_clone_to_owned().ok()?);
    protection(&file.metadata().ok()?)
}

fn protection(found: &Metadata) -> Option<Protected> {
    let files = FILES.read().unwrap_or_else(PoisonError::into_inner);
    let identity = (found.dev(), found.ino());
    files.iter().find(|file| file.identity == identity).map(|file| file.kind)
}

fn overwrites(name: &str, kind: Protected) -> Failure {
    let what = match kind {
        Protected::Key => "a key that is overwritten opens nothing any more",
        Protected::Config => "it says which keys there are",
    };
    Failure::usage(format!("{name} is {} of this run, and is not written to", kind.noun()))
        .hint(format!("name another destination: {what}"))
}
