//! The bytes of one part, as they are kept: in chunks, sealed or not.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::folder::{BlobFile, FileWriter, Folder, read_at};
use super::seal::{Salt, Seal, SlotKey, TAG_LEN};

/// Plaintext bytes of every chunk but the last.
const CHUNK: usize = 64 * 1024;

/// One part at rest. Immutable, and shared by every object and reader that needs it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Blob {
    place: Place,
    len: u64,
    salt: Option<Salt>,
}

/// Where the chunks are.
#[derive(Serialize, Deserialize)]
enum Place {
    #[serde(skip)]
    Memory(Vec<Bytes>),
    File(BlobFile),
}

impl Blob {
    /// Bytes of plaintext.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether the bytes are encrypted with a customer's key.
    pub(crate) fn is_sealed(&self) -> bool {
        self.salt.is_some()
    }

    /// The bytes at rest, appended to `out`.
    pub(crate) fn copy_raw(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match &self.place {
            Place::Memory(chunks) => chunks.iter().for_each(|chunk| out.extend_from_slice(chunk)),
            Place::File(file) => drop(file.open()?.read_to_end(out)?),
        }
        Ok(())
    }

    /// The file that holds the chunks, if one does.
    pub(crate) fn file(&self) -> Option<&BlobFile> {
        match &self.place {
            Place::Memory(_) => None,
            Place::File(file) => Some(file),
        }
    }

    /// An empty part has one chunk, too.
    fn last_chunk(&self) -> u64 {
        self.len.saturating_sub(1) / CHUNK as u64
    }
}

/// Shows no content: a plain part would be all there.
impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blob")
            .field("len", &self.len)
            .field("sealed", &self.salt.is_some())
            .finish_non_exhaustive()
    }
}

/// Writes a part's plaintext.
pub(crate) struct BlobWriter {
    place: WriterPlace,
    pending: Vec<u8>,
    flushed: u64,
    len: u64,
    seal: Option<(Seal, Salt)>,
}

enum WriterPlace {
    Memory(Vec<Bytes>),
    File(FileWriter),
}

impl BlobWriter {
    /// A part sealed with `key`, or kept as it is without one; in `folder`, or in memory without one.
    pub(crate) fn new(folder: Option<&Arc<Folder>>, key: Option<&SlotKey<'_>>) -> io::Result<Self> {
        let place = match folder {
            None => WriterPlace::Memory(Vec::new()),
            Some(folder) => WriterPlace::File(FileWriter::new(folder)),
        };
        Ok(Self { place, pending: Vec::new(), flushed: 0, len: 0, seal: key.map(Seal::new) })
    }

    pub(crate) fn push(&mut self, mut data: &[u8]) -> io::Result<()> {
        self.len += data.len() as u64;
        while !data.is_empty() {
            // A full chunk waits for more data, which shows that it is not the last.
            if self.pending.len() == CHUNK {
                self.flush()?;
            }
            if self.pending.capacity() == 0 {
                let expected = if self.flushed == 0 { data.len().min(CHUNK) } else { CHUNK };
                self.pending.reserve_exact(expected + TAG_LEN);
            }
            let (now, later) = data.split_at(data.len().min(CHUNK - self.pending.len()));
            self.pending.extend_from_slice(now);
            data = later;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<Arc<Blob>> {
        self.seal_pending(true);
        let place = match self.place {
            WriterPlace::Memory(mut chunks) => {
                // No room for more: most parts have one chunk.
                chunks.reserve_exact(1);
                chunks.push(self.pending.into());
                Place::Memory(chunks)
            }
            WriterPlace::File(file) => Place::File(file.finish(&self.pending)?),
        };
        Ok(Arc::new(Blob { place, len: self.len, salt: self.seal.map(|(_, salt)| salt) }))
    }

    fn seal_pending(&mut self, last: bool) {
        if let Some((seal, _)) = &self.seal {
            seal.close(self.flushed, last, &mut self.pending);
        }
        self.flushed += 1;
    }

    /// Writes a chunk that is not the last.
    fn flush(&mut self) -> io::Result<()> {
        self.seal_pending(false);
        match &mut self.place {
            WriterPlace::Memory(chunks) => chunks.push(std::mem::take(&mut self.pending).into()),
            WriterPlace::File(file) => {
                file.write(&self.pending)?;
                self.pending.clear();
            }
        }
        Ok(())
    }
}

/// Reads a range of a part, chunk by chunk.
pub(crate) struct BlobReader {
    blob: Arc<Blob>,
    seal: Option<Seal>,
    range: Range<u64>,
    /// Opened when it is first needed.
    file: Option<File>,
}

impl BlobReader {
    /// `range` counts plaintext bytes and lies within the part.
    pub(crate) fn new(blob: Arc<Blob>, range: Range<u64>, key: Option<&SlotKey<'_>>) -> Self {
        let seal = blob.salt.as_ref().zip(key).map(|(salt, key)| Seal::of(key, salt));
        Self { blob, seal, range, file: None }
    }

    /// The next piece of plaintext, `None` after the last.
    pub(crate) fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.range.is_empty() {
            return None;
        }
        let number = self.range.start / CHUNK as u64;
        let start = number * CHUNK as u64;
        let from = usize::try_from(self.range.start - start).ok()?;
        let to = usize::try_from(self.range.end - start).map_or(CHUNK, |end| end.min(CHUNK));
        self.range.start = start + to as u64;
        Some(self.chunk(number).and_then(|chunk| {
            if chunk.len() < to { Err(damaged()) } else { Ok(chunk.slice(from..to)) }
        }))
    }

    fn chunk(&mut self, number: u64) -> io::Result<Bytes> {
        let chunk = match &self.blob.place {
            Place::Memory(chunks) => {
                let index = usize::try_from(number).map_err(|_| damaged())?;
                chunks.get(index).ok_or_else(damaged)?.clone()
            }
            Place::File(file) => {
                let handle = match &mut self.file {
                    Some(handle) => handle,
                    none => none.insert(file.open()?),
                };
                let start = number * CHUNK as u64;
                let len = self.blob.len.checked_sub(start).ok_or_else(damaged)?;
                let tag = if self.blob.salt.is_some() { TAG_LEN } else { 0 };
                let len = usize::try_from(len).map_or(CHUNK, |len| len.min(CHUNK)) + tag;
                read_at(handle, start + number * tag as u64, len)?.into()
            }
        };
        match &self.seal {
            Some(seal) => {
                let last = number == self.blob.last_chunk();
                seal.open(number, last, &chunk).map(Bytes::from).ok_or_else(damaged)
            }
            None if self.blob.salt.is_some() => Err(damaged()),
            None => Ok(chunk),
        }
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the stored chunk cannot be opened")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssec::{CustomerKey, KeyHeaders, PREFIX};
    use crate::store::seal::Slot;
    use base64::Engine as _;

    const SLOT: Slot<'_> = Slot { bucket: "demo", key: "key", object: "id", part: 1 };

    fn key(byte: u8) -> CustomerKey {
        let mut headers = http::HeaderMap::new();
        let encoded = base64::engine::general_purpose::STANDARD.encode([byte; 32]);
        headers
            .insert("x-amz-server-side-encryption-customer-algorithm", "AES256".parse().unwrap());
        headers.insert("x-amz-server-side-encryption-customer-key", encoded.parse().unwrap());
        KeyHeaders::of(&headers, PREFIX).for_read().unwrap()
    }

    fn read(blob: &Arc<Blob>, range: Range<u64>, key: Option<&CustomerKey>) -> io::Result<Vec<u8>> {
        read_at(SLOT, blob, range, key)
    }

    fn read_at(
        slot: Slot<'_>,
        blob: &Arc<Blob>,
        range: Range<u64>,
        key: Option<&CustomerKey>,
    ) -> io::Result<Vec<u8>> {
        let key = key.map(|key| SlotKey::new(key, slot));
        let mut reader = BlobReader::new(Arc::clone(blob), range, key.as_ref());
        let mut out = Vec::new();
        while let Some(piece) = reader.next() {
            out.extend_from_slice(&piece?);
        }
        Ok(out)
    }

    fn chunks(blob: &Blob) -> &[Bytes] {
        match &blob.place {
            Place::Memory(chunks) => chunks,
            Place::File(_) => &[],
        }
    }

    #[test]
    fn every_range_of_a_sealed_part_comes_back() {
        let plain: Vec<u8> = (0..3 * CHUNK + 5).map(|i| (i % 251) as u8).collect();
        let mut writer = BlobWriter::new(None, Some(&SlotKey::new(&key(1), SLOT))).unwrap();
        for piece in plain.chunks(10_007) {
            writer.push(piece).unwrap();
        }
        let blob = writer.finish().unwrap();
        let chunk = CHUNK as u64;
        for range in [
            0..blob.len(),
            0..1,
            chunk - 1..chunk + 1,
            chunk..2 * chunk,
            blob.len() - 1..blob.len(),
            7..7,
        ] {
            let (from, to) = (range.start as usize, range.end as usize);
            assert_eq!(read(&blob, range, Some(&key(1))).unwrap(), plain[from..to]);
        }
        assert!(read(&blob, 0..1, Some(&key(2))).is_err());
        assert!(read(&blob, 0..1, None).is_err());
    }

    #[test]
    fn a_part_opens_in_its_own_slot_only() {
        let mut writer = BlobWriter::new(None, Some(&SlotKey::new(&key(1), SLOT))).unwrap();
        writer.push(b"content").unwrap();
        let blob = writer.finish().unwrap();
        assert!(read_at(SLOT, &blob, 0..7, Some(&key(1))).is_ok());
        for slot in [
            Slot { bucket: "other", ..SLOT },
            Slot { key: "other", ..SLOT },
            Slot { object: "other", ..SLOT },
            Slot { part: 2, ..SLOT },
            // The same text, cut elsewhere.
            Slot { bucket: "demok", key: "ey", ..SLOT },
        ] {
            assert!(read_at(slot, &blob, 0..7, Some(&key(1))).is_err(), "{slot:?}");
        }
    }

    #[test]
    fn a_part_cut_at_a_chunk_does_not_open() {
        let mut writer = BlobWriter::new(None, Some(&SlotKey::new(&key(1), SLOT))).unwrap();
        writer.push(&vec![7; 2 * CHUNK]).unwrap();
        let whole = writer.finish().unwrap();
        let cut = Arc::new(Blob {
            place: Place::Memory(chunks(&whole)[..1].to_vec()),
            len: CHUNK as u64,
            salt: whole.salt,
        });
        assert!(read(&cut, 0..cut.len(), Some(&key(1))).is_err());
    }

    #[test]
    fn an_empty_part_is_one_empty_chunk() {
        let blob =
            BlobWriter::new(None, Some(&SlotKey::new(&key(1), SLOT))).unwrap().finish().unwrap();
        assert_eq!((blob.len(), chunks(&blob).len()), (0, 1));
        assert!(read(&blob, 0..0, Some(&key(1))).unwrap().is_empty());
    }
}
