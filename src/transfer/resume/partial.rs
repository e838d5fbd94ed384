//! A partial file: the ranges that have arrived of a large download, in the target's folder. If the download is
//! interrupted, the file stays, and another run resumes it: the journal says which file it is.

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
    Directory, FileId, FilePlace, TempFile, kept_mode, open_own, read_range,
};

/// Everything that must be equal for a run to reuse the ranges of an earlier one.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DownloadIdentity {
    kind: Kind,
    endpoint: String,
    bucket: String,
    object: String,
    version_id: Option<String>,
    etag: Option<String>,
    bytes: u64,
    file: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    #[serde(flatten)]
    identity: DownloadIdentity,
    #[serde(flatten)]
    temp_file: RememberedFile,
}

/// Which file in the target's folder is the partial file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RememberedFile {
    #[serde(rename = "part")]
    name: String,
    device: u64,
    inode: u64,
}

impl RememberedFile {
    fn of(file: &TempFile) -> RememberedFile {
        let FileId { device, inode } = file.id();
        RememberedFile { name: file.name().to_string_lossy().into_owned(), device, inode }
    }

    pub(super) fn id(&self) -> FileId {
        FileId { device: self.device, inode: self.inode }
    }

    /// Removes the file from this folder, unless a process has it open.
    pub(super) fn remove_from(&self, folder: &Directory) {
        let name = self.name.as_ref();
        let found = open_own(folder, name).and_then(|file| FileId::of(&file));
        if found.is_ok_and(|id| id == self.id()) {
            let _ = folder.remove(name);
        }
    }
}

/// A line of the journal: a range of the object that is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct FetchedRange {
    pub(crate) start: u64,
    pub(crate) bytes: u64,
    pub(crate) crc: u64,
}

impl FetchedRange {
    /// None if it is not a range of an object of `bytes` bytes.
    fn within(&self, bytes: u64) -> Option<Range<u64>> {
        let end = self.start.checked_add(self.bytes)?;
        (self.bytes > 0 && end <= bytes).then_some(self.start..end)
    }
}

/// A download that another run can resume.
pub(crate) struct ResumableDownload<'a> {
    pub(crate) store: &'a Store,
    pub(crate) at: &'a Location,
    pub(crate) metadata: &'a ObjectMetadata,
    /// The object's size.
    pub(crate) bytes: u64,
}

/// A file that is filled range by range, and its journal. Locked against other processes.
#[derive(Debug)]
pub(crate) struct PartialFile {
    /// Some until it is published.
    file: Option<TempFile>,
    journal: Journal,
    identity: DownloadIdentity,
    /// The ranges that earlier runs fetched.
    remembered: Vec<FetchedRange>,
    /// Whether the file holds anything that another run can use.
    is_worth_keeping: AtomicBool,
}

impl PartialFile {
    /// Opens the partial file of an earlier run, or creates one with this mode. None if that fails, or another
    /// process has it open.
    pub(crate) fn open(
        place: &FilePlace,
        mode: u32,
        download: &ResumableDownload<'_>,
    ) -> Option<PartialFile> {
        let target = std::path::absolute(place.path()).ok()?;
        let mut journal = Journal::open(Kind::Download, download.store, download.at, &target)?;
        let identity = DownloadIdentity::of(download, &target);
        let folder = place.folder();
        let (mut reopened, mut remembered) = (None, Vec::new());
        if let Some((header, ranges)) = journal.read::<Header, FetchedRange>() {
            if header.identity == identity {
                let name = header.temp_file.name.as_ref();
                reopened = TempFile::reopen(folder, name, header.temp_file.id()).ok();
                remembered = ranges;
            } else {
                header.temp_file.remove_from(folder);
            }
        }
        let is_new = reopened.is_none();
        // The owner must be able to write it, so that another run can resume it, even if the target is read-only.
        let file = reopened.map_or_else(|| TempFile::create(folder, mode | 0o600), Ok);
        let file = file.and_then(|file| file.file().set_len(download.bytes).map(|()| file));
        let file = file
            .inspect_err(|error| {
                tracing::debug!(%error, "the partial file cannot be used");
                journal.remove();
            })
            .ok()?;
        let header = Header { temp_file: RememberedFile::of(&file), identity };
        if is_new {
            remembered.clear();
            if !journal.begin(&header) {
                journal.remove();
                return None;
            }
        }
        let is_worth_keeping = AtomicBool::new(!remembered.is_empty());
        let (file, identity) = (Some(file), header.identity);
        Some(PartialFile { file, journal, identity, remembered, is_worth_keeping })
    }

    /// Whether an interrupted download to this path can be resumed.
    pub(crate) fn exists_for(place: &Path, store: &Store, at: &Location) -> bool {
        Journal::exists(Kind::Download, store, at, place)
    }

    pub(crate) fn file(&self) -> &File {
        self.file.as_ref().expect("a partial file until it is published").file()
    }

    /// The ranges of earlier runs that are still intact in the file, none of which overlap. After a power failure, the file
    /// may lack ranges that are in the journal.
    pub(crate) async fn intact_ranges(
        &self,
        algorithm: Algorithm,
    ) -> io::Result<Vec<FetchedRange>> {
        let (file, bytes) = (self.file().try_clone()?, self.identity.bytes);
        let remembered = self.remembered.clone();
        let intact = tokio::task::spawn_blocking(move || {
            let (mut intact, mut ends) = (Vec::new(), BTreeMap::new());
            for range in remembered {
                let Some(at) = range.within(bytes) else { continue };
                let before = ends.range(..at.end).next_back();
                let is_new = before.is_none_or(|(_, end)| *end <= at.start);
                if is_new
                    && crc(&file, at.clone(), algorithm).is_ok_and(|crc| crc == Some(range.crc))
                {
                    ends.insert(at.start, at.end);
                    intact.push(range);
                }
            }
            intact
        });
        let intact = intact.await?;
        self.is_worth_keeping.store(!intact.is_empty(), Ordering::Relaxed);
        Ok(intact)
    }

    /// Whether earlier runs have fetched ranges of it.
    pub(crate) fn is_resumed(&self) -> bool {
        !self.remembered.is_empty()
    }

    /// Records a range that is in the file now.
    pub(crate) fn record(&self, range: &FetchedRange) {
        self.is_worth_keeping.store(true, Ordering::Relaxed);
        self.journal.add(range);
    }

    /// Marks the content as unusable for another run.
    pub(crate) fn discard(&self) {
        self.is_worth_keeping.store(false, Ordering::Relaxed);
    }

    /// Renames the file to its final name; with `no_clobber` only if no file has that name.
    /// Errors: [`io::ErrorKind::AlreadyExists`] if a file exists and `no_clobber` is set.
    pub(crate) fn persist(mut self, place: &FilePlace, no_clobber: bool) -> io::Result<()> {
        self.discard();
        let Some(file) = self.file.take() else { return Ok(()) };
        // The mode of the replaced file may have changed since the partial file was created. It can only remove
        // permissions: the plaintext must not become readable to more users than a new file would be.
        if let Some(kept) = place.folder().find(place.name())?.as_ref().and_then(kept_mode) {
            let mode = file.file().metadata()?.permissions().mode() & kept;
            file.file().set_permissions(Permissions::from_mode(mode))?;
        }
        file.persist(place.name(), no_clobber)
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        if self.is_worth_keeping.load(Ordering::Relaxed) {
            if let Some(file) = &mut self.file {
                file.keep();
            }
        } else {
            self.journal.remove();
        }
    }
}

impl DownloadIdentity {
    fn of(download: &ResumableDownload<'_>, target: &Path) -> DownloadIdentity {
        DownloadIdentity {
            kind: Kind::Download,
            endpoint: download.store.endpoint().unwrap_or_default().to_owned(),
            bucket: download.at.bucket.clone(),
            object: download.at.key.clone(),
            version_id: download.metadata.version_id.clone(),
            etag: download.metadata.etag.clone(),
            bytes: download.bytes,
            file: target.to_string_lossy().into_owned(),
        }
    }
}

fn crc(file: &File, range: Range<u64>, algorithm: Algorithm) -> io::Result<Option<u64>> {
    let mut hash = algorithm.hash();
    read_range(file, range, |bytes| hash.update(bytes))?;
    Ok(hash.crc())
}
