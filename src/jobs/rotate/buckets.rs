//! The settings that are requested once for each bucket: whether its objects have ACLs, which no copy takes over, and
//! whether versioning is suspended.

use std::collections::HashMap;

use tokio::sync::Mutex;

use crate::failure::{Advice, Failure, Kind};
use crate::location::Location;
use crate::output::Output;
use crate::store::wire::Store;

/// The known settings of the buckets of a run.
#[derive(Default)]
pub(super) struct Buckets {
    /// Whether objects have effective ACLs that the credentials may read, by bucket.
    have_acls: Mutex<HashMap<String, bool>>,
    /// Whether versioning is suspended, by bucket.
    are_suspended: Mutex<HashMap<String, bool>>,
}

impl Buckets {
    /// Whether the ACL of an object grants rights to others, which its copy will not. Warns once for each bucket if the
    /// ACLs cannot be read.
    pub(super) async fn loses_acl(&self, store: &Store, at: &Location, out: &Output) -> bool {
        if !self.has_acls(store, at, out).await {
            return false;
        }
        match store.grants_to_others(at).await {
            Ok(grants) => grants,
            // The copy will report the same failure.
            Err(Failure { kind: Kind::NotFound, .. }) => false,
            Err(failure) => {
                if self.have_acls.lock().await.insert(at.bucket.clone(), false) == Some(true) {
                    warn(at, &failure, out);
                }
                false
            }
        }
    }

    async fn has_acls(&self, store: &Store, at: &Location, out: &Output) -> bool {
        let mut known = self.have_acls.lock().await;
        if let Some(has_acls) = known.get(&at.bucket) {
            return *has_acls;
        }
        let has_acls = store.acls_matter(&whole_bucket(at)).await.unwrap_or_else(|failure| {
            warn(at, &failure, out);
            false
        });
        known.insert(at.bucket.clone(), has_acls);
        has_acls
    }

    /// Fails if versioning is suspended and this version was written before that: the copy would become the version
    /// `null`, and replace an existing version `null`.
    pub(super) async fn check_suspension(
        &self,
        store: &Store,
        at: &Location,
        version_id: Option<&str>,
    ) -> Result<(), Failure> {
        if version_id.is_none_or(|version| version == "null") {
            return Ok(());
        }
        let mut known = self.are_suspended.lock().await;
        let is_suspended = match known.get(&at.bucket) {
            Some(is_suspended) => *is_suspended,
            None => {
                let is_suspended = store.suspends_versions(&whole_bucket(at)).await;
                known.insert(at.bucket.clone(), is_suspended);
                is_suspended
            }
        };
        if !is_suspended {
            return Ok(());
        }
        Err(Failure::other(
            "the bucket has suspended versions: a copy would take the place of the version `null`, and not of this one",
        )
        .hint(Advice::EnableVersions)
        .at(at))
    }
}

fn whole_bucket(at: &Location) -> Location {
    Location { bucket: at.bucket.clone(), key: String::new() }
}

fn warn(at: &Location, failure: &Failure, out: &Output) {
    let detail = failure.detail();
    let why = detail.hint.as_ref().map_or(detail.message.clone(), ToString::to_string);
    out.warn(&format!(
        "whether the objects in {} have ACLs, which no copy takes over, cannot be told: {why}",
        at.bucket
    ));
}
