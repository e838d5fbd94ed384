//! How a job reports an item: a record with `--json`, else a sentence for people.

use super::records::Record;
use crate::failure::Failure;
use crate::output::Output;

/// Where and how a job reports its items.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reporter {
    pub(crate) out: Output,
    /// Whether the job only reports what it would do.
    pub(crate) dry_run: bool,
    /// Whether people get a line for each item.
    pub(crate) each: bool,
}

impl Reporter {
    /// Whether people get a line for each item: they always do, or they asked for it.
    pub(crate) fn lists(&self) -> bool {
        self.each || self.out.lists_items()
    }

    /// Prints the record with `--json`; else the sentence, if each item gets a line.
    pub(crate) fn item(
        &self,
        record: impl FnOnce() -> Record,
        sentence: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.out.json() {
            return self.out.item(&record());
        }
        if self.lists() || self.dry_run {
            self.out.say(&sentence());
        }
        Ok(())
    }
}
