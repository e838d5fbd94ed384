//! Uploads through a presigned URL, which allows one request only.

use md5::{Digest, Md5};

use super::splitter::{PartContent, read_part};
use crate::failure::Failure;
use crate::store::object::{Stored, Sums, Write};
use crate::transfer::buffers::Buffers;
use crate::transfer::checksum;
use crate::transfer::engine::Engine;
use crate::transfer::files::Source;

/// The largest object that one request can write, in bytes (AWS, "Amazon S3 multipart upload limits").
const MAX_BYTES: u64 = 5 << 30;
/// How many bytes of a stream are kept in memory to learn its length.
const MAX_BUFFERED: u64 = 64 << 20;

impl Engine {
    /// Uploads `source` through the presigned URL that is this engine's store.
    /// Errors: `Kind::Usage` if the source is larger than one request can write; `Kind::Integrity` if the file
    /// changes meanwhile; otherwise as [`Store::put_object`](crate::store::wire::Store::put_object).
    pub(super) async fn upload_single(
        &self,
        source: Source,
        write: &Write,
    ) -> Result<Stored, Failure> {
        let interrupt = self.interrupt();
        let item = self.progress().item(write.at.name(), source.bytes());
        let content = interrupt.race(single_part(source)).await?;
        let sums = interrupt.race(sums(content.clone())).await?;
        let sent = async {
            let written = self.store().put_object(write, || content.body(), &sums).await?;
            self.store().keep_if_proven(&write.at, written).await
        };
        let stored = interrupt.race(sent).await.map_err(|failure| {
            if failure.is_interruption() {
                uncertain(write, failure)
            } else {
                content.blame_change(failure)
            }
        })?;
        item.add(sums.bytes);
        // Not every store compares the MD5.
        match &content {
            PartContent::Range { file, .. } if file.check_content().is_err() => {
                Err(Failure::integrity(
                    "the file changed while it was read: what was stored may be a mixture",
                )
                .hint("upload it again when no process writes to it")
                .at(&write.at))
            }
            _ => Ok(stored),
        }
    }
}

/// The whole source as one part.
async fn single_part(source: Source) -> Result<PartContent, Failure> {
    match source {
        Source::File(file) => {
            let content = PartContent::whole(file);
            if content.bytes() > MAX_BYTES {
                return Err(Failure::usage(format!(
                    "{} bytes are more than the 5 GiB that a presigned URL takes",
                    content.bytes()
                ))
                .hint("split the file, one URL for each part, or upload it with credentials"));
            }
            Ok(content)
        }
        Source::Stream(stream) => {
            let buffer = Buffers::new(1).lend(MAX_BUFFERED as usize + 1).await;
            let (_, bytes) = read_part(stream, buffer, MAX_BUFFERED + 1).await?;
            if bytes.len() as u64 > MAX_BUFFERED {
                return Err(Failure::usage(
                    "the input is longer than the 64 MiB that are buffered, and a presigned URL needs the length in advance",
                )
                .hint("write it to a file first, or upload it with credentials"));
            }
            Ok(PartContent::Buffer(bytes))
        }
    }
}

/// Runs on a separate thread, so that a signal can interrupt it.
async fn sums(content: PartContent) -> Result<Sums, Failure> {
    let summed = tokio::task::spawn_blocking(move || {
        let mut md5 = Md5::new();
        let mut crc = checksum::crc64nvme();
        content.read(|bytes| {
            md5.update(bytes);
            crc.update(bytes);
        })?;
        let md5 = Some(md5.finalize().into());
        Ok(Sums { bytes: content.bytes(), crc64nvme: crc.finalize(), md5 })
    });
    summed.await.unwrap_or_else(|_| Err(Failure::other("the input's reader ended unexpectedly")))
}

/// After a signal, the store's answer is not awaited: the store may or may not have written the object.
fn uncertain(write: &Write, failure: Failure) -> Failure {
    failure
        .leaving(": the object may or may not have been stored")
        .hint("send it again: the same URL writes the same object")
        .at(&write.at)
}
