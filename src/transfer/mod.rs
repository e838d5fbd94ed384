//! The transfer engine: moves bytes between local files and the store, each object whole or not at all.
//!
//! | wing | what it does |
//! |---|---|
//! | `plan`, `checksum`, `names`, `buffers`, `permits`, `interrupt` | part sizes; checksums; file names and object names; memory; how many requests at once; signals |
//! | `progress` | a bar on a terminal, a line every 30 seconds in a log |
//! | `files` | local files, opened and created without following symbolic links |
//! | `resume` | the state of interrupted transfers, and the clean-up of abandoned ones |
//! | `targets` | where downloaded bytes go: a file that is published whole, or a stream |
//! | `engine` | the state that all transfers of a run share |
//! | `up`, `down`, `relay` | uploads; downloads; copies through this machine or part by part |
//! | `many` | many objects: walks, filters, comparison, and checkpoints of long runs |
//!
//! The order of the table is the order of imports: each wing imports from those above it only.

mod buffers;
pub(crate) mod checksum;
pub(crate) mod down;
mod engine;
pub(crate) mod files;
mod interrupt;
pub(crate) mod many;
mod names;
mod permits;
mod plan;
pub(crate) mod progress;
pub(crate) mod relay;
pub(crate) mod resume;
pub(crate) mod targets;
pub(crate) mod up;

pub(crate) use engine::{Engine, TransferOptions};
pub(crate) use interrupt::Interrupt;
pub(crate) use names::{PathConflicts, TakenNames, to_path};
pub(crate) use permits::Permits;
pub(crate) use plan::{MIN_PART_SIZE, parse_part_size};
