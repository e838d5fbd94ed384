//! A multipart upload under way.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::blob::Blob;
use super::object::{Attributes, Encryption};
use super::version::Tags;
use crate::checksum::{Algorithm, Checksum, Kind};
use crate::settings::Lock;

/// What CreateMultipartUpload set, and the parts so far.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    /// The id of the finished object.
    pub(crate) object_id: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) initiated: OffsetDateTime,
    pub(crate) encryption: Encryption,
    pub(crate) attributes: Attributes,
    pub(crate) tags: Tags,
    /// What the finished object's version gets.
    #[serde(default)]
    pub(crate) lock: Lock,
    /// What was announced; `None` leaves it to the server.
    pub(crate) checksum: Option<(Algorithm, Kind)>,
    pub(crate) parts: BTreeMap<i32, UploadedPart>,
}

impl Upload {
    /// The algorithm of [`Upload::effective_checksum`].
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.effective_checksum().map(|(algorithm, _)| algorithm)
    }

    /// The checksum the finished object gets. A sealed upload has none unless it was asked for.
    pub(crate) fn effective_checksum(&self) -> Option<(Algorithm, Kind)> {
        match (self.checksum, self.encryption.key_check()) {
            (Some(announced), _) => Some(announced),
            (None, Some(_)) => None,
            (None, None) => Some((Algorithm::Crc64Nvme, Kind::FullObject)),
        }
    }
}

/// A multipart upload that was completed: the same request again gets the same answer.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Completed {
    /// A digest of the numbers and ETags of its parts.
    pub(crate) parts: String,
    pub(crate) etag: String,
    pub(crate) version_id: Option<String>,
    pub(crate) encryption: Encryption,
    pub(crate) checksum: Option<Checksum>,
}

/// The last part uploaded with its number.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct UploadedPart {
    pub(crate) blob: Arc<Blob>,
    /// Without the quotes.
    pub(crate) etag: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) modified: OffsetDateTime,
    /// Raw value of the upload's algorithm.
    pub(crate) checksum: Option<Vec<u8>>,
    /// What its sender declared, which may be of another algorithm where none was announced.
    pub(crate) declared: Option<(Algorithm, Vec<u8>)>,
}
