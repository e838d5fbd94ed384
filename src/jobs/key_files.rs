//! Key files among the files to store or delete: a key beside its data protects nothing.

use std::path::Path;

use crate::key::core::protection_of;
use crate::output::Output;

/// Whether the file is a key file to leave out. Warns if so.
pub(crate) fn is_left_out(path: &Path, include_keys: bool, out: &Output) -> bool {
    let kind = protection_of(path).filter(|_| !include_keys);
    if let Some(kind) = &kind {
        out.warn(&kind.left_out(path));
    }
    kind.is_some()
}

/// Removes key files from the names of files to delete in a folder, and warns of each. Returns how many there were.
pub(crate) fn keep_key_files(names: &mut Vec<String>, folder: &Path, out: &Output) -> u64 {
    let before = names.len();
    names.retain(|name| {
        let path = folder.join(name);
        let kind = protection_of(&path);
        if let Some(kind) = kind {
            out.warn(&kind.not_deleted(&path));
        }
        kind.is_none()
    });
    (before - names.len()) as u64
}
