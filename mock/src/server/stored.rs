//! What a test sees of an object.

use std::collections::BTreeMap;

use crate::store::Version;

/// What is stored under a key now, without its data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredObject {
    /// Bytes of plaintext.
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    /// Whether the object is encrypted with a customer's key.
    pub sealed: bool,
    /// The MD5 of that key, in base64. A folder does not keep it: after a restart it is `None` until a request brings
    /// the key.
    pub key_md5: Option<String>,
    /// As given, or S3's default.
    pub content_type: String,
    /// User metadata; names in lower case.
    pub metadata: BTreeMap<String, String>,
    /// Content-Encoding, if one was given.
    pub content_encoding: Option<String>,
    /// Cache-Control, if one was given.
    pub cache_control: Option<String>,
    /// Content-Disposition, if one was given.
    pub content_disposition: Option<String>,
    /// The storage class, `STANDARD` by default.
    pub storage_class: String,
    /// `x-amz-server-side-encryption`: `None` for sealed objects.
    pub encryption: Option<String>,
    /// Name and base64 value of the checksum, such as `("CRC64NVME", "…")`.
    pub checksum: Option<(String, String)>,
    /// Key and value of each tag.
    pub tags: Vec<(String, String)>,
    /// The parts of a multipart upload; `None` for a single PUT.
    pub parts: Option<usize>,
    /// `"null"` in a bucket without versioning.
    pub version_id: String,
}

impl StoredObject {
    pub(crate) fn of(version: &Version) -> Option<Self> {
        let object = version.object.as_ref()?;
        let attributes = &object.attributes;
        Some(Self {
            size: object.size,
            etag: object.etag.clone(),
            sealed: object.encryption.is_sealed(),
            key_md5: object.encryption.customer_key_md5(),
            content_type: attributes.content_type(),
            metadata: attributes
                .metadata
                .iter()
                .flatten()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            content_encoding: attributes.content_encoding.clone(),
            cache_control: attributes.cache_control.clone(),
            content_disposition: attributes.content_disposition.clone(),
            storage_class: attributes.listed_storage_class(),
            encryption: object.encryption.method(),
            checksum: object
                .checksum
                .as_ref()
                .map(|sum| (sum.algorithm.name().to_owned(), sum.value.clone())),
            tags: version.tags.clone(),
            parts: object.multipart.then_some(object.parts.len()),
            version_id: version.id.clone(),
        })
    }
}
