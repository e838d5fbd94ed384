//! Many objects: what lies below a folder or a prefix, filters, the comparison of two sides, how far a run has come, and
//! what became of each item.

mod batch;
mod checkpoint;
mod compare;
mod contents;
mod filters;
mod walk;

pub(crate) use batch::{Finder, Finds, Found, Tally, finds, large_finds};
pub(crate) use checkpoint::Checkpoint;
pub(crate) use compare::{Comparison, Pair};
pub(crate) use contents::walk_destination;
pub(crate) use filters::Filters;
pub(crate) use walk::{Entry, Manner, Skip, walk_folder, walk_store};
