//! Only the owner of a folder may use it, and no other user may have put files into it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;

use super::error::named;

/// Makes a folder that only its owner can use, if there is none.
pub(crate) fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path).map_err(|error| named(path, &error))
}

/// How to create files that only their owner can read.
pub(crate) fn private() -> OpenOptions {
    let mut options = fs::File::options();
    options.write(true).mode(0o600);
    options
}

/// Closes a folder to other users. Fails with `PermissionDenied` if it is another user's, or if another user could have
/// written what it holds.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    let refused = |why: String| io::Error::new(io::ErrorKind::PermissionDenied, why);
    let metadata = fs::metadata(path)?;
    let own = rustix::process::geteuid().as_raw();
    if metadata.uid() != own {
        let owner = metadata.uid();
        return Err(refused(format!(
            "it belongs to user {owner}, and this server runs as user {own}; change its owner, or give another folder"
        )));
    }
    if metadata.mode() & 0o022 != 0 && fs::read_dir(path)?.next().is_some() {
        return Err(refused(
            "other users can write to it, so its files may not be this server's; `chmod 700` it if they are"
                .to_owned(),
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
