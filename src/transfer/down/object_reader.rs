//! An object as [`Read`], for blocking code on a thread of its own.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use super::reader::Reader;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::object::ReadOptions;
use crate::store::wire::Store;

/// Reads an object that is not sealed, across broken connections. A [`Failure`] is returned inside an [`io::Error`].
/// Reading blocks the thread.
pub(crate) struct ObjectReader {
    chunks: mpsc::Receiver<Result<Bytes, Failure>>,
    chunk: Bytes,
}

impl ObjectReader {
    /// Must be called within a Tokio runtime.
    pub(crate) fn open(store: &Arc<Store>, at: Location) -> ObjectReader {
        let (sender, chunks) = mpsc::channel(1);
        let store = store.clone();
        tokio::spawn(async move {
            if let Err(failure) = send_chunks(&store, &at, &sender).await {
                let _ = sender.send(Err(failure)).await;
            }
        });
        ObjectReader { chunks, chunk: Bytes::new() }
    }
}

async fn send_chunks(
    store: &Arc<Store>,
    at: &Location,
    chunks: &mpsc::Sender<Result<Bytes, Failure>>,
) -> Result<(), Failure> {
    let options = ReadOptions::default();
    let opened = store.get(at, &[], &options).await?;
    let (mut reader, expected) = Reader::of(store, at, &options, opened);
    let mut hash = expected.as_ref().map(|it| it.algorithm.hash());
    while let Some((_, bytes)) = reader.next().await? {
        if let Some(hash) = &mut hash {
            hash.update(&bytes);
        }
        // The reader was dropped.
        if chunks.send(Ok(bytes)).await.is_err() {
            return Ok(());
        }
    }
    if !expected.zip(hash).is_none_or(|(expected, hash)| expected.matches(hash)) {
        return Err(Failure::integrity(
            "what arrived is not what was uploaded: the checksums differ",
        )
        .hint("try again; if it stays, the object is damaged in the store")
        .at(at));
    }
    Ok(())
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.chunks.blocking_recv() {
                Some(chunk) => self.chunk = chunk.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
