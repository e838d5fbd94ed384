//! Files of this machine on their way into a store, opened without being led elsewhere.
//!
//! Below a folder, other users may replace anything between the walk and the upload. So files there are opened relative
//! to a handle of the folder, no link is followed on the way, no FIFO is waited for, and what was opened is looked at.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::original::Original;
use super::source::{Source, unreadable};
use crate::failure::Failure;
use crate::system::descriptors;

/// Enough to open what lies in a folder; where a handle can be had without it, not even the right to list the folder is
/// needed.
#[cfg(target_os = "linux")]
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);
/// Neither waits for the writer of a FIFO, nor makes a terminal the process's own.
const FILE: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// A folder whose files are stored.
#[derive(Debug)]
pub struct SourceFolder {
    path: PathBuf,
    handle: OwnedFd,
    follows_links: bool,
}

impl SourceFolder {
    /// Opens the folder; its own path may lead through links. With `follows_links`, so may what lies below it.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where there is none, [`Kind::Other`] where it cannot be opened.
    pub fn open(path: &Path, follows_links: bool) -> Result<SourceFolder, Failure> {
        let handle = open_folder(path).map_err(|error| match error {
            Errno::NOENT => Failure::not_found(format!("there is no folder {}", path.display()))
                .hint("check the path"),
            error => Failure::other(format!("{} cannot be opened: {error}", path.display()))
                .hint("check that it is a folder, and its permissions")
                .because(error),
        })?;
        Ok(SourceFolder { path: path.to_owned(), handle, follows_links })
    }

    /// The folder's own path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that this path below the root ends in.
    fn parent(&self, below: &Path) -> rustix::io::Result<OwnedFd> {
        let mut folder = rustix::io::fcntl_dupfd_cloexec(&self.handle, 0)?;
        for component in below.parent().into_iter().flat_map(Path::components) {
            let Component::Normal(name) = component else { return Err(Errno::INVAL) };
            let flags = FOLDER | OFlags::NOFOLLOW;
            folder = retry_on_intr(|| rustix::fs::openat(&folder, name, flags, Mode::empty()))?;
        }
        Ok(folder)
    }
}

/// A file that was opened to be stored.
pub struct Input {
    /// Its bytes.
    pub source: Source,
    /// When it was written last; unknown of standard input.
    pub modified: Option<SystemTime>,
    /// The file itself, to delete it later; none of what cannot be moved.
    pub original: Option<Original>,
}

impl Input {
    /// Opens what the user names: a file, FIFO or device; `-` is standard input. Waits for a FIFO's writer.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where there is none, [`Kind::Usage`] for a folder.
    pub async fn named(path: PathBuf) -> Result<Input, Failure> {
        if path == Path::new("-") {
            descriptors::require_stdin()?;
            let source = Source::Stream(Box::new(io::stdin()));
            return Ok(Input { source, modified: None, original: None });
        }
        // Opening a FIFO waits for its writer, and some files of proc for what happens next.
        let open = move || {
            let refuse = |error: io::Error| unreadable(&path, error);
            let file = File::open(&path).map_err(refuse)?;
            let metadata = file.metadata().map_err(refuse)?;
            let modified = metadata.modified().ok();
            let source = Source::of(Arc::new(file), &metadata, &path)?;
            Ok(Input { source, modified, original: None })
        };
        tokio::task::spawn_blocking(open)
            .await
            .unwrap_or_else(|_| Err(Failure::other("the input's opener ended unexpectedly")))
    }

    /// Opens a regular file that is deleted once it is stored. A link to one is none.
    ///
    /// # Errors
    /// [`Kind::Usage`] for anything else.
    pub fn to_move(path: &Path) -> Result<Input, Failure> {
        let not_regular = || {
            Failure::usage(format!(
                "{} is no regular file, and only such are moved",
                path.display()
            ))
            .hint("`s3seal put` stores what it leads to")
        };
        let found = path.symlink_metadata().map_err(|error| unreadable(path, error))?;
        let (true, Some(name)) = (found.is_file(), path.file_name()) else {
            return Err(not_regular());
        };
        let opened = open_folder(path.parent().unwrap_or(Path::new("")))
            .and_then(|folder| Ok((open_file(&folder, name)?, folder)));
        let (file, folder) = opened.map_err(|error| match error {
            Errno::LOOP | Errno::NXIO => not_regular(),
            error => unreadable(path, error.into()),
        })?;
        Input::regular(path, file, folder, name)
    }

    /// Opens a regular file below a folder.
    ///
    /// # Errors
    /// [`Kind::Other`] for anything else, and for what lies behind a link that is not to be followed.
    pub fn below(folder: &SourceFolder, path: &Path) -> Result<Input, Failure> {
        let below = path.strip_prefix(&folder.path).unwrap_or(path);
        let name = below.file_name().ok_or_else(|| not_regular(path))?;
        let open = || {
            if folder.follows_links {
                let parent = open_folder(path.parent().unwrap_or(Path::new("")))?;
                let open = || rustix::fs::openat(&parent, name, FILE, Mode::empty());
                return Ok((File::from(retry_on_intr(open)?), parent));
            }
            let parent = folder.parent(below)?;
            Ok((open_file(&parent, name)?, parent))
        };
        let (file, parent) = open().map_err(|error| match error {
            Errno::LOOP if !folder.follows_links => unfollowed(path, "is a symbolic link"),
            Errno::NOTDIR if !folder.follows_links => {
                unfollowed(path, "lies behind a symbolic link, or behind a file")
            }
            Errno::NXIO => not_regular(path),
            error => unreadable(path, error.into()),
        })?;
        Input::regular(path, file, parent, name)
    }

    fn regular(path: &Path, file: File, folder: OwnedFd, name: &OsStr) -> Result<Input, Failure> {
        let refuse = |error: io::Error| unreadable(path, error);
        let metadata = file.metadata().map_err(refuse)?;
        if !metadata.is_file() {
            return Err(not_regular(path));
        }
        let file = Arc::new(file);
        let source = Source::of(file.clone(), &metadata, path)?;
        let original = Original::new(path, folder, name, file, &metadata);
        Ok(Input { source, modified: metadata.modified().ok(), original: Some(original) })
    }
}

fn open_folder(path: &Path) -> rustix::io::Result<OwnedFd> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    retry_on_intr(|| rustix::fs::open(path, FOLDER, Mode::empty()))
}

fn open_file(folder: impl AsFd, name: &OsStr) -> rustix::io::Result<File> {
    let open = || rustix::fs::openat(&folder, name, FILE | OFlags::NOFOLLOW, Mode::empty());
    retry_on_intr(open).map(File::from)
}

fn unfollowed(path: &Path, what: &str) -> Failure {
    Failure::other(format!("{} {what}, and links are not followed", path.display()))
        .hint("--follow-symlinks follows them")
}

fn not_regular(path: &Path) -> Failure {
    Failure::other(format!("{} is no regular file", path.display()))
        .hint("what else can be read is stored by its own name: `s3seal put FILE s3://bucket/key`")
}
