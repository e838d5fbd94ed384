//! The customer's key of a request, whether it opens an object, and how a new object is encrypted.

use s3s::dto::{CopyObjectInput, CopySource};

use super::api::{Api, Head};
use crate::quirks::KeyErrors;
use crate::refusal::Refusal;
use crate::settings::DefaultEncryption;
use crate::ssec::{self, CustomerKey, KeyCheck, KeyHeaders};
use crate::store::{Encryption, Object, Upload};

const ENCRYPTION: &str = "x-amz-server-side-encryption";
const KMS_KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const KMS_CONTEXT: &str = "x-amz-server-side-encryption-context";

impl Api {
    /// The customer's key of a write into `bucket`.
    pub(crate) fn write_key(
        &self,
        head: &Head<'_>,
        bucket: &str,
        key: &str,
    ) -> Result<Option<CustomerKey>, Refusal> {
        let Some(given) = self.key_headers(head, ssec::PREFIX)? else { return Ok(None) };
        if self.store.lock().bucket(bucket)?.blocks_sse_c {
            return Err(ssec::blocked(bucket, key));
        }
        let sse = head.headers.get(ENCRYPTION).map(|value| value.to_str().unwrap_or_default());
        given.for_write(sse).map(Some)
    }

    /// The customer's key of a later request in a multipart upload.
    pub(crate) fn part_key(&self, head: &Head<'_>) -> Result<Option<CustomerKey>, Refusal> {
        self.key_headers(head, ssec::PREFIX)?.map(|given| given.for_write(None)).transpose()
    }

    /// The customer's key that a copy is sealed with.
    pub(crate) fn copy_key(
        &self,
        head: &Head<'_>,
        input: &CopyObjectInput,
    ) -> Result<Option<CustomerKey>, Refusal> {
        if self.quirks.copies_with_keys {
            return self.write_key(head, &input.bucket, &input.key);
        }
        let in_place = matches!(
            &input.copy_source,
            CopySource::Bucket { bucket, key, .. } if **bucket == *input.bucket && **key == *input.key
        );
        let replaces = input.metadata_directive.as_ref().is_some_and(|d| d.as_str() == "REPLACE");
        if in_place && !replaces { Err(illegal_copy()) } else { Ok(None) }
    }

    /// The key that opens an object for a read of what is known about it.
    pub(crate) fn open(
        &self,
        object: &Object,
        head: &Head<'_>,
    ) -> Result<Option<CustomerKey>, Refusal> {
        self.open_for(object, head, false)
    }

    /// As [`Api::open`], for a read of its content.
    pub(crate) fn open_content(
        &self,
        object: &Object,
        head: &Head<'_>,
    ) -> Result<Option<CustomerKey>, Refusal> {
        self.open_for(object, head, true)
    }

    fn open_for(
        &self,
        object: &Object,
        head: &Head<'_>,
        content: bool,
    ) -> Result<Option<CustomerKey>, Refusal> {
        let check = object.encryption.key_check();
        if check.is_none() && self.quirks.ignores_key_of_plain_object {
            return Ok(None);
        }
        if check.is_some()
            && self.quirks.not_modified_without_key
            && !KeyHeaders::of(head.headers, ssec::PREFIX).any()
            && names_etag(head, &object.etag)
        {
            return Err(Refusal::new(304, "NotModified", "Not Modified")
                .header("etag", &format!("\"{}\"", object.etag)));
        }
        let opens_empty = self.quirks.any_key_opens_empty && content && object.size == 0;
        self.unlock(head, ssec::PREFIX, check, &self.quirks.read_errors, opens_empty)
    }

    /// The key that opens the source of a copy.
    pub(crate) fn open_source(
        &self,
        source: &Object,
        head: &Head<'_>,
    ) -> Result<Option<CustomerKey>, Refusal> {
        let check = source.encryption.key_check();
        if !self.quirks.copies_with_keys {
            return check.map_or(Ok(None), |_| Err(Refusal::not_implemented()));
        }
        let opens_empty = self.quirks.any_key_opens_empty && source.size == 0;
        self.unlock(head, ssec::SOURCE_PREFIX, check, &self.quirks.source_errors, opens_empty)
    }

    fn unlock(
        &self,
        head: &Head<'_>,
        prefix: &str,
        check: Option<&KeyCheck>,
        errors: &KeyErrors,
        opens_empty: bool,
    ) -> Result<Option<CustomerKey>, Refusal> {
        let key = self.key_headers(head, prefix)?.map(|given| given.for_read()).transpose()?;
        match ssec::unlock(check, key.as_ref(), errors) {
            Err(_) if opens_empty && key.is_some() && check.is_some() => Ok(key),
            outcome => outcome.map(|()| key),
        }
    }

    fn key_headers<'a>(
        &self,
        head: &Head<'a>,
        prefix: &str,
    ) -> Result<Option<KeyHeaders<'a>>, Refusal> {
        let given = KeyHeaders::of(head.headers, prefix);
        if self.quirks.ignores_sse_c || !given.any() {
            return Ok(None);
        }
        let require_tls = self.require_tls || self.quirks.requires_tls;
        if require_tls && !head.context().connection.tls {
            return Err(self.quirks.insecure_key.into());
        }
        Ok(Some(given.read_as(self.quirks)))
    }

    /// How an object is encrypted that is written with these headers.
    pub(crate) fn encryption(
        &self,
        bucket: &str,
        head: &Head<'_>,
        key: Option<&CustomerKey>,
    ) -> Result<Encryption, Refusal> {
        if let Some(key) = key {
            return Ok(Encryption::Customer(KeyCheck::new(key)));
        }
        check_kms_headers(head)?;
        match head.header(ENCRYPTION) {
            None if self.quirks.ignores_sse_c => Ok(Encryption::None),
            None => self.default_encryption(bucket),
            Some("AES256") => Ok(Encryption::S3),
            Some(method @ ("aws:kms" | "aws:kms:dsse")) => {
                let key_id = head.header(KMS_KEY_ID);
                let bucket_key = head.header("x-amz-server-side-encryption-bucket-key-enabled");
                Ok(self.kms(method, key_id, bucket_key == Some("true")))
            }
            Some(other) => Err(ssec::unknown_algorithm(other)),
        }
    }

    /// The encryption of objects that name none.
    fn default_encryption(&self, bucket: &str) -> Result<Encryption, Refusal> {
        Ok(match &self.store.lock().bucket(bucket)?.settings.encryption {
            DefaultEncryption::S3 => Encryption::S3,
            DefaultEncryption::Kms { method, key_id, bucket_key } => {
                self.kms(method, key_id.as_deref(), *bucket_key)
            }
        })
    }

    /// KMS with the key named, or AWS's own. Answers name a key by its ARN.
    fn kms(&self, method: &str, key_id: Option<&str>, bucket_key: bool) -> Encryption {
        let key_id = key_id.unwrap_or("00000000-0000-4000-8000-000000000000");
        let key_id = if key_id.starts_with("arn:") {
            key_id.to_owned()
        } else {
            let kind = if key_id.starts_with("alias/") { "" } else { "key/" };
            format!("arn:aws:kms:{}:123456789012:{kind}{key_id}", self.region)
        };
        Encryption::Kms { method: method.to_owned(), key_id, bucket_key }
    }
}

/// Refuses a KMS key or context for an object that KMS does not encrypt ("PutObject" in the Amazon S3 API reference).
fn check_kms_headers(head: &Head<'_>) -> Result<(), Refusal> {
    let method = head.header(ENCRYPTION);
    let has_kms = [KMS_KEY_ID, KMS_CONTEXT].iter().any(|name| head.headers.contains_key(*name));
    if !has_kms || !matches!(method, None | Some("AES256")) {
        return Ok(());
    }
    Err(Refusal::invalid_argument(
        "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
        ENCRYPTION,
        method.unwrap_or("null"),
    ))
}

/// Checks the key of CompleteMultipartUpload and ListParts: it may be missing unless a checksum was announced.
pub(crate) fn check_upload_key(upload: &Upload, key: Option<&CustomerKey>) -> Result<(), Refusal> {
    let needs_key = upload.encryption.is_sealed() && upload.checksum.is_some();
    if key.is_none() && !needs_key {
        return Ok(());
    }
    ssec::same_upload(upload.encryption.key_check(), key)
}

/// The answer to a copy of an object onto itself that changes nothing.
pub(crate) fn illegal_copy() -> Refusal {
    Refusal::invalid_request(
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
}

fn names_etag(head: &Head<'_>, etag: &str) -> bool {
    head.header("if-none-match").is_some_and(|value| {
        value
            .split(',')
            .any(|one| matches!(one.trim(), "*") || one.trim().trim_matches('"') == etag)
    })
}
