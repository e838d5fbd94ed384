//! A record of each upload that is about to be created, written before the request. If the program is killed before it
//! learns the upload's id, a later run finds the upload by this record.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::journal::{self, Journal, Kind};
use crate::location::Location;
use crate::store::list::UnfinishedUpload;
use crate::store::object::Write;
use crate::store::wire::Store;

/// An upload that has had no part for this long is not running.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// The largest difference between the clocks of a store and its clients (AWS, "RequestTimeTooSkewed").
const LARGEST_SKEW: Duration = Duration::from_secs(15 * 60);

/// The record of one upload that is about to be created. Dropping it does not remove the record.
pub(crate) struct Intention(Journal);

#[derive(Serialize, Deserialize)]
struct IntentionRecord {
    kind: Kind,
    endpoint: String,
    bucket: String,
    object: String,
    /// Seconds since 1970.
    #[serde(rename = "asked")]
    requested: u64,
}

impl Intention {
    /// Records that the store is about to be asked for an upload. None if the record cannot be written.
    pub(crate) fn record(store: &Store, at: &Location) -> Option<Intention> {
        let requested = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let journal = Journal::of_intention(store, at, requested.as_nanos())?;
        let record = IntentionRecord {
            kind: Kind::Intention,
            endpoint: store.endpoint().unwrap_or_default().to_owned(),
            bucket: at.bucket.clone(),
            object: at.key.clone(),
            requested: requested.as_secs(),
        };
        journal.begin(&record).then_some(Intention(journal))
    }

    /// To be called once the upload's id is in a journal, or the upload was not created.
    pub(crate) fn remove(&self) {
        self.0.remove();
    }
}

impl IntentionRecord {
    fn of(journal: &mut Journal) -> Option<IntentionRecord> {
        let (record, _) = journal.read::<IntentionRecord, serde::de::IgnoredAny>()?;
        (record.kind == Kind::Intention).then_some(record)
    }

    fn is_in(&self, store: &Store, bucket: &str) -> bool {
        self.endpoint == store.endpoint().unwrap_or_default() && self.bucket == bucket
    }

    /// Whether the upload was created at the recorded time, within the clock skew, and is not running.
    fn matches(&self, upload: &UnfinishedUpload) -> bool {
        let requested = SystemTime::UNIX_EPOCH + Duration::from_secs(self.requested);
        let Some(initiated) = upload.initiated else { return false };
        let skew = initiated.duration_since(requested).unwrap_or_else(|error| error.duration());
        skew <= LARGEST_SKEW && initiated.elapsed().unwrap_or_default() >= ABANDONED
    }
}

/// Aborts uploads of the object that killed runs created without learning their ids. An upload is aborted only if it
/// is the only one of this object that was created at the recorded time, it has no parts, [`ABANDONED`] has passed, and
/// no journal on this machine names it.
pub(crate) async fn abort_orphans(store: &Store, write: &Write) {
    let at = &write.at;
    for mut journal in journal::idle_intentions(ABANDONED) {
        let Some(record) = IntentionRecord::of(&mut journal) else { continue };
        if record.is_in(store, &at.bucket)
            && record.object == at.key
            && settle(store, write, &record).await
        {
            journal.remove();
        }
    }
}

/// Whether the record is no longer needed.
async fn settle(store: &Store, write: &Write, record: &IntentionRecord) -> bool {
    let mut found = Vec::new();
    let mut uploads = store.unfinished_uploads(write.at.clone());
    loop {
        match uploads.next_page().await {
            Ok(Some(page)) => found.extend(page.into_iter().filter(|it| it.at == write.at)),
            Ok(None) => break,
            Err(_) => return false,
        }
    }
    found.retain(|upload| record.matches(upload));
    let [orphan] = found.as_slice() else { return found.is_empty() };
    if journal::is_remembered(&orphan.id) {
        return true;
    }
    match store.list_parts(write, &orphan.id).await {
        Ok(Some(parts)) if parts.is_empty() => {
            store.abort_upload(&orphan.at, &orphan.id).await.is_ok()
        }
        Ok(None) => true,
        Ok(Some(_)) | Err(_) => false,
    }
}

/// Removes the records of an object's uploads, or of all uploads below a prefix: the user has aborted them.
pub(crate) fn forget_intentions(store: &Store, below: &Location, is_one: bool) {
    for mut journal in journal::idle_intentions(Duration::ZERO) {
        let is_meant = |record: &IntentionRecord| {
            let is_below = record.object.starts_with(&below.key);
            record.is_in(store, &below.bucket)
                && if is_one { record.object == below.key } else { is_below }
        };
        if IntentionRecord::of(&mut journal).is_some_and(|record| is_meant(&record)) {
            journal.remove();
        }
    }
}
