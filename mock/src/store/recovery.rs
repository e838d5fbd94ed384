//! Reads a folder's journal at the start of a server. Nothing is changed before all of it is understood.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use s3s::validation::{AwsNameValidation, NameValidation as _};

use super::bucket::Bucket;
use super::change::{Change, Step};
use super::folder::{Folder, UNFINISHED, invalid, is_own_name, named};
use super::journal::{self, Acknowledged, Header, State};

/// What to do about a folder that lost something.
const REMEDY: &str = "nothing was changed; bring the folder back from a copy, or give another one";

type Buckets = BTreeMap<String, Bucket>;

/// What a folder holds. Its files are not removed before [`Recovered::attach`].
pub(crate) struct Recovered {
    pub(crate) buckets: Buckets,
    leftovers: Leftovers,
}

/// Files that no object has.
#[derive(Default)]
struct Leftovers {
    /// The journal says that they were removed, or they were never finished.
    removed: Vec<PathBuf>,
    /// Finished, but not in the journal: they may be all that is left of an object.
    unknown: Vec<PathBuf>,
}

impl Recovered {
    /// Reads the journal and looks at the files, and changes nothing. Fails with `InvalidData` if the journal is
    /// missing, empty, damaged or shorter than it was, or if `blobs/` holds what is not this server's. An unfinished
    /// last line was never acknowledged.
    pub(crate) fn read(folder: &Folder) -> io::Result<Self> {
        let path = folder.journal();
        let journal = match fs::read(&path) {
            Ok(content) => Some(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(named(&path, &error)),
        };
        let acknowledged = match fs::read(folder.acknowledged()) {
            Ok(content) => Some(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(named(&folder.acknowledged(), &error)),
        };
        let files = folder.files()?;
        let Some(journal) = journal else {
            // A first start that failed leaves an empty file.
            if files.is_empty() && acknowledged.is_none_or(|text| text.is_empty()) {
                return Ok(Self { buckets: Buckets::new(), leftovers: Leftovers::default() });
            }
            return Err(invalid(format!(
                "the journal is missing, and {} files of objects are there; {REMEDY}",
                files.len()
            )));
        };
        let acknowledged = acknowledged.and_then(|text| Acknowledged::parse(&text));
        let (buckets, mentioned) = replay(&journal, acknowledged.as_ref(), files.len())?;
        let leftovers = Leftovers::of(folder, &files, &buckets, &mentioned)?;
        Ok(Self { buckets, leftovers })
    }

    /// Called once the server is open: from now on files are removed with their objects. Files that the journal says
    /// are gone are removed now, and unknown ones are put aside.
    pub(crate) fn attach(self, folder: &Arc<Folder>) -> Buckets {
        for file in self.buckets.values().flat_map(Bucket::blobs).filter_map(|blob| blob.file()) {
            file.attach(folder);
        }
        // What cannot be removed now is left for the next start.
        for path in &self.leftovers.removed {
            let _ = fs::remove_file(path);
        }
        for path in &self.leftovers.unknown {
            let _ = folder.put_aside(path);
        }
        self.buckets
    }
}

impl Leftovers {
    fn of(
        folder: &Folder,
        files: &[String],
        buckets: &Buckets,
        mentioned: &HashSet<String>,
    ) -> io::Result<Self> {
        let mut live = HashSet::new();
        for file in buckets.values().flat_map(Bucket::blobs).filter_map(|blob| blob.file()) {
            if !live.insert(file.name()) {
                let name = file.name();
                return Err(invalid(format!("the journal names blobs/{name} twice; {REMEDY}")));
            }
        }
        let mut leftovers = Self::default();
        for name in files {
            let path = folder.blobs().join(name);
            let unfinished = name.strip_suffix(UNFINISHED);
            if !is_own_name(unfinished.unwrap_or(name)) || !fs::symlink_metadata(&path)?.is_file() {
                return Err(invalid(format!(
                    "blobs/ holds {name:?}, which is not this server's; move it away"
                )));
            }
            if unfinished.is_some() || (mentioned.contains(name) && !live.contains(name.as_str())) {
                leftovers.removed.push(path);
            } else if !mentioned.contains(name) {
                leftovers.unknown.push(path);
            }
        }
        Ok(leftovers)
    }
}

/// A journal of the buckets as they are now.
pub(crate) fn state(buckets: &Buckets) -> io::Result<State> {
    let changes = buckets
        .iter()
        .flat_map(|(name, bucket)| bucket.as_changes().map(move |change| (name, change)));
    State::of(changes.map(|(name, change)| serde_json::to_string(&[(name, change?)])))
}

/// The buckets, and the names of all files that the journal ever mentions.
fn replay(
    content: &[u8],
    acknowledged: Option<&Acknowledged>,
    files: usize,
) -> io::Result<(Buckets, HashSet<String>)> {
    if content.is_empty() {
        return Err(invalid(format!(
            "the journal is empty, and {files} files of objects are there; {REMEDY}"
        )));
    }
    let mut lines = content.split_inclusive(|byte| *byte == b'\n');
    let header = lines.next().and_then(text).and_then(|text| serde_json::from_str(text).ok());
    let header: Header = header.ok_or_else(|| broken(1, "is damaged"))?;
    let acknowledged = acknowledged.filter(|known| known.journal == header.journal);
    let len = content.len() as u64;
    if let Some(known) = acknowledged.filter(|known| len < known.len) {
        let was = known.len;
        return Err(invalid(format!("the journal has {len} bytes and had {was}; {REMEDY}")));
    }

    let (mut buckets, mut mentioned) = (Buckets::new(), HashSet::new());
    let (mut number, mut damaged) = (1, None);
    for line in lines {
        number += 1;
        match (text(line), damaged) {
            (Some(text), None) => apply(&mut buckets, &mut mentioned, text, number)?,
            (Some(_), Some(number)) => return Err(broken(number, "is damaged")),
            (None, _) => damaged = damaged.or(Some(number)),
        }
    }
    let good = damaged.map_or(number, |damaged| damaged - 1);
    if good - 1 < header.lines {
        let (has, had) = (good - 1, header.lines);
        return Err(invalid(format!("the journal has {has} lines and began with {had}; {REMEDY}")));
    }
    match damaged {
        // Only lines that were never acknowledged may be unfinished.
        Some(number) if !unfinished(content, number, acknowledged) => {
            Err(broken(number, "is damaged"))
        }
        _ => Ok((buckets, mentioned)),
    }
}

/// Whether the lines from `number` on may be what a crash left.
fn unfinished(content: &[u8], number: usize, acknowledged: Option<&Acknowledged>) -> bool {
    let lines = || content.split_inclusive(|byte| *byte == b'\n');
    match acknowledged {
        Some(known) => {
            let good: usize = lines().take(number - 1).map(<[u8]>::len).sum();
            good as u64 >= known.len
        }
        None => number == lines().count() && !content.ends_with(b"\n"),
    }
}

fn text(line: &[u8]) -> Option<&str> {
    line.strip_suffix(b"\n").and_then(journal::text)
}

fn apply(
    buckets: &mut Buckets,
    mentioned: &mut HashSet<String>,
    text: &str,
    number: usize,
) -> io::Result<()> {
    let not_understood = |error| broken(number, &format!("is not understood ({error})"));
    let step: Step = serde_json::from_str(text).map_err(not_understood)?;
    for (name, change) in step {
        if !AwsNameValidation::new().validate_bucket_name(&name) {
            return Err(broken(
                number,
                &format!("names a bucket {name:?}, which none can be called"),
            ));
        }
        if !change.is_sound() {
            return Err(broken(number, "has an object whose parts do not match it"));
        }
        let names =
            change.blobs().filter_map(|blob| blob.file()).map(|file| file.name().to_owned());
        mentioned.extend(names);
        match change {
            Change::Removed => drop(buckets.remove(&name)),
            Change::Settings(settings) => {
                let bucket = Bucket::with_settings(settings).map_err(not_understood)?;
                let former = buckets.remove(&name);
                buckets.insert(name, bucket.with_content_of(former));
            }
            change => buckets
                .get_mut(&name)
                .ok_or_else(|| broken(number, "names a bucket that is not there"))?
                .apply(change),
        }
    }
    Ok(())
}

fn broken(number: usize, how: &str) -> io::Error {
    invalid(format!("line {number} of the journal {how}; {REMEDY}"))
}
