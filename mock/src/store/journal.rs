//! The journal: one line for each step that changed something, synced before the step is acknowledged.
//!
//! A line is the CRC-64/NVME of its text in 16 hex digits, a blank, and the text: the step's changes as JSON. Lines
//! that arrive during a sync are synced together. The first line names the journal and says how many lines its initial
//! state has; the file `acknowledged` says up to which length it was synced. Together they distinguish a journal that
//! lost lines from one whose last line a crash left unfinished.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crc_fast::{CrcAlgorithm, checksum};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::blob::Blob;
use super::folder::{Folder, named, private};
use crate::random;

/// A journal shorter than this is not worth rewriting, in bytes.
const REWRITE_FROM: u64 = 16 << 20;

/// How many lines are synced together, at most while others wait for them.
const MAX_BATCH: usize = 256;
/// How long the first of them waits for the others.
const MAX_DELAY: Duration = Duration::from_millis(1);
/// How long the others may be apart.
const MAX_PAUSE: Duration = Duration::from_micros(200);

/// The first line of a journal.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header {
    /// The journal's random name.
    pub(crate) journal: String,
    /// Lines after this one that were written together with it.
    pub(crate) lines: usize,
}

/// The content of a new journal.
pub(crate) struct State {
    id: String,
    content: Vec<u8>,
}

impl State {
    /// A journal that holds these changes, one a line.
    pub(crate) fn of(
        changes: impl Iterator<Item = serde_json::Result<String>>,
    ) -> io::Result<Self> {
        let (mut lines, mut content) = (0, Vec::new());
        for change in changes {
            lines += 1;
            content.extend(line(&change?));
        }
        let header = Header { journal: random::hex::<16>(), lines };
        content.splice(..0, line(&serde_json::to_string(&header)?));
        Ok(Self { id: header.journal, content })
    }
}

/// Up to where a journal was synced, as the file `acknowledged` has it.
pub(crate) struct Acknowledged {
    pub(crate) journal: String,
    /// Bytes.
    pub(crate) len: u64,
}

impl Acknowledged {
    /// `None` for anything else: the file itself is not synced, so a power failure may leave it behind.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (journal, len) = std::str::from_utf8(text).ok()?.trim_end().split_once(' ')?;
        Some(Self { journal: journal.to_owned(), len: len.parse().ok()? })
    }
}

/// Writes lines in order, in a thread of its own.
pub(crate) struct Journal {
    queue: Option<mpsc::Sender<Entry>>,
    thread: Option<JoinHandle<()>>,
    queued: AtomicU64,
    written: Arc<Mutex<Written>>,
    /// Bytes since the journal was last rewritten, and its length then.
    grown: AtomicU64,
    base: AtomicU64,
}

/// How far the journal is on disk.
#[derive(Default)]
struct Written {
    entries: u64,
    /// A write failed: nothing is acknowledged any more.
    broken: bool,
    /// Who waits, and for how many entries. Each is woken once, and not by every sync.
    waiting: Vec<(u64, oneshot::Sender<()>)>,
}

impl Written {
    /// Wakes those whose entries are on disk.
    fn advance(&mut self, entries: u64) {
        self.entries += entries;
        let written = self.entries;
        for (_, waiting) in self.waiting.extract_if(.., |(wanted, _)| *wanted <= written) {
            // The client may have gone meanwhile.
            let _ = waiting.send(());
        }
    }

    /// Wakes everybody in vain.
    fn fail(&mut self) {
        self.broken = true;
        self.waiting.clear();
    }
}

fn lock(written: &Mutex<Written>) -> MutexGuard<'_, Written> {
    written.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Entry {
    content: Content,
    /// What the step removed; its files are deleted once the step is on disk.
    _retired: Vec<Arc<Blob>>,
}

enum Content {
    Line(Vec<u8>),
    /// The whole state, which replaces all lines before it.
    Rewrite(State),
}

/// The files `journal` and `acknowledged`, open for more.
struct JournalFile {
    file: File,
    acknowledged: File,
    id: String,
    len: u64,
}

impl JournalFile {
    fn create(folder: &Folder, state: &State) -> io::Result<Self> {
        let path = folder.acknowledged();
        let acknowledged = private()
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| named(&path, &error))?;
        Self::begin(folder, acknowledged, state)
    }

    fn begin(folder: &Folder, acknowledged: File, state: &State) -> io::Result<Self> {
        folder.replace("journal", &state.content)?;
        let file = File::options().append(true).open(folder.journal())?;
        let len = state.content.len() as u64;
        let mut own = Self { file, acknowledged, id: state.id.clone(), len };
        own.acknowledge()?;
        Ok(own)
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)?;
        self.file.sync_data()?;
        self.len += lines.len() as u64;
        self.acknowledge()
    }

    fn acknowledge(&mut self) -> io::Result<()> {
        // One write of a constant length, which is complete even if the process is killed.
        let text = format!("{} {:020}\n", self.id, self.len);
        self.acknowledged.seek(SeekFrom::Start(0))?;
        self.acknowledged.write_all(text.as_bytes())
    }
}

impl Journal {
    /// Replaces the folder's journal by `state`, the whole index, and continues it.
    /// If this fails, the journal is the former one, or the new one, which says the same.
    pub(crate) fn start(folder: Arc<Folder>, state: &State) -> io::Result<Self> {
        let mut file = JournalFile::create(&folder, state)?;
        let (queue, entries) = mpsc::channel();
        let written = Arc::<Mutex<Written>>::default();
        let progress = Arc::clone(&written);
        let thread = std::thread::Builder::new()
            .name("s3seal-mock-journal".to_owned())
            .spawn(move || write(&folder, &mut file, &entries, &progress))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            queued: AtomicU64::new(0),
            written,
            grown: AtomicU64::new(0),
            base: AtomicU64::new(state.content.len() as u64),
        })
    }

    /// Appends a step. Called under the lock of the index, which gives the order.
    pub(crate) fn append(&self, changes: &str, retired: Vec<Arc<Blob>>) {
        let line = line(changes);
        self.grown.fetch_add(line.len() as u64, Ordering::Relaxed);
        self.push(Entry { content: Content::Line(line), _retired: retired });
    }

    /// Whether most of the journal is outdated.
    pub(crate) fn is_long(&self) -> bool {
        let (grown, base) = (self.grown.load(Ordering::Relaxed), self.base.load(Ordering::Relaxed));
        grown > REWRITE_FROM.max(2 * base)
    }

    /// Replaces all lines so far by `state`. Called under the lock of the index.
    pub(crate) fn rewrite(&self, state: State) {
        self.base.store(state.content.len() as u64, Ordering::Relaxed);
        self.grown.store(0, Ordering::Relaxed);
        self.push(Entry { content: Content::Rewrite(state), _retired: Vec::new() });
    }

    /// Waits until all that was appended before is on disk.
    pub(crate) async fn synced(&self) -> io::Result<()> {
        let wanted = self.queued.load(Ordering::SeqCst);
        let failed = || io::Error::other("the journal cannot be written");
        let done = {
            let mut written = lock(&self.written);
            if written.entries >= wanted {
                return Ok(());
            }
            if written.broken {
                return Err(failed());
            }
            let (sender, done) = oneshot::channel();
            written.waiting.push((wanted, sender));
            done
        };
        done.await.map_err(|_| failed())
    }

    fn push(&self, entry: Entry) {
        self.queued.fetch_add(1, Ordering::SeqCst);
        if let Some(queue) = &self.queue {
            // Without its thread the journal is broken, which `synced` reports.
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
    file: &mut JournalFile,
    entries: &mpsc::Receiver<Entry>,
    written: &Mutex<Written>,
) {
    let mut is_busy = false;
    while let Ok(first) = entries.recv() {
        let mut batch = vec![first];
        batch.extend(entries.try_iter());
        // A sync takes as long for many lines as for one, so that more of them are worth a moment while they keep coming.
        let begin = Instant::now();
        while is_busy && batch.len() < MAX_BATCH && begin.elapsed() < MAX_DELAY {
            match entries.recv_timeout(MAX_PAUSE) {
                Ok(entry) => batch.push(entry),
                Err(_) => break,
            }
        }
        is_busy = batch.len() > 1;
        if append(folder, file, &batch).is_err() {
            lock(written).fail();
            // On disk, the removed parts may still be in use.
            folder.close();
            return;
        }
        let entries = batch.len() as u64;
        // Files of removed parts are deleted before the removal is acknowledged.
        drop(batch);
        lock(written).advance(entries);
    }
}

fn append(folder: &Folder, file: &mut JournalFile, batch: &[Entry]) -> io::Result<()> {
    folder.sync_files()?;
    let mut lines = Vec::new();
    for entry in batch {
        match &entry.content {
            Content::Line(line) => lines.extend_from_slice(line),
            Content::Rewrite(state) => {
                lines.clear();
                *file = JournalFile::begin(folder, file.acknowledged.try_clone()?, state)?;
            }
        }
    }
    file.append(&lines)
}
