//! Which copies the store makes, and which of its guards hold.

use std::collections::{HashMap, HashSet};

use tokio::sync::{Mutex, MutexGuard};

use crate::location::Location;

/// What is known of the store's copying, for as long as the program runs.
#[derive(Debug, Default)]
pub(crate) struct Copies(Mutex<Known>);

impl Copies {
    /// What is known, for one task at a time: others wait for the outcome of its trial.
    pub(crate) async fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().await
    }
}

/// See [`Copies`].
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) can: HashMap<Route, bool>,
    /// Where a copy onto itself is refused if somebody was faster, and where it is not.
    pub(crate) guards: HashMap<(String, Guard), bool>,
    /// How many trials broke off, so that nothing is known by them.
    pub(crate) broken_off: u32,
    /// Throw-away objects that could not be deleted.
    pub(crate) left: Vec<Location>,
    /// The buckets in which what killed runs have left was looked for.
    pub(crate) swept: HashSet<String>,
    /// Those at whose top nothing may be written.
    pub(crate) closed_at_top: HashSet<String>,
}

/// How an object is copied within the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// CopyObject.
    Whole,
    /// UploadPartCopy.
    InParts,
}

/// What writes an object in the place of another that must be there still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Guard {
    /// CopyObject with If-Match.
    Copy,
    /// CompleteMultipartUpload with If-Match.
    Complete,
}

/// Copies that succeed or fail together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    pub(crate) bucket: String,
    pub(crate) from_sealed: bool,
    pub(crate) to_sealed: bool,
    pub(crate) in_place: bool,
    pub(crate) is_large: bool,
    pub(crate) way: Way,
}

impl Route {
    /// As it is remembered for later runs.
    pub(crate) fn line(&self) -> String {
        let state = |sealed| if sealed { "sealed" } else { "plain" };
        let (from, to) = (state(self.from_sealed), state(self.to_sealed));
        let place = if self.in_place { " in-place" } else { "" };
        let size = if self.is_large { " large" } else { "" };
        let way = if self.way == Way::InParts { " in-parts" } else { "" };
        format!("{} copies {from} to {to}{place}{size}{way}", self.bucket)
    }

    /// Whether nothing can be lost, and no plaintext published, that was not public before.
    pub(crate) fn is_harmless(&self) -> bool {
        !self.from_sealed && !self.to_sealed && !self.in_place
    }
}
