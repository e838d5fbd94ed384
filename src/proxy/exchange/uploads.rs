//! Which parts of which uploads were proven. Nothing is lost if it is forgotten: an upload with parts that are not known
//! here is proven after it is completed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// The oldest uploads are forgotten beyond this number.
const MOST_UPLOADS: usize = 4096;

#[derive(Default)]
pub(super) struct ProvenUploads(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// By the upload's id: the ETag of each part.
    parts: HashMap<String, HashMap<u32, String>>,
    order: VecDeque<String>,
}

impl ProvenUploads {
    /// The store has proven that it sealed this part.
    pub(super) fn remember(&self, upload_id: &str, part: u32, etag: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.parts.contains_key(upload_id) {
            known.order.push_back(upload_id.to_owned());
            if known.order.len() > MOST_UPLOADS {
                let oldest = known.order.pop_front();
                oldest.and_then(|oldest| known.parts.remove(&oldest));
            }
        }
        let parts = known.parts.entry(upload_id.to_owned()).or_default();
        parts.insert(part, bare(etag).to_owned());
    }

    /// Whether each of these parts was proven.
    pub(super) fn are_proven(&self, upload_id: &str, listed: &[(u32, String)]) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = known.parts.get(upload_id);
        !listed.is_empty()
            && listed.iter().all(|(part, etag)| {
                parts.and_then(|parts| parts.get(part)).is_some_and(|it| it == bare(etag))
            })
    }
}

fn bare(etag: &str) -> &str {
    etag.trim().trim_matches('"')
}
