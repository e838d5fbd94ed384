//! Expiration: what a bucket's lifecycle rules remove at a time.

use time::OffsetDateTime;

use super::bucket::{Bucket, Deletion};
use crate::settings::LifecycleRule;
use crate::xml::Element;

const DOCUMENT: &str = "lifecycle";

impl Bucket {
    /// Removes what has expired, and says what of each key.
    pub(crate) fn expire(&mut self, now: OffsetDateTime) -> Vec<(String, Deletion)> {
        let mut removed = Vec::new();
        let Some(content) = self.settings.documents.get(DOCUMENT) else { return removed };
        let document = format!("<LifecycleConfiguration>{content}</LifecycleConfiguration>");
        // It was read when it was put.
        let Ok(root) = Element::parse(document.as_bytes(), "LifecycleConfiguration") else {
            return removed;
        };
        let rules = LifecycleRule::all(&root);
        for (key, id) in self.expired_versions(&rules, now) {
            let deletion = self.delete(&key, id.as_deref());
            removed.push((key, deletion));
        }
        for (key, id) in self.useless_markers(&rules) {
            let version = self.delete(&key, Some(&id)).version;
            removed.push((key, Deletion { version, delete_marker: false }));
        }
        for (key, id) in self.expired_uploads(&rules, now) {
            // It was found a moment ago.
            let _ = self.end_upload(&key, &id);
        }
        removed
    }

    /// Keys whose latest version expires, without an id, and other versions with theirs.
    fn expired_versions(
        &self,
        rules: &[LifecycleRule],
        now: OffsetDateTime,
    ) -> Vec<(String, Option<String>)> {
        let mut expired = Vec::new();
        for (key, versions) in self.keys() {
            for (index, version) in versions.iter().enumerate() {
                let size = version.object.as_ref().map(|object| object.size);
                let mut covering =
                    rules.iter().filter(|rule| rule.covers(key, &version.tags, size));
                let newer = versions.len() - 1 - index;
                if newer == 0 {
                    let live = version.object.is_some();
                    if live && covering.any(|rule| rule.expires(version.modified, now)) {
                        expired.push((key.clone(), None));
                    }
                } else {
                    let since = versions[index + 1].modified;
                    let is_locked = version.lock.check_deletion(false, now).is_err();
                    if !is_locked
                        && covering.any(|rule| rule.expires_noncurrent(since, newer - 1, now))
                    {
                        expired.push((key.clone(), Some(version.id.clone())));
                    }
                }
            }
        }
        expired
    }

    /// Delete markers that are all there is of their keys.
    fn useless_markers(&self, rules: &[LifecycleRule]) -> Vec<(String, String)> {
        let alone = self.keys().filter_map(|(key, versions)| match versions.as_slice() {
            [only] if only.object.is_none() => Some((key, only)),
            _ => None,
        });
        let useless = alone.filter(|(key, _)| {
            rules.iter().any(|rule| rule.removes_markers && rule.covers(key, &[], None))
        });
        useless.map(|(key, marker)| (key.clone(), marker.id.clone())).collect()
    }

    fn expired_uploads(
        &self,
        rules: &[LifecycleRule],
        now: OffsetDateTime,
    ) -> Vec<(String, String)> {
        let expired = self.uploads().filter(|(key, _, upload)| {
            rules.iter().any(|rule| rule.covers_uploads(key) && rule.aborts(upload.initiated, now))
        });
        expired.map(|(key, id, _)| (key.to_owned(), id.to_owned())).collect()
    }
}
