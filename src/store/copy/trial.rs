//! Whether the store can be trusted to copy. Some seal every write, and store plaintext where a copy should seal; some
//! cannot open what they have copied: off Amazon, a throw-away object is copied first and read back, so that nobody's
//! plaintext is published, and nobody's object overwritten by something worse.

use std::sync::Arc;

use crc_fast::{CrcAlgorithm, Digest, checksum_combine};
use tokio::sync::MutexGuard;

use super::throw_away::ThrowAways;
use super::whole::{Copy, CopySource};
use crate::failure::{Failure, Kind};
use crate::key::core::Key;
use crate::location::Location;
use crate::store::learned::{Guard, Known, Route, Way};
use crate::store::object::{
    Attributes, Condition, ObjectMetadata, Part, ReadOptions, Stored, Write, Written, bare,
};
use crate::store::seal::Encryption;
use crate::store::wire::Store;
use aws_sdk_s3::primitives::SdkBody as RequestBody;

const CRC64NVME: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

/// What small throw-away objects hold.
const CONTENT: &[u8] = b"123456789";
/// After so many trials that broke off there are no more.
const MOST_BROKEN_OFF: u32 = 3;
/// More than this, and stores may keep an object in pieces and copy it in another way.
const SMALL: u64 = 4 << 20;
/// The parts of large throw-away objects in bytes, the first as small as S3 allows.
const PARTS: [usize; 2] = [5 << 20, 1 << 20];

/// What is tried out.
#[derive(Clone, Copy)]
enum Trial<'a> {
    Copy(&'a Route),
    Guard(Guard),
}

/// A throw-away object: what opens it, and what it should hold.
struct Throwaway {
    source: CopySource,
    crc64nvme: u64,
}

impl Store {
    /// Whether the store can be trusted with this copy; finds out where that is not known.
    pub(crate) async fn can_copy(self: &Arc<Self>, copy: &Copy, way: Way) -> bool {
        // Held while a trial runs, so that there is one.
        let mut known = self.known_copies().await;
        let route = route_of(copy, way);
        if known.swept.insert(route.bucket.clone()) {
            self.sweep_recorded(&route.bucket).await;
        }
        if let Some(can) = known.can.get(&route) {
            return *can;
        }
        if self.is_amazon() || route.is_harmless() || self.proven.knows(&route.line()) {
            return true;
        }
        let tried = self.try_anywhere(copy, Trial::Copy(&route), &mut known).await;
        let can = match tried {
            // Another object's trial may come to something.
            Err(failure)
                if failure.is(Kind::Unavailable)
                    && failure.detail().status != Some(500)
                    && known.broken_off < MOST_BROKEN_OFF =>
            {
                known.broken_off += 1;
                return false;
            }
            Err(failure) => {
                tracing::debug!(code = failure.exit_code(), "the trial of a copy failed");
                false
            }
            Ok(can) => can,
        };
        known.can.insert(route.clone(), can);
        if can {
            self.proven.remember(&route.line());
        }
        can
    }

    /// Whether the store refuses to overwrite what somebody has just replaced; finds out where that is not known.
    pub(crate) async fn guards(self: &Arc<Self>, copy: &Copy, guard: Guard) -> bool {
        let mut known = self.known_copies().await;
        let bucket = &copy.write.at.bucket;
        let what = (bucket.clone(), guard);
        if let Some(guards) = known.guards.get(&what) {
            return *guards;
        }
        let line = format!("{bucket} guards {guard:?}").to_lowercase();
        if self.is_amazon() || self.proven.knows(&line) {
            return true;
        }
        let tried = self.try_anywhere(copy, Trial::Guard(guard), &mut known).await;
        // The condition stays where nothing is known: it does no harm.
        let Ok(guards) = tried else { return true };
        known.guards.insert(what, guards);
        self.proven.remember(&if guards { line } else { unguarded(bucket) });
        guards
    }

    /// Remembers for this run that the store cannot make such copies, though others like it succeed.
    pub(crate) async fn give_up_copies(&self, copy: &Copy, way: Way) {
        self.known_copies().await.can.insert(route_of(copy, way), false);
    }

    /// Whether the store turned out not to be able to make some copy.
    pub(crate) async fn refuses_copies(&self) -> bool {
        self.known_copies().await.can.values().any(|can| !can)
    }

    /// Whether something was overwritten that the store did not guard against others.
    pub(crate) async fn lacks_guards(&self) -> bool {
        self.known_copies().await.guards.values().any(|guards| !guards)
    }

    /// Whether that may have happened in this bucket, in earlier runs, too.
    pub(crate) fn lacked_guards(&self, bucket: &str) -> bool {
        !self.is_amazon() && self.proven.knows(&unguarded(bucket))
    }

    /// Throw-away objects that could not be deleted.
    pub(crate) async fn left_of_trials(&self) -> Vec<Location> {
        self.known_copies().await.left.clone()
    }

    async fn known_copies(&self) -> MutexGuard<'_, Known> {
        self.copies.lock().await
    }

    /// Tries something out with throw-away objects at the top of the bucket, or in the folder where the copy goes if
    /// nothing may be written there.
    async fn try_anywhere(
        self: &Arc<Self>,
        copy: &Copy,
        trial: Trial<'_>,
        known: &mut Known,
    ) -> Result<bool, Failure> {
        let at = &copy.write.at;
        if !known.closed_at_top.contains(&at.bucket) {
            let made = ThrowAways::at_top(self, &at.bucket)?;
            let tried = self.try_with(copy, trial, made, known).await;
            if !matches!(&tried, Err(Failure { kind: Kind::Denied, .. })) || !at.key.contains('/') {
                return tried;
            }
            known.closed_at_top.insert(at.bucket.clone());
        }
        let made = ThrowAways::below(self, &folder_of(at))?;
        self.try_with(copy, trial, made, known).await
    }

    /// Deletes them again, as well as what other runs have left in their folder.
    async fn try_with(
        self: &Arc<Self>,
        copy: &Copy,
        trial: Trial<'_>,
        mut made: ThrowAways,
        known: &mut Known,
    ) -> Result<bool, Failure> {
        let tried = match trial {
            Trial::Copy(route) => self.try_out(route, &mut made).await,
            Trial::Guard(guard) => self.try_guard(copy, guard, &mut made).await,
        };
        self.throw_away(made, known).await;
        tried
    }

    async fn throw_away(self: &Arc<Self>, made: ThrowAways, known: &mut Known) {
        let mut is_clean = true;
        for at in made.numbered() {
            if self.sweep(&at).await.is_err() {
                known.left.push(at);
                is_clean = false;
            }
        }
        self.sweep_abandoned(&made).await;
        if is_clean {
            made.forget();
        }
    }

    /// Deletes all that has this name: what was written may be more than what was answered.
    async fn sweep(self: &Arc<Self>, at: &Location) -> Result<(), Failure> {
        let is_hidden = self.delete(at, None).await?.delete_marker;
        let mut versions = self.list_versions(at).of_one_object();
        loop {
            let page = match versions.next_page().await {
                Ok(Some(page)) => page,
                // Where none are kept, not every store lists them.
                Err(failure) if is_hidden => return Err(failure),
                Ok(None) | Err(_) => break,
            };
            for version in page {
                self.delete(at, version.version_id.as_deref()).await?;
            }
        }
        let mut uploads = self.unfinished_uploads(at.clone());
        while let Ok(Some(page)) = uploads.next_page().await {
            for upload in page {
                self.abort_upload(at, &upload.id).await?;
            }
        }
        Ok(())
    }

    /// Copies a throw-away object on this route, with throw-away keys, and reads it back.
    async fn try_out(
        self: &Arc<Self>,
        route: &Route,
        made: &mut ThrowAways,
    ) -> Result<bool, Failure> {
        let thrown = self.make(route.from_sealed, route.is_large, made).await?;
        let to = if route.in_place { thrown.source.at.clone() } else { made.next() };
        let key = if route.to_sealed { Some(Key::generate()?) } else { None };
        let trial = Copy {
            source: thrown.source,
            write: write(&to, key.clone()),
            keeps_metadata: !route.in_place,
            keeps_tags: true,
            in_place: false,
            source_tells_key: false,
        };
        let written = match route.way {
            Way::Whole => self.copy_object(&trial).await?,
            Way::InParts => self.try_parts(&trial).await?,
        };
        let Some(written) = written else { return Ok(false) };
        let Some(copied) = self.settle_copy(&trial, written).await? else { return Ok(false) };
        let read = self.read_back(&to, key, copied.stored.version_id).await?;
        Ok(read == thrown.crc64nvme)
    }

    async fn try_parts(&self, trial: &Copy) -> Result<Option<Written>, Failure> {
        let upload_id = self.create_upload(&trial.write).await?;
        let (mut parts, mut start) = (Vec::new(), 0);
        for (number, bytes) in (1..).zip(PARTS) {
            let range = start..start + bytes as u64;
            start = range.end;
            match self.copy_part(trial, &upload_id, number, range).await {
                Ok(Some(part)) => parts.push(part),
                refused => {
                    self.abort_upload(&trial.write.at, &upload_id).await?;
                    return refused.map(|_| None);
                }
            }
        }
        let completed = self.complete_copy(trial, &upload_id, &parts, combined).await;
        if completed.is_err() {
            self.abort_upload(&trial.write.at, &upload_id).await?;
        }
        completed.map(Some)
    }

    /// Whether a throw-away object is left alone that is not what it should be.
    async fn try_guard(
        &self,
        copy: &Copy,
        guard: Guard,
        made: &mut ThrowAways,
    ) -> Result<bool, Failure> {
        let from_sealed = copy.source.key.is_some();
        let thrown = self.make(from_sealed, false, made).await?;
        let at = thrown.source.at.clone();
        let key = copy.write.encryption.key().map(|_| Key::generate()).transpose()?;
        // An ETag that nothing has.
        let if_match = Some("\"00000000000000000000000000000000\"".to_owned());
        let condition = Condition { if_match, ..Condition::default() };
        let write = Write { condition, ..write(&at, key) };
        let tried = match guard {
            Guard::Copy => {
                let (source, keeps_metadata) = (thrown.source, false);
                let (keeps_tags, in_place, source_tells_key) = (true, false, false);
                let trial =
                    Copy { source, write, keeps_metadata, keeps_tags, in_place, source_tells_key };
                self.copy_object(&trial).await
            }
            Guard::Complete => self.put_in_parts(&write, &content(false)).await.map(Some),
        };
        match tried {
            Err(Failure { kind: Kind::Precondition, .. }) => Ok(true),
            Ok(_) => Ok(false),
            Err(failure) if matches!(failure.detail().status, Some(400 | 501)) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Stores a throw-away object.
    async fn make(
        &self,
        is_sealed: bool,
        is_large: bool,
        made: &mut ThrowAways,
    ) -> Result<Throwaway, Failure> {
        let key = if is_sealed { Some(Key::generate()?) } else { None };
        let at = made.next();
        let write = write(&at, key.clone());
        let pieces = content(is_large);
        let written = match pieces.as_slice() {
            [only] => {
                let body = || RequestBody::from(only.as_slice());
                self.put_object(&write, body, only.len() as u64, crc64nvme(only)).await?
            }
            parts => self.put_in_parts(&write, parts).await?,
        };
        let crcs: Vec<_> = pieces.iter().map(|it| (crc64nvme(it), it.len() as u64)).collect();
        let Stored { bytes, etag, version_id, .. } = self.settle(&at, written).await?;
        let metadata = ObjectMetadata {
            content_length: Some(bytes),
            etag,
            version_id,
            ..ObjectMetadata::default()
        };
        Ok(Throwaway { source: CopySource { at, key, metadata }, crc64nvme: combined(&crcs) })
    }

    /// Uploads parts and makes an object of them.
    async fn put_in_parts(&self, write: &Write, content: &[Vec<u8>]) -> Result<Written, Failure> {
        let upload_id = self.create_upload(write).await?;
        let completed = async {
            let mut parts = Vec::new();
            for (number, bytes) in (1..).zip(content) {
                let (crc64nvme, etag) = (crc64nvme(bytes), String::new());
                let part = Part { number, etag, crc64nvme, bytes: bytes.len() as u64 };
                let body = || RequestBody::from(bytes.as_slice());
                parts.push(self.upload_part(write, &upload_id, part, body).await?);
            }
            let crcs: Vec<_> = parts.iter().map(|part| (part.crc64nvme, part.bytes)).collect();
            self.complete_upload(write, &upload_id, &parts, Some(combined(&crcs))).await
        };
        let completed = completed.await;
        if completed.is_err() {
            self.abort_upload(&write.at, &upload_id).await?;
        }
        completed
    }

    /// The CRC64NVME of what an object holds.
    async fn read_back(
        &self,
        at: &Location,
        key: Option<Key>,
        version_id: Option<String>,
    ) -> Result<u64, Failure> {
        let options = ReadOptions { version_id, ..ReadOptions::default() };
        let mut body = self.get(at, &Vec::from_iter(key), &options).await?.answer.body;
        let mut digest = Digest::new(CRC64NVME);
        let broke = |why| Failure::unavailable(format!("the connection broke: {why}")).at(at);
        while let Some(bytes) = body.next().await.map_err(broke)? {
            digest.update(&bytes);
        }
        Ok(digest.finalize())
    }
}

/// As it is remembered that something may have been overwritten in a bucket that somebody had just replaced.
fn route_of(copy: &Copy, way: Way) -> Route {
    // An ETag ends with the number of parts (AWS, "Checking object integrity").
    let parts = copy.source.metadata.etag.as_deref().and_then(|etag| bare(etag).split_once('-'));
    let is_multipart = parts.is_some_and(|(_, count)| count != "1");
    Route {
        bucket: copy.write.at.bucket.clone(),
        from_sealed: copy.source.key.is_some(),
        to_sealed: copy.write.encryption.key().is_some(),
        in_place: copy.in_place,
        is_large: way == Way::InParts || is_multipart || copy.bytes() > SMALL,
        way,
    }
}

fn unguarded(bucket: &str) -> String {
    format!("{bucket} lacks guards")
}

fn content(is_large: bool) -> Vec<Vec<u8>> {
    let of = |bytes: usize| CONTENT.iter().copied().cycle().take(bytes).collect();
    if is_large { PARTS.map(of).to_vec() } else { vec![CONTENT.to_vec()] }
}

fn crc64nvme(bytes: &[u8]) -> u64 {
    crc_fast::checksum(CRC64NVME, bytes)
}

fn combined(pieces: &[(u64, u64)]) -> u64 {
    let add = |sum, (crc, bytes): &(u64, u64)| checksum_combine(CRC64NVME, sum, *crc, *bytes);
    pieces.iter().fold(crc64nvme(&[]), add)
}

fn write(at: &Location, key: Option<Key>) -> Write {
    Write {
        at: at.clone(),
        encryption: key.map_or(Encryption::BucketDefault, Encryption::CustomerKey),
        attributes: Attributes::default(),
        condition: Condition::default(),
        tags_key: false,
    }
}

/// Where the copy goes: credentials that may write the one may write the other.
fn folder_of(at: &Location) -> Location {
    let key = at.key[..at.key.len() - at.name().len()].to_owned();
    Location { bucket: at.bucket.clone(), key }
}
