//! What a folder's journal tells, at the start of a server.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::sync::Arc;

use super::{Folder, journal};
use crate::store::bucket::Bucket;
use crate::store::change::{Change, Step};

/// Rebuilds the index and removes the files that nothing refers to.
///
/// # Errors
/// `InvalidData` if a line is damaged that others follow; an unfinished last line was never acknowledged.
pub(crate) fn recover(folder: &Arc<Folder>) -> io::Result<BTreeMap<String, Bucket>> {
    let content = match fs::read(folder.journal()) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut buckets = BTreeMap::new();
    let mut damaged = None;
    for (index, line) in content.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let text = line.strip_suffix(b"\n").and_then(journal::text);
        match (text, damaged) {
            (Some(text), None) => apply(&mut buckets, text, index + 1)?,
            (Some(_), Some(number)) => return Err(broken(number, "is damaged")),
            (None, _) => damaged = damaged.or(Some(index + 1)),
        }
    }
    let mut known = HashSet::new();
    for bucket in buckets.values() {
        for file in bucket.blobs().filter_map(|blob| blob.file()) {
            file.attach(folder);
            known.insert(file.name().to_owned());
        }
    }
    for entry in fs::read_dir(folder.blobs())? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| known.contains(name)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(buckets)
}

/// The lines of a journal that holds nothing but what there is now.
pub(crate) fn state(buckets: &BTreeMap<String, Bucket>) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for (name, bucket) in buckets {
        for change in bucket.as_changes()? {
            let step: Step = vec![(name.clone(), change)];
            lines.extend(journal::line(&serde_json::to_string(&step)?));
        }
    }
    Ok(lines)
}

fn apply(buckets: &mut BTreeMap<String, Bucket>, text: &str, number: usize) -> io::Result<()> {
    let step: Step = serde_json::from_str(text)
        .map_err(|error| broken(number, &format!("is not understood ({error})")))?;
    for (name, change) in step {
        match change {
            Change::Removed => drop(buckets.remove(&name)),
            Change::Settings(settings) => {
                let bucket = Bucket::with_settings(settings)
                    .map_err(|error| broken(number, &format!("is not understood ({error})")))?;
                let former = buckets.remove(&name);
                buckets.insert(name, bucket.holding(former));
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
    io::Error::new(io::ErrorKind::InvalidData, format!("line {number} of the journal {how}"))
}
