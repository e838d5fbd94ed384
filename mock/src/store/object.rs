//! One stored object: its parts and what is known about them.

use std::ops::Range;
use std::sync::Arc;

use s3s::dto::{Metadata, Timestamp};
use serde::{Deserialize, Serialize};

use super::blob::Blob;
use crate::checksum::Checksum;
use crate::ssec::KeyCheck;

/// An object's content and description. Immutable: a change makes a new object.
#[derive(Serialize, Deserialize)]
pub(crate) struct Object {
    /// What its parts are sealed for: the version's id, or a random one if that is `null`.
    pub(crate) id: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) size: u64,
    /// Without the quotes.
    pub(crate) etag: String,
    pub(crate) encryption: Encryption,
    pub(crate) checksum: Option<Checksum>,
    pub(crate) attributes: Attributes,
    /// Whether the object came by a multipart upload.
    pub(crate) multipart: bool,
}

/// A part of an object; a single PUT makes one.
#[derive(Serialize, Deserialize)]
pub(crate) struct Part {
    /// As it was uploaded; 0 for a single PUT.
    pub(crate) number: i32,
    pub(crate) blob: Arc<Blob>,
    pub(crate) checksum: Option<Checksum>,
}

impl Object {
    /// Whether the size is that of the parts, and these are in their order.
    pub(crate) fn is_sound(&self) -> bool {
        let mut lens = self.parts.iter().map(|part| part.blob.len());
        lens.try_fold(0_u64, |size, len| size.checked_add(len)) == Some(self.size)
            && self.parts.is_sorted_by(|a, b| a.number < b.number)
    }

    /// The plaintext range of part `number`, counted from 1.
    pub(crate) fn part_range(&self, number: usize) -> Option<Range<u64>> {
        let index = number.checked_sub(1)?;
        let len = self.parts.get(index)?.blob.len();
        let start = self.parts[..index].iter().map(|part| part.blob.len()).sum::<u64>();
        Some(start..start + len)
    }
}

/// How an object is encrypted, as its headers say.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Encryption {
    /// No header.
    None,
    /// SSE-S3, the default of every bucket.
    S3,
    /// SSE-KMS or DSSE-KMS (`method`).
    Kms { method: String, key_id: String, bucket_key: bool },
    /// SSE-C.
    Customer(KeyCheck),
}

impl Encryption {
    pub(crate) fn key_check(&self) -> Option<&KeyCheck> {
        match self {
            Self::Customer(check) => Some(check),
            _ => None,
        }
    }

    /// Whether the content is encrypted with a customer's key.
    pub(crate) fn is_sealed(&self) -> bool {
        self.key_check().is_some()
    }

    /// Whether the ETag is the MD5 of the content: "ETag" under "Object" in the Amazon S3 API reference.
    pub(crate) fn etag_is_md5(&self) -> bool {
        matches!(self, Self::None | Self::S3)
    }

    /// `x-amz-server-side-encryption`.
    pub(crate) fn method(&self) -> Option<String> {
        match self {
            Self::None | Self::Customer(_) => None,
            Self::S3 => Some("AES256".to_owned()),
            Self::Kms { method, .. } => Some(method.clone()),
        }
    }

    pub(crate) fn kms_key_id(&self) -> Option<String> {
        match self {
            Self::Kms { key_id, .. } => Some(key_id.clone()),
            _ => None,
        }
    }

    /// `x-amz-server-side-encryption-bucket-key-enabled`, which answers name only where it is so.
    pub(crate) fn bucket_key(&self) -> Option<bool> {
        matches!(self, Self::Kms { bucket_key: true, .. }).then_some(true)
    }

    pub(crate) fn customer_algorithm(&self) -> Option<String> {
        self.key_check().map(|_| "AES256".to_owned())
    }

    pub(crate) fn customer_key_md5(&self) -> Option<String> {
        self.key_check().and_then(KeyCheck::md5)
    }
}

/// What the writer said about the object.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) content_type: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    #[serde(with = "seconds")]
    pub(crate) expires: Option<Timestamp>,
    pub(crate) website_redirect: Option<String>,
    /// `None` for STANDARD, which no answer names.
    pub(crate) storage_class: Option<String>,
    pub(crate) metadata: Option<Metadata>,
    /// A canned one; `None` for `private`.
    #[serde(default)]
    pub(crate) acl: Option<String>,
}

impl Attributes {
    pub(crate) fn content_type(&self) -> String {
        self.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
    }

    /// The class as the list operations name it.
    pub(crate) fn listed_storage_class(&self) -> String {
        self.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned())
    }
}

/// An HTTP date on disk, in seconds: the S3 layer reads more years than it can format.
mod seconds {
    use s3s::dto::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
    use time::OffsetDateTime;

    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let seconds = time.clone().map(|time| OffsetDateTime::from(time).unix_timestamp());
        seconds.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Option::<i64>::deserialize(deserializer)?
            .map(|seconds| OffsetDateTime::from_unix_timestamp(seconds).map(Timestamp::from))
            .transpose()
            .map_err(D::Error::custom)
    }
}
