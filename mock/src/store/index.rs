//! The index: buckets by name, locked for single steps, each of which is a line of the journal.

use std::collections::BTreeMap;
use std::io;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use super::blob::{Blob, BlobWriter};
use super::bucket::Bucket;
use super::change::{Change, Changes, Step};
use super::clock::Clock;
use super::event::{Cause, Event, Outbox};
use super::folder::{Folder, FolderError};
use super::journal::Journal;
use super::recovery::{Recovered, state};
use super::seal::SlotKey;
use crate::refusal::Refusal;

/// Everything that is stored: in memory, or in a folder. Locked for single steps only, never while a body is read or
/// written.
pub(crate) struct Store {
    buckets: Mutex<Buckets>,
    folder: Option<(Arc<Folder>, Journal)>,
    clock: Clock,
}

impl Default for Store {
    /// A store in memory.
    fn default() -> Self {
        let clock = Clock::default();
        let buckets = Buckets { clock: clock.clone(), ..Buckets::default() };
        Self { buckets: Mutex::new(buckets), folder: None, clock }
    }
}

impl Store {
    /// Opens or creates a folder. Fails with a [`FolderError`]; then no file was removed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Self::open_folder(path).map_err(|error| FolderError::wrap(path, error))
    }

    fn open_folder(path: &Path) -> io::Result<Self> {
        let folder = Folder::open(path)?;
        let recovered = Recovered::read(&folder)?;
        let mut settings = BTreeMap::new();
        for (name, bucket) in &recovered.buckets {
            settings.insert(name.clone(), serde_json::to_string(bucket)?);
        }
        let content = state(&recovered.buckets)?;
        let journal = Journal::start(Arc::clone(&folder), &content)?;
        // Nothing can fail any more: from now on files are removed with their objects.
        let mut by_name = recovered.attach(&folder);
        let clock = Clock::default();
        by_name.values_mut().for_each(|bucket| bucket.set_clock(&clock));
        let buckets = Buckets { by_name, settings, clock: clock.clone(), ..Buckets::default() };
        Ok(Self { buckets: Mutex::new(buckets), folder: Some((folder, journal)), clock })
    }

    /// The time that versions get.
    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Announces events there from now on.
    pub(crate) fn set_outbox(&self, outbox: Outbox) {
        self.lock().outbox = Some(outbox);
    }

    /// Removes what the rules of its buckets say has expired by now.
    pub(crate) fn expire(&self) {
        let now = self.clock.now();
        self.lock().expire(now);
    }

    /// A writer for a new part, which is sealed with `key` if there is one.
    pub(crate) fn writer(&self, key: Option<&SlotKey<'_>>) -> io::Result<BlobWriter> {
        BlobWriter::new(self.folder.as_ref().map(|(folder, _)| folder), key)
    }

    /// Waits until every step so far is on disk: nothing is acknowledged or shown before.
    pub(crate) async fn synced(&self) -> io::Result<()> {
        match &self.folder {
            Some((_, journal)) => journal.synced().await,
            None => Ok(()),
        }
    }

    pub(crate) fn lock(&self) -> StoreGuard<'_> {
        // No step leaves the buckets half-changed, so what a panicking thread left behind is still sound.
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        StoreGuard { buckets, journal: self.folder.as_ref().map(|(_, journal)| journal) }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some((folder, _)) = &self.folder {
            folder.close();
        }
    }
}

/// The buckets for one step; what it changes is one line of the journal.
pub(crate) struct StoreGuard<'a> {
    buckets: MutexGuard<'a, Buckets>,
    journal: Option<&'a Journal>,
}

impl Deref for StoreGuard<'_> {
    type Target = Buckets;

    fn deref(&self) -> &Buckets {
        &self.buckets
    }
}

impl DerefMut for StoreGuard<'_> {
    fn deref_mut(&mut self) -> &mut Buckets {
        &mut self.buckets
    }
}

impl Drop for StoreGuard<'_> {
    fn drop(&mut self) {
        let Some(journal) = self.journal else { return self.buckets.forget_changes() };
        let (step, retired) = self.buckets.take_step();
        if step.is_empty() {
            return;
        }
        // A step that cannot be written must not be acknowledged either; no value here is like that.
        let text = serde_json::to_string(&step).expect("changes have a form in JSON");
        journal.append(&text, retired);
        if journal.is_long()
            && let Ok(content) = state(&self.buckets.by_name)
        {
            journal.rewrite(content);
        }
    }
}

/// The buckets by name.
#[derive(Default)]
pub(crate) struct Buckets {
    by_name: BTreeMap<String, Bucket>,
    /// Borrowed mutably in the current step.
    touched: Vec<String>,
    removed: Vec<(String, Vec<Arc<Blob>>)>,
    /// Each bucket's settings as the journal has them, in JSON.
    settings: BTreeMap<String, String>,
    clock: Clock,
    /// Where events are announced; `None` if they are not announced.
    outbox: Option<Outbox>,
}

impl Buckets {
    fn forget_changes(&mut self) {
        self.removed.clear();
        for name in std::mem::take(&mut self.touched) {
            if let Some(bucket) = self.by_name.get_mut(&name) {
                drop(bucket.take_changes());
            }
        }
    }

    fn take_step(&mut self) -> (Step, Vec<Arc<Blob>>) {
        let (mut step, mut all_retired) = (Vec::new(), Vec::new());
        for (name, retired) in std::mem::take(&mut self.removed) {
            self.settings.remove(&name);
            all_retired.extend(retired);
            step.push((name, Change::Removed));
        }
        for name in std::mem::take(&mut self.touched) {
            let Some(bucket) = self.by_name.get_mut(&name) else { continue };
            let Changes { recorded, retired } = bucket.take_changes();
            // Compared as text: this is done for every write.
            let settings = serde_json::to_string(&*bucket).expect("settings have a form in JSON");
            if self.settings.get(&name) != Some(&settings) {
                let value = serde_json::to_value(&*bucket).expect("settings have a form in JSON");
                step.push((name.clone(), Change::Settings(value)));
                self.settings.insert(name.clone(), settings);
            }
            step.extend(recorded.into_iter().map(|change| (name.clone(), change)));
            all_retired.extend(retired);
        }
        (step, all_retired)
    }

    pub(crate) fn bucket(&self, name: &str) -> Result<&Bucket, Refusal> {
        self.by_name.get(name).ok_or_else(|| Refusal::no_such_bucket(name))
    }

    pub(crate) fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, Refusal> {
        let bucket = self.by_name.get_mut(name).ok_or_else(|| Refusal::no_such_bucket(name))?;
        self.touched.push(name.to_owned());
        Ok(bucket)
    }

    pub(crate) fn create(&mut self, name: &str, mut bucket: Bucket) -> Result<(), Refusal> {
        if self.by_name.get(name).is_some_and(|own| own.owner != bucket.owner) {
            return Err(Refusal::new(
                409,
                "BucketAlreadyExists",
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
            )
            .detail("BucketName", name));
        }
        if self.by_name.contains_key(name) {
            return Err(Refusal::new(
                409,
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
            )
            .detail("BucketName", name));
        }
        bucket.set_clock(&self.clock);
        self.touched.push(name.to_owned());
        self.by_name.insert(name.to_owned(), bucket);
        Ok(())
    }

    pub(crate) fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        let bucket = self.bucket(name)?;
        if !bucket.is_empty() {
            let message = "The bucket you tried to delete is not empty";
            return Err(Refusal::new(409, "BucketNotEmpty", message).detail("BucketName", name));
        }
        self.remove_with_content(name);
        Ok(())
    }

    /// Tells those of an event in a bucket who want to be told.
    pub(crate) fn announce(&mut self, name: &str, event: &Event) {
        if let (Some(outbox), Some(bucket)) = (&mut self.outbox, self.by_name.get(name)) {
            outbox.announce(name, bucket, event, self.clock.now());
        }
    }

    /// Tells those that the configuration of a bucket names that it does.
    pub(crate) fn announce_test(&self, name: &str) {
        if let (Some(outbox), Some(bucket)) = (&self.outbox, self.by_name.get(name)) {
            outbox.announce_test(name, bucket, self.clock.now());
        }
    }

    fn expire(&mut self, now: OffsetDateTime) {
        let names: Vec<_> = self.by_name.keys().cloned().collect();
        for name in names {
            let removed = self.bucket_mut(&name).map(|bucket| bucket.expire(now));
            for (key, deletion) in removed.unwrap_or_default() {
                let event = if deletion.delete_marker {
                    "LifecycleExpiration:DeleteMarkerCreated"
                } else {
                    "LifecycleExpiration:Delete"
                };
                let version_id = deletion.version;
                let cause = Cause::lifecycle();
                self.announce(&name, &Event { name: event, key, version_id, object: None, cause });
            }
        }
    }

    /// Removes every bucket with its content.
    pub(crate) fn clear(&mut self) {
        let names: Vec<_> = self.by_name.keys().cloned().collect();
        for name in names {
            self.remove_with_content(&name);
        }
    }

    /// Unfinished uploads end with their bucket.
    fn remove_with_content(&mut self, name: &str) {
        if let Some(bucket) = self.by_name.remove(name) {
            self.removed.push((name.to_owned(), bucket.blobs().map(Arc::clone).collect()));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Bucket)> {
        self.by_name.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::version::Versioning;

    #[test]
    fn a_journal_mostly_of_things_gone_by_is_written_anew_while_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        let store = Store::open(folder.path()).unwrap();
        store.lock().create("demo", Bucket::new(Versioning::Unversioned)).unwrap();
        for n in 0..40 {
            let tags = vec![(n.to_string(), "v".repeat(1 << 20))];
            store.lock().bucket_mut("demo").unwrap().put("key", None, tags);
        }
        drop(store);
        let len = std::fs::metadata(&journal).unwrap().len();
        assert!((1 << 20..20 << 20).contains(&len), "{len}");
        let store = Store::open(folder.path()).unwrap();
        let buckets = store.lock();
        assert_eq!(buckets.bucket("demo").unwrap().latest("key").unwrap().tags[0].0, "39");
        drop(buckets);
        drop(store);
        let len = std::fs::metadata(&journal).unwrap().len();
        assert!((1 << 20..2 << 20).contains(&len), "{len}");
    }

    #[test]
    fn a_journal_that_cannot_be_written_acknowledges_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(store.synced()).unwrap();
        // A rewrite is the write that a test can make fail: in its place is a folder.
        std::fs::create_dir(folder.path().join("journal.new")).unwrap();
        let content = state(&BTreeMap::new()).unwrap();
        store.folder.as_ref().unwrap().1.rewrite(content);
        for _ in 0..2 {
            assert!(runtime.block_on(store.synced()).is_err());
            store.lock().create("demo", Bucket::new(Versioning::Unversioned)).unwrap();
            assert!(runtime.block_on(store.synced()).is_err());
            store.lock().remove("demo").unwrap();
        }
    }
}
