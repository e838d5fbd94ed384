//! Finished files go to their places together: one sync of the file system for all that wait, where one for
//! each would cost more than fetching them.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::target::NewFile;
use crate::failure::Failure;
use crate::transfer::files::Directory;

/// From this many files on, what else the file system has to write is worth it.
const MIN_FILES_FOR_SYNCFS: usize = 4;

/// Takes finished files to their places.
#[derive(Debug)]
pub(crate) struct Publisher(mpsc::UnboundedSender<Waiting>);

/// The folder that a file is in now; none where another file is there, and stays.
type Published = Result<Option<Arc<Directory>>, Failure>;

#[derive(Debug)]
struct Waiting {
    file: NewFile,
    published: oneshot::Sender<Published>,
}

impl Publisher {
    /// Begins to wait for files, from within a runtime.
    pub(crate) fn new() -> Publisher {
        let (sender, mut waiting) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(first) = waiting.recv().await {
                let mut batch = vec![first];
                // Those that finished while the ones before were synced.
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

    /// Puts a file in its place. It is whole there even if the machine stops; that it is there at all is
    /// for good once its folder is synced, too, which is what is returned. Where another file is there and
    /// stays, there is none.
    pub(crate) async fn publish(&self, file: NewFile) -> Published {
        let (published, answer) = oneshot::channel();
        let _ = self.0.send(Waiting { file, published });
        let ended = |_| Failure::other("what puts files in their places ended unexpectedly");
        answer.await.map_err(ended)?
    }
}

fn publish(batch: Vec<Waiting>) {
    let is_synced = batch.len() >= MIN_FILES_FOR_SYNCFS && sync_file_systems(&batch).is_ok();
    for Waiting { file, published } in batch {
        // Whoever was interrupted does not wait any more.
        let _ = published.send(if is_synced { file.place() } else { file.publish() });
    }
}

/// Syncs the file systems that these files are on, mostly one.
fn sync_file_systems(batch: &[Waiting]) -> io::Result<()> {
    let mut synced = BTreeSet::new();
    for Waiting { file, .. } in batch {
        if synced.insert(file.device()?) {
            file.sync_file_system()?;
        }
    }
    Ok(())
}
