//! The state folder: data that is kept between runs. Nothing in it is secret or necessary. But its content is trusted, so only
//! this user may write to it: a folder or file of another user is not used, and permissions of others are removed.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Access for the owner only.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// All mode bits of the group and of others, and those that let them write.
const OTHERS: u32 = 0o077;
const WRITABLE: u32 = 0o022;

static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();

/// The state folder: `$XDG_STATE_HOME/s3seal`, or `~/.local/state/s3seal` (XDG Base Directory Specification). It is created
/// by the first write. None if neither variable is an absolute path, or if the folder belongs to another user.
pub(crate) fn folder() -> Option<PathBuf> {
    let usable = || {
        let path = path()?;
        if path.exists() {
            create_private_folder(&path)
                .inspect_err(|error| {
                    tracing::debug!(%error, folder = %path.display(), "the state folder is not used");
                })
                .ok()?;
        }
        Some(path)
    };
    FOLDER.get_or_init(usable).clone()
}

/// Creates a folder that only this user may enter, or restricts an existing one.
/// Errors: If the folder cannot be created, or belongs to another user.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)?;
    let found = fs::metadata(path)?;
    check_owner(found.uid())?;
    if found.mode() & OTHERS != 0 {
        fs::set_permissions(path, Permissions::from_mode(FOLDER_MODE))?;
    }
    Ok(())
}

/// Checks that a state file can be trusted, and restricts it to this user.
/// Errors: If it is no regular file, belongs to another user, or was writable by others.
pub(crate) fn check_private_file(file: &File) -> io::Result<()> {
    let found = file.metadata()?;
    check_owner(found.uid())?;
    if !found.is_file() || found.mode() & WRITABLE != 0 {
        let reason = "it is no regular file, or others can write to it";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
    }
    if found.mode() & OTHERS != 0 {
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    }
    Ok(())
}

/// The content of a state file; none if it does not exist or cannot be trusted.
pub(crate) fn read(name: &str) -> Option<String> {
    let mut file = File::open(folder()?.join(name)).ok()?;
    let mut text = String::new();
    check_private_file(&file)
        .and_then(|()| file.read_to_string(&mut text))
        .inspect_err(|error| tracing::debug!(%error, name, "a state file is not used"))
        .ok()?;
    Some(text)
}

/// Opens a state file for appending. A file that cannot be trusted is replaced by an empty one.
pub(crate) fn append(name: &str) -> io::Result<File> {
    let folder = folder().ok_or(io::ErrorKind::NotFound)?;
    create_private_folder(&folder)?;
    let path = folder.join(name);
    let open = || {
        let file = OpenOptions::new().create(true).append(true).mode(FILE_MODE).open(&path)?;
        check_private_file(&file)?;
        Ok(file)
    };
    open().or_else(|_: io::Error| {
        fs::remove_file(&path)?;
        open()
    })
}

fn path() -> Option<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("s3seal"))
}

fn check_owner(owner: u32) -> io::Result<()> {
    if owner == rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    let reason = format!("it belongs to another user (uid {owner})");
    Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))
}
