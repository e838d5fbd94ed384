//! Throw-away objects: small objects that a trial writes, reads and deletes. Their folder and their names distinguish
//! them from the user's objects. A run deletes its own, and those that killed runs have left.
//!
//! - `abandoned`: throw-away objects of killed runs
//! - `clean_up`: deletes them at the end of a trial, and names what remains
//! - `names`: how they are named and recognised
//! - `record`: which runs of this machine have some

mod abandoned;
mod clean_up;
mod names;
mod record;

use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;

use aws_sdk_s3::primitives::SdkBody as RequestBody;
use bytes::Bytes;
use rand::TryRng as _;
use rand::rngs::SysRng;

use super::source::{CopySource, Holder};
use super::whole::Copy;
use crate::failure::{Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::object::{
    Attributes, Condition, ObjectMetadata, Opened, Part, ReadOptions, Reading, Stored, Sums, Write,
    combined, crc64nvme,
};
use crate::store::seal::Encryption;
use crate::store::wire::Store;
use record::Record;

pub(crate) use clean_up::Leftovers;
pub(crate) use names::is_throw_away;

/// Larger than any throw-away object, in bytes: an answer that claims more is refused before it is read.
const MOST_BYTES: u64 = 64 << 20;

/// The throw-away objects of one run in one bucket: written, read, copied, and deleted in the end.
pub(crate) struct ThrowAways {
    store: Arc<Store>,
    /// The common prefix of their names, which no other object has.
    prefix: Location,
    /// How many numbered names were given out.
    count: u32,
    record: Option<Record>,
    /// The objects that the store reported as written, with their versions.
    written: Vec<(Location, Option<String>)>,
    /// Keys under which something was written, or may have been.
    touched: BTreeSet<String>,
    /// Unfinished uploads: where, and their ids.
    uploads: Vec<(Location, String)>,
}

impl ThrowAways {
    /// Throw-away objects in their folder at the bucket's root.
    /// Errors: `Kind::Other` if the operating system gives no random bytes.
    pub(crate) fn at_root(store: &Arc<Store>, bucket: &str) -> Result<ThrowAways, Failure> {
        ThrowAways::below(store, &Location { bucket: bucket.to_owned(), key: String::new() })
    }

    /// Throw-away objects in their folder below a prefix that is empty or ends in `/`, for credentials that may not
    /// write elsewhere.
    /// Errors: `Kind::Other` if the operating system gives no random bytes.
    pub(crate) fn below(store: &Arc<Store>, folder: &Location) -> Result<ThrowAways, Failure> {
        let run = SysRng.try_next_u64().map_err(|error| {
            Failure::other(format!("the operating system gave no random bytes: {error}"))
        })?;
        let run = format!("{run:016x}");
        let prefix = names::prefix_of_run(folder, &run);
        // Recorded before anything is written.
        let record = Record::new(store, &prefix, &run)
            .inspect_err(|error| tracing::debug!(%error, "throw-away objects are not recorded"));
        Ok(ThrowAways {
            store: store.clone(),
            prefix,
            count: 0,
            record: record.ok(),
            written: Vec::new(),
            touched: BTreeSet::new(),
            uploads: Vec::new(),
        })
    }

    /// Moves to below a folder, if nothing could be written at the bucket's root. Returns whether it moved.
    pub(crate) fn move_below(&mut self, folder: &Location) -> bool {
        let is_at_top = self.prefix.key.starts_with(names::FOLDER) && !folder.key.is_empty();
        if !is_at_top || !self.uploads.is_empty() || !self.written.is_empty() {
            return false;
        }
        let Ok(below) = ThrowAways::below(&self.store, folder) else { return false };
        // Objects at the root may exist all the same, and are still to be deleted.
        let touched = mem::take(&mut self.touched);
        mem::replace(self, ThrowAways { touched, ..below }).remove_record();
        true
    }

    pub(crate) fn prefix(&self) -> &Location {
        &self.prefix
    }

    pub(crate) fn named(&self, name: &str) -> Location {
        let Location { bucket, key } = &self.prefix;
        Location { bucket: bucket.clone(), key: format!("{key}{name}") }
    }

    /// The next numbered name.
    pub(super) fn next(&mut self) -> Location {
        self.count += 1;
        self.named(&self.count.to_string())
    }

    /// How many objects, or versions of them, were written.
    pub(crate) fn count(&self) -> usize {
        self.written.len()
    }

    /// Writes an object in one request.
    pub(crate) async fn put(&mut self, write: &Write, content: &Bytes) -> Result<Stored, Failure> {
        self.mark_touched(&write.at);
        let body = || RequestBody::from(content.clone());
        let sums = Sums { bytes: content.len() as u64, crc64nvme: crc64nvme(content), md5: None };
        let written = self.store.put_object(write, body, &sums).await?;
        let stored = self.store.keep_if_proven(&write.at, written).await?;
        Ok(self.record_written(&write.at, stored))
    }

    /// Writes an object as a multipart upload, which never publishes an unsealed object.
    pub(super) async fn upload(
        &mut self,
        write: &Write,
        parts: &[Bytes],
    ) -> Result<Stored, Failure> {
        let id = self.begin(write).await?;
        let sent = self.send_parts(write, &id, parts).await?;
        self.complete(write, &id, &sent).await
    }

    /// Begins a multipart upload and returns its id.
    pub(crate) async fn begin(&mut self, write: &Write) -> Result<String, Failure> {
        let id = self.store.create_upload(write).await?;
        self.uploads.push((write.at.clone(), id.clone()));
        Ok(id)
    }

    /// Uploads the parts. May be cancelled: the abort of the upload deletes them.
    pub(crate) async fn send_parts(
        &self,
        write: &Write,
        id: &str,
        parts: &[Bytes],
    ) -> Result<Vec<Part>, Failure> {
        let mut sent = Vec::new();
        for (number, content) in (1..).zip(parts) {
            let (bytes, crc64nvme) = (content.len() as u64, crc64nvme(content));
            let part = Part { number, etag: String::new(), crc64nvme, bytes };
            let body = || RequestBody::from(content.clone());
            sent.push(self.store.upload_part(write, id, part, body).await?);
        }
        Ok(sent)
    }

    /// Completes the upload.
    pub(crate) async fn complete(
        &mut self,
        write: &Write,
        id: &str,
        parts: &[Part],
    ) -> Result<Stored, Failure> {
        let crc = combined(parts.iter().map(|part| (part.crc64nvme, part.bytes)));
        self.mark_touched(&write.at);
        let written = self.store.complete_upload(write, id, parts, Some(crc)).await?;
        self.uploads.retain(|(_, known)| known != id);
        let stored = self.store.keep_if_proven(&write.at, written).await?;
        Ok(self.record_written(&write.at, stored))
    }

    /// Copies an object in one request; none if the store cannot copy, or does not seal the copy.
    pub(crate) async fn copy(&mut self, copy: &Copy) -> Result<Option<Stored>, Failure> {
        self.mark_touched(&copy.write.at);
        let written = match self.store.copy_object(copy).await {
            Ok(Some(written)) => written,
            // The source has been written just before: the store does not find it to copy (Garage, SSE-C.md section 3).
            Ok(None) | Err(Failure { kind: Kind::NotFound, .. }) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let copied = self.store.keep_copy_if_proven(copy, written).await?;
        Ok(copied.map(|copied| self.record_written(&copy.write.at, copied.stored)))
    }

    /// The same, in parts of these sizes in bytes.
    pub(super) async fn copy_in_parts(
        &mut self,
        copy: &Copy,
        sizes: &[u64],
    ) -> Result<Option<Stored>, Failure> {
        let id = self.begin(&copy.write).await?;
        let (mut parts, mut start) = (Vec::new(), 0);
        for (number, bytes) in (1..).zip(sizes) {
            let range = start..start + bytes;
            start = range.end;
            let part = self.store.copy_part(copy, &id, number, range).await?;
            let Some(part) = part else { return Ok(None) };
            parts.push(part);
        }
        self.mark_touched(&copy.write.at);
        let written = self.store.complete_copy(copy, &id, &parts).await?;
        self.uploads.retain(|(_, known)| *known != id);
        let copied = self.store.keep_copy_if_proven(copy, written).await?;
        Ok(copied.map(|copied| self.record_written(&copy.write.at, copied.stored)))
    }

    /// Reads an object, or a range of it, into memory.
    pub(crate) async fn read(
        &self,
        at: &Location,
        keys: &[Key],
        options: &ReadOptions,
    ) -> Result<(ObjectMetadata, Vec<u8>), Failure> {
        collect(self.store.get(at, keys, options).await?, at).await
    }

    /// Remembers that an object may be written here.
    pub(crate) fn mark_touched(&mut self, at: &Location) {
        self.touched.insert(at.key.clone());
    }

    /// Remembers an object that was written.
    pub(crate) fn record_written(&mut self, at: &Location, stored: Stored) -> Stored {
        self.written.push((at.clone(), stored.version_id.clone()));
        stored
    }

    /// Removes the record, once the objects are deleted.
    fn remove_record(self) {
        if let Some(record) = self.record {
            record.remove();
        }
    }
}

/// A write without conditions and attributes.
pub(crate) fn plain_write(at: &Location, key: Option<&Key>) -> Write {
    Write {
        at: at.clone(),
        encryption: key.cloned().map_or(Encryption::BucketDefault, Encryption::CustomerKey),
        attributes: Attributes::default(),
        condition: Condition::default(),
        tags_key: false,
    }
}

/// An object that was just written, as the source of a copy.
pub(crate) fn as_source(at: &Location, key: Option<&Key>, stored: &Stored) -> CopySource {
    let metadata = ObjectMetadata {
        content_length: Some(stored.bytes),
        etag: stored.etag.clone(),
        version_id: stored.version_id.clone(),
        tag_count: Some(0),
        ..ObjectMetadata::default()
    };
    let holder = Holder::Destination;
    CopySource { at: at.clone(), key: key.cloned(), metadata, holder }
}

/// Reads an opened object to its end.
pub(crate) async fn collect(
    opened: Opened<Reading>,
    at: &Location,
) -> Result<(ObjectMetadata, Vec<u8>), Failure> {
    let Reading { metadata, extent, mut body } = opened.answer;
    if extent.bytes() > MOST_BYTES {
        return Err(Failure::integrity(format!(
            "the store answers with {} bytes, more than any trial has written",
            extent.bytes()
        ))
        .hint("the store's answer is wrong: check the endpoint, and what is in between")
        .at(at));
    }
    let broke_off = |why| {
        Failure::unavailable(format!("the object's bytes broke off: {why}"))
            .hint("try again")
            .at(at)
    };
    let mut content = Vec::new();
    while let Some(piece) = body.next().await.map_err(broke_off)? {
        content.extend_from_slice(&piece);
    }
    Ok((metadata, content))
}
