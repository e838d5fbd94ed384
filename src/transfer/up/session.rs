//! A multipart upload from its beginning to its end: gone on with where an earlier run was interrupted,
//! and otherwise begun, remembered, and aborted when it fails for good.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::key::core::{Key, KeyCheck};
use crate::location::Location;
use crate::store::Encryption;
use crate::store::object::{ListedPart, Part, Write};
use crate::store::wire::Store;
use crate::transfer::engine::Engine;
use crate::transfer::files::FileSource;
use crate::transfer::resume::{
    Intention, Journal, Kind, abort_orphans, digest, expire, is_resumable, older_uploads,
};

/// An upload under way.
pub(super) struct Session {
    /// What the store calls it.
    pub(super) upload_id: String,
    /// The parts of an earlier run that the store still has.
    kept: BTreeMap<i32, Part>,
    journal: Option<Journal>,
    has_parts: AtomicBool,
}

/// What is remembered of an upload, besides its parts.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    kind: Kind,
    #[serde(flatten)]
    work: Work,
    upload_id: String,
    #[serde(flatten)]
    key: Option<KeyCheck>,
}

impl Header {
    /// None where the key cannot be told from others later.
    fn new(work: Work, upload_id: &str, key: Option<&Key>) -> Option<Header> {
        let key = match key {
            Some(key) => Some(KeyCheck::new(key)?),
            None => None,
        };
        Some(Header { kind: Kind::Upload, work, upload_id: upload_id.to_owned(), key })
    }
}

/// All that must be the same if a part of one run is to be a part of another.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Work {
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
    /// A digest of what was said once and for all when the upload was begun.
    settings: String,
}

impl Session {
    /// Goes on with the upload of an earlier run, or begins one. Only that of a `file` in parts of
    /// `part_size` bytes is remembered: of a stream nothing could be read twice.
    ///
    /// # Errors
    /// Whatever the store refuses; nothing is left behind then that was not there before.
    pub(super) async fn begin(
        engine: &Engine,
        write: &Write,
        file: Option<(&FileSource, u64)>,
    ) -> Result<Session, Failure> {
        let (store, at) = (engine.store(), &write.at);
        let remembered =
            file.filter(|_| engine.options().resumes()).and_then(|(file, part_size)| {
                let work = Work::of(store, write, file, part_size)?;
                Some((Journal::open(Kind::Upload, store, at, Path::new(file.name()))?, work))
            });
        let Some((mut journal, work)) = remembered else {
            let upload_id = store.create_upload(write).await?;
            return Ok(Session::new(upload_id, None));
        };
        if let Some((header, parts)) = journal.read::<Header, Part>() {
            match go_on(engine, write, &header, &work, parts).await? {
                Some(kept) => {
                    tracing::debug!(parts = kept.len(), "an earlier upload is gone on with");
                    let has_parts = AtomicBool::new(!kept.is_empty());
                    let session = Session::new(header.upload_id, Some(journal));
                    return Ok(Session { kept, has_parts, ..session });
                }
                // Its parts are of no use to anybody. What cannot be aborted is found by `rm --incomplete`.
                None => drop(store.abort_upload(at, &header.upload_id).await),
            }
        }
        let intention = Intention::note(store, at);
        let begun = store.create_upload(write).await;
        if let (Err(failure), Some(intention)) = (&begun, &intention)
            && !is_resumable(failure)
        {
            intention.remove();
        }
        let upload_id = begun.inspect_err(|_| journal.remove())?;
        let header = Header::new(work, &upload_id, write.encryption.key());
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

    /// Cleans up, while parts are on their way, after uploads that nobody went on with, and looks whether
    /// there are others of this object.
    pub(super) fn look_around(
        &self,
        store: &Arc<Store>,
        write: &Arc<Write>,
    ) -> JoinHandle<Option<String>> {
        let (store, write, own) = (store.clone(), write.clone(), self.upload_id.clone());
        let (remembers, is_new) = (self.journal.is_some(), self.kept.is_empty());
        tokio::spawn(async move {
            if remembers {
                expire(&store, &write.at.bucket).await;
                abort_orphans(&store, &write).await;
            }
            if is_new { older_uploads(&store, &write.at, &own).await } else { None }
        })
    }

    /// The part of an earlier run with this number, if it holds these bytes.
    pub(super) fn kept(&self, number: i32, bytes: u64, crc64nvme: u64) -> Option<Part> {
        let part = self.kept.get(&number)?;
        ((part.bytes, part.crc64nvme) == (bytes, crc64nvme)).then(|| part.clone())
    }

    /// Remembers a part that the store has.
    pub(super) fn finish(&self, part: &Part) {
        self.has_parts.store(true, Ordering::Relaxed);
        if let Some(journal) = &self.journal {
            journal.add(part);
        }
    }

    /// There is nothing left to go on with.
    pub(super) fn forget(&self) {
        if let Some(journal) = &self.journal {
            journal.remove();
        }
    }

    /// Aborts the upload, unless another run can go on with it, and says which.
    pub(super) async fn fail(&self, store: &Store, at: &Location, failure: Failure) -> Failure {
        let has_parts = self.has_parts.load(Ordering::Relaxed);
        if self.journal.is_some() && has_parts && is_resumable(&failure) {
            let hint = format!(
                "run the same command again to go on, or give it up with `s3seal rm --incomplete {at}`"
            );
            return failure.leaving("; what was uploaded so far is kept").hint(hint).at(at);
        }
        match store.abort_upload(at, &self.upload_id).await {
            Ok(()) => {
                self.forget();
                failure
            }
            // Credentials that expired meanwhile, say: what is remembered is of use with new ones.
            Err(left) => failure.leaving(&format!(
                "; and the unfinished upload {} of {at} could not be aborted: {}",
                self.upload_id,
                left.detail().message
            )),
        }
    }
}

/// The parts of an earlier run that need not be sent again; none where that run's upload is of no use.
async fn go_on(
    engine: &Engine,
    write: &Write,
    header: &Header,
    work: &Work,
    parts: Vec<Part>,
) -> Result<Option<BTreeMap<i32, Part>>, Failure> {
    let same_key = match (&header.key, write.encryption.key()) {
        (Some(check), Some(key)) => check.matches(key),
        (None, None) => true,
        _ => false,
    };
    if header.kind != Kind::Upload || header.work != *work || !same_key {
        return Ok(None);
    }
    let listed = engine.store().list_parts(write, &header.upload_id);
    match engine.interrupt().race(listed).await {
        Ok(listed) => Ok(listed.map(|listed| still_there(parts, &listed))),
        Err(failure) if is_resumable(&failure) => Err(failure),
        // A store that does not show its parts: nobody knows what it has.
        Err(_) => Ok(None),
    }
}

/// Those of the remembered parts that the store has as they were sent.
fn still_there(remembered: Vec<Part>, listed: &[ListedPart]) -> BTreeMap<i32, Part> {
    let listed: BTreeMap<i32, &ListedPart> =
        listed.iter().map(|part| (part.number, part)).collect();
    let bare = |etag: &str| etag.trim_matches('"').to_owned();
    let is_there = |part: &Part| {
        listed.get(&part.number).is_some_and(|listed| {
            listed.bytes == part.bytes
                && bare(&listed.etag) == bare(&part.etag)
                && listed.crc64nvme.is_none_or(|crc| crc == part.crc64nvme)
        })
    };
    // A part that was sent twice was remembered twice: the later one counts.
    let latest: BTreeMap<i32, Part> =
        remembered.into_iter().map(|part| (part.number, part)).collect();
    latest.into_iter().filter(|(_, part)| is_there(part)).collect()
}

impl Work {
    fn of(store: &Store, write: &Write, file: &FileSource, part_size: u64) -> Option<Work> {
        let metadata = file.metadata().ok()?;
        let path = std::path::absolute(file.name()).ok()?;
        Some(Work {
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

    /// What one run remembers of a part, and what the store says of it.
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
                let (sent, there) = part(*index as i32 + 1, length(*index), "etag");
                parts.push(sent);
                if !lost.contains(index) {
                    let etag = if replaced.contains(index) { "other" } else { "\"etag\"" };
                    listed.insert(*index, ListedPart { etag: etag.to_owned(), ..there });
                }
            }
            let listed: Vec<ListedPart> = listed.into_values().collect();
            let session = Session {
                kept: still_there(parts, &listed),
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
    fn a_part_counts_as_it_was_sent_last() {
        let (first, _) = part(1, 5, "first");
        let (second, listed) = part(1, 5, "second");
        let listed = [listed];
        assert_eq!(still_there(vec![first.clone(), second.clone()], &listed)[&1], second);
        assert!(still_there(vec![second, first], &listed).is_empty());
    }
}
