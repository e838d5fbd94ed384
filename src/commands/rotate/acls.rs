//! ACLs, which no copy takes over: whether an object is about to lose one.

use std::collections::HashMap;

use tokio::sync::Mutex;

use crate::failure::Failure;
use crate::location::Location;
use crate::output::Output;
use crate::store::Store;

/// In which buckets objects have ACLs that count and may be asked for.
#[derive(Default)]
pub(super) struct Acls(Mutex<HashMap<String, bool>>);

impl Acls {
    /// Whether an object grants others something that its copy will not. What may not be asked is told, once a bucket.
    pub(super) async fn is_lost(&self, store: &Store, at: &Location, out: &Output) -> bool {
        if !self.matter(store, at, out).await {
            return false;
        }
        match store.grants_to_others(at, None).await {
            Ok(grants) => grants,
            // Whoever copies it will find out.
            Err(Failure::NotFound(_)) => false,
            Err(failure) => {
                if self.0.lock().await.insert(at.bucket.clone(), false) == Some(true) {
                    tell(at, &failure, out);
                }
                false
            }
        }
    }

    async fn matter(&self, store: &Store, at: &Location, out: &Output) -> bool {
        let mut buckets = self.0.lock().await;
        if let Some(matter) = buckets.get(&at.bucket) {
            return *matter;
        }
        let bucket = Location { bucket: at.bucket.clone(), key: String::new() };
        let matter = store.acls_matter(&bucket).await.unwrap_or_else(|failure| {
            tell(at, &failure, out);
            false
        });
        buckets.insert(at.bucket.clone(), matter);
        matter
    }
}

fn tell(at: &Location, failure: &Failure, out: &Output) {
    let detail = failure.detail();
    let why = detail.hint.as_ref().unwrap_or(&detail.message);
    out.warn(&format!(
        "whether the objects in {} have ACLs, which no copy takes over, cannot be told: {why}",
        at.bucket
    ));
}
