//! Deletes a local file after its upload, but only if it is still the file that was read, and unchanged.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::TryRng;
use rand::rngs::SysRng;
use rustix::fs::{AtFlags, RenameFlags};

use crate::failure::Failure;

/// A file that is put aside is named with this prefix, 32 hexadecimal digits, `-` and its own name, and this suffix.
/// Its own name is left out where the whole would be too long for a file system.
const ASIDE_PREFIX: &str = ".s3seal-";
const ASIDE_SUFFIX: &str = ".moved";
const ASIDE_DIGITS: usize = 32;
const MAX_NAME_BYTES: usize = 255;

/// Identifies a file and its state: any write changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileState {
    content: ContentState,
    /// When the inode last changed (ctime), in seconds and nanoseconds. Unlike mtime, programs cannot set it.
    changed: (i64, i64),
}

/// The part of the state that a rename or a change of permissions leaves alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentState {
    device: u64,
    inode: u64,
    bytes: u64,
    /// When the file was last written (mtime), in seconds and nanoseconds.
    modified: (i64, i64),
}

impl FileState {
    pub(super) fn of(found: &Metadata) -> FileState {
        FileState {
            content: ContentState {
                device: found.dev(),
                inode: found.ino(),
                bytes: found.len(),
                modified: (found.mtime(), found.mtime_nsec()),
            },
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }

    pub(super) fn content(&self) -> ContentState {
        self.content
    }
}

/// A file that was opened for upload, with its name and folder.
pub struct Original {
    path: PathBuf,
    folder: OwnedFd,
    name: OsString,
    file: Arc<File>,
    state: FileState,
}

impl Original {
    /// `file` was opened as `name` in `folder`.
    pub(super) fn new(
        path: &Path,
        folder: OwnedFd,
        name: &OsStr,
        file: Arc<File>,
        found: &Metadata,
    ) -> Original {
        let (path, name, state) = (path.to_owned(), name.to_owned(), FileState::of(found));
        Original { path, folder, name, file, state }
    }

    /// Deletes the file.
    /// Errors: `Kind::Precondition` if it was written to since it was opened, or another file has its name: nothing
    /// is deleted then.
    pub fn delete(&self) -> Result<(), Failure> {
        let undeleted = |error: io::Error| self.undeleted(error);
        let now = FileState::of(&self.file.metadata().map_err(undeleted)?);
        if now != self.state || self.found_as(&self.name).map_err(undeleted)? != now.content {
            return Err(self.replaced());
        }
        // Another file could take the name between this check and a deletion by name. So the file is renamed to a
        // random name first, and checked again there.
        let aside = name_aside(&self.name).map_err(undeleted)?;
        rustix::fs::renameat(&self.folder, &self.name, &self.folder, &aside)
            .map_err(|error| undeleted(error.into()))?;
        self.delete_aside(&aside)
    }

    fn delete_aside(&self, aside: &OsStr) -> Result<(), Failure> {
        let written =
            self.file.metadata().map(|now| FileState::of(&now).content != self.state.content);
        let is_it = self.found_as(aside).is_ok_and(|found| found == self.state.content);
        if !is_it || written.unwrap_or(true) {
            return Err(match self.put_back(aside) {
                Ok(()) => self.replaced(),
                Err(_) => self.replaced_aside(aside),
            });
        }
        rustix::fs::unlinkat(&self.folder, aside, AtFlags::empty()).map_err(|error| {
            let _ = self.put_back(aside);
            self.undeleted(error.into())
        })
    }

    /// Gives a file that was put aside its name back, unless that exists again.
    fn put_back(&self, aside: &OsStr) -> io::Result<()> {
        let folder = &self.folder;
        let renamed =
            rustix::fs::renameat_with(folder, aside, folder, &self.name, RenameFlags::NOREPLACE);
        if renamed.is_ok() {
            return Ok(());
        }
        // Not every file system supports the flag.
        rustix::fs::linkat(folder, aside, folder, &self.name, AtFlags::empty())?;
        Ok(rustix::fs::unlinkat(folder, aside, AtFlags::empty())?)
    }

    /// The state of the entry with this name, links not followed.
    fn found_as(&self, name: &OsStr) -> io::Result<ContentState> {
        let found = rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(ContentState {
            device: found.st_dev as u64,
            inode: found.st_ino as u64,
            bytes: found.st_size.cast_unsigned(),
            modified: (found.st_mtime as i64, found.st_mtime_nsec as i64),
        })
    }

    fn replaced(&self) -> Failure {
        let file = self.path.display();
        Failure::precondition(format!(
            "{file} was stored, and has changed since or been replaced: it was left alone"
        ))
        .hint("store it again when no other process writes to it")
    }

    fn replaced_aside(&self, aside: &OsStr) -> Failure {
        let file = self.path.display();
        let aside = self.path.with_file_name(aside);
        Failure::precondition(format!(
            "{file} was stored, and has been replaced since, twice: what replaced it first is now {}",
            aside.display()
        ))
        .hint("look at both, and store again what is to be kept")
    }

    fn undeleted(&self, error: io::Error) -> Failure {
        let file = self.path.display();
        if error.kind() == io::ErrorKind::NotFound {
            return self.replaced();
        }
        Failure::other(format!("{file} was stored, and cannot be deleted: {error}"))
            .hint("check the permissions of its folder, and delete it yourself")
            .because(error)
    }
}

/// The own name of a file that was put aside under this name; empty if it is not known.
/// None if the file was not put aside.
pub(crate) fn put_aside_name(name: &OsStr) -> Option<&OsStr> {
    let rest = name.as_bytes().strip_prefix(ASIDE_PREFIX.as_bytes())?;
    let (digits, rest) =
        rest.strip_suffix(ASIDE_SUFFIX.as_bytes())?.split_at_checked(ASIDE_DIGITS)?;
    let own = if rest.is_empty() { rest } else { rest.strip_prefix(b"-")? };
    digits.iter().all(u8::is_ascii_hexdigit).then(|| OsStr::from_bytes(own))
}

/// A name that no other process can guess, for a file to be put aside.
fn name_aside(own: &OsStr) -> io::Result<OsString> {
    let mut random = [0; ASIDE_DIGITS / 2];
    SysRng.try_fill_bytes(&mut random).map_err(io::Error::other)?;
    let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut aside = OsString::from(format!("{ASIDE_PREFIX}{digits}"));
    if aside.len() + 1 + own.len() + ASIDE_SUFFIX.len() <= MAX_NAME_BYTES {
        aside.push("-");
        aside.push(own);
    }
    aside.push(ASIDE_SUFFIX);
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::transfer::files::input::Input;

    fn original(path: &Path) -> Original {
        Input::to_move(path).unwrap().original.unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_file_that_was_opened_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "content").unwrap();
        original(&path).delete().unwrap();
        assert!(names(folder.path()).is_empty());
    }

    /// For the time between the check and the deletion.
    #[test]
    fn another_file_that_was_put_aside_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("a"), folder.path().join("aside"));
        fs::write(&path, "content").unwrap();
        let original = original(&path);
        fs::write(&aside, "another").unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(original.delete_aside(OsStr::new("aside")).unwrap_err().exit_code(), 9);
        assert_eq!(fs::read(&path).unwrap(), b"another");
        assert_eq!(names(folder.path()), ["a"]);

        // If a third file has the name by now, neither is lost.
        fs::write(&aside, "third").unwrap();
        let failure = original.delete_aside(OsStr::new("aside")).unwrap_err();
        assert!(failure.detail().message.ends_with("aside"), "{failure}");
        assert_eq!(names(folder.path()), ["a", "aside"]);
    }

    #[test]
    fn a_file_that_is_written_to_while_it_is_put_aside_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let (path, aside) = (folder.path().join("a"), folder.path().join("aside"));
        fs::write(&path, "content").unwrap();
        let original = original(&path);
        fs::rename(&path, &aside).unwrap();
        fs::write(&aside, "more content").unwrap();
        assert_eq!(original.delete_aside(OsStr::new("aside")).unwrap_err().exit_code(), 9);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn the_name_of_a_file_that_is_put_aside_has_its_own_name() {
        for own in ["a", "-", "b.moved", &"x".repeat(208)] {
            let aside = name_aside(OsStr::new(own)).unwrap();
            assert_eq!(put_aside_name(&aside), Some(OsStr::new(own)));
        }
        let aside = name_aside(OsStr::new(&"x".repeat(209))).unwrap();
        assert_eq!(put_aside_name(&aside), Some(OsStr::new("")));
        for other in ["a", ".s3seal-0.moved", &format!(".s3seal-{}.moved", "g".repeat(32))] {
            assert_eq!(put_aside_name(OsStr::new(other)), None);
        }
    }
}
