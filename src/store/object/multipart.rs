//! Multipart uploads. With a key, each part must be proven, so nothing unsealed is ever published.

use std::time::Duration;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::primitives::{ByteStream, SdkBody as RequestBody};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use serde::{Deserialize, Serialize};

use super::attributes::Attributed;
use super::crc64::checksum;
use super::metadata::WriteAnswer;
use super::write::{Stored, Write, Written};
use crate::failure::Failure;
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::learned::ChecksumAnswer;
use crate::store::seal::{Echoes, Sealed};
use crate::store::wire::observers::AnswerHead;
use crate::store::wire::{Attempts, Store};

/// The lowest assumed speed, in bytes per second, of a store that reads the whole upload to complete it.
const COMPLETION_BYTES_PER_SECOND: u64 = 16 << 20;

/// A part that was uploaded and, with a key, proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// From 1 to 10,000.
    pub number: i32,
    /// As the store returned it.
    pub etag: String,
    pub crc64nvme: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Store {
    /// Begins a multipart upload and returns its id.
    /// Errors: Any refusal of the store; nothing is left behind.
    pub(crate) async fn create_upload(&self, write: &Write) -> Result<String, Failure> {
        let output = self
            .send(|client| {
                client
                    .create_multipart_upload()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .set_checksum_algorithm(self.if_checksums_sent(&ChecksumAlgorithm::Crc64Nvme))
                    .set_checksum_type(self.if_checksums_sent(&ChecksumType::FullObject))
                    .attributed(&write.attributes, self.tagging(write))
                    .encrypted(&write.encryption)
                    .send()
            })
            .await
            .map_err(|refusal| self.explain(write, &refusal))?;
        output.upload_id().map(str::to_owned).ok_or_else(|| {
            Failure::other("the store began an upload without naming it").at(&write.at)
        })
    }

    /// Uploads one part. With a key, the store must prove that it used the key.
    /// Errors: `Kind::Unsealed` if the proof is missing: the caller aborts the upload, and nothing was published.
    pub(crate) async fn upload_part(
        &self,
        write: &Write,
        upload_id: &str,
        part: Part,
        body: impl Fn() -> RequestBody,
    ) -> Result<Part, Failure> {
        let output = self
            .send(|client| {
                client
                    .upload_part()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .upload_id(upload_id)
                    .part_number(part.number)
                    .body(ByteStream::new(body()))
                    .content_length(part.bytes.cast_signed())
                    .set_checksum_crc64_nvme(self.if_checksums_sent(&checksum(part.crc64nvme)))
                    .sealed(write.encryption.key())
                    .customize()
                    .disable_payload_signing()
                    .send()
            })
            .await
            .map_err(|refusal| self.explain(write, &refusal))?;
        if write.encryption.key().is_some_and(|key| !output.echo().proves(key)) {
            return Err(Failure::unsealed(
                "the store ignored the key and would have stored plaintext: nothing was published",
            )
            .hint("this store does not seal with your keys (SSE-C): use one that does")
            .stopping_the_run()
            .at(&write.at));
        }
        let reported = ChecksumAnswer::of(output.checksum_crc64_nvme(), &checksum(part.crc64nvme));
        if matches!(reported, ChecksumAnswer::Different) {
            return Err(Failure::integrity(
                "the store says that a part has another checksum than what was sent: nothing was published",
            )
            .hint("try again; if it stays, something between here and the store changes bytes")
            .at(&write.at));
        }
        Ok(Part { etag: output.e_tag().unwrap_or_default().to_owned(), ..part })
    }

    /// Completes the upload. `crc64nvme` is the checksum of the whole object; if it is none, the parts' checksums are
    /// not known either.
    /// Errors: Any refusal of the store; the upload still exists.
    pub(crate) async fn complete_upload(
        &self,
        write: &Write,
        upload_id: &str,
        parts: &[Part],
        crc64nvme: Option<u64>,
    ) -> Result<Written, Failure> {
        let (attempts, head) = (Attempts::default(), AnswerHead::default());
        let bytes: u64 = parts.iter().map(|part| part.bytes).sum();
        let crc64nvme = crc64nvme.map(checksum);
        let sent = self
            .send(|client| {
                let sum = crc64nvme.clone().filter(|_| self.learned().checksums().sends());
                client
                    .complete_multipart_upload()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .upload_id(upload_id)
                    .multipart_upload(completed(parts, sum.is_some()))
                    .set_checksum_type(sum.as_ref().map(|_| ChecksumType::FullObject))
                    .set_checksum_crc64_nvme(sum)
                    .mpu_object_size(bytes.cast_signed())
                    .set_if_match(write.condition.if_match.clone())
                    .set_if_none_match(write.condition.if_none_match.clone())
                    .sealed(write.encryption.key())
                    .customize()
                    .config_override(self.completion_timeouts(bytes))
                    .interceptor(attempts.clone())
                    .interceptor(head.clone())
                    .send()
            })
            .await;
        let checksum_crc64nvme = crc64nvme.unwrap_or_default();
        let stored = Stored { bytes, checksum_crc64nvme, ..Stored::default() };
        let output = match sent {
            Ok(output) => output,
            Err(refusal) if attempts.may_have_succeeded(&refusal) => {
                let stored = self.confirm(write, stored, &refusal).await?;
                return Ok(Written { stored, proven: true });
            }
            Err(refusal) => return Err(self.explain_conditional(write, &refusal)),
        };
        // A composite checksum says nothing about the bytes of the whole object.
        let is_composite = output.checksum_type() == Some(&ChecksumType::Composite);
        let reported = output.checksum_crc64_nvme().filter(|_| !is_composite);
        let reported = ChecksumAnswer::of(reported, &stored.checksum_crc64nvme);
        let stored = Stored {
            etag: output.e_tag().map(str::to_owned),
            version_id: output.version_id().map(str::to_owned),
            is_checked: matches!(reported, ChecksumAnswer::Same),
            is_damaged: matches!(reported, ChecksumAnswer::Different),
            answer: WriteAnswer::from(&output),
            ..stored
        };
        let managed = output.server_side_encryption();
        let proven = match write.encryption.key() {
            // With a key, the echoes of the parts are the proof; this answer must not contradict them.
            Some(key) => {
                managed.is_none() && head.key_md5().is_none_or(|md5| md5 == key.md5_base64())
            }
            None => write.encryption.is_managed_by(managed),
        };
        Ok(Written { stored, proven })
    }

    /// Aborts a multipart upload, which deletes its parts.
    /// Errors: Any refusal of the store; the parts remain, and cost money.
    pub(crate) async fn abort_upload(&self, at: &Location, upload_id: &str) -> Result<(), Failure> {
        // Twice: a part that arrives during an abort can survive it (AWS, "AbortMultipartUpload").
        self.abort_once(at, upload_id).await?;
        self.abort_once(at, upload_id).await
    }

    async fn abort_once(&self, at: &Location, upload_id: &str) -> Result<(), Failure> {
        let sent = self
            .send(|client| {
                client
                    .abort_multipart_upload()
                    .bucket(&at.bucket)
                    .key(&at.key)
                    .upload_id(upload_id)
                    .send()
            })
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.status == Some(404) => Ok(()),
            Err(refusal) => {
                let about = Circumstances { action: Action::AbortUpload, at, key: None };
                Err(diagnose(self, &refusal, &about))
            }
        }
    }

    /// Timeouts for a request that completes an object of `bytes` bytes.
    pub(crate) fn completion_timeouts(&self, bytes: u64) -> Builder {
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_connect_timeout(self.timeouts().connect_timeout());
        let longer = |usual| usual + Duration::from_secs(bytes / COMPLETION_BYTES_PER_SECOND);
        timeouts.set_read_timeout(self.timeouts().read_timeout().map(longer));
        Builder::default().timeout_config(timeouts.build())
    }
}

fn completed(parts: &[Part], with_checksums: bool) -> CompletedMultipartUpload {
    let parts = parts.iter().map(|part| {
        CompletedPart::builder()
            .part_number(part.number)
            .e_tag(&part.etag)
            .set_checksum_crc64_nvme(with_checksums.then(|| checksum(part.crc64nvme)))
            .build()
    });
    CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build()
}
