//! Throw-away objects: what a store is tried out with. They are in a folder of their own, are known by their names,
//! and nothing is left of them: what a killed run leaves, the next one finds and removes.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rand::TryRng as _;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::location::Location;
use crate::store::object::Listed;
use crate::store::wire::Store;
use crate::system::state;

/// The folder of throw-away objects, at the top of a bucket or below a prefix.
const FOLDER: &str = ".s3seal/";
const NAME: &str = "trial-";
/// How their names began before they had a folder: such are passed over, and never deleted by their names alone.
const FORMER: &str = ".s3seal-trial-";
/// Where it is remembered, in the state folder, which runs have any.
const RECORDS: &str = "throw-away";
/// The largest of them in bytes, and more.
const LARGEST: u64 = 8 << 20;
/// No trial takes so long. What is older was left by a run that was killed, on whatever machine.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// The throw-away objects of one run in one bucket.
#[derive(Debug)]
pub(crate) struct ThrowAways {
    /// What the names of all of them begin with, and no other object's.
    prefix: Location,
    count: u32,
    record: Option<Record>,
}

/// Which objects a run may leave behind: a file that is locked for as long as the run lives.
#[derive(Debug)]
struct Record {
    path: PathBuf,
    _locked: File,
}

#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    endpoint: String,
    bucket: String,
    prefix: String,
}

impl ThrowAways {
    /// Those of one run, in the folder at the bucket's top, where no user's prefix is.
    ///
    /// # Errors
    /// [`Failure::Other`] where the operating system gives no random bytes.
    pub(crate) fn at_top(store: &Store, bucket: &str) -> Result<ThrowAways, Failure> {
        ThrowAways::below(store, &Location { bucket: bucket.to_owned(), key: String::new() })
    }

    /// Those of one run below a prefix that is empty or ends in `/`, where the credentials may not write elsewhere.
    ///
    /// # Errors
    /// [`Failure::Other`] where the operating system gives no random bytes.
    pub(crate) fn below(store: &Store, folder: &Location) -> Result<ThrowAways, Failure> {
        let id = SysRng.try_next_u64().map_err(|error| {
            Failure::other(format!("the operating system gave no random bytes: {error}"))
                .because(error)
        })?;
        let id = format!("{id:016x}");
        let key = format!("{}{FOLDER}{NAME}{id}-{}-", folder.key, mark(&id));
        let prefix = Location { bucket: folder.bucket.clone(), key };
        // Noted before anything is written.
        let record = Record::new(store, &prefix, &id)
            .inspect_err(|error| tracing::debug!(%error, "throw-away objects are not remembered"));
        Ok(ThrowAways { prefix, count: 0, record: record.ok() })
    }

    /// What the names of all of them begin with.
    pub(crate) fn prefix(&self) -> &Location {
        &self.prefix
    }

    /// Whether they are at the bucket's top.
    pub(crate) fn are_at_top(&self) -> bool {
        self.prefix.key.starts_with(FOLDER)
    }

    /// The one of this name.
    pub(crate) fn named(&self, name: &str) -> Location {
        let Location { bucket, key } = &self.prefix;
        Location { bucket: bucket.clone(), key: format!("{key}{name}") }
    }

    /// One that was not named yet.
    pub(super) fn next(&mut self) -> Location {
        self.count += 1;
        self.named(&self.count.to_string())
    }

    /// All that were named by their numbers.
    pub(super) fn numbered(&self) -> Vec<Location> {
        (1..=self.count).map(|number| self.named(&number.to_string())).collect()
    }

    /// Nothing is left of them.
    pub(crate) fn forget(self) {
        if let Some(record) = self.record {
            let _ = fs::remove_file(record.path);
        }
    }
}

/// Whether a key is that of a throw-away object, which no command has anything to do with.
pub(crate) fn is_throw_away(key: &str) -> bool {
    is_marked(key) || is_former(key)
}

/// Whether the name says of itself that it is a throw-away object's: no other has the digits that belong to its own.
fn is_marked(key: &str) -> bool {
    id_of(key).is_some()
}

/// The number of the run that wrote it.
fn id_of(key: &str) -> Option<&str> {
    let (folder, name) = key.rsplit_once(FOLDER)?;
    if !(folder.is_empty() || folder.ends_with('/')) || name.contains('/') {
        return None;
    }
    let (id, rest) = name.strip_prefix(NAME)?.split_once('-')?;
    let is_hex = id.len() == 16 && id.bytes().all(|it| it.is_ascii_hexdigit());
    (is_hex && rest.split('-').next() == Some(&mark(id))).then_some(id)
}

fn is_former(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or_default();
    name.strip_prefix(FORMER)
        .and_then(|rest| rest.split('-').next())
        .is_some_and(|id| id.len() == 16 && id.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// The digits that belong to a run's number.
fn mark(id: &str) -> String {
    let digest = Sha256::digest(format!("s3seal throw-away object {id}"));
    digest[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// Removes what killed runs of this machine have left in a bucket. Without any there is no request.
    pub(crate) async fn sweep_recorded(self: &Arc<Self>, bucket: &str) {
        let is_here = |noted: &Noted| {
            noted.endpoint == self.endpoint().unwrap_or_default() && noted.bucket == bucket
        };
        for (record, noted) in records().into_iter().filter_map(Record::dead) {
            if !is_here(&noted) || !is_marked(&format!("{}x", noted.prefix)) {
                continue;
            }
            let prefix = Location { bucket: noted.bucket, key: noted.prefix };
            match self.sweep_below(&prefix).await {
                Ok(()) => drop(fs::remove_file(&record.path)),
                Err(failure) => {
                    tracing::debug!(code = failure.exit_code(), "throw-away objects remain");
                }
            }
        }
    }

    /// Removes what runs of any machine have left in the folder for throw-away objects, long enough ago. For a run that
    /// writes there anyway: what keeps it from looking is no failure.
    pub(crate) async fn sweep_abandoned(self: &Arc<Self>, own: &ThrowAways) {
        let Location { bucket, key } = &own.prefix;
        let end = key.rfind(FOLDER).map_or(0, |start| start + FOLDER.len());
        let folder = Location { bucket: bucket.clone(), key: key[..end].to_owned() };
        let Ok(left) = self.throw_aways_left(&folder, ABANDONED).await else { return };
        for (at, listed) in left {
            let _ = self.delete(&at, listed.version_id.as_deref()).await;
        }
    }

    /// The throw-away objects in the folder for them below a prefix, each version, that were written longer ago than
    /// `age`; without those of runs that live on this machine.
    ///
    /// # Errors
    /// What keeps them from being listed.
    pub(crate) async fn throw_aways_left(
        self: &Arc<Self>,
        below: &Location,
        age: Duration,
    ) -> Result<Vec<(Location, Listed)>, Failure> {
        let key = if below.key.ends_with(FOLDER) || below.key == FOLDER {
            below.key.clone()
        } else {
            format!("{}{FOLDER}", below.key)
        };
        let folder = Location { bucket: below.bucket.clone(), key: key + NAME };
        let alive = alive();
        let is_left = |it: &Listed| {
            let id = id_of(&it.key);
            id.is_some_and(|id| !alive.contains(id))
                && it.bytes <= LARGEST
                && it.modified.elapsed().unwrap_or_default() >= age
        };
        let mut left = self.versions_below(&folder).await?;
        left.retain(|(_, listed)| is_left(listed));
        Ok(left)
    }

    /// Deletes all that has this prefix, every version, and aborts uploads.
    async fn sweep_below(self: &Arc<Self>, prefix: &Location) -> Result<(), Failure> {
        for (at, listed) in self.versions_below(prefix).await? {
            self.delete(&at, listed.version_id.as_deref()).await?;
        }
        let mut uploads = self.unfinished_uploads(prefix.clone());
        while let Ok(Some(page)) = uploads.next_page().await {
            for upload in page.into_iter().filter(|it| it.at.key.starts_with(&prefix.key)) {
                self.abort_upload(&upload.at, &upload.id).await?;
            }
        }
        Ok(())
    }

    /// Every version that has this prefix, or every object where versions cannot be listed: not every store has them,
    /// and not all credentials may list them.
    async fn versions_below(
        self: &Arc<Self>,
        prefix: &Location,
    ) -> Result<Vec<(Location, Listed)>, Failure> {
        let mut listing = self.list_versions(prefix);
        let mut page = listing.next_page().await;
        if page.is_err() {
            listing = self.list(prefix);
            page = listing.next_page().await;
        }
        let mut all = Vec::new();
        while let Some(found) = page? {
            let at = |key: &str| Location { bucket: prefix.bucket.clone(), key: key.to_owned() };
            all.extend(found.into_iter().map(|it| (at(&it.key), it)));
            page = listing.next_page().await;
        }
        Ok(all)
    }
}

impl Record {
    fn new(store: &Store, prefix: &Location, id: &str) -> io::Result<Record> {
        let folder = folder().ok_or(io::ErrorKind::NotFound)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let path = folder.join(id);
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&path)?;
        file.lock()?;
        let noted = Noted {
            endpoint: store.endpoint().unwrap_or_default().to_owned(),
            bucket: prefix.bucket.clone(),
            prefix: prefix.key.clone(),
        };
        file.write_all(&serde_json::to_vec(&noted)?)?;
        Ok(Record { path, _locked: file })
    }

    /// The record of a run that has ended, and what it says.
    fn dead(path: PathBuf) -> Option<(Record, Noted)> {
        let mut file = File::open(&path).ok()?;
        file.try_lock().ok()?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).ok()?;
        let noted = serde_json::from_slice(&text).ok()?;
        Some((Record { path, _locked: file }, noted))
    }
}

fn folder() -> Option<PathBuf> {
    Some(state::folder()?.join(RECORDS))
}

fn records() -> Vec<PathBuf> {
    let entries = folder().and_then(|folder| fs::read_dir(folder).ok());
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The numbers of the runs that live on this machine.
fn alive() -> HashSet<String> {
    let is_alive = |path: &PathBuf| {
        let file = File::open(path);
        file.is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
    };
    let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    records().into_iter().filter(is_alive).filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_the_digits_of_their_own_are_known() {
        let id = "0123456789abcdef";
        let key = format!("{FOLDER}{NAME}{id}-{}-sealed", mark(id));
        for known in [key.clone(), format!("t/{key}"), format!("t/u/{key}"), format!("{key}-2")] {
            assert!(is_throw_away(&known) && is_marked(&known), "{known}");
        }
        for other in [
            format!("t{key}"),
            format!("{key}/x"),
            format!("{FOLDER}{NAME}{id}-00000000-sealed"),
            format!("{FOLDER}{NAME}{id}"),
            format!("{FOLDER}{NAME}mine"),
            format!("{FOLDER}notes"),
            format!("{FORMER}mine"),
            String::new(),
        ] {
            assert!(!is_throw_away(&other), "{other}");
        }
        let former = format!("t/{FORMER}{id}");
        assert!(is_throw_away(&former) && !is_marked(&former));
        assert!(is_throw_away(&format!("{former}-sealed")));
    }
}
