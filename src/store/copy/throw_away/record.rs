//! Which runs of this machine have throw-away objects: a file for each run in the state folder, locked while the run is
//! active. The next run finds the objects of a killed run by its file.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::location::Location;
use crate::store::wire::Store;
use crate::system::state;

const RECORDS: &str = "throw-away";

/// The file of one run.
#[derive(Debug)]
pub(super) struct Record {
    path: PathBuf,
    _locked: File,
}

/// The content of the file: where a run's throw-away objects are.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub(super) endpoint: String,
    pub(super) bucket: String,
    pub(super) prefix: String,
}

impl Record {
    pub(super) fn new(store: &Store, prefix: &Location, run: &str) -> io::Result<Record> {
        let folder = folder().ok_or(io::ErrorKind::NotFound)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let path = folder.join(run);
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&path)?;
        file.lock()?;
        let recorded = Recorded {
            endpoint: store.endpoint().unwrap_or_default().to_owned(),
            bucket: prefix.bucket.clone(),
            prefix: prefix.key.clone(),
        };
        file.write_all(&serde_json::to_vec(&recorded)?)?;
        Ok(Record { path, _locked: file })
    }

    /// The records of runs that have ended, with their content.
    pub(super) fn of_dead_runs() -> impl Iterator<Item = (Record, Recorded)> {
        records().into_iter().filter_map(|path| {
            let mut file = File::open(&path).ok()?;
            file.try_lock().ok()?;
            let mut text = Vec::new();
            file.read_to_end(&mut text).ok()?;
            let recorded = serde_json::from_slice(&text).ok()?;
            Some((Record { path, _locked: file }, recorded))
        })
    }

    /// Removes the record, once the run's objects are deleted.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(self.path);
    }
}

/// The numbers of the runs that are active on this machine.
pub(super) fn living_runs() -> HashSet<String> {
    let is_alive = |path: &PathBuf| {
        let file = File::open(path);
        file.is_ok_and(|file| matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)))
    };
    let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    records().into_iter().filter(is_alive).filter_map(name).collect()
}

fn folder() -> Option<PathBuf> {
    Some(state::folder()?.join(RECORDS))
}

fn records() -> Vec<PathBuf> {
    let entries = folder().and_then(|folder| fs::read_dir(folder).ok());
    entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
