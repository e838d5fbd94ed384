//! Which buckets have proven that they seal, written to and copied into: remembered, so that the proof costs its extra requests
//! once a bucket and not once a write.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{PoisonError, RwLock};

use super::Store;
use crate::state;

const FILE: &str = "proven-buckets";

/// What this run knows to seal: buckets, and ways of copying into them.
#[derive(Debug, Default)]
pub(super) struct Proven(RwLock<HashSet<String>>);

impl Proven {
    fn knows(&self, what: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(what)
    }

    fn learn(&self, what: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned());
    }
}

impl Store {
    /// Whether a write to the bucket has been proven before, or needs no proving: Amazon's service
    /// is known to seal what it accepts.
    pub fn is_proven(&self, bucket: &str) -> bool {
        self.is_amazon() || self.is_remembered(bucket)
    }

    /// Remembers that the bucket seals. Where that fails the next write proves it again.
    pub fn remember_proven(&self, bucket: &str) {
        if !self.is_proven(bucket) {
            self.remember(bucket);
        }
    }

    /// Whether this was proven before.
    pub(super) fn is_remembered(&self, what: &str) -> bool {
        if self.proven.knows(what) {
            return true;
        }
        let line = self.line(what);
        let proven = state::read(FILE).is_some_and(|text| text.lines().any(|known| known == line));
        if proven {
            self.proven.learn(what);
        }
        proven
    }

    /// Remembers that this was proven, for later runs, too.
    pub(super) fn remember(&self, what: &str) {
        self.proven.learn(what);
        // One write of one line: processes that append at once cannot tear each other's.
        let written = state::append(FILE)
            .and_then(|mut file| file.write_all(format!("{}\n", self.line(what)).as_bytes()));
        if let Err(error) = written {
            tracing::debug!(%error, "what was proven is not remembered");
        }
    }

    fn line(&self, what: &str) -> String {
        format!("{} {what}", self.endpoint().unwrap_or_default().trim_end_matches('/'))
    }
}
