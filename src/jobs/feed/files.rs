//! The files below a folder.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc::Receiver;

use super::names::SelectedNames;
use crate::failure::Advice;
use crate::output::Output;
use crate::transfer::files::put_aside_name;
use crate::transfer::many::{Entry, Found, Skip, WalkOptions, channel, walk_folder};
use crate::transfer::progress::Progress;

/// A feed of the items that `to_item` makes of the files below the folder.
pub(crate) fn feed_folder<T: Send + 'static>(
    root: &Path,
    options: WalkOptions,
    names: SelectedNames,
    progress: Progress,
    out: &Output,
    to_item: impl Fn(&str) -> Found<T> + Send + 'static,
) -> Receiver<Found<T>> {
    let (sender, receiver) = channel();
    let mut entries = walk_folder(root.to_owned(), options);
    let mut skips = Skips::below(root, out);
    tokio::spawn(async move {
        while let Some(entry) = entries.recv().await {
            let found = match entry {
                Found::Item(entry) if !names.take(&entry.name) => continue,
                Found::Item(entry) if entry.skip.is_some() => {
                    skips.report(&entry);
                    Found::Skipped
                }
                Found::Item(entry) => {
                    progress.expect(1, entry.bytes);
                    to_item(&entry.name)
                }
                Found::Skipped => Found::Skipped,
                Found::Failed(failure) => Found::Failed(failure),
            };
            if sender.send(found).await.is_err() {
                return;
            }
        }
        skips.report_links();
    });
    receiver
}

/// Reports the entries of a folder that are skipped. Links are only counted: there can be many, and users expect it.
#[derive(Debug)]
pub(crate) struct Skips {
    root: PathBuf,
    links: u64,
    out: Output,
}

impl Skips {
    pub(crate) fn below(root: &Path, out: &Output) -> Skips {
        Skips { root: root.to_owned(), links: 0, out: *out }
    }

    /// Reports why the entry is not transferred.
    pub(crate) fn report(&mut self, entry: &Entry) {
        let found = self.root.join(&entry.name);
        let path = found.display();
        match entry.skip {
            None => {}
            Some(Skip::Link) => self.links += 1,
            Some(Skip::Special) => {
                self.out.say(&format!("note: {path} is neither a file nor a folder: skipped"));
            }
            Some(Skip::Partial) => {
                self.out.say(&format!("note: {path} is an unfinished download: skipped"));
            }
            Some(Skip::PutAside) => {
                let own = found.file_name().and_then(put_aside_name).unwrap_or_default();
                let was = if own.is_empty() {
                    "was ".to_owned()
                } else {
                    format!("is {}, ", found.with_file_name(own).display())
                };
                self.out.warn(&format!(
                    "{path} {was}put aside by an interrupted `mv` after it was stored: skipped; compare it with its \
                     object, then delete it"
                ));
            }
        }
    }

    /// Reports at the end how many links there were.
    pub(crate) fn report_links(&self) {
        let were = match self.links {
            0 => return,
            1 => "1 symbolic link was".to_owned(),
            links => format!("{links} symbolic links were"),
        };
        self.out.say(&format!("note: {were} skipped; {}", Advice::PutAndSyncFollowLinks));
    }
}
