//! What stores have proven before: in which buckets they seal writes, and which copies they make. Remembered in the
//! state folder, so that a proof costs its extra requests once, not for each write.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{PoisonError, RwLock};

use crate::system::state;

const FILE: &str = "proven-buckets";

/// What the store at one endpoint has proven.
#[derive(Debug)]
pub(crate) struct Proven {
    /// Without a trailing slash; empty for Amazon's own.
    endpoint: String,
    /// Amazon's own service is known to seal what it accepts.
    is_amazon: bool,
    known: RwLock<HashSet<String>>,
}

impl Proven {
    pub(crate) fn at(endpoint: Option<&str>, is_amazon: bool) -> Proven {
        let endpoint = endpoint.unwrap_or_default().trim_end_matches('/').to_owned();
        Proven { endpoint, is_amazon, known: RwLock::default() }
    }

    /// Whether a write to the bucket was proven before, or needs no proof.
    pub(crate) fn seals(&self, bucket: &str) -> bool {
        self.is_amazon || self.knows(bucket)
    }

    pub(crate) fn remember_seal(&self, bucket: &str) {
        if !self.seals(bucket) {
            self.remember(bucket);
        }
    }

    /// Whether this run or an earlier one has remembered this line.
    pub(crate) fn knows(&self, what: &str) -> bool {
        if self.known.read().unwrap_or_else(PoisonError::into_inner).contains(what) {
            return true;
        }
        let line = self.line(what);
        let is_known = state::read(FILE).is_some_and(|text| text.lines().any(|it| it == line));
        if is_known {
            self.learn(what);
        }
        is_known
    }

    /// Remembers a line, for later runs as well. If it cannot be saved, later runs prove it again.
    pub(crate) fn remember(&self, what: &str) {
        self.learn(what);
        // A single write of the whole line: concurrent processes cannot mix their lines.
        let written = state::append(FILE)
            .and_then(|mut file| file.write_all(format!("{}\n", self.line(what)).as_bytes()));
        if let Err(error) = written {
            tracing::debug!(%error, "what was proven is not remembered");
        }
    }

    fn learn(&self, what: &str) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned());
    }

    fn line(&self, what: &str) -> String {
        format!("{} {what}", self.endpoint)
    }
}
