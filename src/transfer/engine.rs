//! What all transfers of a run share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::files::{Directory, FileId};
use super::interrupt::Interrupt;
use super::permits::Lines;
use super::progress::Progress;
use super::resume::{Leftovers, expire};
use super::targets::Publisher;
use crate::output::Output;
use crate::store::wire::Store;

/// How transfers are divided.
#[derive(Debug, Clone, Default)]
pub(crate) struct TransferOptions {
    /// The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]
    pub(crate) part_size: Option<u64>,
    /// About how many bytes come through a pipe: parts become large enough for all of it
    pub(crate) expected_size: Option<u64>,
    /// How many requests are under way at once [default: 4, more where answers take long]
    pub(crate) concurrency: Option<u16>,
    /// Neither go on with an interrupted transfer, nor leave one that could be gone on with
    pub(crate) no_resume: bool,
}

impl TransferOptions {
    /// Whether an interrupted transfer is gone on with.
    pub(super) fn resumes(&self) -> bool {
        !self.no_resume
    }
}

/// How much of all objects that go through memory may be in it at once, in MiB.
const MOST_RELAYED_MIB: u32 = 64;
/// How many folders are held open until they are synced.
const MOST_FOLDERS: usize = 32;

/// What all transfers of a run share. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Engine(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<Store>,
    options: TransferOptions,
    lines: Lines,
    interrupt: Interrupt,
    progress: Progress,
    publisher: Publisher,
    /// How much of copies may be in memory, in MiB.
    relayed: Semaphore,
    /// In which files were put in their places.
    folders: Mutex<BTreeMap<FileId, Arc<Directory>>>,
    leftovers: Leftovers,
}

impl Engine {
    /// Transfers to and from this store; from within a runtime.
    pub(crate) fn new(
        store: Arc<Store>,
        options: &TransferOptions,
        interrupt: Interrupt,
        progress: Progress,
    ) -> Engine {
        let lines = Lines::new(store.clone(), options.concurrency.map(usize::from));
        let (options, folders) = (options.clone(), Mutex::default());
        let (publisher, relayed) = (Publisher::new(), Semaphore::new(MOST_RELAYED_MIB as usize));
        let leftovers = Leftovers::default();
        Engine(Arc::new(Shared {
            store,
            options,
            lines,
            interrupt,
            progress,
            publisher,
            relayed,
            folders,
            leftovers,
        }))
    }

    /// The store that this engine transfers to and from.
    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.0.store
    }

    /// What tells that the user wants to stop.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.0.interrupt
    }

    /// Where the progress of all transfers is shown.
    pub(crate) fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// Makes the places of all files downloaded so far outlast a machine that stops: once for a folder, not
    /// once for a file.
    pub(crate) fn sync_folders(&self) {
        for folder in std::mem::take(&mut *self.folders()).into_values() {
            // Not every file system can sync a folder.
            let _ = folder.sync();
        }
    }

    /// Tells people what earlier runs had left, and this one removed.
    pub(crate) fn report_leftovers(&self, out: &Output) {
        self.0.leftovers.report(out);
    }

    /// Removes what killed runs left in a folder that this one writes to.
    pub(super) fn sweep(&self, folder: &Directory) {
        self.0.leftovers.sweep(folder);
    }

    pub(super) fn published(&self, folder: Arc<Directory>) {
        let is_full = {
            let mut folders = self.folders();
            folders.entry(folder.id()).or_insert(folder);
            folders.len() >= MOST_FOLDERS
        };
        if is_full {
            self.sync_folders();
        }
    }

    pub(super) fn folders(&self) -> MutexGuard<'_, BTreeMap<FileId, Arc<Directory>>> {
        self.0.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn options(&self) -> &TransferOptions {
        &self.0.options
    }

    pub(super) fn publisher(&self) -> &Publisher {
        &self.0.publisher
    }

    /// How much of copies may be in memory, in MiB.
    pub(super) fn relayed(&self) -> &Semaphore {
        &self.0.relayed
    }

    pub(super) fn lines(&self) -> &Lines {
        &self.0.lines
    }

    /// Cleans up, while something else is done, after transfers that nobody went on with.
    pub(super) fn clean_up(&self, bucket: &str) {
        let (store, bucket) = (self.store().clone(), bucket.to_owned());
        tokio::spawn(async move { expire(&store, &bucket).await });
    }
}
