//! An object's bytes as `Read`, for code that reads on a thread of its own and at its own pace.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use super::reader::Reader;
use crate::failure::Failure;
use crate::location::Location;
use crate::store::object::ReadOptions;
use crate::store::wire::Store;
use crate::transfer::checksum::Expected;

/// Bytes that a task fetches, across broken connections. The end comes only after the task has succeeded, so that
/// nothing damaged is taken for whole; its [`Failure`] comes out within an [`io::Error`]. To be read where a thread may
/// wait.
pub(crate) struct ObjectReader {
    /// The end is an empty piece.
    pieces: mpsc::Receiver<Result<Bytes, Failure>>,
    piece: Bytes,
    is_ended: bool,
}

/// Where the task puts the bytes.
pub(crate) type Pieces = mpsc::Sender<Result<Bytes, Failure>>;

impl ObjectReader {
    /// Begins to read an object that is not sealed; from within a runtime.
    pub(crate) fn open(store: &Arc<Store>, at: Location) -> ObjectReader {
        let store = store.clone();
        ObjectReader::start(1, |pieces| async move {
            let options = ReadOptions::default();
            let opened = store.get(&at, &[], &options).await?;
            let (reader, expected) = Reader::of(&store, &at, &options, opened);
            if send_all(reader, expected.as_slice(), &pieces).await? {
                return Ok(());
            }
            Err(Failure::integrity("what arrived is not what was uploaded: the checksums differ")
                .hint("try again; if it stays, the object is damaged in the store")
                .at(&at))
        })
    }

    /// Starts the task; up to `most_waiting` pieces wait to be read.
    pub(crate) fn start<F>(most_waiting: usize, fetch: impl FnOnce(Pieces) -> F) -> ObjectReader
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let (sender, pieces) = mpsc::channel(most_waiting);
        let fetched = fetch(sender.clone());
        tokio::spawn(async move {
            let end = fetched.await.map(|()| Bytes::new());
            let _ = sender.send(end).await;
        });
        ObjectReader { pieces, piece: Bytes::new(), is_ended: false }
    }
}

/// Sends the reader's bytes, and returns whether they have the checksums that are expected. If nothing reads them any
/// more, that counts as well.
pub(crate) async fn send_all(
    mut reader: Reader,
    expected: &[Expected],
    pieces: &Pieces,
) -> Result<bool, Failure> {
    let mut hashes: Vec<_> = expected.iter().map(|it| it.algorithm.hash()).collect();
    while let Some((_, bytes)) = reader.next().await? {
        hashes.iter_mut().for_each(|hash| hash.update(&bytes));
        if !bytes.is_empty() && pieces.send(Ok(bytes)).await.is_err() {
            return Ok(true);
        }
    }
    Ok(expected.iter().zip(hashes).all(|(expected, hash)| expected.matches(hash)))
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && !self.is_ended {
            let piece = self.pieces.blocking_recv().ok_or(io::ErrorKind::UnexpectedEof)?;
            self.piece = piece.map_err(io::Error::other)?;
            self.is_ended = self.piece.is_empty();
        }
        let count = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
