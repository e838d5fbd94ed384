//! Clean-up of abandoned transfers, and notes on unfinished uploads of other runs.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

use super::journal::{self, Journal, Kind};
use super::partial::RememberedFile;
use crate::failure::Advice;
use crate::location::Location;
use crate::store::list::UnfinishedUpload;
use crate::store::wire::Store;
use crate::transfer::files::{Directory, FileId};

/// The fields that the headers of all journals share.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    kind: Kind,
    endpoint: String,
    bucket: String,
    object: String,
    #[serde(default)]
    file: String,
    #[serde(flatten)]
    part: Option<RememberedFile>,
    #[serde(default)]
    upload_id: String,
}

impl Header {
    fn of(journal: &mut Journal) -> Option<Header> {
        journal.read::<Header, serde::de::IgnoredAny>().map(|(header, _)| header)
    }

    fn remove_partial_file(&self) {
        let folder = Path::new(&self.file).parent().map(Directory::open);
        if let (Some(part), Some(Ok(folder))) = (&self.part, folder) {
            part.remove_from(&folder);
        }
    }

    fn is_in(&self, store: &Store, bucket: &str) -> bool {
        self.endpoint == store.endpoint().unwrap_or_default() && self.bucket == bucket
    }
}

/// Abandons the transfers that no run has resumed for a week: aborts their uploads if they are in this
/// bucket, and removes their partial files.
pub(crate) async fn expire(store: &Store, bucket: &str) {
    for mut journal in journal::idle(journal::LIFETIME) {
        match Header::of(&mut journal) {
            Some(header) if header.kind == Kind::Download => header.remove_partial_file(),
            Some(header) if header.kind == Kind::Run => {}
            Some(header) if header.upload_id.is_empty() => continue,
            Some(header) if header.is_in(store, bucket) => {
                let at = Location { bucket: header.bucket, key: header.object };
                if store.abort_upload(&at, &header.upload_id).await.is_err() {
                    continue;
                }
            }
            // Of another bucket, or in an unknown format: without its journal, no run would abort the upload.
            _ => continue,
        }
        journal.remove();
    }
    // If such an upload exists after all, `rm --incomplete` finds it.
    journal::idle_intentions(journal::LIFETIME).iter().for_each(Journal::remove);
}

/// The partial files that a run can resume.
pub(super) fn remembered_files() -> HashSet<FileId> {
    journal::headers::<RememberedFile>().iter().map(RememberedFile::id).collect()
}

/// Removes the journals of aborted uploads.
pub(crate) fn forget_uploads(store: &Store, aborted: &[UnfinishedUpload]) {
    for mut journal in journal::idle(Duration::ZERO) {
        let is_aborted = |header: &Header| {
            header.kind == Kind::Upload
                && aborted.iter().any(|upload| {
                    upload.id == header.upload_id && header.is_in(store, &upload.at.bucket)
                })
        };
        if Header::of(&mut journal).is_some_and(|header| is_aborted(&header)) {
            journal.remove();
        }
    }
}

/// A note on other unfinished uploads of the object, if there are any. Another client may still be sending them,
/// so they are neither resumed nor aborted.
pub(crate) async fn older_uploads(store: &Store, at: &Location, own: &str) -> Option<String> {
    let page = store.unfinished_uploads(at.clone()).next_page().await.ok()??;
    let others: Vec<_> =
        page.iter().filter(|upload| upload.at == *at && upload.id != own).collect();
    let oldest = others.iter().min_by_key(|upload| upload.initiated);
    let since = oldest.and_then(|upload| upload.since());
    let since = since.map_or(String::new(), |time| format!(" (since {time})"));
    let uploads = match others.len() {
        0 => return None,
        1 => "1 older unfinished upload".to_owned(),
        n => format!("{n} older unfinished uploads"),
    };
    Some(format!("{uploads} of {at}{since}: {}", Advice::AbortUpload(at.to_string())))
}
