//! Whether the store can be trusted to copy. Some stores seal every write but store copies in plaintext; some cannot
//! open their own copies. So on stores other than Amazon's, a throw-away object is copied first and read back: no
//! plaintext of the user is published, and no object of the user is replaced by an unusable one.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::MutexGuard;

use super::source::CopySource;
use super::throw_away::{ThrowAways, as_source, plain_write};
use super::whole::Copy;
use crate::failure::{Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::learned::{ConditionalWrite, CopyKind, CopyMethod, IfMatch, KnownCopies};
use crate::store::object::{Condition, ReadOptions, Stored, Write, bare_etag};
use crate::store::wire::Store;

/// The content of small throw-away objects.
const CONTENT: &[u8] = b"123456789";
/// After so many trials that the store did not answer, copies of this kind count as impossible.
const MOST_INCONCLUSIVE_TRIALS: u32 = 3;
/// In bytes. Stores may keep larger objects in pieces and copy them in another way.
const SMALL: u64 = 4 << 20;
/// The part sizes of large throw-away objects in bytes; the first is the smallest that S3 allows.
const PARTS: [u64; 2] = [5 << 20, 1 << 20];

/// What is found out with throw-away objects.
trait Trial: Sync {
    type Found: Send;

    fn run(
        &self,
        store: &Store,
        objects: &mut ThrowAways,
    ) -> impl Future<Output = Result<Self::Found, Failure>> + Send;
}

/// Whether the store makes a copy of this kind.
struct CopyTrial<'a>(&'a CopyKind);

impl Trial for CopyTrial<'_> {
    type Found = bool;

    async fn run(&self, store: &Store, objects: &mut ThrowAways) -> Result<bool, Failure> {
        store.try_copy(self.0, objects).await
    }
}

/// What the store does with If-Match on such a write.
struct IfMatchTrial<'a>(&'a Copy, ConditionalWrite);

impl Trial for IfMatchTrial<'_> {
    type Found = IfMatch;

    async fn run(&self, store: &Store, objects: &mut ThrowAways) -> Result<IfMatch, Failure> {
        store.try_if_match(self.0, self.1, objects).await
    }
}

impl Store {
    /// Whether the store can be trusted with this copy. Runs a trial if that is not known.
    pub(crate) async fn can_copy(self: &Arc<Self>, copy: &Copy, method: CopyMethod) -> bool {
        // Locked during the trial, so that only one runs at a time.
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
        let tried = self.try_anywhere(copy, &CopyTrial(&kind), &mut known).await;
        let can = match tried {
            // The next object's trial may succeed.
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

    /// Whether the store honors If-Match on this write, so that it does not overwrite another writer's new object. Runs
    /// a trial if that is not known.
    pub(crate) async fn honors_if_match(
        self: &Arc<Self>,
        copy: &Copy,
        write: ConditionalWrite,
    ) -> bool {
        let mut known = self.known_copies().await;
        let bucket = &copy.write.at.bucket;
        let what = (bucket.clone(), write);
        if let Some(found) = known.if_match.get(&what) {
            return *found == IfMatch::Honored;
        }
        let line = format!("{bucket} guards {write:?}").to_lowercase();
        if self.is_amazon() || self.learned().proven().knows(&line) {
            return true;
        }
        let tried = self.try_anywhere(copy, &IfMatchTrial(copy, write), &mut known).await;
        // If the trial failed, the condition is sent: it does no harm.
        let Ok(found) = tried else { return true };
        known.if_match.insert(what, found);
        let honors = found == IfMatch::Honored;
        self.learned().proven().remember(&if honors { line } else { unguarded_line(bucket) });
        honors
    }

    /// Remembers for this run that the store cannot make copies of this kind, although the trial succeeded.
    pub(crate) async fn give_up_copies(&self, copy: &Copy, method: CopyMethod) {
        self.known_copies().await.works.insert(copy_kind(copy, method), false);
    }

    /// Whether the store turned out to be unable to make copies of some kind.
    pub(crate) async fn refuses_copies(&self) -> bool {
        self.known_copies().await.works.values().any(|can| !can)
    }

    /// Whether a trial of this run has found that the store does this with If-Match on some write.
    pub(crate) async fn has_found_if_match(&self, found: IfMatch) -> bool {
        self.known_copies().await.if_match.values().any(|known| *known == found)
    }

    /// Whether this or an earlier run has found that the store ignores or refuses If-Match in this bucket, so that
    /// another writer's object may have been overwritten.
    pub(crate) fn has_written_unguarded(&self, bucket: &str) -> bool {
        !self.is_amazon() && self.learned().proven().knows(&unguarded_line(bucket))
    }

    /// Throw-away objects that could not be deleted.
    pub(crate) async fn undeleted_trial_objects(&self) -> Vec<Location> {
        self.known_copies().await.undeleted.clone()
    }

    async fn known_copies(&self) -> MutexGuard<'_, KnownCopies> {
        self.learned().copies().lock().await
    }

    /// Runs a trial with throw-away objects at the root of the bucket or, if writing there is denied, in the folder of
    /// the copy.
    async fn try_anywhere<T: Trial>(
        self: &Arc<Self>,
        copy: &Copy,
        trial: &T,
        known: &mut KnownCopies,
    ) -> Result<T::Found, Failure> {
        let at = &copy.write.at;
        if !known.denied_at_root.contains(&at.bucket) {
            let made = ThrowAways::at_root(self, &at.bucket)?;
            let tried = self.try_with(trial, made, known).await;
            if !matches!(&tried, Err(Failure { kind: Kind::Denied, .. })) || !at.key.contains('/') {
                return tried;
            }
            known.denied_at_root.insert(at.bucket.clone());
        }
        let made = ThrowAways::below(self, &folder_of(at))?;
        self.try_with(trial, made, known).await
    }

    /// Runs a trial, then deletes its objects and those that other runs have left in their folder.
    async fn try_with<T: Trial>(
        &self,
        trial: &T,
        mut objects: ThrowAways,
        known: &mut KnownCopies,
    ) -> Result<T::Found, Failure> {
        let tried = trial.run(self, &mut objects).await;
        known.undeleted.extend(objects.clean_up_numbered().await);
        tried
    }

    /// Makes a copy of this kind of a throw-away object, with throw-away keys, and reads it back.
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

    /// What the store does with a write with If-Match over a throw-away object that has another ETag.
    async fn try_if_match(
        &self,
        copy: &Copy,
        kind: ConditionalWrite,
        objects: &mut ThrowAways,
    ) -> Result<IfMatch, Failure> {
        let source = make(copy.source.key.is_some(), &content(false), objects).await?;
        let key = copy.write.encryption.key().map(|_| Key::generate()).transpose()?;
        // An ETag that no object has.
        let if_match = Some("\"00000000000000000000000000000000\"".to_owned());
        let condition = Condition { if_match, ..Condition::default() };
        let write = Write { condition, ..plain_write(&source.at, key.as_ref()) };
        let written = match kind {
            ConditionalWrite::Copy => {
                let copy = self.plan_trial(source, write).await?;
                objects.copy(&copy).await
            }
            ConditionalWrite::Complete => objects.upload(&write, &content(false)).await.map(Some),
        };
        match written {
            Err(Failure { kind: Kind::Precondition, .. }) => Ok(IfMatch::Honored),
            Ok(Some(_)) => Ok(IfMatch::Ignored),
            // Without the condition the store makes this copy: a trial of its own has shown that.
            Ok(None) => Ok(IfMatch::Refused),
            Err(failure) if matches!(failure.detail().status, Some(400 | 501)) => {
                Ok(IfMatch::Refused)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Plans a copy that is removed if it lands in plaintext, even in the place of its source.
    async fn plan_trial(&self, source: CopySource, write: Write) -> Result<Copy, Failure> {
        Ok(Copy { in_place: false, ..self.plan_copy(source, write).await? })
    }
}

/// Writes a throw-away object.
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
    // The ETag of a multipart object ends with its number of parts (AWS, "Checking object integrity").
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

/// The line in the state folder for a bucket in which the store ignores or refuses If-Match.
fn unguarded_line(bucket: &str) -> String {
    format!("{bucket} lacks guards")
}

fn content(is_large: bool) -> Vec<Bytes> {
    let of = |bytes: u64| CONTENT.iter().copied().cycle().take(bytes as usize).collect();
    if is_large { PARTS.map(of).to_vec() } else { vec![Bytes::from_static(CONTENT)] }
}

/// The folder of the copy: credentials that may write the copy may write throw-away objects there.
fn folder_of(at: &Location) -> Location {
    let key = at.key[..at.key.len() - at.name().len()].to_owned();
    Location { bucket: at.bucket.clone(), key }
}
