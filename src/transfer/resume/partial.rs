//! A partial file: what has arrived of a large download, beside the file that it will become. Where the
//! download is interrupted it stays, and another run goes on with it: the journal knows which file it is.

use std::collections::BTreeMap;
use std::fs::{File, Permissions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::journal::{Journal, Kind};
use crate::location::Location;
use crate::store::object::ObjectMetadata;
use crate::store::wire::Store;
use crate::transfer::checksum::Algorithm;
use crate::transfer::files::{
    Directory, FileId, FilePlace, PartFile, kept_mode, open_own, read_range,
};
use crate::transfer::plan;

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

/// The first line of a journal.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    #[serde(flatten)]
    work: Work,
    #[serde(flatten)]
    part: RememberedPart,
}

/// Which file is the partial one, beside the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RememberedPart {
    part: String,
    device: u64,
    inode: u64,
}

impl RememberedPart {
    fn of(part: &PartFile) -> RememberedPart {
        let FileId { device, inode } = part.id();
        RememberedPart { part: part.name().to_string_lossy().into_owned(), device, inode }
    }

    pub(super) fn id(&self) -> FileId {
        FileId { device: self.device, inode: self.inode }
    }

    /// Removes the file from this folder, unless a process is at it.
    pub(super) fn remove_from(&self, folder: &Directory) {
        let name = self.part.as_ref();
        let is_it = open_own(folder, name).and_then(|file| FileId::of(&file));
        if is_it.is_ok_and(|id| id == self.id()) {
            let _ = folder.remove(name);
        }
    }
}

/// A unit that has arrived.
#[derive(Serialize, Deserialize)]
struct Unit {
    index: u64,
    crc: u64,
}

/// A download whose partial file another run can go on with.
pub(crate) struct Resumable<'a> {
    pub(crate) store: &'a Store,
    pub(crate) at: &'a Location,
    pub(crate) metadata: &'a ObjectMetadata,
    /// Its size in bytes.
    pub(crate) bytes: u64,
    /// The size of every unit but the last.
    pub(crate) unit: u64,
}

/// A file that is filled unit by unit, and what is remembered of it. No other process uses it at the same
/// time.
#[derive(Debug)]
pub(crate) struct Partial {
    /// There until it is put in its place, or left to another run.
    part: Option<PartFile>,
    journal: Journal,
    work: Work,
    /// The CRC of each unit that an earlier run fetched, by its index.
    remembered: BTreeMap<u64, u64>,
    /// Whether there is anything to go on with.
    is_of_use: AtomicBool,
}

impl Partial {
    /// Opens the partial file of the one that is to be at this place, or makes one with this mode. None where
    /// that cannot be, or another process is at it.
    pub(crate) fn open(place: &FilePlace, mode: u32, of: &Resumable<'_>) -> Option<Partial> {
        let target = std::path::absolute(place.path()).ok()?;
        let mut journal = Journal::open(Kind::Download, of.store, of.at, &target)?;
        let work = Work::of(of, &target);
        let folder = place.folder();
        let (mut part, mut remembered) = (None, BTreeMap::new());
        if let Some((header, units)) = journal.read::<Header, Unit>() {
            if header.work == work {
                let name = header.part.part.as_ref();
                part = PartFile::reopen(folder, name, header.part.id()).ok();
                remembered = units.into_iter().map(|unit: Unit| (unit.index, unit.crc)).collect();
            } else {
                header.part.remove_from(folder);
            }
        }
        let is_new = part.is_none();
        // Another run must be able to go on with it, even where the target is read-only.
        let part = part.map_or_else(|| PartFile::create(folder, mode | 0o600), Ok);
        let part = part.and_then(|part| part.file().set_len(of.bytes).map(|()| part));
        let part = part
            .inspect_err(|error| {
                tracing::debug!(%error, "the partial file cannot be used");
                journal.remove();
            })
            .ok()?;
        if is_new {
            remembered.clear();
            let header = Header { part: RememberedPart::of(&part), work };
            if !journal.begin(&header) {
                journal.remove();
                return None;
            }
            let is_of_use = AtomicBool::new(false);
            return Some(Partial {
                part: Some(part),
                journal,
                work: header.work,
                remembered,
                is_of_use,
            });
        }
        let is_of_use = AtomicBool::new(!remembered.is_empty());
        Some(Partial { part: Some(part), journal, work, remembered, is_of_use })
    }

    /// Whether an interrupted download to this place has left something to go on with.
    pub(crate) fn is_left_of(place: &Path, store: &Store, at: &Location) -> bool {
        Journal::is_there(Kind::Download, store, at, place)
    }

    pub(crate) fn file(&self) -> &File {
        self.part.as_ref().expect("a partial file until it is put in its place").file()
    }

    /// The units of an earlier run that are in the file as they arrived, each with its CRC: after a power
    /// failure a file can be emptier than what is remembered of it.
    pub(crate) async fn arrived(&self, algorithm: Algorithm) -> io::Result<BTreeMap<u64, u64>> {
        let mut arrived = BTreeMap::new();
        for (index, remembered) in &self.remembered {
            let file = self.file().try_clone()?;
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
    pub(crate) fn finish(&self, index: u64, crc: u64) {
        self.is_of_use.store(true, Ordering::Relaxed);
        self.journal.add(&Unit { index, crc });
    }

    /// Nothing of it is of use to another run.
    pub(crate) fn spoil(&self) {
        self.is_of_use.store(false, Ordering::Relaxed);
    }

    /// Puts it in its place; with `is_new` only if nothing is there.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something is there and must not be replaced.
    pub(crate) fn put(mut self, place: &FilePlace, is_new: bool) -> io::Result<()> {
        self.spoil();
        let Some(part) = self.part.take() else { return Ok(()) };
        // The mode of what is replaced may have changed since the partial file was made. It can only take
        // permissions away: a plaintext never becomes readable to more people than a new file would be.
        if let Some(kept) = place.folder().find(place.name())?.as_ref().and_then(kept_mode) {
            let mode = part.file().metadata()?.permissions().mode() & kept;
            part.file().set_permissions(Permissions::from_mode(mode))?;
        }
        part.put(place.name(), is_new)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.is_of_use.load(Ordering::Relaxed) {
            if let Some(part) = &mut self.part {
                part.leave();
            }
        } else {
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
    read_range(file, range, |bytes| hash.update(bytes))?;
    Ok(hash.crc())
}
