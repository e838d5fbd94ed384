//! A partial file: what has arrived of a large download, beside the file that it will become. Where the
//! download is interrupted it stays, and another run goes on with it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::checksum::{Algorithm, Hash};
use super::journal::{self, Journal, Kind};
use super::plan;
use crate::location::Location;
use crate::store::{ObjectMetadata, Store};

/// How the name of a file in the making begins and ends.
pub(super) const PREFIX: &str = ".s3seal-";
pub(super) const SUFFIX: &str = ".part";

/// How much of a file is read at a time.
const PIECE: usize = 256 << 10;

/// One state of an object, in units, on its way to one file: all that must be the same if what one
/// run fetched is to be of use to another.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Work {
    kind: Kind,
    endpoint: String,
    bucket: String,
    object: String,
    version_id: Option<String>,
    etag: Option<String>,
    bytes: u64,
    unit: u64,
    file: String,
}

/// A unit that has arrived.
#[derive(Serialize, Deserialize)]
struct Unit {
    index: u64,
    crc: u64,
}

/// A download whose partial file another run can go on with.
pub(super) struct Resumable<'a> {
    pub(super) store: &'a Store,
    pub(super) at: &'a Location,
    pub(super) metadata: &'a ObjectMetadata,
    /// Its size in bytes.
    pub(super) bytes: u64,
    /// The size of every unit but the last.
    pub(super) unit: u64,
}

/// A file that is filled unit by unit, and what is remembered of it. No other process uses it at the same
/// time.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    file: File,
    journal: Journal,
    work: Work,
    /// The CRC of each unit that an earlier run fetched, by its index.
    remembered: BTreeMap<u64, u64>,
    /// Whether there is anything to go on with.
    is_of_use: AtomicBool,
}

impl Partial {
    /// Opens the partial file of `target`. None where that cannot be, or another process is at it.
    pub(super) fn open(target: &Path, mode: u32, of: &Resumable<'_>) -> Option<Partial> {
        let target = std::path::absolute(target).ok()?;
        let mut journal = Journal::open(Kind::Download, of.store, of.at, &target)?;
        let path = path_of(&target);
        let file = open_own(&path, mode).and_then(|file| file.set_len(of.bytes).map(|()| file));
        let file = file
            .inspect_err(|error| {
                tracing::debug!(%error, "the partial file cannot be used");
                journal.remove();
            })
            .ok()?;
        let work = Work::of(of, &target);
        let remembered: BTreeMap<u64, u64> = match journal.read::<Work, Unit>() {
            Some((before, units)) if before == work => {
                units.into_iter().map(|unit| (unit.index, unit.crc)).collect()
            }
            _ if journal.begin(&work) => BTreeMap::new(),
            _ => {
                let _ = fs::remove_file(&path);
                journal.remove();
                return None;
            }
        };
        let is_of_use = AtomicBool::new(!remembered.is_empty());
        Some(Partial { path, file, journal, work, remembered, is_of_use })
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The units of an earlier run that are in the file as they arrived, each with its CRC: after a power
    /// failure a file can be emptier than what is remembered of it.
    pub(super) async fn arrived(&self, algorithm: Algorithm) -> io::Result<BTreeMap<u64, u64>> {
        let mut arrived = BTreeMap::new();
        for (index, remembered) in &self.remembered {
            let file = self.file.try_clone()?;
            let range = plan::range(*index, self.work.bytes, self.work.unit);
            let read = tokio::task::spawn_blocking(move || crc(&file, range, algorithm));
            if read.await?.is_ok_and(|crc| crc == Some(*remembered)) {
                arrived.insert(*index, *remembered);
            }
        }
        self.is_of_use.store(!arrived.is_empty(), Ordering::Relaxed);
        Ok(arrived)
    }

    /// Remembers a unit that is in the file.
    pub(super) fn finish(&self, index: u64, crc: u64) {
        self.is_of_use.store(true, Ordering::Relaxed);
        self.journal.add(&Unit { index, crc });
    }

    /// Nothing of it is of use to another run.
    pub(super) fn spoil(&self) {
        self.is_of_use.store(false, Ordering::Relaxed);
    }

    /// Puts it in its place.
    pub(super) fn persist(self, target: &Path) -> io::Result<()> {
        self.spoil();
        // The target's mode may have changed since the partial file was made.
        if let Ok(found) = fs::metadata(target) {
            self.file.set_permissions(found.permissions())?;
        }
        fs::rename(&self.path, target)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_of_use.load(Ordering::Relaxed) {
            // Once it is in its place there is no such file any more.
            let _ = fs::remove_file(&self.path);
            self.journal.remove();
        }
    }
}

impl Work {
    fn of(of: &Resumable<'_>, target: &Path) -> Work {
        Work {
            kind: Kind::Download,
            endpoint: of.store.endpoint().unwrap_or_default().to_owned(),
            bucket: of.at.bucket.clone(),
            object: of.at.key.clone(),
            version_id: of.metadata.version_id.clone(),
            etag: of.metadata.etag.clone(),
            bytes: of.bytes,
            unit: of.unit,
            file: target.to_string_lossy().into_owned(),
        }
    }
}

fn crc(file: &File, range: Range<u64>, algorithm: Algorithm) -> io::Result<Option<u64>> {
    let mut hash = algorithm.hash();
    let mut buffer = vec![0; PIECE];
    let mut at = range.start;
    while at < range.end {
        let wanted = PIECE.min((range.end - at) as usize);
        file.read_exact_at(&mut buffer[..wanted], at)?;
        hash.update(&buffer[..wanted]);
        at += wanted as u64;
    }
    Ok(match hash {
        Hash::Crc(digest) => Some(digest.finalize()),
        _ => None,
    })
}

/// The path of a target's partial file: the same at each run, and in the same folder.
pub(super) fn path_of(target: &Path) -> PathBuf {
    let absolute = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
    let name = journal::digest([absolute.as_os_str().as_encoded_bytes()]);
    target.with_file_name(OsStr::new(&format!("{PREFIX}{}{SUFFIX}", &name[..16])))
}

/// Removes a target's partial file, unless a process is at it.
pub(super) fn remove(target: &Path) {
    let path = path_of(target);
    if open_existing(&path).is_ok() {
        let _ = fs::remove_file(&path);
    }
}

/// Opens and locks a file of this name, which anybody could guess: in a folder that others can write to,
/// it must be nobody else's, and no other name of a file of ours.
fn open_own(path: &Path, mode: u32) -> io::Result<File> {
    // Another run must be able to go on with it, even where the target is read-only.
    let mode = mode | 0o600;
    let create =
        || OpenOptions::new().read(true).write(true).create_new(true).mode(mode).open(path);
    match journal::lock(path, create) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_existing(path),
        other => other,
    }
}

fn open_existing(path: &Path) -> io::Result<File> {
    let found = fs::symlink_metadata(path)?;
    let is_own =
        found.is_file() && found.uid() == rustix::process::geteuid().as_raw() && found.nlink() == 1;
    if !is_own {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    // What is locked is what the path names, so what was found is what is opened, or the lock fails.
    journal::lock(path, || OpenOptions::new().read(true).write(true).open(path))
}

/// Whether a file of this name is one in the making.
pub(super) fn is_partial(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(PREFIX.as_bytes()) && name.ends_with(SUFFIX.as_bytes())
}
