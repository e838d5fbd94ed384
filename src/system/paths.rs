//! A path on the command line that is to be written to: a file that is replaced as a whole, or something that
//! is opened and written as it is.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// How many links are followed (Linux follows as many).
const MOST_LINKS: usize = 40;
/// The sticky bit, and that all users may write.
const SHARED: u32 = 0o1002;

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NamedOutput {
    /// A file, or none yet, of this name in this folder, which is empty for the current one. No link is left in
    /// the name: it can be replaced by a rename.
    File {
        /// The folder.
        folder: PathBuf,
        /// The name in it.
        name: OsString,
    },
    /// A FIFO, a device, or whatever is reached through `/dev` or `/proc`: it is never replaced.
    Stream(NamedStream),
}

/// Something that is opened and written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NamedStream {
    /// What is at this path.
    Path(PathBuf),
    /// The descriptor of this number, which this process inherited.
    Descriptor(i32),
}

impl NamedOutput {
    /// Looks where a path leads: through links, one that leads to nothing included.
    ///
    /// # Errors
    /// Where it can be no file, or cannot be looked at.
    pub(crate) fn resolve(path: &Path) -> io::Result<NamedOutput> {
        let mut path = path.to_owned();
        // What is reached through `/dev` is no file to be replaced, wherever it leads to in the end.
        let mut is_of_system = false;
        for _ in 0..MOST_LINKS {
            let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
            let folder = path.parent().unwrap_or(Path::new("")).to_owned();
            let found = fs::symlink_metadata(&path);
            let is_link = found.as_ref().is_ok_and(fs::Metadata::is_symlink);
            match system_folder(&folder) {
                System::Descriptors if name.to_str().is_some_and(is_number) => {
                    let number = name.to_str().and_then(|it| it.parse().ok());
                    let number = number.ok_or(io::ErrorKind::InvalidInput)?;
                    return Ok(NamedOutput::Stream(NamedStream::Descriptor(number)));
                }
                // Its links are no paths.
                System::Processes | System::Descriptors => {
                    return Ok(NamedOutput::Stream(NamedStream::Path(path)));
                }
                System::Devices => is_of_system = true,
                System::No => {}
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
            return Ok(if is_file && !is_of_system {
                NamedOutput::File { folder, name }
            } else {
                NamedOutput::Stream(NamedStream::Path(path))
            });
        }
        Err(io::Error::from(rustix::io::Errno::LOOP))
    }
}

impl NamedStream {
    /// Opens it, and waits for a reader where it is a FIFO. What is written goes to where an inherited
    /// descriptor stands, and to the end of a regular file.
    ///
    /// # Errors
    /// Where it cannot be written to.
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

/// What the system itself keeps in a folder.
enum System {
    No,
    Devices,
    Processes,
    /// This process's own descriptors.
    Descriptors,
}

fn system_folder(folder: &Path) -> System {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(folder) = fs::canonicalize(folder) else { return System::No };
    let process = Path::new("/proc").join(std::process::id().to_string());
    let is_of_thread = |it: &Path| it.starts_with(process.join("task")) && it.ends_with("fd");
    if folder == process.join("fd") || is_of_thread(&folder) {
        System::Descriptors
    } else if folder.starts_with("/proc") {
        System::Processes
    } else if folder.starts_with("/dev") && !folder.starts_with("/dev/shm") {
        System::Devices
    } else {
        System::No
    }
}

/// Fails for a link that another user may have laid in a folder that all may write, such as `/tmp`: as the kernel does by
/// default (Linux, `fs.protected_symlinks`).
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

/// A descriptor that shares the inherited one's position: one that is opened anew would begin at the start of
/// the file.
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

    // Descriptors of this process's own, unlike inherited ones, are closed in its children.
    const CLOSED_ON_EXEC: u32 = 0o2_000_000;
    let closed = || io::Error::from(rustix::io::Errno::BADF);
    let about = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).map_err(|_| closed())?;
    let flags = about.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|text| u32::from_str_radix(text.trim(), 8).ok()).unwrap_or(0);
    if flags & CLOSED_ON_EXEC != 0 {
        return Err(closed());
    }
    let same = pidfd_open(getpid(), PidfdFlags::empty())
        .and_then(|process| pidfd_getfd(process, number, PidfdGetfdFlags::empty()));
    match same {
        Ok(same) => Ok(same.into()),
        // Some sandboxes forbid it.
        Err(_) => NamedStream::Path(format!("/proc/self/fd/{number}").into()).open(),
    }
}

#[cfg(not(target_os = "linux"))]
fn duplicate_other(number: i32) -> io::Result<File> {
    // There it shares the position.
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
    fn links_are_followed_to_where_they_lead() {
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
    fn what_the_system_keeps_is_never_replaced() {
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
