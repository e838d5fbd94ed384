//! A multipart upload: resumed if an earlier run was interrupted, else created and recorded in a journal, and
//! aborted if it fails in a way that no later run could resume.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::failure::{Advice, Failure};
use crate::key::core::{Key, KeyCheck};
use crate::location::Location;
use crate::store::Encryption;
use crate::store::list::ListedPart;
use crate::store::object::{Part, Write};
use crate::store::wire::Store;
use crate::transfer::engine::Engine;
use crate::transfer::files::FileSource;
use crate::transfer::resume::{
    Intention, Journal, Kind, abort_orphans, digest, expire, is_resumable, older_uploads,
};

/// A running multipart upload.
pub(super) struct Session {
    pub(super) upload_id: String,
    /// The parts of an earlier run that the store still holds.
    kept: BTreeMap<i32, Part>,
    journal: Option<Journal>,
    has_parts: AtomicBool,
}

/// The header of the journal; its lines are the finished parts.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    kind: Kind,
    #[serde(flatten)]
    identity: UploadIdentity,
    upload_id: String,
    #[serde(flatten)]
    key: Option<KeyCheck>,
}

impl Header {
    /// None if no check of the key can be made, by which a later run would recognise it.
    fn new(identity: UploadIdentity, upload_id: &str, key: Option<&Key>) -> Option<Header> {
        let key = match key {
            Some(key) => Some(KeyCheck::new(key)?),
            None => None,
        };
        Some(Header { kind: Kind::Upload, identity, upload_id: upload_id.to_owned(), key })
    }
}

/// Everything that must be equal for a run to reuse the parts of an earlier one.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UploadIdentity {
    endpoint: String,
    bucket: String,
    object: String,
    file: String,
    device: u64,
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds since 1970.
    modified: (i64, i64),
    part_size: u64,
    /// A digest of the settings that are fixed when the upload is created.
    settings: String,
}

impl Session {
    /// Resumes the upload of an earlier run, or creates one. Only the upload of a `file`, in parts of `part_size`
    /// bytes, has a journal: a stream cannot be read twice.
    /// Errors: Any failure of the store; no new upload is left behind then.
    pub(super) async fn begin(
        engine: &Engine,
        write: &Write,
        file: Option<(&FileSource, u64)>,
    ) -> Result<Session, Failure> {
        let (store, at) = (engine.store(), &write.at);
        let remembered =
            file.filter(|_| engine.options().resumes()).and_then(|(file, part_size)| {
                let identity = UploadIdentity::of(store, write, file, part_size)?;
                Some((Journal::open(Kind::Upload, store, at, Path::new(file.name()))?, identity))
            });
        let Some((mut journal, identity)) = remembered else {
            let upload_id = store.create_upload(write).await?;
            return Ok(Session::new(upload_id, None));
        };
        if let Some((header, parts)) = journal.read::<Header, Part>() {
            match reusable_parts(engine, write, &header, &identity, parts).await? {
                Some(kept) => {
                    tracing::debug!(parts = kept.len(), "resuming an earlier upload");
                    let has_parts = AtomicBool::new(!kept.is_empty());
                    let session = Session::new(header.upload_id, Some(journal));
                    return Ok(Session { kept, has_parts, ..session });
                }
                // Its parts are useless. If it cannot be aborted, `rm --incomplete` finds it.
                None => drop(store.abort_upload(at, &header.upload_id).await),
            }
        }
        let intention = Intention::record(store, at);
        let begun = store.create_upload(write).await;
        if let (Err(failure), Some(intention)) = (&begun, &intention)
            && !is_resumable(failure)
        {
            intention.remove();
        }
        let upload_id = begun.inspect_err(|_| journal.remove())?;
        let header = Header::new(identity, &upload_id, write.encryption.key());
        let is_remembered = header.is_some_and(|header| journal.begin(&header));
        if !is_remembered {
            journal.remove();
        }
        if let Some(intention) = intention {
            intention.remove();
        }
        Ok(Session::new(upload_id, is_remembered.then_some(journal)))
    }

    fn new(upload_id: String, journal: Option<Journal>) -> Session {
        let has_parts = AtomicBool::new(false);
        Session { upload_id, kept: BTreeMap::new(), journal, has_parts }
    }

    /// Aborts abandoned uploads while parts are being sent, and returns a note if the object has other unfinished
    /// uploads.
    pub(super) fn tidy_up(
        &self,
        store: &Arc<Store>,
        write: &Arc<Write>,
    ) -> JoinHandle<Option<String>> {
        let (store, write, own) = (store.clone(), write.clone(), self.upload_id.clone());
        let (has_journal, is_new) = (self.journal.is_some(), self.kept.is_empty());
        tokio::spawn(async move {
            if has_journal {
                expire(&store, &write.at.bucket).await;
                abort_orphans(&store, &write).await;
            }
            if is_new { older_uploads(&store, &write.at, &own).await } else { None }
        })
    }

    /// The part of an earlier run with this number, if it has this size and checksum.
    pub(super) fn kept(&self, number: i32, bytes: u64, crc64nvme: u64) -> Option<Part> {
        let part = self.kept.get(&number)?;
        ((part.bytes, part.crc64nvme) == (bytes, crc64nvme)).then(|| part.clone())
    }

    /// Records a part that the store has.
    pub(super) fn add_part(&self, part: &Part) {
        self.has_parts.store(true, Ordering::Relaxed);
        if let Some(journal) = &self.journal {
            journal.add(part);
        }
    }

    /// Removes the journal: the upload has ended.
    pub(super) fn forget(&self) {
        if let Some(journal) = &self.journal {
            journal.remove();
        }
    }

    /// Aborts the upload, unless another run can resume it. Adds to the failure whether the upload is left behind.
    pub(super) async fn fail(&self, store: &Store, at: &Location, failure: Failure) -> Failure {
        let has_parts = self.has_parts.load(Ordering::Relaxed);
        if self.journal.is_some() && has_parts && is_resumable(&failure) {
            let hint = Advice::ResumeOrAbort(at.to_string());
            return failure.leaving("; what was uploaded so far is kept").hint(hint).at(at);
        }
        match store.abort_upload(at, &self.upload_id).await {
            Ok(()) => {
                self.forget();
                failure
            }
            // For example with expired credentials: the journal stays, and can be used with new ones.
            Err(left) => failure.leaving(&format!(
                "; and the unfinished upload {} of {at} could not be aborted: {}",
                self.upload_id,
                left.detail().message
            )),
        }
    }
}

/// The parts of an earlier run that need not be sent again; none if that run's upload cannot be resumed.
async fn reusable_parts(
    engine: &Engine,
    write: &Write,
    header: &Header,
    identity: &UploadIdentity,
    parts: Vec<Part>,
) -> Result<Option<BTreeMap<i32, Part>>, Failure> {
    let same_key = match (&header.key, write.encryption.key()) {
        (Some(check), Some(key)) => check.matches(key),
        (None, None) => true,
        _ => false,
    };
    if header.kind != Kind::Upload || header.identity != *identity || !same_key {
        return Ok(None);
    }
    let listed = engine.store().list_parts(write, &header.upload_id);
    match engine.interrupt().race(listed).await {
        Ok(listed) => Ok(listed.map(|listed| unchanged_parts(parts, &listed))),
        Err(failure) if is_resumable(&failure) => Err(failure),
        // The store does not list parts, so it is unknown which ones it holds.
        Err(_) => Ok(None),
    }
}

/// The remembered parts that the store still holds unchanged.
fn unchanged_parts(remembered: Vec<Part>, listed: &[ListedPart]) -> BTreeMap<i32, Part> {
    let listed: BTreeMap<i32, &ListedPart> =
        listed.iter().map(|part| (part.number, part)).collect();
    let bare = |etag: &str| etag.trim_matches('"').to_owned();
    let is_unchanged = |part: &Part| {
        listed.get(&part.number).is_some_and(|listed| {
            listed.bytes == part.bytes
                && bare(&listed.etag) == bare(&part.etag)
                && listed.crc64nvme.is_none_or(|crc| crc == part.crc64nvme)
        })
    };
    // A part that was sent twice has two lines in the journal: the later one counts.
    let latest: BTreeMap<i32, Part> =
        remembered.into_iter().map(|part| (part.number, part)).collect();
    latest.into_iter().filter(|(_, part)| is_unchanged(part)).collect()
}

impl UploadIdentity {
    fn of(
        store: &Store,
        write: &Write,
        file: &FileSource,
        part_size: u64,
    ) -> Option<UploadIdentity> {
        let metadata = file.metadata().ok()?;
        let path = std::path::absolute(file.name()).ok()?;
        Some(UploadIdentity {
            endpoint: store.endpoint().unwrap_or_default().to_owned(),
            bucket: write.at.bucket.clone(),
            object: write.at.key.clone(),
            file: path.to_string_lossy().into_owned(),
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            part_size,
            settings: settings(store, write)?,
        })
    }
}

fn settings(store: &Store, write: &Write) -> Option<String> {
    let managed = match &write.encryption {
        Encryption::Managed { algorithm, kms_key_id } => Some((algorithm, kms_key_id)),
        Encryption::CustomerKey(_) | Encryption::BucketDefault => None,
    };
    let settings = (&write.attributes, managed, store.learned().checksums().are_wanted());
    Some(digest([serde_json::to_vec(&settings).ok()?.as_slice()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::plan;
    use proptest::prelude::*;

    /// A part as the journal records it, and as the store lists it.
    fn part(number: i32, bytes: u64, etag: &str) -> (Part, ListedPart) {
        let (etag, crc64nvme) = (etag.to_owned(), u64::from(number.unsigned_abs()));
        let listed = ListedPart { number, etag: format!("\"{etag}\""), bytes, crc64nvme: None };
        (Part { number, etag, crc64nvme, bytes }, listed)
    }

    proptest! {
        #[test]
        fn each_byte_is_kept_or_sent_and_never_both(
            bytes in 1u64..200,
            size in 1u64..20,
            remembered in prop::collection::vec(0u64..220, 0..40),
            lost in prop::collection::btree_set(0u64..220, 0..10),
            replaced in prop::collection::btree_set(0u64..220, 0..10),
        ) {
            let count = bytes.div_ceil(size);
            let length = |index| {
                let range = plan::range(index, bytes, size);
                range.end - range.start
            };
            let indices = remembered.iter().filter(|index| **index < count);
            let (mut parts, mut listed) = (Vec::new(), BTreeMap::new());
            for index in indices.clone() {
                let (sent, stored) = part(*index as i32 + 1, length(*index), "etag");
                parts.push(sent);
                if !lost.contains(index) {
                    let etag = if replaced.contains(index) { "other" } else { "\"etag\"" };
                    listed.insert(*index, ListedPart { etag: etag.to_owned(), ..stored });
                }
            }
            let listed: Vec<ListedPart> = listed.into_values().collect();
            let session = Session {
                kept: unchanged_parts(parts, &listed),
                ..Session::new("id".to_owned(), None)
            };
            let mut covered = 0;
            for index in 0..count {
                let (number, bytes) = (index as i32 + 1, length(index));
                let kept = session.kept(number, bytes, u64::from(number.unsigned_abs()));
                let is_good = remembered.contains(&index)
                    && !lost.contains(&index)
                    && !replaced.contains(&index);
                prop_assert_eq!(kept.is_some(), is_good);
                prop_assert!(session.kept(number, bytes, 0).is_none());
                prop_assert!(session.kept(number, bytes + 1, u64::from(number.unsigned_abs())).is_none());
                covered += kept.map_or(bytes, |part| part.bytes);
            }
            prop_assert_eq!(covered, bytes);
        }
    }

    #[test]
    fn the_part_that_was_sent_last_counts() {
        let (first, _) = part(1, 5, "first");
        let (second, listed) = part(1, 5, "second");
        let listed = [listed];
        assert_eq!(unchanged_parts(vec![first.clone(), second.clone()], &listed)[&1], second);
        assert!(unchanged_parts(vec![second, first], &listed).is_empty());
    }
}
