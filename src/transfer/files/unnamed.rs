//! A file in the making that has no name yet: however the run ends, nothing is left of it. Linux alone has such
//! files, and not on every file system.

use std::fs::File;
use std::io;
use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::sync::OnceLock;

use super::directory::Directory;
use super::place::FilePlace;
#[cfg(target_os = "linux")]
use super::temp_file::TempFile;

/// A file without a name.
#[derive(Debug)]
pub(crate) struct UnnamedFile(File);

impl UnnamedFile {
    /// Begins a file in this folder.
    ///
    /// # Errors
    /// Where there are no such files.
    #[cfg(target_os = "linux")]
    pub(crate) fn create(folder: &Arc<Directory>, mode: u32) -> io::Result<UnnamedFile> {
        static HAS_PROC: OnceLock<bool> = OnceLock::new();
        // A file without a name gets one through it.
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

    /// Puts it in its place; with `is_new` only if nothing is there.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where something is there and must not be replaced.
    #[cfg(target_os = "linux")]
    pub(crate) fn persist(self, place: &FilePlace, no_clobber: bool) -> io::Result<()> {
        // A link replaces nothing, so a file that is there is replaced by one that has a name.
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
