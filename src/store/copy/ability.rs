//! Whether the store can be trusted to copy. Some seal every write, and store plaintext where a copy should seal; some
//! cannot open what they have copied: off Amazon, a throw-away object is copied first and read back, so that no
//! plaintext of the user is published, and no object of the user overwritten by something worse.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::MutexGuard;

use super::source::CopySource;
use super::throw_away::{ThrowAways, as_source, plain_write};
use super::whole::Copy;
use crate::failure::{Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::learned::{ConditionalWrite, CopyKind, CopyMethod, KnownCopies};
use crate::store::object::{Condition, ReadOptions, Stored, Write, bare_etag};
use crate::store::wire::Store;

/// What small throw-away objects hold.
const CONTENT: &[u8] = b"123456789";
/// After so many trials that the store did not answer, there are no more.
const MOST_INCONCLUSIVE_TRIALS: u32 = 3;
/// More than this, and stores may keep an object in pieces and copy it in another way.
const SMALL: u64 = 4 << 20;
/// The parts of large throw-away objects in bytes, the first as small as S3 allows.
const PARTS: [u64; 2] = [5 << 20, 1 << 20];

/// What is tried out.
#[derive(Clone, Copy)]
enum Trial<'a> {
    Copy(&'a CopyKind),
    IfMatch(ConditionalWrite),
}

impl Store {
    /// Whether the store can be trusted with this copy; finds out where that is not known.
    pub(crate) async fn can_copy(self: &Arc<Self>, copy: &Copy, method: CopyMethod) -> bool {
        // Held while a trial runs, so that there is one.
        let mut known = self.known_copies().await;
        let kind = copy_kind(copy, method);
        if known.cleaned_buckets.insert(kind.bucket.clone()) {
            self.sweep_recorded(&kind.bucket).await;
        }
        if let Some(can) = known.works.get(&kind) {
            return *can;
        }
        if self.is_amazon() || kind.is_harmless() || self.learned().proven().knows(&kind.line()) {
            return true;
        }
        let tried = self.try_anywhere(copy, Trial::Copy(&kind), &mut known).await;
        let can = match tried {
            // The trial for the next object may succeed.
            Err(failure)
                if failure.is(Kind::Unavailable)
                    && failure.detail().status != Some(500)
                    && known.inconclusive_trials < MOST_INCONCLUSIVE_TRIALS =>
            {
                known.inconclusive_trials += 1;
                return false;
            }
            Err(failure) => {
                tracing::debug!(code = failure.exit_code(), "the trial of a copy failed");
                false
            }
            Ok(can) => can,
        };
        known.works.insert(kind.clone(), can);
        if can {
            self.learned().proven().remember(&kind.line());
        }
        can
    }

    /// Whether the store honours If-Match on this write, so that what another writer has just stored is not
    /// overwritten; finds out where that is not known.
    pub(crate) async fn honors_if_match(
        self: &Arc<Self>,
        copy: &Copy,
        write: ConditionalWrite,
    ) -> bool {
        let mut known = self.known_copies().await;
        let bucket = &copy.write.at.bucket;
        let what = (bucket.clone(), write);
        if let Some(honors) = known.honors_if_match.get(&what) {
            return *honors;
        }
        let line = format!("{bucket} guards {write:?}").to_lowercase();
        if self.is_amazon() || self.learned().proven().knows(&line) {
            return true;
        }
        let tried = self.try_anywhere(copy, Trial::IfMatch(write), &mut known).await;
        // Where nothing is known the condition is sent: it does no harm.
        let Ok(honors) = tried else { return true };
        known.honors_if_match.insert(what, honors);
        self.learned().proven().remember(&if honors { line } else { ignores_line(bucket) });
        honors
    }

    /// Remembers for this run that the store cannot make such copies, though others like it succeed.
    pub(crate) async fn give_up_copies(&self, copy: &Copy, method: CopyMethod) {
        self.known_copies().await.works.insert(copy_kind(copy, method), false);
    }

    /// Whether the store turned out not to be able to make some copy.
    pub(crate) async fn refuses_copies(&self) -> bool {
        self.known_copies().await.works.values().any(|can| !can)
    }

    /// Whether the store turned out to ignore If-Match on some write.
    pub(crate) async fn ignores_if_match(&self) -> bool {
        self.known_copies().await.honors_if_match.values().any(|honors| !honors)
    }

    /// Whether an earlier run, or this one, has found that for this bucket: another writer's object may have been
    /// overwritten.
    pub(crate) fn ignored_if_match(&self, bucket: &str) -> bool {
        !self.is_amazon() && self.learned().proven().knows(&ignores_line(bucket))
    }

    /// Throw-away objects that could not be deleted.
    pub(crate) async fn undeleted_trial_objects(&self) -> Vec<Location> {
        self.known_copies().await.undeleted.clone()
    }

    async fn known_copies(&self) -> MutexGuard<'_, KnownCopies> {
        self.learned().copies().lock().await
    }

    /// Tries something out with throw-away objects at the top of the bucket, or in the folder where the copy goes if
    /// nothing may be written there.
    async fn try_anywhere(
        self: &Arc<Self>,
        copy: &Copy,
        trial: Trial<'_>,
        known: &mut KnownCopies,
    ) -> Result<bool, Failure> {
        let at = &copy.write.at;
        if !known.denied_at_root.contains(&at.bucket) {
            let made = ThrowAways::at_root(self, &at.bucket)?;
            let tried = self.try_with(copy, trial, made, known).await;
            if !matches!(&tried, Err(Failure { kind: Kind::Denied, .. })) || !at.key.contains('/') {
                return tried;
            }
            known.denied_at_root.insert(at.bucket.clone());
        }
        let made = ThrowAways::below(self, &folder_of(at))?;
        self.try_with(copy, trial, made, known).await
    }

    /// Deletes them again, and what other runs have left in their folder.
    async fn try_with(
        self: &Arc<Self>,
        copy: &Copy,
        trial: Trial<'_>,
        mut objects: ThrowAways,
        known: &mut KnownCopies,
    ) -> Result<bool, Failure> {
        let tried = match trial {
            Trial::Copy(kind) => self.try_copy(kind, &mut objects).await,
            Trial::IfMatch(write) => self.try_if_match(copy, write, &mut objects).await,
        };
        known.undeleted.extend(objects.clean_up_numbered().await);
        tried
    }

    /// Copies a throw-away object of this kind, with throw-away keys, and reads it back.
    async fn try_copy(&self, kind: &CopyKind, objects: &mut ThrowAways) -> Result<bool, Failure> {
        let parts = content(kind.is_large);
        let source = make(kind.from_sealed, &parts, objects).await?;
        let to = if kind.in_place { source.at.clone() } else { objects.next() };
        let key = if kind.to_sealed { Some(Key::generate()?) } else { None };
        let copy = self.plan_trial(source, plain_write(&to, key.as_ref())).await?;
        let copied = match kind.method {
            CopyMethod::Whole => objects.copy(&copy).await?,
            CopyMethod::InParts => objects.copy_in_parts(&copy, &PARTS).await?,
        };
        let Some(Stored { version_id, .. }) = copied else { return Ok(false) };
        let options = ReadOptions { version_id, ..ReadOptions::default() };
        let (_, read) = objects.read(&to, &Vec::from_iter(key), &options).await?;
        Ok(read == parts.concat())
    }

    /// Whether a write leaves a throw-away object alone whose ETag is not the one in If-Match.
    async fn try_if_match(
        &self,
        copy: &Copy,
        kind: ConditionalWrite,
        objects: &mut ThrowAways,
    ) -> Result<bool, Failure> {
        let source = make(copy.source.key.is_some(), &content(false), objects).await?;
        let key = copy.write.encryption.key().map(|_| Key::generate()).transpose()?;
        // An ETag that nothing has.
        let if_match = Some("\"00000000000000000000000000000000\"".to_owned());
        let condition = Condition { if_match, ..Condition::default() };
        let write = Write { condition, ..plain_write(&source.at, key.as_ref()) };
        let tried = match kind {
            ConditionalWrite::Copy => {
                let copy = self.plan_trial(source, write).await?;
                objects.copy(&copy).await.map(drop)
            }
            ConditionalWrite::Complete => objects.upload(&write, &content(false)).await.map(drop),
        };
        match tried {
            Err(Failure { kind: Kind::Precondition, .. }) => Ok(true),
            Ok(()) => Ok(false),
            Err(failure) if matches!(failure.detail().status, Some(400 | 501)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Nothing of a throw-away object is worth keeping: if it lands in plaintext in the place of its source, it goes.
    async fn plan_trial(&self, source: CopySource, write: Write) -> Result<Copy, Failure> {
        Ok(Copy { in_place: false, ..self.plan_copy(source, write).await? })
    }
}

/// Stores a throw-away object.
async fn make(
    is_sealed: bool,
    parts: &[Bytes],
    objects: &mut ThrowAways,
) -> Result<CopySource, Failure> {
    let key = if is_sealed { Some(Key::generate()?) } else { None };
    let at = objects.next();
    let write = plain_write(&at, key.as_ref());
    let stored = match parts {
        [only] => objects.put(&write, only).await?,
        parts => objects.upload(&write, parts).await?,
    };
    Ok(as_source(&at, key.as_ref(), &stored))
}

fn copy_kind(copy: &Copy, method: CopyMethod) -> CopyKind {
    // An ETag ends with the number of parts (AWS, "Checking object integrity").
    let parts =
        copy.source.metadata.etag.as_deref().and_then(|etag| bare_etag(etag).split_once('-'));
    let is_multipart = parts.is_some_and(|(_, count)| count != "1");
    CopyKind {
        bucket: copy.write.at.bucket.clone(),
        from_sealed: copy.source.key.is_some(),
        to_sealed: copy.write.encryption.key().is_some(),
        in_place: copy.in_place,
        is_large: method == CopyMethod::InParts || is_multipart || copy.bytes() > SMALL,
        method,
    }
}

/// As the state folder has it that a bucket ignores If-Match.
fn ignores_line(bucket: &str) -> String {
    format!("{bucket} lacks guards")
}

fn content(is_large: bool) -> Vec<Bytes> {
    let of = |bytes: u64| CONTENT.iter().copied().cycle().take(bytes as usize).collect();
    if is_large { PARTS.map(of).to_vec() } else { vec![Bytes::from_static(CONTENT)] }
}

/// Where the copy goes: credentials that may write the one may write the other.
fn folder_of(at: &Location) -> Location {
    let key = at.key[..at.key.len() - at.name().len()].to_owned();
    Location { bucket: at.bucket.clone(), key }
}
