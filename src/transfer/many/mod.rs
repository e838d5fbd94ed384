//! Many objects: the walk below a folder or a prefix, filters, the comparison of two sides, and checkpoints.
//!
//! - `found`: the stream of items that walks and listings find
//! - `filters`: `--include` and `--exclude`
//! - `walk`: files below a folder, objects below a prefix
//! - `contents`: files below the destination of a download
//! - `compare`: the comparison of two sides
//! - `checkpoint`: the progress of a long run, from which another run can resume

mod checkpoint;
mod compare;
mod contents;
mod filters;
mod found;
mod walk;

pub(crate) use checkpoint::Checkpoint;
pub(crate) use compare::{Comparison, Difference};
pub(crate) use contents::walk_destination;
pub(crate) use filters::Filters;
pub(crate) use found::{Found, channel, channel_ahead, channel_of_batches};
pub(crate) use walk::{Entry, Skip, WalkOptions, walk_folder, walk_store};
