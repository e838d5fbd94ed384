//! Uploads that may have been begun: noted before the store is asked for one, so that an upload whose id never arrived,
//! because the program was killed meanwhile, is found later.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::journal::{self, Journal, Kind};
use crate::location::Location;
use crate::store::object::{UnfinishedUpload, Write};
use crate::store::wire::Store;

/// No upload that goes on is without a part for so long.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// How far the clocks of a store and of its clients may be apart (AWS, "RequestTimeTooSkewed").
const LARGEST_SKEW: Duration = Duration::from_secs(15 * 60);

/// The note on one upload that is about to be begun. What is dropped without being removed stays.
pub(crate) struct Intention(Journal);

/// What is noted.
#[derive(Serialize, Deserialize)]
struct Noted {
    kind: Kind,
    endpoint: String,
    bucket: String,
    object: String,
    /// Seconds since 1970.
    asked: u64,
}

impl Intention {
    /// Notes that the store is about to be asked; none where nothing can be remembered.
    pub(crate) fn note(store: &Store, at: &Location) -> Option<Intention> {
        let asked = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let journal = Journal::of_intention(store, at, asked.as_nanos())?;
        let noted = Noted {
            kind: Kind::Intention,
            endpoint: store.endpoint().unwrap_or_default().to_owned(),
            bucket: at.bucket.clone(),
            object: at.key.clone(),
            asked: asked.as_secs(),
        };
        journal.begin(&noted).then_some(Intention(journal))
    }

    /// The upload's id is remembered elsewhere, or there is no upload.
    pub(crate) fn remove(&self) {
        self.0.remove();
    }
}

impl Noted {
    fn of(journal: &mut Journal) -> Option<Noted> {
        let (noted, _) = journal.read::<Noted, serde::de::IgnoredAny>()?;
        (noted.kind == Kind::Intention).then_some(noted)
    }

    fn is_in(&self, store: &Store, bucket: &str) -> bool {
        self.endpoint == store.endpoint().unwrap_or_default() && self.bucket == bucket
    }

    /// Whether an upload was begun when the store was asked, as far as their clocks agree.
    fn may_be(&self, upload: &UnfinishedUpload) -> bool {
        let asked = SystemTime::UNIX_EPOCH + Duration::from_secs(self.asked);
        let Some(initiated) = upload.initiated else { return false };
        let apart = initiated.duration_since(asked).unwrap_or_else(|error| error.duration());
        apart <= LARGEST_SKEW && initiated.elapsed().unwrap_or_default() >= ABANDONED
    }
}

/// Aborts the uploads of an object that killed runs have begun without learning their ids. An upload is aborted only
/// if it can be no other: the only one of this object that was begun when the store was asked, long ago, without a part
/// ever since, and no other run of this machine remembers it.
pub(crate) async fn abort_orphans(store: &Store, write: &Write) {
    let at = &write.at;
    for mut journal in journal::idle_intentions(ABANDONED) {
        let Some(noted) = Noted::of(&mut journal) else { continue };
        if noted.is_in(store, &at.bucket) && noted.object == at.key {
            let is_settled = settle(store, write, &noted).await;
            if is_settled {
                journal.remove();
            }
        }
    }
}

/// Whether nothing is left to be done.
async fn settle(store: &Store, write: &Write, noted: &Noted) -> bool {
    let mut found = Vec::new();
    let mut uploads = store.unfinished_uploads(write.at.clone());
    loop {
        match uploads.next_page().await {
            Ok(Some(page)) => found.extend(page.into_iter().filter(|it| it.at == write.at)),
            Ok(None) => break,
            Err(_) => return false,
        }
    }
    found.retain(|upload| noted.may_be(upload));
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

/// Forgets which uploads may have been begun of one object, or of all below a place: the user has had them aborted.
pub(crate) fn forget_intentions(store: &Store, below: &Location, is_one: bool) {
    for mut journal in journal::idle_intentions(Duration::ZERO) {
        let is_meant = |noted: &Noted| {
            let is_below = noted.object.starts_with(&below.key);
            noted.is_in(store, &below.bucket)
                && if is_one { noted.object == below.key } else { is_below }
        };
        if Noted::of(&mut journal).is_some_and(|noted| is_meant(&noted)) {
            journal.remove();
        }
    }
}
