//! Which copies the store makes, and on which writes it honors If-Match.

use std::collections::{HashMap, HashSet};

use tokio::sync::{Mutex, MutexGuard};

use crate::location::Location;

/// What is known of the store's copying, for as long as the program runs.
#[derive(Debug, Default)]
pub(crate) struct Copies(Mutex<KnownCopies>);

impl Copies {
    /// What is known, for one task at a time: others wait for the outcome of its trial.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, KnownCopies> {
        self.0.lock().await
    }
}

/// What was found out about copies.
#[derive(Debug, Default)]
pub(crate) struct KnownCopies {
    pub(crate) works: HashMap<CopyKind, bool>,
    /// Whether a store refuses such a write with If-Match after another writer has replaced the object, by bucket.
    pub(crate) honors_if_match: HashMap<(String, ConditionalWrite), bool>,
    /// How many trials broke off, so that nothing is known by them.
    pub(crate) inconclusive_trials: u32,
    /// Throw-away objects that could not be deleted.
    pub(crate) undeleted: Vec<Location>,
    /// The buckets in which this run has looked for what killed runs have left.
    pub(crate) cleaned_buckets: HashSet<String>,
    /// The buckets at whose top nothing may be written.
    pub(crate) denied_at_root: HashSet<String>,
}

/// How an object is copied within the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CopyMethod {
    /// CopyObject.
    Whole,
    /// UploadPartCopy.
    InParts,
}

/// A write that replaces an object only if that is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ConditionalWrite {
    /// CopyObject with If-Match.
    Copy,
    /// CompleteMultipartUpload with If-Match.
    Complete,
}

/// Copies that succeed or fail together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CopyKind {
    pub(crate) bucket: String,
    pub(crate) from_sealed: bool,
    pub(crate) to_sealed: bool,
    pub(crate) in_place: bool,
    pub(crate) is_large: bool,
    pub(crate) method: CopyMethod,
}

impl CopyKind {
    /// As it is remembered for later runs.
    pub(crate) fn line(&self) -> String {
        let state = |sealed| if sealed { "sealed" } else { "plain" };
        let (from, to) = (state(self.from_sealed), state(self.to_sealed));
        let place = if self.in_place { " in-place" } else { "" };
        let size = if self.is_large { " large" } else { "" };
        let method = if self.method == CopyMethod::InParts { " in-parts" } else { "" };
        format!("{} copies {from} to {to}{place}{size}{method}", self.bucket)
    }

    /// Whether nothing can be lost, and no plaintext published, that was not public before.
    pub(crate) fn is_harmless(&self) -> bool {
        !self.from_sealed && !self.to_sealed && !self.in_place
    }
}
