//! The file of one part's bytes: chunk after chunk, as `store/blob.rs` makes them.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::access::private;
use super::directory::Folder;
use crate::random;

/// The suffix of a file that is being written, and not acknowledged yet.
pub(crate) const UNFINISHED: &str = ".part";

/// The name of a part's file, which is removed when this is dropped. A removed part is kept until its removal is on
/// disk.
#[derive(Serialize, Deserialize)]
pub(crate) struct BlobFile {
    #[serde(deserialize_with = "own_name")]
    name: String,
    /// Empty until the server is open: until then nothing may be removed.
    #[serde(skip)]
    folder: OnceLock<Arc<Folder>>,
}

impl BlobFile {
    /// Says where the file is. From now on it is removed when this is dropped.
    pub(crate) fn attach(&self, folder: &Arc<Folder>) {
        let _ = self.folder.set(Arc::clone(folder));
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn open(&self) -> io::Result<File> {
        let path = self.path().ok_or(io::ErrorKind::NotFound)?;
        blocking(|| File::open(path))
    }

    fn path(&self) -> Option<PathBuf> {
        self.folder.get().map(|folder| folder.blobs().join(&self.name))
    }
}

impl Drop for BlobFile {
    fn drop(&mut self) {
        if self.folder.get().is_some_and(|folder| !folder.closing())
            && let Some(path) = self.path()
        {
            // A file left behind is removed at the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Whether a finished file can have this name: 32 hex digits. So a journal cannot name files elsewhere.
pub(crate) fn is_own_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn own_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if is_own_name(&name) {
        Ok(name)
    } else {
        Err(D::Error::custom(format!("{name:?} is not the name of a file in blobs/")))
    }
}

/// A file of up to so many bytes is synced together with others, by the journal.
const SYNCED_WITH_OTHERS: u64 = 1 << 20;

/// Writes a part's chunks to its file, which is made with the first.
pub(crate) struct FileWriter {
    handle: Option<File>,
    name: String,
    folder: Arc<Folder>,
    len: u64,
}

impl FileWriter {
    pub(crate) fn new(folder: &Arc<Folder>) -> Self {
        let name = random::hex::<16>();
        Self { handle: None, name, folder: Arc::clone(folder), len: 0 }
    }

    pub(crate) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        blocking(|| self.append(chunk))
    }

    /// Writes the last chunk. The content is on disk once the journal has synced the folder's new files, and so is the name.
    pub(crate) fn finish(self, chunk: &[u8]) -> io::Result<BlobFile> {
        // A file of one chunk goes to the page cache, which takes less than a change of threads.
        if self.handle.is_none() {
            self.write_whole(chunk)
        } else {
            blocking(|| self.complete(chunk))
        }
    }

    /// Writes a file of one chunk. What a crash leaves of it is in no journal, so that it needs no name for the meantime.
    fn write_whole(mut self, chunk: &[u8]) -> io::Result<BlobFile> {
        let path = self.folder.blobs().join(&self.name);
        let written = private()
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(chunk))
            .inspect_err(|_| drop(std::fs::remove_file(path)));
        written?;
        Ok(self.finished(false))
    }

    fn complete(mut self, chunk: &[u8]) -> io::Result<BlobFile> {
        self.append(chunk)?;
        // A large file would hold up the small ones of others.
        let is_synced = self.len > SYNCED_WITH_OTHERS;
        if let Some(handle) = self.handle.as_ref().filter(|_| is_synced) {
            handle.sync_all()?;
        }
        let (from, to) =
            (unfinished(&self.folder, &self.name), self.folder.blobs().join(&self.name));
        std::fs::rename(from, to)?;
        // From now on it is no unfinished one.
        self.handle = None;
        Ok(self.finished(is_synced))
    }

    fn finished(&mut self, is_synced: bool) -> BlobFile {
        self.folder.file_created((!is_synced).then_some(&*self.name));
        BlobFile {
            name: std::mem::take(&mut self.name),
            folder: OnceLock::from(Arc::clone(&self.folder)),
        }
    }

    fn append(&mut self, chunk: &[u8]) -> io::Result<()> {
        let handle = match &mut self.handle {
            Some(handle) => handle,
            none => {
                let path = unfinished(&self.folder, &self.name);
                none.insert(private().create_new(true).open(path)?)
            }
        };
        self.len += chunk.len() as u64;
        handle.write_all(chunk)
    }
}

impl Drop for FileWriter {
    fn drop(&mut self) {
        if self.handle.is_some() {
            // A file left behind is removed at the next start.
            let _ = std::fs::remove_file(unfinished(&self.folder, &self.name));
        }
    }
}

fn unfinished(folder: &Folder, name: &str) -> PathBuf {
    folder.blobs().join(format!("{name}{UNFINISHED}"))
}

/// Reads `len` bytes at `offset`.
pub(crate) fn read_at(file: &mut File, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    blocking(|| {
        let mut chunk = vec![0; len];
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut chunk)?;
        Ok(chunk)
    })
}

/// Disks may be slow: meanwhile the runtime's other tasks get another thread.
fn blocking<T>(f: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(tokio::runtime::RuntimeFlavor::MultiThread) => tokio::task::block_in_place(f),
        _ => f(),
    }
}
