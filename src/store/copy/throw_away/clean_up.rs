//! The end of a trial: deletes its throw-away objects, and names those that remain.

use std::collections::BTreeSet;

use super::ThrowAways;
use crate::failure::Failure;
use crate::location::Location;

/// The throw-away objects that could not be deleted.
#[derive(Default)]
pub(crate) struct Leftovers {
    /// Descriptions of them.
    pub(crate) names: Vec<String>,
    /// Why the first of them could not be deleted.
    pub(crate) cause: Option<Failure>,
    /// Whether any of them is a version, which needs a permission of its own to delete.
    pub(crate) has_versions: bool,
    /// Whether a listing has confirmed that there are no others.
    pub(crate) is_confirmed: bool,
}

impl ThrowAways {
    /// Deletes all written objects in every version, and aborts unfinished uploads. Must not be cancelled.
    pub(crate) async fn clean_up(self) -> Leftovers {
        let mut left = Leftovers::default();
        for (at, id) in &self.uploads {
            self.abort(at, id, &mut left).await;
        }
        for (at, version_id) in &self.written {
            self.delete(at, version_id.as_deref(), &mut left).await;
        }
        // No write is active any more, so a listing also shows objects whose answer was lost.
        left.is_confirmed = left.names.is_empty() && self.delete_listed(&mut left).await.is_ok();
        if !left.is_confirmed && left.names.is_empty() {
            let known: BTreeSet<&str> = self.written.iter().map(|(at, _)| &*at.key).collect();
            let lost = self.touched.iter().filter(|key| !known.contains(key.as_str()));
            let bucket = &self.prefix.bucket;
            left.names.extend(lost.map(|key| format!("s3://{bucket}/{key}, perhaps")));
        }
        self.store.sweep_recorded(&self.prefix.bucket).await;
        self.store.sweep_abandoned(&self.prefix).await;
        if left.names.is_empty() {
            self.remove_record();
        }
        left
    }

    /// Deletes all objects with numbered names, even those whose write seemed to fail, and returns those that remain.
    pub(in crate::store::copy) async fn clean_up_numbered(self) -> Vec<Location> {
        for (at, id) in &self.uploads {
            // Uploads that remain are listed below.
            let _ = self.store.abort_upload(at, id).await;
        }
        let mut left = Vec::new();
        for at in (1..=self.count).map(|number| self.named(&number.to_string())) {
            if self.sweep(&at).await.is_err() {
                left.push(at);
            }
        }
        self.store.sweep_abandoned(&self.prefix).await;
        if left.is_empty() {
            self.remove_record();
        }
        left
    }

    /// Deletes every version of this object, and its uploads: a write may have succeeded without an answer.
    async fn sweep(&self, at: &Location) -> Result<(), Failure> {
        let is_hidden = self.store.delete(at, None).await?.delete_marker;
        let mut versions = self.store.list_versions(at).of_one_object();
        loop {
            let page = match versions.next_page().await {
                Ok(Some(page)) => page,
                // Stores without versions may refuse to list them.
                Err(failure) if is_hidden => return Err(failure),
                Ok(None) | Err(_) => break,
            };
            for version in page {
                self.store.delete(at, version.version_id.as_deref()).await?;
            }
        }
        let mut uploads = self.store.unfinished_uploads(at.clone());
        while let Ok(Some(page)) = uploads.next_page().await {
            for upload in page {
                self.store.abort_upload(at, &upload.id).await?;
            }
        }
        Ok(())
    }

    /// Deletes what a listing still shows. Tries both listings, because credentials may allow only one of them.
    async fn delete_listed(&self, left: &mut Leftovers) -> Result<(), Failure> {
        let uploads = self.abort_listed(left).await;
        for (at, listed) in self.store.versions_below(&self.prefix).await? {
            self.delete(&at, listed.version_id.as_deref(), left).await;
        }
        uploads
    }

    async fn abort_listed(&self, left: &mut Leftovers) -> Result<(), Failure> {
        let mut uploads = self.store.unfinished_uploads(self.prefix.clone());
        while let Some(page) = uploads.next_page().await? {
            for found in page {
                self.abort(&found.at, &found.id, left).await;
            }
        }
        Ok(())
    }

    async fn abort(&self, at: &Location, id: &str, left: &mut Leftovers) {
        left.add(format!("the upload {id} of {at}"), self.store.abort_upload(at, id).await);
    }

    async fn delete(&self, at: &Location, version_id: Option<&str>, left: &mut Leftovers) {
        let version = version_id.map(|id| format!(" (version {id})")).unwrap_or_default();
        let deleted = self.store.delete(at, version_id).await.map(drop);
        left.has_versions |= deleted.is_err() && version_id.is_some();
        left.add(format!("{at}{version}"), deleted);
    }
}

impl Leftovers {
    fn add(&mut self, name: String, outcome: Result<(), Failure>) {
        if let Err(failure) = outcome {
            self.names.push(name);
            self.cause.get_or_insert(failure);
        }
    }
}
