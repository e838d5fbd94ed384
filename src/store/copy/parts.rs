//! UploadPartCopy: copies an object within the store range by range, if one request cannot copy it.

use std::ops::Range;

use super::source::Copying;
use super::whole::{Copy, cannot_copy};
use crate::failure::Failure;
use crate::store::object::{Part, Written, combined, read_checksum};
use crate::store::seal::{Echoes, Sealed};
use crate::store::wire::Store;

/// A part that the store copied and, with a key, proved.
#[derive(Debug)]
pub(crate) struct CopiedPart {
    number: i32,
    etag: String,
    bytes: u64,
    /// CRC64NVME of its bytes, if the store reports it.
    crc64nvme: Option<u64>,
}

impl CopiedPart {
    /// From 1 to 10,000.
    pub(crate) fn number(&self) -> i32 {
        self.number
    }

    /// Its size in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Store {
    /// Copies one range of the source into an upload as part `number`. None if the store cannot copy, or does not prove
    /// that it used the key: the caller aborts the upload, and nothing was published.
    pub(crate) async fn copy_part(
        &self,
        copy: &Copy,
        upload_id: &str,
        number: i32,
        range: Range<u64>,
    ) -> Result<Option<CopiedPart>, Failure> {
        let (source, write) = (&copy.source, &copy.write);
        let bytes = range.end - range.start;
        let sent = self
            .send(|client| {
                let request = client
                    .upload_part_copy()
                    .bucket(&write.at.bucket)
                    .key(&write.at.key)
                    .upload_id(upload_id)
                    .part_number(number)
                    .copying(source)
                    .copy_source_range(format!("bytes={}-{}", range.start, range.end - 1))
                    .sealed(write.encryption.key());
                request.customize().config_override(self.completion_timeouts(bytes)).send()
            })
            .await;
        let output = match sent {
            Ok(output) => output,
            Err(refusal) if cannot_copy(&refusal) => return Ok(None),
            Err(refusal) => return Err(self.explain_copy(copy, &refusal).await),
        };
        if write.encryption.key().is_some_and(|key| !output.echo().proves(key)) {
            return Ok(None);
        }
        let Some(result) = output.copy_part_result() else { return Ok(None) };
        Ok(Some(CopiedPart {
            number,
            etag: result.e_tag().unwrap_or_default().to_owned(),
            bytes,
            crc64nvme: result.checksum_crc64_nvme().and_then(read_checksum),
        }))
    }

    /// Completes the upload with these parts.
    /// Errors: `Kind::Integrity` if the parts' checksums do not add up to the source's; otherwise any refusal of the
    /// store. The upload still exists.
    pub(crate) async fn complete_copy(
        &self,
        copy: &Copy,
        upload_id: &str,
        parts: &[CopiedPart],
    ) -> Result<Written, Failure> {
        let crcs: Option<Vec<(u64, u64)>> =
            parts.iter().map(|part| Some((part.crc64nvme?, part.bytes))).collect();
        let of_parts = crcs.map(combined);
        let of_source = copy.source.metadata.checksum_crc64nvme.as_deref().and_then(read_checksum);
        if of_parts.zip(of_source).is_some_and(|(parts, source)| parts != source) {
            return Err(Failure::integrity(
                "what the store copied is not what the source holds: the checksums differ; nothing was stored",
            )
            .hint("try again; if it stays, the source is damaged in the store")
            .at(&copy.source.at));
        }
        let parts: Vec<Part> = parts
            .iter()
            .map(|part| Part {
                number: part.number,
                etag: part.etag.clone(),
                crc64nvme: part.crc64nvme.unwrap_or_default(),
                bytes: part.bytes,
            })
            .collect();
        self.complete_upload(&copy.write, upload_id, &parts, of_parts).await
    }
}
