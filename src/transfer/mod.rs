//! The engine: bytes between local files and the store, whole or not at all.
//!
//! | file | holds |
//! |---|---|
//! | `plan` | how a size is divided into parts; pure |
//! | `checksum` | the checksums that follow a transfer from end to end |
//! | `input` | local files on their way into a store, opened without being led elsewhere |
//! | `original` | a local file that was stored and is to be deleted |
//! | `source` | where uploaded bytes come from: a file read at offsets, or a stream |
//! | `pieces` | such a source, taken apart into parts |
//! | `target` | where downloaded bytes go: a file that appears whole, or a stream |
//! | `upload`, `download` | the transfers |
//! | `copy` | from one object to another, through this machine where the store cannot |
//! | `copy_parts` | the same within the store, a range at a time |
//! | `single` | an upload that has to be one request |
//! | `in_order` | a large object as one stream of bytes |
//! | `object_reader` | an object for what reads at its own pace |
//! | `buffers` | memory for whole parts |
//! | `session` | a multipart upload, gone on with where an earlier run was interrupted |
//! | `nameless`, `part_file` | files in the making: without a name, or under one that cannot be guessed |
//! | `partial` | what has arrived of a download that another run may go on with |
//! | `leftovers` | files in the making that killed runs left in a folder |
//! | `journal` | what is remembered of a transfer, in the state folder |
//! | `checkpoint` | how far a run through many objects has come |
//! | `housekeeping` | what earlier runs left behind |
//! | `intention` | uploads that may have been begun, and those that a killed run never learned the ids of |
//! | `publish` | finished files, put in their places |
//! | `lines` | how many requests are under way at once |
//! | `progress` | a bar for people, a line now and then for logs |
//! | `interrupt` | SIGINT and SIGTERM |
//! | `walk` | what lies below a folder, here or in a store |
//! | `names` | which name of a store is which name of a file system; pure |
//! | `mtime` | a file's modification time, and the one in metadata |
//! | `filters` | `--include` and `--exclude` |
//! | `compare` | which files of two folders differ |
//! | `directory` | a folder that is held open: no link is followed in it |
//! | `folder` | the folder that objects are written into, and never out of it |
//! | `contents` | what lies below that folder |
//! | `batch` | many items, and what came of each |

mod batch;
mod buffers;
mod checkpoint;
pub mod checksum;
mod compare;
mod contents;
mod copy;
mod copy_parts;
mod directory;
mod download;
mod filters;
mod folder;
mod housekeeping;
mod in_order;
mod input;
mod intention;
mod interrupt;
mod journal;
mod leftovers;
mod lines;
mod mtime;
mod nameless;
mod names;
mod object_reader;
mod original;
mod part_file;
mod partial;
mod pieces;
mod plan;
mod progress;
mod publish;
mod session;
mod single;
mod source;
mod target;
mod upload;
mod walk;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use directory::{Directory, FileId};
use leftovers::Leftovers;
use publish::Publisher;
use tokio::sync::Semaphore;

use crate::output::Output;
use crate::size;
use crate::store::Store;

pub use batch::{Finder, Finds, Found, Tally, finds, large_finds};
pub use checkpoint::{Checkpoint, Ticket};
pub use compare::{Comparison, Pair};
pub use contents::walk_destination;
pub use download::{Downloaded, Verified};
pub use filters::Filters;
pub use folder::Folder;
pub use housekeeping::forget_uploads;
pub use input::{Input, SourceFolder};
pub use intention::forget_intentions;
pub use interrupt::Interrupt;
pub use lines::Lines;
pub use mtime::{FileTime, MTIME, write_mtime};
pub use names::{Claims, Clashes, to_name, to_path};
pub use object_reader::ObjectReader;
pub use original::Original;
pub use plan::{LARGEST_PART, MOST_PARTS, SMALLEST_PART};
pub use progress::{Item, Progress};
pub use source::Source;
pub use target::{Arrival, FilePlace, Target};
pub use walk::{Entry, Manner, Skip, walk_folder, walk_store};

/// How transfers are divided.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Transfer options")]
pub struct TransferOptions {
    /// The size of a part: bytes, or with KiB, MiB, GiB [default: 8MiB, more where needed]
    #[arg(long, value_name = "SIZE", value_parser = plan::parse_part_size)]
    part_size: Option<u64>,
    /// About how many bytes come through a pipe: parts become large enough for all of it
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    expected_size: Option<u64>,
    /// How many requests are under way at once [default: 4, more where answers take long]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: Option<u16>,
    /// Neither go on with an interrupted transfer, nor leave one that could be gone on with
    #[arg(long)]
    no_resume: bool,
}

impl TransferOptions {
    /// Whether an interrupted transfer is gone on with.
    fn resumes(&self) -> bool {
        !self.no_resume
    }
}

/// How many folders are held open until they are synced.
const MOST_FOLDERS: usize = 32;

/// What all transfers of a run share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine(Arc<Shared>);

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
    pub fn new(
        store: Store,
        options: &TransferOptions,
        interrupt: Interrupt,
        progress: Progress,
    ) -> Engine {
        let store = Arc::new(store);
        let lines = Lines::new(store.clone(), options.concurrency.map(usize::from));
        let (options, folders) = (options.clone(), Mutex::default());
        let (publisher, relayed) = (Publisher::new(), Semaphore::new(copy::MOST_MIB as usize));
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
    pub fn store(&self) -> &Arc<Store> {
        &self.0.store
    }

    /// What tells that the user wants to stop.
    pub fn interrupt(&self) -> &Interrupt {
        &self.0.interrupt
    }

    /// Where the progress of all transfers is shown.
    pub fn progress(&self) -> &Progress {
        &self.0.progress
    }

    /// Makes the places of all files downloaded so far outlast a machine that stops: once for a folder, not
    /// once for a file.
    pub fn sync_folders(&self) {
        for folder in std::mem::take(&mut *self.folders()).into_values() {
            // Not every file system can sync a folder.
            let _ = folder.sync();
        }
    }

    /// Tells people what earlier runs had left, and this one removed.
    pub fn report_leftovers(&self, out: &Output) {
        self.0.leftovers.report(out);
    }

    /// Removes what killed runs left in a folder that this one writes to.
    fn sweep(&self, folder: &Directory) {
        self.0.leftovers.sweep(folder);
    }

    fn published(&self, folder: Arc<Directory>) {
        let is_full = {
            let mut folders = self.folders();
            folders.entry(folder.id()).or_insert(folder);
            folders.len() >= MOST_FOLDERS
        };
        if is_full {
            self.sync_folders();
        }
    }

    fn folders(&self) -> MutexGuard<'_, BTreeMap<FileId, Arc<Directory>>> {
        self.0.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn options(&self) -> &TransferOptions {
        &self.0.options
    }

    fn publisher(&self) -> &Publisher {
        &self.0.publisher
    }

    fn lines(&self) -> &Lines {
        &self.0.lines
    }
}
