//! Uploads: one request where one is enough, else a multipart upload that is completed, or aborted, or
//! kept for another run to go on with.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, JoinSet};

use super::pieces::{Piece, Pieces};
use super::session::Session;
use crate::failure::{Failure, Kind};
use crate::store::copy::Copy;
use crate::store::object::{Part, ReadOptions, Stored, Sums, Write, Written};
use crate::store::wire::Store;
use crate::transfer::engine::Engine;
use crate::transfer::files::Source;
use crate::transfer::permits::Line;
use crate::transfer::progress::Item;
use crate::transfer::{checksum, plan};

/// How long a finished upload waits for what there is to be said of others.
const LONGEST_WAIT_FOR_NOTE: Duration = Duration::from_secs(5);

impl Engine {
    /// Writes what `source` holds as one object.
    ///
    /// # Errors
    /// Whatever stands in the way; no object and no upload is left behind then, or the failure says so.
    /// After a signal, or where the store became unavailable, the upload can be gone on with.
    pub(crate) async fn upload(&self, source: Source, write: Write) -> Result<Stored, Failure> {
        self.upload_as(source, write, None).await
    }

    /// Writes what `source` holds over what it comes from: published only once it is proven, whatever the store has
    /// proven before, and only where nobody has replaced that meanwhile.
    ///
    /// # Errors
    /// [`Kind::Precondition`] where somebody has; otherwise as [`Engine::upload`].
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
        let mut pieces = Pieces::of(source, part_size);
        let only = interrupt.race(pieces.only(part_size.unwrap_or(plan::ONE_REQUEST))).await?;
        let is_proven =
            write.encryption.key().is_none() || store.learned().proven().seals(&write.at.bucket);
        match only {
            Some(piece) if is_proven && over.is_none() => {
                let _line = interrupt.race(async { Ok(self.lines().take().await) }).await?;
                let written = interrupt.race(put(store, &write, &piece, &item)).await;
                let written = written.map_err(|failure| doubt(&write, failure))?;
                let stored = store.settle(&write.at, written).await?;
                check_torn(&piece, stored, &write)
            }
            // As the one part of a multipart upload, it is published only after the proof.
            only => {
                let pieces = Queue { only, pieces };
                let stored = self.multipart(&write, pieces, over, &item).await?;
                if write.encryption.key().is_some() {
                    store.learned().proven().remember_seal(&write.at.bucket);
                }
                Ok(stored)
            }
        }
    }

    /// The size of parts that the user asked for, or that a stream of the expected size needs.
    fn part_size(&self, source: &Source) -> Result<Option<u64>, Failure> {
        let options = self.options();
        match (options.part_size, options.expected_size, source) {
            // Nobody's guess is exact.
            (None, Some(expected), Source::Stream(_)) => {
                plan::part_size(expected.saturating_add(expected / 4), None).map(Some)
            }
            (asked, ..) => Ok(asked),
        }
    }

    async fn multipart(
        &self,
        write: &Arc<Write>,
        pieces: Queue,
        over: Option<&Copy>,
        item: &Item,
    ) -> Result<Stored, Failure> {
        let store = self.store();
        // Not raced: an upload whose id is still on its way could not be aborted.
        let session = Arc::new(Session::begin(self, write, pieces.pieces.file()).await?);
        let others = pieces.only.is_none().then(|| session.look_around(store, write));
        let mut under_way = JoinSet::new();
        let sent = self.send_all(write, &session, pieces, &mut under_way, item);
        let outcome = self.interrupt().race(sent).await;
        // A part that is still on its way could arrive after the abort, and stay.
        under_way.shutdown().await;
        let finished = match outcome {
            Ok(parts) => self.complete(write, &session, &parts, over).await,
            Err(failure) => Err(failure),
        };
        match finished {
            Ok(written) => {
                session.forget();
                let stored = match over {
                    Some(_) => store.settle_over(&write.at, written).await?,
                    None => store.settle(&write.at, written).await?,
                };
                Ok(Stored { note: note(others).await, ..stored })
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
        // As late as can be: not every store looks at If-Match.
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
        mut pieces: Queue,
        under_way: &mut JoinSet<Result<Part, Failure>>,
        item: &Item,
    ) -> Result<Vec<Part>, Failure> {
        let mut parts: Vec<Part> = Vec::new();
        let mut number = 0;
        let mut last = None;
        loop {
            let line = self.place(pieces.most_at_once(), under_way, &mut parts, item).await?;
            let Some(piece) = pieces.next().await? else { break };
            number += 1;
            if number > plan::MOST_PARTS as i32 {
                return Err(Failure::usage("the input is too long for an object of 10,000 parts")
                    .hint("leave out --part-size, or make it larger")
                    .at(&write.at));
            }
            if let Piece::Range { file, .. } = &piece {
                last = Some(file.clone());
            }
            let (store, write) = (self.store().clone(), write.clone());
            let session = session.clone();
            under_way.spawn(async move {
                let _line = line;
                send(&store, &write, &session, number, &piece).await
            });
        }
        while !under_way.is_empty() {
            collect(under_way, &mut parts, item).await?;
        }
        parts.sort_unstable_by_key(|part| part.number);
        // A file that changed between two parts would be a mixture that never existed.
        if let Some(file) = last {
            file.check_parts(&parts).await?;
        }
        Ok(parts)
    }

    /// Waits until one more part may be under way; a part that fails meanwhile is told at once.
    async fn place(
        &self,
        most_at_once: usize,
        under_way: &mut JoinSet<Result<Part, Failure>>,
        parts: &mut Vec<Part>,
        item: &Item,
    ) -> Result<Line, Failure> {
        loop {
            if under_way.len() >= most_at_once {
                collect(under_way, parts, item).await?;
                continue;
            }
            tokio::select! {
                biased;
                collected = collect(under_way, parts, item), if !under_way.is_empty() => collected?,
                line = self.lines().take() => return Ok(line),
            }
        }
    }
}

/// Some stores take `If-None-Match: *` and overwrite all the same.
async fn refuse_existing(store: &Store, write: &Write) -> Result<(), Failure> {
    match store.head(&write.at, &[], &ReadOptions::default()).await {
        Ok(_) | Err(Failure { kind: Kind::Key, .. }) => {
            Err(Failure::precondition("the object exists already: it was left alone")
                .hint("look at it with `s3seal head`, then decide anew")
                .at(&write.at))
        }
        Err(failure @ Failure { kind: Kind::Unavailable | Kind::Usage, .. }) => Err(failure),
        Err(_) => Ok(()),
    }
}

async fn put(store: &Store, write: &Write, piece: &Piece, item: &Item) -> Result<Written, Failure> {
    let sums = Sums { bytes: piece.bytes(), crc64nvme: piece.crc64nvme()?, md5: None };
    let written = store.put_object(write, || piece.body(), &sums).await;
    item.add(piece.bytes());
    written.map_err(|failure| piece.blame_change(failure))
}

/// After a signal nobody waits for the store's answer, and it may have all the bytes.
fn doubt(write: &Write, failure: Failure) -> Failure {
    if failure.is_interruption() {
        return failure
            .leaving(": the object may or may not have been stored")
            .hint(format!("look with `s3seal head {}`", write.at))
            .at(&write.at);
    }
    failure
}

/// A store that checks no checksum stores whatever comes, a file that changes meanwhile included.
fn check_torn(piece: &Piece, stored: Stored, write: &Write) -> Result<Stored, Failure> {
    let Piece::Range { file, .. } = piece else { return Ok(stored) };
    if stored.is_checked || file.check_content().is_ok() {
        return Ok(stored);
    }
    Err(Failure::integrity("the file changed while it was read: what was stored may be a mixture")
        .hint("upload it again when nobody writes to it")
        .at(&write.at))
}

/// The pieces still to be sent; an object of one piece is that piece, empty or not.
struct Queue {
    only: Option<Piece>,
    pieces: Pieces,
}

impl Queue {
    async fn next(&mut self) -> Result<Option<Piece>, Failure> {
        match self.only.take() {
            Some(piece) => Ok(Some(piece)),
            None => self.pieces.next().await,
        }
    }

    fn most_at_once(&self) -> usize {
        self.pieces.most_at_once()
    }
}

async fn send(
    store: &Store,
    write: &Write,
    session: &Session,
    number: i32,
    piece: &Piece,
) -> Result<Part, Failure> {
    let (bytes, crc64nvme) = (piece.bytes(), piece.crc64nvme()?);
    if let Some(part) = session.kept(number, bytes, crc64nvme) {
        return Ok(part);
    }
    let part = Part { number, etag: String::new(), crc64nvme, bytes };
    let sent = store.upload_part(write, &session.upload_id, part, || piece.body()).await;
    let part = sent.map_err(|failure| piece.blame_change(failure))?;
    session.finish(&part);
    Ok(part)
}

/// What was found out about other uploads, which is worth no long wait.
async fn note(others: Option<JoinHandle<Option<String>>>) -> Option<String> {
    tokio::time::timeout(LONGEST_WAIT_FOR_NOTE, others?).await.ok()?.ok()?
}

async fn collect(
    under_way: &mut JoinSet<Result<Part, Failure>>,
    parts: &mut Vec<Part>,
    item: &Item,
) -> Result<(), Failure> {
    let Some(joined) = under_way.join_next().await else { return Ok(()) };
    let part = joined.map_err(|_| Failure::other("a part's upload ended unexpectedly"))??;
    item.add(part.bytes);
    parts.push(part);
    Ok(())
}
