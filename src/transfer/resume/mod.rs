//! What is remembered of an interrupted transfer, in the state folder ([`Journal`]) and as a partial file ([`Partial`]),
//! and the removal of what abandoned transfers left.

mod housekeeping;
mod intention;
mod journal;
mod leftovers;
mod partial;

pub(crate) use housekeeping::{expire, forget_uploads, older_uploads};
pub(crate) use intention::{Intention, abort_orphans, forget_intentions};
pub(crate) use journal::{Journal, Kind, digest, is_resumable};
pub(crate) use leftovers::Leftovers;
pub(crate) use partial::{Partial, Resumable};
