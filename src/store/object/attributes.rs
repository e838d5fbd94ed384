//! What is stored with an object besides its bytes. The user's key encrypts none of it.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{ObjectCannedAcl, StorageClass};
use serde::Serialize;

use super::metadata::ObjectMetadata;
use crate::failure::{Advice, Failure};
use crate::store::seal::{Encryption, Sealed};

/// Headers, metadata and tags of a written object.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Attributes {
    /// The media type; guessed from the file's name if absent
    pub(crate) content_type: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_language: Option<String>,
    /// User metadata; repeatable, or with commas: a=1,b=2 (a comma in a value is written `\\,`)
    pub(crate) metadata: Vec<Metadata>,
    /// Tags, URL-encoded: a=1&b=2
    pub(crate) tagging: Option<String>,
    /// A canned ACL, such as bucket-owner-full-control
    pub(crate) acl: Option<String>,
    /// A storage class, such as STANDARD_IA
    pub(crate) storage_class: Option<String>,
    /// The Expires header of a copy's source.
    pub(crate) expires: Option<String>,
    /// The website redirect of a copy's source.
    pub(crate) website_redirect_location: Option<String>,
}

/// Names and values of user metadata: `x-amz-meta-NAME: VALUE`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Metadata(pub(crate) Vec<(String, String)>);

impl Metadata {
    /// One name and its value. The value must be printable ASCII.
    pub(crate) fn one(name: &str, value: String) -> Metadata {
        Metadata(vec![(name.to_owned(), value)])
    }

    /// With lower-case names, as stores return them.
    fn in_lower_case(&self) -> Metadata {
        let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
        Metadata(self.0.iter().map(lower).collect())
    }
}

/// The condition under which a write may replace an existing object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    /// Write only if the existing object has this ETag
    pub(crate) if_match: Option<String>,
    /// Write only if the object does not exist yet; the only value is `*`
    pub(crate) if_none_match: Option<String>,
}

impl Condition {
    pub(crate) fn is_set(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }
}

impl Attributes {
    /// Whether any header or metadata is set that a copy would otherwise take over from its source.
    pub(crate) fn replace_metadata(&self) -> bool {
        let headers = [
            &self.content_type,
            &self.cache_control,
            &self.content_encoding,
            &self.content_disposition,
            &self.content_language,
        ];
        headers.into_iter().any(Option::is_some) || !self.metadata.is_empty()
    }

    pub(crate) fn are_empty(&self) -> bool {
        self.headers().is_empty()
    }

    /// These attributes, completed from the copy's source where they are not set. Tags and the ACL are not completed:
    /// S3 copies neither by itself.
    #[must_use]
    pub(crate) fn over(&self, source: &ObjectMetadata) -> Attributes {
        let either = |given: &Option<String>, kept: &Option<String>| given.clone().or(kept.clone());
        let kept = source.metadata.iter().map(|(name, value)| (name.clone(), value.clone()));
        let mut attributes = Attributes {
            content_type: either(&self.content_type, &source.content_type),
            cache_control: either(&self.cache_control, &source.cache_control),
            content_encoding: either(&self.content_encoding, &source.content_encoding),
            content_disposition: either(&self.content_disposition, &source.content_disposition),
            content_language: either(&self.content_language, &source.content_language),
            storage_class: either(&self.storage_class, &source.storage_class),
            expires: source.expires.clone(),
            website_redirect_location: source.website_redirect_location.clone(),
            metadata: vec![Metadata(kept.collect())],
            ..self.clone()
        };
        // Last, so that the user's values win.
        attributes.metadata.extend(self.metadata.iter().map(Metadata::in_lower_case));
        attributes
    }

    /// Fails unless Expires is a date: a request cannot carry anything else.
    /// Errors: `Kind::Other` if it is not a date, which S3 allows.
    pub(crate) fn check_expires(&self) -> Result<(), Failure> {
        match (&self.expires, self.expires_at()) {
            (Some(text), None) => Err(Failure::other(format!(
                "its Expires header is no date and would be lost: `{text}`"
            ))
            .hint(Advice::ReplaceExpires)),
            _ => Ok(()),
        }
    }

    fn expires_at(&self) -> Option<DateTime> {
        DateTime::from_str(self.expires.as_deref()?, DateTimeFormat::HttpDate).ok()
    }

    /// The names of the request headers for these attributes, in lower case.
    pub(crate) fn headers(&self) -> Vec<String> {
        let single = [
            (&self.content_type, "content-type"),
            (&self.cache_control, "cache-control"),
            (&self.content_encoding, "content-encoding"),
            (&self.content_disposition, "content-disposition"),
            (&self.content_language, "content-language"),
            (&self.tagging, "x-amz-tagging"),
            (&self.acl, "x-amz-acl"),
            (&self.storage_class, "x-amz-storage-class"),
        ];
        let given = single.into_iter().filter(|(value, _)| value.is_some());
        let metadata = self.metadata.iter().flat_map(|metadata| &metadata.0);
        given
            .map(|(_, header)| header.to_owned())
            .chain(metadata.map(|(name, _)| format!("x-amz-meta-{}", name.to_ascii_lowercase())))
            .collect()
    }
}

/// A request that carries [`Attributes`], with the tags given separately, and the encryption to use.
pub(crate) trait Attributed: Sized {
    fn attributed(self, attributes: &Attributes, tagging: Option<String>) -> Self;
    fn encrypted(self, encryption: &Encryption) -> Self;
}

macro_rules! attributed {
    ($($operation:ident::$builder:ident),* $(,)?) => {$(
        impl Attributed for aws_sdk_s3::operation::$operation::builders::$builder {
            fn attributed(self, from: &Attributes, tagging: Option<String>) -> Self {
                let metadata = from.metadata.iter().flat_map(|metadata| metadata.0.clone()).collect();
                self.set_content_type(from.content_type.clone())
                    .set_cache_control(from.cache_control.clone())
                    .set_content_encoding(from.content_encoding.clone())
                    .set_content_disposition(from.content_disposition.clone())
                    .set_content_language(from.content_language.clone())
                    .set_expires(from.expires_at())
                    .set_website_redirect_location(from.website_redirect_location.clone())
                    .set_metadata((!from.metadata.is_empty()).then_some(metadata))
                    .set_tagging(tagging)
                    .set_acl(from.acl.as_deref().map(ObjectCannedAcl::from))
                    .set_storage_class(from.storage_class.as_deref().map(StorageClass::from))
            }

            fn encrypted(self, encryption: &Encryption) -> Self {
                let (algorithm, kms_key_id) = encryption.managed().unzip();
                self.sealed(encryption.key())
                    .set_server_side_encryption(algorithm)
                    .set_ssekms_key_id(kms_key_id.flatten())
            }
        }
    )*};
}

attributed! {
    put_object::PutObjectFluentBuilder,
    create_multipart_upload::CreateMultipartUploadFluentBuilder,
    copy_object::CopyObjectFluentBuilder,
}
