//! An upload that has to be one request: a presigned URL allows no second one.

use md5::{Digest, Md5};

use super::pieces::{Piece, read_part};
use crate::failure::Failure;
use crate::store::object::{Stored, Sums, Write};
use crate::transfer::buffers::Buffers;
use crate::transfer::checksum;
use crate::transfer::engine::Engine;
use crate::transfer::files::Source;

/// The most bytes that one request can write (AWS, "Amazon S3 multipart upload limits").
const MOST_BYTES: u64 = 5 << 30;
/// The most bytes of a stream that are kept in memory to learn how many there are.
const MOST_BUFFERED: u64 = 64 << 20;

impl Engine {
    /// Writes what `source` holds through the presigned URL that is this engine's store.
    ///
    /// # Errors
    /// [`Kind::Usage`] for more than one request can hold; [`Kind::Integrity`] for a file that
    /// changes meanwhile; otherwise as [`Store::put_object`](crate::store::wire::Store::put_object).
    pub(super) async fn upload_single(
        &self,
        source: Source,
        write: &Write,
    ) -> Result<Stored, Failure> {
        let interrupt = self.interrupt();
        let item = self.progress().item(write.at.name(), source.bytes());
        let piece = interrupt.race(whole(source)).await?;
        let sums = interrupt.race(sums(piece.clone())).await?;
        let sent = async {
            let written = self.store().put_object(write, || piece.body(), &sums).await?;
            self.store().settle(&write.at, written).await
        };
        let stored = interrupt.race(sent).await.map_err(|failure| {
            if failure.is_interruption() {
                in_doubt(write, failure)
            } else {
                piece.blame_change(failure)
            }
        })?;
        item.add(sums.bytes);
        // Not every store compares the MD5.
        match &piece {
            Piece::Range { file, .. } if file.check_content().is_err() => Err(Failure::integrity(
                "the file changed while it was read: what was stored may be a mixture",
            )
            .hint("upload it again when nobody writes to it")
            .at(&write.at)),
            _ => Ok(stored),
        }
    }
}

/// All of the source as the one piece that it has to be.
async fn whole(source: Source) -> Result<Piece, Failure> {
    match source {
        Source::File(file) => {
            let piece = Piece::whole(file);
            if piece.bytes() > MOST_BYTES {
                return Err(Failure::usage(format!(
                    "{} bytes are more than the 5 GiB that a presigned URL takes",
                    piece.bytes()
                ))
                .hint("split the file, one URL for each part, or upload it with credentials"));
            }
            Ok(piece)
        }
        Source::Stream(stream) => {
            let buffer = Buffers::new(1).lend(MOST_BUFFERED as usize + 1).await;
            let (_, bytes) = read_part(stream, buffer, MOST_BUFFERED + 1).await?;
            if bytes.len() as u64 > MOST_BUFFERED {
                return Err(Failure::usage(
                    "the input is longer than the 64 MiB that are buffered, and a presigned URL has to be told its length",
                )
                .hint("write it to a file first, or upload it with credentials"));
            }
            Ok(Piece::Buffer(bytes))
        }
    }
}

/// A large file takes its time, in which a signal must be heard.
async fn sums(piece: Piece) -> Result<Sums, Failure> {
    let summed = tokio::task::spawn_blocking(move || {
        let mut md5 = Md5::new();
        let mut crc = checksum::crc64nvme();
        piece.read(|bytes| {
            md5.update(bytes);
            crc.update(bytes);
        })?;
        let md5 = Some(md5.finalize().into());
        Ok(Sums { bytes: piece.bytes(), crc64nvme: crc.finalize(), md5 })
    });
    summed.await.unwrap_or_else(|_| Err(Failure::other("the input's reader ended unexpectedly")))
}

/// After a signal nobody waits for the store's answer, and it may have all the bytes.
fn in_doubt(write: &Write, failure: Failure) -> Failure {
    failure
        .leaving(": the object may or may not have been stored")
        .hint("send it again: the same URL writes the same object")
        .at(&write.at)
}
