//! Which files are stored, and where each goes.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::uploader::Upload;
use crate::jobs::feed::{feed_all, feed_folder, feed_list, feed_one};
use crate::jobs::key_files::is_left_out;
use crate::location::Location;
use crate::output::Output;
use crate::transfer::files::SourceFolder;
use crate::transfer::many::{Filters, Found, WalkOptions};
use crate::transfer::{Engine, to_path};

/// Something on the command line that is to be stored.
pub(crate) enum PutSource {
    File(Upload),
    /// The content of a folder goes below a folder of objects.
    Folder {
        root: PathBuf,
        at: Location,
    },
    /// So do the files of a folder that a list names.
    Listed {
        root: PathBuf,
        list: PathBuf,
        at: Location,
    },
}

pub(super) struct FeedOptions {
    pub(super) filters: Filters,
    pub(super) follow_symlinks: bool,
    pub(super) include_keys: bool,
}

/// The files to store, as they are found.
pub(super) fn uploads(
    sources: Vec<PutSource>,
    options: FeedOptions,
    engine: &Engine,
    out: &Output,
) -> Receiver<Found<Upload>> {
    let (progress, out) = (engine.progress().clone(), *out);
    let feed = move |source| {
        let FeedOptions { filters, follow_symlinks, include_keys } = &options;
        let (filters, include_keys, follow) = (filters.clone(), *include_keys, *follow_symlinks);
        let (root, list, at) = match source {
            PutSource::File(upload) => return feed_one(admit(upload, include_keys, &out)),
            PutSource::Folder { root, at } => (root, None, at),
            PutSource::Listed { root, list, at } => (root, Some(list), at),
        };
        let root = match SourceFolder::open(&root, follow) {
            Ok(root) => Arc::new(root),
            Err(failure) => return feed_one(Found::Failed(failure)),
        };
        match list {
            None => {
                let options = WalkOptions { follow_symlinks: follow, in_order: false };
                let path = root.path().to_owned();
                let to_item = move |name: &str| upload_below(&root, &at, name, include_keys, &out);
                feed_folder(&path, options, filters, progress.clone(), &out, to_item)
            }
            Some(list) => feed_list(list, move |name: &str| {
                filters.admit(name).then(|| match to_path(name) {
                    Ok(_) => upload_below(&root, &at, name, include_keys, &out),
                    Err(failure) => Found::Failed(failure.at(&at.join(name))),
                })
            }),
        }
    };
    feed_all(sources, feed, |claims, upload| {
        claims.claim(&upload.at.key).map_err(|failure| failure.at(&upload.at))
    })
}

/// A file below a folder, and the object below another that it becomes.
pub(crate) fn upload_below(
    root: &Arc<SourceFolder>,
    at: &Location,
    name: &str,
    include_keys: bool,
    out: &Output,
) -> Found<Upload> {
    let at = at.join(name);
    match at.clone().object() {
        Ok(at) => {
            let path = root.path().join(name);
            admit(Upload { path, folder: Some(root.clone()), at }, include_keys, out)
        }
        Err(failure) => Found::Failed(failure.at(&at)),
    }
}

fn admit(upload: Upload, include_keys: bool, out: &Output) -> Found<Upload> {
    if is_left_out(&upload.path, include_keys, out) { Found::Skipped } else { Found::Item(upload) }
}
