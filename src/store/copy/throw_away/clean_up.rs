//! The end of a trial: nothing is left of its throw-away objects, and what remains all the same is named.

use std::collections::BTreeSet;

use super::ThrowAways;
use crate::failure::Failure;
use crate::location::Location;

/// What could not be deleted.
#[derive(Default)]
pub(crate) struct Leftovers {
    /// What it is called.
    pub(crate) names: Vec<String>,
    /// Why the first of them is still there.
    pub(crate) cause: Option<Failure>,
    /// Whether any of it is a version, which needs a permission of its own.
    pub(crate) has_versions: bool,
    /// Whether a listing has shown that this is all.
    pub(crate) is_confirmed: bool,
}

impl ThrowAways {
    /// Deletes all that was written, every version, and aborts what is under way. Must not be interrupted.
    pub(crate) async fn clean_up(self) -> Leftovers {
        let mut left = Leftovers::default();
        for (at, id) in &self.uploads {
            self.abort(at, id, &mut left).await;
        }
        for (at, version_id) in &self.written {
            self.delete(at, version_id.as_deref(), &mut left).await;
        }
        // Nothing is written any more: an answer that got lost hides nothing from a listing.
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

    /// Deletes all that has one of the numbered names, whatever the store has answered, and returns what remains.
    pub(in crate::store::copy) async fn clean_up_numbered(self) -> Vec<Location> {
        for (at, id) in &self.uploads {
            // What remains is listed below.
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

    /// Deletes all that has this name: what was written may be more than what was answered.
    async fn sweep(&self, at: &Location) -> Result<(), Failure> {
        let is_hidden = self.store.delete(at, None).await?.delete_marker;
        let mut versions = self.store.list_versions(at).of_one_object();
        loop {
            let page = match versions.next_page().await {
                Ok(Some(page)) => page,
                // Where none are kept, not every store lists them.
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

    /// Deletes what a listing still shows. Uploads may be listed where objects may not, and the other way round.
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
