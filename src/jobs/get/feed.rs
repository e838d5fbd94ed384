//! Which objects are fetched, and where each goes.

use std::path::PathBuf;

use tokio::sync::mpsc::Receiver;

use super::downloader::{Download, Place};
use crate::jobs::feed::{feed_all, feed_list, feed_one, feed_prefix};
use crate::location::Location;
use crate::transfer::many::{Entry, Filters, Found};
use crate::transfer::{Clashes, Engine, to_path};

/// Something on the command line that is to be fetched.
pub(crate) enum GetSource {
    Object(Download),
    /// What is below a prefix.
    Prefix(Location),
    /// What a list names of it.
    Listed(Location, PathBuf),
}

/// The objects to fetch, as they are found.
pub(super) fn downloads(
    sources: Vec<GetSource>,
    filters: Filters,
    engine: &Engine,
) -> Receiver<Found<Download>> {
    let engine = engine.clone();
    let feed = move |source| match source {
        GetSource::Object(download) => feed_one(Found::Item(download)),
        GetSource::Prefix(prefix) => {
            let (below, mut clashes) = (prefix.clone(), Clashes::default());
            feed_prefix(prefix, filters.clone(), engine.clone(), move |entry| {
                let is_marker = entry.name.is_empty() && entry.bytes == 0;
                (!is_marker).then(|| download(&below, entry, &mut clashes))
            })
        }
        GetSource::Listed(prefix, list) => {
            let filters = filters.clone();
            feed_list(list, move |name| filters.admit(name).then(|| named(&prefix, name)))
        }
    };
    feed_all(sources, feed, |names, download| match &download.place {
        Place::Below(path) => {
            let taken = names.take(&path.to_string_lossy());
            taken.map_err(|failure| failure.at(&download.at))
        }
        Place::Named(_) | Place::Folder(_) => Ok(()),
    })
}

/// An object below a prefix, and the file or folder below another that it becomes.
fn download(prefix: &Location, entry: &Entry, clashes: &mut Clashes) -> Found<Download> {
    let at = prefix.join(&entry.name);
    let place = match entry.name.strip_suffix('/') {
        // Consoles and mounts keep empty folders so. With bytes in it, it is an object that cannot become a file.
        Some(folder) if entry.bytes == 0 => to_path(folder).map(Place::Folder),
        _ => to_path(&entry.name).map(Place::Below),
    };
    match clashes.check(&entry.name).and(place) {
        Ok(place) => Found::Item(Download { at, place }),
        Err(failure) => Found::Failed(failure.at(&at)),
    }
}

fn named(prefix: &Location, name: &str) -> Found<Download> {
    let at = prefix.join(name);
    match (to_path(name), at.clone().object()) {
        (Ok(path), Ok(at)) => Found::Item(Download { at, place: Place::Below(path) }),
        (Err(failure), _) | (_, Err(failure)) => Found::Failed(failure.at(&at)),
    }
}
