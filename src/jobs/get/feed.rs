//! The objects to fetch, each with its destination.

use std::path::PathBuf;

use tokio::sync::mpsc::Receiver;

use super::downloader::{Download, Place};
use crate::jobs::feed::{SelectedNames, feed_all, feed_list, feed_one, feed_prefix};
use crate::location::Location;
use crate::transfer::many::{Entry, Found};
use crate::transfer::{Engine, PathConflicts, to_path};

/// A source on the command line.
pub(crate) enum GetSource {
    Object(Download),
    /// All objects below a prefix.
    Prefix(Location),
    /// The objects below a prefix that a list names.
    Listed(Location, PathBuf),
}

/// The objects to fetch, as they are found. `moves`: as they are deleted then, other shares may have emptied the prefix.
pub(super) fn downloads(
    sources: Vec<GetSource>,
    selected: SelectedNames,
    moves: bool,
    engine: &Engine,
) -> Receiver<Found<Download>> {
    let (engine, progress) = (engine.clone(), engine.progress().clone());
    let may_be_empty = moves && selected.shard.is_some();
    let feed = move |source| match source {
        GetSource::Object(download) => feed_one(Found::Item(download)),
        GetSource::Prefix(prefix) => {
            let (below, mut conflicts) = (prefix.clone(), PathConflicts::default());
            feed_prefix(prefix, selected.clone(), may_be_empty, engine.clone(), move |entry| {
                let is_marker = entry.name.is_empty() && entry.bytes == 0;
                (!is_marker).then(|| download(&below, entry, &mut conflicts))
            })
        }
        GetSource::Listed(prefix, list) => {
            let selected = selected.clone();
            feed_list(list, move |name| selected.take(name).then(|| named(&prefix, name)))
        }
    };
    feed_all(sources, progress, feed, |names, download| match &download.place {
        Place::Below(path) => {
            let taken = names.take(&path.to_string_lossy());
            taken.map_err(|failure| failure.at(&download.at))
        }
        Place::Named(_) | Place::Folder(_) => Ok(()),
    })
}

/// The download of an object below a prefix to the file or folder of the same name.
fn download(prefix: &Location, entry: &Entry, conflicts: &mut PathConflicts) -> Found<Download> {
    let at = prefix.join(&entry.name);
    let place = match entry.name.strip_suffix('/') {
        // Consoles and mounts store empty folders like this. With content, the object can become neither.
        Some(folder) if entry.bytes == 0 => to_path(folder).map(Place::Folder),
        _ => to_path(&entry.name).map(Place::Below),
    };
    match conflicts.check(&entry.name).and(place) {
        Ok(place) => Found::Item(Download { at, place, bytes: Some(entry.bytes) }),
        Err(failure) => Found::Failed(failure.at(&at)),
    }
}

fn named(prefix: &Location, name: &str) -> Found<Download> {
    let at = prefix.join(name);
    match (to_path(name), at.clone().object()) {
        (Ok(path), Ok(at)) => Found::Item(Download { at, place: Place::Below(path), bytes: None }),
        (Err(failure), _) | (_, Err(failure)) => Found::Failed(failure.at(&at)),
    }
}
