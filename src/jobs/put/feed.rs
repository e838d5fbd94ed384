//! The files to store, each with its destination.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use super::uploader::Upload;
use crate::jobs::feed::{SelectedNames, feed_all, feed_folder, feed_items, feed_list, feed_one};
use crate::jobs::key_files::is_left_out;
use crate::location::Location;
use crate::output::Output;
use crate::transfer::files::SourceFolder;
use crate::transfer::many::{Found, WalkOptions};
use crate::transfer::progress::Progress;
use crate::transfer::to_path;

/// A source on the command line.
pub(crate) enum PutSource {
    File(Upload),
    /// All files of a folder; they go below the folder `at` of objects.
    Folder {
        root: PathBuf,
        at: Location,
    },
    /// The files of a folder that a list names.
    Listed {
        root: PathBuf,
        list: PathBuf,
        at: Location,
    },
}

/// Selects the files to store.
pub(super) struct UploadFeed {
    pub(super) names: SelectedNames,
    pub(super) walk: WalkOptions,
    /// Whether key files are stored, too.
    pub(super) include_keys: bool,
    pub(super) progress: Progress,
    pub(super) out: Output,
}

impl UploadFeed {
    /// The files to store, as they are found.
    pub(super) fn start(self, sources: Vec<PutSource>) -> Receiver<Found<Upload>> {
        feed_all(
            sources,
            self.progress.clone(),
            move |source| self.feed(source),
            |names, upload| names.take(&upload.at.key).map_err(|failure| failure.at(&upload.at)),
        )
    }

    fn feed(&self, source: PutSource) -> Receiver<Found<Upload>> {
        let (names, include_keys, out) = (self.names.clone(), self.include_keys, self.out);
        let (root, list, at) = match source {
            PutSource::File(upload) if !names.is_in_shard(upload.at.name()) => {
                return feed_items(Vec::new());
            }
            PutSource::File(upload) => return feed_one(admit(upload, include_keys, &out)),
            PutSource::Folder { root, at } => (root, None, at),
            PutSource::Listed { root, list, at } => (root, Some(list), at),
        };
        let root = match SourceFolder::open(&root, self.walk.follow_symlinks) {
            Ok(root) => Arc::new(root),
            Err(failure) => return feed_one(Found::Failed(failure)),
        };
        let path = root.path().to_owned();
        let below = at.clone();
        let upload = move |name: &str| upload_below(&root, &below, name, include_keys, &out);
        let Some(list) = list else {
            return feed_folder(&path, self.walk, names, self.progress.clone(), &out, upload);
        };
        feed_list(list, move |name| {
            names.take(name).then(|| match to_path(name) {
                Ok(_) => upload(name),
                Err(failure) => Found::Failed(failure.at(&at.join(name))),
            })
        })
    }
}

/// The upload of a file of a folder to the object of the same name below `at`.
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
