//! The files below a local folder, and the objects below a prefix. Both can come in the order in which a store lists keys,
//! so that they can be compared.

use std::cmp::Ordering;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::sync::mpsc::{Receiver, Sender};
use walkdir::{DirEntry, WalkDir};

use super::found::{Found, channel};
use crate::failure::{Advice, Failure};
use crate::location::Location;
use crate::store::copy::is_throw_away;
use crate::store::list::{Listed, Listing};
use crate::transfer::engine::Engine;
use crate::transfer::files::put_aside_name;
use crate::transfer::names::{is_temp_name, to_name};

/// A file or an object below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Relative to the folder, with `/` between folders.
    pub name: String,
    pub bytes: u64,
    pub modified: SystemTime,
    /// Why it is not transferred. An entry of the other side with this name or below it must then not be deleted.
    pub skip: Option<Skip>,
}

/// Why an entry of a local folder is not transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skip {
    /// A symbolic link that is not followed.
    Link,
    /// A FIFO, a socket or a device.
    Special,
    /// The partial file of a download.
    Partial,
    /// A file that an interrupted `mv` renamed before deleting it.
    PutAside,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct WalkOptions {
    /// Whether symbolic links below the folder are followed instead of skipped.
    pub follow_symlinks: bool,
    /// Whether entries come in the order of keys. That needs memory for the names of the largest folder.
    pub in_order: bool,
}

/// The files below a local folder as they are found, and the skipped entries.
pub(crate) fn walk_folder(root: PathBuf, options: WalkOptions) -> Receiver<Found<Entry>> {
    let (sender, receiver) = channel();
    tokio::task::spawn_blocking(move || {
        let follow = options.follow_symlinks;
        let mut walk = WalkDir::new(&root).min_depth(1).follow_links(follow);
        if options.in_order {
            walk = walk.sort_by(move |a, b| in_key_order(a, b, follow));
        }
        for found in walk {
            let found = match found {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => look_at(&root, &entry),
                Err(error) => Found::Failed(explain(error)),
            };
            if sender.blocking_send(found).is_err() {
                return;
            }
        }
    });
    receiver
}

fn look_at(root: &Path, entry: &DirEntry) -> Found<Entry> {
    let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
    if let Some(skip) = skip(entry) {
        // Keys are UTF-8: no object has such a name.
        let name = below.to_string_lossy().into_owned();
        let modified = SystemTime::UNIX_EPOCH;
        return Found::Item(Entry { name, bytes: 0, modified, skip: Some(skip) });
    }
    let read = || {
        let metadata = entry.metadata().map_err(explain)?;
        let modified = metadata.modified().map_err(|error| unreadable(entry.path(), error))?;
        Ok(Entry { name: to_name(below)?, bytes: metadata.len(), modified, skip: None })
    };
    read().map_or_else(Found::Failed, Found::Item)
}

fn skip(entry: &DirEntry) -> Option<Skip> {
    let kind = entry.file_type();
    if kind.is_symlink() {
        Some(Skip::Link)
    } else if !kind.is_file() {
        Some(Skip::Special)
    } else if is_temp_name(entry.file_name()) {
        // The partial file of a download that is running or can be resumed.
        Some(Skip::Partial)
    } else if put_aside_name(entry.file_name()).is_some() {
        Some(Skip::PutAside)
    } else {
        None
    }
}

fn in_key_order(a: &DirEntry, b: &DirEntry, follow: bool) -> Ordering {
    key_bytes(a, follow).cmp(key_bytes(b, follow))
}

/// The sort key in the order of a store: the bytes of the name, with a `/` at the end for a folder.
fn key_bytes(entry: &DirEntry, follow: bool) -> impl Iterator<Item = &u8> {
    let kind = entry.file_type();
    let is_dir = kind.is_dir() || (follow && kind.is_symlink() && entry.path().is_dir());
    entry.file_name().as_bytes().iter().chain(is_dir.then_some(&b'/'))
}

fn explain(error: walkdir::Error) -> Failure {
    let path = error.path().unwrap_or(Path::new("")).to_owned();
    if let Some(ancestor) = error.loop_ancestor() {
        return Failure::other(format!(
            "{} is a symbolic link to {}, which it lies in: it was not followed again",
            path.display(),
            ancestor.display()
        ))
        .hint(Advice::RemoveLink);
    }
    match error.into_io_error() {
        Some(error) => unreadable(&path, error),
        None => Failure::other(format!("{} cannot be read", path.display())),
    }
}

pub(super) fn unreadable(path: &Path, error: io::Error) -> Failure {
    let path = path.display();
    let failure = match error.kind() {
        io::ErrorKind::NotFound => Failure::not_found(format!("there is no {path} any more"))
            .hint("it was removed meanwhile, or is a symbolic link that leads nowhere"),
        io::ErrorKind::PermissionDenied => {
            Failure::other(format!("{path} may not be read")).hint("check its permissions")
        }
        _ => Failure::other(format!("{path} cannot be read: {error}")),
    };
    failure.because(error)
}

/// The objects below a prefix, as they are listed. A name that is empty or ends in `/` is the marker of a folder.
pub(crate) fn walk_store(engine: &Engine, folder: Location) -> Receiver<Found<Entry>> {
    let (sender, receiver) = channel();
    let engine = engine.clone();
    tokio::spawn(async move {
        if let Err(failure) = list_into(&sender, &engine, &folder).await {
            // An incomplete listing must not be taken for a complete one.
            let _ = sender.send(Found::Failed(failure.stopping_the_run())).await;
        }
    });
    receiver
}

async fn list_into(
    sender: &Sender<Found<Entry>>,
    engine: &Engine,
    folder: &Location,
) -> Result<(), Failure> {
    let mut listing = engine.store().list(folder);
    while let Some(page) = next_page(&mut listing, engine).await? {
        for listed in page {
            let name = listed.key[folder.key.len()..].to_owned();
            let entry = Entry { name, bytes: listed.bytes, modified: listed.modified, skip: None };
            // Throw-away objects are not objects of the user.
            let found =
                if is_throw_away(&listed.key) { Found::Skipped } else { Found::Item(entry) };
            if sender.send(found).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn next_page(listing: &mut Listing, engine: &Engine) -> Result<Option<Vec<Listed>>, Failure> {
    let _permit = engine.permits().request().await;
    listing.next_page().await
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn files_come_in_the_order_of_keys() {
        let folder = tempfile::tempdir().unwrap();
        let mut names =
            ["a/b", "a.b", "a!", "a0", "b", "a/c/d", "ab/c", "Z", "\u{e4}"].map(str::to_owned);
        for name in &names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let options = WalkOptions { follow_symlinks: false, in_order: true };
        let mut entries = walk_folder(folder.path().to_owned(), options);
        let mut found = Vec::new();
        while let Some(Found::Item(entry)) = entries.recv().await {
            assert_eq!(entry.bytes, entry.name.len() as u64);
            found.push(entry.name);
        }
        names.sort();
        assert_eq!(found, names);
    }
}
