//! Which buckets have proven that they seal: remembered, so that the proof costs its extra requests
//! once a bucket and not once a write.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::sync::{PoisonError, RwLock};

use super::Store;
use crate::state;

const FILE: &str = "proven-buckets";

/// The buckets that this run knows to seal.
#[derive(Debug, Default)]
pub(super) struct Proven(RwLock<HashSet<String>>);

impl Proven {
    fn knows(&self, bucket: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(bucket)
    }

    fn learn(&self, bucket: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(bucket.to_owned());
    }
}

impl Store {
    /// Whether a write to the bucket has been proven before, or needs no proving: Amazon's service
    /// is known to seal what it accepts.
    pub fn is_proven(&self, bucket: &str) -> bool {
        if self.is_amazon() || self.proven.knows(bucket) {
            return true;
        }
        let line = self.line(bucket);
        let text = state::folder().and_then(|folder| fs::read_to_string(folder.join(FILE)).ok());
        let proven = text.is_some_and(|text| text.lines().any(|known| known == line));
        if proven {
            self.proven.learn(bucket);
        }
        proven
    }

    /// Remembers that the bucket seals. Where that fails the next write proves it again.
    pub fn remember_proven(&self, bucket: &str) {
        if self.is_proven(bucket) {
            return;
        }
        self.proven.learn(bucket);
        let written =
            state::folder().ok_or(std::io::ErrorKind::NotFound.into()).and_then(|folder| {
                fs::create_dir_all(&folder)?;
                let mut file =
                    fs::OpenOptions::new().create(true).append(true).open(folder.join(FILE))?;
                // One write of one line: processes that append at once cannot tear each other's.
                file.write_all(format!("{}\n", self.line(bucket)).as_bytes())
            });
        if let Err(error) = written {
            tracing::debug!(%error, "the proven bucket is not remembered");
        }
    }

    fn line(&self, bucket: &str) -> String {
        format!("{} {bucket}", self.endpoint().unwrap_or_default().trim_end_matches('/'))
    }
}
