//! Writes key files the way age writes identities: readable by the owner only, never overwritten, with the public part in
//! a comment.

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

const OWNER_ONLY: u32 = 0o600;

/// Writes the key to a new file and syncs it to the disk, or writes it to a pipe, a device or a descriptor. Text gets the
/// comments `# created:` (RFC 3339, UTC) and `# key-md5:`; [`Encoding::Raw`] is the 32 bytes alone.
/// Errors: `Kind::Precondition` if the file exists: it may hold another key. `Kind::NotFound` if the folder does
/// not exist. `Kind::Other` if the file cannot be written; then it is removed.
pub fn create_key_file(path: &Path, key: &Key, encoding: Encoding) -> Result<(), Failure> {
    create_file_with_keys(path, &content(key, encoding))
}

/// Writes text that contains keys, as [`create_key_file`] does and with the same errors.
pub fn create_file_with_keys(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error| write_failure(path, error);
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

/// `create_new`, because another process may have created a file of that name since it was checked.
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
    // Full capacity from the start: a buffer that grows leaves copies in memory.
    let mut content = Zeroizing::new(Vec::with_capacity(comments.len() + text.len() + 1));
    content.extend_from_slice(comments.as_bytes());
    content.extend_from_slice(&text);
    content.push(b'\n');
    content
}

/// Makes the new directory entry survive a power failure.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // The folder may be writable but not readable, and some file systems cannot sync folders.
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

fn write_failure(path: &Path, error: io::Error) -> Failure {
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
    use crate::key::core::parser::parse;

    #[test]
    fn only_the_owner_can_read_a_key_file() {
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
    fn an_existing_file_is_not_overwritten() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let failure =
            create_key_file(file.path(), &Key::generate().unwrap(), Encoding::Base64).unwrap_err();
        assert!(failure.is(Kind::Precondition), "{failure:?}");
        assert_eq!(fs::read(file.path()).unwrap(), b"");
    }

    #[test]
    fn a_missing_folder_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/key");
        let failure =
            create_key_file(&path, &Key::generate().unwrap(), Encoding::Base64).unwrap_err();
        assert!(failure.is(Kind::NotFound), "{failure:?}");
    }
}
