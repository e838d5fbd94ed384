//! The journal of a running transfer, from which another run can resume it: a file of JSON lines in the
//! state folder, a header and then a line for each finished part.
//!
//! It holds neither a key nor a key's MD5, which would be the same in every file: see
//! [`KeyCheck`](crate::key::core::KeyCheck).

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::failure::{self, Failure};
use crate::key::core::hex;
use crate::location::Location;
use crate::store::wire::Store;
use crate::system::state;

const FOLDER: &str = "transfers";
/// The prefix of the file names of `Kind::Intention`.
const INTENTION: &str = "begin-";
/// The version of the file format. It changes when older versions of this program could not read new files, or this
/// version could not read old ones.
const FORMAT: u32 = 1;
/// A transfer that no run has resumed for this long is abandoned.
pub(super) const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a journal records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Upload,
    Download,
    /// A run over many objects.
    Run,
    /// An upload that is about to be created, or was.
    Intention,
}

/// The journal of one transfer, locked against other processes.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

/// The first line of a journal.
#[derive(Serialize, Deserialize)]
struct Versioned<H> {
    format: u32,
    #[serde(flatten)]
    header: H,
}

impl Journal {
    /// Opens or creates the journal of the transfer between an object and a local file. None if that fails, or
    /// another process has it open; the transfer then runs without a journal.
    pub(crate) fn open(kind: Kind, store: &Store, at: &Location, local: &Path) -> Option<Journal> {
        let local = std::path::absolute(local).ok()?;
        Journal::named(kind, store, at, local.as_os_str().as_encoded_bytes())
    }

    /// Opens or creates the journal of a run over the objects below a prefix, with these settings.
    pub(crate) fn of_run(store: &Store, below: &Location, settings: &str) -> Option<Journal> {
        Journal::named(Kind::Run, store, below, settings.as_bytes())
    }

    /// Creates the journal of an upload that is about to be created. `nanoseconds` since 1970 make its name unique.
    pub(super) fn of_intention(store: &Store, at: &Location, nanoseconds: u128) -> Option<Journal> {
        let own = format!("{} {nanoseconds}", std::process::id());
        Journal::named(Kind::Intention, store, at, own.as_bytes())
    }

    /// Whether there is a journal of the transfer between an object and a local file.
    pub(super) fn exists(kind: Kind, store: &Store, at: &Location, local: &Path) -> bool {
        let (folder, local) = (folder(), std::path::absolute(local).ok());
        let (Some(folder), Some(local)) = (folder, local) else { return false };
        folder.join(name(kind, store, at, local.as_os_str().as_encoded_bytes())).exists()
    }

    fn named(kind: Kind, store: &Store, at: &Location, discriminator: &[u8]) -> Option<Journal> {
        Journal::at(&folder()?, &name(kind, store, at, discriminator))
            .inspect_err(|error| tracing::debug!(%error, "the transfer has no journal"))
            .ok()
    }

    /// Whether the transfer is abandoned.
    pub(crate) fn is_old(&self) -> bool {
        let modified = self.file.metadata().and_then(|metadata| metadata.modified());
        modified.is_ok_and(|time| time.elapsed().unwrap_or_default() >= LIFETIME)
    }

    fn at(folder: &Path, name: &str) -> io::Result<Journal> {
        state::create_private_folder(folder)?;
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let file = lock(&path, || options.open(&path))?;
        state::check_private_file(&file)?;
        Ok(Journal { path, file })
    }

    /// Reads the journal of an earlier run: its header, and a line for each finished part. None if it is empty, or
    /// in an unknown format.
    pub(crate) fn read<H: DeserializeOwned, L: DeserializeOwned>(&mut self) -> Option<(H, Vec<L>)> {
        let mut bytes = Vec::new();
        self.file.rewind().and_then(|()| self.file.read_to_end(&mut bytes)).ok()?;
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let first: Versioned<H> = serde_json::from_slice(lines.next()?).ok()?;
        if first.format != FORMAT {
            return None;
        }
        // A write that a power failure cut short is not a line, and the next line must not be appended to it.
        if bytes.last() != Some(&b'\n') {
            self.file.write_all(b"\n").ok()?;
        }
        Some((first.header, lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()))
    }

    /// Clears the journal and writes the header; returns whether that worked.
    pub(crate) fn begin(&self, header: &impl Serialize) -> bool {
        self.file.set_len(0).is_ok() && self.write(&Versioned { format: FORMAT, header })
    }

    /// Appends a line. If that fails, a later run only transfers the part again, so it is not an error.
    pub(crate) fn add(&self, line: &impl Serialize) {
        self.write(line);
    }

    fn write(&self, line: &impl Serialize) -> bool {
        let text = serde_json::to_vec(line).map_err(io::Error::from);
        let written = text.and_then(|mut text| {
            text.push(b'\n');
            (&self.file).write_all(&text)
        });
        written
            .inspect_err(|error| tracing::debug!(%error, "the journal cannot be written"))
            .is_ok()
    }

    pub(crate) fn remove(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The file name of a journal.
fn name(kind: Kind, store: &Store, at: &Location, discriminator: &[u8]) -> String {
    let prefix = if kind == Kind::Intention { INTENTION } else { "" };
    let kind: &[u8] = match kind {
        Kind::Upload => b"upload",
        Kind::Download => b"download",
        Kind::Run => b"run",
        Kind::Intention => b"intention",
    };
    let endpoint = store.endpoint().unwrap_or_default();
    let bucket = at.bucket.as_bytes();
    format!(
        "{prefix}{}",
        digest([kind, endpoint.as_bytes(), bucket, at.key.as_bytes(), discriminator])
    )
}

/// The headers of all journals, open in another process or not.
pub(super) fn headers<H: DeserializeOwned>() -> Vec<H> {
    let entries = folder().and_then(|folder| fs::read_dir(folder).ok());
    let header = |entry: fs::DirEntry| {
        let mut line = String::new();
        BufReader::new(File::open(entry.path()).ok()?).read_line(&mut line).ok()?;
        let first: Versioned<H> = serde_json::from_str(&line).ok()?;
        Some(first.header)
    };
    entries.into_iter().flatten().flatten().filter_map(header).collect()
}

/// The journals of transfers that no process runs, and that no run has resumed for `age`.
pub(super) fn idle(age: Duration) -> Vec<Journal> {
    idle_files(age, |name| !name.starts_with(INTENTION))
}

/// The intentions that are at least `age` old, and whose processes have ended.
pub(super) fn idle_intentions(age: Duration) -> Vec<Journal> {
    idle_files(age, |name| name.starts_with(INTENTION))
}

/// Whether a journal on this machine, of a running or interrupted transfer, names the upload.
pub(super) fn is_remembered(upload_id: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Header {
        upload_id: String,
    }
    headers::<Header>().iter().any(|header| header.upload_id == upload_id)
}

fn idle_files(age: Duration, is_meant: impl Fn(&str) -> bool) -> Vec<Journal> {
    let Some(folder) = folder() else { return Vec::new() };
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let is_idle = |entry: &fs::DirEntry| {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        modified.is_ok_and(|time| time.elapsed().unwrap_or_default() >= age)
    };
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(&is_meant))
        .filter(is_idle)
        .filter_map(|entry| Journal::at(&folder, entry.file_name().to_str()?).ok())
        .collect()
}

/// Whether a transfer that failed like this can be resumed later.
pub(crate) fn is_resumable(failure: &Failure) -> bool {
    failure.is_interruption() || failure.is(failure::Kind::Unavailable)
}

fn folder() -> Option<PathBuf> {
    Some(state::folder()?.join(FOLDER))
}

/// The hexadecimal SHA-256 of several texts. The length of each is hashed too, so that `ab`, `c` and `a`, `bc` differ.
pub(crate) fn digest<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hex(&hash.finalize())
}

/// Opens a file and locks it; an error if another process holds the lock. If the file was removed or renamed before
/// it was locked, the path names another file now: then it is opened again.
pub(super) fn lock(path: &Path, open: impl Fn() -> io::Result<File>) -> io::Result<File> {
    const TRIES: usize = 10;
    for _ in 0..TRIES {
        let file = open()?;
        file.try_lock()?;
        let (locked, named) = (file.metadata()?, fs::symlink_metadata(path));
        if named.is_ok_and(|named| (named.dev(), named.ino()) == (locked.dev(), locked.ino())) {
            return Ok(file);
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Line {
        n: u32,
    }

    const fn line(n: u32) -> Line {
        Line { n }
    }

    fn read(folder: &Path) -> Option<(Vec<u32>, Vec<Line>)> {
        #[derive(Deserialize)]
        struct Header {
            numbers: Vec<u32>,
        }
        let mut journal = Journal::at(folder, "x").unwrap();
        journal.read::<Header, Line>().map(|(header, lines)| (header.numbers, lines))
    }

    #[test]
    fn what_was_written_is_read_and_a_torn_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).is_none());
        let journal = Journal::at(folder.path(), "x").unwrap();
        assert!(journal.begin(&serde_json::json!({"numbers": [1, 2]})));
        journal.add(&line(1));
        drop(journal);
        let path = folder.path().join("x");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], br#"{"n":2"#].concat()).unwrap();
        assert_eq!(read(folder.path()), Some((vec![1, 2], vec![line(1)])));
        Journal::at(folder.path(), "x").unwrap().add(&line(3));
        assert_eq!(read(folder.path()), Some((vec![1, 2], vec![line(1), line(3)])));
    }

    #[test]
    fn another_format_is_not_understood() {
        let folder = tempfile::tempdir().unwrap();
        for text in
            ["", "x", r#"{"format":2,"numbers":[]}"#, r#"{"numbers":[]}"#, r#"{"format":1}"#]
        {
            fs::write(folder.path().join("x"), text).unwrap();
            assert!(read(folder.path()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_file_has_one_user_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::at(folder.path(), "x").unwrap();
        assert!(Journal::at(folder.path(), "x").is_err());
        first.remove();
        assert!(!folder.path().join("x").exists());
        assert!(Journal::at(folder.path(), "x").is_ok());
    }
}
