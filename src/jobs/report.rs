//! How a job reports an item: a record with `--json`, else a sentence for people.

use std::path::Path;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::aws_cli::{Fields, Line};
use super::sealer::ObjectEncryption;
use crate::failure::Failure;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::{Form, Output};
use crate::store::object::Stored;

/// The operation on an item; `--json` prints its name as `op`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Put,
    Get,
    Copy,
    Move,
    Remove,
    Rotate,
    Audit,
    VerifyKey,
}

/// The record that `--json` prints for an item, and what aws-cli prints of it.
pub(crate) struct Record {
    fields: Fields,
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

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Operation::Put => "put",
            Operation::Get => "get",
            Operation::Copy => "cp",
            Operation::Move => "mv",
            Operation::Remove => "rm",
            Operation::Rotate => "rotate",
            Operation::Audit => "audit",
            Operation::VerifyKey => "key-verify",
        }
    }
}

impl Record {
    pub(crate) fn new(operation: Operation) -> Record {
        let fields = Fields::default().with("op", operation.name());
        Record { fields, line: None, document: Fields::default() }
    }

    /// What `aws s3` prints of the item; nothing for a stream.
    #[must_use]
    pub(crate) fn line(self, line: impl Into<Option<Line>>) -> Record {
        Record { line: line.into(), ..self }
    }

    /// What `aws s3api` prints of the item; nothing if it is empty.
    #[must_use]
    pub(crate) fn document(self, document: Fields) -> Record {
        Record { document, ..self }
    }

    /// Adds a field, unless it has no value or is an empty list.
    #[must_use]
    pub(crate) fn with(self, name: &'static str, value: impl Into<Value>) -> Record {
        Record { fields: self.fields.with(name, value), ..self }
    }

    /// Adds a field that is printed only if it is true.
    #[must_use]
    pub(crate) fn flag(self, name: &'static str, is_set: bool) -> Record {
        self.with(name, is_set.then_some(true))
    }

    #[must_use]
    pub(crate) fn url(self, at: &Location) -> Record {
        self.with("url", at.to_string())
    }

    #[must_use]
    pub(crate) fn file(self, path: &Path) -> Record {
        self.with("file", path.display().to_string())
    }

    /// Adds the MD5 and the name of a key.
    #[must_use]
    pub(crate) fn key(self, key: Option<&ObjectKey>) -> Record {
        self.with("keyMd5", key.map(|key| key.key.md5_base64()))
            .with("keyName", key.map(|key| key.label.as_str()))
    }

    /// Adds what the store answered to a write, and the encryption.
    #[must_use]
    pub(crate) fn stored(self, stored: &Stored, encryption: &ObjectEncryption) -> Record {
        let key = encryption.key.as_ref();
        self.with("bytes", stored.bytes)
            .with("sealed", key.is_some())
            .key(key)
            .with("sse", encryption.managed())
            .with("etag", stored.etag.as_deref())
            .with("versionId", stored.version_id.as_deref())
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl Reporter {
    /// Whether each item is printed.
    pub(crate) fn prints_each(&self) -> bool {
        self.each || self.out.json() || self.out.form() != Form::Own
    }

    /// Prints the record with `--json`, and what aws-cli prints for its command lines; else the sentence, if each item gets
    /// a line.
    pub(crate) fn item(
        &self,
        record: impl FnOnce() -> Record,
        sentence: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.out.json() {
            return self.out.item(&record());
        }
        match self.out.form() {
            Form::Own => {}
            Form::Lines => {
                let line = record().line.map(|line| line.text(self.dry_run));
                return line.map_or(Ok(()), |line| self.out.progress_of_item(&line));
            }
            Form::Document { .. } => {
                let Record { document, .. } = record();
                return if document.is_empty() { Ok(()) } else { self.out.document(&document) };
            }
        }
        if self.each || self.dry_run {
            self.out.say(&sentence());
        }
        Ok(())
    }
}
