//! An output path on the command line: a file that is replaced as a whole, or a stream that is opened and written to.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The limit of symbolic links in one path, as in Linux.
const MAX_LINKS: usize = 40;
/// The sticky bit, and the bit that lets all users write.
const SHARED: u32 = 0o1002;

/// The target of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NamedOutput {
    /// A file that may not exist yet. The name is no link, so that the file can be replaced by a rename.
    File {
        /// Empty for the current folder.
        folder: PathBuf,
        name: OsString,
    },
    /// A FIFO, a device, or anything in `/dev` or `/proc`: it is never replaced.
    Stream(NamedStream),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NamedStream {
    Path(PathBuf),
    /// A descriptor that this process inherited.
    Descriptor(i32),
}

impl NamedOutput {
    /// Follows the links in a path, even one to a missing file.
    /// Errors: If the path cannot name a file, or cannot be examined.
    pub(crate) fn resolve(path: &Path) -> io::Result<NamedOutput> {
        let mut path = path.to_owned();
        // A link in `/dev` is never replaced, whatever its target is.
        let mut is_under_dev = false;
        for _ in 0..MAX_LINKS {
            let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            let found = fs::symlink_metadata(&path);
            let is_link = found.as_ref().is_ok_and(fs::Metadata::is_symlink);
            match system_folder(&folder) {
                SystemFolder::Descriptors if name.to_str().is_some_and(is_number) => {
                    let number = name.to_str().and_then(|it| it.parse().ok());
                    let number = number.ok_or(io::ErrorKind::InvalidInput)?;
                    return Ok(NamedOutput::Stream(NamedStream::Descriptor(number)));
                }
                // Links in `/proc` are no paths.
                SystemFolder::Processes | SystemFolder::Descriptors => {
                    return Ok(NamedOutput::Stream(NamedStream::Path(path)));
                }
                SystemFolder::Devices => is_under_dev = true,
                SystemFolder::None => {}
            }
            if is_link {
                check_link(&path)?;
                path = folder.join(fs::read_link(&path)?);
                continue;
            }
            let is_file = match &found {
                Ok(found) => found.is_file() || found.is_dir(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => true,
                Err(error) => return Err(error.kind().into()),
            };
            return Ok(if is_file && !is_under_dev {
                NamedOutput::File { folder, name }
            } else {
                NamedOutput::Stream(NamedStream::Path(path))
            });
        }
        Err(io::Error::from(rustix::io::Errno::LOOP))
    }
}

impl NamedStream {
    /// Opens the stream for writing: at the position of an inherited descriptor, or at the end of a regular file. Opening a
    /// FIFO waits for its reader.
    pub(crate) fn open(&self) -> io::Result<File> {
        match self {
            NamedStream::Descriptor(number) => duplicate(*number),
            NamedStream::Path(path) => {
                let is_file = fs::metadata(path)?.is_file();
                OpenOptions::new().write(true).append(is_file).open(path)
            }
        }
    }
}

impl std::fmt::Display for NamedStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NamedStream::Path(path) => path.display().fmt(f),
            NamedStream::Descriptor(1) => f.write_str("standard output"),
            NamedStream::Descriptor(number) => write!(f, "descriptor {number}"),
        }
    }
}

/// The kinds of folders that belong to the operating system.
enum SystemFolder {
    None,
    Devices,
    Processes,
    /// The descriptors of this process.
    Descriptors,
}

fn system_folder(folder: &Path) -> SystemFolder {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(folder) = fs::canonicalize(folder) else { return SystemFolder::None };
    let process = Path::new("/proc").join(std::process::id().to_string());
    let is_of_thread = |it: &Path| it.starts_with(process.join("task")) && it.ends_with("fd");
    if folder == process.join("fd") || is_of_thread(&folder) {
        SystemFolder::Descriptors
    } else if folder.starts_with("/proc") {
        SystemFolder::Processes
    } else if folder.starts_with("/dev") && !folder.starts_with("/dev/shm") {
        SystemFolder::Devices
    } else {
        SystemFolder::None
    }
}

/// Fails for another user's link in a folder that all users may write, such as `/tmp`. The kernel does the same by default
/// (Linux, `fs.protected_symlinks`).
fn check_link(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (link, folder) = (fs::symlink_metadata(path)?, fs::metadata(folder)?);
    let is_shared = folder.mode() & SHARED == SHARED;
    let is_own = link.uid() == rustix::process::geteuid().as_raw() || link.uid() == folder.uid();
    if is_shared && !is_own {
        let reason = "it is a symbolic link of another user in a folder that all users may write";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Duplicates a descriptor, so that it shares the position: opening the file again would begin at its start.
fn duplicate(number: i32) -> io::Result<File> {
    let duplicated = match number {
        0 => rustix::io::dup(rustix::stdio::stdin()),
        1 => rustix::io::dup(rustix::stdio::stdout()),
        2 => rustix::io::dup(rustix::stdio::stderr()),
        _ => return duplicate_other(number),
    };
    Ok(duplicated?.into())
}

#[cfg(target_os = "linux")]
fn duplicate_other(number: i32) -> io::Result<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    // Only the process's own descriptors have this flag, not inherited ones.
    const CLOSED_ON_EXEC: u32 = 0o2_000_000;
    let closed = || io::Error::from(rustix::io::Errno::BADF);
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).map_err(|_| closed())?;
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|text| u32::from_str_radix(text.trim(), 8).ok()).unwrap_or(0);
    if flags & CLOSED_ON_EXEC != 0 {
        return Err(closed());
    }
    let duplicated = pidfd_open(getpid(), PidfdFlags::empty())
        .and_then(|process| pidfd_getfd(process, number, PidfdGetfdFlags::empty()));
    match duplicated {
        Ok(descriptor) => Ok(descriptor.into()),
        // Some sandboxes forbid pidfd_getfd.
        Err(_) => NamedStream::Path(format!("/proc/self/fd/{number}").into()).open(),
    }
}

#[cfg(not(target_os = "linux"))]
fn duplicate_other(number: i32) -> io::Result<File> {
    // On these systems, opening /dev/fd/N shares the position.
    OpenOptions::new().write(true).open(format!("/dev/fd/{number}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn resolved(path: impl AsRef<Path>) -> NamedOutput {
        NamedOutput::resolve(path.as_ref()).unwrap()
    }

    #[test]
    fn links_are_followed_to_their_target() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let file =
            |name: &str| NamedOutput::File { folder: folder.path().to_owned(), name: name.into() };
        assert_eq!(resolved(at("new")), file("new"));
        symlink("nowhere", at("dangling")).unwrap();
        symlink(at("dangling"), at("link")).unwrap();
        assert_eq!(resolved(at("link")), file("nowhere"));
        symlink("loop", at("loop")).unwrap();
        assert!(NamedOutput::resolve(&at("loop")).is_err());
        assert!(NamedOutput::resolve(&at("..")).is_err());
    }

    #[test]
    fn system_files_are_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("/dev/stdout", &link).unwrap();
        for path in ["/dev/null", "/dev/no-such-device", "/proc/self/comm"] {
            assert!(matches!(resolved(path), NamedOutput::Stream(NamedStream::Path(_))), "{path}");
        }
        if cfg!(target_os = "linux") {
            for path in [Path::new("/dev/stdout"), Path::new("/proc/self/fd/1"), &link] {
                let stream = NamedOutput::Stream(NamedStream::Descriptor(1));
                assert_eq!(resolved(path), stream, "{}", path.display());
            }
            assert!(matches!(resolved("/dev/shm/file"), NamedOutput::File { .. }));
        }
    }
}
