//! Which copies the store makes, and what it does with If-Match on writes.

use std::collections::{HashMap, HashSet};

use tokio::sync::{Mutex, MutexGuard};

use crate::location::Location;

/// What this run knows about the store's copies, behind a lock.
#[derive(Debug, Default)]
pub(crate) struct Copies(Mutex<KnownCopies>);

impl Copies {
    /// Locks it for one task: other tasks wait for the result of its trial.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, KnownCopies> {
        self.0.lock().await
    }
}

#[derive(Debug, Default)]
pub(crate) struct KnownCopies {
    pub(crate) works: HashMap<CopyKind, bool>,
    /// What the store does with If-Match on such a write, by bucket.
    pub(crate) if_match: HashMap<(String, ConditionalWrite), IfMatch>,
    /// The number of trials without a result, because the store did not answer.
    pub(crate) inconclusive_trials: u32,
    /// Throw-away objects that could not be deleted.
    pub(crate) undeleted: Vec<Location>,
    /// The buckets from which this run has removed the throw-away objects of killed runs.
    pub(crate) cleaned_buckets: HashSet<String>,
    /// The buckets at whose root the credentials may not write.
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

/// A write that replaces an object only if it is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ConditionalWrite {
    /// CopyObject with If-Match.
    Copy,
    /// CompleteMultipartUpload with If-Match.
    Complete,
}

/// What the store does with a write whose If-Match does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMatch {
    /// It does not write, and names the condition as the reason.
    Honored,
    /// It writes all the same.
    Ignored,
    /// It takes no write with this condition, whether it holds or not.
    Refused,
}

/// A kind of copy: the store makes either all copies of one kind, or none.
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
    /// The line in the state folder.
    pub(crate) fn line(&self) -> String {
        let state = |sealed| if sealed { "sealed" } else { "plain" };
        let (from, to) = (state(self.from_sealed), state(self.to_sealed));
        let place = if self.in_place { " in-place" } else { "" };
        let size = if self.is_large { " large" } else { "" };
        let method = if self.method == CopyMethod::InParts { " in-parts" } else { "" };
        format!("{} copies {from} to {to}{place}{size}{method}", self.bucket)
    }

    /// Whether a failed copy of this kind can neither lose an object nor publish the plaintext of a sealed one.
    pub(crate) fn is_harmless(&self) -> bool {
        !self.from_sealed && !self.to_sealed && !self.in_place
    }
}
