//! Uploads: one request if that is enough, else a multipart upload that is completed, aborted, or kept for
//! another run to resume.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};

use super::sending::Sending;
use super::session::Session;
use super::splitter::{PartContent, PartSplitter};
use crate::failure::{Advice, Failure, Kind};
use crate::store::copy::Copy;
use crate::store::object::{Part, ReadOptions, Stored, Sums, Write, Written};
use crate::store::wire::Store;
use crate::transfer::engine::Engine;
use crate::transfer::files::Source;
use crate::transfer::permits::Permit;
use crate::transfer::progress::ProgressItem;
use crate::transfer::{checksum, plan};

/// How long a finished upload waits for the note about other unfinished uploads.
const MAX_WAIT_FOR_NOTE: Duration = Duration::from_secs(5);

impl Engine {
    /// Uploads `source` as one object.
    /// Errors: Any failure of the store or of the source. Neither an object nor an upload is left behind then, or the
    /// failure says so. After a signal, or if the store became unavailable, the upload can be resumed.
    pub(crate) async fn upload(&self, source: Source, write: Write) -> Result<Stored, Failure> {
        self.upload_as(source, write, None).await
    }

    /// Uploads `source`, which is the content of an object, over that object. The upload is completed only after its
    /// encryption is proven, and only if no other client has replaced the object since.
    /// Errors: `Kind::Precondition` if another client has; otherwise as [`Engine::upload`].
    pub(crate) async fn upload_over(
        &self,
        source: Source,
        write: Write,
        over: &Copy,
    ) -> Result<Stored, Failure> {
        self.upload_as(source, write, Some(over)).await
    }

    async fn upload_as(
        &self,
        source: Source,
        write: Write,
        over: Option<&Copy>,
    ) -> Result<Stored, Failure> {
        let (store, interrupt) = (self.store(), self.interrupt());
        if !store.wire().allows_any_request() {
            return self.upload_single(source, &write).await;
        }
        if write.condition.if_none_match.is_some() && !store.is_amazon() {
            interrupt.race(refuse_existing(store, &write)).await?;
        }
        let write = Arc::new(write);
        let item = self.progress().item(write.at.name(), source.bytes());
        let part_size = self.part_size(&source)?;
        let mut splitter = PartSplitter::of(source, part_size);
        let max_bytes = part_size.unwrap_or(plan::MAX_SINGLE_REQUEST);
        let single_part = interrupt.race(splitter.single_part(max_bytes)).await?;
        let is_proven =
            write.encryption.key().is_none() || store.learned().proven().seals(&write.at.bucket);
        match single_part {
            Some(content) if is_proven && over.is_none() => {
                let bytes = content.bytes();
                let permit = async { Ok(self.permits().of_bytes(bytes).await) };
                let sending = Sending::new(interrupt.race(permit).await?, item, bytes);
                let written = interrupt.race(put(store, &write, &content, &sending)).await;
                let written = written.map_err(|failure| with_unknown_outcome(&write, failure))?;
                let stored = store.keep_if_proven(&write.at, written).await?;
                check_file_unchanged(&content, stored, &write)
            }
            single_part => {
                // As the part of a multipart upload, it is published only after the proof.
                if let Some(content) = single_part {
                    splitter.put_back(content);
                }
                let stored = self.multipart(&write, splitter, over, &item).await?;
                if write.encryption.key().is_some() {
                    store.learned().proven().remember_seal(&write.at.bucket);
                }
                Ok(stored)
            }
        }
    }

    /// The part size that the user asked for, or that a stream of the expected size needs.
    fn part_size(&self, source: &Source) -> Result<Option<u64>, Failure> {
        let options = self.options();
        match (options.part_size, options.expected_size, source) {
            // A quarter more, as the expected size is a guess.
            (None, Some(expected), Source::Stream(_)) => {
                plan::part_size(expected.saturating_add(expected / 4), None).map(Some)
            }
            (asked, ..) => Ok(asked),
        }
    }

    async fn multipart(
        &self,
        write: &Arc<Write>,
        splitter: PartSplitter,
        over: Option<&Copy>,
        item: &ProgressItem,
    ) -> Result<Stored, Failure> {
        let store = self.store();
        // Not cancelled by a signal: if it were cancelled before the id arrives, the upload could not be aborted.
        let session = Arc::new(Session::begin(self, write, splitter.file()).await?);
        let note_on_others = (!splitter.is_single_part()).then(|| session.tidy_up(store, write));
        let mut under_way = JoinSet::new();
        let sent = self.send_all(write, &session, splitter, &mut under_way, item);
        let outcome = self.interrupt().race(sent).await;
        // A part that arrives after the abort would stay in the store.
        under_way.shutdown().await;
        let finished = match outcome {
            Ok(parts) => self.complete(write, &session, &parts, over).await,
            Err(failure) => Err(failure),
        };
        match finished {
            Ok(written) => {
                session.forget();
                let stored = match over {
                    Some(_) => store.keep_over_source(&write.at, written).await?,
                    None => store.keep_if_proven(&write.at, written).await?,
                };
                Ok(Stored { note: await_note(note_on_others).await, ..stored })
            }
            Err(failure) => Err(session.fail(store, &write.at, failure).await),
        }
    }

    async fn complete(
        &self,
        write: &Write,
        session: &Session,
        parts: &[Part],
        over: Option<&Copy>,
    ) -> Result<Written, Failure> {
        // Checked as late as possible: not every store honours If-Match.
        if let Some(copy) = over.filter(|copy| copy.replaces_newest()) {
            self.interrupt().race(self.store().check_newest(&copy.source)).await?;
        }
        let crc = checksum::combine(parts.iter().map(|part| (part.crc64nvme, part.bytes)));
        self.store().complete_upload(write, &session.upload_id, parts, Some(crc)).await
    }

    async fn send_all(
        &self,
        write: &Arc<Write>,
        session: &Arc<Session>,
        mut splitter: PartSplitter,
        under_way: &mut JoinSet<Result<Outcome, Failure>>,
        item: &ProgressItem,
    ) -> Result<Vec<Part>, Failure> {
        let (mut parts, mut stopped) = (Vec::new(), VecDeque::new());
        let mut number = 0;
        let mut file = None;
        loop {
            let next = match stopped.pop_front() {
                Some(part) => Some(part),
                None => {
                    while under_way.len() >= splitter.max_at_once() {
                        collect(under_way, &mut parts, &mut stopped).await?;
                    }
                    splitter.next().await?.map(|content| {
                        number += 1;
                        (number, content)
                    })
                }
            };
            let Some((number, content)) = next else {
                if under_way.is_empty() {
                    break;
                }
                collect(under_way, &mut parts, &mut stopped).await?;
                continue;
            };
            if number > plan::MAX_PARTS as i32 {
                return Err(Failure::usage("the input is too long for an object of 10,000 parts")
                    .hint(Advice::LeaveOutPartSize)
                    .at(&write.at));
            }
            if let PartContent::Range { file: source, .. } = &content {
                file = Some(source.clone());
            }
            let bytes = content.bytes();
            let permit = self.next_permit(bytes, under_way, &mut parts, &mut stopped).await?;
            let (store, write) = (self.store().clone(), write.clone());
            let session = session.clone();
            let sending = Sending::new(permit, item.clone(), bytes);
            under_way.spawn(async move {
                let sent = send(&store, &write, &session, number, &content, &sending);
                let sent = sending.in_turn(sent).await.transpose()?;
                Ok(sent.map_or(Outcome::Stopped(number, content), Outcome::Sent))
            });
        }
        parts.sort_unstable_by_key(|part: &Part| part.number);
        // If the file changed between two parts, the object would be a mixture of two states.
        if let Some(file) = file {
            file.check_parts(&parts).await?;
        }
        Ok(parts)
    }

    /// Waits until one more part of `bytes` bytes may be sent; returns at once if a running part fails.
    async fn next_permit(
        &self,
        bytes: u64,
        under_way: &mut JoinSet<Result<Outcome, Failure>>,
        parts: &mut Vec<Part>,
        stopped: &mut VecDeque<(i32, PartContent)>,
    ) -> Result<Permit, Failure> {
        loop {
            tokio::select! {
                biased;
                collected = collect(under_way, parts, stopped), if !under_way.is_empty() => collected?,
                permit = self.permits().of_bytes(bytes) => return Ok(permit),
            }
        }
    }
}

/// Some stores accept `If-None-Match: *` and overwrite the object all the same.
async fn refuse_existing(store: &Store, write: &Write) -> Result<(), Failure> {
    match store.head(&write.at, &[], &ReadOptions::default()).await {
        Ok(_) | Err(Failure { kind: Kind::Key, .. }) => {
            Err(Failure::precondition("the object exists already: it was left alone")
                .hint(Advice::LookAndDecide)
                .at(&write.at))
        }
        Err(failure @ Failure { kind: Kind::Unavailable | Kind::Usage, .. }) => Err(failure),
        Err(_) => Ok(()),
    }
}

async fn put(
    store: &Store,
    write: &Write,
    content: &PartContent,
    sending: &Sending,
) -> Result<Written, Failure> {
    let sums = Sums { bytes: content.bytes(), crc64nvme: content.crc64nvme()?, md5: None };
    let written = store.put_object(write, || sending.body(content), &sums).await;
    let written = written.map_err(|failure| content.blame_change(failure))?;
    sending.finish();
    Ok(written)
}

/// After a signal, the store's answer is not awaited: the store may or may not have written the object.
fn with_unknown_outcome(write: &Write, failure: Failure) -> Failure {
    if failure.is_interruption() {
        return failure
            .leaving(": the object may or may not have been stored")
            .hint(Advice::Look(write.at.to_string()))
            .at(&write.at);
    }
    failure
}

/// Fails if the file changed while it was sent: a store that verifies no checksum stores the mixture.
fn check_file_unchanged(
    content: &PartContent,
    stored: Stored,
    write: &Write,
) -> Result<Stored, Failure> {
    let PartContent::Range { file, .. } = content else { return Ok(stored) };
    if stored.is_checked || file.check_content().is_ok() {
        return Ok(stored);
    }
    Err(Failure::integrity("the file changed while it was read: what was stored may be a mixture")
        .hint("upload it again when no process writes to it")
        .at(&write.at))
}

async fn send(
    store: &Store,
    write: &Write,
    session: &Session,
    number: i32,
    content: &PartContent,
    sending: &Sending,
) -> Result<Part, Failure> {
    let (bytes, crc64nvme) = (content.bytes(), content.crc64nvme()?);
    if let Some(part) = session.kept(number, bytes, crc64nvme) {
        sending.resume();
        return Ok(part);
    }
    let part = Part { number, etag: String::new(), crc64nvme, bytes };
    let sent = store.upload_part(write, &session.upload_id, part, || sending.body(content)).await;
    let part = sent.map_err(|failure| content.blame_change(failure))?;
    sending.finish();
    session.add_part(&part);
    Ok(part)
}

/// The note about other unfinished uploads, if it comes soon.
async fn await_note(note: Option<JoinHandle<Option<String>>>) -> Option<String> {
    tokio::time::timeout(MAX_WAIT_FOR_NOTE, note?).await.ok()?.ok()?
}

/// How the task of a part ended.
enum Outcome {
    Sent(Part),
    /// It was stopped, to be sent later: its number, and its content.
    Stopped(i32, PartContent),
}

async fn collect(
    under_way: &mut JoinSet<Result<Outcome, Failure>>,
    parts: &mut Vec<Part>,
    stopped: &mut VecDeque<(i32, PartContent)>,
) -> Result<(), Failure> {
    let Some(joined) = under_way.join_next().await else { return Ok(()) };
    match joined.map_err(|_| Failure::other("a part's upload ended unexpectedly"))?? {
        Outcome::Sent(part) => parts.push(part),
        Outcome::Stopped(number, content) => stopped.push_back((number, content)),
    }
    Ok(())
}
