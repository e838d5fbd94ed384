//! How a job reports an item: a record with `--json`, else a sentence for people.

use std::path::Path;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::sealer::ObjectEncryption;
use crate::failure::Failure;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::output::Output;
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
    AuditSummary,
    VerifyKey,
}

/// The record that `--json` prints for an item: its fields in the order of addition. A field without a value is
/// omitted.
pub(crate) struct Record(Vec<(&'static str, Value)>);

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
            Operation::AuditSummary => "audit-summary",
            Operation::VerifyKey => "key-verify",
        }
    }
}

impl Record {
    pub(crate) fn new(operation: Operation) -> Record {
        Record(vec![("op", operation.name().into())])
    }

    /// Adds a field, unless it has no value or is an empty list.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Record {
        let value = value.into();
        if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
            self.0.push((name, value));
        }
        self
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
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
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
