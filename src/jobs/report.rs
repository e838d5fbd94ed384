//! How a job reports an item: a record with `--json`, else a sentence for people.

use super::aws_cli::{Fields, Line};
use super::records::Record;
use crate::failure::Failure;
use crate::output::{Form, Output};

/// What is printed of an item: the record of `--json`, and what aws-cli prints.
pub(crate) struct Report {
    record: Record,
    line: Option<Line>,
    document: Fields,
}

/// Where and how a job reports its items.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reporter {
    pub(crate) out: Output,
    /// Whether the job only reports what it would do.
    pub(crate) dry_run: bool,
    /// Whether people get a line for each item.
    pub(crate) each: bool,
}

impl From<Record> for Report {
    fn from(record: Record) -> Report {
        Report { record, line: None, document: Fields::default() }
    }
}

impl Report {
    /// What `aws s3` prints of the item; nothing for a stream.
    #[must_use]
    pub(crate) fn line(self, line: impl Into<Option<Line>>) -> Report {
        Report { line: line.into(), ..self }
    }

    /// What `aws s3api` prints of the item; nothing if it is empty.
    #[must_use]
    pub(crate) fn document(self, document: Fields) -> Report {
        Report { document, ..self }
    }
}

impl Reporter {
    /// Whether people get a line for each item: they always do, or they asked for it.
    pub(crate) fn lists(&self) -> bool {
        self.each || self.out.lists_items()
    }

    /// Whether each item is printed.
    pub(crate) fn prints_each(&self) -> bool {
        let is_shown = self.lists() && !self.out.is_quiet();
        is_shown || self.out.json() || self.out.form() != Form::Own
    }

    /// Prints the record with `--json`, and what aws-cli prints for its command lines; else the sentence, if each item gets
    /// a line.
    pub(crate) fn item<R: Into<Report>>(
        &self,
        report: impl FnOnce() -> R,
        sentence: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.out.json() {
            return self.out.item(&report().into().record);
        }
        match self.out.form() {
            Form::Own => {}
            Form::Lines => {
                let line = report().into().line.map(|line| line.text(self.dry_run));
                return line.map_or(Ok(()), |line| self.out.progress_of_item(&line));
            }
            Form::Document { .. } => {
                let Report { document, .. } = report().into();
                return if document.is_empty() { Ok(()) } else { self.out.document(&document) };
            }
        }
        if self.lists() || self.dry_run {
            self.out.say(&sentence());
        }
        Ok(())
    }
}
