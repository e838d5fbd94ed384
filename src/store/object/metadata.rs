//! An object's metadata as the store reports it.

use std::collections::BTreeMap;
use std::time::SystemTime;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use schemars::JsonSchema;
use serde::Serialize;

use crate::text::time::parse_time;

/// The version id of writes to a bucket without enabled versioning. Each such write replaces the previous one, so this
/// id does not identify one writer's object.
pub(crate) const NULL_VERSION: &str = "null";

/// An object's metadata: the fields of `aws s3api head-object`, by its names and types; a line of `head`, without `op`.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ObjectMetadata {
    /// Whether ranges of bytes can be read: `bytes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_ranges: Option<String>,
    /// When a lifecycle rule deletes the object, and the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration: Option<String>,
    /// The state of the restoration of an archived object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<String>,
    /// The archive tier of an object in Intelligent-Tiering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive_status: Option<String>,
    /// When it was written: ISO 8601, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The object's size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_length: Option<u64>,
    /// In base64, as all checksums.
    #[serde(rename = "ChecksumCRC32", skip_serializing_if = "Option::is_none")]
    pub checksum_crc32: Option<String>,
    /// In base64.
    #[serde(rename = "ChecksumCRC32C", skip_serializing_if = "Option::is_none")]
    pub checksum_crc32c: Option<String>,
    /// In base64.
    #[serde(rename = "ChecksumCRC64NVME", skip_serializing_if = "Option::is_none")]
    pub checksum_crc64nvme: Option<String>,
    /// In base64.
    #[serde(rename = "ChecksumSHA1", skip_serializing_if = "Option::is_none")]
    pub checksum_sha1: Option<String>,
    /// In base64.
    #[serde(rename = "ChecksumSHA256", skip_serializing_if = "Option::is_none")]
    pub checksum_sha256: Option<String>,
    /// `FULL_OBJECT` or `COMPOSITE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum_type: Option<String>,
    /// With its quotes. That of a sealed object is no digest of its content.
    #[serde(rename = "ETag", skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// How many entries of the metadata cannot be sent in headers, and are missing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_meta: Option<i32>,
    /// The version, in a bucket that keeps versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
    /// The header of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// The header of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    /// The header of this name, without the coding of the transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// The header of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    /// The header of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The range of bytes that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_range: Option<String>,
    /// The header of this name, as the store sends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Where a website of the bucket redirects to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_redirect_location: Option<String>,
    /// The encryption by the store's own keys: AES256, aws:kms or aws:kms:dsse; absent for a sealed object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_side_encryption: Option<String>,
    /// User metadata: names in lower case, and values.
    pub metadata: BTreeMap<String, String>,
    /// AES256 for an object that is sealed with a customer key.
    #[serde(rename = "SSECustomerAlgorithm", skip_serializing_if = "Option::is_none")]
    pub sse_customer_algorithm: Option<String>,
    /// The MD5 of the key that seals the object, in base64.
    #[serde(rename = "SSECustomerKeyMD5", skip_serializing_if = "Option::is_none")]
    pub sse_customer_key_md5: Option<String>,
    /// The KMS key of the store's own encryption.
    #[serde(rename = "SSEKMSKeyId", skip_serializing_if = "Option::is_none")]
    pub ssekms_key_id: Option<String>,
    /// Whether an S3 bucket key is used with KMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_key_enabled: Option<bool>,
    /// The storage class; absent for STANDARD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// `requester` if the requester pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_charged: Option<String>,
    /// The state of the object's replication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replication_status: Option<String>,
    /// How many parts it was uploaded in, if one part was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts_count: Option<i32>,
    /// How many tags it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag_count: Option<i32>,
    /// GOVERNANCE or COMPLIANCE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_lock_mode: Option<String>,
    /// Until when it is locked: ISO 8601, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_lock_retain_until_date: Option<String>,
    /// ON or OFF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_lock_legal_hold_status: Option<String>,
}

/// What a store's answer to a write says about the object, besides its ETag and version.
#[derive(Debug, Clone, Default)]
pub(crate) struct WriteAnswer {
    pub expiration: Option<String>,
    pub server_side_encryption: Option<String>,
    pub ssekms_key_id: Option<String>,
    pub bucket_key_enabled: Option<bool>,
    pub request_charged: Option<String>,
    /// ISO 8601, UTC; only of a copy.
    pub last_modified: Option<String>,
}

macro_rules! write_answers {
    ($($operation:ident::$output:ident),* $(,)?) => {$(
        impl From<&aws_sdk_s3::operation::$operation::$output> for WriteAnswer {
            fn from(it: &aws_sdk_s3::operation::$operation::$output) -> WriteAnswer {
                WriteAnswer {
                    expiration: it.expiration().map(str::to_owned),
                    server_side_encryption: it.server_side_encryption().map(|it| it.as_str().to_owned()),
                    ssekms_key_id: it.ssekms_key_id().map(str::to_owned),
                    bucket_key_enabled: it.bucket_key_enabled(),
                    request_charged: it.request_charged().map(|it| it.as_str().to_owned()),
                    last_modified: None,
                }
            }
        }
    )*};
}

write_answers! {
    put_object::PutObjectOutput,
    complete_multipart_upload::CompleteMultipartUploadOutput,
    copy_object::CopyObjectOutput,
}

macro_rules! from_output {
    ($output:ty { $($extra:ident: $value:expr),* $(,)? }, $it:ident) => {
        impl From<&$output> for ObjectMetadata {
            fn from($it: &$output) -> ObjectMetadata {
                let text = |value: Option<&str>| value.map(str::to_owned);
                ObjectMetadata {
                    accept_ranges: text($it.accept_ranges()),
                    expiration: text($it.expiration()),
                    restore: text($it.restore()),
                    last_modified: $it.last_modified().and_then(iso8601),
                    content_length: $it.content_length().and_then(|n| n.try_into().ok()),
                    checksum_crc32: text($it.checksum_crc32()),
                    checksum_crc32c: text($it.checksum_crc32_c()),
                    checksum_crc64nvme: text($it.checksum_crc64_nvme()),
                    checksum_sha1: text($it.checksum_sha1()),
                    checksum_sha256: text($it.checksum_sha256()),
                    checksum_type: $it.checksum_type().map(|it| it.as_str().to_owned()),
                    etag: text($it.e_tag()),
                    missing_meta: $it.missing_meta(),
                    version_id: text($it.version_id()),
                    cache_control: text($it.cache_control()),
                    content_disposition: text($it.content_disposition()),
                    content_encoding: $it.content_encoding().and_then(without_aws_chunked),
                    content_language: text($it.content_language()),
                    content_type: text($it.content_type()),
                    content_range: text($it.content_range()),
                    expires: text($it.expires_string()),
                    website_redirect_location: text($it.website_redirect_location()),
                    server_side_encryption: $it.server_side_encryption().map(|it| it.as_str().to_owned()),
                    metadata: $it.metadata().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect(),
                    sse_customer_algorithm: text($it.sse_customer_algorithm()),
                    sse_customer_key_md5: text($it.sse_customer_key_md5()),
                    ssekms_key_id: text($it.ssekms_key_id()),
                    bucket_key_enabled: $it.bucket_key_enabled(),
                    storage_class: $it.storage_class().map(|it| it.as_str().to_owned()),
                    request_charged: $it.request_charged().map(|it| it.as_str().to_owned()),
                    replication_status: $it.replication_status().map(|it| it.as_str().to_owned()),
                    parts_count: $it.parts_count(),
                    tag_count: $it.tag_count(),
                    object_lock_mode: $it.object_lock_mode().map(|it| it.as_str().to_owned()),
                    object_lock_retain_until_date: $it.object_lock_retain_until_date().and_then(iso8601),
                    object_lock_legal_hold_status: $it.object_lock_legal_hold_status().map(|it| it.as_str().to_owned()),
                    $($extra: $value,)*
                }
            }
        }
    };
}

from_output!(
    HeadObjectOutput { archive_status: it.archive_status().map(|it| it.as_str().to_owned()) },
    it
);
from_output!(GetObjectOutput { archive_status: None }, it);

impl ObjectMetadata {
    /// Whether all checksums that both answers contain are equal.
    pub(crate) fn has_checksum_of(&self, other: &ObjectMetadata) -> bool {
        self.checksums().into_iter().zip(other.checksums()).all(|(one, other)| {
            let pair = one.zip(other);
            pair.is_none_or(|(one, other)| one == other)
        })
    }

    /// Whether it was last modified in the second of this time.
    pub(crate) fn is_of_second(&self, time: SystemTime) -> bool {
        let second = |time: SystemTime| {
            time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|it| it.as_secs())
        };
        let modified = self.last_modified.as_deref().and_then(parse_time);
        modified.is_some_and(|modified| second(modified) == second(time))
    }

    /// Whether there is a checksum of the whole object, not only a composite of its parts' checksums.
    pub(crate) fn has_whole_checksum(&self) -> bool {
        self.checksum_type.as_deref() != Some("COMPOSITE")
            && self.checksums().into_iter().flatten().any(|value| !value.contains('-'))
    }

    /// The same without checksums, as a store answers that was not asked for them.
    pub(crate) fn without_checksums(self) -> ObjectMetadata {
        ObjectMetadata {
            checksum_crc32: None,
            checksum_crc32c: None,
            checksum_crc64nvme: None,
            checksum_sha1: None,
            checksum_sha256: None,
            checksum_type: None,
            ..self
        }
    }

    fn checksums(&self) -> [Option<&str>; 5] {
        [
            &self.checksum_crc64nvme,
            &self.checksum_crc32c,
            &self.checksum_crc32,
            &self.checksum_sha256,
            &self.checksum_sha1,
        ]
        .map(Option::as_deref)
    }

    /// Whether it must be restored before it can be read (AWS, "Working with archived objects").
    pub(crate) fn is_archived(&self) -> bool {
        let class = self.storage_class.as_deref();
        let is_away =
            matches!(class, Some("GLACIER" | "DEEP_ARCHIVE")) || self.archive_status.is_some();
        let restored = |text: &str| text.contains("ongoing-request=\"false\"");
        is_away && !self.restore.as_deref().is_some_and(restored)
    }
}

/// `2026-11-21T12:00:00+00:00`, as aws-cli 2 writes it.
pub(crate) fn iso8601(time: &DateTime) -> Option<String> {
    let text = time.fmt(DateTimeFormat::DateTime).ok()?;
    Some(match text.strip_suffix('Z') {
        Some(bare) => format!("{bare}+00:00"),
        None => text,
    })
}

/// Removes `aws-chunked`: some stores keep this coding of the transfer as if it were the object's.
fn without_aws_chunked(coding: &str) -> Option<String> {
    let rest: Vec<&str> =
        coding.split(',').map(str::trim).filter(|name| *name != "aws-chunked").collect();
    (!rest.is_empty()).then(|| rest.join(", "))
}

/// An ETag without its quotes and without the `W/` that proxies add.
pub(crate) fn bare_etag(etag: &str) -> &str {
    etag.trim_start_matches("W/").trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transfers_coding_is_not_the_objects() {
        assert_eq!(without_aws_chunked("aws-chunked"), None);
        assert_eq!(without_aws_chunked("gzip,aws-chunked").as_deref(), Some("gzip"));
        assert_eq!(without_aws_chunked("gzip").as_deref(), Some("gzip"));
    }

    #[test]
    fn times_are_written_as_aws_cli_does() {
        assert_eq!(iso8601(&DateTime::from_secs(0)).as_deref(), Some("1970-01-01T00:00:00+00:00"));
    }

    #[test]
    fn what_is_archived_is_so_until_it_is_restored() {
        let archived = |class: &str, status: Option<&str>, restore: Option<&str>| {
            ObjectMetadata {
                storage_class: Some(class.to_owned()),
                archive_status: status.map(str::to_owned),
                restore: restore.map(str::to_owned),
                ..ObjectMetadata::default()
            }
            .is_archived()
        };
        let ended = r#"ongoing-request="false", expiry-date="Fri, 21 Dec 2026 00:00:00 GMT""#;
        assert!(archived("GLACIER", None, None) && archived("DEEP_ARCHIVE", None, None));
        assert!(archived("GLACIER", None, Some(r#"ongoing-request="true""#)));
        assert!(archived("INTELLIGENT_TIERING", Some("ARCHIVE_ACCESS"), None));
        assert!(!archived("GLACIER", None, Some(ended)));
        assert!(!archived("GLACIER_IR", None, None) && !archived("STANDARD", None, None));
        assert!(!archived("INTELLIGENT_TIERING", None, None));
    }
}
