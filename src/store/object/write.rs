//! PUT and multipart uploads. With a key, nothing counts as written before the store has proven that
//! it used that key; what was stored without is taken back.

use std::time::Duration;

use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::primitives::{ByteStream, SdkBody as RequestBody};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::attributes::{Attributed, Attributes, Condition};
use super::metadata::{NULL_VERSION, ObjectMetadata};
use super::read_options::ReadOptions;
use super::tags::with_key;
use crate::failure::{Failure, Kind};
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose, is_missing, unknown_header};
use crate::store::learned::{Said, other_checksum};
use crate::store::seal::{Echoes, Encryption, Sealed};
use crate::store::wire::observers::AnswerHead;
use crate::store::wire::{Attempts, Named, Refusal, Store};

/// Bytes a second that a store which reads all of an upload to complete it gets through at least.
const COMPLETION: u64 = 16 << 20;

/// What is to be written, apart from the bytes.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    /// Where to.
    pub at: Location,
    /// Who encrypts it.
    pub encryption: Encryption,
    /// Its headers, metadata and tags.
    pub attributes: Attributes,
    /// What must hold of the object that it replaces.
    pub condition: Condition,
    /// Whether a tag is to tell which key seals it, if the store keeps tags.
    pub tags_key: bool,
}

/// An object that was written and, with a key, proven.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stored {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its ETag, with quotes; says nothing about the content of a sealed object.
    pub etag: Option<String>,
    /// Its version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// CRC64NVME of its bytes, base64 of 8 bytes, sent along for the store to check unless the user wants
    /// that left out.
    pub checksum_crc64nvme: String,
    /// Whether the store says that its bytes have this checksum.
    pub is_checked: bool,
    /// Whether the store says that its bytes have another one.
    pub is_damaged: bool,
    /// What else there is to be told.
    pub note: Option<String>,
}

/// An object that the store says it wrote: nothing to rely on before [`Store::settle`].
#[must_use = "an unproven object must be taken back"]
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) stored: Stored,
    pub(crate) proven: bool,
}

/// A part that was uploaded and, with a key, proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// From 1 to 10,000.
    pub number: i32,
    /// As the store named it.
    pub etag: String,
    /// CRC64NVME of its bytes.
    pub crc64nvme: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Store {
    /// As [`Store::explain`], of the one request of a write that carries its condition.
    pub(super) fn explain_conditional(&self, write: &Write, refusal: &Refusal) -> Failure {
        explain_condition(refusal, &write.condition, &write.at)
            .unwrap_or_else(|| self.explain(write, refusal))
    }

    /// Keeps an object that was proven to be encrypted as asked, and takes back any other. Must not be
    /// interrupted: plaintext would remain, and nobody would be told.
    ///
    /// # Errors
    /// [`Failure::Unsealed`] where there was no proof: the object was removed, or the failure says that
    /// plaintext remains. [`Failure::Integrity`] where the store names another checksum.
    pub(crate) async fn settle(&self, at: &Location, written: Written) -> Result<Stored, Failure> {
        let Written { stored, proven } = written;
        if proven && stored.is_damaged {
            return Err(other_checksum(at));
        }
        if proven {
            return Ok(stored);
        }
        Err(self.take_back(at, stored.etag.as_deref(), stored.version_id.as_deref()).await)
    }

    /// The same, of what took the place of its only source: that is kept where it is not encrypted as asked.
    ///
    /// # Errors
    /// [`Failure::Unsealed`] then.
    pub(crate) async fn settle_over(
        &self,
        at: &Location,
        written: Written,
    ) -> Result<Stored, Failure> {
        let version_id = written.stored.version_id.as_deref();
        if written.proven || version_id.is_some_and(|version| version != NULL_VERSION) {
            return self.settle(at, written).await;
        }
        Err(Failure::unsealed(
            "the store ignored the encryption asked for; what it wrote was kept, for there is no other",
        )
        .hint("this store does not encrypt as asked: use one that does")
        .for_all()
        .at(at))
    }

    /// Writes an object in one request. `body` makes the bytes anew for each attempt; `crc64nvme` is
    /// their checksum, which the store compares.
    ///
    /// # Errors
    /// Whatever the store refuses.
    pub(crate) async fn put_object(
        &self,
        write: &Write,
        body: impl Fn() -> RequestBody,
        bytes: u64,
        crc64nvme: u64,
    ) -> Result<Written, Failure> {
        let attempts = Attempts::default();
        let stored = Stored { bytes, checksum_crc64nvme: checksum(crc64nvme), ..Stored::default() };
        let sent = self
            .send(|client| {
                let mut request = client
                    .put_object()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .body(ByteStream::new(body()))
                    .content_length(bytes.cast_signed())
                    .set_checksum_crc64_nvme(self.sent(&stored.checksum_crc64nvme))
                    .set_if_match(write.condition.if_match.clone())
                    .set_if_none_match(write.condition.if_none_match.clone())
                    .attributed(&write.attributes, self.tagging(write))
                    .sealed(write.encryption.key());
                if let Some((algorithm, kms_key_id)) = write.encryption.managed() {
                    request =
                        request.server_side_encryption(algorithm).set_ssekms_key_id(kms_key_id);
                }
                request.customize().disable_payload_signing().interceptor(attempts.clone()).send()
            })
            .await;
        let output = match sent {
            Ok(output) => output,
            // Without an encryption to be proven there is nothing to take back.
            Err(refusal)
                if refusal.is_success()
                    && !matches!(write.encryption, Encryption::BucketDefault) =>
            {
                let Named { etag, version_id } = *refusal.written;
                return Ok(Written {
                    stored: Stored { etag, version_id, ..stored },
                    proven: false,
                });
            }
            Err(refusal) if attempts.may_have_succeeded(&refusal) => {
                let stored = self.confirm(write, stored, &refusal).await?;
                return Ok(Written { stored, proven: true });
            }
            Err(refusal) => return Err(self.explain_conditional(write, &refusal)),
        };
        let said = Said::of(output.checksum_crc64_nvme(), &stored.checksum_crc64nvme);
        let stored = Stored {
            etag: output.e_tag().map(str::to_owned),
            version_id: output.version_id().map(str::to_owned),
            is_checked: matches!(said, Said::Same),
            is_damaged: matches!(said, Said::Other),
            ..stored
        };
        Ok(Written { stored, proven: write.encryption.is_proven_by(&output.echo()) })
    }

    /// Begins a multipart upload and returns its id.
    ///
    /// # Errors
    /// Whatever the store refuses; nothing is left behind then.
    pub(crate) async fn create_upload(&self, write: &Write) -> Result<String, Failure> {
        let output = self
            .send(|client| {
                let mut request = client
                    .create_multipart_upload()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .set_checksum_algorithm(self.sent(&ChecksumAlgorithm::Crc64Nvme))
                    .set_checksum_type(self.sent(&ChecksumType::FullObject))
                    .attributed(&write.attributes, self.tagging(write))
                    .sealed(write.encryption.key());
                if let Some((algorithm, kms_key_id)) = write.encryption.managed() {
                    request =
                        request.server_side_encryption(algorithm).set_ssekms_key_id(kms_key_id);
                }
                request.send()
            })
            .await
            .map_err(|refusal| self.explain(write, &refusal))?;
        output.upload_id().map(str::to_owned).ok_or_else(|| {
            Failure::other("the store began an upload without naming it").at(&write.at)
        })
    }

    /// Uploads one part; with a key, only a proven part is a part.
    ///
    /// # Errors
    /// [`Failure::Unsealed`] where the store did not prove that it used the key: abort the upload
    /// then, and nothing was published.
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
                    .set_checksum_crc64_nvme(self.sent(&checksum(part.crc64nvme)))
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
            .for_all()
            .at(&write.at));
        }
        let said = Said::of(output.checksum_crc64_nvme(), &checksum(part.crc64nvme));
        if matches!(said, Said::Other) {
            return Err(Failure::integrity(
                "the store says that a part has another checksum than what was sent: nothing was published",
            )
            .hint("try again; if it stays, something between here and the store changes bytes")
            .at(&write.at));
        }
        Ok(Part { etag: output.e_tag().unwrap_or_default().to_owned(), ..part })
    }

    /// Makes an object of the parts. `crc64nvme` is the checksum of all its bytes; where that is not known, the
    /// parts' own are not either.
    ///
    /// # Errors
    /// Whatever the store refuses; the upload is still there then.
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
                let sum = crc64nvme.clone().filter(|_| self.checksums.sends());
                let request = client
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
                    .sealed(write.encryption.key());
                request
                    .customize()
                    .config_override(self.patience(bytes))
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
        // A checksum of the parts' checksums says so, and nothing of the bytes.
        let is_composite = output.checksum_type() == Some(&ChecksumType::Composite);
        let said = output.checksum_crc64_nvme().filter(|_| !is_composite);
        let said = Said::of(said, &stored.checksum_crc64nvme);
        let stored = Stored {
            etag: output.e_tag().map(str::to_owned),
            version_id: output.version_id().map(str::to_owned),
            is_checked: matches!(said, Said::Same),
            is_damaged: matches!(said, Said::Other),
            ..stored
        };
        let managed = output.server_side_encryption();
        let proven = match write.encryption.key() {
            // With a key, the echoes of the parts are the proof; what is said here must not contradict them.
            Some(key) => {
                managed.is_none() && head.key_md5().is_none_or(|md5| md5 == key.md5_base64())
            }
            None => write.encryption.is_managed_by(managed),
        };
        Ok(Written { stored, proven })
    }

    /// Gives up a multipart upload and everything uploaded for it.
    ///
    /// # Errors
    /// Whatever the store refuses: the parts are still there, and cost money, then.
    pub(crate) async fn abort_upload(&self, at: &Location, upload_id: &str) -> Result<(), Failure> {
        // A part that arrives during an abort can outlive it, so once more (AWS,
        // "AbortMultipartUpload").
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

    /// The answer to a write got lost, or a repeated write was refused because of its own success: looks
    /// whether the object that is there is the one written.
    async fn confirm(
        &self,
        write: &Write,
        stored: Stored,
        refusal: &Refusal,
    ) -> Result<Stored, Failure> {
        let keys: Vec<_> = write.encryption.key().cloned().into_iter().collect();
        let found = self.head(&write.at, &keys, &ReadOptions::default()).await;
        let same = |metadata: &ObjectMetadata| {
            metadata.content_length == Some(stored.bytes)
                && metadata.checksum_crc64nvme.as_ref() == Some(&stored.checksum_crc64nvme)
                && write.encryption.is_managed_by(
                    metadata.server_side_encryption.as_deref().map(Into::into).as_ref(),
                )
        };
        match found {
            Ok(opened) if same(&opened.answer) => Ok(Stored {
                etag: opened.answer.etag,
                version_id: opened.answer.version_id,
                is_checked: true,
                ..stored
            }),
            Err(Failure { kind: Kind::Unsealed, .. }) if refusal.is_unknown() => Err(Failure::unsealed(format!(
                "the answer to the write got lost, and what is there is not sealed: plaintext may remain at {}",
                write.at
            ))
            .hint("look whether it is this file, and remove it then")
            .at(&write.at)),
            _ if refusal.is_unknown() => {
                let failure = self
                    .explain(write, refusal)
                    .leaving("; the object may have been stored all the same");
                Err(failure.hint(format!("look with `s3seal head {}`, then try again", write.at)))
            }
            _ => Err(self.explain(write, refusal)),
        }
    }

    /// Time to complete an object of `bytes` bytes.
    pub(crate) fn patience(&self, bytes: u64) -> Builder {
        let mut timeouts = TimeoutConfig::builder();
        timeouts.set_connect_timeout(self.timeouts().connect_timeout());
        let longer = |usual| usual + Duration::from_secs(bytes / COMPLETION);
        timeouts.set_read_timeout(self.timeouts().read_timeout().map(longer));
        Builder::default().timeout_config(timeouts.build())
    }

    pub(crate) fn tagging(&self, write: &Write) -> Option<String> {
        let given = &write.attributes.tagging;
        match write.encryption.key() {
            Some(key) if write.tags_key && self.key_tags.are_in_use() => {
                Some(with_key(given.as_deref(), key))
            }
            _ => given.clone(),
        }
    }

    /// What concerns checksums, unless the user wants none sent.
    pub(crate) fn sent<T: Clone>(&self, checksum: &T) -> Option<T> {
        self.checksums.sends().then(|| checksum.clone())
    }

    pub(crate) fn explain(&self, write: &Write, refusal: &Refusal) -> Failure {
        let about =
            Circumstances { action: Action::Write, at: &write.at, key: write.encryption.key() };
        if refusal.status == Some(412) && write.condition.is_set() {
            let message = match &write.condition.if_none_match {
                Some(_) => "the object exists already: it was left alone",
                None => "the object's ETag is not the one in --if-match: it was left alone",
            };
            return Failure::precondition(message)
                .hint("look at it with `s3seal head`, then decide anew")
                .at(&write.at)
                .answered(refusal.status, refusal.code.as_deref());
        }
        let failure = diagnose(self, refusal, &about);
        match failure {
            Failure { kind: Kind::Denied, .. }
                if write.tags_key && refusal.is("AccessDenied") && !refusal.blocks_sse_c() =>
            {
                failure.hint("allow s3:PutObject and, for --tag-key, s3:PutObjectTagging")
            }
            failure => failure,
        }
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

/// As the checksum headers have it: base64 of the big-endian bytes.
pub(crate) fn checksum(crc64nvme: u64) -> String {
    BASE64_STANDARD.encode(crc64nvme.to_be_bytes())
}

/// The failure of a write whose condition the store does not implement, if that is why it was refused: it has shown
/// before that it takes the rest of the request, in the upload's parts or in an earlier write.
pub(crate) fn explain_condition(
    refusal: &Refusal,
    condition: &Condition,
    at: &Location,
) -> Option<Failure> {
    let is_about_it = unknown_header(refusal).is_none_or(|header| header.starts_with("if-"));
    if !condition.is_set() || !is_missing(refusal) || !is_about_it {
        return None;
    }
    let option = if condition.if_match.is_some() { "--if-match" } else { "--if-none-match" };
    Some(
        Failure::other("the store knows no conditions on writes: nothing was stored")
            .hint(format!("leave out {option}, and see to it that nobody else writes there"))
            .for_all()
            .at(at)
            .answered(refusal.status, refusal.code.as_deref()),
    )
}
