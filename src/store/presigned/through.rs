//! Reads and writes through a presigned URL: without credentials or AWS configuration; every request goes to that URL,
//! with only the headers that its signature allows.

use aws_sdk_s3::config::{
    BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_types::SdkConfig;

use super::check::check;
use crate::failure::{Advice, Failure};
use crate::store::object::{Attributes, Condition, ReadOptions};
use crate::store::seal::Encryption;
use crate::store::wire::http::Trust;
use crate::store::wire::{Access, Connect, FALLBACK_REGION, Presigned, Retry, SignedUrl, Store};

/// How the object of a presigned URL is read; a URL allows one of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadMethod {
    Get,
    Head,
}

impl Store {
    /// A store for reading the URL's object. Reads no AWS configuration and sends nothing.
    /// Errors: `Kind::Usage` if the URL is not for reading or does not allow these options; `Kind::Denied` if it
    /// has expired; `Kind::Key` if it is for a sealed object and there is no key; `Kind::Unsealed` if it is for an
    /// object that is not sealed and there is a key, or if plain http would expose it.
    pub(crate) fn to_read(
        url: &SignedUrl,
        method: ReadMethod,
        carries_key: bool,
        options: &ReadOptions,
        connect: &Connect,
    ) -> Result<Store, Failure> {
        if options.version_id.is_some() {
            return Err(Failure::usage("a presigned URL is for the version that it was made for")
                .hint(Advice::LeaveOutVersionId)
                .at(url));
        }
        let conditions = [
            (options.range.is_some(), "range"),
            (options.if_match.is_some(), "if-match"),
            (options.if_none_match.is_some(), "if-none-match"),
        ];
        let given = conditions.into_iter().filter(|(given, _)| *given);
        let sent = given.map(|(_, header)| header.to_owned()).collect();
        let operation = match method {
            ReadMethod::Get => "GetObject",
            ReadMethod::Head => "HeadObject",
        };
        check(url, operation, sent, carries_key, connect)?;
        Store::through(url, false, connect)
    }

    /// A store for writing the URL's object. Reads no AWS configuration and sends nothing.
    pub(crate) fn to_write(
        url: &SignedUrl,
        encryption: &Encryption,
        attributes: &Attributes,
        condition: &Condition,
        connect: &Connect,
    ) -> Result<Store, Failure> {
        let managed = encryption.managed();
        let kms_key_id = managed.as_ref().and_then(|(_, id)| id.as_ref());
        let headers = [
            (managed.is_some(), "x-amz-server-side-encryption"),
            (kms_key_id.is_some(), "x-amz-server-side-encryption-aws-kms-key-id"),
            (condition.if_match.is_some(), "if-match"),
            (condition.if_none_match.is_some(), "if-none-match"),
        ];
        let given = headers.into_iter().filter(|(given, _)| *given);
        let mut sent: Vec<_> = given.map(|(_, header)| header.to_owned()).collect();
        sent.extend(attributes.headers());
        check(url, "PutObject", sent, encryption.key().is_some(), connect)?;
        Store::through(url, attributes.content_type.is_some(), connect)
    }

    fn through(
        url: &SignedUrl,
        has_content_type: bool,
        connect: &Connect,
    ) -> Result<Store, Failure> {
        let trust = Trust::load(connect.ca_bundle.clone().map(|path| (path, "--ca-bundle")), None)?;
        let retry = Retry::configured(connect.max_attempts, None)?;
        let (retry_config, _) = retry.config();
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(FALLBACK_REGION))
            .timeout_config(connect.timeouts())
            .retry_config(retry_config)
            // Their headers would have to be signed.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build();
        Ok(Store::from_access(Access {
            options: connect,
            shared,
            trust,
            retry,
            endpoint: Some(url.location().bucket.clone()),
            path_style: true,
            presigned: Some(Presigned { url: url.clone(), has_content_type }),
        }))
    }
}
