//! The file of one part's bytes: chunk after chunk, as [`super::super::blob`] makes them.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::{Folder, private};
use crate::random;

/// The name of a part's file. It has one owner, and goes with it: whoever removes a part keeps it until that is on
/// disk.
#[derive(Serialize, Deserialize)]
pub(crate) struct BlobFile {
    name: String,
    /// Empty while the journal is read: what it only mentions must not be removed when it is forgotten.
    #[serde(skip)]
    folder: OnceLock<Arc<Folder>>,
}

impl BlobFile {
    /// Makes a new, empty file.
    pub(crate) fn create(folder: &Arc<Folder>) -> io::Result<(Self, File)> {
        let name = random::hex::<16>();
        let file = private().create_new(true).open(folder.blobs().join(&name))?;
        folder.made_file();
        Ok((Self { name, folder: OnceLock::from(Arc::clone(folder)) }, file))
    }

    /// Says where the file is, after the journal is read.
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
            // What is left behind is removed at the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Takes a part's chunks to its file.
pub(crate) struct FileWriter {
    handle: File,
    file: BlobFile,
}

impl FileWriter {
    pub(crate) fn create(folder: &Arc<Folder>) -> io::Result<Self> {
        let (file, handle) = blocking(|| BlobFile::create(folder))?;
        Ok(Self { handle, file })
    }

    pub(crate) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        blocking(|| self.handle.write_all(chunk))
    }

    /// Returns once the content is on disk; its name is synced with the journal.
    pub(crate) fn finish(self) -> io::Result<BlobFile> {
        blocking(|| self.handle.sync_all())?;
        Ok(self.file)
    }
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

/// The disk may let one wait: meanwhile the runtime's other tasks get another thread.
fn blocking<T>(f: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(tokio::runtime::RuntimeFlavor::MultiThread) => tokio::task::block_in_place(f),
        _ => f(),
    }
}
