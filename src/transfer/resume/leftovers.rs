//! Files in the making that a killed run left in a folder: found and removed by the next run that writes
//! there.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::housekeeping::remembered_parts;
use crate::output::Output;
use crate::transfer::files::{Directory, FileId, open_own};
use crate::transfer::names::is_made_up;

/// What was removed, and where it was looked for.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    swept: Mutex<HashSet<FileId>>,
    removed: AtomicU64,
}

impl Leftovers {
    /// Removes what killed runs left in a folder, once in a run: files of ours whose names this program makes
    /// up, which no process has and no journal remembers.
    pub(crate) fn sweep(&self, folder: &Directory) {
        let is_first =
            self.swept.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.id());
        if !is_first {
            return;
        }
        // What cannot be listed is not looked through.
        let entries = folder.entries().unwrap_or_default();
        let mut found = entries.iter().filter(|(name, _)| is_made_up(name)).peekable();
        if found.peek().is_none() {
            return;
        }
        let remembered = remembered_parts();
        for (name, _) in found {
            let Ok(file) = open_own(folder, name) else { continue };
            let is_remembered = FileId::of(&file).is_ok_and(|id| remembered.contains(&id));
            if !is_remembered && folder.remove(name).is_ok() {
                self.removed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Tells people once how many were removed.
    pub(crate) fn report(&self, out: &Output) {
        let files = match self.removed.swap(0, Ordering::Relaxed) {
            0 => return,
            1 => "1 unfinished file".to_owned(),
            n => format!("{n} unfinished files"),
        };
        out.say(&format!("note: removed {files} of an interrupted run"));
    }
}
