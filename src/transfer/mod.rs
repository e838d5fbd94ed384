//! The engine: bytes between local files and the store, whole or not at all.
//!
//! | wing | what it does |
//! |---|---|
//! | `plan`, `checksum`, `names`, `buffers`, `permits`, `interrupt` | sizes of parts; checksums; file names and keys; memory; how many requests at once; signals |
//! | `progress` | a bar for people, a line now and then for logs |
//! | `files` | local files, opened and made so that no link leads elsewhere |
//! | `resume` | what is remembered of interrupted transfers, and the clean-up of those that are abandoned |
//! | `targets` | where downloaded bytes go: a file that appears whole, or a stream |
//! | `engine` | what all transfers of a run share |
//! | `up`, `down`, `relay` | uploads; downloads; copies through this machine or part by part |
//! | `many` | many objects: walks, filters, comparison, what became of each |
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
pub(crate) use names::{Clashes, TakenNames, to_path};
pub(crate) use permits::Lines;
pub(crate) use plan::{SMALLEST_PART, parse_part_size};
