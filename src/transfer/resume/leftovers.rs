//! Removes the temporary files that killed runs left in a folder, when the next run writes to it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::housekeeping::remembered_files;
use crate::output::Output;
use crate::transfer::files::{Directory, FileId, open_own};
use crate::transfer::names::is_generated_name;

/// Removes temporary files of killed runs, and counts them.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    /// Folders that were looked through in this run.
    visited: Mutex<HashSet<FileId>>,
    removed: AtomicU64,
}

impl Leftovers {
    /// Removes the user's files with generated names that no process has open and no journal names. Looks through
    /// each folder once in a run.
    pub(crate) fn remove_from(&self, folder: &Directory) {
        let is_first =
            self.visited.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.id());
        if !is_first {
            return;
        }
        // Nothing is removed in a folder that cannot be listed.
        let entries = folder.entries().unwrap_or_default();
        let mut found = entries.iter().filter(|(name, _)| is_generated_name(name)).peekable();
        if found.peek().is_none() {
            return;
        }
        let remembered = remembered_files();
        for (name, _) in found {
            let Ok(file) = open_own(folder, name) else { continue };
            let is_remembered = FileId::of(&file).is_ok_and(|id| remembered.contains(&id));
            if !is_remembered && folder.remove(name).is_ok() {
                self.removed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Prints how many files were removed since the last report.
    pub(crate) fn report(&self, out: &Output) {
        let files = match self.removed.swap(0, Ordering::Relaxed) {
            0 => return,
            1 => "1 unfinished file".to_owned(),
            n => format!("{n} unfinished files"),
        };
        out.say(&format!("note: removed {files} of an interrupted run"));
    }
}
