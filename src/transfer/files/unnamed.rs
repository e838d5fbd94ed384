//! A temporary file without a name: however the run ends, it leaves nothing behind. Only Linux has such files, and not
//! on every file system.

use std::fs::File;
use std::io;
use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::sync::OnceLock;

use super::directory::Directory;
use super::place::FilePlace;
#[cfg(target_os = "linux")]
use super::temp_file::TempFile;

#[derive(Debug)]
pub(crate) struct UnnamedFile(File);

impl UnnamedFile {
    /// Errors: If the file system has no unnamed files.
    #[cfg(target_os = "linux")]
    pub(crate) fn create(folder: &Arc<Directory>, mode: u32) -> io::Result<UnnamedFile> {
        static HAS_PROC: OnceLock<bool> = OnceLock::new();
        // `Directory::link` gives the file its name through this path.
        if !HAS_PROC.get_or_init(|| std::fs::exists("/proc/self/fd").unwrap_or(false)) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        folder.create_unnamed(mode).map(UnnamedFile)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn create(_: &Arc<Directory>, _: u32) -> io::Result<UnnamedFile> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn file(&self) -> &File {
        &self.0
    }

    /// Gives the file its final name; with `no_clobber` only if no file has that name.
    /// Errors: [`io::ErrorKind::AlreadyExists`] if a file exists and `no_clobber` is set.
    #[cfg(target_os = "linux")]
    pub(crate) fn persist(self, place: &FilePlace, no_clobber: bool) -> io::Result<()> {
        // `linkat` cannot replace a file. To replace one, the file first gets a temporary name and is then renamed.
        if no_clobber || !place.exists() {
            match place.folder().link(&self.0, place.name()) {
                Ok(()) => return Ok(()),
                Err(error) if no_clobber && error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(error);
                }
                Err(_) => {}
            }
        }
        TempFile::from_unnamed(place.folder(), &self.0)?.persist(place.name(), no_clobber)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn persist(self, _: &FilePlace, _: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
