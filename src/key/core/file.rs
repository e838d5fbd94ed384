//! Writing key files, as age writes identities: readable by their owner alone, never overwritten,
//! with the public part in a comment.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::material::{Encoding, Key};
use super::protected::check_output;
use crate::failure::Failure;
use crate::system::NamedOutput;

/// Only the owner may read and write.
const OWNER_ONLY: u32 = 0o600;

/// Writes the key to a new file, and returns once it is on the disk; or to a pipe, a device or a descriptor, as they
/// are. Text gets the comments
/// `# created:` (RFC 3339, UTC) and `# key-md5:` above it; [`Encoding::Raw`] is the 32 bytes alone.
///
/// # Errors
/// [`Kind::Precondition`] if something of that name exists: another key, perhaps.
/// [`Kind::NotFound`] if the folder does not. [`Kind::Other`] if it cannot be written; then
/// nothing is left of it.
pub fn create_key_file(path: &Path, key: &Key, encoding: Encoding) -> Result<(), Failure> {
    create_file_with_keys(path, &content(key, encoding))
}

/// Writes what holds a key to a new file, as [`create`] does.
///
/// # Errors
/// As [`create`].
pub fn create_file_with_keys(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error| explain(path, error);
    match NamedOutput::resolve(path).map_err(failed)? {
        NamedOutput::File { folder, name } => {
            create_file(&folder.join(name), content).map_err(failed)
        }
        NamedOutput::Stream(stream) => {
            let mut stream = stream.open().map_err(failed)?;
            check_output(&stream, &path.display().to_string())?;
            stream.write_all(content).map_err(failed)
        }
    }
}

/// The name must not be there: what it would be, another process may have put there meanwhile.
fn create_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    written.and_then(|()| sync_folder(path)).inspect_err(|_| {
        // The failure to report is the first one.
        let _ = fs::remove_file(path);
    })
}

fn content(key: &Key, encoding: Encoding) -> Zeroizing<Vec<u8>> {
    let text = key.encoded(encoding);
    if encoding == Encoding::Raw {
        return text;
    }
    let created = humantime::format_rfc3339_seconds(SystemTime::now());
    let comments = format!("# created: {created}\n# key-md5: {}\n", key.md5_base64());
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut content = Zeroizing::new(Vec::with_capacity(comments.len() + text.len() + 1));
    content.extend_from_slice(comments.as_bytes());
    content.extend_from_slice(&text);
    content.push(b'\n');
    content
}

/// Makes the new name itself survive a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // A folder that may be written but not read, and file systems that sync no folders.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

fn explain(path: &Path, error: io::Error) -> Failure {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::precondition(format!("{shown} exists; key files are never overwritten"))
                .hint("choose another name; objects sealed with the key in it need that key")
                .because(error)
        }
        _ => Failure::unwritable(shown, error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::failure::Kind;
    use crate::key::core::encoding::Format;
    use crate::key::core::text::parse;

    #[test]
    fn what_is_written_can_be_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::generate().unwrap();
        for encoding in [Encoding::Base64, Encoding::Hex, Encoding::Raw] {
            let path = folder.path().join(format!("{encoding:?}"));
            create_key_file(&path, &key, encoding).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, OWNER_ONLY);
            let found = parse(&fs::read(&path).unwrap(), Format::Auto).unwrap();
            assert_eq!(found[0].key, key);
        }
    }

    #[test]
    fn a_file_that_exists_is_spared() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure =
            create_key_file(file.path(), &Key::generate().unwrap(), Encoding::Base64).unwrap_err();
        assert!(failure.is(Kind::Precondition), "{failure:?}");
        assert_eq!(fs::read(file.path()).unwrap(), b"");
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/key");
        let failure =
            create_key_file(&path, &Key::generate().unwrap(), Encoding::Base64).unwrap_err();
        assert!(failure.is(Kind::NotFound), "{failure:?}");
    }
}
