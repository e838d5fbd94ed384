//! What jobs print with `--json`: one record a line, whose field `op` names the operation. The fields are printed in the
//! order in which they stand here. A field without a value is omitted.
//!
//! The doc comments are the documentation of the output.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::sealer::ObjectEncryption;
use crate::key::ring::ObjectKey;
use crate::location::Location;
use crate::store::object::{State, Stored};

/// The record of one item.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub(crate) enum Record {
    Put(PutRecord),
    Get(GetRecord),
    /// A copied object.
    Cp(CopyRecord),
    /// A moved object: it was copied, and its source was deleted.
    Mv(CopyRecord),
    Rm(RemoveRecord),
    Rotate(RotateRecord),
    Audit(AuditRecord),
    AuditSummary(AuditSummaryRecord),
    KeyVerify(VerifyRecord),
}

/// A stored file.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PutRecord {
    /// The object: s3://bucket/object.
    url: String,
    /// With --dry-run: the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(flatten)]
    written: WrittenFields,
    /// CRC64NVME of the stored bytes, in base64.
    #[serde(rename = "checksumCRC64NVME", skip_serializing_if = "Option::is_none")]
    checksum_crc64nvme: Option<String>,
    /// True with --dry-run, otherwise absent: nothing was stored.
    #[serde(skip_serializing_if = "is_false")]
    dry_run: bool,
}

/// A fetched object.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GetRecord {
    /// The object: s3://bucket/object, or the URL that was given, without its query.
    pub(super) url: String,
    /// The file that holds its bytes; absent for stdout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// How many bytes were written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    /// Whether the object is sealed with a customer key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<bool>,
    #[serde(flatten)]
    pub(super) key: KeyFields,
    /// The object's ETag, with its quotes. That of a sealed object is no digest of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// The object's version, in a bucket that keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_id: Option<String>,
    /// Whether the bytes were compared with a checksum that the store keeps of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verified: Option<bool>,
    /// True if the file exists and was kept (--no-clobber), otherwise absent.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) skipped: bool,
    /// True with --dry-run, otherwise absent: nothing was fetched.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) dry_run: bool,
}

/// A copied or moved object.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CopyRecord {
    /// The object that was copied: s3://bucket/object.
    source: String,
    /// The copy: s3://bucket/object.
    url: String,
    #[serde(flatten)]
    written: WrittenFields,
    /// True with --dry-run, otherwise absent: nothing was copied.
    #[serde(skip_serializing_if = "is_false")]
    dry_run: bool,
}

/// A deleted object, version or file, or an aborted upload.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemoveRecord {
    /// The object: s3://bucket/object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    /// Of `sync`: the deleted file, in the place of `url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// The deleted version, or the delete marker that now hides the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_id: Option<String>,
    /// The id of the unfinished upload that was aborted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) upload_id: Option<String>,
    /// When that upload began: RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) initiated: Option<String>,
    /// True if a delete marker hides the object now, and its versions remain; otherwise absent.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) delete_marker: bool,
    /// True with --dry-run, otherwise absent: nothing was deleted.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) dry_run: bool,
}

/// An object or a former version, and what the rotation did with it.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RotateRecord {
    /// The object: s3://bucket/object; with a destination of another name, the new object.
    pub(super) url: String,
    /// The object that was read, if the new one has another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// The version that `url` has now, or the former version that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_id: Option<String>,
    /// What was done, or would be.
    pub(super) result: RotationResult,
    /// The object's size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    /// Whether it is sealed with a customer key now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sealed: Option<bool>,
    #[serde(flatten)]
    pub(super) key: KeyFields,
    /// The MD5 of the key that it was sealed with before, in base64; absent if it was not sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) from_key_md5: Option<String>,
    /// The object's ETag, with its quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// Settings of the object that its new version does not have, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
    /// True with --dry-run, otherwise absent: nothing was rotated.
    #[serde(skip_serializing_if = "is_false")]
    pub(super) dry_run: bool,
}

/// What a rotation did with an object or a former version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RotationResult {
    /// It was sealed with the new key, or would be.
    #[default]
    Rotated,
    /// The new key opens it already.
    Current,
    /// It is not sealed, and was left alone.
    Plain,
    /// It is sealed, and was left alone.
    Sealed,
    /// No rule of config.toml gives it a key; it was left alone.
    NoRule,
    /// It is archived: it must be restored first.
    Archived,
    /// It was deleted during the run.
    Gone,
    /// A former version that still needs its old key.
    OldVersion,
    /// A former version that was deleted.
    DeletedVersion,
}

/// An object, and who can read it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditRecord {
    /// The object: s3://bucket/object.
    pub(super) url: String,
    /// The version, with --versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_id: Option<String>,
    /// Who can read it.
    pub(super) state: State,
    #[serde(flatten)]
    pub(super) key: KeyFields,
    /// The object's size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    /// When it was written: RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_modified: Option<String>,
}

/// With --summary: the objects of one state and key.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditSummaryRecord {
    /// Who can read them.
    pub(super) state: State,
    #[serde(flatten)]
    pub(super) key: KeyFields,
    /// How many there are.
    pub(super) objects: u64,
    /// Their size together, in bytes.
    pub(super) bytes: u64,
}

/// An object that a key opens.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VerifyRecord {
    /// The object: s3://bucket/object.
    pub(super) url: String,
    /// Always true: an object that does not open is an error.
    pub(super) opens: bool,
    #[serde(flatten)]
    pub(super) key: KeyFields,
}

/// The key of an object.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyFields {
    /// The MD5 of the object's key, in base64, as S3 shows it; absent if no customer key seals it, or none here opens it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_md5: Option<String>,
    /// The name of that key in config.toml, or its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_name: Option<String>,
}

/// What the store answered to a write, and the encryption; absent with --dry-run.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct WrittenFields {
    /// The object's size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Whether the object is sealed with a customer key; the store has proven it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<bool>,
    #[serde(flatten)]
    key: KeyFields,
    /// The encryption by the store's own keys that was asked for: AES256, aws:kms or aws:kms:dsse.
    #[serde(skip_serializing_if = "Option::is_none")]
    sse: Option<String>,
    /// The object's ETag, with its quotes. That of a sealed object is no digest of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// The object's version, in a bucket that keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

impl Record {
    /// A stored file.
    pub(super) fn put(at: &Location, stored: &Stored, encryption: &ObjectEncryption) -> Record {
        Record::Put(PutRecord {
            url: at.to_string(),
            written: WrittenFields::of(stored, encryption),
            checksum_crc64nvme: Some(stored.checksum_crc64nvme.clone()),
            ..PutRecord::default()
        })
    }

    /// A file that would be stored.
    pub(super) fn put_planned(at: &Location, path: &Path) -> Record {
        let (url, file) = (at.to_string(), Some(path.display().to_string()));
        Record::Put(PutRecord { url, file, dry_run: true, ..PutRecord::default() })
    }

    /// A copied object. `moves`: its source was deleted.
    pub(super) fn copied(
        from: &Location,
        to: &Location,
        moves: bool,
        (stored, encryption): (&Stored, &ObjectEncryption),
    ) -> Record {
        let written = WrittenFields::of(stored, encryption);
        Record::copy(moves, CopyRecord { written, ..CopyRecord::of(from, to) })
    }

    /// An object that would be copied or moved.
    pub(super) fn copy_planned(from: &Location, to: &Location, moves: bool) -> Record {
        Record::copy(moves, CopyRecord { dry_run: true, ..CopyRecord::of(from, to) })
    }

    fn copy(moves: bool, record: CopyRecord) -> Record {
        if moves { Record::Mv(record) } else { Record::Cp(record) }
    }
}

impl CopyRecord {
    fn of(from: &Location, to: &Location) -> CopyRecord {
        CopyRecord { source: from.to_string(), url: to.to_string(), ..CopyRecord::default() }
    }
}

impl KeyFields {
    pub(super) fn of(key: Option<&ObjectKey>) -> KeyFields {
        KeyFields {
            key_md5: key.map(|key| key.key.md5_base64()),
            key_name: key.map(|key| key.label.clone()),
        }
    }

    pub(super) fn named(key: Option<&(String, String)>) -> KeyFields {
        let key = key.cloned().unzip();
        KeyFields { key_md5: key.0, key_name: key.1 }
    }

    /// A key of which only the MD5 is known.
    pub(super) fn of_md5(key_md5: Option<String>) -> KeyFields {
        KeyFields { key_md5, key_name: None }
    }
}

impl WrittenFields {
    fn of(stored: &Stored, encryption: &ObjectEncryption) -> WrittenFields {
        let key = encryption.key.as_ref();
        WrittenFields {
            bytes: Some(stored.bytes),
            sealed: Some(key.is_some()),
            key: KeyFields::of(key),
            sse: encryption.managed().map(str::to_owned),
            etag: stored.etag.clone(),
            version_id: stored.version_id.clone(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
