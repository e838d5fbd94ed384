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
mod engine;
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
mod place;
mod plan;
mod progress;
mod publish;
mod reader;
mod session;
mod single;
mod source;
mod target;
mod upload;
mod walk;

pub use batch::{Finder, Finds, Found, Tally, finds, large_finds};
pub use checkpoint::{Checkpoint, Ticket};
pub use compare::{Comparison, Pair};
pub use contents::walk_destination;
pub use download::{Downloaded, Verified};
pub use engine::{Engine, TransferOptions};
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
pub use place::FilePlace;
pub use plan::{LARGEST_PART, MOST_PARTS, SMALLEST_PART};
pub use progress::{Item, Progress};
pub use source::Source;
pub use target::{Arrival, Target};
pub use walk::{Entry, Manner, Skip, walk_folder, walk_store};
