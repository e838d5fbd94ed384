//! Publishes finished files in batches: one sync of the file system for all waiting files, because one sync for each
//! small file would take longer than its download.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::target::NewFile;
use crate::failure::Failure;
use crate::transfer::files::Directory;

/// `syncfs` also writes the data of other programs, which pays off from this many files on.
const MIN_FILES_FOR_SYNCFS: usize = 4;

/// Publishes finished files.
#[derive(Debug)]
pub(crate) struct Publisher(mpsc::UnboundedSender<Waiting>);

/// The folder that the file is in now; None if an existing file was kept instead.
type Published = Result<Option<Arc<Directory>>, Failure>;

#[derive(Debug)]
struct Waiting {
    file: NewFile,
    published: oneshot::Sender<Published>,
}

impl Publisher {
    /// Must be called within a Tokio runtime.
    pub(crate) fn new() -> Publisher {
        let (sender, mut waiting) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(first) = waiting.recv().await {
                let mut batch = vec![first];
                // The files that were finished while the last batch was synced.
                while let Ok(next) = waiting.try_recv() {
                    batch.push(next);
                }
                if tokio::task::spawn_blocking(move || publish(batch)).await.is_err() {
                    return;
                }
            }
        });
        Publisher(sender)
    }

    /// Publishes a file, and returns its folder. After a power failure the file is whole if it exists; it is sure to
    /// exist only once the caller has synced the folder. None if an existing file was kept instead.
    pub(crate) async fn publish(&self, file: NewFile) -> Published {
        let (published, answer) = oneshot::channel();
        let _ = self.0.send(Waiting { file, published });
        let ended = |_| Failure::other("the task that publishes files ended unexpectedly");
        answer.await.map_err(ended)?
    }
}

fn publish(batch: Vec<Waiting>) {
    let is_synced = batch.len() >= MIN_FILES_FOR_SYNCFS && sync_file_systems(&batch).is_ok();
    for Waiting { file, published } in batch {
        // An interrupted download no longer waits.
        let _ = published.send(if is_synced { file.persist() } else { file.publish() });
    }
}

/// Syncs the file systems of these files, usually one.
fn sync_file_systems(batch: &[Waiting]) -> io::Result<()> {
    let mut synced = BTreeSet::new();
    for Waiting { file, .. } in batch {
        if synced.insert(file.device()?) {
            file.sync_file_system()?;
        }
    }
    Ok(())
}
