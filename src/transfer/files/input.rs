//! Local files that are uploaded, opened safely.
//!
//! Other users may replace anything below a folder between the walk and the upload. So files there are opened relative
//! to a handle of the folder, without following links or waiting for a FIFO, and their type is checked after opening.

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
use crate::failure::{Advice, Failure};
use crate::system::descriptors;

/// Enough to open files in the folder. With `O_PATH`, Linux does not require permission to list it.
#[cfg(target_os = "linux")]
const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);
/// Does not wait for the writer of a FIFO, and does not make a terminal the controlling one.
const FILE: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// A folder whose files are uploaded.
#[derive(Debug)]
pub struct SourceFolder {
    path: PathBuf,
    handle: OwnedFd,
    follows_links: bool,
}

impl SourceFolder {
    /// Opens the folder, following links in its own path, and with `follows_links` also below it.
    /// Errors: `Kind::NotFound` if there is none, `Kind::Other` if it cannot be opened.
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

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the parent folder of a relative path.
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

/// A file that was opened for upload.
pub struct Input {
    /// The content.
    pub source: Source,
    /// The modification time; None for standard input.
    pub modified: Option<SystemTime>,
    /// The file itself, to be deleted after a move; None if it cannot be moved.
    pub original: Option<Original>,
}

impl Input {
    /// Opens a file, FIFO or device that the user names; `-` is standard input. Waits for a FIFO's writer.
    /// Errors: `Kind::NotFound` if there is none, `Kind::Usage` if it is a folder.
    pub async fn named(path: PathBuf) -> Result<Input, Failure> {
        if path == Path::new("-") {
            descriptors::require_stdin()?;
            let source = Source::Stream(Box::new(io::stdin()));
            return Ok(Input { source, modified: None, original: None });
        }
        // Opening a FIFO blocks until it has a writer, and some files below /proc block as well.
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

    /// Opens a regular file that is deleted after its upload.
    /// Errors: `Kind::Usage` for anything else, including a symbolic link to a regular file.
    pub fn to_move(path: &Path) -> Result<Input, Failure> {
        let not_regular = || {
            Failure::usage(format!(
                "{} is not a regular file, and only regular files are moved",
                path.display()
            ))
            .hint(Advice::PutTargetOfLink)
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
    /// Errors: `Kind::Other` for anything else, and if the path contains a link that must not be followed.
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
                unfollowed(path, "is reached through a symbolic link, or through a file")
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
        .hint(Advice::FollowSymlinks)
}

fn not_regular(path: &Path) -> Failure {
    Failure::other(format!("{} is not a regular file", path.display())).hint(Advice::PutByName)
}
