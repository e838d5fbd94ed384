//! Which names below a folder or a prefix a run takes: those that the filters admit, and of them one share.

use super::shard::Shard;
use crate::transfer::many::Filters;

/// Names are relative to the folder or prefix, so that a file and its object, or an object and its copy, are in the same
/// share.
#[derive(Debug, Clone, Default)]
pub(crate) struct SelectedNames {
    pub(crate) filters: Filters,
    /// None if the run takes all of them.
    pub(crate) shard: Option<Shard>,
}

impl SelectedNames {
    pub(crate) fn take(&self, name: &str) -> bool {
        self.filters.admit(name) && self.is_in_shard(name)
    }

    /// Whether the name is in the share of this run.
    pub(crate) fn is_in_shard(&self, name: &str) -> bool {
        self.shard.is_none_or(|shard| shard.holds(name))
    }
}
