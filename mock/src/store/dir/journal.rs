//! The journal: one line for each step that changed something, synced before the step is acknowledged.
//!
//! A line is the CRC-64/NVME of its text in 16 hex digits, a blank, and the text: the step's changes as JSON. Lines
//! that come while others are being synced are synced together.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use crc_fast::{CrcAlgorithm, checksum};
use tokio::sync::watch;

use super::Folder;
use crate::store::blob::Blob;

/// A journal shorter than this is not worth rewriting, in bytes.
const REWRITE_FROM: u64 = 16 << 20;

/// Takes lines, in order, from whoever holds the index.
#[derive(Debug)]
pub(crate) struct Journal {
    queue: Option<mpsc::Sender<Entry>>,
    thread: Option<JoinHandle<()>>,
    queued: AtomicU64,
    written: watch::Receiver<Written>,
    /// Bytes since the journal was last written anew, and then.
    grown: AtomicU64,
    base: AtomicU64,
}

/// How far the journal is on disk.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    entries: u64,
    /// The disk refused: nothing is acknowledged any more.
    broken: bool,
}

struct Entry {
    line: Vec<u8>,
    /// Whether the line is the whole state, and the lines before it are needed no more.
    anew: bool,
    /// What the step removed; its files go once the step is on disk.
    _retired: Vec<Arc<Blob>>,
}

impl Journal {
    /// Continues the folder's journal with `state`, the lines that tell all that is known.
    pub(crate) fn start(folder: Arc<Folder>, state: &[u8]) -> io::Result<Self> {
        folder.replace("journal", state)?;
        let file = File::options().append(true).open(folder.journal())?;
        let (queue, entries) = mpsc::channel();
        let (sender, written) = watch::channel(Written::default());
        let thread = std::thread::Builder::new()
            .name("s3seal-mock-journal".to_owned())
            .spawn(move || write(&folder, file, &entries, &sender))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            queued: AtomicU64::new(0),
            written,
            grown: AtomicU64::new(0),
            base: AtomicU64::new(state.len() as u64),
        })
    }

    /// Appends a step. Called under the lock of the index, which gives the order.
    pub(crate) fn append(&self, changes: &str, retired: Vec<Arc<Blob>>) {
        let line = line(changes);
        self.grown.fetch_add(line.len() as u64, Ordering::Relaxed);
        self.push(Entry { line, anew: false, _retired: retired });
    }

    /// Whether most of the journal is about things that are gone.
    pub(crate) fn is_long(&self) -> bool {
        let (grown, base) = (self.grown.load(Ordering::Relaxed), self.base.load(Ordering::Relaxed));
        grown > REWRITE_FROM.max(2 * base)
    }

    /// Replaces all lines so far by `state`. Called under the lock of the index.
    pub(crate) fn rewrite(&self, state: Vec<u8>) {
        self.base.store(state.len() as u64, Ordering::Relaxed);
        self.grown.store(0, Ordering::Relaxed);
        self.push(Entry { line: state, anew: true, _retired: Vec::new() });
    }

    /// Waits until all that was appended before is on disk.
    ///
    /// # Errors
    /// It will never be.
    pub(crate) async fn settled(&self) -> io::Result<()> {
        let wanted = self.queued.load(Ordering::SeqCst);
        let mut written = self.written.clone();
        match written.wait_for(|written| written.broken || written.entries >= wanted).await {
            Ok(written) if written.entries >= wanted => Ok(()),
            _ => Err(io::Error::other("the journal cannot be written")),
        }
    }

    fn push(&self, entry: Entry) {
        self.queued.fetch_add(1, Ordering::SeqCst);
        if let Some(queue) = &self.queue {
            // Without its thread the journal is broken, which `settled` tells.
            let _ = queue.send(entry);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A line of the journal.
pub(crate) fn line(changes: &str) -> Vec<u8> {
    let sum = checksum(CrcAlgorithm::Crc64Nvme, changes.as_bytes());
    format!("{sum:016x} {changes}\n").into_bytes()
}

/// The text of a line without its end; `None` if it is not what was written.
pub(crate) fn text(line: &[u8]) -> Option<&str> {
    let (sum, text) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let computed = checksum(CrcAlgorithm::Crc64Nvme, text.as_bytes());
    (u64::from_str_radix(sum, 16).ok()? == computed && sum.len() == 16).then_some(text)
}

fn write(
    folder: &Folder,
    mut file: File,
    entries: &mpsc::Receiver<Entry>,
    written: &watch::Sender<Written>,
) {
    while let Ok(first) = entries.recv() {
        let mut batch = vec![first];
        batch.extend(entries.try_iter());
        if append(folder, &mut file, &batch).is_err() {
            written.send_modify(|written| written.broken = true);
            // What was removed from the index may still be what the disk knows.
            folder.close();
            return;
        }
        let entries = batch.len() as u64;
        // What is acknowledged as removed has left the disk: a server that ends right after keeps no file of it.
        drop(batch);
        written.send_modify(|written| written.entries += entries);
    }
}

fn append(folder: &Folder, file: &mut File, batch: &[Entry]) -> io::Result<()> {
    folder.sync_names()?;
    let mut lines = Vec::new();
    for entry in batch {
        if entry.anew {
            lines.clear();
            folder.replace("journal", &entry.line)?;
            *file = File::options().append(true).open(folder.journal())?;
        } else {
            lines.extend_from_slice(&entry.line);
        }
    }
    file.write_all(&lines)?;
    file.sync_data()
}
