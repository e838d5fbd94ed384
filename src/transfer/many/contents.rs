//! The files below the destination of a download, in the order of keys. Folders are opened relative to their parents'
//! handles, so that a folder that another process replaces by a link is not followed.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::FileType;
use tokio::sync::mpsc::{Receiver, Sender};

use super::found::{Found, channel};
use super::walk::{Entry, unreadable};
use crate::failure::Failure;
use crate::output::Output;
use crate::transfer::engine::Engine;
use crate::transfer::files::{Directory, Folder};
use crate::transfer::names::{is_temp_name, to_name};

/// The error of opening a link without following it.
const LOOP: i32 = rustix::io::Errno::LOOP.raw_os_error();

/// The files below a destination folder; a missing folder is empty. Symbolic links are left out.
///
/// With `tidies`, unfinished files of killed runs are removed.
pub(crate) fn walk_destination(
    folder: &Folder,
    engine: &Engine,
    tidies: bool,
    out: Output,
) -> Receiver<Found<Entry>> {
    let (sender, receiver) = channel();
    let root = folder.open();
    let engine = engine.clone();
    tokio::task::spawn_blocking(move || {
        let walk = Walk { sender, engine, tidies, out };
        match root {
            Ok(Some(root)) => drop(walk.folder(&root, Path::new(""))),
            Ok(None) => {}
            // Otherwise all files would seem to be missing.
            Err(failure) => drop(walk.send(Found::Failed(failure.stopping_the_run()))),
        }
    });
    receiver
}

struct Walk {
    sender: Sender<Found<Entry>>,
    engine: Engine,
    tidies: bool,
    out: Output,
}

/// The receiver was dropped.
struct Unwanted;

impl Walk {
    fn folder(&self, folder: &Arc<Directory>, below: &Path) -> Result<(), Unwanted> {
        let mut entries = match folder.entries() {
            Ok(entries) => entries,
            Err(error) => return self.failed(folder.path(), error),
        };
        for (name, kind) in &mut entries {
            // Not every file system reports the kind with the name.
            if *kind == FileType::Unknown
                && let Ok(Some(found)) = folder.find(name)
            {
                *kind = found.kind;
            }
        }
        entries.sort_unstable_by(|a, b| key_bytes(a).cmp(key_bytes(b)));
        if self.tidies && entries.iter().any(|(name, _)| is_temp_name(name)) {
            self.engine.remove_leftovers(folder);
        }
        entries.iter().try_for_each(|(name, kind)| match kind {
            FileType::Directory => match folder.enter(name) {
                Ok(inner) => self.folder(&Arc::new(inner), &below.join(name)),
                Err(error) => self.failed(&folder.path().join(name), error),
            },
            // The partial file of a download that is running or can be resumed.
            _ if is_temp_name(name) => Ok(()),
            FileType::RegularFile => self.file(folder, name, &below.join(name)),
            FileType::Symlink => self.send(Found::Skipped),
            _ => {
                let path = folder.path().join(name);
                let note =
                    format!("note: {} is neither a file nor a folder: skipped", path.display());
                self.out.say(&note);
                self.send(Found::Skipped)
            }
        })
    }

    fn file(&self, folder: &Directory, name: &OsStr, below: &Path) -> Result<(), Unwanted> {
        let found = match folder.find(name) {
            Ok(Some(found)) => found,
            Ok(None) => {
                return self.failed(&folder.path().join(name), io::ErrorKind::NotFound.into());
            }
            Err(error) => return self.failed(&folder.path().join(name), error),
        };
        let entry = |name| Entry { name, bytes: found.bytes, modified: found.modified, skip: None };
        self.send(to_name(below).map(entry).map_or_else(Found::Failed, Found::Item))
    }

    fn failed(&self, path: &Path, error: io::Error) -> Result<(), Unwanted> {
        let shown = path.display();
        let failure = match error.kind() {
            io::ErrorKind::NotFound => Failure::not_found(format!("there is no {shown} any more"))
                .hint("it was removed meanwhile: run the same command again")
                .because(error),
            kind if kind == io::ErrorKind::NotADirectory || error.raw_os_error() == Some(LOOP) => {
                Failure::other(format!("{shown} was a folder, and is another thing now"))
                    .hint("another process changes the destination: run the same command again")
                    .because(error)
            }
            _ => unreadable(path, error),
        };
        self.send(Found::Failed(failure))
    }

    fn send(&self, found: Found<Entry>) -> Result<(), Unwanted> {
        self.sender.blocking_send(found).map_err(|_| Unwanted)
    }
}

/// The sort key in the order of a store: the bytes of the name, with a `/` at the end for a folder.
fn key_bytes((name, kind): &(std::ffi::OsString, FileType)) -> impl Iterator<Item = &u8> {
    let is_dir = *kind == FileType::Directory;
    name.as_bytes().iter().chain(is_dir.then_some(&b'/'))
}
