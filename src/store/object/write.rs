//! Writes and their proof, and PUT. With a key, nothing counts as written before the store has proven that it used that
//! key; an unproven object is removed.

use aws_sdk_s3::primitives::{ByteStream, SdkBody as RequestBody};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::attributes::{Attributed, Attributes, Condition};
use super::crc64::checksum;
use super::extent::ReadOptions;
use super::metadata::{NULL_VERSION, ObjectMetadata, WriteAnswer};
use super::tags::with_key;
use crate::failure::{Advice, Failure, Kind};
use crate::location::Location;
use crate::store::explain::{Action, Circumstances, diagnose, is_missing, unknown_header};
use crate::store::learned::{ChecksumAnswer, stored_other_bytes};
use crate::store::seal::{Echoes, Encryption};
use crate::store::wire::{Attempts, MaybeWritten, Refusal, Store};

/// An object to write, apart from its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub at: Location,
    /// Who encrypts it.
    pub encryption: Encryption,
    pub attributes: Attributes,
    /// The condition under which it may replace an existing object.
    pub condition: Condition,
    /// Whether to add the key tag, if the store keeps tags.
    pub tags_key: bool,
}

/// An object that was written and, with a key, proven.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stored {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its ETag, with quotes. The ETag of a sealed object is not a digest of its content.
    pub etag: Option<String>,
    /// Its version, in a bucket that keeps versions.
    pub version_id: Option<String>,
    /// CRC64NVME of its bytes in base64. It is sent for the store to check, unless the user has disabled that.
    pub checksum_crc64nvme: String,
    /// Whether the store confirmed this checksum.
    pub is_checked: bool,
    /// Whether the store reported another checksum.
    pub is_damaged: bool,
    /// A note to report with it.
    pub note: Option<String>,
    pub answer: WriteAnswer,
}

/// Size and checksums of an object that is written in one request.
#[derive(Debug, Clone)]
pub(crate) struct Sums {
    pub(crate) bytes: u64,
    pub(crate) crc64nvme: u64,
    /// Sent in place of a checksum through a presigned URL, which would have to sign the checksum's header.
    pub(crate) md5: Option<[u8; 16]>,
}

/// An object that the store reported as written. It must not be relied on before [`Store::keep_if_proven`].
#[must_use = "an unproven object must be taken back"]
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) stored: Stored,
    pub(crate) proven: bool,
}

impl Store {
    /// As [`Store::explain`], for the request that carries the write's condition.
    pub(super) fn explain_conditional(&self, write: &Write, refusal: &Refusal) -> Failure {
        explain_condition(refusal, &write.condition, &write.at)
            .unwrap_or_else(|| self.explain(write, refusal))
    }

    /// Keeps an object that was proven to be encrypted as requested, and removes any other. Must not be cancelled:
    /// plaintext would remain unreported.
    /// Errors: `Kind::Unsealed` without a proof: the object was removed, or the failure says that plaintext remains.
    /// `Kind::Integrity` if the store reports another checksum.
    pub(crate) async fn keep_if_proven(
        &self,
        at: &Location,
        written: Written,
    ) -> Result<Stored, Failure> {
        let Written { stored, proven } = written;
        if proven && stored.is_damaged {
            return Err(stored_other_bytes(at));
        }
        if proven {
            return Ok(stored);
        }
        if !self.wire().allows_any_request() {
            return Err(unremovable(at));
        }
        Err(self.remove_unsealed(at, stored.etag.as_deref(), stored.version_id.as_deref()).await)
    }

    /// The same for an object that has replaced its only source: it is kept even if it is not encrypted as requested.
    /// Errors: `Kind::Unsealed` in that case.
    pub(crate) async fn keep_over_source(
        &self,
        at: &Location,
        written: Written,
    ) -> Result<Stored, Failure> {
        let version_id = written.stored.version_id.as_deref();
        if written.proven || version_id.is_some_and(|version| version != NULL_VERSION) {
            return self.keep_if_proven(at, written).await;
        }
        Err(Failure::unsealed(
            "the store ignored the encryption asked for; what it wrote was kept, for there is no other",
        )
        .hint("this store does not encrypt as asked: use one that does")
        .stopping_the_run()
        .at(at))
    }

    /// Writes an object in one request. `body` creates the body again for each attempt; the store compares the
    /// checksums.
    pub(crate) async fn put_object(
        &self,
        write: &Write,
        body: impl Fn() -> RequestBody,
        sums: &Sums,
    ) -> Result<Written, Failure> {
        let (bytes, crc64nvme) = (sums.bytes, sums.crc64nvme);
        let attempts = Attempts::default();
        let stored = Stored { bytes, checksum_crc64nvme: checksum(crc64nvme), ..Stored::default() };
        let sent = self
            .send(|client| {
                let request = client
                    .put_object()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .body(ByteStream::new(body()))
                    .content_length(bytes.cast_signed())
                    .set_checksum_crc64_nvme(self.if_checksums_sent(&stored.checksum_crc64nvme))
                    .set_content_md5(sums.md5.map(|md5| BASE64_STANDARD.encode(md5)))
                    .set_if_match(write.condition.if_match.clone())
                    .set_if_none_match(write.condition.if_none_match.clone())
                    .attributed(&write.attributes, self.tagging(write))
                    .encrypted(&write.encryption);
                request.customize().disable_payload_signing().interceptor(attempts.clone()).send()
            })
            .await;
        let output = match sent {
            Ok(output) => output,
            Err(refusal) if refusal.is_success() && self.counts_as_unproven(write) => {
                let MaybeWritten { etag, version_id } = *refusal.maybe_written;
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
        let reported = ChecksumAnswer::of(output.checksum_crc64_nvme(), &stored.checksum_crc64nvme);
        let stored = Stored {
            etag: output.e_tag().map(str::to_owned),
            version_id: output.version_id().map(str::to_owned),
            is_checked: matches!(reported, ChecksumAnswer::Same),
            is_damaged: matches!(reported, ChecksumAnswer::Different),
            answer: WriteAnswer::from(&output),
            ..stored
        };
        Ok(Written { stored, proven: write.encryption.is_proven_by(&output.echo()) })
    }

    /// Whether a write with an unreadable answer counts as unproven. With the bucket's default encryption there is
    /// nothing to prove, and a HEAD can confirm the object instead, but not through a presigned URL.
    fn counts_as_unproven(&self, write: &Write) -> bool {
        !matches!(write.encryption, Encryption::BucketDefault) || !self.wire().allows_any_request()
    }

    /// The failure for a lost answer to a write through a presigned URL, which allows no HEAD to confirm it.
    fn unknown_outcome(&self, write: &Write, refusal: &Refusal) -> Failure {
        self.explain(write, refusal)
            .leaving("; the object may have been stored all the same")
            .hint("send it again: the same URL writes the same object")
    }

    /// The answer to a write was lost, or a repeated write was refused because the first attempt had succeeded: checks
    /// whether the existing object is the one written.
    pub(super) async fn confirm(
        &self,
        write: &Write,
        stored: Stored,
        refusal: &Refusal,
    ) -> Result<Stored, Failure> {
        if !self.wire().allows_any_request() {
            return Err(self.unknown_outcome(write, refusal));
        }
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
                Err(failure.hint(Advice::LookAndRetry(write.at.to_string())))
            }
            _ => Err(self.explain(write, refusal)),
        }
    }

    pub(crate) fn tagging(&self, write: &Write) -> Option<String> {
        let given = &write.attributes.tagging;
        match write.encryption.key() {
            Some(key) if write.tags_key && self.learned().key_tags().are_in_use() => {
                Some(with_key(given.as_deref(), key))
            }
            _ => given.clone(),
        }
    }

    /// The checksum, or a setting for it, unless checksums are not sent.
    pub(crate) fn if_checksums_sent<T: Clone>(&self, checksum: &T) -> Option<T> {
        self.learned().checksums().sends().then(|| checksum.clone())
    }

    pub(crate) fn explain(&self, write: &Write, refusal: &Refusal) -> Failure {
        self.explain_as(Action::Write, write, refusal)
    }

    pub(crate) fn explain_as(&self, action: Action, write: &Write, refusal: &Refusal) -> Failure {
        let about = Circumstances { action, at: &write.at, key: write.encryption.key() };
        if refusal.status == Some(412)
            && write.condition.is_set()
            && self.wire().allows_any_request()
        {
            let (message, advice) = match &write.condition.if_none_match {
                Some(_) => ("the object exists already: it was left alone", Advice::LookAndDecide),
                None => {
                    ("the object's ETag is another one: it was left alone", Advice::LookForETag)
                }
            };
            return Failure::precondition(message)
                .hint(advice)
                .at(&write.at)
                .answered(refusal.status, refusal.code.as_deref());
        }
        let failure = diagnose(self, refusal, &about);
        match failure {
            Failure { kind: Kind::Denied, .. }
                if write.tags_key && refusal.is("AccessDenied") && !refusal.blocks_sse_c() =>
            {
                failure.hint(Advice::AllowTagging)
            }
            failure => failure,
        }
    }
}

fn unremovable(at: &Location) -> Failure {
    Failure::unsealed(format!(
        "the store did not prove the encryption asked for, and without credentials nothing can be removed: plaintext remains at {at}"
    ))
    .hint("tell the sender of the URL to remove the object, all versions of it")
    .at(at)
}

/// The failure of a write that was refused because the store does not implement its condition. The store has already
/// accepted the rest of the request, in the upload's parts or in an earlier write.
fn explain_condition(refusal: &Refusal, condition: &Condition, at: &Location) -> Option<Failure> {
    let is_about_it = unknown_header(refusal).is_none_or(|header| header.starts_with("if-"));
    if !condition.is_set() || !is_missing(refusal) || !is_about_it {
        return None;
    }
    Some(
        Failure::other("the store knows no conditions on writes: nothing was stored")
            .hint(Advice::DropCondition { on_etag: condition.if_match.is_some() })
            .stopping_the_run()
            .at(at)
            .answered(refusal.status, refusal.code.as_deref()),
    )
}
