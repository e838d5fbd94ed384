//! CopyObject: copies an object within the store, opened with one key and sealed with another. As with any write,
//! nothing counts as sealed before that is proven, and a copy in plaintext is removed.

use aws_sdk_s3::types::{ChecksumAlgorithm, MetadataDirective, TaggingDirective};

use super::source::{CopySource, Copying};
use crate::failure::{Advice, Failure};
use crate::store::explain::{Action, Circumstances, diagnose};
use crate::store::object::{Attributed, Attributes, Stored, Write, WriteAnswer, Written, iso8601};
use crate::store::seal::Echoes;
use crate::store::wire::{Refusal, Store};

/// The most bytes that one request can copy (AWS, "CopyObject").
pub(crate) const MOST_BYTES_OF_ONE_COPY: u64 = 5 << 30;

/// A planned copy.
#[derive(Debug, Clone)]
pub(crate) struct Copy {
    pub source: CopySource,
    /// The object to write, including all that is kept from the source.
    pub write: Write,
    /// Whether headers and metadata are taken over by the store.
    pub(super) keeps_metadata: bool,
    pub(super) keeps_tags: bool,
    /// Whether it replaces its source.
    pub(super) in_place: bool,
    /// Whether the source has a key tag.
    pub source_has_key_tag: bool,
}

impl Copy {
    /// Whether it replaces its source.
    pub(crate) fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// Whether it replaces its source with If-Match, that is only if the source is still the newest.
    pub(crate) fn replaces_newest(&self) -> bool {
        let if_match = &self.write.condition.if_match;
        self.in_place && if_match.is_some() && *if_match == self.source.metadata.etag
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.source.metadata.content_length.unwrap_or_default()
    }
}

impl Store {
    /// Plans a copy. Attributes that `write` does not set, including its tags, are kept from the source.
    /// Errors: `Kind::Denied` if the source's tags may not be read; `Kind::Integrity` if its length is not known.
    pub(crate) async fn plan_copy(
        &self,
        source: CopySource,
        mut write: Write,
    ) -> Result<Copy, Failure> {
        if source.metadata.content_length.is_none() {
            return Err(Failure::integrity("the store does not say how long the object is")
                .hint("a proxy in between may recode answers: go around it")
                .at(&source.at));
        }
        let in_place = source.at == write.at && source.holder.is_destination();
        let given_class = write.attributes.storage_class.clone();
        let is_as_it_was = !write.attributes.replace_metadata();
        let (mut keeps_tags, mut source_has_key_tag) = (false, false);
        write.attributes = write.attributes.over(&source.metadata);
        if !source.holder.is_destination() {
            // Each store has storage classes of its own.
            write.attributes.storage_class = given_class;
        }
        // Some stores require new metadata if an object is copied onto itself.
        let keeps_metadata =
            is_as_it_was && (!in_place || lossless(&source, &write.attributes).is_err());
        if write.attributes.tagging.is_none() {
            let (at, count) = (&source.at, source.metadata.tag_count);
            let tags = source.store(self).tags_to_copy(at, source.version_id(), count).await?;
            write.attributes.tagging = tags.tagging;
            (keeps_tags, source_has_key_tag) = (!tags.has_key_tag, tags.has_key_tag);
        }
        Ok(Copy { source, write, keeps_metadata, keeps_tags, in_place, source_has_key_tag })
    }

    /// Whether size and conditions of this copy allow a single request.
    pub(crate) fn fits_one_copy(&self, copy: &Copy) -> bool {
        // Stores other than Amazon's rarely honor conditions on a copy. Whether they honor If-Match in place is found
        // out by a trial.
        let honours_conditions = self.is_amazon() || copy.replaces_newest();
        copy.bytes() <= MOST_BYTES_OF_ONE_COPY
            && (honours_conditions || !copy.write.condition.is_set())
    }

    /// Fails if sending the metadata again would lose some of the source's: through this machine, or to replace a part.
    /// Errors: `Kind::Other` that names what would be lost.
    pub(crate) fn check_relay(&self, copy: &Copy) -> Result<(), Failure> {
        lossless(&copy.source, &copy.write.attributes)
            .map_err(|failure| failure.at(&copy.source.at))
    }

    /// Copies an object in one request. None if the store cannot make this copy: the source's key cannot be the reason,
    /// because it has opened the source before.
    /// Errors: `Kind::Precondition` if the source was replaced since it was opened; otherwise any refusal of the
    /// store.
    pub(crate) async fn copy_object(&self, copy: &Copy) -> Result<Option<Written>, Failure> {
        if !copy.keeps_metadata {
            self.check_relay(copy)?;
        }
        let (source, write) = (&copy.source, &copy.write);
        // Attributes that a copy never takes over by itself.
        let own = Attributes {
            acl: write.attributes.acl.clone(),
            storage_class: write.attributes.storage_class.clone(),
            website_redirect_location: write.attributes.website_redirect_location.clone(),
            ..Attributes::default()
        };
        let sent = self
            .send(|client| {
                let attributes = if copy.keeps_metadata { &own } else { &write.attributes };
                let replaces_tags =
                    !copy.keeps_tags || self.tagging(write) != write.attributes.tagging;
                let tagging = self.tagging(write).filter(|_| replaces_tags);
                let request = client
                    .copy_object()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .copying(source)
                    .set_if_match(write.condition.if_match.clone())
                    .set_if_none_match(write.condition.if_none_match.clone())
                    .set_checksum_algorithm(self.if_checksums_sent(&ChecksumAlgorithm::Crc64Nvme))
                    .attributed(attributes, tagging)
                    .set_metadata_directive(
                        (!copy.keeps_metadata).then_some(MetadataDirective::Replace),
                    )
                    .set_tagging_directive(replaces_tags.then_some(TaggingDirective::Replace))
                    .encrypted(&write.encryption);
                request.customize().config_override(self.completion_timeouts(copy.bytes())).send()
            })
            .await;
        let stored = Stored { bytes: copy.bytes(), ..Stored::default() };
        let output = match sent {
            Ok(output) => output,
            Err(refusal) if refusal.is_success() => {
                let version_id = refusal.maybe_written.version_id;
                return Ok(Some(Written {
                    stored: Stored { version_id, ..stored },
                    proven: false,
                }));
            }
            Err(refusal) if cannot_copy(&refusal) => return Ok(None),
            Err(refusal) => return Err(self.explain_copy(copy, &refusal).await),
        };
        let result = output.copy_object_result();
        let crc64nvme = result.and_then(|result| result.checksum_crc64_nvme());
        let stored = Stored {
            etag: result.and_then(|result| result.e_tag()).map(str::to_owned),
            version_id: output.version_id().map(str::to_owned),
            checksum_crc64nvme: crc64nvme.unwrap_or_default().to_owned(),
            answer: WriteAnswer {
                last_modified: result.and_then(|result| result.last_modified()).and_then(iso8601),
                ..WriteAnswer::from(&output)
            },
            ..stored
        };
        let proven = match write.encryption.key() {
            Some(key) => output.echo().proves(key),
            None => write.encryption.is_managed_by(output.server_side_encryption()),
        };
        Ok(Some(Written { stored, proven }))
    }

    /// The failure of a refused copy.
    pub(super) async fn explain_copy(&self, copy: &Copy, refusal: &Refusal) -> Failure {
        let (source, write) = (&copy.source, &copy.write);
        let about =
            Circumstances { action: Action::Read, at: &source.at, key: source.key.as_ref() };
        let is_of_source = match refusal.code.as_deref() {
            Some("NoSuchKey") => refusal.status == Some(404),
            code => matches!(code, Some("NoSuchVersion" | "InvalidObjectState")),
        };
        if is_of_source {
            return diagnose(source.store(self), refusal, &about);
        }
        if copy.in_place && refusal.is("ConditionalRequestConflict") {
            return source.replaced().answered(refusal.status, refusal.code.as_deref());
        }
        // The store does not say which of two conditions failed.
        if refusal.status == Some(412)
            && !(write.condition.is_set() && self.is_as_read(source).await)
        {
            return source.replaced().answered(refusal.status, refusal.code.as_deref());
        }
        let failure = self.explain_as(Action::Copy, write, refusal);
        if refusal.is_unknown() {
            return failure
                .leaving("; the copy may have been made all the same")
                .hint(Advice::LookAndRetry(write.at.to_string()));
        }
        failure
    }
}

/// Fails if sending the source's metadata again would lose some of it.
fn lossless(source: &CopySource, attributes: &Attributes) -> Result<(), Failure> {
    match source.metadata.missing_meta.unwrap_or_default() {
        0 => attributes.check_expires(),
        n => Err(Failure::other(format!(
            "{n} of its metadata hold characters that no header can, and would be lost"
        ))
        .hint("give the source others, for instance with aws-cli")),
    }
}

/// Whether the refusal means that the store cannot make this copy, although source and key are right.
pub(super) fn cannot_copy(refusal: &Refusal) -> bool {
    matches!(refusal.status, Some(405 | 501))
        || (refusal.status == Some(400) && !is_about_destination(refusal))
}

/// Whether any other write to the destination would be refused as well.
fn is_about_destination(refusal: &Refusal) -> bool {
    matches!(
        refusal.code.as_deref(),
        Some("AuthorizationHeaderMalformed" | "InvalidBucketName" | "KeyTooLongError")
            | Some("InvalidStorageClass" | "InvalidTag" | "ExpiredToken" | "InvalidToken")
    ) || crate::store::explain::wants_https(refusal)
}
