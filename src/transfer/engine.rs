//! The state that all transfers of a run share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::files::{Directory, FileId};
use super::interrupt::Interrupt;
use super::permits::Permits;
use super::progress::Progress;
use super::resume::{Leftovers, expire};
use crate::failure::Failure;
use crate::output::Output;
use crate::store::wire::Store;

/// How objects are transferred.
#[derive(Debug, Clone, Default)]
pub(crate) struct TransferOptions {
    /// The size of a part in bytes.
    pub(crate) part_size: Option<u64>,
    /// The approximate length of a piped input in bytes: parts become large enough for all of it.
    pub(crate) expected_size: Option<u64>,
    /// How many requests are sent at once. None: as many as the measured rates suggest.
    pub(crate) concurrency: Option<u16>,
    /// Neither resume an interrupted transfer, nor leave one that could be resumed.
    pub(crate) no_resume: bool,
}

impl TransferOptions {
    pub(super) fn resumes(&self) -> bool {
        !self.no_resume
    }
}

/// How much memory all copies through this machine may use together, in MiB.
const MAX_COPY_MEMORY_MIB: u32 = 64;
/// How many folders are kept open before they are synced.
const MAX_UNSYNCED_FOLDERS: usize = 32;

/// Transfers objects to and from one store. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Engine(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    store: Arc<Store>,
    options: TransferOptions,
    permits: Permits,
    interrupt: Interrupt,
    progress: Progress,
    /// One permit for each MiB.
    copy_memory: Semaphore,
    /// A moving average of the sizes, in bytes, of objects that were not listed before they were downloaded.
    typical_size: AtomicU64,
    /// Folders in which files were published, and which are not synced yet.
    folders: Mutex<BTreeMap<FileId, Arc<Directory>>>,
    leftovers: Leftovers,
}

impl Engine {
    /// Must be called within a Tokio runtime.
    pub(crate) fn new(
        store: Arc<Store>,
        options: &TransferOptions,
        interrupt: Interrupt,
        progress: Progress,
    ) -> Engine {
        let permits = Permits::new(store.clone(), options.concurrency.map(usize::from));
        let (options, folders) = (options.clone(), Mutex::default());
        let copy_memory = Semaphore::new(MAX_COPY_MEMORY_MIB as usize);
        let leftovers = Leftovers::default();
        Engine(Arc::new(Shared {
            store,
            options,
            permits,
            interrupt,
            progress,
            copy_memory,
            typical_size: AtomicU64::new(0),
            folders,
            leftovers,
        }))
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.0.store
    }

    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.0.interrupt
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// Syncs the folders of files that were published with fsync, each folder once, so that their names survive a power
    /// failure.
    /// Errors: `Kind::Other` if a folder cannot be synced.
    pub(crate) fn sync_folders(&self) -> Result<(), Failure> {
        // The lock is held until all are synced: a task that waits for it may delete the other copy next.
        let mut folders = self.folders();
        while let Some((_, folder)) = folders.pop_first() {
            folder.sync().map_err(|error| {
                Failure::other(format!(
                    "{} is not surely on the disk: {error}",
                    folder.path().display()
                ))
                .hint("check the disk, and that the folder may be read")
                .because(error)
            })?;
        }
        Ok(())
    }

    /// Reports how many temporary files of killed runs were removed.
    pub(crate) fn report_leftovers(&self, out: &Output) {
        self.0.leftovers.report(out);
    }

    /// Removes the temporary files that killed runs left in a folder.
    pub(super) fn remove_leftovers(&self, folder: &Directory) {
        self.0.leftovers.remove_from(folder);
    }

    /// Remembers a folder that [`Engine::sync_folders`] must sync.
    /// Errors: As [`Engine::sync_folders`].
    pub(crate) fn sync_later(&self, folder: Arc<Directory>) -> Result<(), Failure> {
        let is_full = {
            let mut folders = self.folders();
            folders.entry(folder.id()).or_insert(folder);
            folders.len() >= MAX_UNSYNCED_FOLDERS
        };
        if is_full { self.sync_folders() } else { Ok(()) }
    }

    pub(super) fn folders(&self) -> MutexGuard<'_, BTreeMap<FileId, Arc<Directory>>> {
        self.0.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn options(&self) -> &TransferOptions {
        &self.0.options
    }

    /// The size to expect of an object that was not listed.
    pub(super) fn typical_size(&self) -> u64 {
        self.0.typical_size.load(Ordering::Relaxed)
    }

    /// Learns from the size of an object that was not listed.
    pub(super) fn note_size(&self, bytes: u64) {
        let before = self.typical_size();
        self.0.typical_size.store(before - before / 4 + bytes / 4, Ordering::Relaxed);
    }

    /// One permit for each MiB that copies may hold in memory.
    pub(super) fn copy_memory(&self) -> &Semaphore {
        &self.0.copy_memory
    }

    pub(crate) fn permits(&self) -> &Permits {
        &self.0.permits
    }

    /// Cleans up abandoned transfers in the background.
    pub(super) fn expire_abandoned(&self, bucket: &str) {
        let (store, bucket) = (self.store().clone(), bucket.to_owned());
        tokio::spawn(async move { expire(&store, &bucket).await });
    }
}
