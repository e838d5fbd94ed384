//! Reading and writing through a presigned URL: no credentials, no AWS configuration, and every request
//! goes to that URL, with the headers that its signature allows and no others.

use aws_sdk_s3::config::{
    BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::check::check;
use crate::failure::Failure;
use crate::key::core::Key;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose, refuses_http};
use crate::store::explain::{is_about_the_key, no_key_fits};
use crate::store::learned::{Said, other_checksum};
use crate::store::object::{
    Attempt, Attributed, Attributes, Condition, Opened, ReadOptions, checksum, explain_condition,
    not_sealed,
};
use crate::store::object::{Stored, Write};
use crate::store::seal::{Echoes, Encryption, Sealed};
use crate::store::wire::http::Trust;
use crate::store::wire::{
    Access, Attempts, Connect, FALLBACK_REGION, Presigned, Refusal, Retry, SignedUrl, Store,
};
use aws_sdk_s3::primitives::SdkBody as RequestBody;

/// Sums over all bytes of an object that is written.
#[derive(Debug, Clone)]
pub(crate) struct Sums {
    /// How many there are.
    pub bytes: u64,
    /// Their MD5, which the store compares.
    pub md5: [u8; 16],
    /// Their CRC64NVME.
    pub crc64nvme: u64,
}

impl Store {
    /// The object that a presigned URL lets read. Reads no AWS configuration and sends nothing.
    ///
    /// # Errors
    /// Whatever is plain already: [`Kind::Usage`] where the URL is not for reading or these options do
    /// not go with it, [`Kind::Denied`] where it has expired, [`Kind::Key`] where it is for a
    /// sealed object and there is no key, [`Kind::Unsealed`] where it is not for one and there is, or
    /// where plain http would expose it.
    pub(crate) fn to_read(
        url: &SignedUrl,
        carries_key: bool,
        options: &ReadOptions,
        connect: &Connect,
    ) -> Result<Store, Failure> {
        if options.version_id.is_some() {
            return Err(Failure::usage("a presigned URL is for the version that it was made for")
                .hint("leave out --version-id")
                .at(url));
        }
        let conditions = [
            (options.range.is_some(), "range"),
            (options.if_match.is_some(), "if-match"),
            (options.if_none_match.is_some(), "if-none-match"),
        ];
        let given = conditions.into_iter().filter(|(given, _)| *given);
        let sent = given.map(|(_, header)| header.to_owned()).collect();
        check(url, "GetObject", sent, carries_key, connect)?;
        Store::through(url, false, connect)
    }

    /// The object that a presigned URL lets write. Reads no AWS configuration and sends nothing.
    ///
    /// # Errors
    /// As [`Store::to_read`].
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

    /// Whether this is no more than one object, reached through a presigned URL.
    pub(crate) fn is_one_url(&self) -> bool {
        self.url.is_some()
    }

    /// Tries keys with a presigned URL. What it signs must be sent, so there is no asking without a key.
    pub(crate) async fn try_keys_through<'a, T>(
        &'a self,
        url: &SignedUrl,
        at: &'a Location,
        keys: &'a [Key],
        options: &ReadOptions,
        attempt: &impl Fn(Option<&'a Key>) -> Attempt<'a, T>,
    ) -> Result<Opened<T>, Failure> {
        let mut last = Refusal::default();
        for key in keys {
            match attempt(Some(key)).await {
                Ok((echo, answer)) if echo.proves(key) => {
                    return Ok(Opened { answer, key: Some(key.clone()) });
                }
                Ok((_, answer)) if options.allow_plain => return Ok(Opened { answer, key: None }),
                Ok(_) => return Err(not_sealed(at)),
                Err(refusal) if is_about_the_key(&refusal) && !refuses_http(self, &refusal) => {
                    last = refusal;
                }
                Err(refusal) => {
                    let about = Circumstances { action: Action::Read, at, key: Some(key) };
                    return Err(diagnose(self, &refusal, &about));
                }
            }
        }
        let failure = no_key_fits(url, at, keys, &last);
        Err(failure.answered(last.status, last.code.as_deref()))
    }

    fn through(url: &SignedUrl, typed: bool, connect: &Connect) -> Result<Store, Failure> {
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
        Ok(Store::reach(Access {
            options: connect,
            shared,
            trust,
            retry,
            endpoint: Some(url.location().bucket.clone()),
            path_style: true,
            presigned: Some(Presigned { url: url.clone(), typed }),
        }))
    }

    /// Writes the object in one request. `body` makes the bytes anew for each attempt.
    ///
    /// # Errors
    /// Whatever the store refuses; [`Kind::Unsealed`] where the store did not prove that it used the
    /// key: without credentials what it stored cannot be removed.
    pub(crate) async fn put_through(
        &self,
        write: &Write,
        body: impl Fn() -> RequestBody,
        sums: &Sums,
    ) -> Result<Stored, Failure> {
        let attempts = Attempts::default();
        let sent = self
            .send(|client| {
                let mut request = client
                    .put_object()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .body(ByteStream::new(body()))
                    .content_length(sums.bytes.cast_signed())
                    .content_md5(BASE64_STANDARD.encode(sums.md5))
                    .set_if_match(write.condition.if_match.clone())
                    .set_if_none_match(write.condition.if_none_match.clone())
                    .attributed(&write.attributes, write.attributes.tagging.clone())
                    .sealed(write.encryption.key());
                if let Some((algorithm, kms_key_id)) = write.encryption.managed() {
                    request =
                        request.server_side_encryption(algorithm).set_ssekms_key_id(kms_key_id);
                }
                request.customize().interceptor(attempts.clone()).send()
            })
            .await;
        let output = match sent {
            Ok(output) => output,
            Err(refusal) if refusal.is_success() => return Err(unproven(write)),
            Err(refusal) => return Err(self.unwritten(write, &refusal, &attempts)),
        };
        if !write.encryption.is_proven_by(&output.echo()) {
            return Err(unproven(write));
        }
        let crc64nvme = checksum(sums.crc64nvme);
        let said = Said::of(output.checksum_crc64_nvme(), &crc64nvme);
        if matches!(said, Said::Other) {
            return Err(other_checksum(&write.at));
        }
        Ok(Stored {
            bytes: sums.bytes,
            etag: output.e_tag().map(str::to_owned),
            version_id: output.version_id().map(str::to_owned),
            checksum_crc64nvme: crc64nvme,
            is_checked: matches!(said, Said::Same),
            ..Stored::default()
        })
    }

    fn unwritten(&self, write: &Write, refusal: &Refusal, attempts: &Attempts) -> Failure {
        if let Some(failure) = explain_condition(refusal, &write.condition, &write.at) {
            return failure;
        }
        let about =
            Circumstances { action: Action::Write, at: &write.at, key: write.encryption.key() };
        let failure = diagnose(self, refusal, &about);
        if attempts.may_have_succeeded(refusal) {
            return failure
                .leaving("; the object may have been stored all the same")
                .hint("send it again: the same URL writes the same object");
        }
        failure
    }
}

fn unproven(write: &Write) -> Failure {
    Failure::unsealed(format!(
        "the store did not prove the encryption asked for, and without credentials nothing can be removed: plaintext remains at {}",
        write.at
    ))
    .hint("tell whoever made the URL to remove the object, all versions of it")
    .at(&write.at)
}
