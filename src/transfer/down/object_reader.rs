//! Bytes that a task downloads, as [`Read`] for blocking code on a separate thread.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use super::reader::Reader;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::object::ReadOptions;
use crate::store::wire::Store;
use crate::transfer::checksum::ExpectedChecksum;

/// Reads bytes that a task downloads, across broken connections. The end comes only after the task has succeeded, so
/// that damaged bytes are not taken for the whole. A [`Failure`] of the task is returned inside an [`io::Error`].
/// Reading blocks the thread.
pub(crate) struct ObjectReader {
    /// An empty chunk marks the end.
    chunks: mpsc::Receiver<Result<Bytes, Failure>>,
    chunk: Bytes,
    is_ended: bool,
}

/// To send the task's bytes to the reader.
pub(crate) type ChunkSender = mpsc::Sender<Result<Bytes, Failure>>;

impl ObjectReader {
    /// Reads an object that is not sealed. Must be called within a Tokio runtime.
    pub(crate) fn open(store: &Arc<Store>, at: Location) -> ObjectReader {
        let store = store.clone();
        ObjectReader::start(1, |chunks| async move {
            let options = ReadOptions::default();
            let opened = store.get(&at, &[], &options).await?;
            let (reader, expected) = Reader::of(&store, &at, &options, opened);
            if send_all(reader, expected.as_slice(), &chunks).await? {
                return Ok(());
            }
            Err(Failure::integrity("what arrived is not what was uploaded: the checksums differ")
                .hint("try again; if it stays, the object is damaged in the store")
                .at(&at))
        })
    }

    /// Starts the task. Up to `max_waiting` chunks wait for the reader.
    pub(crate) fn start<F>(max_waiting: usize, fetch: impl FnOnce(ChunkSender) -> F) -> ObjectReader
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let (sender, chunks) = mpsc::channel(max_waiting);
        let fetched = fetch(sender.clone());
        tokio::spawn(async move {
            let end = fetched.await.map(|()| Bytes::new());
            let _ = sender.send(end).await;
        });
        ObjectReader { chunks, chunk: Bytes::new(), is_ended: false }
    }
}

/// Sends the reader's bytes, and returns whether they have the expected checksums. Also true if the receiver was
/// dropped.
pub(crate) async fn send_all(
    mut reader: Reader,
    expected: &[ExpectedChecksum],
    chunks: &ChunkSender,
) -> Result<bool, Failure> {
    let mut hashes: Vec<_> = expected.iter().map(|it| it.algorithm.hash()).collect();
    while let Some((_, bytes)) = reader.next().await? {
        hashes.iter_mut().for_each(|hash| hash.update(&bytes));
        if !bytes.is_empty() && chunks.send(Ok(bytes)).await.is_err() {
            return Ok(true);
        }
    }
    Ok(expected.iter().zip(hashes).all(|(expected, hash)| expected.matches(hash)))
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() && !self.is_ended {
            let chunk = self.chunks.blocking_recv().ok_or(io::ErrorKind::UnexpectedEof)?;
            self.chunk = chunk.map_err(io::Error::other)?;
            self.is_ended = self.chunk.is_empty();
        }
        let count = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
