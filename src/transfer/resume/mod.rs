//! The state of interrupted transfers: a [`Journal`] in the state folder, and for downloads a [`PartialFile`]. And the
//! clean-up of abandoned transfers.
//!
//! - `journal`: the file that records a running transfer
//! - `intention`: a record of an upload, written before it is created
//! - `partial`: the file with the downloaded ranges
//! - `leftovers`: removes temporary files of killed runs
//! - `housekeeping`: aborts abandoned transfers, and reports unfinished uploads

mod housekeeping;
mod intention;
mod journal;
mod leftovers;
mod partial;

pub(crate) use housekeeping::{expire, forget_uploads, older_uploads};
pub(crate) use intention::{Intention, abort_orphans, forget_intentions};
pub(crate) use journal::{Journal, Kind, digest, is_resumable};
pub(crate) use leftovers::Leftovers;
pub(crate) use partial::{FetchedRange, PartialFile, ResumableDownload};
