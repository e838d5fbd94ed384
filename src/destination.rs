//! Where a path that is to be written leads: to a regular file, which can be made or replaced, or to something
//! that is open or open-ended (a pipe, a device, a descriptor of this process), which is written to as it is.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

/// The kernel follows no more symbolic links in one path (Linux, `MAXSYMLINKS`).
const MOST_LINKS: usize = 40;

/// The sticky bit, and that all users may write.
const SHARED: u32 = 0o1002;

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a regular file that is there, or to nothing yet, behind all symbolic links.
    File(PathBuf),
    /// To something that must be opened, not replaced.
    Stream(PathBuf),
}

impl Destination {
    /// Follows the symbolic links that the path ends in, dangling ones, too.
    ///
    /// # Errors
    /// Where links lead in a circle, or one cannot be read.
    pub fn of(path: &Path) -> io::Result<Destination> {
        let mut place = path.to_owned();
        for _ in 0..MOST_LINKS {
            place = in_real_folder(&place);
            if is_descriptor(&place) {
                return Ok(Destination::Stream(place));
            }
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_symlink() => {
                    check_link(&place, &found)?;
                    place = folder_of(&place).join(fs::read_link(&place)?);
                }
                Ok(found) if !found.is_file() && !found.is_dir() => {
                    return Ok(Destination::Stream(place));
                }
                _ => return Ok(Destination::File(place)),
            }
        }
        Err(io::Error::other("too many levels of symbolic links"))
    }
}

/// The same place, with no symbolic links on the way to its folder: they may lead to `/proc`, too.
fn in_real_folder(path: &Path) -> PathBuf {
    let is_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    match (folder_of(path).canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) if !is_folder => folder.join(name),
        _ => path.to_owned(),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Fails for a link that another user may have laid in a folder that all may write, such as `/tmp`: as the kernel
/// does by default (Linux, `fs.protected_symlinks`).
fn check_link(path: &Path, link: &Metadata) -> io::Result<()> {
    let folder = fs::metadata(folder_of(path))?;
    let is_shared = folder.mode() & SHARED == SHARED;
    let is_own = link.uid() == rustix::process::geteuid().as_raw() || link.uid() == folder.uid();
    if is_shared && !is_own {
        let reason = "it is a symbolic link of another user in a folder that all users may write";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    }
    Ok(())
}

/// Opens a stream to write to it. What a descriptor leads to may be a file that something else writes to as well:
/// it is appended to.
///
/// # Errors
/// Where it cannot be opened for writing.
pub fn open_stream(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).open(path)
}

/// Whether the path names a descriptor, or what the kernel makes up: `/dev/stdout`, `/dev/fd/N`, `/proc/…`.
fn is_descriptor(path: &Path) -> bool {
    let Ok(path) = std::path::absolute(path) else { return false };
    let mut names = path.components().filter_map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    match (names.next(), names.next()) {
        (Some("proc"), Some(_)) => true,
        (Some("dev"), Some(name)) => ["fd", "stdin", "stdout", "stderr"].contains(&name),
        _ => false,
    }
}
