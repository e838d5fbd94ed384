//! What many answers have in common: checksums, encryption, attributes, times and the owner.

use s3s::dto::{Initiator, Metadata, Owner, Timestamp};
use time::OffsetDateTime;

use crate::refusal::Refusal;
use crate::settings::{canonical_id, display_name};

/// Puts a checksum's value into the field of its algorithm.
macro_rules! set_checksum {
    ($output:expr, $algorithm:expr, $value:expr) => {{
        let algorithm: $crate::checksum::Algorithm = $algorithm;
        let value: String = $value;
        let value = if algorithm.is_carried() {
            Some(format!("{}:{value}", algorithm.name()))
        } else {
            Some(value)
        };
        match algorithm {
            $crate::checksum::Algorithm::Crc32 => $output.checksum_crc32 = value,
            $crate::checksum::Algorithm::Crc32c => $output.checksum_crc32c = value,
            $crate::checksum::Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
            $crate::checksum::Algorithm::Sha1 => $output.checksum_sha1 = value,
            _ => $output.checksum_sha256 = value,
        }
    }};
}

/// Puts the checksum of a whole object into an answer.
macro_rules! set_object_checksum {
    ($output:expr, $checksum:expr) => {{
        let checksum: &$crate::checksum::Checksum = $checksum;
        $output.checksum_type = Some(checksum.kind.name().to_owned().into());
        $crate::s3::output::set_checksum!($output, checksum.algorithm, checksum.value.clone());
    }};
}

/// Puts an object's encryption into an answer.
macro_rules! set_encryption {
    ($output:expr, $encryption:expr) => {{
        let encryption: &$crate::store::Encryption = $encryption;
        $output.server_side_encryption = encryption.method().map(Into::into);
        $output.bucket_key_enabled = encryption.bucket_key();
        $output.ssekms_key_id = encryption.kms_key_id();
        $output.sse_customer_algorithm = encryption.customer_algorithm();
        $output.sse_customer_key_md5 = encryption.customer_key_md5();
    }};
}

/// The attributes that a write gives its object; its storage class and its ACL may be refused.
macro_rules! attributes {
    ($input:expr) => {
        $crate::store::Attributes {
            content_type: $input.content_type.clone(),
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $crate::s3::output::content_encoding(
                $input.content_encoding.as_deref(),
            ),
            content_language: $input.content_language.clone(),
            expires: $input.expires.clone(),
            website_redirect: $input.website_redirect_location.clone(),
            storage_class: $crate::s3::output::storage_class(
                $input.storage_class.as_ref().map(|class| class.as_str()),
            )?,
            metadata: $input.metadata.clone(),
            acl: $crate::settings::Acl::requested(|name| match name {
                "x-amz-acl" => $input.acl.as_ref().map(|acl| acl.as_str().to_owned()),
                "x-amz-grant-full-control" => $input.grant_full_control.clone(),
                "x-amz-grant-read" => $input.grant_read.clone(),
                "x-amz-grant-read-acp" => $input.grant_read_acp.clone(),
                "x-amz-grant-write-acp" => $input.grant_write_acp.clone(),
                // Means nothing for an object.
                _ => None,
            })?,
        }
    };
}

pub(crate) use {attributes, set_checksum, set_encryption, set_object_checksum};

/// The encoding as it was sent, blanks included. `aws-chunked` is about the transfer and not kept: "Signature calculations: Transferring payload in multiple chunks".
pub(crate) fn content_encoding(given: Option<&str>) -> Option<String> {
    let given = given?;
    let is_kept = |encoding: &&str| encoding.trim() != "aws-chunked";
    let kept: Vec<_> = given.split(',').filter(is_kept).collect();
    let kept = kept.join(",").trim().to_owned();
    (!kept.is_empty()).then_some(kept)
}

/// `None` for STANDARD.
pub(crate) fn storage_class(given: Option<&str>) -> Result<Option<String>, Refusal> {
    match given {
        None | Some("STANDARD") => Ok(None),
        Some(
            class @ ("REDUCED_REDUNDANCY"
            | "STANDARD_IA"
            | "ONEZONE_IA"
            | "INTELLIGENT_TIERING"
            | "GLACIER"
            | "GLACIER_IR"
            | "DEEP_ARCHIVE"),
        ) => Ok(Some(class.to_owned())),
        Some(_) => Err(Refusal::new(
            400,
            "InvalidStorageClass",
            "The storage class you specified is not valid",
        )),
    }
}

/// User metadata is limited to 2 KB of names and values: "Working with object metadata".
pub(crate) fn check_metadata(metadata: Option<&Metadata>) -> Result<(), Refusal> {
    const MAX: usize = 2048;
    let size: usize =
        metadata.into_iter().flatten().map(|(name, value)| name.len() + value.len()).sum();
    if size <= MAX {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "MetadataTooLarge",
        "Your metadata headers exceed the maximum allowed metadata size",
    )
    .detail("Size", size.to_string())
    .detail("MaxSizeAllowed", MAX.to_string()))
}

/// The time of a version, as answers give it.
pub(crate) fn last_modified(time: OffsetDateTime) -> Timestamp {
    whole_seconds(time).into()
}

/// Times of answers have whole seconds, as in HTTP dates.
pub(crate) fn whole_seconds(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_nanosecond(0).unwrap_or(time)
}

/// The account that began an upload: the bucket's owner's.
pub(crate) fn initiator(account: &str) -> Initiator {
    let Owner { display_name, id } = owner(account);
    Initiator { display_name, id }
}

/// An account as the owner of a bucket and of all that is in it.
pub(crate) fn owner(account: &str) -> Owner {
    let id = canonical_id(account);
    Owner { display_name: display_name(&id).map(str::to_owned), id: Some(id) }
}
