//! Throw-away objects: what they are called, how they are written and read, and that nothing is left of them.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Arc;

use bytes::Bytes;

use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::Encryption;
use crate::store::copy::{Copy, CopySource, ThrowAways};
use crate::store::object::{
    Attributes, Condition, ObjectMetadata, Opened, Part, ReadOptions, Reading, Stored, Sums, Write,
};
use crate::store::wire::Store;
use crate::transfer::{Interrupt, checksum};
use aws_sdk_s3::primitives::SdkBody as RequestBody;

/// More than any trial writes, in bytes: an answer that claims more is refused before it is read.
const MOST_TRIAL_BYTES: u64 = 64 << 20;

/// The throw-away objects of one run.
pub(super) struct Trial {
    pub(super) store: Arc<Store>,
    interrupt: Interrupt,
    folder: Location,
    /// Their names.
    names: ThrowAways,
    /// What was written, as far as the store has said.
    made: Vec<(Location, Option<String>)>,
    /// Names under which something may have been written, or was.
    touched: BTreeSet<String>,
    uploads: Vec<(Location, String)>,
}

/// What is left of a trial.
#[derive(Default)]
pub(super) struct Left {
    /// What could not be deleted, as it is called.
    pub(super) names: Vec<String>,
    /// Why not.
    pub(super) cause: Option<Failure>,
    /// Whether any of it is a version, which needs a permission of its own.
    pub(super) has_versions: bool,
    /// Whether somebody could look if that is all.
    pub(super) was_seen: bool,
}

impl Trial {
    pub(super) fn new(
        store: &Arc<Store>,
        folder: &Location,
        interrupt: &Interrupt,
    ) -> Result<Trial, Failure> {
        Ok(Trial {
            store: store.clone(),
            interrupt: interrupt.clone(),
            folder: folder.clone(),
            names: ThrowAways::at_top(store, &folder.bucket)?,
            made: Vec::new(),
            touched: BTreeSet::new(),
            uploads: Vec::new(),
        })
    }

    /// A throw-away object of its own.
    pub(super) fn object(&self, name: &str) -> Location {
        self.names.named(name)
    }

    /// Goes on below the folder, if nothing may be written at the bucket's top and nothing was; whether it does.
    pub(super) fn moves_below(&mut self) -> bool {
        let is_at_top = self.names.are_at_top() && !self.folder.key.is_empty();
        if !is_at_top || !self.uploads.is_empty() || !self.made.is_empty() {
            return false;
        }
        let Ok(below) = ThrowAways::below(&self.store, &self.folder) else { return false };
        std::mem::replace(&mut self.names, below).forget();
        true
    }

    /// Fails after a signal: a write that is under way is waited for, or nobody would know what to delete.
    pub(super) async fn go_on(&self) -> Result<(), Failure> {
        self.interrupt.race(ready(Ok(()))).await
    }

    /// Writes an object in one request.
    pub(super) async fn put(&mut self, write: &Write, content: &Bytes) -> Result<Stored, Failure> {
        self.go_on().await?;
        self.touch(&write.at);
        let body = || RequestBody::from(content.clone());
        let (bytes, crc64nvme) = (content.len() as u64, crc64nvme(content));
        let sums = Sums { bytes, crc64nvme, md5: None };
        let written = self.store.put_object(write, body, &sums).await?;
        let stored = self.store.settle(&write.at, written).await?;
        self.note(&write.at, &stored);
        Ok(stored)
    }

    /// Writes an object as a multipart upload: what is not sealed is never published.
    pub(super) async fn upload(
        &mut self,
        write: &Write,
        parts: &[Bytes],
    ) -> Result<Stored, Failure> {
        self.go_on().await?;
        let store = self.store.clone();
        let id = store.create_upload(write).await?;
        self.uploads.push((write.at.clone(), id.clone()));
        let mut sent = Vec::new();
        for (number, content) in (1..).zip(parts) {
            let (bytes, crc64nvme) = (content.len() as u64, crc64nvme(content));
            let part = Part { number, etag: String::new(), crc64nvme, bytes };
            let body = || RequestBody::from(content.clone());
            // What arrives of it all the same is aborted with the upload.
            sent.push(self.interrupt.race(store.upload_part(write, &id, part, body)).await?);
        }
        let crc = checksum::combine(sent.iter().map(|part| (part.crc64nvme, part.bytes)));
        self.touch(&write.at);
        let written = store.complete_upload(write, &id, &sent, Some(crc)).await?;
        self.uploads.retain(|(_, known)| *known != id);
        let stored = store.settle(&write.at, written).await?;
        self.note(&write.at, &stored);
        Ok(stored)
    }

    /// Copies an object; none where the store cannot, or does not seal what it copies.
    pub(super) async fn copy(
        &mut self,
        source: CopySource,
        write: Write,
    ) -> Result<Option<Stored>, Failure> {
        self.go_on().await?;
        self.touch(&write.at);
        let copy: Copy = self.store.plan_copy(source, write).await?;
        let Some(written) = self.store.copy_object(&copy).await? else { return Ok(None) };
        let copied = self.store.settle_copy(&copy, written).await?;
        let stored = copied.map(|copied| copied.stored);
        if let Some(stored) = &stored {
            self.note(&copy.write.at, stored);
        }
        Ok(stored)
    }

    /// Reads an object, or a range of it, whole into memory.
    pub(super) async fn get(
        &self,
        at: &Location,
        keys: &[Key],
        range: Option<&str>,
    ) -> Result<(ObjectMetadata, Vec<u8>), Failure> {
        let range = range.map(str::to_owned);
        let options = ReadOptions { range, ..ReadOptions::default() };
        let fetched = async { collect(self.store.get(at, keys, &options).await?, at).await };
        self.interrupt.race(fetched).await
    }

    /// Something may be written there.
    pub(super) fn touch(&mut self, at: &Location) {
        self.touched.insert(at.key.clone());
    }

    /// Notes what was stored in another way.
    pub(super) fn note(&mut self, at: &Location, stored: &Stored) {
        self.made.push((at.clone(), stored.version_id.clone()));
    }

    /// How many objects, or versions of them, were written.
    pub(super) fn count(&self) -> usize {
        self.made.len()
    }

    /// Deletes all that was written, every version, and aborts what is under way. Must not be interrupted.
    pub(super) async fn clean_up(self) -> Left {
        let mut left = Left::default();
        for (at, id) in &self.uploads {
            left.add(format!("the upload {id} of {at}"), self.store.abort_upload(at, id).await);
        }
        for (at, version_id) in &self.made {
            self.delete(at, version_id.as_deref(), &mut left).await;
        }
        // Nothing is written any more: whatever is there now was lost sight of.
        left.was_seen = left.names.is_empty() && self.sweep(&mut left).await.is_ok();
        if !left.was_seen && left.names.is_empty() {
            let known: BTreeSet<&str> = self.made.iter().map(|(at, _)| at.key.as_str()).collect();
            let lost = self.touched.iter().filter(|key| !known.contains(key.as_str()));
            let bucket = &self.folder.bucket;
            left.names.extend(lost.map(|key| format!("s3://{bucket}/{key}, perhaps")));
        }
        self.store.sweep_recorded(&self.folder.bucket).await;
        self.store.sweep_abandoned(&self.names).await;
        if left.names.is_empty() {
            self.names.forget();
        }
        left
    }

    async fn delete(&self, at: &Location, version_id: Option<&str>, left: &mut Left) {
        let version = version_id.map(|id| format!(" (version {id})")).unwrap_or_default();
        let deleted = self.store.delete(at, version_id).await.map(drop);
        left.has_versions |= deleted.is_err() && version_id.is_some();
        left.add(format!("{at}{version}"), deleted);
    }

    /// Looks what is still there, and takes it away.
    async fn sweep(&self, left: &mut Left) -> Result<(), Failure> {
        // Either may be looked at where the other may not.
        let (uploads, objects) = (self.sweep_uploads(left).await, self.sweep_objects(left).await);
        uploads.and(objects)
    }

    async fn sweep_uploads(&self, left: &mut Left) -> Result<(), Failure> {
        let mut uploads = self.store.unfinished_uploads(self.names.prefix().clone());
        while let Some(page) = uploads.next_page().await? {
            for found in page {
                let aborted = self.store.abort_upload(&found.at, &found.id).await;
                left.add(format!("the upload {} of {}", found.id, found.at), aborted);
            }
        }
        Ok(())
    }

    async fn sweep_objects(&self, left: &mut Left) -> Result<(), Failure> {
        let mut listing = self.store.list_versions(self.names.prefix());
        let mut page = listing.next_page().await;
        if page.is_err() {
            // Not every store has versions, and not everybody may list them.
            listing = self.store.list(self.names.prefix());
            page = listing.next_page().await;
        }
        while let Some(found) = page? {
            for item in found {
                let at = Location { bucket: self.folder.bucket.clone(), key: item.key };
                self.delete(&at, item.version_id.as_deref(), left).await;
            }
            page = listing.next_page().await;
        }
        Ok(())
    }
}

impl Left {
    fn add(&mut self, name: String, outcome: Result<(), Failure>) {
        if let Err(failure) = outcome {
            self.names.push(name);
            self.cause.get_or_insert(failure);
        }
    }
}

/// What is written of an object without conditions and attributes.
pub(super) fn write(at: &Location, key: Option<&Key>) -> Write {
    Write {
        at: at.clone(),
        encryption: key.cloned().map_or(Encryption::BucketDefault, Encryption::CustomerKey),
        attributes: Attributes::default(),
        condition: Condition::default(),
        tags_key: false,
    }
}

/// What was just written, as the source of a copy.
pub(super) fn source(at: &Location, key: Option<&Key>, stored: &Stored) -> CopySource {
    let metadata = ObjectMetadata {
        content_length: Some(stored.bytes),
        etag: stored.etag.clone(),
        version_id: stored.version_id.clone(),
        tag_count: Some(0),
        ..ObjectMetadata::default()
    };
    CopySource { at: at.clone(), key: key.cloned(), metadata }
}

/// All bytes of what is being read.
pub(super) async fn collect(
    opened: Opened<Reading>,
    at: &Location,
) -> Result<(ObjectMetadata, Vec<u8>), Failure> {
    let Reading { metadata, extent, mut body } = opened.answer;
    if extent.bytes() > MOST_TRIAL_BYTES {
        return Err(Failure::integrity(format!(
            "the store answers with {} bytes, more than any trial has written",
            extent.bytes()
        ))
        .hint("the store's answer is wrong: check the endpoint, and what is in between")
        .at(at));
    }
    let mut content = Vec::new();
    while let Some(piece) = body.next().await.map_err(|why| {
        Failure::unavailable(format!("the object's bytes broke off: {why}"))
            .hint("try again")
            .at(at)
    })? {
        content.extend_from_slice(&piece);
    }
    Ok((metadata, content))
}

fn crc64nvme(content: &[u8]) -> u64 {
    let mut crc = checksum::crc64nvme();
    crc.update(content);
    crc.finalize()
}
